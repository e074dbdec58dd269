"""Which changes may go the standard path, and which of them can be sent there. Pure.

Such a change is standard by the policy, lacks nothing, is at nobody's to look at, and is still New.
One of type standard has only to be scheduled. One of type normal cannot become standard: ServiceNow
takes that type from New to another one and never back to it, so people raise it from its template.
"""

from __future__ import annotations

from collections.abc import Iterable

from mappings.acting import Acting
from mappings.policy import ChangeClass
from sync.insight.changing.readiness import NEW, STANDARD
from sync.insight.model import Judged, Standard

SCHEDULED = "-2"
NORMAL = "normal"


def standard(judged: Iterable[Judged], acting: Acting) -> tuple[Standard, ...]:
    """In the given order; none where the policy wants nothing of it."""
    if acting.path == "off":
        return ()
    return tuple(
        Standard(
            one.change,
            one.judgement.rule,
            acting.templates.get(one.judgement.rule, ""),
            one.change.type.casefold() == STANDARD,
        )
        for one in judged
        if _may(one)
    )


def can_be_scheduled(one: Standard) -> bool:
    """Whether nothing is missing for the step past the approvals: it came from a template, which
    ServiceNow approved, and its window is known."""
    change = one.change
    window = change.planned is not None and change.planned_end is not None
    return one.raised and bool(change.template) and window


def _may(one: Judged) -> bool:
    told, change = one.judgement, one.change
    return (
        told.class_ is ChangeClass.STANDARD
        and not told.demands
        and not told.escalates
        and change.state == NEW
        and change.type.casefold() in (NORMAL, STANDARD)
    )
