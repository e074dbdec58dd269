"""What the engine asks of a system, and the values it gets back.

Terms, used with one meaning everywhere:

container
    where records live: a ServiceNow table (``incident``) or a Jira project key (``OPS``).
kind
    the sort of record inside a container: a Jira issue type name; for ServiceNow the class name.
key
    the stable id: ``sys_id`` or the numeric Jira issue id (as text). Never changes.
label
    what people read: ``INC0010001`` or ``OPS-12``. May change when an issue moves.
version
    an opaque token that changes with the record; compared for equality, never ordered.
mark
    the text that we put into a record we create, so that it can be found again:
    a Jira label or a ServiceNow ``correlation_id``.

An adapter speaks in bulk: every method takes many records where the vendor's API does, and the
result lists are parallel to the arguments. Reads raise the errors of :mod:`connector.errors`;
writes return a :data:`WriteResult` for each record, because one bad record must not hide what
became of its neighbours. Only a trouble that concerns the whole side (no network before anything
was sent, no access) is raised from a write.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeAlias

from connector.errors import ConnectorError, Rejected

Value: TypeAlias = "str | int | float | bool | tuple[str, ...] | None"
"""One field's plain value. ``None`` is empty. Texts are stripped of nothing."""

Fields: TypeAlias = Mapping[str, Value]
"""Native field name to value. An absent name means unknown, never empty."""

Json: TypeAlias = "str | int | float | bool | None | list[Json] | dict[str, Json]"


@dataclass(frozen=True, slots=True)
class Record:
    """One ticket as its own system holds it at one moment.

    ``created`` and ``updated`` are aware UTC stamps of that system's clock. ``created_by`` and
    ``updated_by`` are person keys where the system tells them (ServiceNow: login name; Jira:
    account id or user name), else empty. ``fields`` carries only what was asked for *and*
    answered.
    """

    container: str
    key: str
    label: str
    kind: str
    version: str
    created: datetime
    updated: datetime
    url: str
    created_by: str = ""
    updated_by: str = ""
    fields: Fields = field(default_factory=dict)


class StreamKind(StrEnum):
    """What a stream reports: moved records, or new comments on records."""

    RECORDS = "records"
    COMMENTS = "comments"


@dataclass(frozen=True, slots=True)
class Stream:
    """One change feed of a side, read with one cursor. ``name`` is stable across restarts."""

    name: str
    kind: StreamKind
    containers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sighting:
    """One row of a change feed: this record (or a comment on it) was seen at this version.

    For a comment stream ``key`` is the record's and ``version`` the comment's own id.
    """

    container: str
    key: str
    version: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SightingPage:
    """A page of sightings in ascending time; ``started`` is the server's clock at the first page.

    A cursor may move to ``min(last sighting, started)`` once the page is stored.
    """

    sightings: tuple[Sighting, ...]
    started: datetime


@dataclass(frozen=True, slots=True)
class CommentDraft:
    """A comment to add. ``lane`` is ``work_notes`` or ``comments`` in ServiceNow, else ``comment``.

    ``reference`` is a short text that stands inside ``body`` and is unique for the record: the only
    way to find the comment again after a lost answer. ``internal`` hides it from customers.
    """

    container: str
    key: str
    lane: str
    body: str
    reference: str
    internal: bool = True


@dataclass(frozen=True, slots=True)
class Draft:
    """A record to create. ``mark`` stands in ``fields`` too (label or correlation id).

    ``properties`` are Jira entity properties, written in the same call. ``targets`` name the
    wanted status, best first (see :meth:`Adapter.move`); an adapter that can lets it ride with the
    create and otherwise leaves the record in its first status. ``comments`` ride where the create
    screen allows it; the caller reads back which ones arrived.
    """

    container: str
    kind: str
    mark: str
    fields: Fields
    properties: Mapping[str, Json] = field(default_factory=dict)
    targets: tuple[str, ...] = ()
    comments: tuple[CommentDraft, ...] = ()


@dataclass(frozen=True, slots=True)
class Patch:
    """Fields to set, and members to add to or remove from set-like fields (labels)."""

    container: str
    key: str
    fields: Fields = field(default_factory=dict)
    add: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    remove: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    properties: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Move:
    """A wanted status: ``targets`` best first, each a value of ``name`` or ``category:<key>``.

    ``fields`` go along with the last step where its screen offers or demands them.
    """

    container: str
    key: str
    name: str
    targets: tuple[str, ...]
    fields: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Done:
    """The write happened. ``record`` is the read-back where the API returned it at no extra cost."""

    key: str
    label: str = ""
    record: Record | None = None
    hops: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """The write did not happen and will not by repeating it: park it with this reason."""

    error: Rejected


@dataclass(frozen=True, slots=True)
class NotSent:
    """The write certainly did not happen (refused before any work, or never sent): try later."""

    error: ConnectorError


@dataclass(frozen=True, slots=True)
class Unclear:
    """The write may or may not have happened, or may still happen: look before repeating."""

    error: ConnectorError


WriteResult: TypeAlias = "Done | Refused | NotSent | Unclear"


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment as its system holds it; ``reference`` search is left to the caller."""

    container: str
    key: str
    id: str
    lane: str
    author: str
    author_name: str
    created: datetime
    updated: datetime
    body: str
    internal: bool


@dataclass(frozen=True, slots=True)
class RemoteLink:
    """Decoration on a Jira issue: a link back, idempotent by ``global_id`` on that issue."""

    key: str
    global_id: str
    url: str
    title: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody a side knows. ``key`` is what fields hold (sys_id, account id or user name)."""

    key: str
    name: str
    email: str
    active: bool
    login: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One allowed value; ``group`` is a status' category key or a dependent value, else empty."""

    value: str
    label: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """One field as the side describes it. ``required`` and ``writable`` are for creating."""

    name: str
    label: str
    type: str
    required: bool = False
    writable: bool = True
    max_length: int | None = None
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class KindInfo:
    """A kind of record with its fields; ``level`` is 1 for epics, 0 standard, -1 sub-tasks."""

    id: str
    name: str
    level: int = 0
    fields: tuple[FieldInfo, ...] = ()
    statuses: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the side thinks we are, and what it is. ``host`` is ``host[:port]`` without a scheme."""

    key: str
    name: str
    host: str
    flavour: str
    version: str
    server_now: datetime
    admin: bool = False


@dataclass(frozen=True, slots=True)
class Authorship:
    """Who put a field's present value there, and when; ``author`` is a name people know."""

    author: str
    at: datetime


class RequestClass(StrEnum):
    """How a request is counted (DESIGN section 5, ``requests``)."""

    READ = "read"
    WRITE = "write"
    DECORATION = "decoration"


class Meter(Protocol):
    """Counts HTTP requests, repeats included."""

    def count(self, kind: RequestClass) -> None: ...

    def totals(self) -> Mapping[str, int]: ...


class Memory(Protocol):
    """Small facts an adapter keeps between processes (flavour, workflow graphs), as JSON text."""

    def get(self, name: str) -> str | None: ...

    def put(self, name: str, value: str) -> None: ...


class Adapter(Protocol):
    """One side of a sync. Safe to call from several threads."""

    name: str
    meter: Meter

    def identity(self) -> Identity:
        """Ask who we are. Raises ``AccessLost`` when the side does not know us."""

    def server_now(self) -> datetime:
        """The side's clock as its last answer showed it; asks once when there was none yet."""

    def streams(self, containers: Collection[str]) -> tuple[Stream, ...]:
        """The change feeds that together cover these containers."""

    def changed(self, stream: Stream, since: datetime) -> Iterator[SightingPage]:
        """Everything stamped ``since`` or later, oldest first, inclusive, in pages."""

    def listed(
        self, container: str, scope: str, fields: Collection[str]
    ) -> Iterator[tuple[Record, ...]]:
        """All records a scope selects (empty scope: all), by key, in pages."""

    def in_scope(self, container: str, scope: str, keys: Collection[str]) -> frozenset[str]:
        """Which of these keys the scope selects now."""

    def read(
        self, container: str, keys: Collection[str], fields: Collection[str], *, fresh: bool = False
    ) -> dict[str, Record]:
        """Records by key; what is gone or hidden is absent from the answer.

        With ``fresh`` the answer is never older than the call (single reads where bulk reads go
        through an index). Reads by key follow a record that moved to another container.
        """

    def find(self, container: str, marks: Collection[str]) -> dict[str, tuple[Record, ...]]:
        """Records that carry these marks. A hit is proof, a miss is not (index lag)."""

    def create(self, drafts: Sequence[Draft]) -> list[WriteResult]:
        """Create records; ``Done.label`` is set. Never repeats a request whose fate is unclear."""

    def patch(self, patches: Sequence[Patch], fields: Collection[str]) -> list[WriteResult]:
        """Change records; ``Done.record`` holds ``fields`` as stored where the API returns them."""

    def move(self, move: Move, fields: Collection[str]) -> WriteResult:
        """Bring a record into the first reachable of the wanted statuses.

        ``Refused`` names the offered ones in ``error.offered``.
        """

    def comments(self, container: str, keys: Collection[str]) -> tuple[Comment, ...]:
        """All comments of these records, oldest first."""

    def comment(self, drafts: Sequence[CommentDraft]) -> list[WriteResult]:
        """Add comments in the given order for each record; ``Done.key`` is the comment's id."""

    def decorate(self, links: Sequence[RemoteLink]) -> list[WriteResult]:
        """Create or refresh remote links (Jira only)."""

    def people(
        self, *, keys: Collection[str] = (), emails: Collection[str] = ()
    ) -> tuple[Person, ...]:
        """Persons by key and by exact e-mail, inactive and double ones included."""

    def kinds(self, container: str) -> tuple[KindInfo, ...]:
        """What can be created in a container. Raises ``NotThere`` for an unknown container."""

    def authorship(self, container: str, key: str, name: str) -> Authorship:
        """Who last changed this field; falls back to the record's last writer."""

    def close(self) -> None:
        """Give connections back."""
