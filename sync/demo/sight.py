"""What people find when they look for something to do: tickets and issues that are at rest.

A record that somebody just worked on is left alone for a while, so that nobody edits on one side
what the sync is still carrying from the other.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from connector.sandbox.jira.model import Issue
from connector.sandbox.servicenow.schema import Row
from mappings.sides import Side
from sync.core import marks
from sync.demo import words
from sync.demo.town import PROJECT, Town

T = TypeVar("T")
TABLES = ("incident", "problem", "change_request")


@dataclass(frozen=True, slots=True)
class Linked:
    """A ticket and the issue that is its twin."""

    row: Row
    issue: Issue


class Sight:
    """Looks into both systems. ``rest`` is how many seconds a record is left alone."""

    def __init__(
        self,
        town: Town,
        dice: random.Random,
        rest: float = 6.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.town = town
        self.dice = dice
        self._rest = rest
        self._clock = clock
        self._worked: dict[str, float] = {}

    def worked_on(self, key: str) -> None:
        """Somebody did something with this record (a ticket's id, or a loose issue's)."""
        self._worked[key] = self._clock()

    def rested(self, key: str) -> bool:
        """Whether nobody did anything with a record lately."""
        last = self._worked.get(key)
        return last is None or self._clock() - last >= self._rest

    def tickets(self, table: str, states: Sequence[str] = ()) -> list[Row]:
        """Active tickets that have a twin, in one of these states, at rest."""
        return [one.row for one in self.linked(table, states)]

    def linked(self, table: str, states: Sequence[str] = ()) -> list[Linked]:
        """The same with their issues."""
        host = self.town.url(Side.JIRA).partition("://")[2]
        with self.town.servicenow.world.lock:
            rows = [row for row in self.town.servicenow.world.rows(table) if _open(row, states)]
        found = []
        for row in sorted(rows, key=lambda row: row["number"]):
            issue_id = marks.issue_of(row.get("correlation_id"), host)
            issue = self.town.jira.world.issues.get(issue_id or "")
            if issue is not None and self.rested(row["sys_id"]):
                found.append(Linked(row, issue))
        return found

    def loose(self, kinds: Sequence[str], categories: Sequence[str]) -> list[Issue]:
        """Issues of the project that have nothing to do with ServiceNow yet, at rest."""
        world = self.town.jira.world
        with world.lock:
            return [
                issue
                for issue in world.issues.values()
                if world.project_of(issue).key == PROJECT
                and world.type_of(issue).name in kinds
                and world.status_of(issue).category in categories
                and not any(label.startswith(("tandem-", "to-")) for label in _labels(issue))
                and self.rested(issue.id)
            ]

    def user_id(self, login: str) -> str:
        """Somebody's id in ServiceNow."""
        return self.town.servicenow.world.user_id(login)

    def other(self, options: Iterable[T], held: object) -> T:
        """One that is not what a record holds already."""
        return self.dice.choice([one for one in options if one != held])

    def pick(self, options: Sequence[T]) -> T | None:
        """One of several, or nothing."""
        return self.dice.choice(options) if options else None


def _open(row: Row, states: Sequence[str]) -> bool:
    active = row.get("active") == "true" and row.get("state") not in ("7", "8")
    return active and (not states or row.get("state") in states)


def _labels(issue: Issue) -> tuple[str, ...]:
    labels: tuple[str, ...] = issue.fields["labels"]
    return labels


class Register:
    """Which ticket belongs to which issue, and how both stand now."""

    def __init__(self, town: Town) -> None:
        self._town = town

    def number(self, label: str) -> str:
        """The ticket behind a number or an issue's key; an issue without one keeps its key."""
        issue = self._town.jira.world.issue(label)
        if issue is None:
            return label
        return next((row["number"] for row in self._rows() if self._issue(row) is issue), label)

    def statuses(self, name: str) -> tuple[str, str, str]:
        """Key, state of the ticket and status of the issue."""
        world = self._town.jira.world
        row = next((row for row in self._rows() if row["number"] == name), None)
        issue = self._issue(row) if row else world.issue(name)
        return (
            issue.key if issue else "",
            words.state(row["number"], row["state"]) if row else "",
            world.status_of(issue).name if issue else "",
        )

    def _rows(self) -> list[Row]:
        world = self._town.servicenow.world
        with world.lock:
            return [row for name in TABLES for row in world.rows(name)]

    def _issue(self, row: Row) -> Issue | None:
        """By the display column: good enough to look at."""
        key = row.get("correlation_display")
        return self._town.jira.world.issue(key) if key else None
