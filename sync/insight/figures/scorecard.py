"""The scorecard: flow, stability, change, availability and satisfaction, for all, by part, by week.

Every figure stands for each rolling window and each of the last ISO weeks for all together, and for
each rolling window by service, by team, by type of issue and by item, where there is something to
count it from. Keys become names here: people read names, and two things that share one are told
apart by their keys. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from sync.insight.facts import AnswerFact, ChangeFact, IncidentFact, IssueFact, OutageFact
from sync.insight.figures import failures, flow, satisfaction, stability, uptime
from sync.insight.figures.readings import Reading
from sync.insight.figures.windows import Calendar
from sync.insight.model import Measure

FIGURES = (
    *flow.FIGURES,
    *stability.FIGURES,
    *failures.FIGURES,
    *uptime.FIGURES,
    *satisfaction.FIGURES,
)
"""All figures, in the order of the scorecard."""

KINDS = ("", "service", "team", "issue_type", "item")
"""What figures are counted by, in order; nothing is all together."""


@dataclass(frozen=True, slots=True)
class AllFacts:
    """What the scorecard is made from."""

    incidents: Collection[IncidentFact] = ()
    changes: Collection[ChangeFact] = ()
    outages: Collection[OutageFact] = ()
    issues: Collection[IssueFact] = ()
    answers: Collection[AnswerFact] = ()


def scorecard(facts: AllFacts, now: datetime) -> tuple[Measure, ...]:
    """All figures that can be told, in the order of the scorecard, by name, window of all first."""
    calendar = Calendar.of(now)
    names = _names(facts)
    readings = [one for one in _readings(facts, calendar, names) if _says_something(one)]
    ranks = {figure.name: rank for rank, figure in enumerate(FIGURES)}
    windows = {window.name: rank for rank, window in enumerate(calendar.windows)}

    def order(one: Reading) -> tuple[int, int, str, str, int]:
        slot = one.slot
        name = names.get((slot.kind, slot.key), slot.key)
        kind = KINDS.index(slot.kind)
        return ranks[one.figure.name], kind, name, slot.key, windows[slot.window]

    readings.sort(key=order)
    running = calendar.weeks[-1].name
    return tuple(_measure(one, names, running) for one in readings)


Names = Mapping[tuple[str, str], str]


def _readings(facts: AllFacts, calendar: Calendar, names: Names) -> Iterator[Reading]:
    services = {key for kind, key in names if kind == "service"}
    yield from flow.flow(facts.issues, calendar)
    yield from stability.stability(facts.incidents, calendar)
    yield from failures.failures(facts.changes, facts.incidents, calendar)
    yield from uptime.uptime(facts.outages, services, calendar)
    yield from satisfaction.satisfaction(facts.answers, facts.incidents, calendar)


def _says_something(one: Reading) -> bool:
    """All together says even that there is nothing; a part of which there is none stays away."""
    return not one.slot.kind or one.n > 0 or one.value is not None


def _measure(one: Reading, names: Names, running: str) -> Measure:
    slot, figure = one.slot, one.figure
    by = {slot.kind: names.get((slot.kind, slot.key), slot.key)} if slot.kind else {}
    unfinished = "the week is not over" if slot.window == running else ""
    quality = "; ".join(filter(None, (one.quality, unfinished)))
    return Measure(
        figure.name, one.value, figure.unit, slot.window, one.n, figure.definition, by, quality
    )


def _names(facts: AllFacts) -> Names:
    """What services and items are called, by the newest record that says it."""
    newest: dict[tuple[str, str], tuple[datetime, str]] = {}
    for fact in chain[ChangeFact | IncidentFact](facts.changes, facts.incidents):
        _note(newest, ("service", fact.service), fact.opened, fact.service_name)
    for outage in facts.outages:
        for kind in ("service", "item"):
            if kind == "item" or (kind, outage.item) in newest:
                _note(newest, (kind, outage.item), outage.begin, outage.item_name)
    shown = {(kind, key): name or key for (kind, key), (_, name) in newest.items()}
    shared = Counter((kind, name) for (kind, _), name in shown.items())
    return {
        (kind, key): f"{name} ({key})" if shared[kind, name] > 1 else name
        for (kind, key), name in shown.items()
    }


def _note(
    newest: dict[tuple[str, str], tuple[datetime, str]],
    subject: tuple[str, str],
    at: datetime,
    name: str,
) -> None:
    """Remember a name, unless a newer one or the same is known."""
    known = newest.get(subject)
    if subject[1] and (known is None or (bool(name), at, name) > (bool(known[1]), *known)):
        newest[subject] = (at, name)
