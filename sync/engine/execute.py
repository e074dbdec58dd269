"""One pass from the first write to the last: the plan carried out, the rest remembered."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from connector.errors import Rejected
from mappings.references import Reference
from mappings.sides import Side
from sync.apply.asks import ask, hang
from sync.apply.common import LATER, Place, close_conflicts, park
from sync.apply.creates import create, dependents, made
from sync.apply.deletes import delete
from sync.apply.unfile import detach
from sync.apply.updates import update
from sync.apply.waiting import wake
from sync.core import marks
from sync.core.merge import Clash, Stuck
from sync.core.model import Base, Conflict, Link, LinkState, Seat
from sync.core.plan import (
    Action,
    Adopt,
    Ask,
    Attach,
    Create,
    Delete,
    Detach,
    Hang,
    Note,
    Remark,
    Update,
)
from sync.core.reminders import OLD_COPY, WAITS
from sync.engine import asking
from sync.engine.absent import certain, remember
from sync.engine.carrying import carry, claim, keep_news
from sync.engine.cases import Candidate
from sync.engine.doubles import report
from sync.engine.epoch import HELD_BACK, RESTORED
from sync.engine.gates import led_elsewhere, note
from sync.engine.judge import FROZEN, Verdict
from sync.engine.patches import judged
from sync.engine.propose import Proposal, end_of
from sync.engine.refiling import forget
from sync.engine.study import Study
from sync.engine.unfiling import over
from sync.engine.unseen import seeing
from sync.engine.untold import aged, fought, refused, strangers, untold
from sync.runtime import Runtime, log


def execute(runtime: Runtime, found: Study) -> None:
    """Carry out a plan that may be written, then finish the rows that led to it."""
    plan = found.plan
    actions = plan.actions
    _consented(runtime, found)
    claim(runtime, [verdict.case for verdict in found.verdicts])
    forget(runtime, [verdict.case for verdict in found.verdicts])
    for one in plan.notes:
        _note(runtime, one)
    note(runtime, found.gathered.waiting)  # before any twin comes that they wait for
    for adopt in (one for one in actions if isinstance(one, Adopt)):
        _adopt(runtime, adopt, plan.hash)
    _await_twins(runtime, found.verdicts)
    create(runtime, [one for one in actions if isinstance(one, Create)], plan.hash)
    ask(runtime, [one for one in actions if isinstance(one, Ask)], plan.hash)
    hang(runtime, [one for one in actions if isinstance(one, Hang)], plan.hash)
    cases = [verdict.case for verdict in found.verdicts]
    keep_news(runtime, actions, cases)
    asking.foretell(runtime, found.knowing, plan, cases)
    unfinished = update(runtime, [one for one in actions if isinstance(one, Update)], plan.hash)
    unfinished |= carry(runtime, _untouched(actions, unfinished), plan.hash)
    unfinished |= detach(runtime, [one for one in actions if isinstance(one, Detach)], plan.hash)
    deletes = [one for one in actions if isinstance(one, Delete)]
    unfinished |= delete(runtime, deletes, plan.hash, certain)
    for verdict in found.verdicts:
        _finish(runtime, verdict, finished=verdict.case.link.id not in unfinished)
    judged(runtime, {verdict.case.link.id for verdict in found.verdicts} - unfinished)
    for proposal in found.proposals:
        _settle_candidate(runtime, proposal)
    asking.remember(runtime, found.knowing, plan, held=found.knowing.pair in found.left_out)
    runtime.store.inbox.done(list(found.gathered.idle))
    runtime.store.inbox.postpone(list(found.gathered.held), runtime.clock() + HELD_BACK, 0)


def _untouched(actions: Sequence[Action], unfinished: Collection[int]) -> list[Action]:
    """What may be carried now. To a twin that moved before the two ever agreed nothing is added:
    its last writer is the only one who tells that somebody edited it, and all of it is heard at the
    next look."""
    return [
        one
        for one in actions
        if not isinstance(one, Remark | Attach)
        or one.link.id not in unfinished
        or one.link.agreed_at is not None
    ]


def _consented(runtime: Runtime, found: Study) -> None:
    """From here on the pair has had its first run, with the mapping as it stands."""
    busy = {action.pair for action in found.plan.actions}
    for spec in (one for one in runtime.specs if one.pair not in found.left_out):
        state = runtime.store.pairs.get(spec.pair)
        changed = state.fingerprint != runtime.fingerprint(spec)
        if (spec.pair in busy and not state.first_run_done) or changed:
            runtime.store.pairs.save(
                replace(
                    state,
                    fingerprint=runtime.fingerprint(spec),
                    first_run_done=state.first_run_done or spec.pair in busy,
                )
            )


def _note(runtime: Runtime, note: Note) -> None:
    if isinstance(note.finding, Stuck):
        side = note.finding.side.other
        error = Rejected(note.finding.reason, remedy=note.finding.remedy, field=note.name)
        place = Place(note.pair, side, note.link.end(side), note.name)
        park(runtime, place, error, FROZEN if note.finding.frozen else "")
    else:
        runtime.store.ledger.open_conflict(_conflict(runtime, note, note.finding))


def _conflict(runtime: Runtime, note: Note, clash: Clash) -> Conflict:
    link = note.link
    base = runtime.store.links.bases([link.id]).get(link.id, {}).get(note.name)
    seats = {side: _seat(runtime, note, clash, side) for side in Side}
    log.warning(
        "both sides changed one field",
        action="conflict",
        pair=note.pair,
        record=link.servicenow.label,
        field=note.name,
        decision=clash.decision,
    )
    return Conflict(
        0, note.pair, link.id, link.servicenow.label, link.jira.label, note.name, base,
        seats[Side.SERVICENOW], seats[Side.JIRA], clash.decision, clash.reason,
        open=clash.write is None,
    )  # fmt: skip


def _seat(runtime: Runtime, note: Note, clash: Clash, side: Side) -> Seat:
    spec = runtime.spec(note.pair)
    rule = next(rule for rule in spec.rules if rule.name == note.name) if spec else None
    native = rule.relation.main(side) if rule else ""
    end = note.link.end(side)
    told = runtime.adapters[side].authorship(end.container, end.key, native)
    return Seat(clash.values.of(side), told.author, told.at)


def _adopt(runtime: Runtime, action: Adopt, plan: str) -> None:
    link = Link(
        0, action.pair, action.servicenow, action.jira, origin=action.origin,
        made_at=runtime.adapters[action.origin].server_now(),
    )  # fmt: skip
    origin = link.end(link.origin).key
    text = marks.marker(runtime.options.installation, action.pair, link.origin, origin)
    made(runtime, link, text, plan, action.reason)
    for double in action.doubles:
        report(runtime, link, double)


def _finish(runtime: Runtime, verdict: Verdict, *, finished: bool) -> None:
    """Remember what was agreed on without traffic, and take the rows out of the inbox."""
    case = verdict.case
    agreed = verdict.state is LinkState.ACTIVE and finished
    with runtime.store.transaction():
        link = runtime.store.links.by_ids([case.link.id]).get(case.link.id, case.link)
        link = _named(replace(link, state=verdict.state), case.link)
        if agreed:
            link = _agreed(runtime, link, verdict)
        if link != case.link:
            runtime.store.links.save(link)
        _remember(runtime, link, verdict)
        _keep_doubt(runtime, link, verdict)
        close_conflicts(runtime, link.id, verdict.agreed)
        for side in Side if verdict.cleared else ():
            runtime.store.ledger.unpark(side, case.link.end(side).key, verdict.cleared)
        runtime.store.inbox.done(list(case.rows))
        _overtaken(runtime, link, verdict)
        remember(runtime, case, verdict.state)
        runtime.store.files.unfile(over(case))
        _wake(runtime, verdict)
        led_elsewhere(runtime, link, case)
        if finished and verdict.actions and verdict.state is LinkState.MISSING:
            end = link.servicenow  # the last word on a survivor was said: its link can be ended
            runtime.store.inbox.nudge(Side.SERVICENOW, end.container, [end.key], LATER)
    if verdict.state is not case.link.state:
        log.warning(
            "a link changed its state",
            action="link.state",
            record=link.servicenow.label,
            state=verdict.state.value,
        )


def _await_twins(runtime: Runtime, verdicts: Sequence[Verdict]) -> None:
    """Write down what waits for a twin before any is made: one made by this very plan wakes it."""
    with runtime.store.transaction():
        for verdict in verdicts:
            known = verdict.case.bases
            waiting = {**untold(verdict), **strangers(runtime, verdict)}
            fresh = {name: base for name, base in waiting.items() if known.get(name) != base}
            if fresh:
                runtime.store.links.set_bases(verdict.case.link.id, fresh)


def _remember(runtime: Runtime, link: Link, verdict: Verdict) -> None:
    """What was agreed on without traffic, and what waits for a twin."""
    case, linked, doubted = verdict.case, strangers(runtime, verdict), fought(runtime, verdict)
    found = {**verdict.settled, **untold(verdict), **doubted}
    found |= {name: base for name, base in linked.items() if name not in case.bases}
    if found:
        runtime.store.links.set_bases(link.id, found)
    waiting = case.bases.keys() - doubted
    told = [name + WAITS for name in verdict.settled if name + WAITS in waiting]
    gone = [name for name in case.bases if f"{WAITS} " in name and name not in linked]
    if told or (gone and len(case.records) == len(Side)):
        runtime.store.links.drop_bases(link.id, [*told, *gone])


def _keep_doubt(runtime: Runtime, link: Link, verdict: Verdict) -> None:
    """Remember of a link that cannot be judged that it comes from an old copy, until it can; and of
    references what they are told by."""
    case, doubts = verdict.case, {**aged(runtime, verdict), **refused(runtime, verdict)}
    if verdict.state is not LinkState.ACTIVE and RESTORED in case.reasons:
        doubts[OLD_COPY] = True
    elif verdict.state is LinkState.ACTIVE and OLD_COPY in case.bases:
        doubts[OLD_COPY] = False
    if kept := {name: Base(None, None) for name, doubt in doubts.items() if doubt}:
        runtime.store.links.set_bases(link.id, kept)
    if over := [name for name, doubt in doubts.items() if not doubt and name in case.bases]:
        runtime.store.links.drop_bases(link.id, over)


def _wake(runtime: Runtime, verdict: Verdict) -> None:
    """Have twins looked at that are not shown, and those of links that flow again, with the links
    that point at them: what a problem asks for is only seen where its link was active before. A
    record that waits for a twin is looked at whatever became of that."""
    case = verdict.case
    if case.link.state is not LinkState.ACTIVE and verdict.state is LinkState.ACTIVE:
        for other in (case.link, *dependents(runtime, case.link)):
            end = other.servicenow
            runtime.store.inbox.nudge(Side.SERVICENOW, end.container, [end.key], "twin")
    if case.link.state is not verdict.state:
        wake(runtime, case.link)
    for side in Side if case.unseen else ():
        for link in runtime.store.links.by_keys(side, sorted(case.unseen)).values():
            if link.state is LinkState.ACTIVE:
                end = link.end(side)
                runtime.store.inbox.nudge(side, end.container, [end.key], "unseen")


def _named(link: Link, like: Link) -> Link:
    """A link with the labels and addresses of another."""
    for side in Side:
        known = like.end(side)
        end = replace(link.end(side), label=known.label, url=known.url)
        link = link.with_end(side, end)
    return link


def _overtaken(runtime: Runtime, link: Link, verdict: Verdict) -> None:
    """Ask for another look where a reference got its twin in this very pass."""
    updates = [action for action in verdict.actions if isinstance(action, Update)]
    told = {write.name for update in updates for write in update.writes}
    rules = [rule for rule in verdict.case.spec.rules if isinstance(rule.relation, Reference)]
    lookup = seeing(runtime.directory, verdict.case.unseen)
    written = runtime.store.links.bases([link.id]) if told & {rule.name for rule in rules} else {}
    for rule in rules:
        base = {**verdict.settled, **written.get(link.id, {})}.get(rule.name)
        if base is None:
            continue
        if not rule.relation.holds(base.servicenow, base.jira, lookup):
            end = link.servicenow
            runtime.store.inbox.nudge(Side.SERVICENOW, end.container, [end.key], "twin")


def _agreed(runtime: Runtime, link: Link, verdict: Verdict) -> Link:
    """The link with the versions that were read; a side we wrote to has its own by now."""
    written = {action.side for action in verdict.actions}
    for side, record in verdict.case.records.items():
        end = link.end(side)
        if side in written:
            continue
        link = link.with_end(
            side, replace(end, version=record.version, label=record.label, url=record.url)
        )
    return replace(link, agreed_at=runtime.clock())


def _settle_candidate(runtime: Runtime, proposal: Proposal) -> None:
    candidate = proposal.candidate
    if proposal.held:
        runtime.store.inbox.postpone(list(candidate.rows), runtime.clock() + HELD_BACK, 0)
        return
    if proposal.refusal is not None:
        _refuse(runtime, candidate, proposal.refusal)
    runtime.store.inbox.done(list(candidate.rows))


def _refuse(runtime: Runtime, candidate: Candidate, why: Stuck) -> None:
    """Put a record aside that gets no twin, unless it was joined in this very pass."""
    side, record = candidate.side, candidate.record
    if not runtime.store.links.by_keys(side, [record.key]):
        error = Rejected(why.reason, remedy=why.remedy)
        park(runtime, Place(candidate.spec.pair, side, end_of(record)), error)
