"""Comments and files, carried out: what is there already, what is sent, what has to wait."""

from __future__ import annotations

from collections.abc import Sequence

from mappings.sides import Side
from sync.apply.common import COMMENTED, FILED, LATER
from sync.apply.files import attach, filed
from sync.apply.remarks import arrived, remark
from sync.core import marks
from sync.core.model import CommentLink
from sync.core.plan import Action, Attach, Carried, Remark, Update
from sync.engine.carry import learned
from sync.engine.cases import Case
from sync.engine.copies import arrivals
from sync.engine.epoch import HELD_BACK, recovering
from sync.engine.filing import NOTICE, file_reference
from sync.engine.filing import arrivals as file_arrivals
from sync.engine.listing import desk
from sync.engine.sayings import standing
from sync.runtime import Runtime


def claim(runtime: Runtime, cases: Sequence[Case]) -> None:
    """Remember copies that rode with a create, or that a crash left unrecorded; and as which
    version of their comment."""
    _claim_comments(runtime, cases)
    _claim_files(runtime, cases)


def _claim_comments(runtime: Runtime, cases: Sequence[Case]) -> None:
    installation = runtime.options.installation
    for case in cases:
        for side in Side:
            for row in arrivals(case, side, installation):
                _claim(runtime, case, row)
            for saying, copy in standing(case, side, installation):
                action = Remark(case.spec.pair, side, case.link, saying)
                arrived(runtime, action, copy.id, "", seen=True)
        if known := learned(case, installation):
            runtime.store.comments.add(known)


def _claim(runtime: Runtime, case: Case, row: CommentLink) -> None:
    reference = marks.reference(
        runtime.options.installation, case.spec.pair, row.source, row.source_id
    )
    text = Carried(
        row.source_id, row.lane, reference, "", "", digest=row.digest, parts=row.parts
    )  # fmt: skip
    action = Remark(case.spec.pair, row.source.other, case.link, text)
    arrived(runtime, action, row.copy_id, "", seen=True)


def _claim_files(runtime: Runtime, cases: Sequence[Case]) -> None:
    around = desk(runtime, cases)
    for case in cases:
        for side in Side:
            originals = {file.id: file for file in case.files.get(side.other, ())}
            for source_id, copy in file_arrivals(case, side, around):
                marker = file_reference(around.installation, case.spec.pair, side.other, source_id)
                original = originals[source_id]
                action = Attach(case.spec.pair, side, case.link, original, copy.name, marker)
                filed(runtime, action, copy.id, "", copy.digest)


def keep_news(runtime: Runtime, actions: Sequence[Action], cases: Sequence[Case]) -> None:
    """Remember that a record has new comments or files before a write of ours covers them with its
    version: a crash in between would leave nothing that tells of them. One that was woken itself
    stays in the inbox until all is done."""
    woken = {(case.link.id, side) for case in cases for side in case.woken}
    written = {
        (one.link.id, one.side)
        for one in actions
        if isinstance(one, Update) and one.link.agreed_at is not None
    }
    for one in (action for action in actions if isinstance(action, Remark | Attach)):
        source = one.side.other
        if (one.link.id, source) in written - woken:
            end = one.link.end(source)
            told = isinstance(one, Remark) and not one.comment.source_id.startswith(NOTICE)
            reason = COMMENTED if told else FILED
            runtime.store.inbox.nudge(source, end.container, [end.key], reason)


def carry(runtime: Runtime, actions: Sequence[Action], plan: str) -> frozenset[int]:
    """Send comments, then files; the ids of links that need another look.

    Right after a store was put back one may be under way that it never heard of, so they wait then,
    as new records do.
    """
    remarks = [one for one in actions if isinstance(one, Remark)]
    files = [one for one in actions if isinstance(one, Attach)]
    if not recovering(runtime):
        return remark(runtime, remarks, plan) | attach(runtime, files, plan)
    waiting: list[Remark | Attach] = [*remarks, *files]
    for one in waiting:
        source = one.side.other
        end, due = one.link.end(source), runtime.clock() + HELD_BACK
        runtime.store.inbox.delay(source, end.container, [end.key], LATER, due)
    return frozenset(one.link.id for one in waiting)
