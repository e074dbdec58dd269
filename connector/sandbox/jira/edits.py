"""The two ways a request says what fields should become: ``fields`` sets, ``update`` operates.

:func:`collect` reads both against a screen and answers with raw values, comments to add and every
problem at once. Whoever calls it writes nothing when there is one problem.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connector.sandbox.jira import values
from connector.sandbox.jira.model import FieldDef, Issue
from connector.sandbox.jira.problems import bare, off_screen
from connector.sandbox.jira.values import BadValue, Reading

Screen = Mapping[str, bool]
MEMBERS = frozenset({"fields", "update", "properties", "transition", "historyMetadata"})
_SETS = frozenset({"labels", "components", "versions", "options"})


@dataclass(slots=True)
class Wanted:
    """What a request asks for: raw values by field id, comment bodies, and what is wrong."""

    raw: dict[str, Any] = field(default_factory=dict)
    comments: list[dict[str, Any]] = field(default_factory=list)
    links: list[dict[str, Any]] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)


def check_members(payload: Any) -> dict[str, Any]:
    """The payload itself, or a refusal when it is not one."""
    if not isinstance(payload, dict) or not payload.keys() <= MEMBERS:
        raise bare(400, "There was an error parsing JSON. Check that your request body is valid.")
    for name in ("fields", "update"):
        if not isinstance(payload.get(name) or {}, dict):
            raise bare(400, f"Can not deserialize '{name}': an object is expected.")
    return payload


def collect(
    reading: Reading,
    screen: Screen,
    payload: Mapping[str, Any],
    held: Issue | None = None,
    ignored: frozenset[str] = frozenset(),
) -> Wanted:
    """Read ``fields`` and ``update`` of a payload against a screen."""
    wanted = Wanted()
    fields = payload.get("fields") or {}
    update = payload.get("update") or {}
    for name, value in fields.items():
        if name in ignored:
            continue
        if name in update:
            wanted.errors[name] = f"Field '{name}' cannot be set and updated in the same request."
            continue
        _set(reading, screen, wanted, name, value)
    for name, operations in update.items():
        if name not in wanted.errors:
            _operate(reading, screen, wanted, (name, operations), held)
    return wanted


def _set(reading: Reading, screen: Screen, wanted: Wanted, name: str, value: Any) -> None:
    known = reading.world.fields.get(name)
    if known is None or name not in screen or known.kind in ("page", "files", "links"):
        wanted.errors[name] = off_screen(name)
        return
    try:
        wanted.raw[name] = values.read(reading, known, value)
    except BadValue as problem:
        wanted.errors[name] = str(problem)


def _operate(
    reading: Reading,
    screen: Screen,
    wanted: Wanted,
    asked: tuple[str, Any],
    held: Issue | None,
) -> None:
    name, operations = asked
    known = reading.world.fields.get(name)
    if known is None or name not in screen or known.kind == "files":
        wanted.errors[name] = off_screen(name)
        return
    if not isinstance(operations, list) or not all(_is_operation(row) for row in operations):
        wanted.errors[name] = f"Field '{name}' expects an array of operations."
        return
    if known.kind in ("page", "links"):
        _append(wanted, known, operations)
        return
    start = held.fields.get(name) if held else None
    present = start if start is not None else values.empty(known)
    try:
        for row in operations:
            ((verb, value),) = row.items()
            present = _apply(reading, known, present, (verb, value))
    except BadValue as problem:
        wanted.errors[name] = str(problem)
        return
    wanted.raw[name] = present


def _is_operation(row: Any) -> bool:
    return isinstance(row, dict) and len(row) == 1


def _append(wanted: Wanted, known: FieldDef, operations: list[dict[str, Any]]) -> None:
    place = wanted.comments if known.kind == "page" else wanted.links
    for row in operations:
        if "add" not in row or not isinstance(row["add"], dict):
            wanted.errors[known.id] = f"Field '{known.id}' does not support this operation."
            return
        place.append(row["add"])


def _apply(reading: Reading, known: FieldDef, present: Any, asked: tuple[str, Any]) -> Any:
    verb, value = asked
    if verb == "set":
        return values.read(reading, known, value)
    if known.kind not in _SETS or verb not in ("add", "remove"):
        raise BadValue(f"Field '{known.id}' does not support operation '{verb}'.")
    members = values.read(reading, known, [value])
    rest = set(present) - set(members)
    return tuple(sorted(rest | set(members) if verb == "add" else rest))


def missing(reading: Reading, screen: Screen, wanted: Wanted) -> None:
    """Note the demanded fields that are empty."""
    for name, demanded in screen.items():
        if not demanded or name in ("project", "issuetype") or name in wanted.errors:
            continue
        if wanted.raw.get(name) in (None, ()):
            known = reading.world.fields[name]
            wanted.errors[name] = (
                "You must specify a summary of the issue."
                if name == "summary"
                else f"{known.name} is required."
            )
