"""Problem task: who works on one is named, and its end has a code and notes.

Somebody has to be assigned in Assess and Work in Progress (ServiceNow's page on mapping states of
problem tasks names ``assigned_to`` for what is beyond New), and the Ansible collection's page wants
``close_code`` and ``close_notes`` set before a task is closed. Unlike a problem's, its state moves
through the Table API: that collection's own tests see it move. Whether an instance's state model
also wants one step at a time is documented nowhere; the knob ``task_steps`` is for those that do.
"""

from __future__ import annotations

from connector.sandbox.servicenow.knobs import Caller, Door
from connector.sandbox.servicenow.refusal import aborted, mandatory
from connector.sandbox.servicenow.schema import Row
from connector.sandbox.servicenow.task_rules import TaskRules, entered
from connector.sandbox.servicenow.world import World

NEW, ASSESS, WORK, CLOSED = "151", "152", "154", "157"
STEPS = {NEW: (ASSESS, CLOSED), ASSESS: (WORK, CLOSED), WORK: (CLOSED,), CLOSED: (ASSESS,)}
_RULE, _RULE_ID = "Problem Task Model: Check State Transition", "9d2b5c1e53a3130021f8ddeeff7b12aa"
_WANTED = {
    ASSESS: ("assigned_to",),
    WORK: ("assigned_to",),
    CLOSED: ("close_code", "close_notes"),
}


class ProblemTaskRules(TaskRules):
    """What the platform does around a write of a problem task."""

    def before(self, world: World, old: Row | None, new: Row, by: Caller, /) -> None:
        """Complete and check."""
        super().before(world, old, new, by)
        if by.door is not Door.SYSTEM:
            self._check_step(world, old, new)
            self._check_policy(world, new)
        new["active"] = "false" if new["state"] == CLOSED else "true"
        if entered(old, new, CLOSED):
            new["closed_at"], new["closed_by"] = world.now(), by.sys_id

    def _check_step(self, world: World, old: Row | None, new: Row) -> None:
        start, end = (old or {}).get("state", NEW), new["state"]
        if world.knobs.task_steps and start != end and end not in STEPS.get(start, ()):
            raise aborted("problem_task", _RULE, _RULE_ID)

    def _check_policy(self, world: World, new: Row) -> None:
        columns = world.schema.columns("problem_task")
        missing = [name for name in _WANTED.get(new["state"], ()) if not new.get(name)]
        if missing:
            raise mandatory([columns[name].title for name in missing])
