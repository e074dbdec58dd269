"""The acting half of the policy file: how changes are flagged, which may go the standard path, and
what is told on the records. Pure.

ServiceNow lets the type of a change in New be changed from standard to another one and between
normal and emergency, never to standard ("Modify change request type", State model and transitions).
A standard change is made from its template; of one that was, ``allow`` takes the step past the
approvals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from mappings.schema import Strict, Word

Path = Literal["off", "propose", "allow"]
Label = Annotated[
    str,
    BeforeValidator(lambda value: "" if value is False else value),
    StringConstraints(pattern=r"^[^\s\"']*$", max_length=255),
]
"""A label of Jira, which has no blanks; empty or off: none."""


class LabelsPart(Strict):
    """Labels on the story of a change."""

    unapproved: Label = Field("change-unapproved", description="Done, the change not approved.")
    unready: Label = Field("change-unready", description="Its window opens, nothing prepared.")


class FlagsPart(Strict):
    """What happens to what is not as it has to be."""

    labels: LabelsPart = Field(default_factory=lambda: LabelsPart.model_validate({}))
    notes: bool = Field(True, description="A work note on the change, and one when it is over.")


class StandardPart(Strict):
    """What becomes of a change that is standard by these rules and has not gone that way yet."""

    path: Annotated[Path, BeforeValidator(lambda value: "off" if value is False else value)] = (
        Field("propose", description="off, propose, or allow: schedule those from a template.")
    )
    templates: dict[str, Word] = Field(
        default_factory=dict, description="The template to raise it from, by the rule's name."
    )


class NotesPart(Strict):
    """What else stands as work notes on changes."""

    checks: bool = Field(True, description="Each result of an automated check.")
    escalations: bool = Field(True, description="Who has to look, by which rule.")


@dataclass(frozen=True, slots=True)
class Acting:
    """All of it. ``labels`` are by flag; a flag without one is absent. ``path`` and ``templates``
    are those of :class:`StandardPart`."""

    labels: Mapping[str, str] = field(default_factory=dict)
    flag_notes: bool = True
    check_notes: bool = True
    escalation_notes: bool = True
    path: Path = "propose"
    templates: Mapping[str, str] = field(default_factory=dict)


def acting(flags: FlagsPart, standard: StandardPart, notes: NotesPart) -> Acting:
    """What these parts say together."""
    return Acting(
        {flag: label for flag, label in flags.labels.model_dump().items() if label},
        flags.notes,
        notes.checks,
        notes.escalations,
        standard.path,
        dict(standard.templates),
    )
