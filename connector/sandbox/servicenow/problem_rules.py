"""Problem: a state that REST does not move on current releases, and the data policies around it.

By default a state written through REST is dropped silently while the other fields are saved. With
the knob ``problem_state="stepwise"``, and always for people at their screens, the state moves one
step at a time.
"""

from __future__ import annotations

from connector.sandbox.servicenow.incident_rules import AWAITING_PROBLEM, ON_HOLD
from connector.sandbox.servicenow.incident_rules import RESOLVED as INCIDENT_RESOLVED
from connector.sandbox.servicenow.knobs import SYSTEM, Caller, Door
from connector.sandbox.servicenow.refusal import aborted, mandatory
from connector.sandbox.servicenow.schema import Row
from connector.sandbox.servicenow.task_rules import TaskRules, entered, mirror, priority
from connector.sandbox.servicenow.world import World

NEW, ASSESS, ANALYSIS, FIX, RESOLVED, CLOSED = "101", "102", "103", "104", "106", "107"
STEPS = {
    NEW: (ASSESS, CLOSED),
    ASSESS: (ANALYSIS, CLOSED),
    ANALYSIS: (FIX, CLOSED),
    FIX: (RESOLVED, CLOSED),
    RESOLVED: (CLOSED, ANALYSIS),
    CLOSED: (ANALYSIS,),
}
_DIRECT_CODES = ("canceled", "duplicate", "risk_accepted")
_RULE, _RULE_ID = "Problem Model: Check State Transition", "5c3a1f0e53a3130021f8ddeeff7b12d4"
_BY_CODE = {
    "fix_applied": ("cause_notes", "fix_notes"),
    "risk_accepted": ("cause_notes", "close_notes"),
    "canceled": ("close_notes",),
    "duplicate": ("duplicate_of",),
}


class ProblemRules(TaskRules):
    """What the platform does around a write of a problem."""

    def before(self, world: World, old: Row | None, new: Row, by: Caller, /) -> None:
        """Complete and check."""
        super().before(world, old, new, by)
        if by.door is Door.REST and world.knobs.problem_state == "ignored":
            new["state"] = new["problem_state"] = (old or {}).get("state", NEW)
        mirror(old, new, "problem_state")
        new["priority"] = priority(new.get("impact", ""), new.get("urgency", ""))
        if by.door is not Door.SYSTEM:
            self._check_step(old, new)
            self._check_policy(world, old, new)
        self._stamp_end(world, old, new, by)

    def after(self, world: World, old: Row | None, new: Row, _by: Caller, /) -> None:
        """A fixed problem resolves the incidents that wait for it."""
        if not entered(old, new, CLOSED) or new.get("resolution_code") != "fix_applied":
            return
        waiting = [
            row["sys_id"]
            for row in world.rows("incident")
            if row.get("problem_id") == new["sys_id"]
            and (row.get("state"), row.get("hold_reason")) == (ON_HOLD, AWAITING_PROBLEM)
        ]
        fields = {
            "state": INCIDENT_RESOLVED,
            "close_code": "Resolved by problem",
            "close_notes": new.get("fix_notes", ""),
        }
        for sys_id in waiting:
            world.update("incident", sys_id, fields, SYSTEM)

    def _check_step(self, old: Row | None, new: Row) -> None:
        start, end = (old or {}).get("state", NEW), new["state"]
        if start == end:
            return
        direct = new.get("resolution_code") in _DIRECT_CODES
        shortcut = end == CLOSED and start != RESOLVED and not direct
        if end not in STEPS.get(start, ()) or shortcut:
            raise aborted("problem", _RULE, _RULE_ID)

    def _check_policy(self, world: World, old: Row | None, new: Row) -> None:
        state, code = new["state"], new.get("resolution_code", "")
        if old is not None and old.get("state") == state and state == CLOSED:
            return
        wanted: list[str] = []
        if state in (ASSESS, ANALYSIS, FIX, RESOLVED):
            wanted.append("assigned_to")
        if state == FIX:
            wanted += ["cause_notes", "fix_notes"]
        if state in (RESOLVED, CLOSED):
            known = {row.value for row in world.schema.allowed("problem", "resolution_code")}
            wanted += _BY_CODE.get(code, ()) if code in known else ["resolution_code"]
        columns = world.schema.columns("problem")
        missing = [columns[name].title for name in wanted if not self._filled(new, name)]
        if missing:
            raise mandatory(missing)

    def _filled(self, new: Row, name: str) -> bool:
        return bool(new.get(name)) and (name != "resolution_code" or new[name] in _BY_CODE)

    def _stamp_end(self, world: World, old: Row | None, new: Row, by: Caller) -> None:
        new["active"] = "false" if new["state"] == CLOSED else "true"
        if entered(old, new, RESOLVED):
            new["resolved_at"], new["resolved_by"] = world.now(), by.sys_id
        if entered(old, new, CLOSED):
            new["closed_at"], new["closed_by"] = world.now(), by.sys_id
        if old is not None and old.get("state") == CLOSED and new["state"] != CLOSED:
            new["reopen_count"] = str(int(new.get("reopen_count") or 0) + 1)
            new["closed_at"] = new["closed_by"] = ""
