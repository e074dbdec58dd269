"""Carrying files: streamed through the disk, hashed on the way, each exactly once (I-10).

A file is written to a place of our own first, because its size and hash have to be known before it
is offered. An upload cannot be repeated blindly: after an unclear answer the record's own files
tell whether it arrived (:mod:`sync.engine.complete`). What arrived is compared with what was sent
(:mod:`sync.apply.verify`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from connector.contents import FileDraft
from connector.errors import (
    BrokenAnswer,
    Gone,
    ReadAgain,
    Rejected,
    RetryLater,
    Unreachable,
)
from connector.values import Done, NotSent, Refused, Unclear, WriteResult
from mappings.sides import Side
from sync.apply.common import Place, file_field, park, postpone
from sync.apply.once import once
from sync.apply.verify import copy_of, damaged
from sync.core.model import FileLink, HistoryRow, Intent, IntentKind
from sync.core.plan import Attach
from sync.runtime import Runtime, log

GROUP_FILES, GROUP_BYTES = 16, 64_000_000
"""What lies on our disk at once; a larger file goes alone."""


@dataclass(frozen=True, slots=True)
class Spooled:
    """A file whose content lies on our disk."""

    action: Attach
    path: Path
    digest: str


def attach(runtime: Runtime, actions: Sequence[Attach], plan: str) -> frozenset[int]:
    """Attach all files of a plan; ids of links of which a file waits.

    One that was put aside, or that is gone, keeps nobody from being finished with its record.
    """
    left: set[int] = set()
    for side in Side:
        asked = [action for action in actions if action.side is side]
        mine = _sendable(runtime, asked)
        left |= {action.link.id for action in asked if action not in mine}
        for group in _groups(mine):
            with tempfile.TemporaryDirectory(prefix="tandem-") as folder:
                files, waiting = _spooled(runtime, group, Path(folder))
                left |= waiting | _send(runtime, side, files, plan)
    return frozenset(left)


def _sendable(runtime: Runtime, actions: Sequence[Attach]) -> list[Attach]:
    """Leave out what may be under way."""
    known = runtime.store.intents.get([action.reference for action in actions])
    under_way = {m for m, one in known.items() if one.state.value in ("sent", "unclear", "done")}
    return [action for action in actions if action.reference not in under_way]


def _groups(actions: Sequence[Attach]) -> Iterator[list[Attach]]:
    group: list[Attach] = []
    for action in actions:
        full = sum(one.file.size for one in group) + action.file.size > GROUP_BYTES
        if group and (full or len(group) == GROUP_FILES):
            yield group
            group = []
        group.append(action)
    if group:
        yield group


def _spooled(
    runtime: Runtime, actions: Sequence[Attach], folder: Path
) -> tuple[list[Spooled], set[int]]:
    """Fetch contents; one that cannot be had waits, or is put aside, by itself. With them the ids
    of links of which one waits."""
    found: list[Spooled] = []
    waiting: set[int] = set()
    for number, action in enumerate(actions):
        path = folder / str(number)
        try:
            digest = _fetch(runtime, action, path)
        except Gone:
            continue  # somebody deleted it meanwhile
        except Unreachable:
            raise  # the side is down: nobody waits for it file by file
        except Rejected as error:
            _park(runtime, action, error)
        except (RetryLater, ReadAgain, BrokenAnswer) as error:
            source = action.side.other
            postpone(runtime, source, action.link.end(source), NotSent(error))
            waiting.add(action.link.id)
        else:
            found.append(Spooled(action, path, digest))
    return found, waiting


def _fetch(runtime: Runtime, action: Attach, path: Path) -> str:
    file = action.file
    with path.open("xb") as into:
        digest = runtime.adapters[action.side.other].fetch(file, into)
        size = into.tell()
    if size != file.size or (file.digest and file.digest != digest):
        raise Rejected(
            f"{action.name} came otherwise than announced",
            side=action.side.other.value,
            remedy="Open it there; where it is damaged, attach it anew.",
        )
    return digest


def _send(runtime: Runtime, side: Side, files: Sequence[Spooled], plan: str) -> set[int]:
    """Upload; the ids of links of which a file waits."""
    if not files:
        return set()
    drafts = [_draft(one) for one in files]
    intents = [_intent(one.action) for one in files]
    results = once(runtime, side, intents, lambda: runtime.adapters[side].attach(drafts))
    for one, result in zip(files, results, strict=True):
        if isinstance(result, Done) and damaged(
            runtime, one.action, one.digest, result, one.path.parent
        ):
            _withdraw(runtime, one.action, result)
        else:
            _remember(runtime, one, result, plan)
    answers = zip(files, results, strict=True)
    return {one.action.link.id for one, result in answers if not isinstance(result, Done | Refused)}


def _intent(action: Attach) -> Intent:
    end = action.link.end(action.side)
    return Intent(
        action.reference, action.pair, IntentKind.FILE, action.side, end.container,
        action.file.id, parent=end.key,
    )  # fmt: skip


def _draft(one: Spooled) -> FileDraft:
    action, end = one.action, one.action.link.end(one.action.side)
    file = action.file
    return FileDraft(
        end.container, end.key, action.name, file.type, one.path, file.size, one.digest
    )  # fmt: skip


def _remember(runtime: Runtime, one: Spooled, result: WriteResult, plan: str) -> None:
    action = one.action
    if isinstance(result, Done):
        filed(runtime, action, result.key, plan, one.digest)
        return
    if isinstance(result, Unclear):
        runtime.store.intents.unclear([action.reference])
        postpone(runtime, action.side, action.link.end(action.side), result)
        log.warning("a file is unclear", action="file.unclear", record=_label(action))
        return
    runtime.store.intents.drop([action.reference])
    if isinstance(result, Refused):
        _park(runtime, action, result.error)
    else:
        source = action.side.other
        postpone(runtime, source, action.link.end(source), result)


def _withdraw(runtime: Runtime, action: Attach, result: Done) -> None:
    """Take back a copy that arrived damaged: a person has to see to it."""
    runtime.adapters[action.side].detach([copy_of(runtime, action, result)])
    runtime.store.intents.drop([action.reference])
    error = Rejected(
        f"{action.name} was stored otherwise than it was sent, and taken back",
        side=action.side.value,
        remedy="Look for what changes files on their way, then `tandem parked retry ID`.",
    )
    _park(runtime, action, error)


def _park(runtime: Runtime, action: Attach, error: Rejected) -> None:
    place = Place(
        action.pair, action.side, action.link.end(action.side), file_field(action.file.id)
    )  # fmt: skip
    park(runtime, place, error)


def filed(runtime: Runtime, action: Attach, copy_id: str, plan: str, digest: str = "") -> None:
    """Remember that a file stands on the other side."""
    end, file = action.link.end(action.side), action.file
    row = FileLink(
        action.link.id, action.side.other, file.id, copy_id, action.name, file.size, digest
    )  # fmt: skip
    with runtime.store.transaction():
        runtime.store.files.add([row])
        runtime.store.intents.plan([_intent(action)])
        runtime.store.intents.done(action.reference, copy_id)
        runtime.store.ledger.unpark(action.side, end.key, [file_field(file.id)])
        runtime.store.ledger.record([_history(action, copy_id, plan)])
    runtime.tally.add("attached", action.side)


def _history(action: Attach, copy_id: str, plan: str) -> HistoryRow:
    author = action.file.author_name or action.file.author
    return HistoryRow(
        action.pair, action.link.id, action.side, _label(action), "attach", action.name,
        None, copy_id, f"carried from {author}", plan, "done",
    )  # fmt: skip


def _label(action: Attach) -> str:
    end = action.link.end(action.side)
    return end.label or end.key
