"""Searching: the change feed, listings, scope checks, marks.

Cloud pages by opaque tokens, 100 issues a page as soon as a field is named, and its index lags:
absence from an answer proves nothing. Data Center pages by offset, up to 1000; offsets slip while
issues change, so the window is moved by the sort key (*keyset*) and the offset is used only inside
one equal stamp.

The feed of Cloud reads ``updated`` along with the search: for K changed issues that is
``ceil(K / 100)`` requests, one fewer than ids first and bodies after. A listing of few light fields
is read in those two stages, 5,000 ids a page and up to 1,000 bodies a request, once it is longer
than a page.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from connector.errors import BrokenAnswer, Rejected, RetryLater
from connector.jira import jql
from connector.jira.answers import SIDE
from connector.jira.door import Door, chunks
from connector.jira.facts import Facts
from connector.jira.records import WIDE, Records
from connector.jira.translate import asked, part, stamp, version
from connector.values import Record, Sighting, SightingPage

CLOUD_PAGE = 100
ID_PAGE = 5_000
LIGHT = frozenset(
    ("status", "status_category", "parent", "summary", "components", "labels", "priority")
)
"""Fields so small that a thousand issues with them are no large answer."""

DC_PAGE = 1000
RECONCILE = 50
MARKS = 100
RESTARTS = 3

Issue = Mapping[str, Any]


class Feed:
    """Everything that goes through JQL."""

    def __init__(self, door: Door, facts: Facts, records: Records) -> None:
        self._door = door
        self._facts = facts
        self._records = records

    def changed(self, container: str, since: datetime) -> Iterator[SightingPage]:
        """Issues of a project updated at or after ``since``, oldest first, each stamp once."""
        started: datetime | None = None
        seen: set[tuple[str, str]] = set()
        for issues in self._pages(jql.project(container), "updated", since, ["updated"]):
            started = started or self._door.clock_now()
            page = [_sighting(container, issue) for issue in issues]
            fresh = {(row.key, row.version): row for row in page}
            rows = [row for mark, row in fresh.items() if mark not in seen]
            seen.update(fresh)
            rows.sort(key=lambda row: (row.at, int(row.key)))
            yield SightingPage(tuple(rows), started)

    def listed(
        self, container: str, scope: str, fields: Collection[str]
    ) -> Iterator[tuple[Record, ...]]:
        """All issues of a project that a scope selects, each once.

        The project is looked up first: Cloud answers a search in an unknown one with nothing.
        """
        self._facts.project(container)
        wanted = asked(fields, self._facts.dialect(fields))
        condition = jql.every(jql.project(container), jql.wrapped(scope))
        seen: set[str] = set()
        in_stages = self._facts.cloud and LIGHT.issuperset(fields)
        pages = self._staged(condition, wanted) if in_stages else None
        for issues in pages or self._pages(condition, "created", None, wanted):
            fresh = {str(issue["id"]): issue for issue in issues if str(issue["id"]) not in seen}
            seen.update(fresh)
            rows = self._records.of_issues(list(fresh.values()), fields)
            if rows:
                yield tuple(sorted(rows, key=lambda row: int(row.key)))

    def in_scope(self, container: str, scope: str, keys: Collection[str]) -> frozenset[str]:
        """Which of these issues the scope selects now; Cloud's index is told to catch up first."""
        condition = jql.every(jql.project(container), jql.wrapped(scope))
        parts = chunks(sorted(set(keys)), RECONCILE)
        found = self._door.parallel(lambda ids: self._among(condition, ids), parts)
        return frozenset(key for part_found in found for key in part_found)

    def find(self, marks: Collection[str]) -> dict[str, tuple[Record, ...]]:
        """Issues by mark, wherever they have moved to; labels compare without case."""
        names = ("labels", "reporter", "status", "summary")
        wanted = asked(names, self._facts.dialect(names))
        found: dict[str, list[Record]] = {mark: [] for mark in marks}
        for some in chunks(sorted(set(marks)), MARKS):
            for issues in self._pages(jql.any_label(some), "created", None, wanted):
                for row in self._records.of_issues(issues, names):
                    labels = row.fields.get("labels")
                    carried = {str(label).casefold() for label in _members(labels)}
                    for mark in some:
                        if mark.casefold() in carried and row not in found[mark]:
                            found[mark].append(row)
        return {mark: tuple(rows) for mark, rows in found.items() if rows}

    def _among(self, condition: str, ids: Sequence[str]) -> list[str]:
        query = jql.every(condition, jql.any_id(ids))
        if self._facts.cloud:
            body: dict[str, Any] = {"jql": query, "maxResults": len(ids)}
            body["reconcileIssues"] = [int(key) for key in ids if key.isdigit()]
            return [str(issue["id"]) for page in self._tokens(body) for issue in page]
        try:
            answer = self._door.query("search", _dc_body(query, ["updated"], 0))
        except Rejected:
            # Data Center refuses the whole query for one id that it does not know.
            known = self._records.visible(ids)
            if len(known) == len(ids) or not known:
                if known:
                    raise
                return []
            return self._among(condition, known)
        return [str(issue["id"]) for issue in _issues(answer)]

    def _pages(
        self, condition: str, order: str, since: datetime | None, fields: list[str]
    ) -> Iterator[list[Issue]]:
        if self._facts.cloud:
            bound = jql.since(order, since) if since else ""
            query = jql.ordered(jql.every(condition, bound), order)
            yield from self._tokens({"jql": query, "maxResults": CLOUD_PAGE, "fields": fields})
        else:
            yield from self._windows(condition, order, since, fields)

    def _staged(self, condition: str, wanted: list[str]) -> Iterator[list[Issue]]:
        """A page with its fields; if there are more, the ids of all, and the bodies of the rest."""
        query = {"jql": jql.ordered(condition, "created")}
        answer = self._door.query(
            "search/jql", {**query, "maxResults": CLOUD_PAGE, "fields": wanted}
        )
        first = _issues(answer)
        yield first
        if not answer.get("nextPageToken") or answer.get("isLast"):
            return
        known = {str(issue["id"]) for issue in first}
        pages = self._tokens({**query, "maxResults": ID_PAGE, "fields": ["id"]})
        ids = dict.fromkeys(str(issue["id"]) for page in pages for issue in page)
        for some in chunks([key for key in ids if key not in known], WIDE):
            yield self._records.light(some, wanted)

    def _tokens(self, body: dict[str, Any]) -> Iterator[list[Issue]]:
        """Cloud's pages. A token may go stale at any time: then the search starts over."""
        token: str | None = None
        for _ in range(RESTARTS):
            try:
                while True:
                    extra = {"nextPageToken": token} if token else {}
                    answer = self._door.query("search/jql", {**body, **extra})
                    yield _issues(answer)
                    token = answer.get("nextPageToken")
                    if not token or answer.get("isLast"):
                        return
            except Rejected:
                if token is None:
                    raise
                token = None
        raise RetryLater("page tokens keep expiring", side=SIDE, where="POST search/jql")

    def _windows(
        self, condition: str, order: str, since: datetime | None, fields: list[str]
    ) -> Iterator[list[Issue]]:
        """Data Center's pages: the next window starts at the last stamp seen."""
        bound, start = since, 0
        fields = list(dict.fromkeys([*fields, order]))
        while True:
            limit = jql.since(order, bound) if bound else ""
            query = jql.ordered(jql.every(condition, limit), order)
            answer = self._door.query("search", _dc_body(query, fields, start))
            issues = _issues(answer)
            yield issues
            start += len(issues)
            if not issues or start >= int(answer.get("total", 0)):
                return
            last = stamp(part(issues[-1], "fields")[order])
            if bound is None or last > bound:
                bound, start = last, 0


def _dc_body(query: str, fields: list[str], start: int) -> dict[str, Any]:
    return {"jql": query, "startAt": start, "maxResults": DC_PAGE, "fields": fields}


def _issues(answer: Any) -> list[Issue]:
    rows = answer.get("issues") if isinstance(answer, Mapping) else None
    if not isinstance(rows, list):
        raise BrokenAnswer("a search answer without issues", side=SIDE)
    return rows


def _sighting(container: str, issue: Issue) -> Sighting:
    at = stamp(part(issue, "fields").get("updated", ""))
    return Sighting(container, str(issue["id"]), version(at), at)


def _members(value: Any) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()
