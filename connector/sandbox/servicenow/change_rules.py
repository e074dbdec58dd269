"""Change: three models, states that only approvals leave, and the approvals themselves.

On update a step that the model does not offer is refused; on insert any state is taken. The type of
a change in New may become another one but standard (documented as "Modify change request type"; how
a write of that one is answered is not: it is dropped here, as by any access rule). Entering
Assess or Authorize asks the change managers; the first approval moves the change on by itself, a
rejection sends it back to New.
"""

from __future__ import annotations

from connector.sandbox.servicenow.knobs import SYSTEM, Caller, Door
from connector.sandbox.servicenow.refusal import Refusal, aborted, mandatory, no_right
from connector.sandbox.servicenow.schema import Row
from connector.sandbox.servicenow.task_rules import TaskRules, entered
from connector.sandbox.servicenow.world import World

NEW, ASSESS, AUTHORIZE, SCHEDULED, IMPLEMENT, REVIEW = "-5", "-4", "-3", "-2", "-1", "0"
CLOSED, CANCELED = "3", "4"
STANDARD = "standard"
_LATE_STEPS = {
    SCHEDULED: (IMPLEMENT, CANCELED),
    IMPLEMENT: (REVIEW, CANCELED),
    REVIEW: (CLOSED,),
}
STEPS: dict[str, dict[str, tuple[str, ...]]] = {
    "normal": {
        NEW: (ASSESS, CANCELED),
        ASSESS: (NEW, CANCELED),
        AUTHORIZE: (NEW, CANCELED),
        **_LATE_STEPS,
    },
    "standard": {NEW: (SCHEDULED, CANCELED), **_LATE_STEPS},
    "emergency": {NEW: (AUTHORIZE, CANCELED), AUTHORIZE: (NEW, CANCELED), **_LATE_STEPS},
}
AUTOMATIC = {
    ("normal", ASSESS): AUTHORIZE,
    ("normal", AUTHORIZE): SCHEDULED,
    ("emergency", AUTHORIZE): SCHEDULED,
}
"""Steps that only an approval takes."""

APPROVERS = "Change Management"
_RULE = "Change Model: Check State Transition"
_RULE_ID = "f2d9c1d1c3332300a7d4d8f2a7d3ae5b"


def next_states(row: Row) -> tuple[str, ...]:
    """The states a person may choose now."""
    return STEPS.get(row.get("type", ""), {}).get(row["state"], ())


class ChangeRules(TaskRules):
    """What the platform does around a write of a change."""

    def writable(self, _world: World, old: Row, name: str, by: Caller, /) -> bool:
        """The type is settled once the change has left New."""
        return name != "type" or old.get("state") == NEW or by.door is Door.SYSTEM

    def before(self, world: World, old: Row | None, new: Row, by: Caller, /) -> None:
        """Complete and check."""
        super().before(world, old, new, by)
        if old and by.door is not Door.SYSTEM and new.get("type") == STANDARD:
            new["type"] = old.get("type", "")
        moved = old is not None and old.get("state") != new["state"]
        if old and moved and by.door is not Door.SYSTEM and new["state"] not in next_states(old):
            raise aborted("change_request", _RULE, _RULE_ID)
        if world.knobs.change_close_policy and entered(old, new, CLOSED):
            self._check_close(new)
        new["active"] = "false" if new["state"] in (CLOSED, CANCELED) else "true"
        if entered(old, new, CLOSED, CANCELED):
            new["closed_at"], new["closed_by"] = world.now(), by.sys_id
        if old and moved and new["state"] in (ASSESS, AUTHORIZE):
            new["approval"] = "requested"
        if old and moved and new["state"] == NEW and old.get("approval") == "requested":
            new["approval"] = "not requested"
        if new.get("type") == STANDARD and entered(old, new, SCHEDULED):
            new["approval"] = "approved"

    def after(self, world: World, old: Row | None, new: Row, _by: Caller, /) -> None:
        """Ask the approvers, or tell them that nobody asks any more."""
        if old is None or old.get("state") == new["state"]:
            return
        for row in _open_approvals(world, new["sys_id"]):
            world.system("sysapproval_approver", row["sys_id"], {"state": "cancelled"})
        if new["state"] in (ASSESS, AUTHORIZE):
            request_approvals(world, new)

    def _check_close(self, new: Row) -> None:
        wanted = {"close_code": "Close code", "close_notes": "Close notes"}
        missing = [label for name, label in wanted.items() if not new.get(name)]
        if missing:
            raise mandatory(missing)


class ApprovalRules:
    """What an approver's answer does to the change."""

    def writable(self, _world: World, old: Row, name: str, by: Caller, /) -> bool:
        """Only the answer itself can be written, and only once."""
        if by.door is Door.SYSTEM:
            return True
        return name == "state" and old.get("state") == "requested"

    def before(self, _world: World, old: Row | None, new: Row, by: Caller, /) -> None:
        """Everybody answers for himself."""
        if by.door is not Door.SYSTEM and by.sys_id != new.get("approver"):
            raise no_right("Update" if old else "Insert")

    def after(self, world: World, old: Row | None, new: Row, _by: Caller, /) -> None:
        """The first answer decides."""
        if old is None or old.get("state") != "requested":
            return
        change = world.true_row(new["sysapproval"])
        if change is None or new["state"] not in ("approved", "rejected"):
            return
        for row in _open_approvals(world, change["sys_id"]):
            world.system("sysapproval_approver", row["sys_id"], {"state": "not_required"})
        if new["state"] == "rejected":
            fields = {"state": NEW, "approval": "rejected"}
        else:
            onward = AUTOMATIC.get((change.get("type", ""), change["state"]), change["state"])
            approved = "requested" if onward == AUTHORIZE else "approved"
            fields = {"state": onward, "approval": approved}
        world.system("change_request", change["sys_id"], fields)


def request_approvals(world: World, change: Row) -> None:
    """Ask every change manager."""
    group = next(r for r in world.rows("sys_user_group") if r["name"] == APPROVERS)
    members = [
        row["user"] for row in world.rows("sys_user_grmember") if row["group"] == group["sys_id"]
    ]
    for user in members:
        fields = {
            "approver": user,
            "sysapproval": change["sys_id"],
            "state": "requested",
            "source_table": "change_request",
        }
        world.insert("sysapproval_approver", fields, SYSTEM)


def answer_approval(world: World, change_id: str, answer: str = "approved", login: str = "") -> Row:
    """A simulated approver answers at his screen; by default the first who was asked."""
    with world.lock:
        for row in _open_approvals(world, change_id):
            user = world.true_row(row["approver"]) or {}
            if not login or user.get("user_name") == login:
                by = world.caller(user["user_name"], Door.SCREEN)
                world.update("sysapproval_approver", row["sys_id"], {"state": answer}, by)
                return world.true_row(change_id) or {}
    raise Refusal(404, "No open approval", change_id)


def approve(world: World, change_id: str, login: str = "") -> Row:
    """A simulated approver agrees."""
    return answer_approval(world, change_id, "approved", login)


def reject(world: World, change_id: str, login: str = "") -> Row:
    """A simulated approver refuses."""
    return answer_approval(world, change_id, "rejected", login)


def _open_approvals(world: World, change_id: str) -> list[Row]:
    return [
        row
        for row in world.rows("sysapproval_approver")
        if row["sysapproval"] == change_id and row["state"] == "requested"
    ]
