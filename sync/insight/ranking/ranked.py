"""Where every open problem stands in the backlog: its situation from the facts, then its score."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from statistics import median

from mappings.insight import Backlog
from mappings.sides import Side
from sync.insight.facts import IncidentFact, ProblemFact
from sync.insight.model import Class, Priority, Subject, Trend
from sync.insight.ranking.score import Situation, prioritised
from sync.store import Store
from sync.store.values import FactRow

KIND = "priority"
MAJOR = "1"


def ranked(
    store: Store,
    problems: Collection[ProblemFact],
    incidents: Collection[IncidentFact],
    trends: Collection[Trend],
    progress: Mapping[str, tuple[int, int]],
    rules: Backlog,
) -> dict[str, Priority]:
    """The priority of each open problem, by its key; remembered, so that small changes stay unsaid.

    Effort is how many stories of its epic are left, against the usual number.
    """
    open_ = [one for one in problems if one.active]
    known = store.insight.get(KIND, [one.key for one in open_])
    told = {one.key: one for one in trends if one.subject is Subject.PROBLEM}
    counts = {name: Counter[str]() for name in ("open", "majors", "failures")}
    for fact in incidents:
        counts["open"][fact.problem] += fact.active
        counts["majors"][fact.problem] += fact.priority == MAJOR
        counts["failures"][fact.problem] += bool(fact.change)
    left = _left(store, open_, progress)
    usual = median(left.values()) if left else None
    found = {
        one.key: prioritised(
            Situation(
                told.get(one.key),
                one.priority,
                counts["open"][one.key],
                counts["majors"][one.key],
                counts["failures"][one.key],
                left.get(one.key),
                usual,
            ),
            rules,
            _before(known.get(one.key)),
        )
        for one in open_
    }
    by_key = {one.key: one for one in open_}
    store.insight.put(
        FactRow(KIND, key, by_key[key].opened, _data(one))
        for key, one in found.items()
        if key not in known or known[key].data != _data(one)
    )
    return found


def _left(
    store: Store, problems: Collection[ProblemFact], progress: Mapping[str, tuple[int, int]]
) -> dict[str, float]:
    """Stories that are left to do, by problem, where its epic has any."""
    links = store.links.by_keys(Side.SERVICENOW, [one.key for one in problems])
    stories = {key: progress.get(link.jira.key, (0, 0)) for key, link in links.items()}
    return {key: float(whole - done) for key, (done, whole) in stories.items() if whole}


def _data(one: Priority) -> dict[str, object]:
    return {"class": one.class_.value, "score": one.score, "why": list(one.why)}


def _before(row: FactRow | None) -> Priority | None:
    if row is None:
        return None
    data = row.data
    return Priority(Class(data["class"]), int(data["score"]), tuple(data["why"]))
