"""One pass up to the moment before the first write: what the inbox asks for, judged and planned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mappings.groups import Group
from mappings.model import ConflictPolicy, MappingSpec
from mappings.sides import Side
from mappings.text import mentioned
from mappings.values import Fields, Unknown
from sync.core.flap import WINDOW
from sync.core.model import HistoryRow
from sync.core.plan import Action, Delete, Detach, Note, Plan, ordered
from sync.core.safety import Consent, Doubt, Holding, Standing, Sums, check
from sync.engine.asking import NOTHING, Knowing, knowing
from sync.engine.cases import Candidate, Case, Gathered
from sync.engine.consent import last_hour, texts_of
from sync.engine.copies import copy_ids
from sync.engine.filing import Desk
from sync.engine.gather import gather
from sync.engine.judge import RETRY, Bench, Verdict, judge
from sync.engine.listing import desk
from sync.engine.propose import Proposal, propose
from sync.engine.walks import Begun, begun, own_steps, undone
from sync.runtime import Runtime
from sync.store.values import QueuedRow

MAPPING = "mapping"
"""Reason of a row that a changed mapping put there: old drifts are judged anew."""


@dataclass(frozen=True, slots=True)
class Study:
    """All that one pass found out. ``holdings`` say why the plan may not be written unasked."""

    gathered: Gathered
    verdicts: tuple[Verdict, ...]
    proposals: tuple[Proposal, ...]
    plan: Plan
    holdings: tuple[Holding, ...]
    left_out: frozenset[str] = frozenset()
    knowing: Knowing = NOTHING


def study(runtime: Runtime, rows: Sequence[QueuedRow]) -> Study:
    """Read, judge and plan; writes nothing on either side."""
    gathered = gather(runtime, rows)
    meet_people(runtime, gathered)
    proposals = tuple(propose(runtime, gathered.candidates))
    recent = _recent(runtime, gathered.cases)
    walks, filing = begun(runtime), desk(runtime, gathered.cases)
    verdicts = tuple(_judge(runtime, case, recent, walks, filing) for case in gathered.cases)
    known = knowing(runtime, gathered)
    plan = _plan(runtime, verdicts, proposals, known)
    making = {case.link.id for case in gathered.cases if case.making and not case.gone}
    holdings = _holdings(runtime, plan, gathered, making)
    return Study(gathered, verdicts, proposals, plan, holdings, knowing=known)


def _recent(runtime: Runtime, cases: Sequence[Case]) -> dict[int, tuple[HistoryRow, ...]]:
    since = runtime.clock() - WINDOW
    return runtime.store.ledger.recent([case.link.id for case in cases], since)


def _judge(
    runtime: Runtime,
    case: Case,
    recent: Mapping[int, tuple[HistoryRow, ...]],
    begun: Begun,
    filing: Desk,
) -> Verdict:
    return judge(
        case,
        Bench(
            runtime.directory,
            runtime.options.installation,
            runtime.options.jira_host,
            runtime.clock(),
            _stamps(runtime, case),
            repair=MAPPING in case.reasons,
            recent=recent,
            own_steps=own_steps(runtime, case, begun),
            undone=undone(runtime, case, begun),
            desk=filing,
        ),
    )


def _stamps(runtime: Runtime, case: Case) -> dict[str, dict[Side, datetime]]:
    """Who wrote when, asked only where a rule lets the newest win and both sides moved."""
    found: dict[str, dict[Side, datetime]] = {}
    for rule in case.spec.rules:
        if rule.conflict is not ConflictPolicy.NEWEST or len(case.records) < len(Side):
            continue
        base = case.bases.get(rule.name)
        values = {
            side: rule.relation.canonical(side, record.fields)
            for side, record in case.records.items()
        }
        if base is None or any(values[side] == base.of(side) for side in Side):
            continue
        found[f"{case.link.id}/{rule.name}"] = {
            side: runtime.adapters[side]
            .authorship(record.container, record.key, rule.relation.main(side))
            .at
            for side, record in case.records.items()
        }
    return found


def meet_people(runtime: Runtime, gathered: Gathered) -> None:
    """Know everybody whom the records mention before anything is judged."""
    keys: dict[Side, set[str]] = defaultdict(set)
    groups: dict[Side, set[str]] = defaultdict(set)
    if any(RETRY in case.reasons for case in gathered.cases):
        runtime.directory.ask_anew()
    for spec, side, fields in _seen(gathered):
        _mentioned(spec, side, fields, keys)
        _grouped(spec, side, fields, groups)
    runtime.directory.prepare(keys, runtime.clock())
    runtime.directory.meet(Side.JIRA, _called(gathered), runtime.clock())
    runtime.directory.groups.prepare(groups[Side.SERVICENOW], groups[Side.JIRA])


def _seen(gathered: Gathered) -> Iterator[tuple[MappingSpec, Side, Fields]]:
    for case in gathered.cases:
        for side, record in case.records.items():
            yield case.spec, side, record.fields
    for one in gathered.candidates:
        yield one.spec, one.side, one.record.fields


def _called(gathered: Gathered) -> set[str]:
    """Whom texts and comments in Jira mention: ServiceNow is told their names."""
    found: set[str] = set()
    for case in gathered.cases:
        issue = case.records.get(Side.JIRA)
        found |= _called_in(case.spec, issue.fields) if issue else set()
        ours = copy_ids(case.known, Side.JIRA)
        own = (one for one in case.comments.get(Side.JIRA, ()) if one.id not in ours)
        found.update(key for one in own for key in mentioned(one.body))
    for candidate in gathered.candidates:
        if candidate.side is Side.JIRA:
            found |= _called_in(candidate.spec, candidate.record.fields)
            found.update(key for one in candidate.comments for key in mentioned(one.body))
    return found


def _called_in(spec: MappingSpec, fields: Fields) -> set[str]:
    rules = (rule.relation for rule in spec.rules if rule.relation.kind in ("text", "html"))
    texts = (fields.get(relation.main(Side.JIRA)) for relation in rules)
    return {key for text in texts if isinstance(text, str) for key in mentioned(text)}


def _mentioned(spec: MappingSpec, side: Side, fields: Fields, keys: dict[Side, set[str]]) -> None:
    for rule in spec.rules:
        if rule.relation.kind != "user":
            continue
        value = rule.relation.canonical(side, fields)
        if isinstance(value, str) and not isinstance(value, Unknown):
            keys[side].add(value)


def _grouped(spec: MappingSpec, side: Side, fields: Fields, found: dict[Side, set[str]]) -> None:
    """Groups by key (ServiceNow) and names they may have (Jira)."""
    for rule in spec.rules:
        if isinstance(rule.relation, Group):
            value = rule.relation.canonical(side, fields)
            asked = () if isinstance(value, Unknown) else rule.relation.asked(side, value)
            found[side].update(asked)


def _plan(
    runtime: Runtime, verdicts: Sequence[Verdict], proposals: Sequence[Proposal], known: Knowing
) -> Plan:
    actions: list[Action] = [action for one in verdicts for action in one.actions]
    actions += known.actions
    actions += [one.action for one in proposals if one.action is not None]
    notes: list[Note] = [note for one in verdicts for note in one.notes]
    notes += [note for one in proposals for note in one.notes]
    return Plan(ordered(actions, runtime.pairs), tuple(notes))


def _holdings(
    runtime: Runtime, plan: Plan, gathered: Gathered, making: set[int]
) -> tuple[Holding, ...]:
    """Limits count what people would notice; what belongs to a link in the making was consented
    to with its create."""
    counted = Plan(tuple(a for a in plan.actions if not _in_making(a, making)), plan.notes)
    standings = {
        spec.pair: Standing(
            runtime.store.pairs.get(spec.pair),
            runtime.fingerprint(spec),
            runtime.store.links.count(spec.pair),
            _doubts(runtime, spec, plan, gathered),
            texts_of(spec),
            last_hour(runtime, spec) if counted.of(spec.pair).actions else Sums(),
        )
        for spec in runtime.specs
    }
    return check(counted, standings, runtime.options.limits)


def _doubts(
    runtime: Runtime, spec: MappingSpec, plan: Plan, gathered: Gathered
) -> tuple[Doubt, ...]:
    """What speaks against writing anything of a pair, apart from counts."""
    part, emptied = plan.of(spec.pair), gathered.looks_empty.get(spec.pair)
    found = [Doubt(emptied, Consent.HASH)] if emptied else []
    if part.actions and runtime.trust.doubt is not None:
        found.append(runtime.trust.doubt)
    return tuple(found)


def _in_making(action: Action, making: set[int]) -> bool:
    link = getattr(action, "link", None)
    return link is not None and link.id in making


def without(found: Study, pairs: frozenset[str]) -> Study:
    """The same study with some pairs left for later: their rows stay in the inbox."""
    kept = _keeping(found, lambda pair, _: pair not in pairs)
    return replace(kept, left_out=pairs)


def sparing(found: Study, pairs: Collection[str]) -> Study:
    """The same study without the deletions of some pairs, and whatever else is about their links:
    those stay in the inbox."""
    spared = {
        action.link.id
        for action in found.plan.actions
        if isinstance(action, Delete | Detach) and action.pair in pairs
    }
    return _keeping(found, lambda _, link: link not in spared) if spared else found


def _keeping(found: Study, stays: Callable[[str, int], bool]) -> Study:
    """The part of a study about some pairs and links."""

    def about(action: Action | Note) -> bool:
        link = getattr(action, "link", None)
        return stays(action.pair, 0 if link is None else link.id)

    cases = tuple(one for one in found.gathered.cases if stays(one.spec.pair, one.link.id))
    candidates: tuple[Candidate, ...] = tuple(
        one for one in found.gathered.candidates if stays(one.spec.pair, 0)
    )
    verdicts = tuple(
        one for one in found.verdicts if stays(one.case.spec.pair, one.case.link.id)
    )  # fmt: skip
    proposals = tuple(one for one in found.proposals if stays(one.candidate.spec.pair, 0))
    plan = Plan(
        tuple(action for action in found.plan.actions if about(action)),
        tuple(note for note in found.plan.notes if about(note)),
    )
    waiting = tuple(one for one in found.gathered.waiting if stays(one.candidate.spec.pair, 0))
    gathered = replace(found.gathered, cases=cases, candidates=candidates, waiting=waiting)
    return Study(gathered, verdicts, proposals, plan, (), knowing=found.knowing)
