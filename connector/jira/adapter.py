"""Jira behind :class:`~connector.base.Adapter`: Cloud and Data Center, REST version 2 on both.

Reading order: ``client`` sends one request, ``door`` repeats what may be repeated, ``facts`` knows
the site; ``records``, ``feed``, ``creating``, ``editing``, ``linking``, ``commenting`` and
``directory`` do the work. A status is reached by ``moving``: it plans ``trips``, has them carried
out by ``travelling`` and ``bulk``, and leaves to ``walking`` and ``scouting`` what is not known.
``jql``, ``workflow``, ``translate``, ``fields``, ``links``, ``steps`` and ``answers`` are pure.
Version 2 is used because its texts are strings (wiki markup) everywhere.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import BinaryIO

from requests.adapters import BaseAdapter

from connector.address import Address
from connector.articles import NoArticles
from connector.base import Memory, Meter
from connector.contents import File, FileDraft
from connector.counts import Count
from connector.errors import NotThere
from connector.histories import Step
from connector.jira.answers import SIDE
from connector.jira.client import JiraClient
from connector.jira.commenting import Commenting
from connector.jira.counting import Counting
from connector.jira.creating import Creating
from connector.jira.directory import Directory
from connector.jira.door import Door, issue_path
from connector.jira.editing import Editing
from connector.jira.facts import Facts
from connector.jira.feed import Feed
from connector.jira.files import Files
from connector.jira.histories import Histories
from connector.jira.layouts import Layouts
from connector.jira.moving import Moving
from connector.jira.records import Records
from connector.jira.removing import Removing
from connector.jira.scouting import Scouting
from connector.jira.witness import Witness
from connector.outcomes import outcome, settled
from connector.retry import ServerClock
from connector.sense import sensible
from connector.settings import HttpSettings, JiraSettings
from connector.values import (
    Authorship,
    Comment,
    CommentDraft,
    Done,
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
    RequestClass,
    SightingPage,
    Stream,
    StreamKind,
    WriteResult,
)


@sensible(SIDE)
class JiraAdapter(NoArticles):
    """One Jira site. Safe to call from several threads."""

    name = "jira"

    def __init__(
        self,
        settings: JiraSettings,
        http: HttpSettings,
        *,
        meter: Meter,
        memory: Memory,
        mount: BaseAdapter | None = None,
        sleeper: Callable[[float], None] = time.sleep,
    ) -> None:
        self.meter = meter
        clock = ServerClock()
        client = JiraClient(settings, http, meter=meter, clock=clock, mount=mount)
        self._door = door = Door(client, http, clock, sleeper)
        self._facts = facts = Facts(door, memory, settings.flavor)
        self._records = records = Records(door, facts)
        self._feed = Feed(door, facts, records)
        scouting = Scouting(door, facts, records)
        self._creating = Creating(door, facts, records, scouting)
        self._editing = Editing(door, facts, records)
        self._moving = Moving(door, facts, records, scouting)
        self._commenting = Commenting(door, facts, records)
        self._files = Files(door, facts, records)
        self._removing = Removing(door)
        self._counting = Counting(door, facts)
        self._histories = Histories(door, facts, records)
        self._directory = Directory(door, facts)
        self._layouts = Layouts(door, facts)
        self.witness = Witness(door, facts)

    @property
    def reads_lag(self) -> bool:
        """Data Center has no bulk read: many issues are searched by id, through the index."""
        return not self._facts.cloud

    def identity(self) -> Identity:
        """Ask who we are. Raises ``AccessLost`` when Jira does not know us."""
        return self._directory.identity()

    def server_now(self) -> datetime:
        """Jira's clock as its last answer showed it; asks once when there was none yet."""
        return self._door.clock_now()

    def streams(self, containers: Collection[str]) -> tuple[Stream, ...]:
        """One stream a project; comments and files need none, they move ``updated``."""
        return tuple(
            Stream(f"records:{key}", StreamKind.RECORDS, (key,)) for key in sorted(set(containers))
        )

    def changed(self, stream: Stream, since: datetime) -> Iterator[SightingPage]:
        """Issues stamped ``since`` or later, oldest first, inclusive, in pages."""
        for container in stream.containers:
            yield from self._feed.changed(container, since)

    def listed(
        self, container: str, scope: str, fields: Collection[str]
    ) -> Iterator[tuple[Record, ...]]:
        """All issues of a project that a JQL scope selects (empty: all), in pages."""
        return self._feed.listed(container, scope, fields)

    def in_scope(self, container: str, scope: str, keys: Collection[str]) -> frozenset[str]:
        """Which of these issues the scope selects now."""
        return self._feed.in_scope(container, scope, keys)

    def read(
        self,
        container: str,  # noqa: ARG002 - an id finds its issue in any project
        keys: Collection[str],
        fields: Collection[str],
        *,
        fresh: bool = False,
    ) -> dict[str, Record]:
        """Issues by id, wherever they are now; what is gone or hidden is absent."""
        return self._records.read(keys, fields, fresh=fresh)

    def find(
        self,
        container: str,  # noqa: ARG002 - a marked issue may have moved to another project
        marks: Collection[str],
    ) -> dict[str, tuple[Record, ...]]:
        """Issues that carry these labels. A hit is proof, a miss is not (index lag)."""
        return self._feed.find(marks)

    def create(self, drafts: Sequence[Draft]) -> list[WriteResult]:
        """Create issues in bulk; marks, properties and what else may ride go along."""
        return settled(self._creating.create(drafts))

    def patch(self, patches: Sequence[Patch], fields: Collection[str]) -> list[WriteResult]:
        """Change issues, side by side, and return them as stored."""
        return settled(self._editing.patch(patches, fields))

    def move(self, moves: Sequence[Move], fields: Collection[str]) -> list[WriteResult]:
        """Bring issues to the nearest wanted status, together where they can go together."""
        return settled(self._moving.move(moves, fields))

    def comments(
        self, container: str, keys: Collection[str], *, fresh: bool = False
    ) -> tuple[Comment, ...]:
        """All comments of these issues, oldest first."""
        return self._commenting.comments(container, keys, fresh=fresh)

    def comment(self, drafts: Sequence[CommentDraft]) -> list[WriteResult]:
        """Add comments, in order on each issue."""
        return self._commenting.comment(drafts)

    def files(
        self, container: str, keys: Collection[str], *, fresh: bool = False
    ) -> tuple[File, ...]:
        """All files of these issues, oldest first."""
        return self._files.read(container, keys, fresh=fresh)

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
        """Delete issues, one request each, side by side; never one with sub-tasks."""
        return settled(self._door.parallel(self._removing.delete, records))

    def file_limit(self) -> int | None:
        """What the site's settings say, asked for once a day."""
        return self._facts.upload_limit()

    def decorate(self, links: Sequence[RemoteLink]) -> list[WriteResult]:
        """Create or refresh remote links; ``globalId`` makes repeating harmless."""
        return settled(
            self._door.parallel(lambda link: outcome(lambda: self._decorate(link)), links)
        )

    def people(
        self,
        *,
        keys: Collection[str] = (),
        emails: Collection[str] = (),
        logins: Collection[str] = (),
        accounts: Collection[str] = (),
        column: str = "",
    ) -> tuple[Person, ...]:
        """Persons by key, by exact e-mail and, on Data Center, by user name, which is the key.

        Hidden addresses come empty. Jira's directory names nobody of another system.
        """
        if accounts or column:
            raise NotThere("Jira's people have no column for ServiceNow's", side=SIDE)
        return self._directory.people({*keys, *logins}, emails)

    def groups(
        self, *, keys: Collection[str] = (), names: Collection[str] = ()
    ) -> tuple[Group, ...]:
        """Jira's groups hold rights, no work: issues are not assigned to them."""
        del keys, names
        raise NotThere("Jira assigns no issues to groups", side=SIDE)

    def kinds(self, container: str) -> tuple[KindInfo, ...]:
        """The issue types of a project. Raises ``NotThere`` for an unknown project."""
        return self._directory.kinds(container)

    def creatable(self, container: str, kind: str) -> frozenset[str]:
        """Which native fields a create of this kind takes in this project."""
        return self._directory.creatable(container, kind)

    def placings(self, container: str, kind: str, names: Collection[str]) -> Mapping[str, Placing]:
        """Which fields these names may mean, and on which screens of an issue type they stand."""
        return self._layouts.placings(container, kind, names)

    def authorship(
        self,
        container: str,  # noqa: ARG002 - an id finds its issue in any project
        key: str,
        name: str,
    ) -> Authorship:
        """Who last changed this field of an issue; the creator if nobody did."""
        return self._directory.authorship(key, name)

    def counts(self, container: str, questions: Sequence[Count]) -> list[Mapping[str, int]]:
        """Totals as the index has them, one request each; on Cloud they are approximate."""
        return self._counting.counts(container, questions)

    def histories(
        self,
        container: str,  # noqa: ARG002 - an id finds its issue in any project
        keys: Collection[str],
        fields: Collection[str],
    ) -> Mapping[str, tuple[Step, ...]]:
        """The changelogs of issues, in bulk."""
        return self._histories.steps(keys, fields)

    def close(self) -> None:
        """Give threads and connections back."""
        self._door.close()

    def _decorate(self, link: RemoteLink) -> Done:
        body = {
            "globalId": link.global_id,
            "application": {"type": "com.servicenow", "name": "ServiceNow"},
            "object": {"url": link.url, "title": link.title},
        }
        path = issue_path(link.key, "remotelink")
        self._door.rewrite("POST", path, body, RequestClass.DECORATION)
        return Done(link.key)
