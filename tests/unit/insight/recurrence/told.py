"""Incidents told one by one: each in words of its own, with what it is a case of.

A cause is a paragraph of incidents told by different people; in a text of noise every line is a
thing of its own: everyday tickets of the same items, other failures of an item that also fails in
a recurring way, and the words of a recurring trouble about another item. A paragraph begins with
item, service, category and group; lines after ``>`` are what is written when one is closed: that
of a cause in a part of its cases, else something that fits anything, or nothing at all. After a
bar stands what differs: ``no item``, ``no place`` (neither item nor service), ``desk`` (filed by
the desk as an inquiry of its own), ``on P`` (people put it on problem P).
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta

from sync.insight.facts import IncidentFact
from tests.unit.insight.recurrence.planted import NOW, Planted

OWN, ANY = 0.5, 0.35
"""Of so many of its cases the note tells the cause, of so many something that fits anything."""
GENERAL = (
    "Done.", "Solved with the caller", "Works again", "Works again after a restart", "Erledigt",
    "Informed user", "Caller did not answer", "Resolved remotely", "Restarted, ok now",
)  # fmt: skip
ANYTHING = (
    "Replaced the cable", "Created the account", "Explained how it works", "Setting changed",
    "Ordered a new one", "Cleaned and tested", "Forwarded to supplier", "Rights added",
    "Reset and informed", "Paper refilled", "Added to the list", "Installed software again",
    "Driver updated", "Part replaced", "Not a fault, works as designed", "Battery changed",
    "Password reset", "Report sent by mail", "Deleted temporary files", "Profile rebuilt",
    "Service restarted", "Certificate renewed", "Data corrected", "Job started again",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Told:
    """One line: the incident, and what it is a case of."""

    place: tuple[str, ...]
    summary: str
    marks: frozenset[str]
    cause: str
    notes: tuple[str, ...]


def told(causes: str, noise: str, seed: int = 20) -> Planted:
    """The incidents of ninety days, and the true cause of those that have one, by key. The seed
    chooses days and notes."""
    dice = random.Random(seed)
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
        head, *lines = (line.strip() for line in part.splitlines())
        notes = tuple(line.removeprefix("> ") for line in lines if line.startswith("> "))
        for line in lines[len(notes) :]:
            summary, _, marks = line.partition(" | ")
            said = frozenset(filter(None, marks.split(", ")))
            place, cause = tuple(head.split(" / ")), "" if noise else head
            found.append(_Told(place, summary, said, cause, notes or ANYTHING))
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
    chance = dice.random()
    notes = one.notes if chance < OWN else GENERAL if chance < OWN + ANY else ("",)
    solved = dice.choice(notes)
    return IncidentFact(
        f"{dice.getrandbits(128):032x}", f"INC{count:07}", opened, done, active=False,
        category=category, service=service, service_name=service, item=item, item_name=item,
        group=group, group_name=group, problem=problem, summary=one.summary, solved=solved,
    )  # fmt: skip
