"""Values at random, from pools so small that rows meet: the same record in two links, a comment
carried twice, an intent planned again. Some words are such that a database keeps them only in part.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, TypeVar

from connector.values import Sighting
from mappings.sides import Side
from sync.core.model import (
    Absence,
    Base,
    CommentLink,
    Conflict,
    End,
    FileLink,
    HistoryRow,
    Intent,
    IntentKind,
    Link,
    LinkState,
    Parked,
    PersonRow,
    Seat,
    SentPatch,
    SentWrite,
    Value,
)

T = TypeVar("T")
NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)
IDS = range(1, 10)
WORDS = ("", "1", "2", "ops-1", "OPS-1", "\u00e4", "k\0", "k\ufffd", "v\udc80")
KEYS = ("1", "2", "3", "4", "k\0", "\u00e4")
VALUES: tuple[Value, ...] = (
    *(None, True, 1, 1.0, 0.0, -0.0, "", "a", "null", "\ud800\0", Side.JIRA),
    *((), ("a",), ("b", "a")),
)
STATES = (LinkState.ACTIVE, LinkState.ACTIVE, LinkState.FROZEN, LinkState.ENDED)


class Pools:
    """Draws values; the same seed draws the same."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def one(self, values: Sequence[T]) -> T:
        """One of these."""
        return self._random.choice(values)

    def some(self, values: Sequence[T], most: int = 4) -> list[T]:
        """None to ``most`` of these, doubles among them."""
        return [self.one(values) for _ in range(self._random.randint(0, most))]

    def yes(self, chance: float = 0.5) -> bool:
        """Yes or no."""
        return self._random.random() < chance

    def id(self) -> int:
        """A number that a row may have."""
        return self.one(IDS)

    def side(self) -> Side:
        """One of the two."""
        return self.one(list(Side))

    def word(self) -> str:
        """Text from outside."""
        return self.one(WORDS)

    def key(self) -> str:
        """A record's key."""
        return self.one(KEYS)

    def value(self) -> Value:
        """A canonical value."""
        return self.one(VALUES)

    def at(self) -> datetime:
        """A moment around noon, here or further east."""
        zone = self.one((UTC, timezone(timedelta(hours=2))))
        return NOON.astimezone(zone) + timedelta(seconds=self._random.randint(-5, 5) / 2)

    def maybe(self) -> datetime | None:
        """A moment or none."""
        return self.at() if self.yes() else None

    def end(self) -> End:
        """One side of a link."""
        return End(self.one("ab"), self.key(), self.word(), self.word(), "https://x")

    def link(self, id: int) -> Link:
        """A link of any state."""
        return Link(
            id, self.one("pq"), self.end(), self.end(), self.one(STATES), self.side(),
            self.maybe(), self.maybe(),
        )  # fmt: skip

    def base(self) -> Base:
        """A base."""
        return Base(self.value(), self.value())

    def bases(self) -> dict[str, Base]:
        """Bases of some fields."""
        return {field: self.base() for field in self.some("hfg")}

    def sighting(self) -> Sighting:
        """A sighting."""
        return Sighting(self.one("ab"), self.key(), self.word(), self.at())

    def sightings(self) -> list[Sighting]:
        """A page of a stream."""
        return [self.sighting() for _ in self.some(IDS)]

    def marker(self) -> str:
        """An intent's marker."""
        return f"m{self.id()}"

    def intent(self) -> Intent:
        """An intent."""
        return Intent(
            self.marker(), "p", self.one(list(IntentKind)), self.side(), self.word(), self.word(),
            self.word(),
        )  # fmt: skip

    def comment(self) -> CommentLink:
        """A carried comment."""
        return CommentLink(
            self.id(), self.side(), self.word(), self.word(), "lane",
            self.one(("", "1")), self.one(("", "a")), self.one((1, 2)),
        )  # fmt: skip

    def file(self) -> FileLink:
        """A carried file."""
        names = self.word(), self.word(), self.word()
        return FileLink(self.id(), self.side(), *names, self.id() * 2**33, "d" * 64)

    def absence(self) -> Absence:
        """A record that is not shown, or that came back."""
        return Absence(
            self.id(), self.side(), self.maybe(), self.id(), self.maybe(), self.maybe(),
            self.word(), self.maybe(), self.yes(),
        )  # fmt: skip

    def seat(self) -> Seat:
        """One side's part in a conflict."""
        return Seat(self.value(), self.word(), self.maybe())

    def conflict(self) -> Conflict:
        """A conflict, open or closed."""
        return Conflict(
            0, "p", self.id(), self.word(), self.word(), self.one("fg"),
            self.base() if self.yes() else None, self.seat(), self.seat(), "ask", self.word(),
            self.yes(0.7), self.maybe(),
        )  # fmt: skip

    def parked(self) -> Parked:
        """Work put aside."""
        return Parked(
            0, "p", self.side(), "a", self.key(), self.word(), self.one(("", "f", "g")),
            self.word(), self.word(), tuple(self.some(WORDS)), "f", self.id(), self.maybe(),
        )  # fmt: skip

    def history(self) -> HistoryRow:
        """A write that is explained."""
        return HistoryRow(
            "p", self.id(), self.side(), self.word(), "update", "f", self.value(), self.value(),
            self.word(), "plan", self.word(), self.maybe(),
        )  # fmt: skip

    def write(self) -> SentWrite:
        """One field of a sent patch."""
        return SentWrite(self.one("fg"), self.value(), self.value(), self.value(), self.word())

    def patch(self) -> SentPatch:
        """A patch that goes out."""
        fields: dict[str, Any] = {name: self.value() for name in self.some("gf", 2)}
        writes = tuple(self.write() for _ in self.some(IDS, 2))
        return SentPatch(
            0, "p", self.id(), self.side(), "a", self.key(), self.word(), fields, writes, "plan",
            self.at(), self.yes(0.1),
        )  # fmt: skip

    def person(self) -> PersonRow:
        """Somebody on a side."""
        return PersonRow(self.side(), self.word(), self.word(), self.word(), self.yes())
