"""What to do about one field of one link: the table on which everything rests.

Pure. ``R`` is the field's relation: the set of value pairs that count as equal.

=========  =========  =====  ==========================================================
ServiceNow Jira       R      decision
=========  =========  =====  ==========================================================
any        any        holds  keep; where the base moved, remember (agreement, no traffic)
no base    no base    no     first link: the side the link came from wins
same       same       no     keep: an accepted drift (repair: the owner wins)
changed    same       no     write Jira, where the field flows there; else put it back
same       changed    no     mirror image
any        by us      no     write Jira: our walk through its workflow stopped half-way
changed    changed    no     conflict, decided by the rule's policy
unknown    changed    -      wait for a person; mirror image
unknown    any        -      keep: a field absent from an answer says nothing
=========  =========  =====  ==========================================================

A reference says nothing to the other side as long as its record has no twin there. Where a side
points at a record of people's own, it gives way only with a conflict that keeps it. Where both
changed while one of them said nothing, it is a conflict as soon as that one does.

A change is judged against the base of its own side, never by comparing two systems' clocks. The
only exception is the policy ``newest``, which needs the stamps to be further apart than the clocks
can be wrong, and falls back to the owner.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from mappings.model import ConflictPolicy, Rule
from mappings.references import Reference
from mappings.sides import Flow, Side
from mappings.values import UNKNOWN, Lookup, Unknown, Unmappable
from sync.core.model import Base, Value

CLOCK_DOUBT = timedelta(seconds=12)
"""Twice the assumed skew of 5 s plus a one-second granule (reliability: I-08)."""


@dataclass(frozen=True, slots=True)
class Keep:
    """Nothing to write. ``base`` is to be remembered where it is given."""

    base: Base | None = None


@dataclass(frozen=True, slots=True)
class Write:
    """Bring ``side`` from ``old`` to ``wanted``; ``begun``: ``old`` is where an earlier try of ours
    ended."""

    side: Side
    wanted: Value
    old: Value
    reason: str
    begun: bool = False


@dataclass(frozen=True, slots=True)
class Clash:
    """Both sides changed apart. ``write`` is empty while a person is asked."""

    values: Base
    decision: str
    reason: str
    write: Write | None


@dataclass(frozen=True, slots=True)
class Stuck:
    """The value of the other side has no counterpart on ``side``.

    ``frozen``: the field is left as it is on both sides until a person asks for it again.
    """

    side: Side
    reason: str
    remedy: str
    frozen: bool = False


Decision: TypeAlias = "Keep | Write | Clash | Stuck"


@dataclass(frozen=True, slots=True)
class Question:
    """Everything one decision rests on.

    ``first`` wins where there is no base yet; ``repair`` makes an old drift count as a change by
    the side that does not own the field; ``stamps`` are only for the policy ``newest``; ``ours`` is
    a side that only our own unfinished write has changed; ``contested``: the base only looked like
    an agreement, since both had changed and one of them pointed at a record without a twin.
    """

    rule: Rule
    base: Base | None
    servicenow: Value | Unknown
    jira: Value | Unknown
    first: Side
    repair: bool = False
    stamps: Mapping[Side, datetime] | None = None
    ours: Side | None = None
    contested: bool = False

    def held(self, side: Side) -> Value | Unknown:
        """The present value of a side, if it is known."""
        return self.servicenow if side is Side.SERVICENOW else self.jira

    def now(self, side: Side) -> Value:
        """The present value of a side; only asked when it is known."""
        value = self.held(side)
        return None if isinstance(value, Unknown) else value

    def changed(self, side: Side) -> bool:
        """Whether a side moved since the base; without a base both did."""
        return self.base is None or self.base.of(side) != self.now(side)


def decide(question: Question, lookup: Lookup) -> Decision:
    """The decision for one field (see the table above)."""
    if question.servicenow is UNKNOWN or question.jira is UNKNOWN:
        return _unseen(question)
    here = Base(question.now(Side.SERVICENOW), question.now(Side.JIRA))
    if question.rule.relation.holds(here.servicenow, here.jira, lookup):
        return Keep(None if here == question.base else here)
    if question.base is None:
        return _first(question, lookup)
    moved = [side for side in Side if question.changed(side)]
    if question.ours is not None and question.ours in moved:
        onward = _carry(question, question.ours, "to finish what was begun", lookup)
        return replace(onward, begun=True) if isinstance(onward, Write) else onward
    if len(moved) == len(Side) or (question.contested and not moved):
        return _clash(question, here, lookup)
    if moved:
        return _follow(question, moved[0], here, lookup)
    if question.repair or _came_known(question.rule, here):
        return _repair(question, here, lookup)
    return Keep()


def _came_known(rule: Rule, here: Base) -> bool:
    """Whether a person who had no counterpart has one now: nobody stood in for him, which fitted
    until he was matched."""
    return rule.relation.kind == "user" and (here.servicenow is None) != (here.jira is None)


def _repair(question: Question, here: Base, lookup: Lookup) -> Decision:
    """An old drift: one side tells.

    Where both point at records of their own the two never agreed: they only told each other nothing
    as long as neither record had a twin. Whose record still has none goes on telling nothing.
    """
    teller = _teller(question, here, lookup)
    decision = _carry(question, teller.other, "the mapping asks for it", lookup)
    relation = question.rule.relation
    apart = len(pointing(question.rule, here, lookup)) == len(Side)
    if not (apart and isinstance(relation, Reference) and isinstance(decision, Write)):
        return decision
    if not relation.tells(teller, here.of(teller), lookup):
        return Keep()
    return Clash(here, str(teller), "both sides pointed at records of their own", decision)


def pointing(rule: Rule, here: Base, lookup: Lookup) -> list[Side]:
    """The sides that point at a record, where the field is a reference."""
    relation = rule.relation
    if not isinstance(relation, Reference):
        return []
    return [side for side in Side if relation.points(side, here.of(side), lookup)]


def _teller(question: Question, here: Base, lookup: Lookup) -> Side:
    """Whose value counts where neither side moved.

    A reference to a record without a twin left the other side as it was: once the twin is there,
    the side that points at something tells, since the empty one never had a say. So it is with a
    person who had no counterpart.
    """
    rule = question.rule
    sides = pointing(rule, here, lookup)
    if rule.relation.kind == "user":
        sides = [side for side in Side if here.of(side) is not None]
    return _allowed_winner(rule, sides[0]) if len(sides) == 1 else rule.owner


def _unseen(question: Question) -> Decision:
    """What changed on one side must not be forgotten because the other side does not show it."""
    hidden, base = [s for s in Side if question.held(s) is UNKNOWN], question.base
    if len(hidden) == len(Side) or base is None or not question.changed(hidden[0].other):
        return Keep()
    side = hidden[0]
    return Stuck(
        side,
        f"{side} does not show {question.rule.name} to us, and {side.other} changed it",
        f"Give the account the right to read it in {side}, then `tandem parked retry ID`.",
    )


def _first(question: Question, lookup: Lookup) -> Decision:
    winner = _allowed_winner(question.rule, question.first)
    return _carry(question, winner.other, f"first link: {winner} tells", lookup)


def _follow(question: Question, moved: Side, here: Base, lookup: Lookup) -> Decision:
    target = moved.other
    if question.rule.flow.reaches(target):
        decision = _carry(question, target, f"changed in {moved}", lookup)
        if isinstance(decision, Write) and _own(question, decision, lookup):
            return Clash(here, str(moved), f"{target} pointed at a record of its own", decision)
        return decision
    written = _carry(question, moved, f"{question.rule.name} is told by {target}", lookup)
    if not isinstance(written, Write):
        return written
    return Clash(here, str(target), f"the field flows {question.rule.flow.value} only", written)


def _own(question: Question, write: Write, lookup: Lookup) -> bool:
    """Whether a write replaces a reference that the two sides never agreed on."""
    relation = question.rule.relation
    if not isinstance(relation, Reference) or question.base is None:
        return False
    return not relation.agrees(
        write.side, write.old, question.base.of(write.side.other), lookup
    )  # fmt: skip


def _clash(question: Question, here: Base, lookup: Lookup) -> Decision:
    winner, reason = preferred(question.rule, _newest(question))
    if winner is None:
        return Clash(here, "ask", reason, None)
    written = _carry(question, winner.other, f"conflict: {reason}", lookup)
    if not isinstance(written, Write):
        return written
    return Clash(here, str(winner), reason, written)


def preferred(rule: Rule, newest: tuple[Side, str]) -> tuple[Side | None, str]:
    """Whose value a rule lets win where both changed, and why; ``None`` leaves it to a person.

    ``newest`` is the answer where the rule asks for the newest.
    """
    if rule.flow is not Flow.BOTH:
        return _allowed_winner(rule, rule.owner), f"the field flows {rule.flow.value} only"
    if rule.conflict is ConflictPolicy.ASK:
        return None, "both sides changed; the mapping asks a person"
    if rule.conflict is ConflictPolicy.NEWEST:
        return newest
    if rule.conflict is ConflictPolicy.OWNER:
        return rule.owner, f"{rule.owner} owns the field"
    return Side(rule.conflict.value), f"the mapping prefers {rule.conflict.value}"


def _newest(question: Question) -> tuple[Side, str]:
    stamps = question.stamps or {}
    if len(stamps) == len(Side):
        apart = stamps[Side.SERVICENOW] - stamps[Side.JIRA]
        if abs(apart) > CLOCK_DOUBT:
            side = Side.SERVICENOW if apart > timedelta() else Side.JIRA
            return side, f"{side} is newer by {abs(apart).total_seconds():.0f} s"
    return question.rule.owner, "the clocks cannot tell which is newer; the owner wins"


def _allowed_winner(rule: Rule, wish: Side) -> Side:
    return wish if rule.flow.reaches(wish.other) else wish.other


def _carry(question: Question, target: Side, reason: str, lookup: Lookup) -> Decision:
    """Write the other side's value on ``target``."""
    old = question.now(target)
    wanted = question.rule.relation.translate(target, question.now(target.other), old, lookup)
    if isinstance(wanted, Unmappable):
        return Stuck(target, wanted.reason, wanted.remedy)
    if wanted == old:
        return Keep()
    return Write(target, wanted, old, reason)
