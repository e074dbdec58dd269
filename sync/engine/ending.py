"""The last actions of a link whose record was deleted, and the first when it is back. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mappings.model import Rule
from mappings.sides import Side
from mappings.values import Unknown
from sync.core.model import Value
from sync.core.plan import Action, Remark, Update
from sync.engine.cases import Case
from sync.engine.parked import status_of
from sync.engine.parting import closing, deletion, surviving
from sync.engine.sayings import sayings


def farewells(case: Case, installation: str) -> tuple[Case, tuple[Action, ...]]:
    """What is left to do about a record whose twin was deleted; the case remembers a closing."""
    side = surviving(case)
    if side is None:
        return case, ()
    last: list[Action] = [one for one in (closing(case), deletion(case)) if one is not None]
    if any(isinstance(one, Update) for one in last):
        away = replace(case.absences[side.other], closed=True)
        case = replace(case, absences={**case.absences, side.other: away})
    status = status_of(case, side)
    said = sayings(case, side, installation)
    last += [Remark(case.spec.pair, side, case.link, text, status) for text in said]
    return case, tuple(last)


def came_back(case: Case, rule: Rule, values: Mapping[Side, Value | Unknown]) -> bool:
    """Whether a record is back whose twin we had closed for it: its own status counts then."""
    if case.returned is None or rule.relation.kind != "status":
        return False
    held = values[case.returned.other]
    return not isinstance(held, Unknown) and rule.relation.closes(case.returned.other, held)
