"""How our values are kept, identically on both databases.

Stamps are UTC text of fixed width, so that their order as text is their order in time and no
driver's or server's time zone can shift them. Canonical values are JSON text: equal values give
equal text. Words from outside lose only what PostgreSQL cannot hold at all.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar, cast

from sqlalchemy import String, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from sync.core.model import Base, Value
from sync.errors import BrokenInvariant

T = TypeVar("T")


def encode(value: Value) -> str:
    """A canonical value as JSON text. Escapes everything that is not plain ASCII, and so can hold
    any text a side may send."""
    return json.dumps(value, separators=(",", ":"))


def decode(text: str) -> Value:
    """The value of :func:`encode`, tuples restored."""
    value = json.loads(text)
    return tuple(value) if isinstance(value, list) else cast(Value, value)


class _Coded(TypeDecorator[T]):
    """A type that is text in the database; its children say how."""

    impl: type[TypeEngine[Any]] | TypeEngine[Any] = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Value to text."""
        return self.write(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> T | None:  # noqa: ARG002
        """Text to value."""
        return None if value is None else self.read(value)

    def write(self, value: Any) -> str | None:
        """The text to keep, or ``None`` for a null."""
        raise NotImplementedError

    def read(self, text: str) -> T | None:
        """The value of a text."""
        raise NotImplementedError


class Utc(_Coded[datetime]):
    """An aware stamp as text in UTC with microseconds."""

    impl = String(27)
    cache_ok = True

    def write(self, value: datetime | None) -> str | None:
        """A naive stamp is a bug."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise BrokenInvariant(f"a stamp without a zone: {value!r}")
        # strftime does not pad the year on every platform; isoformat does.
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"

    def read(self, text: str) -> datetime:
        """Always aware, always UTC."""
        return datetime.fromisoformat(text)


class Words(_Coded[str]):
    """Text from outside. NUL and lone surrogates, which PostgreSQL refuses, become U+FFFD."""

    cache_ok = True

    def write(self, value: str | None) -> str | None:
        """Replace what cannot be kept."""
        if value is None or (value.isascii() and "\0" not in value):
            return value
        return "".join("\ufffd" if sign == "\0" or _is_surrogate(sign) else sign for sign in value)

    def read(self, text: str) -> str:
        """As it stands."""
        return text


class Word(_Coded[StrEnum]):
    """A member of one of our enumerations, kept as its text."""

    impl = String(16)
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__()
        self.kind = kind

    def write(self, value: StrEnum | None) -> str | None:
        """A text that is none of the members is a bug."""
        return None if value is None else self.kind(value).value

    def read(self, text: str) -> StrEnum:
        """The member."""
        return self.kind(text)


class Canonical(_Coded[Value]):
    """A canonical value; ``None`` is a value too (empty), so the column is never null."""

    cache_ok = True

    def write(self, value: Value) -> str:
        """As JSON."""
        return encode(value)

    def read(self, text: str) -> Value:
        """From JSON."""
        return decode(text)


class BaseText(_Coded[Base]):
    """A base as a JSON pair, or null where there was none."""

    cache_ok = True

    def write(self, value: Base | None) -> str | None:
        """ServiceNow's value first."""
        return None if value is None else f"[{encode(value.servicenow)},{encode(value.jira)}]"

    def read(self, text: str) -> Base:
        """Tuples restored."""
        servicenow, jira = (tuple(v) if isinstance(v, list) else v for v in json.loads(text))
        return Base(servicenow, jira)


class Strings(_Coded[tuple[str, ...]]):
    """A tuple of texts as a JSON list."""

    cache_ok = True

    def write(self, value: tuple[str, ...] | None) -> str:
        """Nothing is an empty list."""
        return json.dumps(list(value or ()))

    def read(self, text: str) -> tuple[str, ...]:
        """A tuple again."""
        return tuple(json.loads(text))


class Dictionary(_Coded[dict[str, str]]):
    """A small dictionary as a JSON object."""

    cache_ok = True

    def write(self, value: dict[str, str] | None) -> str:
        """Nothing is an empty object."""
        return json.dumps(dict(value or {}), sort_keys=True)

    def read(self, text: str) -> dict[str, str]:
        """A dictionary again."""
        return dict(json.loads(text))


def _is_surrogate(sign: str) -> bool:
    return "\ud800" <= sign <= "\udfff"
