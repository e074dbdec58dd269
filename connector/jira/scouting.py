"""Learning a workflow without moving anything: what other issues are offered shows the way.

A status that no walk has left yet may hold issues of the same type; what Jira offers one of them is
what it would offer ours. So a way is looked for on the map first, and an issue steps into unknown
statuses only where nobody has gone before.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Sequence
from contextlib import suppress

from connector.errors import ConnectorError, Gone, Rejected
from connector.jira import jql
from connector.jira.door import Door, issue_path
from connector.jira.facts import Facts
from connector.jira.records import Records
from connector.jira.steps import step_of
from connector.jira.translate import status_of
from connector.jira.workflow import Graph, Status, path

PEEKS = 8
"""Statuses looked into for one walk."""


class Scouting:
    """Fills gaps of a workflow graph from issues that stand there."""

    def __init__(self, door: Door, facts: Facts, records: Records) -> None:
        self._door = door
        self._facts = facts
        self._records = records
        self._barren: set[tuple[str, str, str]] = set()

    def widen(
        self, sort: tuple[str, str], start: Status, targets: Sequence[str], filled: Collection[str]
    ) -> Graph:
        """The graph of that project and issue type, widened until it shows a way or has no gap."""
        graph = self._facts.graph(*sort)
        for _ in range(PEEKS):
            gap = self._gap(sort, graph, start)
            if gap is None or path(graph, start, targets, filled) is not None:
                break
            graph = self._peek(sort, gap)
        return graph

    def _gap(self, sort: tuple[str, str], graph: Graph, start: Status) -> Status | None:
        """The nearest reachable status that nothing is known about."""
        queue, seen = deque([start]), {start.name.casefold()}
        while queue:
            status = queue.popleft()
            steps = graph.leaving(status)
            if steps is None and (*sort, status.name) not in self._barren:
                return status
            for step in steps or ():
                if step.to.name.casefold() not in seen:
                    seen.add(step.to.name.casefold())
                    queue.append(step.to)
        return None

    def _peek(self, sort: tuple[str, str], status: Status) -> Graph:
        """Learn what an issue in that status is offered; remember where there is none."""
        try:
            key = self._somebody(sort, status)
            if key is not None:
                return self.learn_from(sort, key)
        except (Gone, Rejected):
            pass  # a hidden issue or a type that JQL does not know: then we walk
        self._barren.add((*sort, status.name))
        return self._facts.graph(*sort)

    def learn_from(self, sort: tuple[str, str], key: str, *, new: bool = False) -> Graph:
        """Learn from one issue: its status, and the steps out of it.

        A ``new`` issue also shows where its workflow begins.
        """
        status = status_of(self._records.issue(key, ["status"])["fields"]["status"])
        params = {"expand": "transitions.fields"}
        offered = self._door.read(issue_path(key, "transitions"), params=params)
        steps = [step_of(row) for row in offered.get("transitions") or ()]
        return self._facts.learn(
            *sort,
            lambda graph: (graph.started(status) if new else graph).learned(status, steps),
        )

    def learn_start(self, sort: tuple[str, str], key: str) -> None:
        """Learn from an issue just made. Trouble is no reason to stop: others go without a ride."""
        with suppress(ConnectorError):
            self.learn_from(sort, key, new=True)

    def _somebody(self, sort: tuple[str, str], status: Status) -> str | None:
        """An issue of that type which the index shows in that status."""
        condition = jql.every(
            jql.project(sort[0]), f"issuetype = {sort[1]}", f"status = {jql.quoted(status.name)}"
        )
        body = {"jql": condition, "maxResults": 1, "fields": ["status"]}
        found = self._door.query("search/jql" if self._facts.cloud else "search", body)
        issues = found.get("issues") or ()
        return str(issues[0]["id"]) if issues else None
