"""Safety limits: above them nothing of a plan is written until a person consents.

Counted for each pair on the plan, before the first write (reliability: I-14). A share alone would
be useless for small numbers, so the share of updates only counts above a floor of links. A plan
that is small counts together with what was written unasked in the last hour (6.8): a mapping that
runs away does so pass after pass.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sync.core.model import PairState
from sync.core.plan import Ask, Create, Delete, Detach, Plan, Remark, Update


class Consent(StrEnum):
    """What releases a held plan: a general yes, or only the hash of exactly this plan."""

    YES = "yes"
    HASH = "hash"


@dataclass(frozen=True, slots=True)
class Limits:
    """Largest numbers that a pass may write for a pair without asking, and an hour.

    ``same_text`` are records in which a pass, or an hour, sets one field to the same text.
    """

    creates: int = 50
    closings: int = 20
    blanks: int = 10
    update_share: float = 0.30
    update_floor: int = 25
    detached: int = 5
    comments: int = 100
    same_text: int = 20
    creates_hour: int = 200
    closings_hour: int = 60
    blanks_hour: int = 20
    update_share_hour: float = 0.50
    detached_hour: int = 5
    comments_hour: int = 500


@dataclass(frozen=True, slots=True)
class Sums:
    """What is written for a pair, by a plan or within an hour: numbers, the ids of links whose
    records are changed, and how many records get an empty field, or the same text in it."""

    creates: int = 0
    closings: int = 0
    detached: int = 0
    comments: int = 0
    touched: frozenset[int] = frozenset()
    blanks: Mapping[str, int] = field(default_factory=dict)
    texts: Mapping[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Holding:
    """Why a plan is held, and what releases it. One that only ``deletes`` holds back leaves the
    rest of the plan to whoever may go on in part."""

    pair: str
    reason: str
    consent: Consent = Consent.YES
    first_run: bool = False
    deletes: bool = False


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why nothing should be written without a person's word, whatever the plan.

    ``readopt``: the links may be older than the records, so that all are looked at first.
    """

    reason: str
    consent: Consent
    readopt: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """What the limits need to know of a pair besides the plan: ``texts`` are its fields of text,
    ``hour`` is what was written unasked within the last one."""

    state: PairState
    fingerprint: str
    links: int
    doubts: tuple[Doubt, ...] = ()
    texts: frozenset[str] = frozenset()
    hour: Sums = Sums()


def check(plan: Plan, standings: Mapping[str, Standing], limits: Limits) -> tuple[Holding, ...]:
    """Everything that holds this plan, sorted; empty when it may be written."""
    found: list[Holding] = []
    for pair, standing in sorted(standings.items()):
        part = plan.of(pair)
        found += [Holding(pair, doubt.reason, doubt.consent) for doubt in standing.doubts]
        if part.actions:
            found += _asked(pair, standing)
            sums = summed(part, standing.texts)
            found += [Holding(pair, reason) for reason in _excess(sums, standing, limits)]
            found += _deletions(pair, part, standing.hour, limits)
    return tuple(found)


def _asked(pair: str, standing: Standing) -> list[Holding]:
    state = standing.state
    if not state.first_run_done:
        return [Holding(pair, "this is the pair's first run", first_run=True)]
    if state.fingerprint and state.fingerprint != standing.fingerprint:
        return [Holding(pair, "its mapping changed since the last run")]
    return []


def _deletions(pair: str, plan: Plan, hour: Sums, limits: Limits) -> list[Holding]:
    """No record is deleted without a person's word on exactly this plan. Copies of deleted files
    are, where the mapping says so, as long as they are few."""
    records = sum(isinstance(action, Delete) for action in plan.actions)
    files = sum(isinstance(action, Detach) for action in plan.actions)
    told = []
    if records:
        told.append(f"{records} record{'s' * (records > 1)} would be deleted")
    most, most_an_hour = limits.detached, limits.detached_hour
    told += _over("files would be deleted", files, hour.detached, most, most_an_hour)
    return [Holding(pair, one, Consent.HASH, deletes=True) for one in told]


def summed(plan: Plan, texts: frozenset[str]) -> Sums:
    """What a plan would write."""
    updates = [action for action in plan.actions if isinstance(action, Update)]
    writes = [write for action in updates for write in action.writes]
    return Sums(
        sum(isinstance(action, Create | Ask) for action in plan.actions),
        sum(write.closes for write in writes),
        sum(isinstance(action, Detach) for action in plan.actions),
        sum(isinstance(action, Remark) for action in plan.actions),
        frozenset(action.link.id for action in updates),
        Counter(write.name for write in writes if write.new in (None, (), "")),
        Counter(
            (write.name, write.new)
            for write in writes
            if write.name in texts and isinstance(write.new, str) and write.new
        ),
    )


def _excess(plan: Sums, standing: Standing, limits: Limits) -> list[str]:
    hour = standing.hour
    reasons = [
        *_over("creates", plan.creates, hour.creates, limits.creates, limits.creates_hour),
        *_over("closings", plan.closings, hour.closings, limits.closings, limits.closings_hour),
        *_over("comments", plan.comments, hour.comments, limits.comments, limits.comments_hour),
    ]
    for name, number in sorted(plan.blanks.items()):
        what, before = f"records with an empty {name}", hour.blanks.get(name, 0)
        if number > limits.blanks:
            reasons.append(f"{number} records would get an empty {name}, allowed {limits.blanks}")
        else:
            reasons += _over(what, number, before, limits.blanks, limits.blanks_hour)
    for (name, text), number in sorted(plan.texts.items()):
        if number + hour.texts.get((name, text), 0) > limits.same_text:
            told = number + hour.texts.get((name, text), 0)
            reasons.append(f"{told} records get the same {name}, allowed {limits.same_text}")
    return reasons + _shares(plan, standing, limits)


def _over(what: str, number: int, before: int, most: int, most_an_hour: int) -> list[str]:
    """Why a number is too large, by itself or with what was written in the last hour."""
    if number > most:
        return [f"{number} {what}, allowed {most}"]
    if number and number + before > most_an_hour:
        return [f"{number} {what} after {before} in the last hour, allowed {most_an_hour}"]
    return []


def _shares(plan: Sums, standing: Standing, limits: Limits) -> list[str]:
    links, touched = standing.links, len(plan.touched)
    if links <= limits.update_floor or not touched:
        return []
    if touched > limits.update_share * links:
        return [f"{touched} of {links} links updated, allowed {limits.update_share:.0%} of them"]
    within = len(plan.touched | standing.hour.touched)
    if within > limits.update_share_hour * links:
        most = f"{limits.update_share_hour:.0%}"
        return [f"{within} of {links} links updated within an hour, allowed {most} of them"]
    return []
