"""Saying something of our own on a record of either side: once, also after a lost answer or store.

What is about to be said is written down first, with the reference that stands in its first line. As
long as its answer is awaited the record's own comments are looked at; only when the settle time is
over may it be sent again, under the same reference. That is made of the wording and of what was
said before it, so that after a store was lost or restored the record's comments tell what stands
there. Nothing here needs a link: an issue without a record in ServiceNow is told as well. The
reference is what the engine knows copies by, so nothing of this is carried across.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from connector.errors import ConnectorError
from connector.values import CommentDraft, Done, NotSent, Refused, WriteResult
from mappings.sides import Side
from mappings.text import to_journal, to_wiki
from sync.core import marks
from sync.core.tellings import bears
from sync.insight.parts import Parts
from sync.runtime import Runtime, log
from sync.store import Store
from sync.store.values import FactRow

KIND = "improving said"
"""Rows of the store: what was said of an improvement, and what is on its way."""

SENT, SAID, REFUSED = "sent", "said", "refused"
AGAIN = timedelta(days=1)
"""When what was refused is tried once more: somebody may have given us the right."""

LANES: Mapping[Side, str] = {Side.SERVICENOW: "work_notes", Side.JIRA: "comment"}


@dataclass(frozen=True, slots=True)
class Words:
    """A text for a record. ``topic`` is what it is about on that side, ``digest`` which wording of
    it; ``notes`` are kept with it."""

    topic: str
    digest: str
    side: Side
    container: str
    key: str
    label: str
    text: str
    notes: Mapping[str, Any] = field(default_factory=dict)


def say(runtime: Runtime, words: Words, parts: Parts) -> bool:
    """Say it, unless this wording stands there already, was refused within the day, or may still
    arrive; whether it was said now."""
    row = runtime.store.insight.get(KIND, [words.topic]).get(words.topic)
    reference = ""
    if row is not None and row.data["state"] == SENT:
        if _stands(runtime, words, str(row.data["reference"])):
            row = _keep(runtime, words, {**row.data, "state": SAID}, row.at)
        elif _may_arrive(runtime, words.side, row.at):
            return False
        elif row.data["digest"] == words.digest:
            reference = str(row.data["reference"])
    if row is None or row.data["digest"] != words.digest:
        if _is_known(runtime, words, row):
            return False
    elif _is_settled(runtime, words, row):
        return False
    result = _send(runtime, words, reference, row)
    if isinstance(result, Refused):
        parts.refused("a comment was refused on", words.label, result.error)
    return isinstance(result, Done)


def told(store: Store, topics: Collection[str]) -> dict[str, Mapping[str, Any]]:
    """What is kept of the last text about each of these, where there was one."""
    return {topic: row.data for topic, row in store.insight.get(KIND, topics).items()}


def _stands(runtime: Runtime, words: Words, reference: str) -> bool:
    adapter = runtime.adapters[words.side]
    comments = adapter.comments(words.container, [words.key], fresh=True)
    return any(bears(one.body) == reference for one in comments)


def _is_known(runtime: Runtime, words: Words, last: FactRow | None) -> bool:
    """Whether a wording that the store does not know stands on the record; the store does then."""
    adapter = runtime.adapters[words.side]
    comments = adapter.comments(words.container, [words.key], fresh=True)
    borne = {one for comment in comments if (one := bears(comment.body))}
    for before in ("", *sorted(borne)) if last is None else (str(last.data["reference"]),):
        if (reference := _reference(runtime, words, before)) in borne:
            data = {**words.notes, "digest": words.digest, "reference": reference, "state": SAID}
            _keep(runtime, words, data, adapter.server_now())
            return True
    return False


def _reference(runtime: Runtime, words: Words, before: str) -> str:
    """The reference of a wording, said after the one of that reference, if any."""
    name = " ".join(filter(None, (words.topic, words.digest, before)))
    return marks.reference(runtime.options.installation, KIND, words.side, name)


def _may_arrive(runtime: Runtime, side: Side, sent: datetime) -> bool:
    settle = timedelta(seconds=runtime.options.settle[side])
    return runtime.adapters[side].server_now() - sent < settle


def _is_settled(runtime: Runtime, words: Words, row: FactRow) -> bool:
    """Whether nothing is left to do: it stands there, or was refused within the day."""
    if row.data["state"] == REFUSED:
        return runtime.adapters[words.side].server_now() - row.at < AGAIN
    return bool(row.data["state"] == SAID)


def _send(runtime: Runtime, words: Words, reference: str, before: FactRow | None) -> WriteResult:
    adapter, now = runtime.adapters[words.side], runtime.adapters[words.side].server_now()
    if not reference:
        last = str(before.data["reference"]) if before else ""
        reference = _reference(runtime, words, last)
    data = {**words.notes, "digest": words.digest, "reference": reference, "state": SENT}
    _keep(runtime, words, data, now)
    runtime.store.ensure()
    lane, body = LANES[words.side], _body(words, reference, now)
    try:
        [result] = adapter.comment(
            [CommentDraft(words.container, words.key, lane, body, reference)]
        )
    except ConnectorError:
        _restore(runtime, words, before)
        raise
    if isinstance(result, Done):
        _keep(runtime, words, {**data, "state": SAID}, now)
        return result
    if isinstance(result, Refused):
        _keep(runtime, words, {**data, "state": REFUSED}, now)
    elif isinstance(result, NotSent):
        _restore(runtime, words, before)
    log.info("not said of an improvement", action="insight.unsaid", record=words.label,
             why=result.error.what)  # fmt: skip
    return result


def _restore(runtime: Runtime, words: Words, before: FactRow | None) -> None:
    """Nothing was sent: as if nothing had been written down."""
    if before is None:
        runtime.store.insight.drop(KIND, [words.topic])
    else:
        runtime.store.insight.put([before])


def _body(words: Words, reference: str, now: datetime) -> str:
    head = f"{marks.VOICE}{words.label}, {now:%Y-%m-%d %H:%M:%S} UTC {reference}"
    if words.side is Side.JIRA:
        return f"{head}\n\n{to_wiki(words.text)}"
    return to_journal(f"{head}\n\n{words.text}")


def _keep(runtime: Runtime, words: Words, data: Mapping[str, Any], at: datetime) -> FactRow:
    row = FactRow(KIND, words.topic, at, dict(data))
    runtime.store.insight.put([row])
    return row
