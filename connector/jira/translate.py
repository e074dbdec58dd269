"""Jira's JSON to :class:`~connector.base.Record` and back. Pure.

Terms: a field's *shape* is what its JSON looks like: a name in an object, an account, a list of
objects, a plain value. Reading goes by shape, so that fields unknown to us still read sensibly;
writing goes by the field's schema, because Jira refuses a wrong shape.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from connector.contents import File
from connector.errors import BrokenAnswer, Rejected
from connector.jira.fields import CASCADE, EPIC_LINK, SPRINT, FieldSpec, FieldTable, is_link
from connector.jira.jql import milliseconds
from connector.jira.links import linked
from connector.jira.sprints import is_sprint, present
from connector.jira.workflow import Status
from connector.values import Comment, Record, Value

ENVELOPE = ("updated", "created", "creator", "issuetype", "project")
"""Fields that every read asks for: without them there is no :class:`Record`."""

LEVELS = " / "
"""Stands between the two levels of a cascade."""

PUBLIC_PROPERTY = "sd.public.comment"
"""The comment property that hides a comment from customers of a service project."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """What the two flavours write differently, and where issues are opened in a browser."""

    cloud: bool
    browse: str
    table: FieldTable

    @property
    def account(self) -> str:
        """The member that names a person in JSON."""
        return "accountId" if self.cloud else "name"

    @property
    def epic_link(self) -> FieldSpec | None:
        """The custom field that holds the epic on Data Center; Cloud has ``parent``."""
        return None if self.cloud else self.table.of_custom(EPIC_LINK)


def stamp(text: str) -> datetime:
    """A JSON time stamp (any offset) as aware UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except (ValueError, TypeError) as error:
        raise BrokenAnswer(f"{text!r} is no time stamp", side="jira") from error
    if moment.tzinfo is None:
        raise BrokenAnswer(f"the time stamp {text!r} has no zone", side="jira")
    return moment.astimezone(UTC)


def version(moment: datetime) -> str:
    """The version token of a record: its ``updated`` in UTC milliseconds."""
    return str(milliseconds(moment))


def asked(names: Iterable[str], dialect: Dialect) -> list[str]:
    """The field ids to request for these native names, the envelope included."""
    ids = dict.fromkeys(ENVELOPE)
    for name in names:
        spec = dialect.table.find(name)
        if spec is not None:
            ids[spec.id] = None
        if name == "parent" and dialect.epic_link is not None:
            ids[dialect.epic_link.id] = None
    return list(ids)


def record(
    issue: Mapping[str, Any],
    names: Collection[str],
    dialect: Dialect,
    epics: Mapping[str, str] | None = None,
) -> Record:
    """An issue as a record with these native fields. ``epics`` maps epic keys to their ids."""
    raw = part(issue, "fields")
    updated = stamp(raw.get("updated", ""))
    return Record(
        container=str(part(raw, "project").get("key", "")),
        key=str(issue["id"]),
        label=str(issue.get("key", "")),
        kind=str(part(raw, "issuetype").get("name", "")),
        version=version(updated),
        created=stamp(raw.get("created", "")),
        updated=updated,
        url=f"{dialect.browse}/browse/{issue.get('key', '')}",
        created_by=_person(raw.get("creator"), dialect),
        fields=_values(raw, names, dialect, epics or {}),
    )


def part(body: Any, name: str) -> Mapping[str, Any]:
    """A member that is an object; a missing one means that this is not Jira's answer."""
    value = body.get(name) if isinstance(body, Mapping) else None
    if not isinstance(value, Mapping):
        raise BrokenAnswer(f"the answer has no {name!r}", side="jira")
    return value


def _values(
    raw: Mapping[str, Any], names: Collection[str], dialect: Dialect, epics: Mapping[str, str]
) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for name in names:
        spec = dialect.table.find(name)
        if name == "parent":
            values.update(_parent(raw, dialect, epics))
        elif is_link(name):
            values.update(_linked(raw, name))
        elif spec is not None and spec.id in raw:
            values[name] = _value(name, raw[spec.id], dialect)
    return values


def _parent(raw: Mapping[str, Any], dialect: Dialect, epics: Mapping[str, str]) -> dict[str, Value]:
    """The parent's id; Jira leaves ``parent`` out where there is none.

    An epic that we cannot see is unknown, not empty, so the name stays absent then.
    """
    above = raw.get("parent")
    if isinstance(above, Mapping):
        return {"parent": str(above.get("id"))}
    link = dialect.epic_link
    key = raw.get(link.id) if link else None
    if not key:
        return {"parent": None}
    return {"parent": epics[str(key)]} if str(key) in epics else {}


def _linked(raw: Mapping[str, Any], name: str) -> dict[str, Value]:
    """The linked issues; a site without issue linking has no such field, which is unknown."""
    rows = raw.get("issuelinks")
    return {name: linked(rows, name)} if isinstance(rows, list) else {}


def status_of(row: Mapping[str, Any]) -> Status:
    """A status as Jira writes it, with its category's key."""
    return Status(str(row.get("name")), str((row.get("statusCategory") or {}).get("key", "")))


def epic_keys(issues: Iterable[Mapping[str, Any]], dialect: Dialect) -> set[str]:
    """The epic keys in these issues' Epic Link fields: Data Center tells no ids there."""
    link = dialect.epic_link
    if link is None:
        return set()
    found = (part(issue, "fields").get(link.id) for issue in issues)
    return {str(key) for key in found if key}


def _value(name: str, raw: Any, dialect: Dialect) -> Value:
    if name == "status_category":
        return str(part(raw, "statusCategory").get("key", ""))
    if name == "labels":
        return tuple(sorted(raw or ()))
    if name == "attachment":
        return tuple(str(row.get("id")) for row in raw or () if isinstance(row, Mapping))
    if isinstance(raw, list) and any(map(is_sprint, raw)):
        return present(raw)
    if isinstance(raw, list):
        return tuple(str(_scalar(item, dialect)) for item in raw) or None
    return _scalar(raw, dialect)


def _scalar(raw: Any, dialect: Dialect) -> Value:
    if raw is None or raw == "":
        return None
    if not isinstance(raw, Mapping):
        return raw if isinstance(raw, str | int | float | bool) else str(raw)
    if "accountId" in raw or "emailAddress" in raw or "displayName" in raw:
        return _person(raw, dialect) or None
    if raw.get("type") == "doc":
        return _document(raw)
    if isinstance(raw.get("child"), Mapping):
        return both_levels(raw, raw["child"])
    for member in ("name", "value", "key", "id"):
        if raw.get(member):
            return str(raw[member])
    return None


def _document(raw: Mapping[str, Any]) -> str:
    """A text in the document format, as it is: it must not look like an empty field.

    Texts are read through REST v2, which has them as wiki markup; an app may answer otherwise.
    """
    return json.dumps(raw, ensure_ascii=False)


def both_levels(above: Mapping[str, Any], below: Mapping[str, Any]) -> str:
    """A choice of a cascade as one text."""
    return f"{above.get('value') or ''}{LEVELS}{below.get('value') or ''}"


def _person(raw: Any, dialect: Dialect) -> str:
    return str(raw.get(dialect.account) or "") if isinstance(raw, Mapping) else ""


def encoded(spec: FieldSpec, value: Value, dialect: Dialect) -> Any:
    """A value in the shape the field's schema wants; ``None`` empties the field."""
    if spec.type == "array":
        members = value if isinstance(value, tuple) else (() if value is None else (str(value),))
        if spec.custom == SPRINT:
            return int(members[0]) if members else None
        return [_shaped(spec.items, member, dialect) for member in members]
    if value is None or value == "":
        return None
    if isinstance(value, tuple):
        raise Rejected("the field takes one value, not several", field=spec.id, side="jira")
    return _shaped(spec.type, value, dialect)


_NAMED = frozenset({"priority", "resolution", "version", "component", "group", "issuetype"})


def _shaped(kind: str, value: Any, dialect: Dialect) -> Any:
    if kind == "user":
        return {dialect.account: str(value)}
    if kind in _NAMED:
        return {"name": str(value)}
    if kind == CASCADE:
        above, cut, below = str(value).partition(LEVELS)
        return {"value": above, "child": {"value": below}} if cut else {"value": above}
    if kind == "option":
        return {"value": str(value)}
    if kind == "issuelink":
        return {"id": str(value)} if str(value).isdigit() else {"key": str(value)}
    if kind == "number":
        return _number(value)
    return value if isinstance(value, bool) else str(value)


def _number(value: Any) -> int | float:
    if isinstance(value, int | float):
        return value
    try:
        number = float(value)
    except ValueError as error:
        raise Rejected(f"{value!r} is no number", side="jira") from error
    return int(number) if number.is_integer() else number


def comment(row: Mapping[str, Any], container: str, key: str, dialect: Dialect) -> Comment:
    """One comment. A restricted one counts as internal: it must not reach customers.

    Cloud tells of every comment, in every project, whether customers may read it (``jsdPublic``,
    the OpenAPI description of ``Comment``); where it does not, nobody says that they may.
    """
    author = row.get("author")
    created, body = stamp(row.get("created", "")), row.get("body")
    veiled = row.get("jsdPublic") is not True if dialect.cloud else _hidden(row)
    return Comment(
        container=container,
        key=key,
        id=str(row["id"]),
        lane="comment",
        author=_person(author, dialect),
        author_name=str((author or {}).get("displayName") or ""),
        created=created,
        updated=stamp(row["updated"]) if row.get("updated") else created,
        body=_document(body) if isinstance(body, Mapping) else str(body or ""),
        internal=veiled or bool(row.get("visibility")) or _hidden(row),
        editor_name=str((row.get("updateAuthor") or {}).get("displayName") or ""),
    )


def file(row: Mapping[str, Any], container: str, key: str, dialect: Dialect) -> File:
    """One attachment, as the issue's field shows it."""
    author = row.get("author")
    return File(
        container=container,
        key=key,
        id=str(row["id"]),
        name=str(row.get("filename") or ""),
        size=int(row["size"]),
        type=str(row.get("mimeType") or "application/octet-stream"),
        author=_person(author, dialect),
        author_name=str((author or {}).get("displayName") or ""),
        created=stamp(row.get("created", "")),
    )


def _hidden(row: Mapping[str, Any]) -> bool:
    marks = [each for each in row.get("properties") or () if each.get("key") == PUBLIC_PROPERTY]
    values = (mark.get("value") for mark in marks)
    return any(isinstance(v, Mapping) and v.get("internal") in (True, "true") for v in values)
