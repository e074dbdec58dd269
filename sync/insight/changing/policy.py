"""How a change may go, by the policy of the mapping folder: its class from risk and repeatability,
what its class demands and it lacks, and whether a person has to look. Pure.

Two changes are of one kind when they have the same type, the same item or service, and titles that
share enough of their words (:mod:`sync.insight.recurrence.wording`: numbers and forms do not
count). One that was closed with a close code tells how it went; others tell nothing. Where neither
item nor service is known nothing is of one kind, and nothing counts as repeated.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from mappings.policy import RISKS, UNKNOWN, ChangeClass, Policy, When
from sync.insight.facts import ChangeFact
from sync.insight.figures.failures import FAILED
from sync.insight.model import Judgement
from sync.insight.recurrence.senses import STOP
from sync.insight.recurrence.wording import sense, words

SUCCEEDED = "successful"
"""The close code of a change that went well, as value or label."""

PLANS = {"impact": "impact notes", "backout": "backout plan", "test": "test plan"}
"""What plans are called, by the fact's field."""

Place = tuple[str, str]
"""A type of change, and the key of an item or service."""


@dataclass(frozen=True, slots=True)
class Past:
    """How many changes of a kind went well, and how many did not."""

    succeeded: int = 0
    failed: int = 0


class Recent:
    """Changes that were closed within the policy's days, by place and the words of their titles.

    Of a title's words all but a few have to stand in one like it, so it holds one at least of the
    few rarest and one: only those are looked up.
    """

    def __init__(self, changes: Iterable[ChangeFact], policy: Policy, now: datetime) -> None:
        self._alike = policy.alike
        self._at: dict[Place, dict[str, list[ChangeFact]]] = {}
        since = now - timedelta(days=policy.days)
        for one in changes:
            if _went_well(one) is not None and one.closed is not None and one.closed >= since:
                for place in _places(one):
                    titled = self._at.setdefault(place, defaultdict(list))
                    for word in _title(one.summary):
                        titled[word].append(one)

    def near(self, change: ChangeFact) -> Collection[ChangeFact]:
        """Those that may be of its kind: of the same type and place, with words in common."""
        title = _title(change.summary)
        few = len(title) + 1 - -(-len(title) * self._alike // 100)
        found: dict[str, ChangeFact] = {}
        for place in _places(change):
            titled = self._at.get(place, {})
            for word in sorted(title, key=lambda one: (len(titled.get(one, ())), one))[:few]:
                found |= {one.key: one for one in titled.get(word, ())}
        return found.values()


def judged(change: ChangeFact, others: Collection[ChangeFact], policy: Policy) -> Judgement:
    """What the policy says of a change; ``others`` are those of :class:`Recent`, which has looked
    when they were closed."""
    past = _past(change, others, policy.alike)
    fitting = (rule for rule in policy.classes if _fits(rule.when, change, past))
    rule = next(fitting, None)
    class_ = rule.becomes if rule else ChangeClass.NORMAL
    looks = (one for one in policy.escalate if _fits(one.when, change, past, class_))
    look = next(looks, None)
    demand = policy.demands[class_]
    why = [
        f"{class_.value.capitalize()}: {rule.name if rule else 'no rule for another class fits'}.",
        f"Type {change.type or 'unknown'}, risk {risk(change)}.",
        f"Of its kind {past.succeeded} succeeded and {past.failed} failed in {policy.days} days.",
    ]
    why += [
        f"Whether there is a text for {PLANS[plan]} is not shown to us."
        for plan in demand.plans
        if getattr(change, plan) is None
    ]
    why += [f"Look, {look.who}: {look.name}."] if look else []
    return Judgement(
        class_,
        tuple(_missing(change, demand.plans, demand.checks)),
        look.name if look else "",
        tuple(why),
        look.who if look else "",
        rule.name if rule else "",
    )


def risk(change: ChangeFact) -> str:
    """Its risk in words; a value of one's own is unknown."""
    told = change.risk.casefold().strip()
    return RISKS.get(told, told if told in RISKS.values() else UNKNOWN)


def _missing(change: ChangeFact, plans: Iterable[str], checks: Iterable[str]) -> Iterator[str]:
    """What is not there for certain."""
    yield from (PLANS[plan] for plan in plans if getattr(change, plan) is False)
    passed = {check.casefold() for check in change.checks}
    yield from (f"check {check}" for check in checks if check.casefold() not in passed)


def _fits(when: When, change: ChangeFact, past: Past, class_: ChangeClass | None = None) -> bool:
    return (
        (not when.types or change.type.casefold() in when.types)
        and (not when.risks or risk(change) in when.risks)
        and (not when.classes or class_ in when.classes)
        and past.succeeded >= when.least_succeeded
        and past.failed >= when.least_failed
        and (when.most_failed is None or past.failed <= when.most_failed)
    )


def _past(change: ChangeFact, others: Iterable[ChangeFact], alike: int) -> Past:
    places, title = set(_places(change)), _title(change.summary)
    ends = [
        _went_well(one)
        for one in others
        if one.key != change.key
        and _alike(title, _title(one.summary), alike)
        and not places.isdisjoint(_places(one))
    ]
    return Past(ends.count(True), ends.count(False))


def _went_well(change: ChangeFact) -> bool | None:
    """How it ended; nothing, where it is open or its close code does not tell."""
    code = "_".join(change.code.casefold().split())
    if change.active or code not in (SUCCEEDED, *FAILED):
        return None
    return code == SUCCEEDED


def _places(change: ChangeFact) -> tuple[Place, ...]:
    """Where it is, with its type: changes of one kind have one of these in common."""
    keys = dict.fromkeys((change.item, change.service))
    return tuple((change.type.casefold(), key) for key in keys if key)


def _alike(one: frozenset[str], other: frozenset[str], percent: int) -> bool:
    return len(one & other) * 100 >= percent * max(1, len(one | other))


@lru_cache(maxsize=20_000)
def _title(summary: str) -> frozenset[str]:
    """What a title says, without words that say nothing."""
    return frozenset(sense(word) for word in words(summary) if word not in STOP)
