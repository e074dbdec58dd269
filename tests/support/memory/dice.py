"""Calls of a store at random, the same for every store: what two of them answer can be compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Literal, TypeAlias

from sync.core.model import PairState
from sync.store import QueuedRow, Store
from sync.store.values import FactRow
from tests.support.memory.pools import IDS, KEYS, NOON, WORDS, Pools

Call: TypeAlias = Callable[[Store], object]
KINDS: tuple[Literal["records", "comments", "files"], ...] = ("records", "comments", "files")
REASONS = ("changed", "commented", "again")


def each(*calls: Call) -> Call:
    """Several calls, one after the other."""
    return lambda store: [call(store) for call in calls]


class Dice(Pools):
    """Throws calls. Rows that were read earlier come back, as a process would bring them."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.read: list[QueuedRow] = []

    def throws(self, count: int) -> Iterator[Call]:
        """So many calls."""
        made = [getattr(self, name) for name in sorted(dir(self)) if name.startswith("_do_")]
        for _ in range(count):
            call: Call = self.one(made)()
            yield call

    # -- links ---------------------------------------------------------------------------------

    def _do_add(self) -> Call:
        link = self.link(0)
        return lambda store: store.links.add(link)

    def _do_add_more(self) -> Call:
        return self._do_add()

    def _do_save(self) -> Call:
        link = self.link(self.id())
        return lambda store: store.links.save(link)

    def _do_look(self) -> Call:
        side, keys, ids = self.side(), self.some(KEYS), self.some(IDS)
        return each(
            lambda store: store.links.by_keys(side, keys), lambda store: store.links.by_ids(ids)
        )

    def _do_pages(self) -> Call:
        pair, ended = self.one("pq"), self.yes()
        return each(
            lambda store: list(store.links.of_pair(pair, ended=ended)),
            lambda store: store.links.count(pair),
        )

    def _do_find(self) -> Call:
        word = self.one(WORDS + KEYS)
        return lambda store: store.links.find(word)

    def _do_decorate(self) -> Call:
        done, again, limit = self.some(IDS), self.some(IDS), self.id()
        return each(
            lambda store: store.links.decorated(done),
            lambda store: store.links.undecorate(again),
            lambda store: store.links.undecorated(limit),
        )

    def _do_saw(self) -> Call:
        side, versions = self.side(), {id: self.word() for id in self.some(IDS)}
        return lambda store: store.links.saw(side, versions)

    def _do_set_many(self) -> Call:
        bases = {id: self.bases() for id in self.some(IDS, 2)}
        return lambda store: store.links.set_many(bases)

    def _do_set_bases(self) -> Call:
        id, bases = self.id(), self.bases()
        return lambda store: store.links.set_bases(id, bases)

    def _do_drop_bases(self) -> Call:
        id, names = self.id(), self.some("fgh")
        return lambda store: store.links.drop_bases(id, names)

    def _do_read_bases(self) -> Call:
        ids, field, side, value = self.some(IDS), self.one("fgh"), self.side(), self.value()
        return each(
            lambda store: store.links.bases(ids),
            lambda store: store.links.with_base(field, side, value),
        )

    # -- streams -------------------------------------------------------------------------------

    def _do_accept(self) -> Call:
        stream, side, kind, page = self.one("xy"), self.side(), self.one(KINDS), self.sightings()
        cursor, keep = self.at(), self.at()
        return lambda store: store.inbox.accept(stream, side, kind, page, cursor, keep)

    def _do_skip(self) -> Call:
        stream, side, page, cursor = self.one("xy"), self.side(), self.sightings(), self.at()
        return each(
            lambda store: store.inbox.skip(stream, side, page, cursor),
            lambda store: store.inbox.cursor(stream),
        )

    def _do_nudge(self) -> Call:
        side, place, keys, reason = self.side(), self.word(), self.some(KEYS), self.one(REASONS)
        return lambda store: store.inbox.nudge(side, place, keys, reason)

    def _do_delay(self) -> Call:
        side, keys, due = self.side(), self.some(KEYS), self.at()
        return lambda store: store.inbox.delay(side, "a", keys, "later", due)

    def _do_rows(self) -> Call:
        limit, now = self.id(), self.at()

        def rows(store: Store) -> object:
            found = store.inbox.rows(limit, now)
            self.read = [*found, *self.read[:3]]
            return found

        return each(
            rows,
            lambda store: store.inbox.count(),
            lambda store: store.inbox.waiting(now),
            lambda store: store.inbox.next_due(),
        )

    def _do_done(self) -> Call:
        rows = self.some(self.read) if self.read else []
        return lambda store: store.inbox.done(rows)

    def _do_postpone(self) -> Call:
        rows, due, attempts = self.some(self.read) if self.read else [], self.at(), self.id()
        return lambda store: store.inbox.postpone(rows, due, attempts)

    def _do_plan(self) -> Call:
        intents = [self.intent() for _ in self.some(IDS)]
        return lambda store: store.intents.plan(intents)

    def _do_plan_more(self) -> Call:
        return self._do_plan()

    def _do_send(self) -> Call:
        markers, at = [self.marker() for _ in self.some(IDS, 2)], self.at()
        return each(
            lambda store: store.intents.sent(markers, at), lambda store: store.intents.get(markers)
        )

    def _do_drop(self) -> Call:
        markers = [self.marker() for _ in self.some(IDS, 2)]
        return lambda store: store.intents.drop(markers)

    def _do_finish(self) -> Call:
        marker, result = self.marker(), self.word()
        return lambda store: store.intents.done(marker, result)

    def _do_doubt(self) -> Call:
        markers = [self.marker() for _ in self.some(IDS, 2)]
        if self.yes(0.2):
            return lambda store: store.intents.unclear_all_sent()
        return each(
            lambda store: store.intents.unclear(markers), lambda store: store.intents.open()
        )

    def _do_comments(self) -> Call:
        rows, ids = [self.comment() for _ in self.some(IDS, 2)], self.some(IDS)
        return each(lambda store: store.comments.add(rows), lambda store: store.comments.known(ids))

    def _do_files(self) -> Call:
        rows, ids = [self.file() for _ in self.some(IDS, 2)], self.some(IDS)
        return each(lambda store: store.files.add(rows), lambda store: store.files.known(ids))

    # -- the ledger and the rest ---------------------------------------------------------------

    def _do_unfile(self) -> Call:
        rows, ids = [self.file() for _ in self.some(IDS, 2)], self.some(IDS)
        return each(lambda store: store.files.unfile(rows), lambda store: store.files.known(ids))

    def _do_forget(self) -> Call:
        rows, ids = [self.file() for _ in self.some(IDS, 2)], self.some(IDS)
        return each(lambda store: store.files.forget(rows), lambda store: store.files.known(ids))

    def _do_absences(self) -> Call:
        rows, ids, now = [self.absence() for _ in self.some(IDS, 2)], self.some(IDS), self.at()
        return each(
            lambda store: store.absences.save(rows),
            lambda store: store.absences.of(ids),
            lambda store: store.absences.due(now),
            lambda store: store.absences.all(),
        )

    def _do_facts(self) -> Call:
        rows = [
            FactRow(self.one("uv"), self.word(), self.at(), {"n": n}) for n in self.some(IDS, 2)
        ]
        keys, kind, before = [self.word()], self.one("uv"), self.at()
        return each(
            lambda store: store.insight.put({(r.kind, r.key): r for r in rows}.values()),
            lambda store: store.insight.drop(kind, keys),
            lambda store: store.insight.get(kind, [row.key for row in rows]),
            lambda store: store.insight.forget(kind, before),
            lambda store: list(store.insight.all(kind)),
            lambda store: store.insight.count(kind),
        )

    def _do_conflict(self) -> Call:
        conflict = self.conflict()
        return lambda store: store.ledger.open_conflict(conflict)

    def _do_close(self) -> Call:
        id, reason = self.id(), self.word()
        return lambda store: store.ledger.close_conflict(id, "jira", reason)

    def _do_conflicts(self) -> Call:
        id, ids, every = self.id(), self.some(IDS), self.yes()
        return each(
            lambda store: store.ledger.conflicts(every),
            lambda store: store.ledger.conflict(id),
            lambda store: store.ledger.conflicts_of(ids),
        )

    def _do_park(self) -> Call:
        parked = self.parked()
        return lambda store: store.ledger.park(parked)

    def _do_unpark(self) -> Call:
        side, key, names = self.side(), self.key(), self.some("fg") if self.yes() else None
        return lambda store: store.ledger.unpark(side, key, names)

    def _do_parked(self) -> Call:
        side, keys, id = self.side(), self.some(KEYS), self.id()
        return each(
            lambda store: store.ledger.parked(),
            lambda store: store.ledger.parked_row(id),
            lambda store: store.ledger.parked_of(side, keys),
        )

    def _do_record(self) -> Call:
        rows = [self.history() for _ in self.some(IDS, 2)]
        return lambda store: store.ledger.record(rows)

    def _do_history(self) -> Call:
        id, ids, since = self.id(), self.some(IDS), self.at()
        return each(
            lambda store: store.ledger.history(id), lambda store: store.ledger.recent(ids, since)
        )

    def _do_prune(self) -> Call:
        before = NOON - timedelta(seconds=self.id() / 3)
        return lambda store: store.ledger.prune_history(before)

    def _do_patches(self) -> Call:
        patches, ids = [self.patch() for _ in self.some(IDS, 2)], self.some(range(20))
        return each(
            lambda store: store.patches.sent(patches),
            lambda store: store.patches.answered(ids),
            lambda store: store.patches.open(),
        )

    def _do_people(self) -> Call:
        side, rows = self.side(), [self.person() for _ in self.some(IDS, 3)]
        return each(
            lambda store: store.directory.save_people(rows),
            lambda store: store.directory.people(side),
        )

    def _do_fact(self) -> Call:
        side, name, other, value = self.side(), self.key(), self.key(), self.word()
        return each(
            lambda store: store.directory.memory(side).put(name, value),
            lambda store: store.directory.memory(side).get(other),
        )

    def _do_pair(self) -> Call:
        extra = {name: self.one(("", "a", "\ud800")) for name in self.some("cab")}
        state = PairState(self.one("pq"), self.one("fg"), self.yes(), self.yes(), extra)
        return each(
            lambda store: store.pairs.save(state),
            lambda store: store.pairs.get("p"),
            lambda store: store.pairs.get("r"),
        )

    def _do_meta(self) -> Call:
        name, value = self.one("ab"), self.one(("", "1", "\u00e4"))
        return each(
            lambda store: store.meta.put(name, value),
            lambda store: store.meta.get("a"),
            lambda store: store.meta.get("c"),
        )

    def _do_check(self) -> Call:
        return each(
            lambda store: store.maintenance.check(),
            lambda store: store.maintenance.schema_version(),
        )
