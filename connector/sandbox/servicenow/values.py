"""Plain values as the platform stores them: strings, whole seconds in UTC, booleans as words."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from connector.sandbox.servicenow.query import NotModelled
from connector.sandbox.servicenow.schema import Column

FORMAT = "%Y-%m-%d %H:%M:%S"
_STAMP = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
_PLAIN_STAMP = re.compile(_STAMP.pattern, re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_NUMBER = re.compile(r"-?\d+")


@lru_cache(maxsize=1024)  # one moment is written on many rows, and read from them again and again
def stamp(moment: datetime) -> str:
    """A moment as the platform writes it; fractions of a second are lost."""
    return moment.astimezone(UTC).isoformat(" ", "seconds").removesuffix("+00:00")


@lru_cache(maxsize=4096)
def moment(text: str) -> datetime:
    """A platform stamp as an aware moment."""
    if _PLAIN_STAMP.fullmatch(text):  # nearly always, and read ten times as fast
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    return datetime.strptime(text, FORMAT).replace(tzinfo=UTC)


def stored(column: Column, value: Any) -> str:
    """What a column keeps of a written JSON value: cut to its length, in its type's form."""
    text = _text(value)
    if column.kind == "boolean" and text:
        return "true" if text in ("true", "1") else "false"
    if column.kind == "integer" and text and not _NUMBER.fullmatch(text):
        raise NotModelled(f"the text {text[:40]!r} in the number column {column.name}")
    if column.kind == "glide_date_time" and text:
        return _stamp_text(column, text)
    limit = 65000 if column.is_journal else max(column.max_length, 32)
    return text[:limit]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        return str(value)
    raise NotModelled("a list or an object as a field's value")


def _stamp_text(column: Column, text: str) -> str:
    if _STAMP.fullmatch(text):
        return text
    if _DAY.fullmatch(text):
        return f"{text} 00:00:00"
    raise NotModelled(f"the text {text[:40]!r} in the date column {column.name}")
