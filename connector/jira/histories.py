"""How fields of issues changed: the changelogs of many issues at once.

Cloud hands them out in bulk, by pages with a token, and stamps entries with milliseconds since 1970
there (its description says text; both are read). Data Center has ``expand=changelog`` only: many
issues are searched by id, through the index, and one whose entries are fewer than its ``total``, or
that the index does not know yet, is read by itself. What is still not whole then is not passed off
as a history.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from connector.errors import BrokenAnswer, Gone, NotThere, Rejected, RetryLater
from connector.histories import Step
from connector.jira import jql
from connector.jira.answers import SIDE
from connector.jira.changelog import About, Entry
from connector.jira.door import Door, chunks
from connector.jira.editing import HISTORY
from connector.jira.facts import Facts
from connector.jira.fields import ALIASES, FieldTable, is_link
from connector.jira.jql import EPOCH
from connector.jira.records import Issue, Records
from connector.jira.translate import stamp

BULK, PAGE, FIELD_IDS = 1_000, 10_000, 10
"""Issues in one request, entries on one page, fields that it can be narrowed to."""

SEARCHED = 500
RESTARTS = 3
WHERE = "POST changelog/bulkfetch"

_SECONDS = 100_000_000_000
"""Smaller numbers are seconds: as milliseconds they would lie before 1974, ahead of any Jira."""

Entries = dict[str, list[Entry]]


class Histories:
    """Reads changelogs."""

    def __init__(self, door: Door, facts: Facts, records: Records) -> None:
        self._door = door
        self._facts = facts
        self._records = records

    def steps(self, keys: Collection[str], fields: Collection[str]) -> dict[str, tuple[Step, ...]]:
        """The steps of each issue that has any. Raises ``NotThere`` for an unknown field."""
        ids, names = list(dict.fromkeys(keys)), list(dict.fromkeys(fields))
        if not ids or not names:
            return {}
        table = self._facts.dialect(names, schema=True).table
        wanted = {name: _about(name, table) for name in names}
        found: Entries = defaultdict(list)
        read = self._bulk(ids, wanted) if self._facts.cloud else self._searched(ids)
        for entries in read:
            for key, rows in entries.items():
                found[key] += rows
        told = {key: _steps(found[key], wanted) for key in ids if key in found}
        return {key: steps for key, steps in told.items() if steps}

    def _bulk(self, ids: Sequence[str], wanted: Mapping[str, About]) -> list[Entries]:
        own = sorted({one.id for one in wanted.values() if one.id})
        surely = all(one.id for one in wanted.values()) and len(own) <= FIELD_IDS
        narrow = {"fieldIds": own} if surely else {}
        return self._door.parallel(lambda some: self._pages(some, narrow), chunks(ids, BULK))

    def _pages(self, ids: Sequence[str], narrow: Mapping[str, Any]) -> Entries:
        """All pages. A token may go stale at any time: then the reading starts over."""
        body = {"issueIdsOrKeys": list(ids), "maxResults": PAGE, **narrow}
        for _ in range(RESTARTS):
            found: Entries = defaultdict(list)
            token: str | None = None
            try:
                while True:
                    extra = {"nextPageToken": token} if token else {}
                    answer = self._door.query("changelog/bulkfetch", {**body, **extra})
                    for row in _logs(answer):
                        found[str(row["issueId"])] += row.get("changeHistories") or ()
                    before, token = token, answer.get("nextPageToken")
                    if not token:
                        return found
                    if token == before:
                        raise BrokenAnswer("the pages do not end", side=SIDE, where=WHERE)
            except Rejected:
                if token is None:
                    raise
        raise RetryLater("page tokens keep expiring", side=SIDE, where=WHERE)

    def _searched(self, ids: Sequence[str]) -> list[Entries]:
        found = self._door.parallel(self._some, chunks(ids, SEARCHED))
        whole = _by_issue(issue for issues in found for issue in issues if _is_whole(issue))
        alone = self._door.parallel(self._alone, [key for key in ids if key not in whole])
        return [whole, _by_issue(issue for issue in alone if issue is not None)]

    def _some(self, ids: Sequence[str]) -> list[Issue]:
        body = {"jql": jql.any_id(ids), "startAt": 0, "maxResults": len(ids), "fields": ["id"]}
        try:
            answer = self._door.query("search", {**body, "expand": ["changelog"]})
        except Rejected:  # one unknown id spoils the query
            half = len(ids) // 2
            return self._some(ids[:half]) + self._some(ids[half:]) if half else []
        return list(answer["issues"])

    def _alone(self, key: str) -> Issue | None:
        try:
            issue = self._records.issue(key, ["issuetype"], HISTORY)
        except Gone:
            return None
        if not _is_whole(issue):
            what = f"Jira tells only a part of the history of {issue.get('key')}"
            raise BrokenAnswer(what, side=SIDE, where="GET issue")
        return issue


def _about(name: str, table: FieldTable) -> About:
    """Raises ``NotThere`` for what has no items of its own."""
    if is_link(name) or name in ALIASES or table.find(name) is None:
        raise NotThere(f"Jira keeps no history of a field {name!r} for us", side=SIDE)
    return About.of(name, table)


def _steps(entries: Iterable[Entry], wanted: Mapping[str, About]) -> tuple[Step, ...]:
    """Each entry once, oldest first, those of one moment as they were written."""
    own = {str(entry["id"]): entry for entry in entries}.values()
    ordered = sorted(own, key=lambda entry: (_at(entry["created"]), int(entry["id"])))
    return tuple(
        _step(entry, item, name)
        for entry in ordered
        for item in entry.get("items") or ()
        for name, about in wanted.items()
        if about.has(item)
    )


def _step(entry: Entry, item: Mapping[str, Any], name: str) -> Step:
    texts = (item.get(member) for member in ("fromString", "toString", "from", "to"))
    return Step(_at(entry["created"]), name, *(str(text) if text else None for text in texts))


def _at(told: Any) -> datetime:
    if isinstance(told, int):
        return EPOCH + timedelta(milliseconds=told * 1000 if told < _SECONDS else told)
    return stamp(told)


def _logs(answer: Any) -> list[Mapping[str, Any]]:
    rows = answer.get("issueChangeLogs") if isinstance(answer, Mapping) else None
    if not isinstance(rows, list):
        raise BrokenAnswer("changelogs without their issues", side=SIDE, where=WHERE)
    return rows


def _by_issue(issues: Iterable[Issue]) -> Entries:
    return {str(issue["id"]): _histories(issue) for issue in issues}


def _histories(issue: Issue) -> list[Entry]:
    return list(issue["changelog"]["histories"])


def _is_whole(issue: Issue) -> bool:
    """Whether an issue came with all entries of its history."""
    return len(_histories(issue)) >= int(issue["changelog"].get("total", 0))
