"""Reading issues by id, in bulk where the flavour can.

Reads by id are consistent on both flavours, unlike searches. Cloud answers 100 issues a request, or
1,000 where so few fields are asked for that none "returns multiple values", and leaves out what it
may not show. Whether labels and components are such fields its documentation leaves open: it is
tried, and a refusal is remembered. Data Center has no bulk read: many issues are searched by id,
which goes through the index, so a *fresh* read asks for each issue by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from connector.errors import BrokenAnswer, Gone, Rejected
from connector.jira import jql
from connector.jira.answers import SIDE
from connector.jira.door import Door, chunks, issue_path
from connector.jira.facts import Facts
from connector.jira.translate import asked, epic_keys, record
from connector.values import Record

BULK, WIDE = 100, 1_000
FEW = 3

Issue = Mapping[str, Any]


class Records:
    """Issues as records."""

    def __init__(self, door: Door, facts: Facts) -> None:
        self._door = door
        self._facts = facts
        self._narrow: set[frozenset[str]] = set()

    def read(
        self, keys: Collection[str], fields: Collection[str], *, fresh: bool
    ) -> dict[str, Record]:
        """Records by the key that was asked for; a missing one is gone or hidden."""
        ids = list(dict.fromkeys(keys))
        issues = self.issues(ids, asked(fields, self._facts.dialect(fields)), fresh=fresh)
        found: dict[str, Record] = {}
        for row in self.of_issues(issues, fields):
            found[row.key] = found[row.label] = row
        return {key: found[key] for key in ids if key in found}

    def of_issues(self, issues: Sequence[Issue], fields: Collection[str]) -> list[Record]:
        """Issues as records, with the epics of Data Center resolved to ids."""
        dialect = self._facts.dialect(fields)
        for issue in issues:
            self._facts.saw(str(issue["id"]), str(issue.get("key", "")))
        keys = epic_keys(issues, dialect) if "parent" in fields else set()
        epics = self._facts.epics(keys) if keys else {}
        return [record(issue, fields, dialect, epics) for issue in issues]

    def issues(self, ids: Sequence[str], wanted: list[str], *, fresh: bool) -> list[Issue]:
        """The raw issues with these field ids."""
        if not ids:
            return []
        if self._facts.cloud:
            return self._in_bulk(ids, wanted)
        if fresh or len(ids) <= FEW:
            return self._one_by_one(ids, wanted)
        found = self.indexed(ids, wanted)
        present = {str(issue["id"]) for issue in found} | {str(i.get("key")) for i in found}
        return found + self._one_by_one([key for key in ids if key not in present], wanted)

    def issue(
        self, key: str, wanted: Iterable[str], more: Mapping[str, str] | None = None
    ) -> Issue:
        """One issue, with ``more`` parameters. Raises ``Gone``."""
        params = {"fields": ",".join(wanted), **(more or {})}
        answer = self._door.read(issue_path(key), params=params)
        if not isinstance(answer, Mapping) or "id" not in answer:
            raise BrokenAnswer("an issue without an id", side=SIDE, where=f"GET issue/{key}")
        return answer

    def visible(self, ids: Iterable[str]) -> list[str]:
        """Which of these ids can be read at all."""
        return [str(issue["id"]) for issue in self._one_by_one(list(ids), ["issuetype"])]

    def light(self, ids: Sequence[str], wanted: list[str]) -> list[Issue]:
        """The raw issues with these few field ids, as many in a request as Cloud gives."""
        if frozenset(wanted) not in self._narrow:
            try:
                return self._in_bulk(ids, wanted, WIDE)
            except Rejected:
                self._narrow.add(frozenset(wanted))
        return self._in_bulk(ids, wanted)

    def _in_bulk(self, ids: Sequence[str], wanted: list[str], size: int = BULK) -> list[Issue]:
        answers = self._door.parallel(
            lambda some: self._door.query(
                "issue/bulkfetch", {"issueIdsOrKeys": list(some), "fields": wanted}
            ),
            chunks(ids, size),
        )
        found: list[Issue] = []
        failed: list[str] = []
        for answer in answers:
            if not isinstance(answer, Mapping) or not isinstance(answer.get("issues"), list):
                raise BrokenAnswer("a bulk read without issues", side=SIDE)
            found.extend(answer["issues"])
            failed.extend(str(row.get("id")) for row in answer.get("issueErrors") or ())
        # These exist but were not delivered, which must not look like a deletion.
        return found + self._one_by_one([key for key in failed if key in set(ids)], wanted)

    def indexed(self, ids: Sequence[str], wanted: list[str]) -> list[Issue]:
        """The issues as Data Center's index has them; some may be missing or old."""
        answers = self._door.parallel(lambda some: self._some(some, wanted), chunks(ids, BULK))
        return [issue for issues in answers for issue in issues]

    def _some(self, ids: Sequence[str], wanted: list[str]) -> list[Issue]:
        body = {"jql": jql.any_id(ids), "startAt": 0, "maxResults": len(ids), "fields": wanted}
        try:
            answer = self._door.query("search", body)
        except Rejected:
            return []  # one unknown id spoils the query; each is then read by itself
        return list(answer.get("issues") or ()) if isinstance(answer, Mapping) else []

    def _one_by_one(self, ids: Sequence[str], wanted: list[str]) -> list[Issue]:
        found = self._door.parallel(lambda key: self._visible_issue(key, wanted), ids)
        return [issue for issue in found if issue is not None]

    def _visible_issue(self, key: str, wanted: list[str]) -> Issue | None:
        try:
            return self.issue(key, wanted)
        except Gone:
            return None
