"""Incident: calculated priority, close data policy, closing and reopening, holds, children."""

from __future__ import annotations

from connector.sandbox.servicenow.knobs import SYSTEM, Caller, Door
from connector.sandbox.servicenow.refusal import mandatory, no_right
from connector.sandbox.servicenow.schema import Row
from connector.sandbox.servicenow.task_rules import TaskRules, entered, mirror, priority
from connector.sandbox.servicenow.world import World

NEW, IN_PROGRESS, ON_HOLD, RESOLVED, CLOSED, CANCELED = "1", "2", "3", "6", "7", "8"
AWAITING_CALLER, AWAITING_PROBLEM = "1", "3"
_ENDED = (CLOSED, CANCELED)
_STATES = ("state", "incident_state")


class IncidentRules(TaskRules):
    """What the platform does around a write of an incident."""

    def writable(self, _world: World, old: Row, name: str, by: Caller, /) -> bool:
        """A closed or cancelled incident takes nothing but a reopening, from who may close."""
        if old.get("state") not in _ENDED or by.door is Door.SYSTEM:
            return True
        return name in _STATES and by.has("itil_admin")

    def before(self, world: World, old: Row | None, new: Row, by: Caller, /) -> None:
        """Complete and check."""
        super().before(world, old, new, by)
        mirror(old, new, "incident_state")
        new["priority"] = priority(new.get("impact", ""), new.get("urgency", ""))
        self._check_close(world, old, new, by)
        if new["state"] != ON_HOLD:
            new["hold_reason"] = ""
        self._stamp_end(world, old, new, by)

    def after(self, world: World, old: Row | None, new: Row, by: Caller, /) -> None:
        """Children follow; a caller's answer ends the waiting for it."""
        if old is not None and entered(old, new, IN_PROGRESS, ON_HOLD, RESOLVED):
            self._lead_children(world, new)
        waiting = new["state"] == ON_HOLD and new.get("hold_reason") == AWAITING_CALLER
        if waiting and by.sys_id and by.sys_id == new.get("caller_id"):
            notes = world.notes(new["sys_id"])
            if notes and notes[-1]["element"] == "comments":
                world.system("incident", new["sys_id"], {"state": IN_PROGRESS})

    def _check_close(self, world: World, old: Row | None, new: Row, by: Caller) -> None:
        if new["state"] not in (RESOLVED, CLOSED):
            return
        if entered(old, new, CLOSED) and not by.has("itil_admin"):
            raise no_right("Update" if old else "Insert")
        known = {row.value for row in world.schema.allowed("incident", "close_code")}
        missing = []
        if new.get("close_code", "") not in known:
            missing.append("Resolution code")
        if not new.get("close_notes"):
            missing.append("Resolution notes")
        if missing:
            raise mandatory(missing)

    def _stamp_end(self, world: World, old: Row | None, new: Row, by: Caller) -> None:
        new["active"] = "false" if new["state"] in _ENDED else "true"
        if entered(old, new, RESOLVED):
            new["resolved_at"] = world.now()
            new["resolved_by"] = by.sys_id
        if entered(old, new, *_ENDED):
            new["closed_at"] = world.now()
            new["closed_by"] = by.sys_id
        was_over = old is not None and old.get("state") in (RESOLVED, *_ENDED)
        if was_over and entered(old, new, NEW, IN_PROGRESS, ON_HOLD):
            new["reopen_count"] = str(int(new.get("reopen_count") or 0) + 1)
            new["reopened_time"] = world.now()
            new["closed_at"] = new["closed_by"] = ""

    def _lead_children(self, world: World, parent: Row) -> None:
        children = [
            row["sys_id"]
            for row in world.rows("incident")
            if row.get("parent_incident") == parent["sys_id"] and row.get("active") == "true"
        ]
        fields = {"state": parent["state"]}
        if parent["state"] == ON_HOLD:
            fields["hold_reason"] = parent.get("hold_reason", "")
        if parent["state"] == RESOLVED:
            fields["close_code"] = parent["close_code"]
            fields["close_notes"] = parent["close_notes"]
        for sys_id in children:
            world.update("incident", sys_id, fields, SYSTEM)
