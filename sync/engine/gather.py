"""Inbox rows to cases and candidates: the reading half of a pass, in bulk.

A linked record is read on the side that was woken; only when it differs from its base is the other
side read too. Absence is not evidence: a record that does not show up changes nothing but the
link's state.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from connector.values import Record
from mappings.model import MappingSpec
from mappings.sides import Side
from mappings.values import UNKNOWN
from sync.apply.common import ECHO
from sync.core import marks
from sync.core.model import IntentState, Link, LinkState, Parked
from sync.engine.absent import returnable, with_absences
from sync.engine.blanks import without_doubtful
from sync.engine.cases import APPEARED, SWEEP, Candidate, Case, Gathered, places, reasons
from sync.engine.epoch import RESTORED
from sync.engine.gates import through
from sync.engine.hearing import with_backlog, with_comments, with_noticed
from sync.engine.listing import desk, with_files
from sync.engine.shelf import with_articles
from sync.engine.unseen import with_unseen
from sync.engine.withdrawing import with_withdrawn
from sync.feed import LISTED
from sync.runtime import Runtime, container, creates, lasting, scope
from sync.store.values import QueuedRow

INVITED = "invited:"
"""Begins the reason of a row that asks for a twin whatever the scope of the pair says."""

EMPTY_FLOOR = 5
"""From this many linked records on, none visible looks like an emptied side."""


def gather(runtime: Runtime, rows: Sequence[QueuedRow]) -> Gathered:
    """Read everything these rows point at."""
    linked: dict[int, list[QueuedRow]] = defaultdict(list)
    links: dict[int, Link] = {}
    loose: dict[Side, list[QueuedRow]] = {side: [] for side in Side}
    for side in Side:
        mine = [row for row in rows if row.side is side]
        known = runtime.store.links.by_keys(side, [row.key for row in mine])
        for row in mine:
            link = known.get(row.key)
            if link is None:
                loose[side].append(row)
            else:
                linked[link.id].append(row)
                links[link.id] = link
    cases, idle = _cases(runtime, links, linked)
    candidates, unlinked_idle, held = _candidates(runtime, loose)
    ready, waiting = through(runtime, candidates)
    heard = tuple(with_backlog(runtime, ready))
    idle += unlinked_idle
    return Gathered(cases, heard, tuple(idle), held, tuple(waiting), _looks_empty(cases))


def _cases(
    runtime: Runtime, links: Mapping[int, Link], rows: Mapping[int, list[QueuedRow]]
) -> tuple[tuple[Case, ...], list[QueuedRow]]:
    idle: list[QueuedRow] = []
    open_cases: list[Case] = []
    bases = runtime.store.links.bases(list(links))
    for link_id, link in links.items():
        spec = runtime.spec(link.pair)
        if spec is None or not _alive(runtime, link, rows[link_id]):
            idle += rows[link_id]
            continue
        held = bases.get(link_id, {})
        lasts = lasting(runtime.fitted(spec))
        open_cases.append(Case(lasts, link, tuple(rows[link_id]), {}, held))
    open_cases = _with_trouble(runtime, open_cases)
    first = _confirmed(runtime, _read(runtime, open_cases, _sides_to_read))
    loud = [case for case in first if not _quiet(case)]
    second = _confirmed(runtime, _read(runtime, loud, _unread))
    done = {case.link.id: replace(case, complete=True) for case in second}
    merged = [_named(done.get(case.link.id, case)) for case in first]
    proven = with_absences(runtime, merged)
    heard = with_comments(runtime, with_articles(runtime, with_unseen(runtime, proven)))
    filed = with_files(runtime, with_withdrawn(runtime, heard))
    return tuple(with_noticed(runtime, filed, desk(runtime, filed))), idle


def _alive(runtime: Runtime, link: Link, rows: Sequence[QueuedRow]) -> bool:
    """Whether a link needs a look: it is not ended, or its lost record may be back."""
    if link.state is not LinkState.ENDED:
        return True
    why = frozenset().union(*(reasons(row) for row in rows))
    asked = bool(why & {SWEEP, RESTORED})
    return returnable(runtime, link, frozenset(row.side for row in rows), asked=asked)


def _sides_to_read(case: Case) -> frozenset[Side]:
    return frozenset(Side) if case.making or case.forced() else case.woken


def _unread(case: Case) -> frozenset[Side]:
    return frozenset(Side) - case.records.keys()


def _read(
    runtime: Runtime,
    cases: Sequence[Case],
    wanted: Callable[[Case], frozenset[Side]],
    *,
    fresh: bool = False,
) -> list[Case]:
    """Read the wanted sides of many links, one bulk read for each container."""
    asked = [(case, wanted(case)) for case in cases]
    found: dict[tuple[Side, str], Record] = {}
    for (side, where), keys in places(asked).items():
        read = runtime.read(side, where, keys, fresh=fresh)
        found.update({(side, key): record for key, record in read.items()})
    return [_with_records(case, sides, found) for case, sides in asked]


def _with_records(
    case: Case, asked: frozenset[Side], found: Mapping[tuple[Side, str], Record]
) -> Case:
    if not asked:
        return case
    kept = {side: record for side, record in case.records.items() if side not in asked}
    fresh = {
        side: found[(side, case.link.end(side).key)]
        for side in asked
        if (side, case.link.end(side).key) in found
    }
    return replace(case, records={**kept, **fresh})


def _named(case: Case) -> Case:
    """The case with what people call its records by now: an issue that moved has another key."""
    link = case.link
    for side, record in case.records.items():
        end = link.end(side)
        if (end.label, end.url) != (record.label, record.url):
            link = link.with_end(side, replace(end, label=record.label, url=record.url))
    return case if link is case.link else replace(case, link=link)


def _confirmed(runtime: Runtime, cases: Sequence[Case]) -> list[Case]:
    """The cases, with every surprise looked at again where it may be yesterday's news.

    A read that goes through an index can show a record as it was before our own last write. That
    looks like a change and is none, so a departure from the base has to show in a fresh read too.
    After a write of ours without a read-back the fresh read tells the version it made, so that
    the next poll brings no news.
    """

    def doubtful(case: Case) -> frozenset[Side]:
        return frozenset(
            side
            for side, record in case.records.items()
            if runtime.adapters[side].reads_lag
            and (departs(case, side, record) or _expects_more(case, side))
        )

    return without_doubtful(runtime, _read(runtime, cases, doubtful, fresh=True))


def _expects_more(case: Case, side: Side) -> bool:
    echoes = (row for row in case.rows if row.side is side and ECHO in reasons(row))
    return not case.making and any(echoes)


def departs(case: Case, side: Side, record: Record) -> bool:
    """Whether a record differs from what was agreed on, in a field that has a base."""
    for rule in case.spec.rules:
        base = case.bases.get(rule.name)
        value = rule.relation.canonical(side, record.fields)
        if base is not None and value is not UNKNOWN and value != base.of(side):
            return True
    return False


def _quiet(case: Case) -> bool:
    """Whether the sides that were read equal their base, so that the others need no look.

    Not where something is parked or in dispute: there the other side may differ and be at rest.
    """
    if case.making or case.forced() or case.link.state is not LinkState.ACTIVE:
        return False
    if case.parked or case.disputed:
        return False
    return all(
        side in case.records and equals_base(case, side, case.records[side]) for side in case.woken
    )


def equals_base(case: Case, side: Side, record: Record) -> bool:
    """Whether a record holds exactly what was agreed on, in the place it was."""
    if record.container != container(case.spec, side):
        return False
    if record.label != case.link.end(side).label:
        return False
    for rule in case.spec.rules:
        value = rule.relation.canonical(side, record.fields)
        base = case.bases.get(rule.name)
        if value is not UNKNOWN and (base is None or base.of(side) != value):
            return False
    return True


def _with_trouble(runtime: Runtime, cases: Sequence[Case]) -> list[Case]:
    """The cases with what is parked and what is in dispute about them."""
    ledger = runtime.store.ledger
    found: dict[tuple[Side, str], tuple[Parked, ...]] = {}
    for side in Side:
        keys = [case.link.end(side).key for case in cases]
        found |= {(side, key): rows for key, rows in ledger.parked_of(side, keys).items()}
    disputes = ledger.conflicts_of([case.link.id for case in cases])
    return [
        _troubled(
            case,
            tuple(row for side in Side for row in found[(side, case.link.end(side).key)]),
            frozenset(row.field for row in disputes[case.link.id]),
        )
        for case in cases
    ]


def _troubled(case: Case, parked: tuple[Parked, ...], disputed: frozenset[str]) -> Case:
    return replace(case, parked=parked, disputed=disputed) if parked or disputed else case


def _looks_empty(cases: Sequence[Case]) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in {case.spec.pair for case in cases}:
        mine = [case for case in cases if case.spec.pair == pair and case.complete]
        for side in Side:
            gone = [case for case in mine if side in case.missing() and _news(case, side)]
            if len(gone) >= EMPTY_FLOOR and len(gone) == len(mine):
                found[pair] = f"none of {len(gone)} linked records is visible in {side}"
    return found


def _news(case: Case, side: Side) -> bool:
    """Whether the absence of a record is new, and nothing tells why it is gone."""
    known = case.link.state in (LinkState.MISSING, LinkState.ENDED)
    return not known and side not in case.gone


def _candidates(
    runtime: Runtime, loose: Mapping[Side, list[QueuedRow]]
) -> tuple[list[Candidate], list[QueuedRow], tuple[QueuedRow, ...]]:
    chosen: list[Candidate] = []
    idle: list[QueuedRow] = []
    held: list[QueuedRow] = []
    for side, rows in loose.items():
        by_key = {row.key: row for row in rows}
        makers = [spec for spec in runtime.specs if creates(spec, side.other)]
        looks = [partial(_inside, runtime, spec, side) for spec in makers]
        looks += [partial(_outside, runtime, spec, side) for spec in runtime.specs]
        for look in looks:
            found, waiting = look(by_key)
            chosen += found
            held += waiting
            for taken in (*(c.rows[0] for c in found), *waiting):
                by_key.pop(taken.key, None)
        idle += by_key.values()
    return chosen, idle, tuple(held)


def _inside(
    runtime: Runtime, spec: MappingSpec, side: Side, rows: Mapping[str, QueuedRow]
) -> tuple[list[Candidate], list[QueuedRow]]:
    where = container(spec, side)
    mine = {key: row for key, row in rows.items() if row.container == where}
    if not mine:
        return [], []
    # What moved after it was listed may have left the scope: it is asked again.
    still = {key for key, row in mine.items() if all(r.startswith(LISTED) for r in reasons(row))}
    listed = {key for key in still if LISTED + spec.pair in reasons(mine[key])}
    asked = [key for key in mine if key not in still]
    if asked and _selective(spec, side):
        runtime.heed(spec, side)
    invited = {key for key, row in mine.items() if INVITED + spec.pair in reasons(row)}
    inside = (
        listed
        | invited
        | (
            set(runtime.adapters[side].in_scope(where, scope(spec, side), asked))
            if asked and _selective(spec, side)
            else set()
        )
    )
    waiting = _with_open_intent(runtime, spec, side, inside)
    chosen = {key: row for key, row in mine.items() if key in inside - waiting}
    return _read_candidates(runtime, spec, side, chosen), [mine[key] for key in waiting]


def _outside(
    runtime: Runtime, spec: MappingSpec, side: Side, rows: Mapping[str, QueuedRow]
) -> tuple[list[Candidate], list[QueuedRow]]:
    """Records that may have a twin of which the store knows nothing, and left the scope since."""
    where = container(spec, side)
    old = {key: row for key, row in rows.items() if reasons(row) & {RESTORED, APPEARED}}
    mine = {key: row for key, row in old.items() if row.container == where}
    if not mine:
        return [], []
    waiting = _with_open_intent(runtime, spec, side, mine)
    chosen = {key: row for key, row in mine.items() if key not in waiting}
    found = _read_candidates(runtime, spec, side, chosen)
    return [replace(one, outside=True) for one in found], [mine[key] for key in waiting]


def _read_candidates(
    runtime: Runtime, spec: MappingSpec, side: Side, rows: Mapping[str, QueuedRow]
) -> list[Candidate]:
    where = container(spec, side)
    return [
        Candidate(runtime.fitted(spec), side, record, (rows[key],))
        for key, record in runtime.read(side, where, sorted(rows)).items()
        if record.container == where  # an index may list one that has moved away already
    ]


def _selective(spec: MappingSpec, side: Side) -> bool:
    """An empty scope selects everything in ServiceNow and nothing in Jira, where people's own
    work lives in the same project."""
    return side is Side.SERVICENOW or bool(scope(spec, side))


def _with_open_intent(
    runtime: Runtime, spec: MappingSpec, side: Side, keys: Iterable[str]
) -> set[str]:
    """Records whose twin may be under way: the completer finds out first."""
    installation = runtime.options.installation
    by_marker = {marks.marker(installation, spec.pair, side, key): key for key in keys}
    known = runtime.store.intents.get(list(by_marker))
    unsettled = {IntentState.SENT, IntentState.UNCLEAR}
    return {by_marker[m] for m, intent in known.items() if intent.state in unsettled}
