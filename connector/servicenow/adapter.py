"""ServiceNow as one side of a sync: :class:`connector.base.Adapter` over the Table API."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import BinaryIO

from requests.adapters import BaseAdapter

from connector.address import Address
from connector.articles import ARTICLE, ATTACHED, MOVED, Tie
from connector.base import Memory, Meter
from connector.contents import File, FileDraft
from connector.counts import Count
from connector.errors import AccessLost, Gone, Rejected
from connector.histories import Step
from connector.outcomes import settled
from connector.retry import ServerClock
from connector.sense import sensible
from connector.servicenow import approvals, translate
from connector.servicenow.answers import SIDE
from connector.servicenow.articles import Articles
from connector.servicenow.client import ServiceNowClient
from connector.servicenow.counting import Counting
from connector.servicenow.door import Door
from connector.servicenow.facts import Facts
from connector.servicenow.files import Files
from connector.servicenow.histories import Histories
from connector.servicenow.journal import LANES, TABLE, Journal
from connector.servicenow.lists import by_time
from connector.servicenow.moving import Moving
from connector.servicenow.problems import ProblemStates
from connector.servicenow.query import one_of
from connector.servicenow.records import Records
from connector.servicenow.removing import Removing
from connector.servicenow.users import Users
from connector.servicenow.witness import Witness
from connector.settings import HttpSettings, ServiceNowSettings
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

_VERSIONED = "sys_id,sys_mod_count,sys_updated_on"
_JOURNAL = "sys_id,name,element_id,sys_created_on"


@sensible(SIDE)
class ServiceNowAdapter:
    """One instance. ``mount`` puts a fake under the real client; ``sleeper`` waits for it."""

    name = SIDE
    reads_lag = False

    def __init__(
        self,
        settings: ServiceNowSettings,
        http: HttpSettings,
        *,
        meter: Meter,
        memory: Memory,
        mount: BaseAdapter | None = None,
        sleeper: Callable[[float], None] = time.sleep,
    ) -> None:
        self.meter = meter
        clock = ServerClock()
        client = ServiceNowClient(settings, http, meter=meter, clock=clock, mount=mount)
        self._door = Door(client, clock, http.concurrency, sleeper)
        self._user = settings.user if settings.auth in ("basic", "oauth_password") else ""
        self._facts = Facts(self._door, memory)
        self._users = Users(self._door, memory)
        self._records = Records(self._door)
        problems = ProblemStates(self._door, memory, settings.problem_state_path)
        self._moving = Moving(self._door, self._records, problems)
        self._approvals = approvals.Approvals(self._door)
        self._articles = Articles(self._door)
        self._files = Files(self._door, self._facts)
        self._removing = Removing(self._door)
        self._counting = Counting(self._door)
        self._histories = Histories(self._door, self._facts)
        self._journal = Journal(self._door, self._facts, self._records, sleeper)
        self.witness = Witness(self._door, self._facts, problems, self._user, self._articles)

    def identity(self) -> Identity:
        """Our account, as ``sys_user`` knows it."""
        me = self._facts.me(self._user)
        if me is None:
            raise AccessLost(
                f"ServiceNow does not show us our own user {self._user}".rstrip(),
                side=SIDE,
                where="GET /api/now/table/sys_user",
                remedy="Give the account read rights on sys_user; its own row is enough to begin.",
            )
        now = self.server_now()
        return Identity(me.key, me.login, self._door.host, "instance", "", now)

    def server_now(self) -> datetime:
        """The instance's clock as its last answer showed it."""
        return self._door.clock_now()

    def streams(self, containers: Collection[str]) -> tuple[Stream, ...]:
        """One stream a table, then one of journals, one of decisions on changes, one of files.

        Files need one: adding one does not reliably touch its record (servicenow-api 1.5).
        """
        tables = tuple(name for name in dict.fromkeys(containers) if name != ARTICLE)
        records = (Stream(f"table:{name}", StreamKind.RECORDS, (name,)) for name in tables)
        knowledge = (MOVED, ATTACHED) if ARTICLE in containers else ()
        journal = Stream("journal", StreamKind.COMMENTS, tables)
        decisions = (approvals.STREAM,) if approvals.CHANGE in tables else ()
        files = Stream("files", StreamKind.FILES, tables)
        return (*records, journal, *decisions, files, *knowledge)

    def changed(self, stream: Stream, since: datetime) -> Iterator[SightingPage]:
        """Rows stamped ``since`` or later; one request where they fit on a page."""
        started: datetime | None = None
        for sightings in self._sighted(stream, since):
            started = started or self.server_now()
            yield SightingPage(sightings, started)
        if started is None:
            yield SightingPage((), self.server_now())

    def _sighted(self, stream: Stream, since: datetime) -> Iterator[tuple[Sighting, ...]]:
        if stream == approvals.STREAM:
            return self._approvals.changed(since)
        if stream == MOVED:
            return self._articles.moved(since)
        if stream == ATTACHED:
            return self._articles.attached(since)
        if stream.kind is StreamKind.COMMENTS:
            base = (one_of("name", stream.containers), one_of("element", LANES))
            noted = by_time(self._door, TABLE, base, "sys_created_on", since, _JOURNAL)
            return (tuple(map(translate.comment_sighting, rows)) for rows in noted)
        if stream.kind is StreamKind.FILES:
            return self._files.changed(stream.containers, since)
        table = stream.containers[0]
        moved = by_time(self._door, table, (), "sys_updated_on", since, _VERSIONED)
        return (tuple(translate.sighting(table, row) for row in rows) for rows in moved)

    def listed(
        self, container: str, scope: str, fields: Collection[str]
    ) -> Iterator[tuple[Record, ...]]:
        """All records a scope selects, by ``sys_id``, 1,000 a page."""
        return self._of(container).listed(container, scope, fields)

    def in_scope(self, container: str, scope: str, keys: Collection[str]) -> frozenset[str]:
        """Which of these keys the scope selects now."""
        return self._of(container).in_scope(container, scope, keys)

    def read(
        self, container: str, keys: Collection[str], fields: Collection[str], *, fresh: bool = False
    ) -> dict[str, Record]:
        """Records by key; every read is of the primary database."""
        del fresh
        return self._of(container).read(container, keys, fields)

    def find(self, container: str, marks: Collection[str]) -> dict[str, tuple[Record, ...]]:
        """Records by ``correlation_id``."""
        return self._of(container).find(container, marks)

    def create(self, drafts: Sequence[Draft]) -> list[WriteResult]:
        """Create records, one request each, side by side."""

        def create(draft: Draft) -> WriteResult:
            return self._of(draft.container).create(draft)

        return settled(self._door.parallel(create, drafts))

    def patch(self, patches: Sequence[Patch], fields: Collection[str]) -> list[WriteResult]:
        """Change records; the answers hold the stored rows."""
        return settled(self._patch(patches, fields)) if patches else []

    def _patch(self, patches: Sequence[Patch], fields: Collection[str]) -> list[WriteResult]:
        theirs = [one for one in patches if one.container == ARTICLE]
        found = iter(self._door.parallel(lambda one: self._articles.patch(one, fields), theirs))
        others = [one for one in patches if one.container != ARTICLE]
        rest = iter(self._records.patch(others, fields) if others else [])
        return [next(found if one.container == ARTICLE else rest) for one in patches]

    def move(self, moves: Sequence[Move], fields: Collection[str]) -> list[WriteResult]:
        """Set states, one step each; a change only to what its model offers."""
        return settled(self._move(moves, fields)) if moves else []

    def _move(self, moves: Sequence[Move], fields: Collection[str]) -> list[WriteResult]:
        theirs = [one for one in moves if one.container == ARTICLE]
        found = iter(self._door.parallel(lambda one: self._articles.move(one, fields), theirs))
        others = [one for one in moves if one.container != ARTICLE]
        rest = iter(self._moving.move(others, fields) if others else [])
        return [next(found if one.container == ARTICLE else rest) for one in moves]

    def ties(self, tasks: Collection[str]) -> tuple[Tie, ...]:
        """Articles that hang on these tasks, or name one as what they were written for."""
        return self._articles.ties(tasks)

    def tie(self, ties: Sequence[Tie]) -> list[WriteResult]:
        """Hang articles on tasks, one request each, side by side."""
        return settled(self._door.parallel(self._articles.tie, ties))

    def comments(
        self, container: str, keys: Collection[str], *, fresh: bool = False
    ) -> tuple[Comment, ...]:
        """Work notes, customer comments and decisions about changes, oldest first."""
        del fresh
        if container == ARTICLE:
            return ()
        noted = self._journal.read(container, keys) if keys else ()
        if container != approvals.CHANGE or not keys:
            return noted
        found = (*noted, *self._approvals.read(keys))
        return tuple(sorted(found, key=lambda one: (one.created, one.id)))

    def comment(self, drafts: Sequence[CommentDraft]) -> list[WriteResult]:
        """Add journal entries in order."""
        return settled(self._journal.add(drafts))

    def files(
        self, container: str, keys: Collection[str], *, fresh: bool = False
    ) -> tuple[File, ...]:
        """All files of these records, pasted images included, oldest first."""
        del fresh
        return self._files.read(container, keys) if keys and container != ARTICLE else ()

    def fetch(self, file: File, into: BinaryIO) -> str:
        """Write a file's content into an open file; its SHA-256."""
        return self._files.fetch(file, into)

    def attach(self, drafts: Sequence[FileDraft]) -> list[WriteResult]:
        """Attach files, one request each, side by side."""
        return settled(self._door.parallel(self._files.attach, drafts))

    def detach(self, files: Sequence[File]) -> list[WriteResult]:
        """Delete files, one request each, side by side."""
        return settled(self._door.parallel(self._files.detach, files))

    def delete(self, records: Sequence[Address]) -> list[WriteResult]:
        """Delete records, one request each, side by side."""
        return settled(self._door.parallel(self._removing.delete, records))

    def file_limit(self) -> int | None:
        """``com.glide.attachment.max_size``, where we may read it."""
        return self._files.limit()

    def decorate(self, links: Sequence[RemoteLink]) -> list[WriteResult]:
        """ServiceNow has no remote links."""
        del links
        raise Rejected("ServiceNow has no remote links", side=SIDE)

    def people(
        self,
        *,
        keys: Collection[str] = (),
        emails: Collection[str] = (),
        logins: Collection[str] = (),
        accounts: Collection[str] = (),
        column: str = "",
    ) -> tuple[Person, ...]:
        """Persons by ``sys_id``, exact e-mail, ``user_name`` and a column of ``sys_user``."""
        asked = {"sys_id": keys, "email": emails, "user_name": logins}
        return self._users.people({**asked, column: accounts} if column else asked, column)

    def groups(
        self, *, keys: Collection[str] = (), names: Collection[str] = ()
    ) -> tuple[Group, ...]:
        """Rows of ``sys_user_group`` by ``sys_id`` and by exact name."""
        return self._users.groups(keys, names)

    def kinds(self, container: str) -> tuple[KindInfo, ...]:
        """The table itself, with the columns and choices of its class hierarchy."""
        return (self._facts.kind(container),)

    def placings(self, container: str, kind: str, names: Collection[str]) -> Mapping[str, Placing]:
        """A column has one name, and is there or not; forms bind people only."""
        del kind
        known = {field.name for field in self._facts.kind(container).fields}
        return {name: Placing((name,) if name in known else (), edit=True) for name in names}

    def authorship(self, container: str, key: str, name: str) -> Authorship:
        """Who last changed this field, where auditing is on; else the record's last writer."""
        if container == ARTICLE:
            login, at = self._articles.author(key)
            return Authorship(self._facts.names([login]).get(login, login), at)
        held = self._records.read(container, [key], ()).get(key)
        if held is None:
            raise Gone("the record is not visible", side=SIDE)
        login, at = self._records.author(held, name) or (held.updated_by, held.updated)
        return Authorship(self._facts.names([login]).get(login, login), at)

    def counts(self, container: str, questions: Sequence[Count]) -> list[Mapping[str, int]]:
        """Counted by the Aggregate API, rows that are hidden from us included."""
        return self._counting.counts(container, questions)

    def histories(
        self, container: str, keys: Collection[str], fields: Collection[str]
    ) -> Mapping[str, tuple[Step, ...]]:
        """From ``sys_audit``, where the account may read it."""
        return self._histories.steps(container, keys, fields)

    def _of(self, container: str) -> Records | Articles:
        return self._articles if container == ARTICLE else self._records

    def close(self) -> None:
        """Give connections back."""
        self._door.close()
