"""A large company's facts, from a seed: many departments of the planted one.

Each has 1,500 incidents of 180 days with its own items and services, told in words and clusters as
:mod:`tests.unit.insight.recurrence.planted` tells them; groups, changes and problems are added.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from sync.insight.facts import IncidentFact, IssueFact, ProblemFact, Step
from tests.unit.insight.recurrence.planted import INCIDENTS, NOW, planted
from tests.unit.insight.recurrence.planted_stories import JUDGING, TUNING

DAYS = 180
STRETCHED = 2
"""The planted company's incidents happen within 90 days."""

CODES = ("Solution provided", "Workaround provided", "User error", "Duplicate", "")
NOTES = (
    "Restarted the service.", "Exchanged the device.", "Reset and tested with the caller.",
    "Cleared the cache, logged on again.", "Vendor's update installed.", "No fault found.",
)  # fmt: skip
TEAMS = tuple(f"Team {number:02}" for number in range(40))


def incidents(count: int, problems: int) -> Iterator[IncidentFact]:
    """So many incidents; every third hangs on a problem, a few are open, a few come of changes."""
    dice = random.Random(count)
    for number in range(count):
        if number % INCIDENTS == 0:
            place = number // INCIDENTS
            stories = TUNING if place % 2 else JUDGING
            department = planted(1_000 + place, stories).incidents
        fact = department[number % INCIDENTS]
        opened = NOW - STRETCHED * (NOW - fact.opened)
        took = (fact.resolved or fact.opened) - fact.opened
        resolved = opened + took if opened + took < NOW else None
        group = TEAMS[dice.randrange(len(TEAMS))]
        yield replace(
            fact,
            number=f"INC{number:07}",
            opened=opened,
            resolved=resolved,
            closed=resolved + timedelta(days=5) if resolved else None,
            active=resolved is None,
            moved=int(dice.random() < 0.4),
            priority=str(dice.choices((1, 2, 3, 4), (1, 3, 8, 8))[0]),
            service=f"{fact.service} {place}",
            service_name=f"{fact.service_name} {place}",
            item=f"{fact.item} {place}" if fact.item else "",
            item_name=f"{fact.item_name} {place}" if fact.item else "",
            group=group,
            group_name=group,
            problem=f"p{dice.randrange(problems)}" if dice.random() < 1 / 3 else "",
            change=f"c{dice.randrange(2_000)}" if dice.random() < 0.02 else "",
            contact=dice.choice(("phone", "email", "self-service")),
            code=dice.choice(CODES) if resolved else "",
            solved=_solved(dice, fact.summary) if resolved else "",
        )


def _solved(dice: random.Random, summary: str) -> str:
    """What a solver noted, if anything: words of the trade, now and then the caller's as well."""
    noted = dice.choice(NOTES) if dice.random() < 0.7 else ""
    return f"{noted} {summary}" if noted and dice.random() < 0.3 else noted


def problems(count: int) -> Iterator[ProblemFact]:
    """So many problems; every other one is open."""
    dice = random.Random(count)
    for number in range(count):
        opened = NOW - timedelta(days=dice.random() * DAYS)
        active = number % 2 == 0
        yield ProblemFact(
            f"p{number}", f"PRB{number:07}", opened,
            None if active else min(NOW, opened + timedelta(days=20)), active,
            priority=str(dice.randrange(1, 5)), service=f"s{number % 300}",
            service_name=f"Service {number % 300}", summary=f"Something fails, number {number}",
        )  # fmt: skip


def issues(count: int) -> Iterator[IssueFact]:
    """So many stories with their way to done; a fifth is still open."""
    dice = random.Random(count)
    for number in range(count):
        created = NOW - timedelta(days=dice.random() * DAYS)
        began = created + timedelta(days=dice.lognormvariate(1.2, 0.9))
        done = began + timedelta(days=dice.lognormvariate(1.1, 0.8))
        steps = [Step(created, "To Do", "new"), Step(began, "In Progress", "indeterminate")]
        if dice.random() < 0.8:
            steps.append(Step(done, "Done", "done"))
        kept = tuple(one for one in steps if one.at <= NOW)
        yield IssueFact(
            str(number), f"OPS-{number}", "Story", created, kept,
            done if kept[-1].category == "done" else None, "OPS", TEAMS[number % len(TEAMS)],
            parent=str(100_000 + number % 2_000), summary=f"Story {number} of the backlog",
        )  # fmt: skip
