"""Values as a database gives them back: what :mod:`sync.store.types` does on the way in and out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sync.core.model import Base, Value
from sync.errors import BrokenInvariant
from sync.store.types import Words, decode, encode
from tests.support.memory.tables import PLACE

_WORDS = Words()
_PLAIN = frozenset({str, int, float, bool, type(None)})


def text(value: str) -> str:
    """One of our own words."""
    if value is None:
        raise missing()
    return value


def words(value: str) -> str:
    """Text from outside, without what PostgreSQL cannot keep."""
    kept = _WORDS.write(value)
    if kept is None:
        raise missing()
    return kept


def stamp(value: datetime) -> datetime:
    """A moment in UTC."""
    kept = moment(value)
    if kept is None:
        raise missing()
    return kept


def moment(value: datetime | None) -> datetime | None:
    """A moment in UTC, or none."""
    if value is None:
        return None
    if value.tzinfo is None:
        raise BrokenInvariant(f"a stamp without a zone: {value!r}")
    return value.astimezone(UTC)


def flag(value: Any) -> bool:
    """Yes or no."""
    if value is None:
        raise missing()
    return bool(value)


def canonical(value: Value) -> Value:
    """A canonical value as JSON keeps it: lists are tuples, texts are plain."""
    if type(value) in _PLAIN or (type(value) is tuple and all(type(one) is str for one in value)):
        return value
    return decode(encode(value))


def base(value: Base) -> Base:
    """Both values of a base."""
    return Base(canonical(value.servicenow), canonical(value.jira))


def missing() -> BrokenInvariant:
    """What a database says of a null where none may be."""
    return BrokenInvariant(f"store {PLACE}: NOT NULL constraint failed")
