"""Transitions as Jira offers them: read into steps, filled in with fields. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.errors import Rejected
from connector.jira.answers import SIDE
from connector.jira.screens import chosen, names_of
from connector.jira.translate import Dialect, status_of
from connector.jira.workflow import Step
from connector.values import Fields


def step_of(row: Mapping[str, Any]) -> Step:
    """A transition of Jira's answer; it demands the required fields that have no default."""
    screen = row.get("fields") or {}
    demands = tuple(
        sorted(
            name
            for name, each in screen.items()
            if each.get("required") and not each.get("hasDefaultValue")
        )
    )
    return Step(str(row.get("id")), str(row.get("name")), status_of(row.get("to") or {}), demands)


def filled_names(fields: Fields, dialect: Dialect) -> frozenset[str]:
    """The ids of the fields that a move brings values for."""
    specs = (dialect.table.find(name) for name, value in fields.items() if value is not None)
    return frozenset(spec.id for spec in specs if spec is not None)


def filled(
    row: Mapping[str, Any], fields: Fields, dialect: Dialect, *, last: bool
) -> dict[str, Any]:
    """What goes along with a transition: what its screen demands, on the last one all it offers.

    Raises ``Rejected`` naming a demanded field that the move has no value for.
    """
    screen = row.get("fields") or {}
    given: dict[str, Any] = {}
    for name, value in fields.items():
        spec = dialect.table.find(name)
        if spec is None or spec.id not in screen or value is None:
            continue
        if last or spec.id in step_of(row).demands:
            given[spec.id] = chosen(spec, screen[spec.id], value, dialect, name)
    for missing in step_of(row).demands:
        if missing not in given:
            raise _demanded(missing, screen[missing], row)
    return given


def _demanded(name: str, field: Mapping[str, Any], row: Mapping[str, Any]) -> Rejected:
    allowed = names_of(field.get("allowedValues") or ())
    choice = f"; allowed are: {', '.join(allowed)}" if allowed else ""
    label = field.get("name") or name
    what = f"the step {row.get('name')!r} demands a value for {label}{choice}"
    remedy = f"Give the mapping's status rule a value for {name}."
    return Rejected(what, field=name, side=SIDE, remedy=remedy)
