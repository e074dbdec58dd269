"""The engine's values. All frozen: a new fact makes a new value.

The words are those of the glossary in ``sync/README.md``. ``value`` always means a canonical value
in the vocabulary of its own side (see :mod:`mappings.relations`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from mappings.sides import Side

Value: TypeAlias = "str | int | float | bool | tuple[str, ...] | None"


class LinkState(StrEnum):
    """``active`` flows; ``frozen`` moved away or hidden; ``missing`` awaits evidence; ``ended``
    is a tombstone: the pair is remembered so that nobody re-creates it, and resumed where the
    record comes back."""

    ACTIVE = "active"
    FROZEN = "frozen"
    MISSING = "missing"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class End:
    """One side of a link: where the record is, what it is called, the version last agreed on."""

    container: str
    key: str
    label: str = ""
    version: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """The remembered relation of two records. ``id`` is 0 until stored.

    ``made_at`` is the clock of the side it came from: comments and files of that side are compared
    with it (reliability: I-24).
    """

    id: int
    pair: str
    servicenow: End
    jira: End
    state: LinkState = LinkState.ACTIVE
    origin: Side = Side.SERVICENOW
    made_at: datetime | None = None
    agreed_at: datetime | None = None

    def end(self, side: Side) -> End:
        """The end on that side."""
        return self.servicenow if side is Side.SERVICENOW else self.jira

    def with_end(self, side: Side, end: End) -> Link:
        """A copy with another end on that side."""
        if side is Side.SERVICENOW:
            return replace(self, servicenow=end)
        return replace(self, jira=end)


@dataclass(frozen=True, slots=True)
class Base:
    """What each side held for one field when the two last agreed (from read-back, never sent)."""

    servicenow: Value
    jira: Value

    def of(self, side: Side) -> Value:
        """The value of that side."""
        return self.servicenow if side is Side.SERVICENOW else self.jira


Bases: TypeAlias = Mapping[str, Base]
"""Field name (the rule's name) to base."""


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One record that needs a look. ``due`` holds it back after a failure."""

    side: Side
    container: str
    key: str
    reason: str
    attempts: int = 0
    due: datetime | None = None


class IntentState(StrEnum):
    """A write that must not be repeated blindly, before, during and after its request."""

    PLANNED = "planned"
    SENT = "sent"
    UNCLEAR = "unclear"
    DONE = "done"
    DROPPED = "dropped"


class IntentKind(StrEnum):
    """What the intent would make, or take away."""

    CREATE = "create"
    COMMENT = "comment"
    FILE = "file"
    DELETE = "delete"
    ARTICLE = "article"
    TIE = "tie"


@dataclass(frozen=True, slots=True)
class Intent:
    """A create, comment, file or deletion under way. ``marker`` is unique, the same for every
    attempt.

    ``side`` is where it is written; ``source_key`` the record, comment or file it comes from, the
    problem that an article is about, or the article that is tied; ``parent`` the record that gets
    the comment, file or article, or is deleted. ``sent_at`` is the target's clock.
    """

    marker: str
    pair: str
    kind: IntentKind
    side: Side
    container: str
    source_key: str
    parent: str = ""
    state: IntentState = IntentState.PLANNED
    attempt: int = 0
    sent_at: datetime | None = None
    result: str = ""


@dataclass(frozen=True, slots=True)
class SentWrite:
    """One field of a sent patch: canonical values of its side, and what the other side held.

    ``natives`` are the native fields by which it is set; a ``walk`` gets there step by step, and
    may stop on the way. ``agreed`` is what the two had last agreed on when it was sent.
    """

    name: str
    old: Value
    new: Value
    other: Value
    reason: str
    natives: tuple[str, ...] = ()
    walk: bool = False
    agreed: Base | None = None


@dataclass(frozen=True, slots=True)
class SentPatch:
    """A patch that went out and whose answer is not written down yet.

    ``fields`` are the native values that it sets, ``version`` is the record's as it was decided on,
    ``sent_at`` the target's clock. ``overtaken``: a later patch of the same record went out, so
    an entry in the side's history may be of either. ``id`` is 0 until stored.
    """

    id: int
    pair: str
    link_id: int
    side: Side
    container: str
    key: str
    version: str
    fields: Mapping[str, Value]
    writes: tuple[SentWrite, ...]
    plan: str
    sent_at: datetime
    overtaken: bool = False


@dataclass(frozen=True, slots=True)
class CommentLink:
    """A text about a comment that was carried, and the id of its copy on the other side.

    ``source_id`` is the text's name (:mod:`sync.core.tellings`): the comment's id, for a later part
    or an edit with what it is of it. ``stamp`` is the comment's ``updated`` in milliseconds and
    ``digest`` that of the text, as they were when it was told; empty where nobody knows. ``parts``
    says of how many parts this is one.
    """

    link_id: int
    source: Side
    source_id: str
    copy_id: str
    lane: str
    stamp: str = ""
    digest: str = ""
    parts: int = 1


@dataclass(frozen=True, slots=True)
class FileLink:
    """A file that was carried: source id on one side, its copy's id on the other.

    ``size`` is in bytes, ``digest`` the sha256 of what was sent (empty where nobody knows it: a
    copy that was found there).
    """

    link_id: int
    source: Side
    source_id: str
    copy_id: str
    name: str
    size: int
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Absence:
    """How long a linked record has not been shown, and what was made of it.

    All times but ``due`` are those of the record's own side. ``since`` is empty again once the
    record is back, ``back_at`` says since when. ``looks`` counts those that were far enough apart,
    ``looked_at`` is the latest of them; ``due`` is when the program's clock asks for another.
    ``word`` is that of a person who says that the record was deleted; ``closed``: its twin was
    closed for that.
    """

    link_id: int
    side: Side
    since: datetime | None = None
    looks: int = 0
    looked_at: datetime | None = None
    due: datetime | None = None
    word: str = ""
    back_at: datetime | None = None
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Seat:
    """One side's part in a conflict: value, author (a name people know) and time."""

    value: Value
    author: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """Both sides changed one field since they agreed, and the two do not fit together."""

    id: int
    pair: str
    link_id: int
    number: str
    key: str
    field: str
    base: Base | None
    servicenow: Seat
    jira: Seat
    decision: str
    reason: str
    open: bool
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Parked:
    """Work put aside for a person. ``field`` is empty when the whole record waits."""

    id: int
    pair: str
    side: Side
    container: str
    key: str
    label: str
    field: str
    reason: str
    remedy: str
    offered: tuple[str, ...] = ()
    fingerprint: str = ""
    attempts: int = 1
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One write on one side, and why (I-23)."""

    pair: str
    link_id: int
    side: Side
    label: str
    kind: str
    field: str
    old: Value
    new: Value
    reason: str
    plan: str
    outcome: str
    at: datetime | None = None
    id: int = 0


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person as the directory remembers him on one side.

    ``account`` is the other side's person whom a column of this side names. It is asked anew in
    every process and not kept: the column may have changed, or be another one by now.
    """

    side: Side
    key: str
    name: str
    email: str
    active: bool
    login: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True)
class PairState:
    """What the store knows of a pair: the mapping it last ran with, and its first run's end."""

    pair: str
    fingerprint: str = ""
    first_run_done: bool = False
    loaded: bool = False
    extra: Mapping[str, str] = field(default_factory=dict)
