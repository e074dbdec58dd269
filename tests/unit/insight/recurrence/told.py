"""Incidents told one by one: each in words of its own, with what it is a case of.

A cause is a paragraph of incidents told by different people; in a text of noise every line is a thing
of its own: everyday tickets of the same items, other failures of an item that also fails in a
recurring way, and the words of a recurring trouble about another item. A paragraph begins with item,
service, category and group. After a bar stands what differs: ``no item``, ``no place`` (neither item nor
service), ``desk`` (filed by the desk as an inquiry of its own), ``on P`` (people put it on problem P).
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta

from sync.insight.facts import IncidentFact
from tests.unit.insight.recurrence.planted import NOW, Planted


@dataclass(frozen=True, slots=True)
class _Told:
    """One line: the incident, and what it is a case of."""

    place: tuple[str, ...]
    summary: str
    marks: frozenset[str]
    cause: str


def told(causes: str, noise: str) -> Planted:
    """The incidents of ninety days, and the true cause of those that have one, by key."""
    dice = random.Random(20)
    read = [*_read(causes, noise=False), *_read(noise, noise=True)]
    facts, truth = [], {}
    for count, one in enumerate(read, 1):
        fact = _fact(one, count, dice)
        facts.append(fact)
        if one.cause:
            truth[fact.key] = one.cause
    facts.sort(key=lambda fact: (fact.opened, fact.key))
    return Planted(tuple(facts), truth)


def _read(text: str, *, noise: bool) -> list[_Told]:
    found = []
    for part in text.strip().split("\n\n"):
        head, *lines = part.splitlines()
        for line in lines:
            summary, _, marks = line.strip().partition(" | ")
            said = frozenset(filter(None, marks.split(", ")))
            found.append(_Told(tuple(head.split(" / ")), summary, said, "" if noise else head))
    return found


def _fact(one: _Told, count: int, dice: random.Random) -> IncidentFact:
    item, service, category, group = one.place
    if "desk" in one.marks:
        category, group = "inquiry", "Service Desk"
    if one.marks & {"no item", "no place"}:
        item = ""
    if "no place" in one.marks:
        service = ""
    problem = next((mark.removeprefix("on ") for mark in one.marks if mark.startswith("on ")), "")
    opened = NOW - timedelta(days=dice.uniform(0.1, 89.9))
    done = opened + timedelta(hours=dice.uniform(0.5, 40))
    return IncidentFact(
        f"{dice.getrandbits(128):032x}", f"INC{count:07}", opened, done, active=False,
        category=category, service=service, service_name=service, item=item, item_name=item,
        group=group, group_name=group, problem=problem, summary=one.summary,
    )  # fmt: skip
