"""Change failures and the wait for approval, from changes and the incidents that followed. Pure.

Three signs of a failed change are counted apart, each with what it is blind to: an incident names
the change as its cause, the close code says so, or a grave incident hits the same item or service
within a day. The rate of all is any of the three. A change counts when its work ended; one that was
closed without any sign of work (cancelled, mostly) did not happen.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sync.insight.facts import ChangeFact, IncidentFact
from sync.insight.figures.readings import DAY, HOUR, Figure, Reading, lack, middle, share, span
from sync.insight.figures.windows import Calendar, Groups, Slot

GRAVE = ("1", "2")
"""Priorities of the incidents that tell of a failed change by their time."""

FAILED = frozenset({"unsuccessful", "successful_issues", "successful_with_issues"})
"""Close codes of failed changes, as values or labels."""

ENDED = "changes that ended in the window"
BY_CAUSE = Figure(
    "change_failure_rate_by_cause",
    "share",
    "ended changes",
    f"Share of the {ENDED} that an incident names as its cause (caused_by).",
)
BY_CODE = Figure(
    "change_failure_rate_by_code",
    "share",
    "ended changes with a close code",
    f"Share of the {ENDED} with a close code whose code is unsuccessful or successful with issues.",
)
BY_WINDOW = Figure(
    "change_failure_rate_by_window",
    "share",
    "ended changes with an item or service",
    f"Share of the {ENDED}, with an item or a service, after whose end an incident of priority 1 "
    "or 2 was opened on the same item or service within 24 hours.",
)
ANY = Figure(
    "change_failure_rate",
    "share",
    "ended changes",
    f"Share of the {ENDED} that failed by any of three signs, each also reported apart: an "
    "incident names them as its cause, the close code says unsuccessful or with issues, or an "
    "incident of priority 1 or 2 was opened on the same item or service within 24 hours after.",
)
WAIT = Figure(
    "approval_wait_median",
    "hours",
    "approved changes",
    "Median time from asked for approval to approved, of the changes approved in the window.",
)
FIGURES = (ANY, BY_CAUSE, BY_CODE, BY_WINDOW, WAIT)


@dataclass(frozen=True, slots=True)
class Traces:
    """What incidents tell of changes: those named as a cause, and when what was hit gravely."""

    causes: frozenset[str]
    hits: dict[str, list[datetime]]

    def hit(self, change: ChangeFact, end: datetime) -> bool:
        """Whether something grave followed within a day, where the change was."""
        for key in (change.item, change.service):
            times = self.hits.get(key, [])
            place = bisect_left(times, end)
            if place < len(times) and times[place] <= end + DAY:
                return True
        return False


def traces(incidents: Collection[IncidentFact], since: datetime) -> Traces:
    """What the incidents tell, hits since a time."""
    causes, hits = set(), defaultdict(list)
    for fact in incidents:
        if fact.change:
            causes.add(fact.change)
        if fact.opened >= since and fact.priority[:1] in GRAVE:
            for key in {fact.item, fact.service} - {""}:
                hits[key].append(fact.opened)
    for times in hits.values():
        times.sort()
    return Traces(frozenset(causes), hits)


def failures(
    changes: Collection[ChangeFact], incidents: Collection[IncidentFact], calendar: Calendar
) -> Iterator[Reading]:
    """All figures of this module, for every slot."""
    known = traces(incidents, calendar.oldest)
    tallies: dict[Slot, _Tally] = defaultdict(_Tally)
    for window in calendar.windows:
        tallies[Slot(window.name)] = _Tally()
    for fact in changes:
        groups: Groups = (("service", fact.service), ("team", fact.group_name))
        end = ended(fact)
        signs = _Signs.of(fact, end, known) if end else None
        for slot in calendar.slots(end or _vanished(fact), groups):
            tallies[slot].end(signs, calendar.now)
        for slot in calendar.slots(fact.approved, groups):
            tallies[slot].approve(fact)
    for slot, tally in tallies.items():
        yield from tally.read(slot, bool(known.causes))


def ended(fact: ChangeFact) -> datetime | None:
    """When its work ended: by its own stamp, else when it was closed, if there was work."""
    return fact.ended or (fact.closed if fact.began or fact.code else None)


def _vanished(fact: ChangeFact) -> datetime | None:
    """When a change went away of which nobody says that it was done."""
    return None if fact.active else fact.closed or fact.planned_end or fact.opened


@dataclass(frozen=True, slots=True)
class _Signs:
    end: datetime
    cause: bool
    coded: bool
    code: bool
    placed: bool
    hit: bool

    @classmethod
    def of(cls, fact: ChangeFact, end: datetime, known: Traces) -> _Signs:
        """Which signs of failure a change shows."""
        words = "_".join(fact.code.lower().split())
        return cls(
            end,
            cause=fact.key in known.causes,
            coded=bool(words),
            code=words in FAILED,
            placed=bool(fact.item or fact.service),
            hit=known.hit(fact, end),
        )


@dataclass(slots=True)
class _Tally:
    ended: int = 0
    endless: int = 0
    young: int = 0
    cause: int = 0
    coded: int = 0
    code: int = 0
    placed: int = 0
    hit: int = 0
    any: int = 0
    waits: list[float] = field(default_factory=list)
    approved: int = 0
    unasked: int = 0
    backward: int = 0

    def end(self, signs: _Signs | None, now: datetime) -> None:
        """One more ended, or went away without an end."""
        if signs is None:
            self.endless += 1
            return
        self.ended += 1
        self.young += signs.end + DAY > now
        self.cause += signs.cause
        self.coded += signs.coded
        self.code += signs.code
        self.placed += signs.placed
        self.hit += signs.hit
        self.any += signs.cause or signs.code or signs.hit

    def approve(self, fact: ChangeFact) -> None:
        """One more was approved."""
        self.approved += 1
        if fact.asked is None or fact.approved is None:
            self.unasked += 1
        elif fact.approved < fact.asked:
            self.backward += 1
        else:
            self.waits.append(span(fact.asked, fact.approved, HOUR))

    def read(self, slot: Slot, causes: bool) -> Iterator[Reading]:
        """What it comes to; without any cause named anywhere, that none is named says nothing."""
        endless = lack(
            self.endless,
            self.ended + self.endless,
            "closed changes have no end of work (cancelled, or never said) and do not count",
        )
        young = lack(self.young, self.ended, "ended less than 24 hours ago: incidents may follow")
        uncoded = lack(self.ended - self.coded, self.ended, "have no close code")
        unplaced = lack(self.ended - self.placed, self.ended, "have neither item nor service")
        silent = "" if causes or not self.ended else "no incident names a change as its cause"
        yield share(ANY, slot, self.any, self.ended, silent, uncoded, unplaced, young, endless)
        by_cause = share(BY_CAUSE, slot, self.cause, self.ended, silent, endless)
        yield Reading(BY_CAUSE, slot, None, self.ended, by_cause.quality) if silent else by_cause
        yield share(BY_CODE, slot, self.code, self.coded, uncoded, endless)
        yield share(BY_WINDOW, slot, self.hit, self.placed, unplaced, young, endless)
        unasked = lack(self.unasked, self.approved, "approved changes do not say when it was asked")
        backward = lack(self.backward, self.approved, "were approved before it was asked")
        yield middle(WAIT, slot, sorted(self.waits), unasked, backward)
