"""The values that go between the engine and a system. All frozen.

The terms (container, kind, key, label, version, mark) are those of :mod:`connector.base`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from connector.errors import ConnectorError, Rejected

Value: TypeAlias = "str | int | float | bool | tuple[str, ...] | None"
"""One field's plain value. ``None`` is empty. Texts are stripped of nothing."""

Fields: TypeAlias = Mapping[str, Value]
"""Native field name to value. An absent name means unknown, never empty."""

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"


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
    """What a stream reports: moved records, new comments on records, or new files on records."""

    RECORDS = "records"
    COMMENTS = "comments"
    FILES = "files"


@dataclass(frozen=True, slots=True)
class Stream:
    """One change feed of a side, read with one cursor. ``name`` is stable across restarts.

    One with a ``lane`` tells of comments of that lane only, and can be done without: where nobody
    carries them it need not be read, and where we may not read it the side is none the worse.
    """

    name: str
    kind: StreamKind
    containers: tuple[str, ...]
    lane: str = ""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One row of a change feed: this record (or something on it) was seen at this version.

    In a stream of comments or files ``key`` is the record's and ``version`` the thing's own id.
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
    One that ``follows`` is of no use without the one before it on its record: it is not sent where
    that was refused.
    """

    container: str
    key: str
    lane: str
    body: str
    reference: str
    internal: bool = True
    follows: bool = False


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
    """Fields to set, and members to add to or remove from set-like fields: Jira's labels, and the
    issues linked with certain words (``link:is blocked by``), by id.

    ``version`` is that of the record this was decided on: a side that counts its writes can tell
    from it whether somebody else wrote in between.
    """

    container: str
    key: str
    fields: Fields = field(default_factory=dict)
    add: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    remove: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    properties: Mapping[str, Json] = field(default_factory=dict)
    version: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """A wanted status: ``targets`` best first, each a value of ``name`` or ``category:<key>``.

    ``fields`` go along with the last step where its screen offers or demands them. ``present`` is
    the record as the caller has just read it (fresh, with ``name``): a known way from there needs
    no look before the first step.
    """

    container: str
    key: str
    name: str
    targets: tuple[str, ...]
    fields: Fields = field(default_factory=dict)
    present: Record | None = None


@dataclass(frozen=True, slots=True)
class Replaced:
    """What stood in a field right before our write, and who had put it there, where known."""

    value: Value
    author: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """The write happened. ``record`` is the read-back where the API gives it at no extra cost.

    ``replaced``, by native name, as its history tells; ``intruded``: somebody wrote since the
    patch's version. ``digest``: SHA-256 of a stored file. ``doubted``: a step may be done late.
    """

    key: str
    label: str = ""
    record: Record | None = None
    hops: tuple[str, ...] = ()
    replaced: Mapping[str, Replaced] = field(default_factory=dict)
    intruded: bool = False
    digest: str = ""
    doubted: bool = False


@dataclass(frozen=True, slots=True)
class Trace:
    """What a side's history shows of a patch: which of its fields were ``written``, by native name,
    what that replaced as far as it tells, and whether somebody else wrote since its version."""

    written: frozenset[str]
    replaced: Mapping[str, Replaced] = field(default_factory=dict)
    intruded: bool = False


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
    """One comment as its system holds it; ``reference`` search is left to the caller.

    ``lane`` is that of a :class:`CommentDraft`, or ``approval`` for a decision about a change.
    ``internal``: customers must not read it, or nobody says that they may. ``editor_name`` is who
    wrote it last, where that is told.
    """

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
    editor_name: str = ""


@dataclass(frozen=True, slots=True)
class RemoteLink:
    """Decoration on a Jira issue: a link back, idempotent by ``global_id`` on that issue."""

    key: str
    global_id: str
    url: str
    title: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody a side knows. ``key`` is what fields hold (sys_id, account id or user name);
    ``account`` is the other side's person as a column of this side's directory names him."""

    key: str
    name: str
    email: str
    active: bool
    login: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A group of people that records can be assigned to; ``key`` is what fields hold."""

    key: str
    name: str
    active: bool


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
class Placing:
    """What a field's name stands for: the ``ids`` of all fields it may mean, and whether the one
    stands where records are created and where they are edited (``None``: nobody can tell)."""

    ids: tuple[str, ...]
    create: bool = True
    edit: bool | None = None


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
    """How a request is counted (``requests`` in a summary)."""

    READ = "read"
    WRITE = "write"
    DECORATION = "decoration"
