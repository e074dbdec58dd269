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
writes return a :data:`~connector.values.WriteResult` for each record, because one bad record must
not hide what became of its neighbours. Only a trouble that concerns the whole side (no network
before anything was sent, no access) is raised from a write.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import BinaryIO, Protocol

from connector.address import Address
from connector.articles import Tie
from connector.contents import File, FileDraft
from connector.counts import Count
from connector.histories import Step
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
    RequestClass,
    SightingPage,
    Stream,
    Trace,
    WriteResult,
)


class Meter(Protocol):
    """Counts HTTP requests, repeats included."""

    def count(self, kind: RequestClass) -> None: ...

    def totals(self) -> Mapping[str, int]: ...


class Memory(Protocol):
    """Small facts an adapter keeps between processes (flavour, workflow graphs), as JSON text."""

    def get(self, name: str) -> str | None: ...

    def put(self, name: str, value: str) -> None: ...


class Witness(Protocol):
    """What a side can testify, so that nobody takes its silence for a fact."""

    def memo(self, name: str) -> str | None:
        """A short text kept on the side itself under our account; ``None`` where there is none."""

    def keep_memo(self, name: str, text: str) -> None:
        """Keep a short text on the side itself; the same text again does no harm."""

    def heed(self, container: str, scope: str) -> None:
        """Make sure that no condition of a scope is passed over. Raises ``NotThere`` naming it."""

    def empty(self, container: str, name: str, keys: Collection[str]) -> frozenset[str]:
        """Which of these records surely have nothing in a field; one that rights hide from us reads
        as empty too."""

    def trace(self, patch: Patch, called: Mapping[str, str]) -> Trace | None:
        """What the side's history shows of a patch whose answer was lost; ``None`` for nothing.

        ``called`` are the labels of linked records by key, as last seen: a history names the others
        by their labels, and one that is hidden by now does not tell its own.
        Another patch of ours that set one of the fields to the same value looks the same there.
        """

    def deleted(self, container: str, keys: Collection[str]) -> dict[str, datetime]:
        """Which of these records are proven to be deleted, and when they were last.

        Absence alone proves nothing. A record that came back, and is hidden since, is left out as
        far as the side tells of it.
        """

    def returned(self, container: str, keys: Collection[str]) -> dict[str, datetime]:
        """Which of these records were brought back from a deletion, and when they were last, as
        far as the side tells. Their files may not have come back with them."""

    def silent(self, container: str) -> str:
        """Why the side proves no deletion, in words for people; empty where it does."""

    def shows(self, container: str) -> bool:
        """Whether the side shows us this container at all, asked afresh."""

    def missing_files(self, numbers: Collection[str]) -> frozenset[str]:
        """Which of these files, asked for one by one by id, are not there.

        Those of a record that is itself not shown prove nothing. None where files as such are
        hidden from us."""

    def missing_comments(
        self, container: str, key: str, lane: str, numbers: Collection[str]
    ) -> frozenset[str]:
        """Which of these comments of a record, all in one lane, are not there when asked for by id.

        Those of a record that is itself not shown prove nothing, and a restricted one looks like
        one that was deleted. None where comments of that lane as such are hidden from us."""

    def closed(self, container: str) -> str:
        """Why nothing can be done with a container here, in words for people: it is not there, is
        kept from us, or lacks what its records need. Empty where all is well."""

    def manner(self, container: str) -> str:
        """How records of a container are moved where that is a matter of its own, in words for
        people; empty where there is nothing to say."""


class Adapter(Protocol):
    """One side of a sync. Safe to call from several threads."""

    name: str
    meter: Meter

    @property
    def witness(self) -> Witness:
        """What the side can testify."""

    @property
    def reads_lag(self) -> bool:
        """Whether :meth:`read` may show a record as it was a while ago, unless asked for fresh."""

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

    def move(self, moves: Sequence[Move], fields: Collection[str]) -> list[WriteResult]:
        """Bring records into the first reachable of their wanted statuses.

        ``Done.record`` is what a read after the last step shows; ``Refused`` names the offered
        statuses in ``error.offered``.
        """

    def comments(
        self, container: str, keys: Collection[str], *, fresh: bool = False
    ) -> tuple[Comment, ...]:
        """All comments of these records, oldest first; ``fresh`` as in :meth:`read`."""

    def comment(self, drafts: Sequence[CommentDraft]) -> list[WriteResult]:
        """Add comments in the given order for each record; ``Done.key`` is the comment's id."""

    def files(
        self, container: str, keys: Collection[str], *, fresh: bool = False
    ) -> tuple[File, ...]:
        """All files of these records, oldest first; ``fresh`` as in :meth:`read`.

        A miss is no proof: what is hidden is left out. Pasted images are told as ``inline``.
        """

    def fetch(self, file: File, into: BinaryIO) -> str:
        """Write a file's content into an open file, chunk by chunk; its SHA-256 in hex.

        ``into`` is written from its present place on, and again from there after a broken try.
        Raises ``Gone``, ``Rejected`` where the side withholds it, ``BrokenAnswer`` for a body
        shorter or longer than ``file.size``. Trouble with ``into`` itself goes up as it is.
        """

    def attach(self, drafts: Sequence[FileDraft]) -> list[WriteResult]:
        """Add files, each read from its place on disk; ``Done.key`` is the attachment's id.

        Never repeats a request whose fate is unclear; the same name twice makes two files.
        """

    def detach(self, files: Sequence[File]) -> list[WriteResult]:
        """Delete these files; one that is gone already is ``Done``."""

    def delete(self, records: Sequence[Address]) -> list[WriteResult]:
        """Delete these records; one that is gone already is ``Done``.

        Never repeats a request whose fate is unclear: a person may have brought the record back.
        """

    def file_limit(self) -> int | None:
        """The bytes that a file may have, 0 where none are taken; ``None`` where nobody tells."""

    def ties(self, tasks: Collection[str]) -> tuple[Tie, ...]:
        """Knowledge articles that hang on these tasks (ServiceNow only; none elsewhere)."""

    def tie(self, ties: Sequence[Tie]) -> list[WriteResult]:
        """Hang articles on tasks; ``Done.key`` is the row's. Never repeats what is unclear."""

    def decorate(self, links: Sequence[RemoteLink]) -> list[WriteResult]:
        """Create or refresh remote links (Jira only)."""

    def people(
        self,
        *,
        keys: Collection[str] = (),
        emails: Collection[str] = (),
        logins: Collection[str] = (),
        accounts: Collection[str] = (),
        column: str = "",
    ) -> tuple[Person, ...]:
        """Persons by key, by exact e-mail and by login, inactive and double ones included.

        ``column`` of the side's own directory names the other side's person (ServiceNow only):
        with it ``Person.account`` is filled, and ``accounts`` find persons too. Raises ``NotThere``
        for a column that is not there or not shown to us.
        """

    def groups(
        self, *, keys: Collection[str] = (), names: Collection[str] = ()
    ) -> tuple[Group, ...]:
        """Groups by key and by exact name, inactive and double ones included (ServiceNow only)."""

    def kinds(self, container: str) -> tuple[KindInfo, ...]:
        """What can be created in a container. Raises ``NotThere`` for an unknown container."""

    def placings(self, container: str, kind: str, names: Collection[str]) -> Mapping[str, Placing]:
        """What these names of fields stand for, for one kind of record in a container."""

    def authorship(self, container: str, key: str, name: str) -> Authorship:
        """Who last changed this field; falls back to the record's last writer."""

    def counts(self, container: str, questions: Sequence[Count]) -> list[Mapping[str, int]]:
        """What the side counts itself: for each question its numbers by group, or one under ``""``.

        A group of records whose column is empty has the key ``""``; one without records is absent.
        A condition that the side passes over widens a count and one that it cannot follow may make
        it 0, both without a word: have the witness heed the scope before. ServiceNow counts rows
        that it hides from us too. Jira counts what its index shows, on Cloud approximately, and
        knows no groups: ``by`` raises ``NotThere``.
        """

    def histories(
        self, container: str, keys: Collection[str], fields: Collection[str]
    ) -> Mapping[str, tuple[Step, ...]]:
        """How these fields of these records changed, oldest step first.

        A record without a step is absent, as is one that is gone or hidden. What was set when the
        record was created is no step. Data Center tells what its index has. Raises ``NotThere``
        for a field that is not there, and where the side keeps no history or not for us.
        """

    def close(self) -> None:
        """Give connections back."""
