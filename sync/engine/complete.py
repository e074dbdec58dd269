"""Settling what a crash or a lost answer left open (reliability: 6.2, 6.4).

For every intent whose fate is unknown the other side is asked for its mark. Found means adopted, at
once. Not found means nothing until the settle time has passed on that side's own clock: only then
may the write be sent again, with the same mark, and not more often than three times.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from connector.errors import ConnectorError, Rejected
from connector.values import Comment, Record
from mappings.sides import Side
from sync.apply.asks import hung, written
from sync.apply.common import COMMENTED, FILED, Place, comment_field, file_field, park
from sync.apply.creates import made
from sync.apply.files import filed
from sync.apply.remarks import arrived
from sync.core import marks
from sync.core.knowledge import ARTICLE, FIELD, PROBLEM
from sync.core.model import End, Intent, IntentKind, IntentState, Link
from sync.core.plan import Attach, Carried, Remark
from sync.core.tellings import digest_of_copy, parts_of
from sync.engine.cases import Case
from sync.engine.copies import copies
from sync.engine.doubles import report
from sync.engine.filing import arrivals
from sync.engine.listing import both_listed, desk
from sync.engine.propose import end_of, made_by_us
from sync.engine.removals import settle_removals
from sync.runtime import Look, Runtime, chunks, container, log
from sync.store.values import SentIntent

ATTEMPTS = 3
FIRST_GAP, LONGEST_GAP = 5.0, 60.0
"""Seconds between two looks for the same write."""

MAKING = frozenset({IntentKind.CREATE, IntentKind.ARTICLE})
"""Writes that are found again by the mark of a record."""

FOUND = "found by its mark after an unclear answer"

KNOWING = frozenset({IntentKind.ARTICLE, IntentKind.TIE})
"""Writes about knowledge that are no record's twin."""

DOUBT = timedelta(seconds=5)
"""Two servers of one side may disagree about the time by this much."""


def complete(runtime: Runtime) -> int:
    """Look after all open intents; the number that stay unclear."""
    waiting = [one for one in _unclear(runtime) if due(runtime, one.marker)]
    for side in Side:
        creates = [i for i in waiting if i.side is side and i.kind in MAKING]
        for where in dict.fromkeys(intent.container for intent in creates):
            part = [intent for intent in creates if intent.container == where]
            for batch in chunks(part, 50):
                _creates(runtime, side, where, batch)
        remarks = [i for i in waiting if i.side is side and i.kind is IntentKind.COMMENT]
        for where in dict.fromkeys(intent.container for intent in remarks):
            _remarks(runtime, side, where, [i for i in remarks if i.container == where])
        files = [i for i in waiting if i.side is side and i.kind is IntentKind.FILE]
        _files(runtime, side, files)
        removals = [i for i in waiting if i.side is side and i.kind is IntentKind.DELETE]
        settle_removals(runtime, side, removals)
        _ties(runtime, side, [i for i in waiting if i.side is side and i.kind is IntentKind.TIE])
    left = _unclear(runtime)
    for intent in left:
        look_again(runtime, intent.marker, intent.side, intent.sent_at)
    return len(left)


def next_look(runtime: Runtime) -> datetime | None:
    """When the next unclear write is looked for; ``None`` when there is none."""
    fresh = Look(0, runtime.clock())
    looks = (runtime.looks.get(one.marker, fresh) for one in _unclear(runtime))
    return min((look.due for look in looks), default=None)


def _unclear(runtime: Runtime) -> list[SentIntent]:
    return [one for one in runtime.store.intents.open() if one.state is not IntentState.PLANNED]


def due(runtime: Runtime, marker: str) -> bool:
    """Whether an unclear write is to be looked for now."""
    look = runtime.looks.get(marker)
    return look is None or look.due <= runtime.clock()


def look_again(runtime: Runtime, marker: str, side: Side, sent_at: datetime | None) -> None:
    """Ever more seldom, and once more as soon as the settle time is over."""
    if not due(runtime, marker):
        return
    count = runtime.looks[marker].count + 1 if marker in runtime.looks else 1
    gap = min(FIRST_GAP * 2.0 ** (count - 1), LONGEST_GAP)
    settle = runtime.options.settle[side]
    if sent_at is not None:
        age = (runtime.adapters[side].server_now() - sent_at).total_seconds()
        gap = min(gap, max(1.0, settle - age))
    runtime.looks[marker] = Look(count, runtime.clock() + timedelta(seconds=gap))


def _creates(runtime: Runtime, side: Side, where: str, intents: Sequence[Intent]) -> None:
    wanted = {_mark(runtime, intent): intent for intent in intents}
    found = runtime.adapters[side].find(where, list(wanted))
    for mark, intent in wanted.items():
        hits = [record for record in found.get(mark, ()) if _ours(runtime, intent, record)]
        if hits:
            _adopt(runtime, intent, *sorted(hits, key=lambda one: (len(one.key), one.key)))
        else:
            _not_found(runtime, intent)


def _mark(runtime: Runtime, intent: Intent) -> str:
    if intent.side is Side.JIRA or intent.kind is IntentKind.ARTICLE:
        return marks.label(intent.marker)
    return marks.correlation(runtime.options.jira_host, intent.source_key)


def _ours(runtime: Runtime, intent: Intent, record: Record) -> bool:
    first: datetime | None = getattr(intent, "first_sent_at", None) or intent.sent_at
    young = first is None or record.created >= first - DOUBT
    return young and made_by_us(runtime, intent.side, record)


def _adopt(runtime: Runtime, intent: Intent, twin: Record, *others: Record) -> None:
    if intent.kind is IntentKind.ARTICLE:
        found = (intent.source_key, twin.key)
        written(runtime, intent.pair, intent.marker, found, (FOUND, ""))
        return
    origin = _origin(runtime, intent)
    if origin is None:
        return
    # One that moved away meanwhile belongs where it was made: the link is frozen until it is back.
    there = replace(end_of(twin), container=intent.container)
    ends = {intent.side: there, intent.side.other: origin}
    link = Link(
        0, intent.pair, ends[Side.SERVICENOW], ends[Side.JIRA], origin=intent.side.other,
        made_at=runtime.adapters[intent.side.other].server_now(),
    )  # fmt: skip
    made(runtime, link, intent.marker, "", FOUND)
    for other in others:
        report(runtime, link, end_of(other))
    runtime.tally.add("created", intent.side)
    log.info("adopted after an unclear create", action="create.adopted", record=twin.label)


def _origin(runtime: Runtime, intent: Intent) -> End | None:
    spec = runtime.spec(intent.pair)
    if spec is None:
        return None
    side = intent.side.other
    where = container(spec, side)
    record = runtime.read(side, where, [intent.source_key]).get(intent.source_key)
    # One that moved away meanwhile belongs where it was asked for, like its twin.
    return replace(end_of(record), container=where) if record else End(where, intent.source_key)


def _not_found(runtime: Runtime, intent: Intent) -> None:
    now = runtime.adapters[intent.side].server_now()
    settle = timedelta(seconds=runtime.options.settle[intent.side])
    if intent.sent_at is not None and now - intent.sent_at < settle:
        if intent.state is IntentState.SENT:
            runtime.store.intents.unclear([intent.marker])
        return
    if intent.attempt >= ATTEMPTS:
        _give_up(runtime, intent)
        return
    with runtime.store.transaction():
        runtime.store.intents.drop([intent.marker])
        _wake(runtime, intent)
    log.info("settled as not done", action="intent.settled", marker=intent.marker)


def _give_up(runtime: Runtime, intent: Intent) -> None:
    error = Rejected(
        f"{intent.side} did not answer clearly {ATTEMPTS} times and shows nothing of it",
        side=intent.side.value,
        remedy="Check that side's log, then `tandem parked retry ID`.",
    )
    with runtime.store.transaction():
        park(runtime, _place(runtime, intent), error)
        runtime.store.intents.drop([intent.marker])
        if intent.kind is IntentKind.COMMENT:
            _wake(runtime, intent)  # what stood behind it on the same record may go on now


def _place(runtime: Runtime, intent: Intent) -> Place:
    """Where a person finds what was given up: the comment's record, or the record without twin."""
    if intent.kind in KNOWING:
        return Place(intent.pair, intent.side, _asking(intent), FIELD)
    link = runtime.store.links.by_keys(intent.side, [intent.parent]).get(intent.parent)
    if intent.kind is not IntentKind.CREATE and link is not None:
        named = comment_field if intent.kind is IntentKind.COMMENT else file_field
        field = named(intent.source_key)
        return Place(intent.pair, intent.side, link.end(intent.side), field)
    return Place(intent.pair, intent.side.other, _origin_end(runtime, intent))


def _origin_end(runtime: Runtime, intent: Intent) -> End:
    try:
        origin = _origin(runtime, intent)
    except ConnectorError:
        origin = None
    spec = runtime.spec(intent.pair)
    where = container(spec, intent.side.other) if spec else ""
    return origin or End(where, intent.source_key)


def _wake(runtime: Runtime, intent: Intent) -> None:
    """Have the origin looked at again, so that the write is planned anew."""
    if intent.kind in KNOWING:
        end = _asking(intent)
        runtime.store.inbox.nudge(intent.side, end.container, [end.key], "changed")
        return
    if intent.kind is not IntentKind.CREATE:
        link = runtime.store.links.by_keys(intent.side, [intent.parent]).get(intent.parent)
        if link is not None:
            # A word on a file left out is planned where files are listed, and one on an article
            # where the incident itself was read: it has to be open.
            told = (COMMENTED, FILED) if intent.kind is IntentKind.COMMENT else (FILED,)
            for side in Side:
                end = link.end(side)
                for reason in told:
                    runtime.store.inbox.nudge(side, end.container, [end.key], reason)
        return
    spec = runtime.spec(intent.pair)
    if spec is not None:
        where = container(spec, intent.side.other)
        reason = f"listed:{intent.pair}"
        runtime.store.inbox.nudge(intent.side.other, where, [intent.source_key], reason)


def _ties(runtime: Runtime, side: Side, intents: Sequence[Intent]) -> None:
    """Articles whose tie to a task got no answer: the table tells."""
    if not intents:
        return
    tasks = sorted({intent.parent for intent in intents})
    there = {(t.task, t.article) for t in runtime.adapters[side].ties(tasks) if t.written}
    for intent in intents:
        if (intent.parent, intent.source_key) in there:
            found = (intent.parent, intent.source_key)
            hung(runtime, intent.pair, intent.marker, found, (FOUND, ""))
        else:
            _not_found(runtime, intent)


def _asking(intent: Intent) -> End:
    """The problem that asked for an article, or the article that was to be tied."""
    where = PROBLEM if intent.kind is IntentKind.ARTICLE else ARTICLE
    return End(where, intent.source_key)


def _remarks(runtime: Runtime, side: Side, where: str, intents: Sequence[Intent]) -> None:
    parents = list(dict.fromkeys(intent.parent for intent in intents))
    heard = runtime.adapters[side].comments(where, parents, fresh=True)
    there = {
        (key, reference): copy
        for key in parents
        for reference, copy in copies(one for one in heard if one.key == key).items()
    }
    links = runtime.store.links.by_keys(side, parents)
    for intent in intents:
        copy = there.get((intent.parent, intent.marker))
        link = links.get(intent.parent)
        if copy is not None and link is not None:
            with runtime.store.transaction():
                arrived(runtime, Remark(intent.pair, side, link, _found(intent, copy)), copy.id, "")
                # What stood behind it on the same record may go on now.
                _wake(runtime, intent)
        else:
            _not_found(runtime, intent)


def _found(intent: Intent, copy: Comment) -> Carried:
    """A text that arrived although its answer was lost; it tells itself what was sent."""
    return Carried(
        intent.source_key, copy.lane, intent.marker, "", "",
        digest=digest_of_copy(copy.body), parts=parts_of(copy.body),
    )  # fmt: skip


def _files(runtime: Runtime, side: Side, intents: Sequence[Intent]) -> None:
    parents = list(dict.fromkeys(intent.parent for intent in intents))
    links = runtime.store.links.by_keys(side, parents)
    for parent in parents:
        mine = [intent for intent in intents if intent.parent == parent]
        link = links.get(parent)
        spec = runtime.spec(link.pair) if link else None
        if link is None or spec is None:
            runtime.store.intents.drop([intent.marker for intent in mine])
            continue
        case = both_listed(runtime, Case(spec, link, (), {}, {}))
        _settle_files(runtime, case, side, mine)


def _settle_files(runtime: Runtime, case: Case, side: Side, intents: Sequence[Intent]) -> None:
    around = desk(runtime, [case])
    there = dict(arrivals(case, side, around))
    originals = {file.id: file for file in case.files.get(side.other, ())}
    for intent in intents:
        copy = there.get(intent.source_key)
        if copy is None:
            _not_found(runtime, intent)
            continue
        original = originals[intent.source_key]
        action = Attach(case.spec.pair, side, case.link, original, copy.name, intent.marker)
        filed(runtime, action, copy.id, "", copy.digest)
