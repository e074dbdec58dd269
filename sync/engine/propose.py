"""A record without a twin to an action: adopt the twin that is already there, or make one.

Before anything is created the other side is searched for the record's own mark, so that a lost or
restored store, or an answer that never came, does not make a second twin. A mark that stands on a
record which somebody else created is a clone's and proves nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from connector.values import Record
from mappings.model import Rule
from mappings.references import IssueLink, Reference
from mappings.sides import Side
from mappings.values import Lookup, Unknown, Unmappable
from sync.core import marks
from sync.core.merge import Stuck
from sync.core.model import End, Link, Value
from sync.core.plan import NO_TWIN, Action, Adopt, Create, FieldWrite, Note
from sync.engine.carry import first_remarks
from sync.engine.cases import Candidate, context
from sync.engine.epoch import recovering
from sync.engine.trust import accounts
from sync.engine.wording import names_in
from sync.runtime import Runtime, container


@dataclass(frozen=True, slots=True)
class Proposal:
    """What becomes of a candidate; ``notes`` tell of fields that its twin starts without.

    One that is ``held`` is looked at again a little later.
    """

    candidate: Candidate
    action: Action | None
    notes: tuple[Note, ...] = ()
    refusal: Stuck | None = None
    held: bool = False


def propose(runtime: Runtime, candidates: Sequence[Candidate]) -> list[Proposal]:
    """One proposal for each candidate."""
    twins = find_twins(runtime, candidates)
    found = [_propose(runtime, one, twins.get(_mark(runtime, one), ())) for one in candidates]
    only_joined = recovering(runtime)
    return [_joined(one, held=only_joined) for one in found]


def _joined(proposal: Proposal, *, held: bool) -> Proposal:
    """What may be done: a twin that is there is joined at any time, one outside its scope gets no
    other, and right after a store was put back nothing is made."""
    if isinstance(proposal.action, Adopt) or not (held or proposal.candidate.outside):
        return proposal
    return Proposal(proposal.candidate, None, held=held)


def find_twins(runtime: Runtime, candidates: Sequence[Candidate]) -> dict[str, tuple[Record, ...]]:
    """Records on the other side that carry the candidates' marks."""
    found: dict[str, tuple[Record, ...]] = {}
    for side in Side:
        places: dict[str, list[str]] = {}
        for one in candidates:
            if one.side is side:
                places.setdefault(container(one.spec, side.other), []).append(_mark(runtime, one))
        for where, wanted in places.items():
            found.update(runtime.adapters[side.other].find(where, wanted))
    return found


def _mark(runtime: Runtime, candidate: Candidate) -> str:
    return mark_of(runtime, candidate.spec.pair, candidate.side, candidate.record.key)


def mark_of(runtime: Runtime, pair: str, side: Side, key: str) -> str:
    """The mark that the twin of this record bears."""
    if side is Side.JIRA:
        return marks.correlation(runtime.options.jira_host, key)
    return marks.label(marks.marker(runtime.options.installation, pair, side, key))


def _propose(runtime: Runtime, candidate: Candidate, twins: Sequence[Record]) -> Proposal:
    ours = [twin for twin in twins if made_by_us(runtime, candidate.side.other, twin)]
    if ours:
        twin, *others = sorted(ours, key=lambda record: (len(record.key), record.key))
        action = _adopt(candidate, twin, candidate.side, "it bears our mark")
        return Proposal(candidate, replace(action, doubles=tuple(map(end_of, others))))
    named = _named(runtime, candidate)
    if isinstance(named, Stuck):
        return Proposal(candidate, None, refusal=named)
    if named is not None:
        reason = "it names an issue that bears its mark"
        return Proposal(candidate, _adopt(candidate, named, candidate.side, reason))
    issue = _made_for(runtime, candidate)
    if issue is not None:
        return _rejoin(runtime, candidate, issue)
    if _twin_of_ours(runtime, candidate):
        return Proposal(candidate, None, refusal=_orphaned(runtime, candidate, twins))
    marked = _marked(runtime, candidate)
    if marked is not None:
        return Proposal(candidate, None, refusal=marked)
    return _create(runtime, candidate)


def made_by_us(runtime: Runtime, side: Side, record: Record) -> bool:
    """Whether our account created a record: a clone bears our marks under another name."""
    identity = runtime.identity(side)
    ours = {"", identity.key, identity.name} | accounts(runtime, side)
    return record.created_by in ours


def _adopt(candidate: Candidate, twin: Record, origin: Side, reason: str) -> Adopt:
    # One that moved away meanwhile belongs where it was made: the link is frozen until it is back.
    there = replace(end_of(twin), container=container(candidate.spec, candidate.side.other))
    ends = {candidate.side: end_of(candidate.record), candidate.side.other: there}
    return Adopt(
        candidate.spec.pair,
        candidate.side,
        ends[Side.SERVICENOW],
        ends[Side.JIRA],
        origin,
        reason,
    )


def end_of(record: Record) -> End:
    """A record as the end of a link; the version is left for the first agreement."""
    return End(record.container, record.key, record.label, "", record.url)


def _named(runtime: Runtime, candidate: Candidate) -> Record | Stuck | None:
    """The issue that a record names as its twin, where the issue says so too.

    Looking for the mark goes through Jira's index, which may not know an issue of this minute. One
    that is not shown may have been deleted, and what a person deleted does not come back (I-07).
    """
    issue = marks.issue_of(
        str(candidate.record.fields.get("correlation_id") or ""), runtime.options.jira_host
    )
    if candidate.side is Side.JIRA or issue is None:
        return None
    where = candidate.spec.jira.project
    found = runtime.read(Side.JIRA, where, [issue], fresh=True).get(issue)
    if found is None:
        return Stuck(
            Side.JIRA,
            "it names an issue that is not visible now",
            "Show the issue to the account, or empty correlation_id to give it a new one.",
        )
    labels = found.fields.get("labels")
    bears = isinstance(labels, tuple) and _mark(runtime, candidate) in labels
    return found if bears and made_by_us(runtime, Side.JIRA, found) else None


def _made_for(runtime: Runtime, candidate: Candidate) -> str | None:
    """The issue for which we made a ServiceNow record.

    A copy that a person made of such a record names the issue as well; it gets its own twin.
    """
    if candidate.side is Side.JIRA or not made_by_us(runtime, candidate.side, candidate.record):
        return None
    held = candidate.record.fields.get("correlation_id")
    return marks.issue_of(str(held or ""), runtime.options.jira_host)


def _rejoin(runtime: Runtime, candidate: Candidate, issue: str) -> Proposal:
    """Give a record back to the issue it was made for; never make it a twin of its own.

    It may have come to be after its answer was lost, so that no link tells of it yet.
    """
    link = runtime.store.links.by_keys(Side.JIRA, [issue]).get(issue)
    if link is not None:
        refusal = Stuck(
            Side.JIRA,
            f"it was made for {link.jira.label}, which has {link.servicenow.label}",
            "Close this record as a duplicate, or empty its correlation_id to give it its own.",
        )
        return Proposal(candidate, None, refusal=refusal)
    found = runtime.read(Side.JIRA, candidate.spec.jira.project, [issue]).get(issue)
    if found is None:
        refusal = Stuck(
            Side.JIRA,
            "it was made for an issue that is not visible now",
            "Show the issue to the account, or empty correlation_id to give it its own.",
        )
        return Proposal(candidate, None, refusal=refusal)
    return Proposal(candidate, _adopt(candidate, found, Side.JIRA, "it was made for this issue"))


def _twin_of_ours(runtime: Runtime, candidate: Candidate) -> bool:
    """Whether an issue is one that we made for a record, which will find it by its mark."""
    made = candidate.side is Side.JIRA and made_by_us(runtime, Side.JIRA, candidate.record)
    return made and bool(_own_labels(candidate))


def _orphaned(runtime: Runtime, candidate: Candidate, named_by: Sequence[Record]) -> Stuck | None:
    """Why an issue that we made is alone: this store knows of no create that made it, and the
    record that it was made for is not there to name it.

    That one may have been deleted since, which an old copy of the store can not find out. What a
    person deleted does not come back by itself (I-07), so a person is asked.
    """
    own = _own_labels(candidate)
    known = runtime.store.intents.get([text.removeprefix(marks.LABEL_PREFIX) for text in own])
    pair, side = candidate.spec.pair, candidate.side.other
    if known or any(mark_of(runtime, pair, side, one.key) in own for one in named_by):
        return None
    return Stuck(
        side,
        "it was made for a record, and ServiceNow shows none that names it",
        f"Show the record to the account, or remove the label {own[0]} for a new one.",
    )


def _own_labels(candidate: Candidate) -> tuple[str, ...]:
    """The marks that an issue bears."""
    labels = candidate.record.fields.get("labels")
    return marks.own_labels(labels if isinstance(labels, tuple) else ())


def _marked(runtime: Runtime, candidate: Candidate) -> Stuck | None:
    """Why an issue that bears a mark of ours gets no record: a clone, or one whose record we made
    and are not shown (our mark is put on an issue after its record)."""
    if candidate.side is Side.SERVICENOW:
        return None
    own = _own_labels(candidate)
    mine = marks.label(
        marks.marker(
            runtime.options.installation, candidate.spec.pair, Side.JIRA, candidate.record.key
        )
    )
    if not own:
        return None
    if set(own) == {mine}:
        return Stuck(
            Side.SERVICENOW,
            "it bears the mark that stands for a twin, and ServiceNow shows none",
            f"Show the record to the account, or remove the label {mine} for a new one.",
        )
    return Stuck(
        Side.SERVICENOW,
        f"it bears the mark {own[0]} of another record, as a clone does",
        f"Remove the label {own[0]} if this issue shall get a ServiceNow record of its own.",
    )


def _create(runtime: Runtime, candidate: Candidate) -> Proposal:
    spec, side = candidate.spec, candidate.side.other
    writes: list[FieldWrite] = []
    notes: list[Note] = []
    for rule in spec.rules:
        made = _first_value(rule, candidate, runtime.directory)
        if isinstance(made, FieldWrite):
            writes.append(made)
        elif isinstance(made, Stuck):
            notes.append(Note(spec.pair, _unmade(candidate), rule.name, made))
    record = candidate.record
    names = names_in(runtime.directory, candidate.comments if side is Side.SERVICENOW else ())
    action = Create(
        spec.pair,
        side,
        container(spec, side),
        end_of(record),
        marks.marker(runtime.options.installation, spec.pair, candidate.side, record.key),
        _mark(runtime, candidate),
        tuple(writes),
        first_remarks(candidate, runtime.options.installation, names),
        f"{record.label} {NO_TWIN}",
    )
    return Proposal(candidate, action, tuple(notes))


def _first_value(rule: Rule, candidate: Candidate, lookup: Lookup) -> FieldWrite | Stuck | None:
    side, fields = candidate.side.other, context(candidate.record)
    if not rule.flow.reaches(side):
        return None
    value = rule.relation.canonical(candidate.side, fields)
    if isinstance(value, Unknown):
        return None
    if isinstance(rule.relation, Reference):
        return _promised(rule, side, value)
    wanted = rule.relation.translate(side, value, None, lookup)
    if isinstance(wanted, Unmappable):
        return Stuck(side, wanted.reason, wanted.remedy)
    if wanted in (None, ()):
        return None
    change = rule.relation.native(side, wanted, None, fields)
    return FieldWrite(rule.name, None, wanted, "first value", value, change)


def _promised(rule: Rule, side: Side, value: Value) -> FieldWrite | None:
    """A reference whose twin may be made by the same plan: resolved when the create is sent.

    Issue links have requests of their own: they are made at the first look.
    """
    if value in (None, ()) or (isinstance(rule.relation, IssueLink) and side is Side.JIRA):
        return None
    named = ", ".join(value) if isinstance(value, tuple) else value
    return FieldWrite(rule.name, None, f"twin of {named}", "first value", value)


def _unmade(candidate: Candidate) -> Link:
    ends = {candidate.side: end_of(candidate.record), candidate.side.other: End("", "")}
    return Link(
        0, candidate.spec.pair, ends[Side.SERVICENOW], ends[Side.JIRA], origin=candidate.side
    )
