"""Linked records that are not shown: noticed, looked for again, believed gone, or back.

What their absence proves is decided in :mod:`sync.core.absence`; here the evidence is gathered and
remembered. The word of a person is taken here, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice

from connector.errors import Rejected
from mappings.model import OnDelete
from mappings.sides import Side
from sync.apply.common import Place, park
from sync.core.absence import Signs, gone, lasting, next_look, observed, ripe
from sync.core.model import Absence, Link, LinkState
from sync.engine.cases import Case
from sync.engine.removals import removing
from sync.errors import UserError
from sync.runtime import Runtime, container, log
from sync.store import Store

ABSENT = "absent"
"""Reason of a row whose record is looked for again; and, with a sign before it, the name under
which one is put aside that stays away."""
FIELD = f"@{ABSENT}"

NEIGHBOURS = 3
"""So many other records are asked for before the absence of one counts."""


def with_absences(runtime: Runtime, cases: Sequence[Case]) -> list[Case]:
    """The cases with what is known of records that were asked for and not shown, and of those that
    are shown again."""
    known = runtime.store.absences.of([case.link.id for case in cases])
    looked = [_looked(runtime, case, known.get(case.link.id, {})) for case in cases]
    proofs = _proofs(runtime, looked)
    return [_judged(runtime, case, proofs) for case in looked]


def _looked(runtime: Runtime, case: Case, known: Mapping[Side, Absence]) -> Case:
    fresh = dict(known)
    for side in Side:
        seen = side in case.records
        if (seen and side in known) or side in case.missing():
            now = runtime.adapters[side].server_now()
            fresh[side] = observed(known.get(side), case.link.id, side, now, seen=seen)
    return replace(case, absences=fresh, noted=known) if fresh else case


def _proofs(runtime: Runtime, cases: Sequence[Case]) -> dict[tuple[Side, str], datetime]:
    """When the sides say that records which they do not show were deleted."""
    missing: dict[tuple[Side, str], list[str]] = defaultdict(list)
    for case in cases:
        for side in case.missing():
            end = case.link.end(side)
            missing[(side, end.container)].append(end.key)
    return {
        (side, key): at
        for (side, where), keys in missing.items()
        for key, at in runtime.adapters[side].witness.deleted(where, keys).items()
    }


def _judged(runtime: Runtime, case: Case, proofs: Mapping[tuple[Side, str], datetime]) -> Case:
    missing = case.missing()
    if not missing:
        return case
    why = {side: _gone(runtime, case, side, proofs) for side in missing}
    found = {side: text for side, text in why.items() if text}
    asks = case.spec.on_delete is OnDelete.DELETE
    under_way = asks and any(removing(runtime, case, side.other) for side in found)
    return replace(case, gone=found, removing=under_way)


def _gone(
    runtime: Runtime, case: Case, side: Side, proofs: Mapping[tuple[Side, str], datetime]
) -> str:
    signs = replace(_signs(runtime, case, side), proof=proofs.get((side, case.link.end(side).key)))
    told = gone(signs)
    if not told and ripe(signs):
        told = gone(replace(signs, shown=_shown(runtime, case.link, side)))
    return told


def _signs(runtime: Runtime, case: Case, side: Side) -> Signs:
    now = runtime.adapters[side].server_now()
    return Signs(case.absences[side], now, case.spec.on_delete)


def _shown(runtime: Runtime, link: Link, side: Side) -> bool:
    """Whether the place of a record is shown, and one of some other linked records in it.

    Where all others are away too they are asked for nevertheless: who is hidden from everything
    must not take it for deleted one by one.
    """
    end = link.end(side)
    if not runtime.adapters[side].witness.shows(end.container):
        return False
    keys = list(islice(_neighbours(runtime, link, side), NEIGHBOURS))
    return not keys or bool(runtime.read(side, end.container, keys, fresh=True))


def _neighbours(runtime: Runtime, link: Link, side: Side) -> Iterator[str]:
    """Keys of other linked records in the same place, whatever their pair."""
    where = link.end(side).container
    pairs = [spec.pair for spec in runtime.specs if container(spec, side) == where]
    for state in (LinkState.ACTIVE, LinkState.MISSING):
        for pair in pairs:
            for other in runtime.store.links.of_pair(pair):
                if other.state is state and other.id != link.id:
                    yield other.end(side).key


def certain(runtime: Runtime, link: Link, side: Side) -> bool:
    """Whether a record is gone beyond doubt right now: asked anew, of a side that knows us."""
    spec = runtime.spec(link.pair)
    if spec is None or not runtime.adapters[side].identity().key:
        return False
    end = link.end(side)
    if end.key in runtime.read(side, end.container, [end.key], fresh=True):
        return False
    known = runtime.store.absences.of([link.id]).get(link.id, {}).get(side)
    now = runtime.adapters[side].server_now()
    absence = observed(known, link.id, side, now, seen=False)
    case = Case(spec, link, (), {}, {}, absences={side: absence})
    proofs = runtime.adapters[side].witness.deleted(end.container, [end.key])
    return bool(_gone(runtime, case, side, {(side, key): at for key, at in proofs.items()}))


def remember(runtime: Runtime, case: Case, state: LinkState) -> None:
    """Write down what was seen of this link's records, and when to look again.

    A record that stays away is shown to a person; one that is back, or gone for good, no longer.
    """
    fresh = [_scheduled(runtime, case, side, state) for side in case.absences]
    changed = [one for one in fresh if one != case.noted.get(one.side)]
    if changed:
        runtime.store.absences.save(changed)
    for side in Side:
        aside = [row for row in case.parked if row.side is side and row.field == FIELD]
        absence = case.absences.get(side)
        if state is LinkState.MISSING and absence is not None and lasting(absence):
            if not aside and side not in case.gone:
                _tell(runtime, case, side, absence)
        elif aside:
            runtime.store.ledger.unpark(side, case.link.end(side).key, [FIELD])


def _scheduled(runtime: Runtime, case: Case, side: Side, state: LinkState) -> Absence:
    absence = case.absences[side]
    if state is LinkState.ACTIVE and absence.since is None:
        return replace(absence, closed=False, due=None)
    wait = next_look(_signs(runtime, case, side)) if state is LinkState.MISSING else None
    return replace(absence, due=None if wait is None else runtime.clock() + wait)


def _tell(runtime: Runtime, case: Case, side: Side, absence: Absence) -> None:
    end, other = case.link.end(side), case.link.end(side.other)
    since = f"{absence.since:%Y-%m-%d %H:%M} UTC"
    words = {OnDelete.DETACH: "leaves", OnDelete.CLOSE: "closes", OnDelete.DELETE: "deletes"}
    error = Rejected(
        f"it has not been shown since {since}: deleted, or hidden from us",
        side=side.value,
        remedy=f"Show it to the account again; if it was deleted, `tandem gone {other.label}`: "
        f"by its mapping that {words[case.spec.on_delete]} {other.label}.",
    )
    park(runtime, Place(case.spec.pair, side, end, FIELD), error)


def recall(runtime: Runtime) -> None:
    """Have records looked for again whose time has come."""
    due = runtime.store.absences.due(runtime.clock())
    links = runtime.store.links.by_ids([one.link_id for one in due])
    for one in due:
        link = links.get(one.link_id)
        if link is not None and link.state is LinkState.MISSING:
            end = link.end(one.side)
            runtime.store.inbox.nudge(one.side, end.container, [end.key], ABSENT)


def lost(store: Store) -> Iterator[tuple[Link, Absence]]:
    """All links of which a record is not shown, with since when."""
    rows = store.absences.all()
    links = store.links.by_ids([one.link_id for one in rows])
    for one in rows:
        if one.link_id in links:
            yield links[one.link_id], one


def confirm(store: Store, name: str, who: str) -> tuple[Link, Absence]:
    """Take a person's word that a record which is not shown was deleted.

    What follows from it is planned like everything else. Raises ``UserError`` where nothing of that
    name is missing.
    """
    links = {link.id: link for link in store.links.find(name)}
    missing = [
        (links[one.link_id], one)
        for one in store.absences.all()
        if one.link_id in links and links[one.link_id].state is LinkState.MISSING
    ]
    if not missing:
        raise UserError(f"no record of {name} is missing. `tandem missing` lists all.")
    found: list[tuple[Link, Absence]] = []
    with store.transaction():
        for link, absence in missing:
            found.append((link, replace(absence, word=who)))
            store.absences.save([found[-1][1]])
            end = link.end(absence.side)
            store.inbox.nudge(absence.side, end.container, [end.key], ABSENT)
            log.info("taken for deleted", action="absence.word", record=end.label, by=who)
    return found[0]


def graves(runtime: Runtime, pair: str, side: Side) -> Iterator[str]:
    """Keys of records on a side that count as deleted, and may have come back."""
    ended = [
        link
        for link in runtime.store.links.of_pair(pair, ended=True)
        if link.state is LinkState.ENDED
    ]
    rows = runtime.store.absences.of([link.id for link in ended])
    for link in ended:
        absence = rows.get(link.id, {}).get(side)
        if absence is not None and absence.since is not None:
            yield link.end(side).key


def returnable(runtime: Runtime, link: Link, woken: frozenset[Side], *, asked: bool) -> bool:
    """Whether an ended link needs a look: its lost record was seen, and neither record has another
    twin by now."""
    rows = runtime.store.absences.of([link.id]).get(link.id, {})
    away = {side for side, one in rows.items() if one.since is not None}
    if not away or not (asked or away & woken):
        return False
    for side in Side:
        key = link.end(side).key
        if runtime.store.links.by_keys(side, [key])[key].id != link.id:
            return False
    return True
