"""Words on carried comments that are no longer shown: one for each that was deleted (I-07, I-09).

Who deletes a comment before we know that it was carried, or before an old store is put in place,
may have no word for it; so may who deletes the last entry of a journal that there is, because all
of them may be hidden. Nothing else has a word, and nothing has two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from connector.sandbox.servicenow.values import moment
from connector.values import Comment
from mappings.sides import Side
from sync.core import marks
from sync.core.tellings import bears
from sync.demo.couples import Couple
from sync.engine.cases import Withdrawn
from tests.simulation.people.crowd import Crowd
from tests.simulation.rig import START, Rig

WORDS = "is no longer shown in "


def words(
    rig: Rig,
    crowd: Crowd,
    couple: Couple,
    copies: Mapping[Side, Sequence[Comment]],
    waiting: set[tuple[str, str]],
) -> Iterator[str]:
    """What is wrong with the words on a couple; ``copies`` is what we wrote, by side."""
    wanted = couple.spec.comments.deletes == "note"
    for side in Side:
        told = [bears(one.body) for one in copies[side.other] if WORDS in one.body]
        stands = {bears(one.body) for one in copies[side.other]}
        known: set[str] = set()
        for (where, key, number), (ours, lane) in crowd.withdrawn.items():
            if (where, key) != (side, couple.of(side).key) or not wanted:
                continue
            name = Withdrawn.name_of(number)
            said = _reference(rig, couple, side, f"{name} {couple.servicenow.key}")
            known.add(said)
            times, dropped = told.count(said), any(said in body for body in crowd.dropped)
            sure = ours and _reference(rig, couple, side, number) in stands and _shown(rig, lane)
            rig.reached["a deleted comment was told of"] += times
            missing = sure and not times and not dropped
            if times > 1 or (missing and not _excused(rig, couple, name, waiting)):
                yield f"I-09 {couple}: {number}, deleted in {side}, is told of {times} times"
        for one in told:
            if one not in known:
                yield f"I-07 {couple}: {one} tells of a comment that {side} shows"


def _shown(rig: Rig, lane: str) -> bool:
    """Whether anything else was to be seen in a journal at the last audit; Jira's are seen with
    their issue."""
    last = max((at for _, at in rig.audits), default=START)
    notes = rig.servicenow.world.rows("sys_journal_field")
    return lane == "comment" or any(
        lane == f"{one['name']} {one['element']}" and moment(one["sys_created_on"]) <= last
        for one in notes
    )


def _reference(rig: Rig, couple: Couple, side: Side, name: str) -> str:
    installation = rig.runtime.options.installation
    return marks.reference(installation, couple.spec.pair, side, name)


def _excused(rig: Rig, couple: Couple, name: str, waiting: set[tuple[str, str]]) -> bool:
    away = couple.jira.container != rig.setup.project
    labels = {label for one in (couple.servicenow, couple.jira) for label in (one.label, one.key)}
    aside = any((label, f"comment {name}") in waiting for label in labels)
    return away or aside or bool(rig.reached["store restored"])
