"""Walks of ours through a workflow that may have stopped on the way.

A status is reached step by step. Where the last answer was lost nobody knows how far a walk came;
what a person did with the record since looks like nothing, or as if it were ours. So
walks are written down before they begin (:mod:`sync.engine.patches`), and while one has no answer
the issue's own history is asked who brought it where it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from connector.values import Authorship
from mappings.model import Rule
from mappings.sides import Side
from sync.apply.common import LATER
from sync.core.model import Base, SentPatch
from sync.engine.cases import Case, present
from sync.engine.patches import is_walk
from sync.runtime import Runtime

Begun = Mapping[tuple[int, str], SentPatch]
"""Walks without an answer, by link and field."""


def begun(runtime: Runtime) -> Begun:
    """The latest walk of each field that has no answer."""
    found = (patch for patch in runtime.store.patches.open() if is_walk(patch))
    return {(patch.link_id, one.name): patch for patch in found for one in patch.writes}


def own_steps(runtime: Runtime, case: Case, walks: Begun) -> frozenset[str]:
    """Status rules whose change in Jira is the half of a walk of ours that went no further.

    Asked only where one may have stopped: the state moved too, or something went wrong.
    """
    parked = {row.field for row in case.parked}
    found = set()
    for rule, base in _moved(case):
        here, there = (present(case, rule, side) for side in Side)
        known = (case.link.id, rule.name) in walks or rule.name in parked
        stopped = known or LATER in case.reasons or here != base.servicenow
        if there != base.jira and stopped and _mine(runtime, _told(runtime, case, rule)):
            found.add(rule.name)
    return frozenset(found)


def undone(runtime: Runtime, case: Case, walks: Begun) -> frozenset[str]:
    """Status rules in which somebody put an issue back where a walk of ours had set out."""
    found = set()
    for rule, base in _moved(case):
        walk = walks.get((case.link.id, rule.name))
        if walk is None or present(case, rule, Side.JIRA) != base.jira:
            continue
        told = _told(runtime, case, rule)
        if told.at >= walk.sent_at and not _mine(runtime, told):
            found.add(rule.name)
    return frozenset(found)


def _moved(case: Case) -> Iterator[tuple[Rule, Base]]:
    """Status rules of which one side at least is no longer where the two agreed."""
    for rule in case.spec.rules if Side.JIRA in case.records else ():
        base = case.bases.get(rule.name)
        if rule.relation.kind != "status" or base is None:
            continue
        if any(present(case, rule, side) != base.of(side) for side in Side):
            yield rule, base


def _told(runtime: Runtime, case: Case, rule: Rule) -> Authorship:
    issue = case.records[Side.JIRA]
    native = rule.relation.main(Side.JIRA)
    return runtime.adapters[Side.JIRA].authorship(issue.container, issue.key, native)


def _mine(runtime: Runtime, told: Authorship) -> bool:
    return told.author == runtime.identity(Side.JIRA).name
