"""Recurrence becomes work: a problem for what keeps coming back, with its incidents on it.

A problem is made once: its description bears a reference of the proposal, by which it is looked for
first, so that after a lost answer the next try finds it. Then every incident of the proposal that
has no problem yet gets this one. The engine makes the epic, as for any problem.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from connector.errors import RetryLater
from connector.values import Done, Draft, Patch, Unclear
from mappings.sides import Side
from sync.core import marks
from sync.insight.facts import IncidentFact, ProblemFact
from sync.insight.model import Proposal
from sync.runtime import Runtime, chunks, log
from sync.store import Store
from sync.store.values import FactRow

HERE = Side.SERVICENOW
NAMED = 50
"""Numbers of incidents in a problem's description."""
KIND = "accepting"
"""Rows of the store that tell of a try whose answer is awaited."""

ACCEPTED = "accepted"
"""Rows that name problems to which a person, or the admin's rule, has said yes."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """What came of it: the problem, whether it is new, how many incidents were put on it, and the
    numbers of those that are closed, and are only listed."""

    number: str
    key: str
    made: bool
    attached: int
    closed: tuple[str, ...] = ()


class Awaited(RetryLater):
    """Whether the problem was made is not known: a later try finds it, or makes it."""

    remedy = "Run the same command again: it finds the problem, or makes it."


def accept(
    runtime: Runtime,
    proposal: Proposal,
    incidents: Iterable[IncidentFact],
    problems: Iterable[ProblemFact],
) -> Accepted:
    """Make the problem where there is none, and put the incidents on it.

    Raises ``Awaited`` where the answer to this or an earlier try is still awaited, ``Rejected``
    where the instance refuses the problem.
    """
    known = {one.number: one.key for one in problems}
    if proposal.problem:
        key, number, made = known[proposal.problem], proposal.problem, False
    else:
        key, number, made = _problem(runtime, proposal)
    # From now on new incidents of its kind are put on it without asking.
    told = {"key": key, "proposal": proposal.id}
    runtime.store.insight.put([FactRow(ACCEPTED, number, runtime.clock(), told)])
    mine = set(proposal.joining)
    keys = [one.key for one in incidents if one.number in mine]
    return Accepted(number, key, made, _attach(runtime, key, keys), proposal.closed)


def less_accepted(
    store: Store,
    proposals: Iterable[Proposal],
    incidents: Iterable[IncidentFact],
    problems: Iterable[ProblemFact],
) -> Iterator[Proposal]:
    """Proposals, those that were accepted as what is left of them: incidents that are open and hang
    on no problem. One with nothing left is none; one whose problem is gone is a proposal again."""
    there = {one.number for one in problems}
    rows = store.insight.all(ACCEPTED)
    known = {row.data["proposal"]: row.key for row in rows if row.key in there}
    loose = {one.number for one in incidents if not one.problem and one.closed is None}
    for one in proposals:
        number = known.get(one.id)
        if number is None or one.problem:
            yield one
        elif left := tuple(each for each in one.joining if each in loose):
            first, rest = one.evidence[:1], one.evidence[1 + len(one.fate) :]
            less = replace(one, problem=number, incidents=left, hanging=(), closed=())
            yield replace(less, evidence=(*first, *less.fate, *rest))


def accepted(store: Store, id: str) -> Accepted | None:
    """What an earlier yes to a proposal came to; nothing where nobody said it."""
    rows = [row for row in store.insight.all(ACCEPTED) if row.data["proposal"] == id]
    last = max(rows, key=lambda row: row.at, default=None)
    return Accepted(last.key, last.data["key"], made=False, attached=0) if last else None


def _problem(runtime: Runtime, proposal: Proposal) -> tuple[str, str, bool]:
    """Key and number of the proposal's problem, and whether it was made just now."""
    reference = marks.reference(runtime.options.installation, KIND, HERE, proposal.id)
    adapter, kept = runtime.adapters[HERE], runtime.store.insight
    for page in adapter.listed("problem", f"descriptionLIKE{reference}", ("description",)):
        for record in page:
            kept.drop(KIND, [proposal.id])
            return record.key, record.label, False
    _wait(runtime, proposal)
    kept.put([FactRow(KIND, proposal.id, adapter.server_now(), {"title": proposal.title})])
    runtime.store.ensure()
    draft = Draft("problem", "problem", reference, _fields(proposal, reference))
    [result] = adapter.create([draft])
    if isinstance(result, Unclear):
        what = f"whether the problem was made is not known: {result.error.what}"
        raise Awaited(what, side=HERE.value, where=result.error.where)
    kept.drop(KIND, [proposal.id])
    if not isinstance(result, Done):
        raise result.error
    log.info("a problem for what recurs", action="insight.accepted", record=result.label)
    return result.key, result.label, True


def _wait(runtime: Runtime, proposal: Proposal) -> None:
    """Make sure that no earlier try can still arrive."""
    row = runtime.store.insight.get(KIND, [proposal.id]).get(proposal.id)
    if row is None:
        return
    settle = timedelta(seconds=runtime.options.settle[HERE])
    left = settle - (runtime.adapters[HERE].server_now() - row.at)
    if left > timedelta(0):
        what = "an earlier try to make this problem had no answer, and may still arrive"
        raise Awaited(what, side=HERE.value, after=left.total_seconds())


def _fields(proposal: Proposal, reference: str) -> Mapping[str, str]:
    lines = [f"Proposed by Tandem {reference}", "", *(f"- {one}" for one in proposal.evidence)]
    lines += ["", f"Incidents: {', '.join(proposal.incidents[:NAMED])}"]
    fields = {"short_description": proposal.title[:160], "description": "\n".join(lines)[:4000]}
    return {
        **fields,
        **({"business_service": proposal.service} if proposal.service else {}),
        **({"cmdb_ci": proposal.item} if proposal.item else {}),
    }


def _attach(runtime: Runtime, problem: str, keys: Sequence[str]) -> int:
    """Put incidents on a problem that have none; people's own choice stays. A closed one answers
    yes and keeps what it has, so it is not asked, and what counts is what was stored."""
    adapter, attached = runtime.adapters[HERE], 0
    for part in runtime.pieces(chunks(keys, 100)):
        held = adapter.read("incident", list(part), ("problem_id", "closed_at"))
        loose = [
            key
            for key in part
            if key in held
            and not held[key].fields.get("problem_id")
            and not held[key].fields.get("closed_at")
        ]
        patches = [Patch("incident", key, {"problem_id": problem}) for key in loose]
        runtime.store.ensure()
        results = adapter.patch(patches, ("problem_id",)) if patches else []
        attached += sum(
            isinstance(one, Done)
            and one.record is not None
            and one.record.fields.get("problem_id") == problem
            for one in results
        )
    return attached
