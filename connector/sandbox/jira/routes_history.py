"""What issues went through: one issue's changelog, and those of many in one request.

The bulk resource (Cloud) sorts the entries of all issues by time, then by issue, and cuts that row
into pages, so that a page may end in the middle of an issue's history. Its stamps are milliseconds
since 1970 (seen on live sites), although the description calls them text. Issues that the caller
may not see are left out.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from itertools import groupby
from typing import Any

from connector.sandbox.http import Response
from connector.sandbox.jira.call import CLOUD, Call, Route, ok
from connector.sandbox.jira.model import ChangeEntry, Issue
from connector.sandbox.jira.problems import BAD_PAYLOAD, bare
from connector.sandbox.jira.render import change_json

PAGE_CAP = 100
ISSUES, FIELDS, PAGE, LONGEST_PAGE = 1_000, 10, 1_000, 10_000
_MEMBERS = frozenset({"issueIdsOrKeys", "fieldIds", "maxResults", "nextPageToken"})
_STALE = "The provided next page token is invalid or expired."

Told = tuple[Issue, ChangeEntry]


def _changelog(call: Call) -> Response:
    issue = call.issue(call.parts["ref"])
    start = call.number("startAt", 0)
    size = min(call.number("maxResults", PAGE_CAP), PAGE_CAP)
    shown = issue.history[start : start + size]
    total = len(issue.history)
    return ok(
        {
            "self": f"{call.view.api}/issue/{issue.id}/changelog",
            "maxResults": size,
            "startAt": start,
            "total": total,
            "isLast": start + len(shown) >= total,
            "values": [change_json(call.view, entry) for entry in shown],
        }
    )


def _changelogs(call: Call) -> Response:
    body = call.object_body(_MEMBERS)
    refs = _strings(body.get("issueIdsOrKeys"), ISSUES)
    fields = _strings(body.get("fieldIds") or [], FIELDS)
    size = body.get("maxResults", PAGE)
    if not refs or len(set(fields)) < len(fields):
        raise bare(400, BAD_PAYLOAD)
    if isinstance(size, bool) or not isinstance(size, int) or not 1 <= size <= LONGEST_PAGE:
        raise bare(400, BAD_PAYLOAD)
    mark = hashlib.sha256(json.dumps([refs, fields]).encode()).hexdigest()[:16]
    start = _start(body.get("nextPageToken"), mark)
    rows = _told(call, refs, set(fields))
    end = start + size
    token = _token(mark, end) if end < len(rows) else None
    return ok({"issueChangeLogs": _grouped(call, rows[start:end]), "nextPageToken": token})


def _told(call: Call, refs: list[str], fields: set[str]) -> list[Told]:
    """The entries that touch one of the fields, of the issues that the caller sees."""
    found = {issue.id: issue for ref in refs if (issue := call.world.issue(ref)) is not None}
    rows = [
        (issue, entry)
        for issue in found.values()
        if call.sees(issue)
        for entry in issue.history
        if not fields or fields & {item.field for item in entry.items}
    ]
    return sorted(rows, key=lambda row: (row[1].at, int(row[0].id), int(row[1].id)))


def _grouped(call: Call, rows: list[Told]) -> list[dict[str, Any]]:
    ordered = sorted(rows, key=lambda row: int(row[0].id))
    return [
        {"issueId": number, "changeHistories": [_entry(call, entry) for _issue, entry in group]}
        for number, group in groupby(ordered, key=lambda row: row[0].id)
    ]


def _entry(call: Call, entry: ChangeEntry) -> dict[str, Any]:
    return {**change_json(call.view, entry), "created": round(entry.at.timestamp() * 1000)}


def _strings(value: Any, most: int) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(row, str) for row in value):
        raise bare(400, BAD_PAYLOAD)
    if len(value) > most:
        raise bare(400, f"At most {most} of them may be asked for in one request.")
    return value


def _token(mark: str, end: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([mark, end]).encode()).decode()


def _start(token: Any, mark: str) -> int:
    if not token:
        return 0
    try:
        own, end = json.loads(base64.urlsafe_b64decode(token))
    except (ValueError, TypeError, binascii.Error) as problem:
        raise bare(400, _STALE) from problem
    if own != mark:
        raise bare(400, _STALE)
    return int(end)


ROUTES = (
    Route("GET", "issue/{ref}/changelog", _changelog, CLOUD),
    Route("POST", "changelog/bulkfetch", _changelogs, CLOUD),
)
