"""Comments of what a pass looks at: which side is asked for them, and when the other one is too.

ServiceNow's journal has a stream of its own and tells what is new; in Jira a comment moves the
issue like any other edit, so every issue that moved is asked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from connector.values import Comment
from mappings.model import MappingSpec
from mappings.sides import Side
from sync.apply.common import COMMENTED, ECHO
from sync.core.model import LinkState
from sync.engine.carry import carried, told_of, too_old, untold
from sync.engine.cases import Candidate, Case, places, reasons
from sync.engine.copies import copy_ids
from sync.engine.filing import Desk, unnoticed
from sync.engine.parked import reopened
from sync.engine.sayings import sayings, unsaid
from sync.engine.wording import Teller
from sync.runtime import Runtime, container

CHANGE, APPROVAL = "change_request", "approval"
"""The table whose records are decided about, and the lane of those decisions."""


def with_comments(runtime: Runtime, cases: Sequence[Case]) -> list[Case]:
    """The cases with their comments; where one is new, with those of the other side too.

    Only the other side can tell that a comment stands there already although the store forgot.
    """

    def stale(case: Case) -> frozenset[Side]:
        """Sides that would get a comment and may show yesterday's: it could be there already."""
        return frozenset(
            side
            for side in case.comments
            if runtime.adapters[side].reads_lag
            and (
                carried(case, side.other, runtime.options.installation)
                or sayings(case, side, runtime.options.installation)
            )
        )

    def behind(case: Case) -> frozenset[Side]:
        """Sides whose record moved, and whose index may not have what it moved for; also where a
        write of ours covered it with its own version. And sides whose index leaves open who may
        read a comment."""
        return frozenset(
            side
            for side in case.comments.keys() & case.records.keys()
            if runtime.adapters[side].reads_lag
            and (_to_customers(case.spec, side) if case.making else _moved_since(case, side))
        )

    known = runtime.store.comments.known([case.link.id for case in cases])
    told = [replace(case, known=rows) if (rows := known[case.link.id]) else case for case in cases]
    first = _hear(runtime, _hear(runtime, told, _to_hear), behind, fresh=True)
    second = _hear(runtime, first, partial(_to_compare, runtime.options.installation))
    return _hear(runtime, second, stale, fresh=True)


def heard_anew(runtime: Runtime, cases: Sequence[Case]) -> list[Case]:
    """The cases with the comments of both sides, none of them from an index."""
    return _hear(runtime, cases, lambda _: frozenset(Side), fresh=True)


def with_noticed(runtime: Runtime, cases: Sequence[Case], desk: Desk) -> list[Case]:
    """The cases with what was heard where a file is left out: the word on it may stand there."""

    def unheard(case: Case) -> frozenset[Side]:
        return frozenset(
            side
            for side in Side
            if unnoticed(case, side.other, desk)
            and (side not in case.comments or runtime.adapters[side].reads_lag)
        )

    return _hear(runtime, cases, unheard, fresh=True)


def _to_customers(spec: MappingSpec, side: Side) -> bool:
    """Whether a side's comments may get to where customers read: then who may read each has to be
    known for certain."""
    return side is Side.JIRA and spec.comments.jira == "comments"


def _moved_since(case: Case, side: Side) -> bool:
    moved = case.records[side].version != case.link.end(side).version
    return moved or _echoes(case, side)


def _echoes(case: Case, side: Side) -> bool:
    return any(row.side is side and ECHO in reasons(row) for row in case.rows)


def _to_compare(installation: str, case: Case) -> frozenset[Side]:
    """The other side where something is new, and where there is something to say."""
    heard = case.comments.keys()
    new = any(_news(case, side, installation) for side in heard)
    to_say = {side for side, found in unsaid(case, installation).items() if found}
    return frozenset(Side if new else to_say) - heard


def _news(case: Case, side: Side, installation: str) -> bool:
    """Whether a side says something that the store does not know, or not as it stands."""
    teller = Teller(case.spec, side, "", installation)
    ours, told = copy_ids(case.known, side), told_of(case, side, installation)
    return any(
        untold(teller, comment, told.get(comment.id))
        for comment in case.comments[side]
        if comment.id not in ours and not too_old(case, comment)
    )


def _hear(
    runtime: Runtime,
    cases: Sequence[Case],
    wanted: Callable[[Case], frozenset[Side]],
    *,
    fresh: bool = False,
) -> list[Case]:
    asked = [(case, wanted(case)) for case in cases]
    heard = _read(runtime, places(asked), fresh=fresh)
    return [
        replace(
            case,
            comments={
                **case.comments,
                **{side: heard.get((side, case.link.end(side).key), ()) for side in sides},
            },
        )
        if sides
        else case
        for case, sides in asked
    ]


def _to_hear(case: Case) -> frozenset[Side]:
    """Sides whose comments may be new: a journal said so, or a Jira issue moved in any way; both
    where the link was out of order, because what was said meanwhile was passed over."""
    if not case.records.keys() & case.woken and not case.making:
        return frozenset()
    if case.making or case.forced() or case.link.state is not LinkState.ACTIVE:
        return frozenset(Side)
    told = {row.side for row in case.rows if COMMENTED in reasons(row) or row.side is Side.JIRA}
    return frozenset(told | _moved(case) | _taken_up(case) | _decided(case))


def _decided(case: Case) -> frozenset[Side]:
    """ServiceNow, where a change moved about which somebody may have decided: as a rule a decision
    moves it, and the stream of those that do not is asked seldom."""
    change = case.records.get(Side.SERVICENOW)
    if change is None or change.container != CHANGE or case.spec.comments.wish(APPROVAL) == "off":
        return frozenset()
    moved = change.version != case.link.servicenow.version
    return frozenset({Side.SERVICENOW} if moved else ())


def _taken_up(case: Case) -> frozenset[Side]:
    """Sides with a comment that was put aside, now that its record is open again."""
    return frozenset(row.side.other for row in case.parked if reopened(case, row))


def _moved(case: Case) -> frozenset[Side]:
    """Jira, where the issue moved since it was last looked at, though nobody told yet: a write of
    ours would cover the news with its own version."""
    issue = case.records.get(Side.JIRA)
    moved = issue is not None and issue.version != case.link.jira.version
    return frozenset({Side.JIRA} if moved else ())


def _read(
    runtime: Runtime, wanted: Mapping[tuple[Side, str], Iterable[str]], *, fresh: bool = False
) -> dict[tuple[Side, str], tuple[Comment, ...]]:
    found: dict[tuple[Side, str], list[Comment]] = defaultdict(list)
    for (side, where), keys in wanted.items():
        once = list(dict.fromkeys(keys))
        for comment in runtime.adapters[side].comments(where, once, fresh=fresh):
            found[(side, comment.key)].append(comment)
    return {place: tuple(comments) for place, comments in found.items()}


def with_backlog(runtime: Runtime, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates with the comments that they already have."""
    heard: dict[tuple[Side, str], tuple[Comment, ...]] = {}
    for sure in (False, True):
        wanted: dict[tuple[Side, str], list[str]] = defaultdict(list)
        for one in candidates:
            if one.spec.comments.backlog and _to_customers(one.spec, one.side) is sure:
                place = (one.side, container(one.spec, one.side))
                wanted[place].append(one.record.key)
        heard |= _read(runtime, wanted, fresh=sure)
    return [
        replace(one, comments=heard.get((one.side, one.record.key), ())) for one in candidates
    ]  # fmt: skip
