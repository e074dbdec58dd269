"""One insight run: collect facts, find out what they say, tell it where people work.

It has a lock of its own, so that it never waits for a pass nor delays one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from mappings.insight import Rules
from mappings.policy import SHIPPED, Policy
from mappings.sides import Side
from sync.errors import UserError
from sync.insight.changing.survey import surveyed
from sync.insight.changing.telling import act
from sync.insight.collecting import collect, issues
from sync.insight.collecting.counting import counted
from sync.insight.collecting.plans import verified
from sync.insight.facts import AnswerFact, IncidentFact, IssueFact, Kind, OutageFact, ProblemFact
from sync.insight.figures.scorecard import AllFacts, scorecard
from sync.insight.figures.trends import problem_names, trends
from sync.insight.improving.register import surveyed as improving
from sync.insight.improving.telling import tell as tell_improvements
from sync.insight.improving.telling import too_many
from sync.insight.model import Insight, Subject
from sync.insight.parts import Parts
from sync.insight.ranking.ranked import ranked
from sync.insight.recurrence.proposals import recurring
from sync.insight.telling import accept as accepting
from sync.insight.telling.accept import ACCEPTED, Accepted, less_accepted
from sync.insight.telling.charts import chart
from sync.insight.telling.deliver import Moves, deliver
from sync.insight.telling.epics import tell, untold
from sync.insight.telling.shown import lacking
from sync.runtime import Runtime, log
from sync.store import Store

LEASE = "insight"
"""The name of the lock."""

ROOM = 5
"""Proposals that one run makes work by itself, at most."""

Fact = TypeVar("Fact")
Progress = Callable[[str], None]
"""Hears which stage begins; what it raises ends the run there."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a run wrote: records with a new delivery status, epics with a new trend, charts,
    proposals that became problems by themselves, improvements that were told something, and notes
    on changes; ``troubles`` are what could not be shown."""

    delivery: int = 0
    trends: int = 0
    charts: int = 0
    accepted: int = 0
    improvements: int = 0
    troubles: tuple[str, ...] = ()
    changes: int = 0


def refresh(runtime: Runtime, rules: Rules, stage: Progress, policy: Policy = SHIPPED) -> Insight:
    """Read what moved on both sides, and say what all facts tell now."""
    runtime.look_around()
    stage("reading ServiceNow")
    troubles = collect.collect(runtime)
    stage("reading Jira")
    troubles += issues.collect(runtime)
    parts = Parts()
    with parts.part("fields of epics are not looked at"):
        troubles += tuple(map(str, lacking(runtime, rules)))
    troubles += untold(runtime)
    stage("counting")
    now = runtime.adapters[Side.SERVICENOW].server_now()
    numbers = counted(runtime, now)
    store, facts = runtime.store, all_facts(runtime.store)
    changes = verified(runtime, facts.changes)
    stage("working out figures")
    measures = scorecard(facts, now)
    stage("working out trends")
    problems = _of(store, Kind.PROBLEM, ProblemFact)
    names = {Subject.PROBLEM: problem_names(problems)}
    found = trends(facts.incidents, names, numbers, now)
    stage("looking for what recurs")
    proposals = recurring(facts.incidents, problems, now)
    stage("judging problems and changes")
    stories = issues.progress(list(facts.issues))
    improvements, unread = improving(runtime, facts, rules.improving, now)
    flood = too_many(store, improvements, rules.improving)
    troubles += (*parts.troubles, *unread, *filter(None, [flood]))
    return Insight(
        now,
        measures,
        found,
        tuple(less_accepted(store, proposals, facts.incidents, problems)),
        troubles,
        ranked(store, problems, facts.incidents, found, stories, rules.backlog),
        surveyed(store, changes, facts.issues, policy, now),
        tuple(one for one in problems if one.active),
        stories,
        issues.versions(list(facts.issues)),
        improvements,
    )


def all_facts(store: Store) -> AllFacts:
    """Everything that the store knows."""
    return AllFacts(
        _of(store, Kind.INCIDENT, IncidentFact),
        list(collect.changes(store)),
        _of(store, Kind.OUTAGE, OutageFact),
        _of(store, Kind.ISSUE, IssueFact),
        _of(store, Kind.ANSWER, AnswerFact),
    )


def publish(
    runtime: Runtime, insight: Insight, rules: Rules, stage: Progress, policy: Policy = SHIPPED
) -> Told:
    """Write it to where people work: the desk's records, and the epics. What one part is refused
    stops no other."""
    stage("telling the desk")
    moves, parts = Moves(insight.progress, insight.versions), Parts()
    told = Told(delivery=deliver(runtime, moves, parts, notes=rules.notes))
    stage("raising what recurs")
    told = replace(told, accepted=_raise(runtime, insight, rules, parts))
    stage("telling of improvements")
    better = tell_improvements(runtime, insight.improvements, rules.improving, parts)
    told = replace(told, improvements=better)
    stage("telling on changes")
    told = replace(told, changes=act(runtime, insight.changes, policy, insight.at, parts))
    stage("telling developers")
    written, drawn = tell(
        runtime,
        insight.trends,
        insight.priorities,
        rules.fields,
        (lambda trend: chart(trend, insight.at)) if rules.charts else None,
        parts,
    )
    log.info("insight told", action="insight.told", delivery=told.delivery, trends=written,
             charts=drawn)  # fmt: skip
    troubles = (*parts.troubles, *untold(runtime))
    return replace(told, trends=written, charts=drawn, troubles=troubles)


def accept(runtime: Runtime, insight: Insight, id: str) -> Accepted:
    """Make a proposal of this run work; one that was accepted before is told as it is. Raises
    ``UserError`` where there is none of that id."""
    proposal = next((one for one in insight.proposals if one.id == id), None)
    if proposal is None:
        earlier = accepting.accepted(runtime.store, id)
        if earlier is None:
            raise UserError(f"there is no proposal {id}. `tandem insight --json` lists all.")
        return earlier
    return accepting.accept(runtime, proposal, *_tickets(runtime.store))


def _raise(runtime: Runtime, insight: Insight, rules: Rules, parts: Parts) -> int:
    """Put new incidents on problems that were accepted; where the rule says so, accept the largest
    proposals as well, a few in a run."""
    known = {row.key for row in runtime.store.insight.all(ACCEPTED)}
    due = [one for one in insight.proposals if one.problem in known]
    if rules.accepts:
        due += [one for one in insight.proposals if one not in due][:ROOM]
    incidents, problems = _tickets(runtime.store) if due else ([], [])
    done = 0
    for proposal in runtime.pieces(due):
        with parts.part(f"the proposal {proposal.id} waits"):
            found = accepting.accept(runtime, proposal, incidents, problems)
            done += found.made or found.attached > 0
    return done


def _tickets(store: Store) -> tuple[list[IncidentFact], list[ProblemFact]]:
    return _of(store, Kind.INCIDENT, IncidentFact), _of(store, Kind.PROBLEM, ProblemFact)


def _of(store: Store, kind: Kind, type_: type[Fact]) -> list[Fact]:
    return [one for one in collect.facts(store, kind) if isinstance(one, type_)]
