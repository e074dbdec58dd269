"""Finding out what became of patches whose answer was lost.

A patch is simply planned anew where its value is not there. But one that did happen may have
replaced an edit that was made between our look and our write, and after a lost answer, or a crash,
nobody would know: both sides agree. So the side's own history is asked until it shows the write, or
until the settle time is over and there was none (reliability: I-03, I-23, 6.2). One that a later
patch has overtaken is only settled at that end: until then what is found may be the later one's.

A walk through a workflow may have stopped on the way, and been undone by a person; so it is kept
until its link has been judged with that in mind.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from connector.errors import Gone, NotThere, Rejected
from connector.values import Patch, Trace
from mappings.model import MappingSpec
from mappings.sides import Side
from sync.apply.answers import history_row
from sync.apply.common import LATER, echo
from sync.apply.losses import Stored, confess, losses
from sync.core.model import Base, Link, LinkState, SentPatch, SentWrite
from sync.core.plan import FieldWrite, Update
from sync.engine.complete import due, look_again
from sync.engine.marking import MARKS
from sync.runtime import Runtime, log
from sync.store.values import QueuedRow


def settle(runtime: Runtime, rows: Collection[QueuedRow] = ()) -> None:
    """Look once after every patch without an answer that is due, or whose records are looked at now
    (``rows``): what came of it in the meantime would be taken for a person's doing."""
    awake = {(row.side, row.key) for row in rows}
    for patch in runtime.store.patches.open():
        link = runtime.store.links.by_ids([patch.link_id]).get(patch.link_id)
        looked_at = link is not None and any((s, link.end(s).key) in awake for s in Side)
        if not (looked_at or due(runtime, _name(patch))):
            continue
        told = _trace(runtime, patch) or _borne(runtime, patch) if link else None
        whole = told is not None and len(_shown(patch, told)) == len(patch.writes)
        if link and told and (_over(runtime, patch) or (whole and not patch.overtaken)):
            _happened(runtime, patch, link, told)
        elif link and is_walk(patch) and _over(runtime, patch) and _judged_at_all(runtime, link):
            runtime.store.inbox.nudge(patch.side, patch.container, [patch.key], LATER)
        elif link is None or _over(runtime, patch):
            runtime.store.patches.answered([patch.id])
        else:
            if link and told:
                _agree(runtime, patch, link, told)
            look_again(runtime, _name(patch), patch.side, patch.sent_at)


def _agree(runtime: Runtime, patch: SentPatch, link: Link, told: Trace) -> None:
    """Write down what the two sides agreed on with a patch. Where the history shows a part only, or
    a later patch was sent, what is found may be another patch's. A field that is in no other one
    and a set are believed while the rest may still come: who takes either back meanwhile shall be
    heard. Where the two agreed on anything since, a later one may have been answered, and its value
    put back."""
    spec, shown = runtime.spec(patch.pair), _shown(patch, told)
    since = patch.overtaken and link.end(patch.side).version != patch.version
    if spec is None or since:
        return
    whole, others = len(shown) == len(patch.writes), _in_others(runtime, patch)
    names = {
        one.name
        for one in shown
        if one.name not in others or (not patch.overtaken and (whole or isinstance(one.new, tuple)))
    }
    found = _bases(runtime, spec, patch)
    runtime.store.links.set_bases(link.id, {name: found[name] for name in names & found.keys()})


def _in_others(runtime: Runtime, patch: SentPatch) -> frozenset[str]:
    """Fields of the other patches of a record whose answer was lost, too."""
    place = (patch.side, patch.container, patch.key)
    return frozenset(
        write.name
        for other in runtime.store.patches.open()
        if other.id != patch.id and (other.side, other.container, other.key) == place
        for write in other.writes
    )


def judged(runtime: Runtime, links: Collection[int]) -> None:
    """Forget the walks of links that were judged, unless they may still go on."""
    walks = (one for one in runtime.store.patches.open() if is_walk(one) and _over(runtime, one))
    runtime.store.patches.answered([one.id for one in walks if one.link_id in links])


def _judged_at_all(runtime: Runtime, link: Link) -> bool:
    return link.state is not LinkState.ENDED and runtime.spec(link.pair) is not None


def is_walk(patch: SentPatch) -> bool:
    """Whether it leads a record step by step."""
    return any(one.walk for one in patch.writes)


def _name(patch: SentPatch) -> str:
    return f"patch {patch.id}"


def _trace(runtime: Runtime, patch: SentPatch) -> Trace | None:
    add, remove = _members(patch, added=True), _members(patch, added=False)
    sent = Patch(patch.container, patch.key, patch.fields, add, remove, version=patch.version)
    try:
        return runtime.adapters[patch.side].witness.trace(sent, _called(runtime, patch, sent))
    except (Gone, NotThere, Rejected):
        return None


def _borne(runtime: Runtime, patch: SentPatch) -> Trace | None:
    """A mark of ours that the record bears, of a patch that no history shows: where nothing is
    audited somebody who wrote since hides it. Nobody else puts that mark on, and it replaces
    nothing of theirs."""
    mark = next((one for one in patch.writes if one.name == MARKS), None)
    if mark is None:
        return None
    found = runtime.read(patch.side, patch.container, [patch.key], fresh=True)
    held = found[patch.key].fields if patch.key in found else {}
    borne = all(
        held.get(name) == patch.fields[name]
        if name in patch.fields
        else isinstance(members := held.get(name), tuple) and mark.new in members
        for name in mark.natives
    )
    return Trace(frozenset(mark.natives)) if borne else None


def _called(runtime: Runtime, patch: SentPatch, sent: Patch) -> dict[str, str]:
    """What the members of sets that the patch changes were called when last seen."""
    members = sorted(
        {key for part in (sent.add, sent.remove) for keys in part.values() for key in keys}
    )
    known = runtime.store.links.by_keys(patch.side, members) if members else {}
    return {key: link.end(patch.side).label for key, link in known.items()}


def _members(patch: SentPatch, *, added: bool) -> dict[str, tuple[str, ...]]:
    """The members of sets that the patch adds, or removes."""
    found: dict[str, tuple[str, ...]] = {}
    for one in patch.writes:
        sets = [name for name in one.natives if name not in patch.fields and not one.walk]
        old, new = (value if isinstance(value, tuple) else () for value in (one.old, one.new))
        members = set(new) - set(old) if added else set(old) - set(new)
        found |= {name: tuple(sorted(members)) for name in sets if members}
    return found


def _shown(patch: SentPatch, told: Trace) -> list[SentWrite]:
    """The writes that the history shows: a native value that stayed the same leaves no line."""
    return [one for one in patch.writes if told.written & set(one.natives)]


def _over(runtime: Runtime, patch: SentPatch) -> bool:
    """Whether it would have happened by now."""
    age = runtime.adapters[patch.side].server_now() - patch.sent_at
    return age >= timedelta(seconds=runtime.options.settle[patch.side])


def _bases(runtime: Runtime, spec: MappingSpec, patch: SentPatch) -> dict[str, Base]:
    """What the two sides agreed on with this patch, where they still had what it was made from.

    Else somebody who puts the old value back afterwards would look as if he had done nothing. A set
    whose every change the history tells was agreed on even if nothing was before.
    """
    rules = {rule.name: rule for rule in spec.rules}
    known = runtime.store.links.bases([patch.link_id])[patch.link_id]
    found = {}
    for one in patch.writes:
        held = {patch.side: one.new, patch.side.other: one.other}
        now = Base(held[Side.SERVICENOW], held[Side.JIRA])
        rule, base = rules.get(one.name), known.get(one.name)
        fresh = base is None and isinstance(one.new, tuple)
        still = base is not None and (base.of(patch.side) == one.old or base == one.agreed)
        if rule is None or not (fresh or still):
            continue
        if rule.relation.holds(now.servicenow, now.jira, runtime.directory):
            found[one.name] = now
    return found


def _happened(runtime: Runtime, patch: SentPatch, link: Link, told: Trace) -> None:
    """Write down what would have been written down had the answer come.

    Where the history shows a part of it only, another patch may have written that.
    """
    action = Update(patch.pair, patch.side, link, ())
    spec = runtime.spec(patch.pair)
    stored = [
        Stored(FieldWrite(one.name, one.old, one.new, one.reason, one.other), one.new)
        for one in _shown(patch, told)
    ]
    # A walk replaces its own steps, and tells nothing of what was there before.
    seen = spec is not None and not is_walk(patch)
    lost = losses(spec, patch.side, stored, told, patch.sent_at) if spec and seen else []
    untold = [] if patch.overtaken and not lost else stored
    with runtime.store.transaction():
        runtime.store.patches.answered([patch.id])
        _agree(runtime, patch, link, told)
        runtime.store.ledger.record([history_row(action, one, patch.plan) for one in untold])
        for loss in lost:
            confess(runtime, action, loss)
        for side in Side:  # the other one may have moved on, to what was agreed on before
            echo(runtime, side, link)
    log.info("a patch without an answer had happened", action="patch.settled",
             record=link.end(patch.side).label)  # fmt: skip
