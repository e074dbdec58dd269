"""Totals that Jira counts itself, one request a question.

Cloud has a resource for it, which says of itself that it estimates and may not know recent changes
(``POST search/approximate-count``). Data Center tells the total of any search; one that asks for no
issues costs nothing else. Both go through the index, and neither counts by groups.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connector.counts import TOTAL, Count
from connector.errors import BrokenAnswer, NotThere
from connector.jira import jql
from connector.jira.answers import SIDE
from connector.jira.door import Door
from connector.jira.facts import Facts


class Counting:
    """Asks for totals."""

    def __init__(self, door: Door, facts: Facts) -> None:
        self._door = door
        self._facts = facts

    def counts(self, container: str, questions: Sequence[Count]) -> list[Mapping[str, int]]:
        """The total of each question, in order.

        The project is looked up first: Cloud answers a search in an unknown one with nothing.
        """
        if not questions:
            return []
        if any(one.by for one in questions):
            raise NotThere("Jira counts nothing by groups: ask for each by itself", side=SIDE)
        self._facts.project(container)
        queries = [jql.every(jql.project(container), jql.wrapped(one.scope)) for one in questions]
        return [{TOTAL: number} for number in self._door.parallel(self._total, queries)]

    def _total(self, query: str) -> int:
        if self._facts.cloud:
            return _number(self._door.query("search/approximate-count", {"jql": query}), "count")
        body = {"jql": query, "startAt": 0, "maxResults": 0, "fields": ["id"]}
        return _number(self._door.query("search", body), "total")


def _number(answer: Any, name: str) -> int:
    number = answer.get(name) if isinstance(answer, Mapping) else None
    if not isinstance(number, int) or isinstance(number, bool):
        raise BrokenAnswer(f"a count without its {name}", side=SIDE)
    return number
