"""The Agile Development 2.0 plugin: the defect table, its states and roles, where it is active.

Its own documentation names the states of a defect and the roles that may report one
(``create-defect-report``, ``components-installed-with-agile-2.0``), not the numbers behind the
states: all but Draft (-6, as for stories) are this instance's own, and whoever goes by them goes
wrong elsewhere. Its "Reported against" takes any task; the platform's own scripts put that into
``parent``. Without the plugin there is no such table: ``Invalid table rm_defect``.
"""

from __future__ import annotations

from connector.sandbox.servicenow.choices import rows
from connector.sandbox.servicenow.columns import choice
from connector.sandbox.servicenow.knobs import Caller
from connector.sandbox.servicenow.plugin import install
from connector.sandbox.servicenow.schema import Column, Row, Table
from connector.sandbox.servicenow.task_rules import TaskRules, entered
from connector.sandbox.servicenow.world import World

DEFECT = "rm_defect"
DRAFT, SCOPING, APPROVAL, WORK = "-6", "-5", "-4", "2"
TESTING, DEPLOY, COMPLETE, HOLD, CANCELLED = "-8", "-9", "3", "-1", "4"
READER, WRITER = "scrum_user", "scrum_story_creator"
"""Roles: who sees defects, and who may report and change them."""

TABLE = Table(
    DEFECT,
    "Defect",
    (choice("state", DRAFT), Column("severity", "integer", choice=True)),
    parent="task",
    display="number",
    prefix="DFCT",
    read_role=READER,
    write_role=WRITER,
)
CHOICES = tuple(
    rows(
        DEFECT,
        "state",
        f"{DRAFT}:Draft|{SCOPING}:Scoping|{APPROVAL}:Awaiting approval|{WORK}:Work in progress|"
        f"{TESTING}:Testing/QA|{DEPLOY}:Deploy/Launch|{COMPLETE}:Closed Complete|{HOLD}:On Hold|"
        f"{CANCELLED}:Cancelled",
    )
)


class DefectRules(TaskRules):
    """A defect may go from any state to any other; at the end it is no longer active."""

    def before(self, world: World, old: Row | None, new: Row, by: Caller, /) -> None:
        """Complete the row."""
        super().before(world, old, new, by)
        new["active"] = "false" if new["state"] in (COMPLETE, CANCELLED) else "true"
        if entered(old, new, COMPLETE, CANCELLED):
            new["closed_at"], new["closed_by"] = world.now(), by.sys_id


def activate(world: World) -> None:
    """Switch the plugin on; its tables stay, whatever comes."""
    install(world, TABLE, DefectRules(), CHOICES)
