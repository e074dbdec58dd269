"""Values as relations see them, and what a relation needs from outside.

A canonical value is a side's own value in normal form, in that side's own vocabulary: ``"2"`` for a
ServiceNow state, ``"In Progress"`` for a Jira status. ``None`` is empty; :data:`UNKNOWN` means that
the field was absent from an answer, which never means empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Protocol, TypeAlias

from mappings.sides import Side

Value: TypeAlias = "str | int | float | bool | tuple[str, ...] | None"
Fields: TypeAlias = Mapping[str, Value]


class Unknown(Enum):
    """The type of :data:`UNKNOWN`."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN


@dataclass(frozen=True, slots=True)
class Unmappable:
    """A value without a counterpart: why, and what a person can do about it.

    ``seen`` is false where the value itself is not shown to us: then nothing is known of it.
    """

    reason: str
    remedy: str
    seen: bool = True


@dataclass(frozen=True, slots=True)
class Wish:
    """A status to be reached: ``targets`` best first (names, or ``category:<key>``).

    ``fields`` go along with the step where it offers or demands them.
    """

    name: str
    targets: tuple[str, ...]
    fields: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """What to write natively: fields to set, members to add or remove, a status to reach."""

    fields: Fields = field(default_factory=dict)
    add: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    remove: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    wish: Wish | None = None


class Lookup(Protocol):
    """Look-ups over facts that the engine holds."""

    def person(self, side: Side, key: str) -> str | Unmappable:
        """The active person on the other side of ``side`` who is the same as this one."""

    def same(self, servicenow: str, jira: str) -> bool:
        """Whether two keys stand for one person, who may have left the company."""

    def stand_in(self, side: Side) -> str | Unknown | Unmappable | None:
        """Whom a side gets for somebody without a counterpart: ``None`` is nobody, unknown means
        that a person is asked."""

    def group_name(self, key: str) -> str | None:
        """What the ServiceNow group behind a key is called, where one is shown to us."""

    def group_key(self, name: str) -> str | Unmappable:
        """The one active ServiceNow group of that name."""

    def twin(self, side: Side, key: str, table: str = "") -> str | None:
        """The key of the record linked with this one, on the other side of ``side``.

        With a ``table`` only where the link has not ended and its ServiceNow record is of that one.
        """

    def above(self, issue: str, column: str) -> str | None:
        """The ServiceNow record to which the twin of this issue pointed in that column when the
        two last agreed."""

    def category(self, status: str) -> str | None:
        """``new``, ``indeterminate`` or ``done`` for a Jira status name."""

    def name(self, side: Side, key: str) -> str:
        """What people call the person behind a key; the key itself where nobody is known."""
