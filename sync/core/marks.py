"""The marks that tie two records together, on the records themselves.

Jira carries the label ``tandem-<marker>`` and the issue property ``tandem``; ServiceNow carries
``correlation_id`` = ``jira:<host[:port]>:<issue id>`` and ``correlation_display`` = the issue key.
A marker is the same for every attempt at the same record, so that a repeat can never mint a new
one, and it tells a reader nothing.
"""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import datetime
from functools import lru_cache

from connector.values import Json
from mappings.sides import Side
from sync.core.model import End

LABEL_PREFIX = "tandem-"
PROPERTY = "tandem"
MARKER_LENGTH = 20
REFERENCE = re.compile(r"(?<=UTC )\(ref ([a-z2-7]{12})\)")
"""As it stands behind the time in a copy's first line; people write brackets of their own."""


VOICE = "Tandem, note on "
"""Begins what the program itself says on a record; a copy begins with its author's name."""


def marker(installation: str, pair: str, side: Side, key: str) -> str:
    """Twenty characters that stand for "the twin of this record in this pair"."""
    seed = "\n".join((installation, pair, side.value, key, "create"))
    return _digest(seed)[:MARKER_LENGTH]


def label(text: str) -> str:
    """The Jira label of a marker."""
    return LABEL_PREFIX + text


def own_labels(labels: tuple[str, ...]) -> tuple[str, ...]:
    """Which of an issue's labels are marks."""
    pattern = re.compile(re.escape(LABEL_PREFIX) + r"[a-z2-7]{20}")
    return tuple(text for text in labels if pattern.fullmatch(text))


def reference(installation: str, pair: str, side: Side, comment_id: str) -> str:
    """The short text inside a carried comment by which its copy is found again."""
    seed = "\n".join((installation, pair, side.value, comment_id, "comment"))
    return f"(ref {_digest(seed)[:12]})"


def deletion(installation: str, pair: str, side: Side, key: str) -> str:
    """What stands for "the deletion of this record by us" in the store; it stands nowhere else."""
    seed = "\n".join((installation, pair, side.value, key, "delete"))
    return _digest(seed)[:MARKER_LENGTH]


def correlation(jira_host: str, issue_id: str) -> str:
    """ServiceNow's ``correlation_id`` for an issue."""
    return f"jira:{jira_host}:{issue_id}"


def marked_records(jira_host: str) -> str:
    """The ServiceNow query for all records that name an issue of this Jira."""
    return f"correlation_idSTARTSWITH{correlation(jira_host, '')}"


def issue_of(correlation_id: str | None, jira_host: str) -> str | None:
    """The issue id inside a ``correlation_id`` of ours, read from the right; else nothing."""
    head, _, issue_id = (correlation_id or "").rpartition(":")
    return issue_id if head == f"jira:{jira_host}" and issue_id.isdigit() else None


def jira_property(
    end: End, agreed_at: datetime, incidents: dict[str, int] | None = None
) -> dict[str, Json]:
    """The value of the issue property ``tandem``."""
    value: dict[str, Json] = {
        "servicenow": {
            "table": end.container,
            "sys_id": end.key,
            "number": end.label,
            "url": end.url,
        },
        "agreed_at": agreed_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    if incidents is not None:
        value["incidents"] = dict(incidents)
    return value


@lru_cache(maxsize=8192)  # the same few records and comments are looked at again and again
def _digest(seed: str) -> str:
    return base64.b32encode(hashlib.sha256(seed.encode()).digest()).decode().lower()
