"""Rows of the Table API to values and back. Pure.

Asked with ``sysparm_display_value=false`` and without reference links, every value is plain text
and ``""`` is empty; dates are UTC (servicenow-api 1.3).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from connector.contents import File
from connector.errors import AccessLost, BrokenAnswer
from connector.servicenow.answers import SIDE
from connector.servicenow.query import FORMAT
from connector.values import Comment, Fields, Group, Person, Record, Sighting, Value

SYSTEM = (
    "sys_id",
    "number",
    "sys_class_name",
    "sys_mod_count",
    "sys_created_on",
    "sys_created_by",
    "sys_updated_on",
    "sys_updated_by",
)
"""Columns that every record is read with."""

_DIGEST = re.compile("[0-9a-f]{64}")
PLAIN = {"sysparm_display_value": "false", "sysparm_exclude_reference_link": "true"}


def columns(fields: Collection[str]) -> str:
    """The parameter that names the wanted columns."""
    return ",".join(dict.fromkeys((*SYSTEM, *sorted(fields))))


def needed(row: Mapping[str, Any], name: str) -> str:
    """A column without which a row says nothing; an access rule can hide it. Raises
    ``AccessLost``."""
    held = value(row.get(name))
    if held is None:
        raise AccessLost(
            f"ServiceNow does not show us the column {name}",
            side=SIDE,
            remedy="Give the account read rights on this column of the mapped tables.",
        )
    return str(held)


def moment(text: str) -> datetime:
    """A stamp as aware UTC. Raises ``BrokenAnswer`` for anything else."""
    try:
        return datetime.strptime(text, FORMAT).replace(tzinfo=UTC)
    except ValueError as error:
        raise BrokenAnswer(f"not a stamp: {text[:30]!r}", side=SIDE) from error


def version(row: Mapping[str, Any]) -> str:
    """The token that changes with every write."""
    return f"{row.get('sys_mod_count', '')}/{row.get('sys_updated_on', '')}"


def record(table: str, row: Mapping[str, Any], fields: Collection[str], url: str) -> Record:
    """A row as a record with the asked fields that the answer carried."""
    key = needed(row, "sys_id")
    return Record(
        container=table,
        key=key,
        label=str(row.get("number") or key),
        kind=str(row.get("sys_class_name") or table),
        version=version(row),
        created=moment(needed(row, "sys_created_on")),
        updated=moment(needed(row, "sys_updated_on")),
        url=f"{url}/nav_to.do?uri={table}.do%3Fsys_id%3D{key}",
        created_by=str(row.get("sys_created_by") or ""),
        updated_by=str(row.get("sys_updated_by") or ""),
        fields={name: value(row[name]) for name in fields if name in row},
    )


def value(held: Any) -> Value:
    """A column's value; an unexpected reference object gives its id."""
    if isinstance(held, dict):
        held = held.get("value")
    return str(held) if held not in (None, "") else None


def payload(fields: Fields) -> dict[str, str]:
    """Values as the Table API takes them; ``""`` empties a column."""
    return {name: _text(held) for name, held in fields.items()}


def _text(held: Value) -> str:
    if held is None:
        return ""
    if isinstance(held, bool):
        return "true" if held else "false"
    return ",".join(held) if isinstance(held, tuple) else str(held)


def sighting(table: str, row: Mapping[str, Any]) -> Sighting:
    """A row of a record stream."""
    return Sighting(
        table, needed(row, "sys_id"), version(row), moment(needed(row, "sys_updated_on"))
    )


def comment_sighting(row: Mapping[str, Any]) -> Sighting:
    """A row of the journal stream."""
    at = moment(needed(row, "sys_created_on"))
    return Sighting(needed(row, "name"), needed(row, "element_id"), needed(row, "sys_id"), at)


def comment(row: Mapping[str, Any], names: Mapping[str, str]) -> Comment:
    """A journal row as a comment; journals are never edited."""
    at, login = moment(needed(row, "sys_created_on")), str(row.get("sys_created_by") or "")
    lane = needed(row, "element")
    return Comment(
        needed(row, "name"),
        needed(row, "element_id"),
        needed(row, "sys_id"),
        lane,
        login,
        names.get(login, login),
        at,
        at,
        str(row.get("value") or ""),
        internal=lane == "work_notes",
    )


PASTED = "ZZ_YY"
"""Stands before the table's name where an image was pasted into a field (servicenow-api 10)."""


def file_sighting(row: Mapping[str, Any]) -> Sighting:
    """A row of the stream of files."""
    at = moment(needed(row, "sys_created_on"))
    return Sighting(
        needed(row, "table_name"), needed(row, "table_sys_id"), needed(row, "sys_id"), at
    )


def file(row: Mapping[str, Any], names: Mapping[str, str]) -> File:
    """A row of ``sys_attachment``."""
    login, size = str(row.get("sys_created_by") or ""), needed(row, "size_bytes")
    table, digest = needed(row, "table_name"), str(row.get("hash") or "").lower()
    return File(
        container=table.removeprefix(PASTED),
        key=needed(row, "table_sys_id"),
        id=needed(row, "sys_id"),
        name=str(row.get("file_name") or ""),
        size=int(size),
        type=str(row.get("content_type") or "application/octet-stream"),
        author=login,
        author_name=names.get(login, login),
        created=moment(needed(row, "sys_created_on")),
        digest=digest if _DIGEST.fullmatch(digest) else "",
        inline=table.startswith(PASTED),
    )


def group(row: Mapping[str, Any]) -> Group:
    """A row of ``sys_user_group``."""
    return Group(
        needed(row, "sys_id"), str(row.get("name") or ""), str(row.get("active")) == "true"
    )


def person(row: Mapping[str, Any], column: str = "") -> Person:
    """A row of ``sys_user``; ``column`` names the other side's person."""
    return Person(
        needed(row, "sys_id"),
        str(row.get("name") or row.get("user_name") or ""),
        str(row.get("email") or ""),
        str(row.get("active")) == "true",
        str(row.get("user_name") or ""),
        str(row.get(column) or "") if column else "",
    )


def honest(rows: Collection[Mapping[str, Any]], name: str, floor: str) -> None:
    """Every row must be at or above a bound we asked for: an ignored condition shows here."""
    if any(needed(row, name) < floor for row in rows):
        raise BrokenAnswer(
            f"the condition on {name} was ignored",
            side=SIDE,
            remedy="Check that the account may query this column.",
        )
