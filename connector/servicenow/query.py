"""Encoded queries from typed values; what could change a query's meaning is refused. Pure.

``^`` joins conditions and has no documented escape, a value beginning with ``javascript:`` is
evaluated on the server, and an invalid condition is silently ignored and widens the result
(servicenow-api 1.2). So values that are not plain never enter a query.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime

from connector.errors import Rejected
from connector.servicenow.answers import SIDE

FORMAT = "%Y-%m-%d %H:%M:%S"
CHUNK = 50
"""Ids in one query: about 1,700 characters, safely below what a URL may hold."""


def term(field: str, operator: str, value: str) -> str:
    """One condition. Raises ``Rejected`` for a value that would not stay a value."""
    if any(mark in value for mark in "^\n\r") or value.strip().lower().startswith("javascript:"):
        raise Rejected(
            "this value cannot be searched for in ServiceNow",
            side=SIDE,
            field=field,
            remedy="Look the record up by its number instead.",
        )
    return f"{field}{operator}{value}"


def one_of(field: str, values: Collection[str]) -> str:
    """A condition for any of several values; none of them may hold a comma."""
    plain = [value for value in values if "," not in value]
    return term(field, "IN", ",".join(plain))


def stamp(at: datetime) -> str:
    """A time as a query literal: plain text is read as UTC."""
    return at.astimezone(UTC).strftime(FORMAT)


def joined(*terms: str, order: Sequence[str] = ()) -> str:
    """Conditions that must all hold, in an order. A part with ``^NQ`` keeps its alternatives."""
    alternatives = [""]
    for part in (one for one in terms if one):
        options = part.removesuffix("^EQ").split("^NQ")
        alternatives = [
            f"{head}^{option}" if head else option for head in alternatives for option in options
        ]
    tail = "".join(f"^ORDERBY{field}" for field in order)
    return ("^NQ".join(alternatives) + tail).removeprefix("^")


def chunks(values: Sequence[str], size: int = CHUNK) -> Iterator[Sequence[str]]:
    """Slices of at most ``size``."""
    return (values[start : start + size] for start in range(0, len(values), size))
