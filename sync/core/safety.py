"""Safety limits: above them nothing of a plan is written until a person consents.

Counted for each pair on the plan, before the first write (reliability: I-14). A share alone would
be useless for small numbers, so the share of updates only counts above a floor of links.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sync.core.model import PairState
from sync.core.plan import Ask, Create, Delete, Detach, Plan, Update


class Consent(StrEnum):
    """What releases a held plan: a general yes, or only the hash of exactly this plan."""

    YES = "yes"
    HASH = "hash"


@dataclass(frozen=True, slots=True)
class Limits:
    """Largest numbers that a pass may write for a pair without asking."""

    creates: int = 50
    closings: int = 20
    blanks: int = 10
    update_share: float = 0.30
    update_floor: int = 25
    detached: int = 5


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
    """What the limits need to know of a pair besides the plan."""

    state: PairState
    fingerprint: str
    links: int
    doubts: tuple[Doubt, ...] = ()


def check(plan: Plan, standings: Mapping[str, Standing], limits: Limits) -> tuple[Holding, ...]:
    """Everything that holds this plan, sorted; empty when it may be written."""
    found: list[Holding] = []
    for pair, standing in sorted(standings.items()):
        part = plan.of(pair)
        found += [Holding(pair, doubt.reason, doubt.consent) for doubt in standing.doubts]
        if part.actions:
            found += _asked(pair, standing)
            found += [Holding(pair, reason) for reason in _excess(part, standing.links, limits)]
            found += _deletions(pair, part, limits)
    return tuple(found)


def _asked(pair: str, standing: Standing) -> list[Holding]:
    state = standing.state
    if not state.first_run_done:
        return [Holding(pair, "this is the pair's first run", first_run=True)]
    if state.fingerprint and state.fingerprint != standing.fingerprint:
        return [Holding(pair, "its mapping changed since the last run")]
    return []


def _deletions(pair: str, plan: Plan, limits: Limits) -> list[Holding]:
    """No record is deleted without a person's word on exactly this plan. Copies of deleted files
    are, where the mapping says so, as long as they are few."""
    records = sum(isinstance(action, Delete) for action in plan.actions)
    files = sum(isinstance(action, Detach) for action in plan.actions)
    told = []
    if records:
        told.append(f"{records} record{'s' * (records > 1)} would be deleted")
    if files > limits.detached:
        told.append(f"{files} files would be deleted, allowed {limits.detached}")
    return [Holding(pair, one, Consent.HASH, deletes=True) for one in told]


def _excess(plan: Plan, links: int, limits: Limits) -> list[str]:
    creates = sum(isinstance(action, Create | Ask) for action in plan.actions)
    updates = [action for action in plan.actions if isinstance(action, Update)]
    writes = [write for action in updates for write in action.writes]
    closings = sum(write.closes for write in writes)
    blanks = Counter(write.name for write in writes if write.new in (None, (), ""))
    touched = len({action.link.id for action in updates})
    reasons = [
        f"{creates} creates, allowed {limits.creates}" if creates > limits.creates else "",
        f"{closings} closings, allowed {limits.closings}" if closings > limits.closings else "",
        *(
            f"{number} records would get an empty {name}, allowed {limits.blanks}"
            for name, number in sorted(blanks.items())
            if number > limits.blanks
        ),
    ]
    if links > limits.update_floor and touched > limits.update_share * links:
        reasons.append(
            f"{touched} of {links} links updated, allowed {limits.update_share:.0%} of them"
        )
    return [reason for reason in reasons if reason]
