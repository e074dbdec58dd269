"""One insight run: collect facts, find out what they say, tell it where people work.

It has a lock of its own, so that it never waits for a pass nor delays one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from mappings.sides import Side
from sync.insight import collect, issues
from sync.insight.charts import chart
from sync.insight.counting import counted
from sync.insight.deliver import deliver
from sync.insight.epics import tell
from sync.insight.facts import IncidentFact, IssueFact, Kind, OutageFact, ProblemFact
from sync.insight.model import Insight, Subject
from sync.insight.scorecard import AllFacts, scorecard
from sync.insight.trends import problem_names, trends
from sync.runtime import Runtime, log
from sync.store import Store

LEASE = "insight"
"""The name of the lock."""

Fact = TypeVar("Fact")
Progress = Callable[[str], None]
"""Hears which stage begins."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a run wrote: records with a new delivery status, epics with a new trend, charts."""

    delivery: int = 0
    trends: int = 0
    charts: int = 0


def refresh(runtime: Runtime, stage: Progress) -> Insight:
    """Read what moved on both sides, and say what all facts tell now."""
    runtime.look_around()
    stage("reading ServiceNow")
    troubles = collect.collect(runtime)
    stage("reading Jira")
    troubles += issues.collect(runtime)
    stage("counting")
    now = runtime.adapters[Side.SERVICENOW].server_now()
    numbers = counted(runtime, now)
    stage("working it out")
    facts = all_facts(runtime.store)
    names = {Subject.PROBLEM: problem_names(_of(runtime.store, Kind.PROBLEM, ProblemFact))}
    return Insight(
        now,
        scorecard(facts, now),
        trends(facts.incidents, names, numbers, now),
        troubles=troubles,
    )


def all_facts(store: Store) -> AllFacts:
    """Everything that the store knows."""
    return AllFacts(
        _of(store, Kind.INCIDENT, IncidentFact),
        list(collect.changes(store)),
        _of(store, Kind.OUTAGE, OutageFact),
        _of(store, Kind.ISSUE, IssueFact),
    )


def publish(runtime: Runtime, insight: Insight, stage: Progress) -> Told:
    """Write it to where people work: the desk's records, and the epics."""
    stage("telling the desk")
    progress = issues.progress(_of(runtime.store, Kind.ISSUE, IssueFact))
    told = Told(delivery=deliver(runtime, progress))
    stage("telling developers")
    written, drawn = tell(runtime, insight.trends, {}, lambda trend: chart(trend, insight.at))
    log.info("insight told", action="insight.told", delivery=told.delivery, trends=written,
             charts=drawn)  # fmt: skip
    return replace(told, trends=written, charts=drawn)


def _of(store: Store, kind: Kind, type_: type[Fact]) -> list[Fact]:
    return [one for one in collect.facts(store, kind) if isinstance(one, type_)]
