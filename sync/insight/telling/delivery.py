"""Delivery status of a record: what the desk wants to know of its issue. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

from connector.values import Record
from mappings.values import Value
from sync.insight.model import Delivery

READ = (
    *("status", "status_category", "assignee", "duedate", "fixVersions"),
    *("Sprint", "Flagged"),
)
"""Jira's names; what a project does not have is not answered, and not told."""

COLUMNS = (
    *("u_jira_key", "u_jira_url", "u_delivery_status", "u_delivery_assignee", "u_delivery_due"),
)
"""Columns of ours, where an instance has them (``deploy/servicenow``)."""

LONGEST = 200
"""Characters of the team's last words that are shown."""


def delivery(
    record: Record,
    name: Callable[[str], str],
    progress: tuple[int, int] = (0, 0),
    note: str = "",
) -> Delivery:
    """What there is to tell of an issue. ``name`` tells what people call a person, ``progress`` is
    how many stories of an epic are done, and how many there are."""
    held = record.fields
    assignee = _text(held.get("assignee"))
    return Delivery(
        key=record.label,
        url=record.url,
        status=_text(held.get("status")),
        category=_text(held.get("status_category")),
        assignee=name(assignee) if assignee else "",
        sprint=_last(held.get("Sprint")),
        version=_joined(held.get("fixVersions")),
        due=_text(held.get("duedate")),
        blocked=bool(held.get("Flagged")),
        note=_shortened(note),
        done=progress[0],
        stories=progress[1],
    )


def digest(told: Delivery) -> str:
    """Equal for two statuses between which a reader sees no difference."""
    words = (
        *(told.key, told.status, told.assignee, told.sprint, told.version, told.due),
        *(str(told.blocked), told.note, str(told.done), str(told.stories)),
    )
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:16]


def columns(told: Delivery) -> Mapping[str, Value]:
    """The values of :data:`COLUMNS`."""
    values = (told.key, told.url, status_line(told), told.assignee, told.due)
    return {name: value or None for name, value in zip(COLUMNS, values, strict=True)}


def status_line(told: Delivery) -> str:
    """The status in a few words: ``In Progress, blocked (3 of 7 stories done)``."""
    line = f"{told.status}, blocked" if told.blocked else told.status
    return f"{line} ({told.done} of {told.stories} stories done)" if told.stories else line


def note(told: Delivery) -> str:
    """All of it as lines of text, for an instance without columns of ours."""
    lines = (
        ("Status", status_line(told)),
        ("Assignee", told.assignee),
        ("Sprint", told.sprint),
        ("Fix version", told.version),
        ("Due", told.due),
        ("Last note", told.note),
        ("Issue", told.url),
    )
    return "\n".join(f"{name}: {value}" for name, value in lines if value)


def _text(value: Value) -> str:
    return _joined(value) if isinstance(value, tuple) else str(value or "")


def _joined(value: Value) -> str:
    return ", ".join(str(one) for one in value) if isinstance(value, tuple) else str(value or "")


def _last(value: Value) -> str:
    """Of all sprints that an issue was in, the last one."""
    return str(value[-1]) if isinstance(value, tuple) and value else _text(value)


def _shortened(text: str) -> str:
    first = " ".join(text.split())
    return first if len(first) <= LONGEST else first[: LONGEST - 3].rstrip() + "..."
