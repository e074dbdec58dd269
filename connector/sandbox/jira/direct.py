"""The direct mount: the adapter interface on the world itself, without HTTP.

For simulation by the ten thousand and for the contract suite that the real adapter passes too. What
searches see is the lagging index; what is read by id is the truth. What a real adapter would pay in
requests is counted, what a network would do is done by :class:`connector.sandbox.weather.Wire`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import BinaryIO

from connector.address import Address
from connector.articles import NoArticles
from connector.base import Meter
from connector.contents import File, FileDraft
from connector.errors import AccessLost, NotThere
from connector.outcomes import outcome, settled
from connector.sandbox.faults import Faults
from connector.sandbox.jira import native
from connector.sandbox.jira.app import JiraSandbox
from connector.sandbox.jira.direct_counts import Counted
from connector.sandbox.jira.direct_files import DirectFiles
from connector.sandbox.jira.direct_people import DirectPeople
from connector.sandbox.jira.direct_removing import DirectRemoving
from connector.sandbox.jira.direct_search import carried, labelled, searched, sighting, within
from connector.sandbox.jira.direct_witness import DirectWitness
from connector.sandbox.jira.direct_writes import Writes
from connector.sandbox.jira.extras import readable
from connector.sandbox.jira.model import Issue, Project
from connector.sandbox.weather import Tally, Wire, sleeper
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

PAGE = 100
FEW = 3
"""Up to so many issues are read one by one where there is no bulk read."""

_MARK_FIELDS = ("labels", "reporter", "status", "summary")


class DirectJira(Counted, NoArticles):
    """One side of a sync, straight on a :class:`JiraSandbox`, as its integration account.

    Adapters with the same ``faults`` share their weather, so that a write that one left under way
    still happens after it is gone.
    """

    name = "jira"

    def __init__(
        self,
        sandbox: JiraSandbox,
        *,
        faults: Faults | None = None,
        sleep: Callable[[float], None] | None = None,
    ) -> None:
        self.sandbox = sandbox
        self.world = world = sandbox.world
        self.meter: Meter = Tally()
        self.weather = sandbox.weather(faults or Faults())
        self._me = world.site.me
        self._wire = Wire(self.name, self.weather, self.meter, sleep or sleeper(world.clock))
        self._writes = Writes(world, self._wire, self._record)
        self._files = DirectFiles(world, sandbox.settings, self._wire)
        self._people = DirectPeople(world, self._read)
        self._limit: int | None = None
        self._removing = DirectRemoving(world, sandbox.settings, self._wire)
        self.witness = DirectWitness(world, self._asked)

    @property
    def reads_lag(self) -> bool:
        """Data Center has no bulk read: many issues are searched by id, through the index."""
        return not self.sandbox.cloud

    # -- who and when --------------------------------------------------------------------------

    def identity(self) -> Identity:
        """The account and the site."""
        self._read("myself")
        self._read("serverInfo")
        user, flavour = self.world.users[self._me], self.world.site.flavour
        kind = "Cloud" if self.sandbox.cloud else "Data Center"
        host = self.sandbox.base.split("://", 1)[-1]
        return Identity(user.key, user.name, host, flavour, kind, self.server_now())

    def server_now(self) -> datetime:
        """The site's clock, as a ``Date`` header would tell it."""
        return self.world.clock.now().replace(microsecond=0)

    def close(self) -> None:
        """Nothing is kept open."""

    # -- feeds ---------------------------------------------------------------------------------

    def streams(self, containers: Collection[str]) -> tuple[Stream, ...]:
        """One stream a project; comments move ``updated``."""
        return tuple(
            Stream(f"project:{key}", StreamKind.RECORDS, (key,)) for key in sorted(set(containers))
        )

    def changed(self, stream: Stream, since: datetime) -> Iterator[SightingPage]:
        """Issues stamped since then, oldest first, as the index has them."""
        started = self.server_now()
        bound = int(since.timestamp() * 1000)
        for container in stream.containers:
            query = f'project = "{container}" AND updated >= {bound} ORDER BY updated ASC, id ASC'
            for page in self._pages(query):
                rows = (sighting(container, issue) for issue in page)
                yield SightingPage(tuple(rows), started)

    # -- reads ---------------------------------------------------------------------------------

    def listed(
        self, container: str, scope: str, fields: Collection[str]
    ) -> Iterator[tuple[Record, ...]]:
        """All issues that a scope selects, by id."""
        self._project(container)
        for page in self._pages(within(container, scope) + " ORDER BY id ASC"):
            yield tuple(self._record(issue, fields) for issue in page)

    def in_scope(self, container: str, scope: str, keys: Collection[str]) -> frozenset[str]:
        """Which keys the scope selects now; asked about by id, the index is exact."""
        if not keys:
            return frozenset()
        for _request in range(0, len(keys), 50):
            self._read("search")
        found = searched(self.world, within(container, scope), tuple(keys))
        return frozenset(issue.id for issue in found) & frozenset(keys)

    def read(
        self,
        container: str,  # noqa: ARG002 - an id finds its issue in any project
        keys: Collection[str],
        fields: Collection[str],
        *,
        fresh: bool = False,
    ) -> dict[str, Record]:
        """Issues by id, wherever they are now; hidden and gone ones are absent."""
        indexed = self.reads_lag and not fresh and len(keys) > FEW
        for _request in range(0, len(keys), 1 if fresh else PAGE):
            self._read("search" if indexed else "issue/bulkfetch")
        with self.world.lock:
            shown = {key: self._seen(key) if indexed else self._visible(key) for key in keys}
            return {one.id: self._record(one, fields) for one in shown.values() if one is not None}

    def find(
        self,
        container: str,  # noqa: ARG002 - a marked issue may have moved to another project
        marks: Collection[str],
    ) -> dict[str, tuple[Record, ...]]:
        """Issues that carry these labels, as the index has them."""
        found: dict[str, tuple[Record, ...]] = {}
        for page in self._pages(labelled(marks)) if marks else ():
            for issue in page:
                for mark in carried(issue, marks):
                    found[mark] = (*found.get(mark, ()), self._record(issue, _MARK_FIELDS))
        return found

    def comments(
        self, container: str, keys: Collection[str], *, fresh: bool = False
    ) -> tuple[Comment, ...]:
        """All comments of these issues, oldest first; through the index where records are."""
        seen = self._told(keys, fresh)
        with self.world.lock:
            rows = [
                native.comment(self.world, container, issue, remark)
                for issue in seen
                for remark in readable(self.world, self._me, issue)
            ]
        return tuple(sorted(rows, key=lambda row: (row.created, int(row.id))))

    def files(
        self, container: str, keys: Collection[str], *, fresh: bool = False
    ) -> tuple[File, ...]:
        """All files of these issues, oldest first; through the index where records are."""
        return self._files.of_issues(container, self._told(keys, fresh))

    def fetch(self, file: File, into: BinaryIO) -> str:
        """Write a file's content into an open file; its SHA-256."""
        self._check_access()
        return self._files.fetch(file, into)

    def file_limit(self) -> int | None:
        """What the site's settings say, asked for once."""
        if self._limit is None:
            self._check_access()
            self._limit = self._files.limit()
        return self._limit

    def people(
        self,
        *,
        keys: Collection[str] = (),
        emails: Collection[str] = (),
        logins: Collection[str] = (),
        accounts: Collection[str] = (),
        column: str = "",
    ) -> tuple[Person, ...]:
        """Persons by key, by exact e-mail and by user name, which is the key."""
        if accounts or column:
            raise NotThere("Jira's people have no column for ServiceNow's", side=self.name)
        return self._people.people({*keys, *logins}, emails)

    def groups(
        self, *, keys: Collection[str] = (), names: Collection[str] = ()
    ) -> tuple[Group, ...]:
        """No issue is assigned to a group."""
        del keys, names
        raise NotThere("Jira assigns no issues to groups", side=self.name)

    def kinds(self, container: str) -> tuple[KindInfo, ...]:
        """The issue types of a project."""
        return self._people.kinds(self._project(container))

    def creatable(self, container: str, kind: str) -> frozenset[str]:
        """Which native fields a create of this kind takes in this project."""
        return self._people.creatable(self._project(container), kind)

    def placings(self, container: str, kind: str, names: Collection[str]) -> Mapping[str, Placing]:
        """Which fields these names may mean, and where they can be set."""
        return self._people.placings(self._project(container), kind, names)

    def authorship(
        self,
        container: str,  # noqa: ARG002 - an id finds its issue in any project
        key: str,
        name: str,
    ) -> Authorship:
        """Who last changed this field; the creator if nobody did."""
        self._read("issue/changelog")
        with self.world.lock:
            return self._people.authorship(key, self._visible(key), name)

    # -- writes --------------------------------------------------------------------------------

    def create(self, drafts: Sequence[Draft]) -> list[WriteResult]:
        """Create issues in bulk, with whatever rides along."""
        self._check_access()
        return settled(self._writes.create(drafts))

    def patch(self, patches: Sequence[Patch], fields: Collection[str]) -> list[WriteResult]:
        """Change issues."""
        self._check_access()
        return settled([self._writes.patch(patch, fields) for patch in patches])

    def move(self, moves: Sequence[Move], fields: Collection[str]) -> list[WriteResult]:
        """Walk issues to the nearest wanted status, looking before every step."""
        self._check_access()
        return settled([outcome(partial(self._writes.move, move, fields)) for move in moves])

    def comment(self, drafts: Sequence[CommentDraft]) -> list[WriteResult]:
        """Add comments, in order on each issue."""
        self._check_access()
        return settled(self._writes.comment(drafts))

    def attach(self, drafts: Sequence[FileDraft]) -> list[WriteResult]:
        """Attach files, one request each."""
        self._check_access()
        return settled([self._files.attach(draft) for draft in drafts])

    def detach(self, files: Sequence[File]) -> list[WriteResult]:
        """Delete files, one request each."""
        self._check_access()
        return settled([self._files.detach(file) for file in files])

    def delete(self, records: Sequence[Address]) -> list[WriteResult]:
        """Delete issues, one request each."""
        self._check_access()
        return settled([self._removing.delete(record) for record in records])

    def decorate(self, links: Sequence[RemoteLink]) -> list[WriteResult]:
        """Create or refresh remote links."""
        self._check_access()
        return settled([outcome(partial(self._writes.decorate, link)) for link in links])

    # -- inside --------------------------------------------------------------------------------

    def _asked(self, method: str, path: str) -> None:
        self._check_access()
        if method == "GET":
            self._wire.read(path)
        else:
            self._wire.rewrite(method, path)

    def _read(self, path: str) -> None:
        self._asked("GET", f"/rest/api/2/{path}")

    def _check_access(self) -> None:
        if self.sandbox.access.revoked:
            raise AccessLost("the token is not accepted", side=self.name)

    def _project(self, key: str) -> Project:
        self._read(f"project/{key}")
        project = self.world.project(key)
        if project is None or project.id in self.world.hidden_projects:
            raise NotThere(f"No project {key!r}", side=self.name)
        return project

    def _pages(self, query: str) -> Iterator[list[Issue]]:
        self._read("search")
        found = searched(self.world, query)
        yield found[:PAGE]
        for start in range(PAGE, len(found), PAGE):
            self._read("search")
            yield found[start : start + PAGE]

    def _told(self, keys: Collection[str], fresh: bool) -> list[Issue]:
        """The issues whose comments or files are asked for, as the real adapter reads them."""
        indexed = self.reads_lag and not fresh and len(keys) > FEW
        single = self.reads_lag and not indexed
        for _request in range(0, len(keys), 1 if single else PAGE):
            self._read("search" if indexed else "issue/bulkfetch")
        with self.world.lock:
            shown = [self._seen(key) if indexed else self._visible(key) for key in keys]
            return [issue for issue in shown if issue is not None]

    def _seen(self, key: str) -> Issue | None:
        """An issue as a search by id has it; one the index misses is then read by itself."""
        truth = self._visible(key)
        if truth is None:
            return None
        self.world.index.advance(self.world.clock.now())
        return self.world.index.get(truth.id) or truth

    def _visible(self, key: str) -> Issue | None:
        issue = self.world.issue(key)
        return None if issue is None or self.world.is_hidden(issue) else issue

    def _record(self, issue: Issue, fields: Collection[str]) -> Record:
        return native.record(self.world, issue, fields, self.sandbox.base, self._me)
