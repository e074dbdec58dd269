"""Filling Jira's forms: which value goes into which field of a create or transition screen.

A *screen* is what Jira's metadata says may be set in one place: by field id its schema, whether it
is required, and its allowed values. Names people see are matched to allowed values here, without
case, and sent as ids, because one name may stand for different ids in different projects.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.errors import Rejected
from connector.jira.answers import SIDE
from connector.jira.facts import Facts
from connector.jira.fields import FieldSpec, is_link
from connector.jira.records import Records
from connector.jira.translate import Dialect, encoded
from connector.values import Draft, Value

Screen = Mapping[str, Mapping[str, Any]]

_ELSEWHERE = frozenset({"project", "issuetype"})
_BY_MOVING = frozenset({"status", "status_category"})
_CHOICE = frozenset(
    {"priority", "resolution", "version", "component", "option", "securitylevel", "issuetype"}
)


class Epics:
    """Epic keys by issue id, for the Epic Link of Data Center. Lives for one call."""

    def __init__(self, facts: Facts, records: Records) -> None:
        self._facts = facts
        self._records = records
        self._keys: dict[str, str] = {}

    def key(self, value: Value) -> Value:
        """The key of the epic with this id. Raises ``Gone`` for one that we cannot see."""
        if value is None or not str(value).isdigit():
            return value
        found = self._keys.get(str(value))
        if found is None:
            found = str(self._records.issue(str(value), ["issuetype"])["key"])
            self._keys[str(value)] = found
        return found


def placed(
    name: str, value: Value, dialect: Dialect, epics: Epics, *, subtask: bool = False
) -> tuple[FieldSpec, Value]:
    """The Jira field for a native name, and the value in that field's own terms."""
    if name in _BY_MOVING:
        raise Rejected("a status is reached by transitions, not set", field=name, side=SIDE)
    if is_link(name):
        raise Rejected("links are added and removed, never set", field=name, side=SIDE)
    link = dialect.epic_link
    if name == "parent" and link is not None and not subtask:
        return link, epics.key(value)
    spec = dialect.table.find(name)
    if spec is None:
        raise Rejected(f"Jira has no field {name!r}", field=name, side=SIDE)
    return spec, value


def create_fields(draft: Draft, screen: Screen, facts: Facts, epics: Epics) -> dict[str, Any]:
    """A draft's fields as the create screen wants them; empty values are left out.

    A field that is not on the screen is refused by name before anything is sent. ``parent`` is the
    exception: Cloud takes it for every type but does not list it for every project.
    """
    dialect = facts.dialect(draft.fields, schema=True)
    types = facts.types(draft.container) if "parent" in draft.fields else []
    subtask = any(row.get("subtask") for row in types if row.get("name") == draft.kind)
    body: dict[str, Any] = {}
    for name, value in draft.fields.items():
        if name in _ELSEWHERE or value is None or value in ("", ()):
            continue
        spec, own = placed(name, value, dialect, epics, subtask=subtask)
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
    if described.type in _CHOICE:
        return _allowed(allowed, value, name)
    if described.type == "array" and described.items in _CHOICE:
        members = value if isinstance(value, tuple) else (value,)
        return [_allowed(allowed, member, name) for member in members]
    return encoded(described, value, dialect)


def _allowed(allowed: Any, value: Value, name: str) -> dict[str, str]:
    wanted = str(value).casefold()
    for row in allowed:
        if any(str(row.get(m, "")).casefold() == wanted for m in ("name", "value", "id")):
            return {"id": str(row["id"])} if row.get("id") else {"name": str(row["name"])}
    offered = ", ".join(names_of(allowed))
    raise Rejected(f"{name} cannot be {value!r}; allowed are: {offered}", field=name, side=SIDE)


def names_of(allowed: Any) -> list[str]:
    """The allowed values as people see them."""
    return [str(row.get("name") or row.get("value") or row.get("id")) for row in allowed]
