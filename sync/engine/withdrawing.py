"""Carried comments that are no longer shown: what proves that, and what is said of it.

Only where the mapping says ``deletes: note``. A comment that is missing from its record's list may
be late in an index, restricted, deleted, or hidden with all others: so both sides are heard afresh,
and it is asked for by itself (reliability: I-18). Jira answers 404 for a deleted comment and for a
restricted one, and ServiceNow shows neither; so the word on the twin names both. It is said where
the copy stands, in the words of the copy's own first line: one that people rewrote, or took away,
needs no word any more. Told once is told for good, whatever becomes of the comment.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from mappings.model import MappingSpec
from mappings.sides import Side
from mappings.text import from_wiki
from sync.apply.common import COMMENTED, comment_field
from sync.core import marks
from sync.core.model import CommentLink, Link, LinkState
from sync.core.tellings import bears, first_line, telling
from sync.engine.cases import Case, Withdrawn
from sync.engine.hearing import heard_anew
from sync.engine.parked import waiting_comments
from sync.engine.wording import LANES
from sync.runtime import Runtime, chunks, container

FEW = 5
"""Records of a hundred that the audit wakes where a side shows no comment of any."""

_COMMENT = re.compile(r"\d+|[0-9a-f]{32}")
"""Ids of comments; decisions of approvers and words of our own are named otherwise."""


def followed(spec: MappingSpec) -> bool:
    """Whether a pair tells of comments that are no longer shown."""
    return spec.comments.deletes == "note"


def lost(case: Case, side: Side) -> tuple[str, ...]:
    """Carried comments that a side's list lacks, as far as nothing was said of them yet."""
    record = case.records.get(side)
    if not followed(case.spec) or side not in case.comments or record is None:
        return ()
    if record.container != container(case.spec, side) or case.missing() or case.gone:
        return ()
    here = {comment.id for comment in case.comments[side]}
    aside = waiting_comments(case, side.other)
    told = {row.source_id for row in case.known if row.source is side}
    return tuple(
        one
        for one in _carried(case.known, side)
        if one not in here
        and Withdrawn.name_of(one) not in told
        and comment_field(Withdrawn.name_of(one)) not in aside
    )


def _carried(known: Sequence[CommentLink], side: Side) -> dict[str, list[CommentLink]]:
    """What is known of each comment of a side that was carried, its first text first."""
    found: dict[str, list[CommentLink]] = defaultdict(list)
    for row in sorted(known, key=lambda row: telling(row.source_id)):
        comment = telling(row.source_id).comment
        if row.source is side and _COMMENT.fullmatch(comment):
            found[comment].append(row)
    return dict(found)


def with_withdrawn(runtime: Runtime, cases: Sequence[Case]) -> list[Case]:
    """The cases with those of their carried comments that are no longer shown beyond doubt."""
    doubtful = [case for case in cases if any(lost(case, side) for side in Side)]
    if not doubtful:
        return list(cases)
    sure = {case.link.id: _proven(runtime, case) for case in heard_anew(runtime, doubtful)}
    return [sure.get(case.link.id, case) for case in cases]


def _proven(runtime: Runtime, case: Case) -> Case:
    installation = runtime.options.installation
    found: list[Withdrawn] = []
    for side in Side:
        known = _carried(case.known, side)
        told = (_told(case, side, one, known[one], installation) for one in lost(case, side))
        legible = [one for one in told if one is not None]
        missing = _missing(runtime, case, side, legible)
        found += [one for one in legible if one.comment in missing]
    return replace(case, withdrawn=tuple(found))


def _told(
    case: Case, side: Side, comment: str, rows: Sequence[CommentLink], installation: str
) -> Withdrawn | None:
    """What the first of a comment's copies that can be read says of it; nothing without one."""
    copies = {copy.id: copy for copy in case.comments.get(side.other, ())}
    for row in rows:
        copy = copies.get(row.copy_id)
        reference = marks.reference(installation, case.spec.pair, side, row.source_id)
        if copy is None or bears(copy.body) != reference:
            continue
        head = first_line(copy.body).partition(f" {reference}")[0]
        words = from_wiki(head) if side.other is Side.JIRA else head
        lane = _lane(side, words)
        internal = copy.internal or case.spec.comments.hidden(lane)
        return Withdrawn(side, comment, lane, words, internal)
    return None


def _lane(side: Side, words: str) -> str:
    """The lane that a first line names; a person's name, which stands before it, may do so too."""
    if side is Side.JIRA:
        return "comment"
    return max(LANES, key=lambda lane: words.rfind(f", {LANES[lane]} on "))


def _missing(
    runtime: Runtime, case: Case, side: Side, found: Sequence[Withdrawn]
) -> frozenset[str]:
    """Those that are not there when asked for by themselves, while their record is shown."""
    end, witness = case.link.end(side), runtime.adapters[side].witness
    lanes: Mapping[str, list[str]] = defaultdict(list)
    for one in found:
        lanes[one.lane].append(one.comment)
    gone = frozenset().union(
        *(
            witness.missing_comments(end.container, end.key, lane, numbers)
            for lane, numbers in lanes.items()
        )
    )
    shown = gone and end.key in runtime.read(side, end.container, [end.key], fresh=True)
    return gone if shown else frozenset()


def unshown(runtime: Runtime, spec: MappingSpec, links: Sequence[Link]) -> int:
    """For the audit: nothing moves when an entry of a journal is deleted, and a comment may go
    while its copy is under way; so the lists are looked through. Lists that are all empty may come
    from a side that hides them, and wake a few."""
    found = 0
    for side in Side if followed(spec) else ():
        for part in chunks(links, 100):
            carried = dict(_expected(runtime, part, side))
            heard = runtime.adapters[side].comments(container(spec, side), list(carried))
            there = {comment.id for comment in heard}
            less = [key for key, numbers in carried.items() if numbers - there]
            less = less if there else less[:FEW]
            runtime.store.inbox.nudge(side, container(spec, side), less, COMMENTED)
            found += len(less)
    return found


def _expected(
    runtime: Runtime, links: Sequence[Link], side: Side
) -> Iterator[tuple[str, frozenset[str]]]:
    """Records with the comments that were carried from them and of which nothing was said yet."""
    everything = runtime.store.comments.known([link.id for link in links])
    for link in links:
        known = everything[link.id]
        told = {row.source_id for row in known if row.source is side}
        names = (one for one in _carried(known, side) if Withdrawn.name_of(one) not in told)
        if link.state is LinkState.ACTIVE and (numbers := frozenset(names)):
            yield link.end(side).key, numbers
