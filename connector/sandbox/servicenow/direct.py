"""The direct mount: the adapter interface on the world itself, without HTTP.

For simulation by the ten thousand and for the contract suite that the real adapter passes too.
What a real adapter would pay in requests is counted, what a network would do is done by
:class:`connector.sandbox.weather.Wire`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime

from connector.base import Meter
from connector.errors import AccessLost, ConnectorError, Gone, NotThere, Rejected
from connector.outcomes import settled
from connector.sandbox.faults import Faults
from connector.sandbox.people import INTEGRATION
from connector.sandbox.servicenow import direct_shapes as shapes
from connector.sandbox.servicenow.direct_witness import DirectWitness
from connector.sandbox.servicenow.direct_writes import Writes
from connector.sandbox.servicenow.evaluate import Evaluation
from connector.sandbox.servicenow.knobs import Caller
from connector.sandbox.servicenow.query import NotModelled
from connector.sandbox.servicenow.refusal import Refusal
from connector.sandbox.servicenow.schema import Row
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
    Sighting,
    SightingPage,
    Stream,
    StreamKind,
    WriteResult,
)

HOST = "sandbox.service-now.example"
_PAGE = 200
_LANES = ("work_notes", "comments")


class DirectServiceNow:
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
    ) -> None:
        self.world = world
        self.host = host
        self.meter: Meter = Tally()
        self.weather = Weather(faults or Faults(), world.clock)
        self._login = login
        sleep = sleep or sleeper(world.clock)
        self._wire = Wire(self.name, self.weather, self.meter, sleep)
        self._writes = Writes(world, self._wire, sleep, self._shown)
        self.witness = DirectWitness(world, self._me, self._asked)

    # ---- who and when

    def identity(self) -> Identity:
        """The account, named by its login as records name their authors, and the instance."""
        self._read("/api/now/table/sys_user")
        me = self._known()
        return Identity(
            me.sys_id,
            me.login,
            self.host,
            "instance",
            "",
            self.server_now(),
        )

    def server_now(self) -> datetime:
        """The instance's clock, as a ``Date`` header would tell it."""
        return self.world.clock.now().replace(microsecond=0)

    def close(self) -> None:
        """Nothing is kept open."""

    # ---- feeds

    def streams(self, containers: Collection[str]) -> tuple[Stream, ...]:
        """One stream a table and one for all journals."""
        names = tuple(sorted(containers))
        tables = (Stream(f"table:{name}", StreamKind.RECORDS, (name,)) for name in names)
        return (*tables, Stream("journal", StreamKind.COMMENTS, names))

    def changed(self, stream: Stream, since: datetime) -> Iterator[SightingPage]:
        """Everything stamped since then, oldest first."""
        started = self.server_now()
        table = "sys_journal_field" if stream.kind is StreamKind.COMMENTS else stream.containers[0]
        when = "sys_created_on" if stream.kind is StreamKind.COMMENTS else "sys_updated_on"
        query = f"{when}>={stamp(since)}^ORDERBY{when}^ORDERBYsys_id"
        if stream.kind is StreamKind.COMMENTS:
            query = f"nameIN{','.join(stream.containers)}^elementIN{','.join(_LANES)}^{query}"
        rows = self._select(table, query)
        sightings = [_sighting(stream, row) for row in rows]
        yield SightingPage(tuple(sightings[:_PAGE]), started)
        for start in range(_PAGE, len(sightings), _PAGE):
            self._read(f"/api/now/table/{table}")
            yield SightingPage(tuple(sightings[start : start + _PAGE]), started)

    # ---- reads

    def listed(
        self, container: str, scope: str, fields: Collection[str]
    ) -> Iterator[tuple[Record, ...]]:
        """All records a scope selects, by key."""
        rows = sorted(self._select(container, scope), key=lambda row: row["sys_id"])
        for start in range(0, max(len(rows), 1), _PAGE):
            if start:
                self._read(f"/api/now/table/{container}")
            yield tuple(self._shown(row, fields) for row in rows[start : start + _PAGE])

    def in_scope(self, container: str, scope: str, keys: Collection[str]) -> frozenset[str]:
        """Which keys the scope selects now."""
        if not keys:
            return frozenset()
        return frozenset(row["sys_id"] for row in self._select(container, scope, among=keys))

    def read(
        self, container: str, keys: Collection[str], fields: Collection[str], *, fresh: bool = False
    ) -> dict[str, Record]:
        """Records by key; hidden and gone ones are absent."""
        del fresh  # there is no index here: every read is fresh
        if not keys:
            return {}
        rows = self._select(container, "", among=keys)
        return {row["sys_id"]: self._shown(row, fields) for row in rows}

    def find(self, container: str, marks: Collection[str]) -> dict[str, tuple[Record, ...]]:
        """Records that carry these correlation ids."""
        found: dict[str, tuple[Record, ...]] = {}
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
        if not keys:
            return ()
        query = f"name={container}^element_idIN{','.join(keys)}^elementIN{','.join(_LANES)}"
        rows = self._select("sys_journal_field", query, chunk=len(keys))
        rows.sort(key=lambda row: (row["sys_created_on"], row["sys_id"]))
        return tuple(shapes.comment(self.world, row) for row in rows)

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
        if not any(wanted.values()):
            return ()
        if column and column not in self.world.schema.columns("sys_user"):
            raise NotThere(f"sys_user has no column {column} that is shown to us", side=self.name)
        return tuple(shapes.person(row, column) for row in self._held_by("sys_user", wanted))

    def groups(
        self, *, keys: Collection[str] = (), names: Collection[str] = ()
    ) -> tuple[Group, ...]:
        """Groups by key and by name."""
        if not keys and not names:
            return ()
        rows = self._held_by("sys_user_group", {"sys_id": keys, "name": names})
        return tuple(map(shapes.group, rows))

    def _held_by(self, table: str, wanted: Mapping[str, Collection[str]]) -> list[Row]:
        """Rows that hold one of the wanted values in its column."""
        folded = {name: {one.casefold() for one in found} for name, found in wanted.items()}
        rows = self._select(table, "")
        return [
            row
            for row in rows
            if any(row.get(name, "").casefold() in found for name, found in folded.items())
        ]

    def kinds(self, container: str) -> tuple[KindInfo, ...]:
        """The one kind of a table: its class."""
        self._read("/api/now/table/sys_dictionary")
        self._read("/api/now/table/sys_choice")
        if container not in self.world.schema.tables:
            raise NotThere(f"Invalid table {container}", side=self.name)
        return (shapes.kind(self.world.schema, container),)

    def placings(self, container: str, kind: str, names: Collection[str]) -> Mapping[str, Placing]:
        """A column is there or not."""
        del kind
        known = {field.name for one in self.kinds(container) for field in one.fields}
        return {name: Placing((name,) if name in known else (), edit=True) for name in names}

    def authorship(self, container: str, key: str, name: str) -> Authorship:
        """Who last changed the field, from the audit; otherwise the last writer."""
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
        return settled([self._writes.create(me, draft) for draft in drafts])

    def patch(self, patches: Sequence[Patch], fields: Collection[str]) -> list[WriteResult]:
        """Change records: one by itself, several in batches."""
        return settled(self._writes.patch(self._known(), patches, fields))

    def move(self, moves: Sequence[Move], fields: Collection[str]) -> list[WriteResult]:
        """Change states: one by itself, several in batches."""
        return settled(self._writes.move(self._known(), moves, fields)) if moves else []

    def comment(self, drafts: Sequence[CommentDraft]) -> list[WriteResult]:
        """Add journal entries, in order for each record."""
        return settled(self._writes.comment(self._known(), drafts))

    def decorate(self, links: Sequence[RemoteLink]) -> list[WriteResult]:
        """ServiceNow needs no decoration."""
        del links
        raise Rejected("ServiceNow has no remote links", side=self.name)

    # ---- inside

    def _known(self) -> Caller:
        """Our account, if the instance knows it."""
        me = self._me()
        row = self.world.true_row(me.sys_id)
        if row is None or row.get("active") != "true":
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
        self, table: str, query: str, *, chunk: int = 1, among: Collection[str] | None = None
    ) -> list[Row]:
        for _request in range(0, chunk if among is None else len(among), 50):
            self._read(f"/api/now/table/{table}")
        if table not in self.world.schema.tables:
            raise NotThere(f"Invalid table {table}", side=self.name)
        try:
            with self.world.lock:
                rows = Evaluation(self.world, table, self._me()).select(query, among)
        except Refusal as refusal:
            raise AccessLost(refusal.message, side=self.name, where=f"GET {table}") from None
        except NotModelled as gap:
            raise ConnectorError(f"sandbox: not modelled: {gap}", side=self.name) from None
        hidden = self.world.knobs.hidden_rows
        return [row for row in rows if row["sys_id"] not in hidden]

    def _shown(self, row: Row, fields: Collection[str]) -> Record:
        return shapes.record(self.world, self.host, row, fields)


def _sighting(stream: Stream, row: Row) -> Sighting:
    if stream.kind is StreamKind.COMMENTS:
        at = moment(row["sys_created_on"])
        return Sighting(row["name"], row["element_id"], row["sys_id"], at)
    at = moment(row["sys_updated_on"])
    return Sighting(stream.containers[0], row["sys_id"], shapes.version(row), at)
