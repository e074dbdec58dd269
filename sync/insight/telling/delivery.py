"""Delivery status of a record: what the desk wants to know of its issue. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

from connector.values import Record
from mappings.values import Value
from sync.insight.model import Delivery

READ = (*("status", "assignee", "duedate", "fixVersions", "Sprint", "Flagged"),)
"""Jira's names; what a project does not have is not answered, and not told."""

COLUMNS: Mapping[str, int] = {
    "u_jira_key": 40,
    "u_jira_url": 1024,
    "u_delivery_status": 120,
    "u_delivery_assignee": 100,
    "u_delivery_due": 40,
    "u_delivery_plan": 120,
    "u_delivery_note": 255,
}
"""Columns of ours, where an instance has them (``deploy/servicenow``), and how many characters each
takes."""

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
        assignee=name(assignee) if assignee else "",
        sprint=_last(held.get("Sprint")),
        version=_text(held.get("fixVersions")),
        due=_text(held.get("duedate")),
        blocked=bool(held.get("Flagged")),
        note=shortened(note, LONGEST),
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
    """The values of :data:`COLUMNS`, each as long as its column is."""
    values = (
        *(told.key, told.url, status_line(told), told.assignee, told.due, plan(told), told.note),
    )
    return {
        name: shortened(value, longest) or None
        for (name, longest), value in zip(COLUMNS.items(), values, strict=True)
    }


def plan(told: Delivery) -> str:
    """When it is planned for: ``Sprint 7; fix version 2.1``."""
    version = f"fix version {told.version}" if told.version else ""
    return "; ".join(filter(None, (told.sprint, version)))


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
    return ", ".join(str(one) for one in value) if isinstance(value, tuple) else str(value or "")


def _last(value: Value) -> str:
    """Of all sprints that an issue was in, the last one."""
    return str(value[-1]) if isinstance(value, tuple) and value else _text(value)


def shortened(text: str, longest: int) -> str:
    """A text in one line, cut at a word where it is too long."""
    line = " ".join(text.split())
    if len(line) <= longest:
        return line
    head = line[: longest - 2]
    words = head.rpartition(" ")[0] if " " in head[longest // 2 :] else head[:-1]
    return f"{words.rstrip()}..."
