"""Saying something on a change, exactly once: a work note by a name of its own.

A note is known by the reference in its first line, which is computed from its name, so whatever
becomes of an answer, a process or the store, the record's own journal tells whether it stands
there; and it is never carried across, as copies are not. The intent is durable before the note is
sent, and the engine settles what stays unclear, as it does for comments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

from connector.values import Comment, CommentDraft, Done, Refused, Unclear
from mappings.sides import Side
from mappings.text import to_journal
from sync.apply.once import once
from sync.apply.remarks import UNDER_WAY, arrived
from sync.core import marks
from sync.core.model import Intent, IntentKind, IntentState, Link
from sync.core.plan import Carried, Remark
from sync.core.tellings import bears
from sync.insight.parts import Parts
from sync.runtime import Runtime, chunks, log
from sync.store.values import SentIntent

HERE = Side.SERVICENOW
LANE = "work_notes"
PLAN = "insight"
BATCH = 100

Heard: TypeAlias = Mapping[tuple[str, str | None], Comment]
"""What stands on records: entries by record and reference."""


@dataclass(frozen=True, slots=True)
class Note:
    """What is to be said on the change of a link. ``name`` is its own on that record; ``settle`` is
    called once it stands there, or cannot be said any more."""

    link: Link
    name: str
    text: str
    at: datetime
    settle: Callable[[], None]


@dataclass(frozen=True, slots=True)
class _Written:
    """A note in its final form."""

    note: Note
    remark: Remark

    @property
    def reference(self) -> str:
        return self.remark.comment.reference

    @property
    def key(self) -> str:
        return self.note.link.servicenow.key


def say(runtime: Runtime, notes: Sequence[Note], parts: Parts) -> int:
    """Say what is not said yet, on changes that are open; how many came to stand there by this."""
    return sum(_say(runtime, part, parts) for part in runtime.pieces(chunks(notes, BATCH)))


def _say(runtime: Runtime, notes: Sequence[Note], parts: Parts) -> int:
    written = [_written(runtime, note) for note in notes]
    known = runtime.store.comments.known({note.link.id for note in notes})
    there = {(id, row.source_id) for id, rows in known.items() for row in rows}
    left = []
    for one in written:
        if (one.note.link.id, one.note.name) in there:
            one.note.settle()
        else:
            left.append(one)
    return _left(runtime, left, parts) if left else 0


def _left(runtime: Runtime, written: Sequence[_Written], parts: Parts) -> int:
    """Those of which the store does not know that they stand there: the journal does."""
    table = written[0].note.link.servicenow.container
    keys = list(dict.fromkeys(one.key for one in written))
    rows = runtime.adapters[HERE].read(table, keys, ("active",))
    heard = _heard(runtime.adapters[HERE].comments(table, keys, fresh=True))
    intents = runtime.store.intents.get([one.reference for one in written])
    due, said = [], 0
    for one in written:
        copy = heard.get((one.key, one.reference))
        active = rows[one.key].fields.get("active") if one.key in rows else None
        if copy is not None:
            arrived(runtime, one.remark, copy.id, PLAN)
            one.note.settle()
            said += 1
        elif active == "false":
            one.note.settle()  # a closed record drops it
        elif active == "true" and not _is_under_way(intents.get(one.reference)):
            due.append(one)
    return said + _sent(runtime, due, parts)


def _heard(comments: Iterable[Comment]) -> Heard:
    return {(one.key, bears(one.body)): one for one in comments}


def _is_under_way(intent: SentIntent | None) -> bool:
    return intent is not None and intent.state in UNDER_WAY - {IntentState.DONE}


def _sent(runtime: Runtime, due: Sequence[_Written], parts: Parts) -> int:
    if not due:
        return 0
    drafts = [_draft(one) for one in due]
    intents = [_intent(one) for one in due]
    results = once(runtime, HERE, intents, lambda: runtime.adapters[HERE].comment(drafts))
    said = 0
    for one, result in zip(due, results, strict=True):
        if isinstance(result, Done):
            arrived(runtime, one.remark, result.key, PLAN)
            one.note.settle()
            said += 1
        elif isinstance(result, Unclear):
            runtime.store.intents.unclear([one.reference])
        else:
            runtime.store.intents.drop([one.reference])
            label = one.note.link.servicenow.label
            if isinstance(result, Refused):
                one.note.settle()
                parts.refused("a note was refused, and is not tried again, on", label, result.error)
            log.info("a note was not taken", action="insight.refused", record=label,
                     why=result.error.what)  # fmt: skip
    return said


def _written(runtime: Runtime, note: Note) -> _Written:
    link = note.link
    named = f"{note.name} {link.servicenow.key}"
    reference = marks.reference(runtime.options.installation, link.pair, Side.JIRA, named)
    stamp = f"{note.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    head = f"{marks.VOICE}{link.servicenow.label}, {stamp} {reference}"
    said = Carried(note.name, LANE, reference, to_journal(f"{head}\n\n{note.text}"), "Tandem")
    return _Written(note, Remark(link.pair, HERE, link, said))


def _draft(one: _Written) -> CommentDraft:
    end = one.note.link.servicenow
    return CommentDraft(end.container, end.key, LANE, one.remark.comment.body, one.reference)


def _intent(one: _Written) -> Intent:
    link = one.note.link
    end = link.servicenow
    return Intent(
        one.reference, link.pair, IntentKind.COMMENT, HERE, end.container, one.note.name,
        parent=end.key,
    )  # fmt: skip
