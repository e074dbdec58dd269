"""Transitions as Jira offers them: read into steps, filled in with fields. Pure.

Of a screen so much is kept with the step as filling it takes, so that a known way can be gone
without asking again what its screens look like.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.errors import Rejected
from connector.jira.answers import SIDE
from connector.jira.screens import chosen, names_of
from connector.jira.translate import Dialect, status_of
from connector.jira.workflow import Step
from connector.values import Fields

_MEMBERS = ("name", "required", "hasDefaultValue", "schema")
_NAMES = ("id", "name", "value")


def step_of(row: Mapping[str, Any]) -> Step:
    """A transition of Jira's answer; it demands the required fields that have no default."""
    fields = row.get("fields") or {}
    screen = {name: _kept(each) for name, each in fields.items()}
    demands = sorted(
        name
        for name, each in screen.items()
        if each.get("required") and not each.get("hasDefaultValue")
    )
    to = status_of(row.get("to") or {})
    return Step(str(row.get("id")), str(row.get("name")), to, tuple(demands), screen)


def _kept(field: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: field[name] for name in _MEMBERS if name in field}
    if field.get("allowedValues"):
        kept["allowedValues"] = [
            {name: each[name] for name in _NAMES if name in each}
            for each in field["allowedValues"]
            if isinstance(each, Mapping)
        ]
    return kept


def filled_names(fields: Fields, dialect: Dialect) -> frozenset[str]:
    """The ids of the fields that a move brings values for."""
    specs = (dialect.table.find(name) for name, value in fields.items() if value is not None)
    return frozenset(spec.id for spec in specs if spec is not None)


def filled(step: Step, fields: Fields, dialect: Dialect, *, last: bool) -> dict[str, Any]:
    """What goes along with a transition: what its screen demands, on the last one all it offers.

    Raises ``Rejected`` naming a demanded field that the move has no value for.
    """
    screen = step.screen or {}
    given: dict[str, Any] = {}
    for name, value in fields.items():
        spec = dialect.table.find(name)
        if spec is None or spec.id not in screen or value is None:
            continue
        if last or spec.id in step.demands:
            given[spec.id] = chosen(spec, screen[spec.id], value, dialect, name)
    for missing in step.demands:
        if missing not in given:
            raise _demanded(missing, screen[missing], step)
    return given


def _demanded(name: str, field: Mapping[str, Any], step: Step) -> Rejected:
    allowed = names_of(field.get("allowedValues") or ())
    choice = f"; allowed are: {', '.join(allowed)}" if allowed else ""
    label = field.get("name") or name
    what = f"the step {step.name!r} demands a value for {label}{choice}"
    remedy = f"Give the mapping's status rule a value for {name}."
    return Rejected(what, field=name, side=SIDE, remedy=remedy)
