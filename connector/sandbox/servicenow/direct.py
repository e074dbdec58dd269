"""The direct mount: the adapter interface on the world itself, without HTTP.

For simulation by the ten thousand and for the contract suite that the real adapter passes too.
What a real adapter would pay in requests is counted, what a network would do is done by
:class:`connector.sandbox.weather.Wire`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import BinaryIO

from connector.address import Address
from connector.articles import ARTICLE, ATTACHED, MOVED, Tie
from connector.base import Meter
from connector.contents import File, FileDraft
from connector.errors import AccessLost, ConnectorError, Gone, NotThere, Rejected
from connector.outcomes import settled
from connector.sandbox.faults import Faults
from connector.sandbox.people import INTEGRATION
from connector.sandbox.servicenow import direct_feed as feeds
from connector.sandbox.servicenow import direct_shapes as shapes
from connector.sandbox.servicenow.direct_articles import DirectArticles
from connector.sandbox.servicenow.direct_counts import Counted
from connector.sandbox.servicenow.direct_files import DirectFiles
from connector.sandbox.servicenow.direct_moves import Moves
from connector.sandbox.servicenow.direct_people import DirectPeople
from connector.sandbox.servicenow.direct_removing import DirectRemoving
from connector.sandbox.servicenow.direct_witness import DirectWitness
from connector.sandbox.servicenow.direct_writes import Writes
from connector.sandbox.servicenow.evaluate import Evaluation
from connector.sandbox.servicenow.knobs import Caller
from connector.sandbox.servicenow.query import NotModelled
from connector.sandbox.servicenow.refusal import Refusal
from connector.sandbox.servicenow.schema import Row
from connector.sandbox.servicenow.table_api import check_table
from connector.sandbox.servicenow.values import moment, stamp
from connector.sandbox.servicenow.world import World
from connector.sandbox.weather import Tally, Weather, Wire, sleeper
from connector.values import (
    Authorship,
    Comment,
    CommentDraft,
    Draft,
    Group,
    Identity,
    KindInfo,
    Move,
    Patch,
    Person,
    Placing,
    Record,
    RemoteLink,
    SightingPage,
    Stream,
    StreamKind,
    WriteResult,
)

HOST = "sandbox.service-now.example"
_PAGE = 200


class DirectServiceNow(Counted):
    """One side of a sync, straight on a :class:`World`."""

    name = "servicenow"
    reads_lag = False

    def __init__(
        self,
        world: World,
        *,
        faults: Faults | None = None,
        login: str = INTEGRATION,
        host: str = HOST,
        sleep: Callable[[float], None] | None = None,
        problem_state_path: str = "",
    ) -> None:
        self.world = world
        self.host = host
        self.meter: Meter = Tally()
        self.weather = Weather(faults or Faults(), world.clock)
        self._login = login
        sleep = sleep or sleeper(world.clock)
        self._wire = Wire(self.name, self.weather, self.meter, sleep)
        self._writes = Writes(world, self._wire, sleep, self._shown)
        self._files = DirectFiles(world, self._wire, self._known, self._select)
        self._people = DirectPeople(world, self._select, self._read)
        self._moves = Moves(world, self._wire, self._writes, self._shown, problem_state_path)
        self._removing = DirectRemoving(world, self._wire, self._me)
        self._articles = DirectArticles(world, self._wire, self._writes, self._select, self._shown)
        self.witness = DirectWitness(world, self._me, self._asked, self._articles.closed)

    # ---- who and when

    def identity(self) -> Identity:
        """The account, named by its login as records name their authors, and the instance."""
        self._read("/api/now/table/sys_user")
        me = self._known()
        return Identity(me.sys_id, me.login, self.host, "instance", "", self.server_now())

    def server_now(self) -> datetime:
        """The instance's clock, as a ``Date`` header would tell it."""
        return self.world.clock.now().replace(microsecond=0)

    def close(self) -> None:
        """Nothing is kept open."""

    # ---- feeds

    def streams(self, containers: Collection[str]) -> tuple[Stream, ...]:
        """One stream a table, then one of journals, one of decisions on changes, one of files."""
        names = tuple(sorted(name for name in containers if name != ARTICLE))
        knowledge = (MOVED, ATTACHED) if ARTICLE in containers else ()
        tables = (Stream(f"table:{name}", StreamKind.RECORDS, (name,)) for name in names)
        decisions = (feeds.APPROVALS,) if "change_request" in names else ()
        journal = Stream("journal", StreamKind.COMMENTS, names)
        return (*tables, journal, *decisions, Stream("files", StreamKind.FILES, names), *knowledge)

    def changed(self, stream: Stream, since: datetime) -> Iterator[SightingPage]:
        """Everything stamped since then, oldest first."""
        started = self.server_now()
        table, when, base = feeds.feed(stream)
        rows = self._select(table, f"{base}{when}>={stamp(since)}^ORDERBY{when}^ORDERBYsys_id")
        sightings = [feeds.sighting(stream, row) for row in rows]
        yield SightingPage(tuple(sightings[:_PAGE]), started)
        for start in range(_PAGE, len(sightings), _PAGE):
            self._read(f"/api/now/table/{table}")
            yield SightingPage(tuple(sightings[start : start + _PAGE]), started)

    # ---- reads

    def listed(
        self, container: str, scope: str, fields: Collection[str]
    ) -> Iterator[tuple[Record, ...]]:
        """All records a scope selects, by key."""
        if container == ARTICLE:
            yield self._articles.listed(scope, fields)
            return
        rows = shapes.in_order(container, self._select(container, scope))
        for start in range(0, max(len(rows), 1), _PAGE):
            if start:
                self._read(f"/api/now/table/{container}")
            yield tuple(self._shown(row, fields) for row in rows[start : start + _PAGE])

    def in_scope(self, container: str, scope: str, keys: Collection[str]) -> frozenset[str]:
        """Which keys the scope selects now."""
        if not keys:
            return frozenset()
        if container == ARTICLE:
            return self._articles.in_scope(scope, keys)
        return frozenset(row["sys_id"] for row in self._select(container, scope, among=keys))

    def read(
        self, container: str, keys: Collection[str], fields: Collection[str], *, fresh: bool = False
    ) -> dict[str, Record]:
        """Records by key; hidden and gone ones are absent."""
        del fresh  # there is no index here: every read is fresh
        if container == ARTICLE:
            return self._articles.read(keys, fields)
        if not keys:
            return {}
        rows = self._select(container, "", among=keys)
        return {row["sys_id"]: self._shown(row, fields) for row in rows}

    def find(self, container: str, marks: Collection[str]) -> dict[str, tuple[Record, ...]]:
        """Records that carry these correlation ids."""
        found: dict[str, tuple[Record, ...]] = {}
        if container == ARTICLE:
            return self._articles.find(marks)
        if marks:
            query = f"correlation_idIN{','.join(marks)}^ORDERBYsys_id"
            rows = self._select(container, query, chunk=len(marks))
            for row in (row for row in rows if row["correlation_id"] in marks):
                mark = row["correlation_id"]
                record = self._shown(row, ("correlation_id", "correlation_display"))
                found[mark] = (*found.get(mark, ()), record)
        return found

    def comments(
        self, container: str, keys: Collection[str], *, fresh: bool = False
    ) -> tuple[Comment, ...]:
        """All journal entries of these records, oldest first."""
        del fresh
        if not keys or container == ARTICLE:
            return ()
        query = f"name={container}^element_idIN{','.join(keys)}^elementIN{','.join(feeds.LANES)}"
        rows = self._select("sys_journal_field", query, chunk=len(keys))
        found = [shapes.comment(self.world, row) for row in rows]
        if container == "change_request":
            found += feeds.decisions(self.world, self._select, keys)
        return tuple(sorted(found, key=lambda one: (one.created, one.id)))

    def files(
        self, container: str, keys: Collection[str], *, fresh: bool = False
    ) -> tuple[File, ...]:
        """All files of these records, oldest first."""
        del fresh
        return self._files.read(container, keys) if keys and container != ARTICLE else ()

    def fetch(self, file: File, into: BinaryIO) -> str:
        """Write a file's content into an open file; its SHA-256."""
        self._known()
        return self._files.fetch(file, into)

    def file_limit(self) -> int | None:
        """What the instance's property says."""
        return self.world.knobs.largest_file

    def people(
        self,
        *,
        keys: Collection[str] = (),
        emails: Collection[str] = (),
        logins: Collection[str] = (),
        accounts: Collection[str] = (),
        column: str = "",
    ) -> tuple[Person, ...]:
        """Persons by key, e-mail, login and a column of the customer's own."""
        wanted = {"sys_id": keys, "email": emails, "user_name": logins, column or "-": accounts}
        return self._people.people(wanted, column)

    def groups(
        self, *, keys: Collection[str] = (), names: Collection[str] = ()
    ) -> tuple[Group, ...]:
        """Groups by key and by name."""
        return self._people.groups(keys, names)

    def kinds(self, container: str) -> tuple[KindInfo, ...]:
        """The one kind of a table: its class."""
        return self._people.kinds(container)

    def placings(self, container: str, kind: str, names: Collection[str]) -> Mapping[str, Placing]:
        """A column is there or not."""
        del kind
        return self._people.placings(container, names)

    def authorship(self, container: str, key: str, name: str) -> Authorship:
        """Who last changed the field, from the audit; otherwise the last writer."""
        if container == ARTICLE:
            login, stamped = self._articles.author(key)
            return Authorship(shapes.full_name(self.world, login), moment(stamped))
        row = next(iter(self._select(container, "", among=(key,))), None)
        if row is None:
            raise Gone("The record is gone or hidden", side=self.name, where=key)
        query = f"tablename={container}^documentkey={key}^fieldname={name}"
        lines = self._select("sys_audit", query)
        last = max(lines, key=lambda line: int(line["record_checkpoint"]), default=None)
        who, at = row["sys_updated_by"], row["sys_updated_on"]
        if last is not None:
            who, at = last["user"], last["sys_created_on"]
        return Authorship(shapes.full_name(self.world, who), moment(at))

    # ---- writes

    def create(self, drafts: Sequence[Draft]) -> list[WriteResult]:
        """Make records, one request each."""
        me = self._known()
        make = {ARTICLE: self._articles.create}
        return settled([make.get(d.container, self._writes.create)(me, d) for d in drafts])

    def patch(self, patches: Sequence[Patch], fields: Collection[str]) -> list[WriteResult]:
        """Change records: one by itself, several in batches."""
        me = self._known()
        if any(patch.container == ARTICLE for patch in patches):
            return settled([self._articles.patch(me, patch, fields) for patch in patches])
        return settled(self._writes.patch(me, patches, fields))

    def move(self, moves: Sequence[Move], fields: Collection[str]) -> list[WriteResult]:
        """Change states: one by itself, several in batches."""
        if any(move.container == ARTICLE for move in moves):
            return settled([self._articles.move(self._known(), one, fields) for one in moves])
        return settled(self._moves.move(self._known(), moves, fields)) if moves else []

    def ties(self, tasks: Collection[str]) -> tuple[Tie, ...]:
        """Articles that hang on these tasks."""
        return self._articles.ties(tasks)

    def tie(self, ties: Sequence[Tie]) -> list[WriteResult]:
        """Hang articles on tasks, one request each."""
        me = self._known()
        return settled([self._articles.tie(me, tie) for tie in ties])

    def comment(self, drafts: Sequence[CommentDraft]) -> list[WriteResult]:
        """Add journal entries, in order for each record."""
        return settled(self._writes.comment(self._known(), drafts))

    def attach(self, drafts: Sequence[FileDraft]) -> list[WriteResult]:
        """Attach files, one request each."""
        self._known()
        return settled([self._files.attach(draft) for draft in drafts])

    def detach(self, files: Sequence[File]) -> list[WriteResult]:
        """Delete files, one request each."""
        self._known()
        return settled([self._files.detach(file) for file in files])

    def delete(self, records: Sequence[Address]) -> list[WriteResult]:
        """Delete records, one request each."""
        self._known()
        return settled([self._removing.delete(record) for record in records])

    def decorate(self, links: Sequence[RemoteLink]) -> list[WriteResult]:
        """ServiceNow needs no decoration."""
        del links
        raise Rejected("ServiceNow has no remote links", side=self.name)

    # ---- inside

    def _known(self) -> Caller:
        """Our account, if the instance knows it."""
        me = self._me()
        if (self.world.true_row(me.sys_id) or {}).get("active") != "true":
            raise AccessLost("User Not Authenticated", side=self.name)
        return me

    def _me(self) -> Caller:
        return self.world.caller(self._login)

    def _asked(self, method: str, path: str) -> None:
        self._known()
        if method == "GET":
            self._wire.read(path)
        else:
            self._wire.rewrite(method, path)

    def _read(self, path: str) -> None:
        self._asked("GET", path)

    def _select(
        self, table: str, query: str, chunk: int = 1, *, among: Collection[str] | None = None
    ) -> list[Row]:
        for _request in range(0, chunk if among is None else len(among), 50):
            self._read(f"/api/now/table/{table}")
        try:
            with self.world.lock:
                me = self._me()
                check_table(self.world, table, me)
                rows = Evaluation(self.world, table, me).select(query, among)
        except Refusal as refusal:
            kind = NotThere if refusal.status == 400 else AccessLost
            raise kind(refusal.message, side=self.name, where=f"GET {table}") from None
        except NotModelled as gap:
            raise ConnectorError(f"sandbox: not modelled: {gap}", side=self.name) from None
        return [row for row in rows if not self.world.is_hidden(row)]

    def _shown(self, row: Row, fields: Collection[str]) -> Record:
        return shapes.record(self.world, self.host, row, fields)
