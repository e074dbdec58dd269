"""Encoded queries applied to the world's rows.

Text compares without case, as the usual database collation does. A condition on a column that does
not exist is treated as the instance's knob says: ignored (and the answer gets wider), answered
with no rows, or refused. Rows that tie in the order come in no order.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from connector.sandbox.servicenow.knobs import Caller
from connector.sandbox.servicenow.query import (
    USER_SCRIPTS,
    AllOf,
    AnyOf,
    Broken,
    Condition,
    NotModelled,
    Order,
    Query,
    parse,
)
from connector.sandbox.servicenow.refusal import no_query
from connector.sandbox.servicenow.schema import Column, Row
from connector.sandbox.servicenow.values import FORMAT, moment
from connector.sandbox.servicenow.world import World

Test = Callable[[Row], bool]
Getter = Callable[[Row], str]

_RANGES = frozenset({"<", "<=", ">", ">=", "BETWEEN"})
_BY_DISPLAY = frozenset({"LIKE", "NOT LIKE", "STARTSWITH", "ENDSWITH"})
_shuffle = random.Random(7).shuffle  # noqa: S311 - ties have no order


class Evaluation:
    """One query on one table for one caller."""

    def __init__(self, world: World, table: str, caller: Caller) -> None:
        self._world = world
        self._table = table
        self._caller = caller
        self._nothing = False

    def select(self, query: Query | str, among: Collection[str] | None = None) -> list[Row]:
        """The matching rows in order; rights of single rows are not looked at.

        ``among`` narrows the search to some sys_ids, for callers that have them.
        """
        asked = parse(query) if isinstance(query, str) else query
        tests = [self._all_of(groups) for groups in asked.alternatives]
        order = [found for found in map(self._order, asked.order) if found is not None]
        if self._nothing:
            return []
        rows = list(filter(_as_one(tests, any), self._candidates(asked, among)))
        return self._sorted(rows, order)

    def _all_of(self, groups: AllOf) -> Test:
        return _as_one([test for test in map(self._any_of, groups) if test is not None], all)

    def _any_of(self, group: AnyOf) -> Test | None:
        tests = [test for test in map(self._condition, group) if test is not None]
        return _as_one(tests, any) if tests else None

    def _condition(self, condition: Condition | Broken) -> Test | None:
        if isinstance(condition, Broken):
            return self._invalid()
        found = self.path(condition.field)
        if found is None:
            return self._invalid()
        getter, column, owner = found
        if condition.operator in _RANGES:
            self._check_range(owner, column)
        value = condition.value
        if value in USER_SCRIPTS:
            me = self._world.true_row(self._caller.sys_id) or {}
            value = me.get(USER_SCRIPTS[value], "")
        if column.kind == "reference" and condition.operator in _BY_DISPLAY:
            getter = self._displayed(getter, column.reference)
        return _comparison(condition.operator, value, column, getter, self._is_a)

    def path(self, name: str) -> tuple[Getter, Column, str] | None:
        """How to read a column, dot-walked or not; None when it does not exist."""
        *walk, last = name.split(".")
        table = self._table
        steps: list[tuple[str, str]] = []
        for step in walk:
            column = self._world.schema.column(table, step)
            if column is None or column.kind != "reference":
                return None
            table = column.reference
            steps.append((step, table))
        column = self._world.schema.column(table, last)
        if column is None:
            return None
        if not steps:
            return (lambda row: row.get(last, "")), column, table
        return self._walker(tuple(steps), last), column, table

    def _walker(self, steps: tuple[tuple[str, str], ...], last: str) -> Getter:
        def get(row: Row) -> str:
            at: Row | None = row
            for step, table in steps:
                at = self._world.row(table, at.get(step, "")) if at else None
            return at.get(last, "") if at else ""

        return get

    def _displayed(self, getter: Getter, table: str) -> Getter:
        return lambda row: self._world.display(table, getter(row))

    def _is_a(self, name: str, ancestor: str) -> bool:
        return self._world.schema.is_a(name, ancestor)

    def _invalid(self) -> Test | None:
        """What the knob makes of a condition on nothing; None ignores it."""
        behaviour = self._world.knobs.invalid_query
        if behaviour == "forbidden":
            raise no_query()
        if behaviour == "no_rows":
            self._nothing = True
        return None

    def _check_range(self, table: str, column: Column) -> None:
        if f"{table}.{column.name}" in self._world.knobs.no_range:
            raise no_query()

    def _order(self, order: Order) -> tuple[Callable[[Row], object], bool, str] | None:
        found = self.path(order.field)
        if found is None:
            self._invalid()
            return None
        getter, column, owner = found
        self._check_range(owner, column)
        if column.kind == "integer":
            return (lambda row: _number(getter(row), -(10**9))), order.descending, order.field
        if column.kind == "reference":
            getter = self._displayed(getter, column.reference)
        return (lambda row: getter(row).casefold()), order.descending, order.field

    def _sorted(
        self, rows: list[Row], order: list[tuple[Callable[[Row], object], bool, str]]
    ) -> list[Row]:
        if not any(name == "sys_id" for _key, _descending, name in order):
            _shuffle(rows)
        for key, descending, _name in reversed(order):
            rows.sort(key=key, reverse=descending)  # type: ignore[arg-type]
        return rows

    def _candidates(self, query: Query, among: Collection[str] | None) -> Iterable[Row]:
        """All rows, or only those named when every alternative asks by id."""
        if among is not None:
            return self._rows_of(dict.fromkeys(among))
        named: dict[str, None] = {}
        for groups in query.alternatives:
            ids = next((found for found in map(_ids, groups) if found is not None), None)
            if ids is None:
                return self._world.rows(self._table)
            named.update(dict.fromkeys(ids))
        if self._table == "sys_journal_field":
            return [note for sys_id in named for note in self._world.notes(sys_id)]
        return self._rows_of(named)

    def _rows_of(self, keys: Iterable[str]) -> list[Row]:
        found = (self._world.row(self._table, sys_id) for sys_id in keys)
        return [row for row in found if row is not None]


def _ids(group: AnyOf) -> list[str] | None:
    """The ids a group asks for: sys_ids, or the parents of journal entries."""
    only = group[0]
    if len(group) != 1 or isinstance(only, Broken):
        return None
    if only.field not in ("sys_id", "element_id") or only.operator not in ("=", "IN"):
        return None
    if only.value in USER_SCRIPTS:
        return None
    return only.value.split(",") if only.operator == "IN" else [only.value]


def _as_one(tests: Sequence[Test], how: Callable[[Iterable[bool]], bool]) -> Test:
    """Several tests as one; a single one stays as it is."""
    if len(tests) == 1:
        return tests[0]
    return lambda row: how(test(row) for test in tests)


def _comparison(
    operator: str, value: str, column: Column, get: Getter, is_a: Callable[[str, str], bool]
) -> Test:
    if operator in ("ISEMPTY", "EMPTYSTRING"):
        return lambda row: not get(row)
    if operator == "ISNOTEMPTY":
        return lambda row: bool(get(row))
    if operator == "ANYTHING":
        return lambda _row: True
    if operator == "INSTANCEOF":
        return lambda row: is_a(get(row), value)
    if operator in ("IN", "NOT IN"):
        return _membership(operator, value, get)
    if operator in ("<", "<=", ">", ">=", "BETWEEN"):
        return _range(operator, value, column, get)
    return _text_test(operator, value, column, get)


def _membership(operator: str, value: str, get: Getter) -> Test:
    if not value:
        raise NotModelled(f"{operator} without values")
    members = {member.casefold() for member in value.split(",")}
    if operator == "IN":
        return lambda row: get(row).casefold() in members
    return lambda row: bool(get(row)) and get(row).casefold() not in members


def _text_test(operator: str, value: str, column: Column, get: Getter) -> Test:
    wanted = value.casefold()
    if column.kind == "boolean" and operator in ("=", "!="):
        truth = wanted in ("true", "1")
        return lambda row: (get(row) == "true") is (truth if operator == "=" else not truth)
    if column.kind == "glide_date_time" and operator in ("=", "!=") and value:
        _check_stamp(value)
    holds = _TEXT_TESTS[operator]
    return lambda row: holds(get(row), wanted)


_TEXT_TESTS: Mapping[str, Callable[[str, str], bool]] = {
    "=": lambda text, wanted: text.casefold() == wanted,
    "!=": lambda text, wanted: bool(text) and text.casefold() != wanted,
    "LIKE": lambda text, wanted: wanted in text.casefold(),
    "NOT LIKE": lambda text, wanted: bool(text) and wanted not in text.casefold(),
    "STARTSWITH": lambda text, wanted: text.casefold().startswith(wanted),
    "ENDSWITH": lambda text, wanted: text.casefold().endswith(wanted),
}


def _range(operator: str, value: str, column: Column, get: Getter) -> Test:
    if operator == "BETWEEN":
        low, mark, high = value.partition("@")
        if not mark:
            raise NotModelled("BETWEEN without @")
        above, below = _range(">=", low, column, get), _range("<=", high, column, get)
        return lambda row: above(row) and below(row)
    if column.kind == "glide_date_time":
        _check_stamp(value)
    if column.kind == "integer":
        limit = _number(value, 0)
        return lambda row: get(row) != "" and _ordered(operator, _number(get(row), 0), limit)
    edge = value.casefold()
    return lambda row: get(row) != "" and _ordered_text(operator, get(row).casefold(), edge)


def _ordered(operator: str, left: int, right: int) -> bool:
    return {
        "<": left < right,
        "<=": left <= right,
        ">": left > right,
        ">=": left >= right,
    }[operator]


def _ordered_text(operator: str, left: str, right: str) -> bool:
    if operator == ">":
        return left > right
    if operator == ">=":
        return left >= right
    return left < right if operator == "<" else left <= right


def _check_stamp(value: str) -> None:
    try:
        moment(value)
    except ValueError:
        raise NotModelled(f"the date {value[:40]!r}; dates are UTC text {FORMAT}") from None


def _number(text: str, otherwise: int) -> int:
    try:
        return int(text)
    except ValueError:
        return otherwise
