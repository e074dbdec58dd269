"""What a webhook says, cut down to ids: the rest of its body is never looked at. Pure.

A *notice* names records that may have changed, and nothing about them. Jira's payloads are known
from documentation and examples (jira-api 9): issue and comment events carry the issue, links the
ids of both ends, and whether attachments and properties carry one is told nowhere. The update of
the issue that comes with those is enough then.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MOST = 200
"""Records that ServiceNow may name in one request."""

_ABOUT_ISSUES = re.compile(r"(jira:issue|comment)_(created|updated|deleted)")
_BESIDE_ISSUES = re.compile(r"attachment_(created|deleted)|issue_property_(set|deleted)")
_BETWEEN_ISSUES = re.compile(r"issuelink_(created|deleted)")
_ISSUE_ID = re.compile(r"[1-9][0-9]{0,14}")
_SYS_ID = re.compile(r"[0-9a-f]{32}")


class Malformed(Exception):
    """A body that is no JSON, or names no record where it has to."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Issues that may have changed, and their project where it was told; ``dated`` says that the
    body holds its time, so that the same body is the same event."""

    keys: tuple[str, ...]
    project: str = ""
    dated: bool = False


def from_jira(body: bytes) -> Notice | None:
    """The issues that an event is about; nothing for events that we do not know."""
    told = _parsed(body)
    if not isinstance(told, dict):
        raise Malformed
    event = told.get("webhookEvent")
    if not isinstance(event, str):
        return None
    dated = isinstance(told.get("timestamp"), int)
    if _BETWEEN_ISSUES.fullmatch(event):
        link = _inner(told, "issueLink")
        ends = [_issue_id(link.get(end)) for end in ("sourceIssueId", "destinationIssueId")]
        return Notice(tuple(dict.fromkeys(ends)), dated=dated)
    beside = _BESIDE_ISSUES.fullmatch(event)
    if not beside and not _ABOUT_ISSUES.fullmatch(event):
        return None
    if beside and "issue" not in told:
        return None
    issue = _inner(told, "issue")
    return Notice((_issue_id(issue.get("id")),), _project(issue), dated)


def from_servicenow(body: bytes) -> dict[str, list[str]]:
    """The records that are named, by table."""
    told = _parsed(body)
    rows = told if isinstance(told, list) else [told]
    if not 0 < len(rows) <= MOST:
        raise Malformed
    found: dict[str, list[str]] = {}
    for row in rows:
        table, key = (row.get("table"), row.get("sys_id")) if isinstance(row, dict) else ("", "")
        if not isinstance(table, str) or not isinstance(key, str) or not _SYS_ID.fullmatch(key):
            raise Malformed
        found.setdefault(table, []).append(key)
    return found


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Malformed from None


def _inner(told: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    inner = told.get(name)
    if not isinstance(inner, dict):
        raise Malformed
    return inner


def _issue_id(told: Any) -> str:
    """An id, which some events write as a number."""
    text = told if isinstance(told, str) else str(told) if type(told) is int else ""
    if not _ISSUE_ID.fullmatch(text):
        raise Malformed
    return text


def _project(issue: Mapping[str, Any]) -> str:
    """The key of an issue's project; comments bring a short form of it, deletions perhaps none."""
    fields = issue.get("fields")
    project = fields.get("project") if isinstance(fields, dict) else None
    key = project.get("key") if isinstance(project, dict) else None
    if isinstance(key, str) and key:
        return key
    label = issue.get("key")
    return label.rpartition("-")[0] if isinstance(label, str) else ""
