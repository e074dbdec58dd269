"""Sprints: read as the name of the one an issue is in, written by number.

An issue remembers every sprint it was in; it is in the one that is not closed. Cloud tells them as
objects, Data Center in words of the server's own (jira-api.md section 6). Pure; the numbers are
looked up by :mod:`connector.jira.boards`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_WORDS = re.compile(
    r"com\.atlassian\.greenhopper\.service\.sprint\.Sprint@[^\[]*\["
    r".*?state=(?P<state>\w+),name=(?P<name>.*?)"
    r",(?:goal|startDate|endDate|completeDate|activatedDate|sequence|synced)="
)
CLOSED = "closed"


def is_sprint(row: Any) -> bool:
    """Whether a member of a field's value tells of a sprint."""
    if isinstance(row, Mapping):
        return "state" in row and ("boardId" in row or "originBoardId" in row)
    return isinstance(row, str) and _WORDS.match(row) is not None


def present(rows: list[Any]) -> str | None:
    """The name of the sprint that an issue is in, of all it was in."""
    told = (_told(row) for row in rows)
    return next((name for state, name in told if state.casefold() != CLOSED and name), None)


def _told(row: Any) -> tuple[str, str]:
    if isinstance(row, Mapping):
        return str(row.get("state") or ""), str(row.get("name") or "")
    found = _WORDS.match(str(row))
    return (found["state"], found["name"]) if found else (CLOSED, "")
