"""References that say nothing yet, since a record has no twin: what is kept until it has one."""

from __future__ import annotations

from mappings.model import Rule
from mappings.references import IssueLink, Reference
from mappings.sides import Side
from mappings.values import Lookup, Unknown
from sync.core.model import Base, LinkState
from sync.core.plan import Update
from sync.core.reminders import OLD_COPY, WAITS, old_copy_of, refused_of, waits_for
from sync.engine.cases import present
from sync.engine.epoch import RESTORED
from sync.engine.judge import Verdict
from sync.engine.unseen import seeing
from sync.runtime import Runtime


def untold(verdict: Verdict) -> dict[str, Base]:
    """References that changed and cannot be told yet: the other record has no twin."""
    case, found = verdict.case, {}
    told = _written(verdict) | verdict.settled.keys()
    for rule in case.spec.rules if len(case.records) == len(Side) else ():
        if not isinstance(rule.relation, Reference) or rule.name in told:
            continue
        held = {side: present(case, rule, side) for side in Side}
        here, there = (None if isinstance(one, Unknown) else one for one in held.values())
        now, name = Base(here, there), rule.name + WAITS
        if now not in (case.bases.get(rule.name), case.bases.get(name)):
            found[name] = now
    return found


def strangers(runtime: Runtime, verdict: Verdict) -> dict[str, Base]:
    """Linked issues without a twin: they tell something as soon as they have one."""
    case, found = verdict.case, {}
    lookup = seeing(runtime.directory, case.unseen)
    for rule in case.spec.rules:
        if not isinstance(rule.relation, IssueLink):
            continue
        value = present(case, rule, Side.JIRA)
        if not isinstance(value, Unknown):
            for key in rule.relation.strangers(value, lookup):
                found[waits_for(rule.name, key)] = Base(None, key)
    return found


def fought(runtime: Runtime, verdict: Verdict) -> dict[str, Base]:
    """What was agreed on before both sides changed a reference, where they seem to agree only since
    one of the two points at a record without a twin: that will say something once it has one."""
    case, found = verdict.case, {}
    lookup = seeing(runtime.directory, case.unseen)
    for rule in case.spec.rules:
        base, here = case.bases.get(rule.name), verdict.settled.get(rule.name)
        if base is None or here is None or not isinstance(rule.relation, Reference):
            continue
        moved = all(base.of(side) != here.of(side) for side in Side)
        if moved and not _agreed(rule, here, lookup):
            found[rule.name + WAITS] = base
    return found


def aged(runtime: Runtime, verdict: Verdict) -> dict[str, bool]:
    """References by the name that stands for an old copy of the store, and whether that is still to
    be remembered: they changed and tell nothing before a record has its twin, long after the look
    that was asked for because of the copy."""
    case, lookup = verdict.case, seeing(runtime.directory, verdict.case.unseen)
    old, written = RESTORED in case.reasons or OLD_COPY in case.bases, _written(verdict)
    found = {}
    for rule in case.spec.rules if verdict.state is LinkState.ACTIVE else ():
        base, name = case.bases.get(rule.name), old_copy_of(rule.name)
        if base is None or not isinstance(rule.relation, Reference):
            continue
        here = verdict.settled.get(rule.name, base)
        if name in case.bases or (old and here != base):
            found[name] = rule.name not in written and not _agreed(rule, here, lookup)
    return found


def refused(runtime: Runtime, verdict: Verdict) -> dict[str, bool]:
    """References by the name that stands for a refused first value, and whether that is still to be
    remembered: until both sides agree for the first time."""
    case, written = verdict.case, _written(verdict) if verdict.case.making else frozenset()
    rules = [rule for rule in case.spec.rules if isinstance(rule.relation, Reference)]
    names = {refused_of(rule.name): rule.name for rule in rules}
    first = {name for name, rule in names.items() if rule in written}
    doubted = first | (names.keys() & case.bases.keys())
    known = runtime.store.links.bases([case.link.id]) if doubted else {}
    return {name: names[name] not in known.get(case.link.id, {}) for name in doubted}


def _written(verdict: Verdict) -> frozenset[str]:
    """The rules by which something is written."""
    updates = (action for action in verdict.actions if isinstance(action, Update))
    return frozenset(write.name for update in updates for write in update.writes)


def _agreed(rule: Rule, here: Base, lookup: Lookup) -> bool:
    """Whether two values fit by what they say. A twin may have been made since they were judged."""
    relation = rule.relation
    mute = isinstance(relation, Reference) and any(
        relation.mentions(side, here.of(side)) and not relation.tells(side, here.of(side), lookup)
        for side in Side
    )
    return not mute and rule.relation.holds(here.servicenow, here.jira, lookup)
