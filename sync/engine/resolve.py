"""A person's word on a conflict, and a person's wish to try again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from connector.values import Record
from mappings.model import MappingSpec, Rule
from mappings.sides import Side
from mappings.values import UNKNOWN, Unknown, Unmappable
from sync.apply.updates import update
from sync.core.merge import Write
from sync.core.model import Conflict, Link, Value
from sync.core.plan import Update
from sync.engine.doubles import stays
from sync.engine.judge import RETRY, field_write
from sync.errors import UserError
from sync.runtime import Runtime, container, log


def resolve(
    runtime: Runtime, conflict_id: int, take: Side, decided: str = "a person took"
) -> Conflict:
    """Bring the value that one side had in the conflict to both sides, and close the row.

    A closed row may be overturned too: its losing value is still in it. Raises ``UserError`` for a
    row, pair or record that is not there, and where a side did not take the value. ``decided``
    tells who did so, in the words of the history.
    """
    conflict, spec, link = _found(runtime, conflict_id)
    rule = next((rule for rule in spec.rules if rule.name == conflict.field), None)
    if rule is None:
        raise UserError(f"the mapping {spec.pair} has no field {conflict.field} any more.")
    records = _records(runtime, spec, link)
    seat = conflict.servicenow if take is Side.SERVICENOW else conflict.jira
    wanted = {take: seat.value, take.other: _other(runtime, rule, take, seat.value, records)}
    reason = f"conflict {conflict.id}: {decided} {take}"
    for side in (take.other, take):
        write = Write(side, wanted[side], _held(rule, side, records), reason)
        if write.wanted != write.old:
            settles = _agree(runtime, rule, write, records)
            one = replace(field_write(rule, write, records), settles=settles)
            action = Update(spec.pair, side, link, (one,))
            update(runtime, [action], "")
            records = _records(runtime, spec, link)
    held = {side: _held(rule, side, records) for side in Side}
    fits = rule.relation.holds(held[Side.SERVICENOW], held[Side.JIRA], runtime.directory)
    if not fits or held[take] != seat.value:
        raise UserError(
            f"conflict {conflict.id}: {take}'s value could not be written; the conflict stays as "
            "it was. `tandem parked` may tell why; try again later."
        )
    runtime.store.ledger.close_conflict(conflict.id, str(take), reason)
    end = link.servicenow
    runtime.store.inbox.nudge(Side.SERVICENOW, end.container, [end.key], RETRY)
    closed = runtime.store.ledger.conflict(conflict.id)
    return closed or conflict


def bring_back(runtime: Runtime) -> int:
    """Carry out decisions that stand in the ledger and were not carried out yet; how many.

    Those are values that a write of ours replaced unseen although the mapping lets them win.
    """
    decided = [row for row in runtime.store.ledger.conflicts() if row.decision in list(Side)]
    decided = [row for row in decided if not _put_aside(runtime, row)]
    for row in decided:
        try:
            if _overtaken(runtime, row):
                reason = "somebody wrote it since: the later edit counts"
                runtime.store.ledger.close_conflict(row.id, row.decision, reason)
            else:
                resolve(runtime, row.id, Side(row.decision), "the mapping prefers")
        except UserError as error:
            log.warning("not brought back yet", action="conflict.waits", why=str(error))
    return len(decided)


def _put_aside(runtime: Runtime, row: Conflict) -> bool:
    """Whether a side refused this field: it waits for a person then, like any other."""
    link = runtime.store.links.by_ids([row.link_id]).get(row.link_id)
    return link is not None and any(
        parked.field == row.field
        for side in Side
        for waiting in runtime.store.ledger.parked_of(side, [link.end(side).key]).values()
        for parked in waiting
    )


def _overtaken(runtime: Runtime, row: Conflict) -> bool:
    """Whether a side holds something that stands nowhere in the row."""
    conflict, spec, link = _found(runtime, row.id)
    rule = next((rule for rule in spec.rules if rule.name == conflict.field), None)
    if rule is None:
        return False
    seats = {Side.SERVICENOW: row.servicenow.value, Side.JIRA: row.jira.value}
    for side, record in _records(runtime, spec, link).items():
        held = rule.relation.canonical(side, record.fields)
        known = held is UNKNOWN or held == seats[side]
        pair = {**seats, side: None if isinstance(held, Unknown) else held}
        if not known and not rule.relation.holds(
            pair[Side.SERVICENOW], pair[Side.JIRA], runtime.directory
        ):
            return True
    return False


def _found(runtime: Runtime, conflict_id: int) -> tuple[Conflict, MappingSpec, Link]:
    conflict = runtime.store.ledger.conflict(conflict_id)
    if conflict is None:
        raise UserError(f"there is no conflict {conflict_id}. `tandem conflicts --all` lists all.")
    spec = runtime.spec(conflict.pair)
    spec = spec and runtime.fitted(spec)
    link = runtime.store.links.by_ids([conflict.link_id]).get(conflict.link_id)
    if spec is None or link is None:
        raise UserError(f"conflict {conflict_id} belongs to a pair or link that is gone.")
    return conflict, spec, link


def _records(runtime: Runtime, spec: MappingSpec, link: Link) -> dict[Side, Record]:
    found = {}
    for side in Side:
        key = link.end(side).key
        read = runtime.read(side, container(spec, side), [key], fresh=True)
        if key not in read:
            raise UserError(f"{side} does not show {link.end(side).label or key} now. Try later.")
        found[side] = read[key]
    return found


def _agree(runtime: Runtime, rule: Rule, write: Write, records: Mapping[Side, Record]) -> bool:
    """Whether the two sides agree once this is written: else a crash must leave the row open."""
    now = {write.side: write.wanted, write.side.other: _held(rule, write.side.other, records)}
    return rule.relation.holds(now[Side.SERVICENOW], now[Side.JIRA], runtime.directory)


def _held(rule: Rule, side: Side, records: Mapping[Side, Record]) -> Value:
    value = rule.relation.canonical(side, records[side].fields)
    return None if isinstance(value, Unknown) else value


def _other(
    runtime: Runtime, rule: Rule, take: Side, value: Value, records: Mapping[Side, Record]
) -> Value:
    held = _held(rule, take.other, records)
    wanted = rule.relation.translate(take.other, value, held, runtime.directory)
    if isinstance(wanted, Unmappable):
        raise UserError(f"{wanted.reason}. {wanted.remedy}")
    return wanted


def retry(runtime: Runtime, parked_id: int) -> str:
    """Have a parked record looked at again at the next pass; its label.

    A second twin stays put aside as long as it is one.
    """
    row = runtime.store.ledger.parked_row(parked_id)
    if row is None:
        raise UserError(f"there is no parked record {parked_id}. `tandem parked` lists all.")
    if stays(runtime, row):
        return row.label or row.key
    with runtime.store.transaction():
        runtime.store.ledger.unpark(row.side, row.key, [row.field])
        known = runtime.store.links.by_keys(row.side, [row.key])
        reason = RETRY if row.key in known else f"listed:{row.pair}"
        runtime.store.inbox.nudge(row.side, row.container, [row.key], reason)
    return row.label or row.key
