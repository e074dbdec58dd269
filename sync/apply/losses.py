"""What a write of ours replaced without our knowing: found in the side's history, and owned up to.

Neither API has a conditional write, so between our look and our patch somebody may have written.
That cannot be prevented, but it can be seen afterwards: the history tells what our write replaced,
or the count of writes at least that there was one more. The replaced value goes into the conflict
ledger; where the mapping would have let it win, the row stays open with that decision and the
engine brings the value back (reliability: I-03).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from connector.values import Done, Replaced, Trace
from mappings.model import MappingSpec, Rule
from mappings.sides import Side
from mappings.values import Unknown
from sync.core.merge import preferred
from sync.core.model import Base, Conflict, Seat, Value
from sync.core.plan import FieldWrite, Update
from sync.runtime import Runtime, log


@dataclass(frozen=True, slots=True)
class Stored:
    """One write after the fact: what the side holds now."""

    write: FieldWrite
    held: Value | Unknown


@dataclass(frozen=True, slots=True)
class Loss:
    """A value that our write replaced; ``seat`` is empty where the history does not tell it."""

    rule: Rule
    write: FieldWrite
    seat: Seat
    known: bool


def losses(
    spec: MappingSpec,
    side: Side,
    stored: Sequence[Stored],
    result: Done | Trace,
    sent_at: datetime | None = None,
) -> list[Loss]:
    """All values that were there for a moment and that nobody but their author has seen.

    The old value is one of them where somebody put it back after our write had gone out: its first
    try happened, and a late one replaced what came then.
    """
    rules = {rule.name: rule for rule in spec.rules}
    return [
        loss
        for one in stored
        if one.write.name in rules and one.held == one.write.new
        for loss in _loss(rules[one.write.name], side, one.write, result, sent_at)
    ]


def _loss(
    rule: Rule, side: Side, write: FieldWrite, result: Done | Trace, sent_at: datetime | None
) -> list[Loss]:
    value = rule.relation.canonical(side, {n: r.value for n, r in result.replaced.items()})
    if isinstance(value, Unknown):
        return [Loss(rule, write, Seat(None), known=False)] if result.intruded else []
    told = _teller(rule, side, result.replaced)
    put_back = sent_at is not None and told.at is not None and told.at > sent_at
    if value == write.new or (value == write.old and not put_back):
        return []
    return [Loss(rule, write, Seat(value, told.author, told.at), known=True)]


def _teller(rule: Rule, side: Side, replaced: Mapping[str, Replaced]) -> Replaced:
    names = sorted(rule.relation.names(side) & replaced.keys())
    return next((replaced[name] for name in names if replaced[name].author), Replaced(None))


def confess(runtime: Runtime, action: Update, loss: Loss) -> None:
    """Write a loss into the conflict ledger: one that stays lost beside what is open there, because
    a decision may be half carried out."""
    side, link = action.side, action.link
    seats = {side: loss.seat, side.other: Seat(loss.write.other)}
    winner: Side | None = side.other
    if loss.known:  # the value that was replaced is newer than the one that we carried
        winner, _ = preferred(loss.rule, (side, ""))
    old = {side: loss.write.old, side.other: loss.write.other}
    told = Conflict(
        0, action.pair, link.id, link.servicenow.label, link.jira.label, loss.write.name,
        Base(old[Side.SERVICENOW], old[Side.JIRA]),
        seats[Side.SERVICENOW], seats[Side.JIRA],
        str(winner or "ask"), _reason(side, loss), open=winner is not side.other,
    )  # fmt: skip
    ledger = runtime.store.ledger
    (ledger.open_conflict if told.open else ledger.tell_conflict)(told)
    log.warning(
        "somebody wrote between our look and our write",
        action="update.overwrote",
        record=link.end(side).label,
        field=loss.write.name,
    )


def _reason(side: Side, loss: Loss) -> str:
    if loss.known:
        return f"somebody wrote it in {side} between our look and our write"
    return (
        f"somebody changed the record in {side} between our look and our write; whether this field"
        " is concerned cannot be told without the right to read the audit"
    )
