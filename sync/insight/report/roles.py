"""Who looks at which figures: the service desk, delivery, change and security, business. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sync.insight.model import Measure, Subject


@dataclass(frozen=True, slots=True)
class Role:
    """People who decide something by figures; ``figures`` are how the names of theirs begin."""

    id: str
    title: str
    decides: str
    figures: tuple[str, ...]
    rising: tuple[Subject, ...] = ()
    """Whose rise they hear of first."""


ROLES = (
    Role(
        "desk",
        "Service desk",
        "Where contacts come from, how fast service is restored, and whether it stays so.",
        (
            *("incident_volume", "time_to_restore", "first_contact", "reopen_rate", "backlog"),
            *("resolution", "satisfaction"),
        ),
        (Subject.SERVICE, Subject.ITEM, Subject.CATEGORY),
    ),
    Role(
        "delivery",
        "Delivery",
        "How long work takes from asked to done, what is stuck, and what incidents ask for next.",
        ("lead_time", "cycle_time", "throughput", "work_item_age", "work_in_progress"),
        (Subject.PROBLEM,),
    ),
    Role(
        "change",
        "Change and security",
        "Whether changes are safe enough to flow, and who waits for whose approval.",
        ("change_", "approval_", "emergency", "standard"),
    ),
    Role(
        "business",
        "Business",
        "Whether services are there, whether that improves, and where money and attention help.",
        ("availability", "outage", "cost", "improvement"),
    ),
)

OTHERS = Role("more", "More figures", "What belongs to no single role.", ())

OUTCOMES = (
    *("incident_volume", "time_to_restore_median", "change_failure_rate", "availability"),
    "lead_time_p50",
)
"""The few figures of each service that business looks at, and everybody on top."""


def role_of(name: str) -> Role:
    """Whose figure that is; nobody's is not lost."""
    return next((role for role in ROLES if name.startswith(role.figures)), OTHERS)


def figures_of(role: Role, measures: Iterable[Measure]) -> tuple[Measure, ...]:
    """The role's figures, in the order in which it names them."""
    mine = [one for one in measures if role_of(one.name) is role]
    order = {prefix: place for place, prefix in enumerate(role.figures)}

    def place(one: Measure) -> int:
        return min((at for prefix, at in order.items() if one.name.startswith(prefix)), default=0)

    return tuple(sorted(mine, key=place))
