"""The Continual Improvement Management plugin (``com.sn_cim``): the register, where it is active.

Known of it, from the vendor's pages on Continual Improvement Management (``cim-components``,
``cim-field-descriptions``, ``cim-reference``): the table ``sn_cim_register``, a task numbered
CIM; its states by their labels; that people move them by buttons while the field is read-only on
the form; that priority follows impact and urgency; the roles. The property
``sn_cim.initiative_copy_attributes`` names ``short_description``, ``description``, ``priority``,
``assigned_to``, ``business_service`` and ``benefit`` among its columns; the form shows
``assigned_to`` as CIM Coordinator.

Not documented, so modelled on the strict side: the numbers behind the states are this instance's
own; REST keeps the state silently unless the knob ``register_state`` says otherwise; a requester,
who may make initiatives, may not make them here, only a manager. Not modelled: closure code,
outcome, base and target value, KPI and planned dates, whose columns no page names, approvals,
phases and tasks.
"""

from __future__ import annotations

from connector.sandbox.servicenow.choices import rows
from connector.sandbox.servicenow.columns import choice, text
from connector.sandbox.servicenow.knobs import Caller, Door
from connector.sandbox.servicenow.plugin import install
from connector.sandbox.servicenow.refusal import aborted
from connector.sandbox.servicenow.schema import Column, Row, Table
from connector.sandbox.servicenow.task_rules import TaskRules, entered, priority
from connector.sandbox.servicenow.world import World

REGISTER = "sn_cim_register"
NEW, ACCEPTED, ASSESS, APPROVED, PROGRESS = "101", "102", "103", "104", "105"
HOLD, REVIEW, CLOSED, CANCELED = "106", "107", "108", "109"
READER, WRITER = "sn_cim.improvement_requester", "sn_cim.improvement_manager"
"""Roles: who sees initiatives, and who may make and change them."""

BUTTONS = {
    NEW: (ACCEPTED,),
    ACCEPTED: (ASSESS, APPROVED),
    ASSESS: (APPROVED, ACCEPTED),
    APPROVED: (PROGRESS, ASSESS),
    PROGRESS: (HOLD, REVIEW, ASSESS),
    HOLD: (PROGRESS,),
    REVIEW: (CLOSED, PROGRESS),
    CLOSED: (),
    CANCELED: (),
}
"""Where people can bring an initiative; from all but the last two it can be canceled as well."""

TABLE = Table(
    REGISTER,
    "Improvement Initiative",
    (
        choice("state", NEW),
        Column("priority", "integer", read_only=True, default="5", choice=True),
        text("benefit", 100),
    ),
    parent="task",
    display="number",
    prefix="CIM",
    read_role=READER,
    write_role=WRITER,
)
CHOICES = tuple(
    rows(
        REGISTER,
        "state",
        f"{NEW}:New|{ACCEPTED}:Accepted|{ASSESS}:Assess|{APPROVED}:Approved|"
        f"{PROGRESS}:In Progress|{HOLD}:On Hold|{REVIEW}:Monitor/Review|{CLOSED}:Closed|"
        f"{CANCELED}:Canceled",
    )
)
_RULE, _RULE_ID = "Improvement: Check State", "7d1f0a2b53a3130021f8ddeeff7b1c01"


class RegisterRules(TaskRules):
    """States by button only; at the end an initiative is no longer active."""

    def before(self, world: World, old: Row | None, new: Row, by: Caller, /) -> None:
        """Complete and check."""
        super().before(world, old, new, by)
        was = (old or {}).get("state", NEW)
        if by.door is Door.REST and world.knobs.register_state == "ignored":
            new["state"] = was
        steps = (was, *BUTTONS.get(was, ()), CANCELED)
        if by.door is Door.SCREEN and (new["state"] not in steps or was == CLOSED != new["state"]):
            raise aborted(REGISTER, _RULE, _RULE_ID)
        new["priority"] = priority(new.get("impact", ""), new.get("urgency", ""))
        new["active"] = "false" if new["state"] in (CLOSED, CANCELED) else "true"
        if entered(old, new, CLOSED, CANCELED):
            new["closed_at"], new["closed_by"] = world.now(), by.sys_id


def activate(world: World) -> None:
    """Switch the plugin on; its table stays, whatever comes."""
    install(world, TABLE, RegisterRules(), CHOICES)
