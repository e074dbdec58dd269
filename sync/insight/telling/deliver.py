"""Telling the desk: delivery status in columns of ours, or as one work note now and then.

Only records whose issue moved since the last telling are looked at, and only what a reader would
notice is told again: a note at most once an hour. What is written here is never carried across: no
mapping names these columns, and a note bears the reference by which copies are known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from connector.errors import NotThere
from connector.values import Comment, Done, Patch, Record, Refused
from mappings.model import MappingSpec
from mappings.sides import Side
from mappings.text import to_journal
from sync.apply.remarks import UNDER_WAY, remark
from sync.core import marks
from sync.core.knowledge import ARTICLE
from sync.core.model import IntentState, Link, LinkState
from sync.core.plan import Carried, Remark
from sync.core.tellings import bears
from sync.insight.parts import Parts
from sync.insight.telling.delivery import COLUMNS, READ, columns, delivery, digest, note
from sync.insight.telling.memory import NOTE, Memory, News, remember, remembered
from sync.runtime import Runtime, chunks, log

ROOM = 200
"""Records that one run looks at, at most: the rest has its turn at the next."""

BATCH = 100
EVERY = timedelta(hours=1)
"""As often as a note may be repeated on one record."""

PLAN = "insight"
"""What the history gives as the plan of what is written here."""


Way: TypeAlias = tuple[str, ...]
"""Columns of ours, or ``NOTE``."""

Turn: TypeAlias = tuple[MappingSpec, Way, list[Link]]
"""A pair's links that are looked at now, and where they are told."""


@dataclass(frozen=True, slots=True)
class Moves:
    """What the reading of all issues tells, by their ids: how many stories of an epic are done, and
    how many there are; and at which version an issue was seen. A comment alone moves that, and
    no link."""

    progress: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)

    def stories(self, link: Link) -> tuple[int, int]:
        """Stories of a link's epic."""
        return self.progress.get(link.jira.key, (0, 0))

    def seen(self, link: Link) -> tuple[Any, ...]:
        """What moves when there may be news of a link."""
        end = link.jira
        return (end.version, self.versions.get(end.key, ""), *self.stories(link))


def deliver(runtime: Runtime, moves: Moves, parts: Parts, *, notes: bool = True) -> int:
    """Bring what the desk sees up to date; how many records were told. Without ``notes`` only an
    instance with our columns is told."""
    told = 0
    for spec, way, links in _turns(runtime, moves, parts, notes=notes):
        with parts.part(_what(spec)):
            for part in runtime.pieces(chunks(links, BATCH)):
                news = list(_news(runtime, spec, part, moves, way))
                told += _remark(runtime, spec, news) if way == NOTE else _write(runtime, news, way)
    return told


def _what(spec: MappingSpec) -> str:
    return f"delivery status is not told on {spec.servicenow.table}"


def _turns(runtime: Runtime, moves: Moves, parts: Parts, *, notes: bool) -> Iterator[Turn]:
    """Whose turn it is in this run: of all pairs those that were looked at longest ago."""
    found: list[tuple[MappingSpec, Way, list[tuple[str, Link]]]] = []
    for spec in (one for one in runtime.specs if one.servicenow.table != ARTICLE):
        links = _linked(runtime, spec)
        with parts.part(_what(spec)):
            way = _columns(runtime, spec) or (NOTE if notes else ()) if links else ()
            found += [(spec, way, _moved(runtime, links, moves, way))] if way else []
    every = sorted((looked, link.id) for *_, rows in found for looked, link in rows)
    due = frozenset(id for _, id in every[:ROOM])
    for spec, way, rows in found:
        yield spec, way, [link for _, link in sorted(rows, key=_order) if link.id in due]


def _order(row: tuple[str, Link]) -> tuple[str, int]:
    looked, link = row
    return looked, link.id


def _linked(runtime: Runtime, spec: MappingSpec) -> list[Link]:
    return [
        link
        for link in runtime.store.links.of_pair(spec.pair)
        if link.state is LinkState.ACTIVE and link.agreed_at is not None
    ]


def _moved(
    runtime: Runtime, links: Sequence[Link], moves: Moves, way: Way
) -> list[tuple[str, Link]]:
    """Links whose issue, or whose stories, moved since they were told of, or that were told in
    another way; each with when it was looked at last."""
    known = remembered(runtime, links)
    return [
        (known[one.id].looked, one)
        for one in links
        if (known[one.id].seen, known[one.id].way) != (moves.seen(one), way)
    ]


def _news(
    runtime: Runtime,
    spec: MappingSpec,
    links: Sequence[Link],
    moves: Moves,
    way: tuple[str, ...],
) -> Iterator[News]:
    """Read the issues; one that reads as before is only remembered."""
    jira, project = runtime.adapters[Side.JIRA], spec.jira.project
    records = jira.read(project, [link.jira.key for link in links], READ)
    _meet(runtime, list(records.values()))
    words = _last_words(spec, jira.comments(project, sorted(records)))
    known, same = remembered(runtime, links), {}
    for link in links:
        record = records.get(link.jira.key)
        if record is None:
            continue  # its absence is the engine's business
        stories = moves.stories(link)
        told = delivery(record, _name(runtime), stories, words.get(record.key, ""))
        before, text, seen = known[link.id], digest(told), moves.seen(link)
        if (before.digest, before.way) != (text, way):
            yield News(link, told, text, seen, before)
        else:
            same[link.id] = before.saw(seen, way)
    remember(runtime, same)


def _meet(runtime: Runtime, records: Sequence[Record]) -> None:
    """Find out what people call whoever an issue is assigned to."""
    assigned = {str(one.fields["assignee"]) for one in records if one.fields.get("assignee")}
    runtime.directory.meet(Side.JIRA, sorted(assigned), runtime.clock())


def _name(runtime: Runtime) -> Callable[[str], str]:
    return lambda key: runtime.directory.name(Side.JIRA, key)


def _last_words(spec: MappingSpec, comments: Sequence[Comment]) -> dict[str, str]:
    """The newest comment of the team's own on each issue, with who said it; none of those that the
    mapping keeps in Jira."""
    rules = spec.comments
    own = (
        one
        for one in comments
        if bears(one.body) is None and rules.lane(one.lane, internal=one.internal) is not None
    )
    return {one.key: f"{one.author_name or one.author}: {one.body}" for one in own}


def _columns(runtime: Runtime, spec: MappingSpec) -> tuple[str, ...]:
    """Those of our columns that the instance has."""
    try:
        kinds = runtime.adapters[Side.SERVICENOW].kinds(spec.servicenow.table)
    except NotThere:
        return ()
    there = {field.name for kind in kinds for field in kind.fields}
    return tuple(name for name in COLUMNS if name in there)


def _write(runtime: Runtime, news: Sequence[News], there: tuple[str, ...]) -> int:
    """Set the columns. One that is refused has its turn again when the issue moves; one that was
    not sent, or perhaps lost, at the next run."""
    patches = [
        Patch(
            one.link.servicenow.container,
            one.link.servicenow.key,
            {name: value for name, value in columns(one.told).items() if name in there},
        )
        for one in news
    ]
    runtime.store.ensure()
    results = runtime.adapters[Side.SERVICENOW].patch(patches, ()) if patches else []
    after = {one.link.id: one.before for one in news}
    for one, result in zip(news, results, strict=True):
        if not isinstance(result, Done):
            log.info("delivery status not written", action="insight.refused",
                     record=one.link.servicenow.label, why=result.error.what)  # fmt: skip
        if isinstance(result, Done | Refused):
            after[one.link.id] = one.arrived(there, runtime.clock())
    remember(runtime, after)
    return sum(isinstance(result, Done) for result in results)


def _remark(runtime: Runtime, spec: MappingSpec, news: Sequence[News]) -> int:
    """Say it in a work note; on a record that had one within the hour it waits for its turn."""
    now = runtime.clock()
    due = [one for one in news if now - one.before.sent >= EVERY]
    open_ = _open(runtime, spec, [one.link.servicenow.key for one in due])
    said = {
        one.link.id: _saying(runtime, one, now) for one in due if one.link.servicenow.key in open_
    }
    remark(runtime, list(said.values()), PLAN)
    states = _states(runtime, said.values())
    after = {one.link.id: _after(one, said.get(one.link.id), states, now) for one in due}
    remember(runtime, {one.link.id: one.before for one in news} | after)
    return sum(states.get(one.comment.reference) is IntentState.DONE for one in said.values())


def _states(runtime: Runtime, said: Iterable[Remark]) -> Mapping[str, IntentState]:
    """What became of notes, by reference."""
    found = runtime.store.intents.get([one.comment.reference for one in said])
    return {reference: intent.state for reference, intent in found.items()}


def _after(
    one: News, said: Remark | None, states: Mapping[str, IntentState], now: datetime
) -> Memory:
    """What is remembered of a record: one that is closed is told nothing until its issue moves;
    what was held up, refused, or perhaps lost is news still."""
    if said is None:
        return one.before.saw(one.seen, NOTE)
    state = states.get(said.comment.reference)
    if state is IntentState.DONE:
        return one.arrived(NOTE, now)
    return one.before.tried(now) if state in UNDER_WAY else one.before


def _open(runtime: Runtime, spec: MappingSpec, keys: Sequence[str]) -> frozenset[str]:
    """Records that people still work on: a closed incident drops a note with 200."""
    rows = runtime.adapters[Side.SERVICENOW].read(spec.servicenow.table, keys, ("active",))
    return frozenset(key for key, row in rows.items() if row.fields.get("active") == "true")


def _saying(runtime: Runtime, news: News, now: datetime) -> Remark:
    """The note. Its name is made of what was told before, not of the time, so that after a crash
    the same note is known by it, and one that was refused gives way to a later one."""
    link, stamp = news.link, f"{now:%Y-%m-%d %H:%M:%S} UTC"
    name = f"delivery after {news.before.told or 'nothing'}"
    told = f"{name} {news.digest} {link.servicenow.key}"
    reference = marks.reference(runtime.options.installation, link.pair, Side.JIRA, told)
    head = f"{marks.VOICE}{link.jira.label}, {stamp} {reference}"
    body = to_journal(f"{head}\n\n{note(news.told)}")
    said = Carried(name, "work_notes", reference, body, "Tandem")
    return Remark(link.pair, Side.SERVICENOW, link, said)
