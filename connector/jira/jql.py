"""Builds JQL, Jira's query language, from values. Pure.

Only these functions write JQL, so that quoting is decided in one place. Times go in as unquoted
epoch milliseconds: quoted times mean whole minutes in the zone of the calling account's profile,
and connectors have lost updates to that.

::

    project = "OPS" AND updated >= 1732877091000 ORDER BY updated ASC, id ASC
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from connector.errors import Rejected

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def quoted(text: str) -> str:
    """A JQL string; backslash and quote are escaped, line breaks would end the token."""
    inner = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + inner.replace("\n", "\\n").replace("\r", "\\r") + '"'


def milliseconds(moment: datetime) -> int:
    """A moment as JQL's epoch number, rounded down, so that ``>=`` stays inclusive."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


def project(key: str) -> str:
    """Issues of one project."""
    return f"project = {quoted(key)}"


def since(stamp: str, moment: datetime) -> str:
    """Issues whose ``stamp`` field (``updated`` or ``created``) is at or after the moment."""
    return f"{stamp} >= {milliseconds(moment)}"


def any_label(labels: Iterable[str]) -> str:
    """Issues that carry at least one of the labels."""
    return f"labels in ({', '.join(quoted(label) for label in labels)})"


def any_id(ids: Iterable[str]) -> str:
    """Issues with these numeric ids or keys."""
    listed = ", ".join(item if item.isdigit() else quoted(item) for item in ids)
    return f"id in ({listed})"


def wrapped(scope: str) -> str:
    """An admin's own condition in parentheses, empty for an empty one.

    Unbalanced parentheses would let the scope escape from the project it was written for.
    """
    text = scope.strip()
    if not text:
        return ""
    if not _balanced(text):
        raise Rejected(f"the scope {text!r} has unbalanced parentheses or quotes", field="scope")
    return f"({text})"


def _balanced(text: str) -> bool:
    depth, quote, escaped = 0, "", False
    for sign in text:
        if escaped:
            escaped = False
        elif sign == "\\":
            escaped = True
        elif quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif sign == "(":
            depth += 1
        elif sign == ")":
            depth -= 1
            if depth < 0:
                return False
    return depth == 0 and not quote


def every(*conditions: str) -> str:
    """All conditions together; empty ones are left out."""
    return " AND ".join(condition for condition in conditions if condition)


def ordered(condition: str, *stamps: str) -> str:
    """The condition with an ascending order over these fields, ending in the id."""
    return f"{condition} ORDER BY {', '.join(f'{name} ASC' for name in (*stamps, 'id'))}"
