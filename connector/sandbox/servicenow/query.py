"""The encoded query language, read into values. Pure: knows no table and no row.

``a=1^b=2^ORb=3^c=4`` is ``a=1 AND (b=2 OR b=3) AND c=4``; ``^NQ`` starts an alternative whole
query; ``ORDERBYf`` and ``ORDERBYDESCf`` sort. A part that is no condition stays as
:class:`Broken`, because the platform by default ignores it and returns more rows. What really
exists on the platform but is not modelled here raises :class:`NotModelled`: the sandbox never
guesses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache


class NotModelled(Exception):
    """The real system can do this; the sandbox says so instead of guessing."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison; ``field`` may be dot-walked."""

    field: str
    operator: str
    value: str


@dataclass(frozen=True, slots=True)
class Broken:
    """A part that is not a condition at all."""

    text: str


@dataclass(frozen=True, slots=True)
class Order:
    """One sort key."""

    field: str
    descending: bool = False


AnyOf = tuple["Condition | Broken", ...]
"""Conditions joined with OR."""

AllOf = tuple[AnyOf, ...]
"""Groups joined with AND."""


@dataclass(frozen=True, slots=True)
class Query:
    """Alternatives (``^NQ``) of groups, and the order."""

    alternatives: tuple[AllOf, ...]
    order: tuple[Order, ...]


_ALIASES = {"*": "LIKE", "!*": "NOT LIKE", "%": "ENDSWITH"}
_KNOWN = (
    *("NOT LIKE", "NOT IN", "STARTSWITH", "ENDSWITH", "INSTANCEOF", "ISNOTEMPTY", "ISEMPTY"),
    *("BETWEEN", "LIKE", "IN", "ANYTHING", "EMPTYSTRING", "!=", "<=", ">=", "=", "<", ">"),
    *_ALIASES,
)
_OTHER = (
    *("SAMEAS", "NSAMEAS", "GT_FIELD", "LT_FIELD", "GT_OR_EQUALS_FIELD", "LT_OR_EQUALS_FIELD"),
    *("DYNAMIC", "IN_HIERARCHY", "NOTON", "ON", "DATEPART", "RELATIVEGT", "RELATIVEGE"),
    *("RELATIVELT", "RELATIVELE", "RELATIVEEE", "MORETHAN", "LESSTHAN", "VALCHANGES"),
    *("CHANGESFROM", "CHANGESTO"),
)
_OPERATORS = sorted((*_KNOWN, *_OTHER), key=len, reverse=True)
_CONDITION = re.compile(
    r"(?P<field>[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*)"
    rf"(?P<operator>{'|'.join(re.escape(name) for name in _OPERATORS)})(?P<value>.*)",
    re.DOTALL,
)
_UNSUPPORTED = ("RLQUERY", "ENDRLQUERY", "123TEXTQUERY321", "GROUPBY", "TRENDBY", "GOTO")


@lru_cache(maxsize=4096)
def parse(text: str) -> Query:
    """Read an encoded query."""
    if "^^" in text:
        raise NotModelled("a doubled ^ in an encoded query")
    alternatives: list[AllOf] = []
    order: list[Order] = []
    for part in re.split(r"\^NQ|^NQ", text):
        groups: list[AnyOf] = []
        for token in filter(None, part.split("^")):
            _take(token, groups, order)
        alternatives.append(tuple(groups))
    return Query(tuple(alternatives), tuple(order))


def _take(token: str, groups: list[AnyOf], order: list[Order]) -> None:
    if token == "EQ":  # noqa: S105 - the end mark of queries built in the user interface
        return
    if token.startswith(_UNSUPPORTED):
        raise NotModelled(f"query part {token[:40]!r}")
    if token.startswith("ORDERBYDESC"):
        order.append(Order(token.removeprefix("ORDERBYDESC"), descending=True))
    elif token.startswith("ORDERBY"):
        order.append(Order(token.removeprefix("ORDERBY")))
    elif token.startswith("OR") and groups:
        groups[-1] = (*groups[-1], _condition(token.removeprefix("OR")))
    else:
        groups.append((_condition(token.removeprefix("OR")),))


def _condition(text: str) -> Condition | Broken:
    match = _CONDITION.fullmatch(text)
    if match is None:
        return Broken(text)
    operator = match["operator"]
    if operator in _OTHER:
        raise NotModelled(f"operator {operator}")
    value = match["value"]
    if value.startswith("javascript:") and value not in USER_SCRIPTS:
        raise NotModelled(f"script value {value[:40]!r}")
    return Condition(match["field"], _ALIASES.get(operator, operator), value)


USER_SCRIPTS = {
    "javascript:gs.getUserID()": "sys_id",
    "javascript:gs.getUserName()": "user_name",
}
"""The two script values that are understood, and the caller's column they stand for."""
