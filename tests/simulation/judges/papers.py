"""Files, judged: each on both sides once, byte for byte, or told of (I-10, I-07).

Every content is a token of its own, so a copy is known by what is in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from connector.sandbox.people import INTEGRATION
from mappings.sides import Side
from sync.demo.couples import Couple
from sync.engine.filing import safe_name
from tests.simulation.people.crowd import Crowd
from tests.simulation.rig import Rig


@dataclass(frozen=True, slots=True)
class Paper:
    """One file as it truly is."""

    id: str
    name: str
    data: bytes
    ours: bool


def papers(rig: Rig, side: Side, key: str) -> list[Paper]:
    """All files of a record."""
    if side is Side.JIRA:
        issue, me = rig.jira.world.issues[key], rig.jira.world.site.me
        return [
            Paper(one.id, one.name, one.content.whole(), one.author == me)
            for one in issue.attachments
        ]
    world = rig.servicenow.world
    return [
        Paper(
            row["sys_id"], row["file_name"], world.contents[row["sys_id"]].whole(),
            row["sys_created_by"] == INTEGRATION,
        )
        for row in world.files.values()
        if row["table_sys_id"] == key
    ]  # fmt: skip


def faults(
    rig: Rig, crowd: Crowd, couple: Couple, waiting: set[tuple[str, str]], told: Mapping[Side, str]
) -> Iterator[str]:
    """What is wrong with the files of a couple; ``told`` is all we said in comments, by side."""
    held = {side: papers(rig, side, couple.of(side).key) for side in Side}
    for side in Side if couple.spec.attachments.flow is not None else ():
        there = Counter(one.data for one in held[side.other] if one.ours)
        names = {one.data: one.name for one in held[side.other] if one.ours}
        for one in held[side]:
            if one.ours:
                yield from _uninvited(rig, crowd, couple, one, side)
                continue
            if _waits(couple, one, waiting):
                continue
            wanted = 0 if one.name.endswith(".exe") else 1
            missing, dropped = there[one.data] < wanted, one.data in crowd.dropped_files
            gone = missing and (dropped or _went_unseen(rig, couple, one.data))
            if there[one.data] != wanted and not gone:
                yield f"I-10 {couple}: {one.data!r} of {side} is {there[one.data]} times across"
            if names.get(one.data, safe_name(one.name)) != safe_name(one.name):
                yield f"I-10 {couple}: {one.name!r} is called {names[one.data]!r} across"
            words = f"{one.name} stands in"
            said, deleted = told[side.other].count(words), any(words in b for b in crowd.dropped)
            if not wanted and said != 1 and not (deleted and not said):
                yield f"I-10 {couple}: {one.name!r} was left out without a word, or with too many"


def _went_unseen(rig: Rig, couple: Couple, data: bytes) -> bool:
    """Whether a copy went with its ticket, which was back before we looked: nothing tells of that
    but a line of the audit, and nobody reads those of every ticket that is there."""
    side, key = Side.SERVICENOW, couple.servicenow.key
    born = [
        one.born
        for one in rig.journal.sheets.values()
        if (one.side, one.key, one.data, one.gone) == (side, key, data, None) and one.ours
    ]
    deaths = [
        one
        for one in rig.journal.of(side, key)
        if one.op == "delete" and one.n > max(born, default=one.n)
    ]
    if not deaths:
        return False
    link = rig.store.links.by_keys(side, [key]).get(key)
    known = rig.store.absences.of([link.id]).get(link.id, {}).get(side) if link else None
    back = None if known is None else known.back_at
    unseen = any(back is None or back < death.at for death in deaths)
    rig.reached["excused: a copy went with its ticket, which was back before we looked"] += unseen
    return unseen


def _uninvited(rig: Rig, crowd: Crowd, couple: Couple, one: Paper, side: Side) -> Iterator[str]:
    """A copy of ours in the place from which a person deleted the file."""
    key = couple.of(side).key
    if one.data not in crowd.dropped_files:
        return
    person = any(
        (held.side, held.key, held.data) == (side, key, one.data) and not held.ours
        for held in rig.journal.sheets.values()
    )
    if person:
        yield f"I-07 {couple}: {one.data!r} was deleted in {side} and came back"


def _waits(couple: Couple, one: Paper, waiting: set[tuple[str, str]]) -> bool:
    ends = (couple.servicenow, couple.jira)
    names = [name for end in ends for name in (end.label, end.key)]
    fields = (f"file {one.id}", f"comment file:{one.id}")
    return any((name, field) in waiting for name in names for field in fields)
