"""A plausible delivery side: what the teams already have when the bridge is switched on.

A dozen epics' worth of ordinary work over the last ninety days, with the teams' own labels, people
and statuses. Nothing of it comes from ServiceNow, so nothing of it may ever be touched by a sync.
The same seed gives the same issues.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from connector.sandbox.jira.hands import Hands
from connector.sandbox.jira.model import Issue
from connector.sandbox.jira.world import World
from connector.sandbox.people import of_team

DAYS = 90


@dataclass(frozen=True, slots=True)
class Theme:
    """An epic with its stories and the labels its team uses."""

    project: str
    team: str
    epic: str
    labels: tuple[str, ...]
    stories: tuple[str, ...]


THEMES = (
    Theme(
        "OPS",
        "apps",
        "Faster checkout",
        ("checkout", "q1-goal"),
        (
            "Measure each step of the checkout",
            "Cache delivery options per basket",
            "Move address validation off the critical path",
            "Retire the old payment form",
            "Show a progress bar while paying",
        ),
    ),
    Theme(
        "OPS",
        "network",
        "Second internet uplink",
        ("network", "resilience"),
        (
            "Order the line for the Berlin office",
            "Route guest traffic over the new uplink",
            "Test the failover at night",
            "Write down the failover steps for the desk",
        ),
    ),
    Theme(
        "OPS",
        "database",
        "Smaller databases",
        ("tech-debt", "cost"),
        (
            "Find tables nobody reads",
            "Archive orders older than ten years",
            "Drop unused indexes on the reporting copy",
            "Agree on retention with legal",
        ),
    ),
    Theme(
        "TEAM",
        "apps",
        "New careers pages",
        ("web", "hr"),
        (
            "Draft the page for apprentices",
            "Connect the form to the applicant inbox",
            "Add translations",
        ),
    ),
)

ODD_JOBS = (
    ("Task", "Renew the wildcard certificate"),
    ("Bug", "Report shows last month twice"),
    ("Task", "Clean up old build agents"),
    ("Bug", "Export breaks on umlauts"),
    ("Story", "Let the desk see planned releases"),
)

DESK_JOBS = ("Prepare the new shift plan", "Order headsets", "Update the greeting on hold")


def seed(world: World, *, now: datetime | None = None, seed: int = 1) -> None:
    """Fill an empty site."""
    Company(world, now or world.now(), seed).write()


def make_issues(
    world: World, count: int, *, project: str = "OPS", kind: str = "Story", login: str = "mei.chen"
) -> list[str]:
    """Quickly make that many plain issues; their ids."""
    hands = Hands(world, login)
    return [hands.create(project, kind, f"{kind} number {n + 1}").id for n in range(count)]


class Company:
    """The teams at work, on the calendar of the last ninety days."""

    def __init__(self, world: World, now: datetime, seed: int) -> None:
        self._world = world
        self._now = now
        self._dice = random.Random(seed)  # noqa: S311 - the same company every time

    def write(self) -> None:
        """Everything, theme by theme; the clock is turned back meanwhile."""
        with self._world.lock:
            for theme in THEMES:
                self._theme(theme)
            for kind, summary in ODD_JOBS:
                self._job("OPS", kind, summary, "apps")
            for summary in DESK_JOBS:
                self._job("DESK", "Task", summary, "desk")

    def _theme(self, theme: Theme) -> None:
        start = self._day(60, DAYS)
        with self._world.back_to(start):
            hands = self._somebody(theme.team)
            epic = hands.create(
                theme.project, "Epic", theme.epic, labels=theme.labels, description=_why(theme)
            )
        for summary in theme.stories:
            self._story(theme, epic, summary)

    def _story(self, theme: Theme, epic: Issue, summary: str) -> None:
        at = self._day(5, 55)
        with self._world.back_to(at):
            hands = self._somebody(theme.team)
            issue = hands.create(
                theme.project,
                "Story",
                summary,
                labels=(self._dice.choice(theme.labels),),
                parent=epic.id,
                assignee=self._dice.choice(of_team(theme.team)).login,
            )
        self._progress(theme.project, issue, at, theme.team)

    def _job(self, project: str, kind: str, summary: str, team: str) -> None:
        at = self._day(3, 40)
        with self._world.back_to(at):
            issue = self._somebody(team).create(project, kind, summary)
        self._progress(project, issue, at, team)

    def _progress(self, project: str, issue: Issue, start: datetime, team: str) -> None:
        """Walk some way, with a word now and then."""
        flow = self._world.type_of(issue).workflow.statuses
        reached = self._dice.randrange(len(flow))
        at = start
        for status in flow[1 : reached + 1]:
            at = min(at + timedelta(hours=self._dice.uniform(4, 60)), self._now)
            with self._world.back_to(at):
                hands = self._somebody(team)
                hands.move_to(issue.id, self._world.statuses[status].name)
                if self._dice.random() < 0.3:
                    hands.comment(issue.id, self._dice.choice(REMARKS), internal=project == "DESK")

    def _somebody(self, team: str) -> Hands:
        return Hands(self._world, self._dice.choice(of_team(team)).login)

    def _day(self, least: int, most: int) -> datetime:
        return self._now - timedelta(days=self._dice.uniform(least, most))


REMARKS = (
    "Talked to the users, this is still wanted.",
    "Waiting for an answer from the vendor.",
    "Split off the second half, see the epic.",
    "Works on the test system.",
    "Needs another pair of eyes.",
)


def _why(theme: Theme) -> str:
    return f"h3. Why\n{theme.epic}: agreed with the business for this quarter.\n\n* keep it small"
