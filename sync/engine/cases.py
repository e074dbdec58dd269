"""What the inbox points at, read and ready to be judged: linked records and new ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from connector.contents import File
from connector.values import Comment, Fields, Record
from mappings.model import MappingSpec, Rule
from mappings.sides import Side
from mappings.templates import LABEL
from mappings.values import Unknown
from sync.apply.common import COMMENTED, ECHO, FILED
from sync.core.knowledge import Article
from sync.core.merge import Stuck
from sync.core.model import Absence, Base, CommentLink, FileLink, Link, Parked, Value
from sync.core.reminders import OLD_COPY, WAITS, old_copy_of, refused_of
from sync.runtime import container
from sync.store.values import QueuedRow


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A carried comment that its side no longer shows. ``words`` are the first line of its copy,
    ``internal`` says whether customers must not read a word on it."""

    side: Side
    comment: str
    lane: str
    words: str
    internal: bool

    @staticmethod
    def name_of(comment: str) -> str:
        """What the word on a comment is called; it is told once by this name."""
        return f"withdrawn {comment}"


@dataclass(frozen=True, slots=True)
class Case:
    """A link that needs a look. A record that was not read, or not seen, is absent.

    ``withdrawn`` are carried comments that are no longer shown,
    ``unfiled`` are carried files whose originals were deleted, ``lost`` those that went with a
    record which is back, ``doubtful`` those that may have.
    ``complete`` says that both sides were asked, so an absent record is one we could not see;
    ``gone`` are sides whose record counts as deleted, with why; ``absences`` what is known of those
    that are not shown or came back, ``noted`` as the store has it; ``removing`` that a deletion of
    ours is under way. ``disputed`` are the fields with an open conflict, ``unseen`` is what it
    ought to be linked with or to point at and is not shown;
    ``articles`` are published ones about it.
    """

    spec: MappingSpec
    link: Link
    rows: tuple[QueuedRow, ...]
    records: Mapping[Side, Record]
    bases: Mapping[str, Base]
    parked: tuple[Parked, ...] = ()
    disputed: frozenset[str] = frozenset()
    complete: bool = False
    comments: Mapping[Side, tuple[Comment, ...]] = field(default_factory=dict)
    known: tuple[CommentLink, ...] = ()
    withdrawn: tuple[Withdrawn, ...] = ()
    files: Mapping[Side, tuple[File, ...]] = field(default_factory=dict)
    filed: tuple[FileLink, ...] = ()
    unfiled: tuple[FileLink, ...] = ()
    lost: tuple[FileLink, ...] = ()
    doubtful: tuple[FileLink, ...] = ()
    gone: Mapping[Side, str] = field(default_factory=dict)
    absences: Mapping[Side, Absence] = field(default_factory=dict)
    noted: Mapping[Side, Absence] = field(default_factory=dict)
    removing: bool = False
    unseen: frozenset[str] = frozenset()
    articles: tuple[Article, ...] = ()

    @property
    def woken(self) -> frozenset[Side]:
        """The sides that asked for the look."""
        return frozenset(row.side for row in self.rows)

    @property
    def making(self) -> bool:
        """Whether the two never agreed yet: everything still belongs to the link's creation."""
        return self.link.agreed_at is None

    @property
    def returned(self) -> Side | None:
        """The side whose record is back after its twin was closed because it was gone."""
        back = (side for side, one in self.absences.items() if one.closed and one.since is None)
        return next(back, None)

    def missing(self) -> tuple[Side, ...]:
        """Sides that were asked for their record and did not show it."""
        return tuple(side for side in Side if self.complete and side not in self.records)

    @property
    def reasons(self) -> frozenset[str]:
        """Why it is looked at."""
        return frozenset().union(*(reasons(row) for row in self.rows))

    def forced(self) -> bool:
        """Whether somebody asked for a full look (retry, sweep, a new link)."""
        return bool(self.reasons - QUIET_REASONS)


def places(asked: Iterable[tuple[Case, frozenset[Side]]]) -> dict[tuple[Side, str], list[str]]:
    """Keys of the records to ask for, by side and container, each once: one bulk read for each.

    Always in the same order, whatever a set's is.
    """
    found: dict[tuple[Side, str], dict[str, None]] = defaultdict(dict)
    for case, sides in asked:
        for side in Side:
            if side in sides:
                found[(side, container(case.spec, side))][case.link.end(side).key] = None
    return {place: list(keys) for place, keys in found.items()}


def context(record: Record | None) -> Fields:
    """What a relation may tell the other side of a record: its fields, and what it is called."""
    return {} if record is None else {**record.fields, LABEL: record.label}


def reasons(row: QueuedRow) -> frozenset[str]:
    """All reasons of a row: the inbox joins those of several nudges with ``+``."""
    return _apart(row.reason)


@lru_cache(maxsize=256)  # each rule of a link asks, and few are ever given
def _apart(reason: str) -> frozenset[str]:
    return frozenset(reason.split("+"))


SWEEP = "sweep"
"""Reason of a row that the audit left."""

APPEARED = "appeared"
"""Reason of a row whose twin was taken for lost, and is there after all."""

QUIET_REASONS = frozenset({"changed", ECHO, COMMENTED, FILED})
"""Reasons for which a record that equals its base needs no look at the other side."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record without a link. ``side`` is where it lives.

    One ``outside`` its scope may only be joined to a twin that is there already.
    """

    spec: MappingSpec
    side: Side
    record: Record
    rows: tuple[QueuedRow, ...]
    comments: tuple[Comment, ...] = ()
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """A candidate that gets no twin before one of the records ``at`` has one; ``why`` is for a
    person."""

    candidate: Candidate
    at: tuple[str, ...]
    why: Stuck | None = None


@dataclass(frozen=True, slots=True)
class Gathered:
    """All work one pass found, and the rows that turned out to be none.

    ``idle`` rows are finished; ``held`` rows wait for an intent of theirs to become clear.
    ``waiting`` are records whose turn has not come.
    ``looks_empty`` names, for a pair, a side that suddenly shows none of its linked records.
    """

    cases: tuple[Case, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    idle: tuple[QueuedRow, ...] = ()
    held: tuple[QueuedRow, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    looks_empty: Mapping[str, str] = field(default_factory=dict)


def contested(case: Case, name: str) -> bool:
    """Whether both sides had changed a reference when they came to agree on it, with nothing said
    by one of them yet: what was agreed on before is kept as what waits."""
    base, before = case.bases.get(name), case.bases.get(name + WAITS)
    if base is None or before is None:
        return False
    return all(before.of(side) != base.of(side) for side in Side)


def beginning(case: Case, name: str) -> bool:
    """Whether both sides never agreed on a reference that belongs to the link's creation."""
    return case.making or refused_of(name) in case.bases


def of_old_copy(case: Case, name: str) -> bool:
    """Whether what a field tells may be old, as far as earlier looks know: the store is a copy."""
    return bool(case.bases.keys() & {OLD_COPY, old_copy_of(name)})


def present(case: Case, rule: Rule, side: Side) -> Value | Unknown:
    """The present value; a side that was not read still holds its base (nothing woke it)."""
    record = case.records.get(side)
    if record is not None:
        return rule.relation.canonical(side, record.fields)
    base = case.bases.get(rule.name)
    return rule.relation.canonical(side, {}) if base is None else base.of(side)
