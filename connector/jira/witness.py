"""What Jira can testify about itself: memos under our own account.

A field that we may not see is left out of an answer, and nothing but a webhook tells of a deletion:
so two of the questions have short answers.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from connector.errors import BrokenAnswer, Gone, NotThere, Rejected
from connector.jira import jql
from connector.jira.answers import SIDE
from connector.jira.changelog import former_keys, link_told, replaced
from connector.jira.door import Door, issue_path
from connector.jira.editing import HISTORY
from connector.jira.facts import Facts
from connector.jira.jql import milliseconds
from connector.jira.links import apart
from connector.jira.removing import SILENT, Removing
from connector.jira.translate import stamp
from connector.sense import sensible
from connector.values import Patch, Trace


@sensible(SIDE)
class Witness:
    """Memos are properties of our own account, which every user may write."""

    def __init__(self, door: Door, facts: Facts) -> None:
        self._door = door
        self._facts = facts
        self._removing = Removing(door)
        self._me = ""

    def memo(self, name: str) -> str | None:
        """The value of a property of our account."""
        try:
            answer = self._door.read(self._path(name), params=self._whose(), absent=NotThere)
        except NotThere:
            return None
        value = answer.get("value") if isinstance(answer, Mapping) else None
        return str(value.get("text") or "") if isinstance(value, Mapping) else None

    def keep_memo(self, name: str, text: str) -> None:
        """Set a property of our account."""
        self._door.rewrite("PUT", self._path(name), {"text": text}, params=self._whose())

    def heed(self, container: str, scope: str) -> None:
        """Have Jira look at a scope before it is believed.

        Cloud's search answers one that it cannot follow with no issues and 200 (jira-api.md
        section 3.1), so Cloud is asked to parse it; a search of Data Center refuses.
        """
        if not scope:
            return
        query = jql.every(jql.project(container), jql.wrapped(scope))
        for text in self._errors(query):
            raise NotThere(
                f"Jira cannot follow the scope in {container}: {text}",
                side=SIDE,
                remedy="Correct the scope in the mapping: as it stands it selects nothing.",
            )

    def _errors(self, query: str) -> list[str]:
        if self._facts.cloud:
            body: dict[str, Any] = {"queries": [query]}
            return _parsed(self._door.query("jql/parse", body, params={"validation": "strict"}))
        try:
            self._door.query("search", {"jql": query, "maxResults": 0, "fields": ["id"]})
        except Rejected as error:
            return [error.what]
        return []

    def empty(self, container: str, name: str, keys: Collection[str]) -> frozenset[str]:
        """What we may not see is absent, never empty."""
        del container, name
        return frozenset(keys)

    def trace(self, patch: Patch, called: Mapping[str, str]) -> Trace | None:
        """Our own entry in the issue's history that leads to what the patch sets, made since the
        patch was decided on. Jira stamps an entry with the time that ``updated`` takes."""
        path = issue_path(patch.key)
        try:
            issue = self._door.read(path, params={"fields": "updated", **HISTORY}, absent=Gone)
        except Gone:
            return None
        log = issue.get("changelog") if isinstance(issue, Mapping) else None
        entries = log.get("histories") if isinstance(log, Mapping) else None
        since, me = int(patch.version or 0), self._own()

        def ours(entry: Mapping[str, Any]) -> bool:
            author = entry.get("author")
            mine = isinstance(author, Mapping) and author.get(self._member) == me
            return mine and milliseconds(stamp(entry["created"])) >= since

        table = self._facts.historic(patch.fields)
        told = replaced(list(entries or ()), patch.fields, table, ours)
        mine = [entry for entry in entries or () if ours(entry)]
        written = frozenset(told) | self._linked(patch, mine, called)
        return Trace(written, told) if written else None

    def _linked(
        self, patch: Patch, mine: Sequence[Mapping[str, Any]], called: Mapping[str, str]
    ) -> frozenset[str]:
        """The sets of linked issues of which every change stands among these entries."""
        _, changes = apart(patch)
        others = {change.other for change in changes} if mine else set()
        keys = {other: self._keys(other) | {called.get(other, "")} - {""} for other in others}
        missing = {one.name for one in changes if not link_told(mine, one, keys.get(one.other, ()))}
        return frozenset(one.name for one in changes) - missing

    def _keys(self, number: str) -> frozenset[str]:
        """What an issue is and was called, which is how the history of others names it."""
        params = {"fields": "issuetype", **HISTORY}
        try:
            issue = self._door.read(issue_path(number), params=params, absent=Gone)
        except Gone:
            return frozenset()
        log = issue.get("changelog") if isinstance(issue, Mapping) else None
        entries = log.get("histories") if isinstance(log, Mapping) else None
        return former_keys(entries or ()) | {str(issue.get("key") or "")}

    def deleted(self, container: str, keys: Collection[str]) -> dict[str, datetime]:
        """Nothing that polling can read proves a deletion."""
        del container, keys
        return {}

    def returned(self, container: str, keys: Collection[str]) -> dict[str, datetime]:
        """Never: what is deleted does not come back."""
        del container, keys
        return {}

    def silent(self, container: str) -> str:
        """Never: a deleted issue and a hidden one get the same answer."""
        del container
        return SILENT

    def shows(self, container: str) -> bool:
        """Whether the project is visible."""
        return self._removing.shows(container)

    def missing_files(self, numbers: Collection[str]) -> frozenset[str]:
        """Files that are answered with 404."""
        return self._removing.missing_files(numbers)

    def missing_comments(
        self, container: str, key: str, lane: str, numbers: Collection[str]
    ) -> frozenset[str]:
        """Comments that are answered with 404; an issue shows all but restricted ones."""
        del container, lane
        return self._removing.missing_comments(key, numbers)

    def closed(self, container: str) -> str:
        """A project that is not there says so when it is asked for its kinds."""
        del container
        return ""

    def manner(self, container: str) -> str:
        """Transitions are the only way."""
        del container
        return ""

    def _path(self, name: str) -> str:
        return f"user/properties/{quote(name, safe='')}"

    def _whose(self) -> dict[str, str]:
        return {"accountId" if self._facts.cloud else "username": self._own()}

    @property
    def _member(self) -> str:
        """What names a user for good."""
        return "accountId" if self._facts.cloud else "name"

    def _own(self) -> str:
        if not self._me:
            answer = self._door.read("myself")
            self._me = str(answer.get(self._member) or "") if isinstance(answer, Mapping) else ""
        return self._me


def _parsed(answer: Any) -> list[str]:
    """What is wrong with the only query that was parsed, each sentence without its stop."""
    queries = answer.get("queries") if isinstance(answer, Mapping) else None
    if not isinstance(queries, list) or len(queries) != 1 or not isinstance(queries[0], Mapping):
        raise BrokenAnswer("the query was not parsed", side=SIDE, where="POST jql/parse")
    return [str(text).rstrip(".") for text in queries[0].get("errors") or ()]
