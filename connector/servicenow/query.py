"""Encoded queries from typed values; what could change a query's meaning is refused. Pure.

``^`` joins conditions and has no documented escape, a value beginning with ``javascript:`` is
evaluated on the server, and an invalid condition is silently ignored and widens the result
(servicenow-api 1.2). So values that are not plain never enter a query.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from urllib.parse import quote

from connector.errors import Rejected
from connector.servicenow.answers import SIDE

FORMAT = "%Y-%m-%d %H:%M:%S"
CHUNK = 50
ROOM = 1800
"""Values in one query, and characters they may take in a URL: 50 ids, safely below its limit."""

_LONGER = {"<": ("=",), ">": ("=",), "IN": ("STANCEOF", "_HIERARCHY")}
"""Beginnings of a value that would make a longer operator of the one before it."""

_ORDERS = ("ORDERBY", "GROUPBY", "TRENDBY")


def term(field: str, operator: str, value: str) -> str:
    """One condition. Raises ``Rejected`` for a value that would not stay a value."""
    if not _plain(value) or value.startswith(_LONGER.get(operator, ())):
        raise Rejected(
            "this value cannot be searched for in ServiceNow",
            side=SIDE,
            field=field,
            remedy="Look the record up by its number instead.",
        )
    return f"{field}{operator}{value}"


def searchable(values: Iterable[str]) -> list[str]:
    """The values that a list in a query can hold, each once; nothing is found by the others."""
    return [one for one in dict.fromkeys(values) if one.strip() and "," not in one and _plain(one)]


def _plain(value: str) -> bool:
    script = value.strip().lower().startswith("javascript:")
    return not script and not any(mark in value for mark in "^\n\r")


def one_of(field: str, values: Iterable[str]) -> str:
    """A condition for any of several values. Raises ``Rejected`` where none is searchable: a
    condition without a value would select everything."""
    return term(field, "IN", ",".join(searchable(values)) or "^")


def stamp(at: datetime) -> str:
    """A time as a query literal: plain text is read as UTC."""
    return at.astimezone(UTC).strftime(FORMAT)


def joined(*terms: str, order: Sequence[str] = ()) -> str:
    """Conditions that must all hold, in an order. A part with ``^NQ`` keeps its alternatives, its
    own order is left out: pages are told apart by ours."""
    wholes = [""]
    for part in terms:
        options = alternatives(part)
        if options:
            wholes = [f"{head}^{option}" for head in wholes for option in options]
    tail = "".join(f"^ORDERBY{field}" for field in order)
    return ("^NQ".join(whole.removeprefix("^") for whole in wholes) + tail).removeprefix("^")


def alternatives(scope: str) -> list[str]:
    """The whole queries of a scope, without order and end marks."""
    found = (_conditions(option) for option in f"^{scope}".split("^NQ"))
    return [option for option in found if option]


def _conditions(option: str) -> str:
    parts = option.strip("^").split("^")
    return "^".join(part for part in parts if part != "EQ" and not part.startswith(_ORDERS))


def chunks(values: Iterable[str], size: int = CHUNK, room: int = ROOM) -> Iterator[list[str]]:
    """Runs of at most ``size`` values that take at most ``room`` characters in a URL."""
    part: list[str] = []
    length = 0
    for value in values:
        cost = len(quote(value, safe="")) + 3
        if part and (len(part) >= size or length + cost > room):
            yield part
            part, length = [], 0
        part.append(value)
        length += cost
    if part:
        yield part
