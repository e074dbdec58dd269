"""Filling Jira's forms: which value goes into which field of a create or transition screen.

A *screen* is what Jira's metadata says may be set in one place: by field id its schema, whether it
is required, and its allowed values. Names people see are matched to allowed values here, without
case, and sent as ids, because one name may stand for different ids in different projects.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connector.errors import Rejected
from connector.jira.answers import SIDE
from connector.jira.boards import Ids
from connector.jira.facts import Facts
from connector.jira.fields import CASCADE, SPRINT, FieldSpec, is_link
from connector.jira.translate import Dialect, both_levels, encoded
from connector.values import Draft, Value

Screen = Mapping[str, Mapping[str, Any]]

_ELSEWHERE = frozenset({"project", "issuetype"})
_BY_MOVING = frozenset({"status", "status_category"})
_CHOICE = frozenset(
    {"priority", "resolution", "version", "component", "option", "securitylevel", "issuetype"}
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value goes: a project, in its site's dialect; ``ids`` are looked up as needed."""

    project: str
    dialect: Dialect
    ids: Ids
    subtask: bool = False


def placed(name: str, value: Value, place: Place) -> tuple[FieldSpec, Value]:
    """The Jira field for a native name, and the value in that field's own terms."""
    if name in _BY_MOVING:
        raise Rejected("a status is reached by transitions, not set", field=name, side=SIDE)
    if is_link(name):
        raise Rejected("links are added and removed, never set", field=name, side=SIDE)
    link = place.dialect.epic_link
    if name == "parent" and link is not None and not place.subtask:
        return link, place.ids.epic(value, name)
    spec = place.dialect.table.find(name)
    if spec is None:
        raise Rejected(f"Jira has no field {name!r}", field=name, side=SIDE)
    if spec.custom == SPRINT:
        return spec, place.ids.sprint(place.project, value, name)
    return spec, value


def create_fields(draft: Draft, screen: Screen, facts: Facts, ids: Ids) -> dict[str, Any]:
    """A draft's fields as the create screen wants them; empty values are left out.

    A field that is not on the screen is refused by name before anything is sent. ``parent`` is the
    exception: Cloud takes it for every type but does not list it for every project.
    """
    dialect = facts.dialect(draft.fields, schema=True)
    types = facts.types(draft.container) if "parent" in draft.fields else []
    subtask = any(row.get("subtask") for row in types if row.get("name") == draft.kind)
    place = Place(draft.container, dialect, ids, subtask)
    body: dict[str, Any] = {}
    for name, value in draft.fields.items():
        if name in _ELSEWHERE or value is None or value in ("", ()):
            continue
        spec, own = placed(name, value, place)
        row = screen.get(spec.id)
        if row is None and spec.id != "parent":
            what = f"{spec.name} is not on the create screen of {draft.kind} in {draft.container}"
            raise Rejected(what, field=name, side=SIDE)
        body[spec.id] = chosen(spec, row or {}, own, dialect, name)
    return body


def chosen(
    spec: FieldSpec, row: Mapping[str, Any], value: Value, dialect: Dialect, name: str
) -> Any:
    """The value for one field of a screen, matched to its allowed values where it lists them."""
    described = FieldSpec.of({**row, "fieldId": spec.id}) if row.get("schema") else spec
    allowed = row.get("allowedValues") or ()
    if value is None or not allowed:
        return encoded(described, value, dialect)
    if described.type == CASCADE:
        return _cascaded(allowed, value, name)
    if described.type in _CHOICE:
        return _allowed(allowed, value, name)
    if described.type == "array" and described.items in _CHOICE:
        members = value if isinstance(value, tuple) else (value,)
        return [_allowed(allowed, member, name) for member in members]
    return encoded(described, value, dialect)


def _allowed(allowed: Any, value: Value, name: str) -> dict[str, Any]:
    wanted = str(value).casefold()
    for row in allowed:
        if any(str(row.get(m, "")).casefold() == wanted for m in ("name", "value", "id")):
            return {"id": str(row["id"])} if row.get("id") else {"name": str(row["name"])}
    raise _impossible(allowed, value, name)


def _cascaded(allowed: Any, value: Value, name: str) -> dict[str, Any]:
    """Both levels by id; a name may have the separator in it, so whole texts are compared."""
    wanted = str(value).casefold()
    for row in allowed:
        if str(row.get("value", "")).casefold() == wanted:
            return {"id": str(row["id"])}
        for below in row.get("children") or ():
            if both_levels(row, below).casefold() == wanted:
                return {"id": str(row["id"]), "child": {"id": str(below["id"])}}
    raise _impossible(allowed, value, name)


def _impossible(allowed: Any, value: Value, name: str) -> Rejected:
    offered = names_of(allowed)
    what = f"{name} cannot be {value!r}; allowed are: {', '.join(offered)}"
    return Rejected(what, field=name, side=SIDE, offered=tuple(offered))


def names_of(allowed: Any) -> list[str]:
    """The allowed values as people see them, those of a cascade with both their levels."""
    names: list[str] = []
    for row in allowed or ():
        names.append(str(row.get("name") or row.get("value") or row.get("id")))
        names += [both_levels(row, below) for below in row.get("children") or ()]
    return names
