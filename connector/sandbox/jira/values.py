"""Field values on their way in: checked as strictly as the real thing checks, then kept raw.

:func:`read` turns one value of a request into its raw form or raises :class:`BadValue` with the
text that the answer carries for that field. Nothing is guessed: a user given in the other flavour's
form, an unknown option, a label with a space or a document where a string is due are refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from connector.sandbox.jira import adf
from connector.sandbox.jira.model import FieldDef, IssueType, Named, Project
from connector.sandbox.jira.problems import TEXT_LIMIT, too_long
from connector.sandbox.jira.world import World

LABEL_LIMIT = 255
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}([+-]\d{4}|Z)")
NOT_A_DOCUMENT = "Operation value must be an Atlassian Document (see the Atlassian Document Format)"
NOT_A_STRING = "Operation value must be a string"


class BadValue(Exception):
    """A value that its field does not take; the text goes under the field's id."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Where a value is read for, and for whom.

    ``rich`` is the newer API version, with documents; a ``blind`` writer sees no hidden issues.
    ``sprints`` are those the issue was in so far.
    """

    world: World
    project: Project
    kind: IssueType
    rich: bool = False
    blind: bool = False
    sprints: tuple[str, ...] = ()


def read(reading: Reading, field: FieldDef, value: Any) -> Any:
    """The raw form of one field's value."""
    reader = _READERS.get(field.kind)
    if reader is None:
        raise BadValue(f"Field '{field.id}' cannot be set.")
    return reader(reading, field, value)


def empty(field: FieldDef) -> Any:
    """The raw form of nothing."""
    return () if field.several else None


def _line(_reading: Reading, field: FieldDef, value: Any) -> str | None:
    if value is None or value == "":
        if field.id == "summary":
            raise BadValue("You must specify a summary of the issue.")
        return None
    if not isinstance(value, str):
        raise BadValue(NOT_A_STRING)
    if field.id == "summary" and not value.strip():
        raise BadValue("You must specify a summary of the issue.")
    if "\n" in value or "\r" in value:
        raise BadValue(
            f"The {field.name.lower()} is invalid because it contains newline characters."
        )
    limit = field.limit or TEXT_LIMIT
    if len(value) > limit:
        if field.id == "summary":
            raise BadValue(f"Summary must be less than {limit} characters.")
        raise BadValue(too_long(limit))
    return value.strip() if field.id == "summary" else value


def _text(reading: Reading, _field: FieldDef, value: Any) -> str | None:
    return rich_text(value, rich=reading.rich)


def rich_text(value: Any, *, rich: bool) -> str | None:
    """A long text in the form of its API version, as a string; empty is ``None``."""
    if value is None:
        return None
    if rich:
        if not adf.is_document(value):
            raise BadValue(NOT_A_DOCUMENT)
        if len(json.dumps(value, ensure_ascii=False, separators=(",", ":"))) > TEXT_LIMIT:
            raise BadValue(too_long())
        return adf.to_text(value) or None
    if not isinstance(value, str):
        raise BadValue(NOT_A_STRING)
    if len(value) > TEXT_LIMIT:
        raise BadValue(too_long())
    return value or None


def _user(reading: Reading, field: FieldDef, value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise BadValue("data was not an object")
    cloud = reading.world.site.cloud
    name = value.get("accountId", value.get("id")) if cloud else value.get("name")
    if name is None and "name" in value and cloud:
        raise BadValue(
            "'accountId' must be the only user identifying query parameter in GDPR mode."
        )
    if name is None:
        return None
    user = reading.world.users.get(str(name))
    if user is None:
        raise BadValue(f"User '{name}' does not exist.")
    if not user.active:
        raise BadValue(
            f"User '{name}' cannot be assigned issues."
            if field.id == "assignee"
            else f"The {field.id} specified is not a user."
        )
    return user.key


def _date(_reading: Reading, _field: FieldDef, value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            pass
    raise BadValue("Error parsing date string: " + str(value))


def _moment(_reading: Reading, _field: FieldDef, value: Any) -> str | None:
    """A date and time of a Date Time Picker, with milliseconds and an offset without a colon."""
    if value is None or value == "":
        return None
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        try:
            return datetime.fromisoformat(value).astimezone(UTC).isoformat()
        except ValueError:
            pass
    raise BadValue("Error parsing time: " + str(value))


def _number(_reading: Reading, _field: FieldDef, value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadValue("Operation value must be a number")
    return float(value)


def _labels(_reading: Reading, _field: FieldDef, value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise BadValue("Field 'labels' expects an array of strings.")
    return tuple(sorted({label(member) for member in value}))


def label(value: Any) -> str:
    """One label."""
    if not isinstance(value, str) or not value:
        raise BadValue("string expected at index 0")
    if re.search(r"\s", value):
        raise BadValue(f"The label '{value}' contains spaces which is invalid.")
    if len(value) > LABEL_LIMIT:
        raise BadValue(f"The label '{value}' exceeds the maximum length for a single label.")
    return value


def _options(_reading: Reading, field: FieldDef, value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise BadValue("data was not an array")
    rows = {row.id: row for row in field.options}
    picked = (_pick(member, rows, "value", field.name) for member in value)
    return tuple(sorted({row for row in picked if row is not None}))


def _cascade(_reading: Reading, field: FieldDef, value: Any) -> str | None:
    above = _pick(value, {row.id: row for row in field.options}, "value", field.name)
    if above is None or value.get("child") is None:
        return above
    rows = {row.id: row for row in field.below.get(above, ())}
    return f"{above}/{_pick(value['child'], rows, 'value', field.name)}"


def _sprint(reading: Reading, _field: FieldDef, value: Any) -> tuple[str, ...]:
    """By number only, and only into one that is open; the closed ones of before stay."""
    if value is None:
        return _closed(reading)
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadValue("The Sprint (id) must be a number")
    sprint = reading.world.sprints.get(value)
    if sprint is None:
        raise BadValue(f"Sprint with id '{value}' does not exist.")
    if sprint.state == "closed":
        raise BadValue("Issue can be assigned only active or future sprints.")
    return (*_closed(reading), str(value))


def _closed(reading: Reading) -> tuple[str, ...]:
    sprints = reading.world.sprints
    return tuple(key for key in reading.sprints if sprints[int(key)].state == "closed")


def _option(_reading: Reading, field: FieldDef, value: Any) -> str | None:
    return _pick(value, {row.id: row for row in field.options}, "value", field.name)


def _priority(reading: Reading, _field: FieldDef, value: Any) -> str | None:
    picked = _pick(value, reading.world.priorities, "name", "priority")
    if picked is None:
        raise BadValue("Priority is required.")
    return picked


def _resolution(reading: Reading, _field: FieldDef, value: Any) -> str | None:
    return _pick(value, reading.world.resolutions, "name", "resolution")


def _pick(value: Any, rows: Mapping[str, Named], name: str, what: str) -> str | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise BadValue(f"Specify a valid 'id' or '{name}' for {what}")
    if value.get("id") is not None:
        if str(value["id"]) in rows:
            return str(value["id"])
        raise BadValue(f"The {what} selected is invalid.")
    found = next((row.id for row in rows.values() if row.name == value.get(name)), None)
    if found is None:
        raise BadValue(f"The {what} selected is invalid.")
    return found


def _parent(reading: Reading, _field: FieldDef, value: Any) -> str | None:
    if value is None or (isinstance(value, dict) and value.get("none") is True):
        return None
    if not isinstance(value, dict):
        raise BadValue("data was not an object")
    return _above(reading, str(value.get("id") or value.get("key") or ""))


def _epic(reading: Reading, _field: FieldDef, value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise BadValue(NOT_A_STRING)
    return _above(reading, value)


def _above(reading: Reading, ref: str) -> str:
    world = reading.world
    parent = world.issue(ref)
    if parent is None or (reading.blind and world.is_hidden(parent)):
        raise BadValue(f"Could not find issue by id or key '{ref}'.")
    kind = world.type_of(parent)
    if kind.level != reading.kind.level + 1:
        raise BadValue("The given parent does not belong to the appropriate hierarchy level.")
    same_project = parent.project == reading.project.id
    own_types = "next-gen" in (world.project_of(parent).style, reading.project.style)
    if not same_project and (own_types or reading.kind.subtask):
        raise BadValue("The parent must belong to the same project.")
    return parent.id


def _named_list(rows: Callable[[Project], tuple[Named, ...]]) -> Callable[..., tuple[str, ...]]:
    def reader(reading: Reading, field: FieldDef, value: Any) -> tuple[str, ...]:
        if value is None:
            return ()
        if not isinstance(value, list):
            raise BadValue("data was not an array")
        known = {row.id: row for row in rows(reading.project)}
        picked = (_pick(member, known, "name", field.name) for member in value)
        return tuple(sorted({row for row in picked if row is not None}))

    return reader


_READERS: Mapping[str, Callable[[Reading, FieldDef, Any], Any]] = {
    "line": _line,
    "text": _text,
    "user": _user,
    "date": _date,
    "moment": _moment,
    "number": _number,
    "labels": _labels,
    "option": _option,
    "options": _options,
    "cascade": _cascade,
    "sprint": _sprint,
    "priority": _priority,
    "resolution": _resolution,
    "parent": _parent,
    "epic": _epic,
    "components": _named_list(lambda project: project.components),
    "versions": _named_list(lambda project: project.versions),
}
