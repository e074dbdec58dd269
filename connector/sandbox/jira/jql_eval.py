"""What JQL clauses mean: compiled once for a query, then asked for each issue.

Unknown names part the flavours: Data Center refuses the query, Cloud answers with no issues.
(:class:`Unresolvable` says so; the caller decides.) Unknown ids and keys in a list match nothing on
Cloud while the others still do. ``!=`` and ``not in`` leave out issues where the field is empty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from connector.sandbox.jira import jql_fields
from connector.sandbox.jira.jql_dates import BadMoment, read_day, read_moment
from connector.sandbox.jira.jql_parse import (
    Both,
    Clause,
    JqlSyntax,
    NotModelled,
    Operand,
    Tree,
)
from connector.sandbox.jira.jql_vendor import VENDOR_FUNCTIONS
from connector.sandbox.jira.model import Issue
from connector.sandbox.jira.world import World

Test = Callable[[Issue], bool]
_EQUALITY = frozenset({"=", "!=", "in", "not in", "is", "is not"})
_ORDERED = frozenset({"=", "!=", "<", "<=", ">", ">=", "in", "not in", "is", "is not"})
_TEXTUAL = frozenset({"~", "!~", "is", "is not"})


class Unresolvable(Exception):
    """A field or value that the site does not have."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, when, and from which zone. ``lenient`` drops unknown values."""

    world: World
    me: str
    zone: ZoneInfo
    now: datetime
    lenient: bool = False


def compile_tree(asking: Asking, tree: Tree) -> Test:
    """One test for a whole tree."""
    if isinstance(tree, Clause):
        return compile_clause(asking, tree)
    parts = [compile_tree(asking, part) for part in tree.parts]
    if isinstance(tree, Both):
        return lambda issue: all(part(issue) for part in parts)
    return lambda issue: any(part(issue) for part in parts)


def compile_clause(asking: Asking, clause: Clause) -> Test:
    """One test for one clause."""
    field = jql_fields.resolve(asking.world, clause.field)
    if field is None:
        raise Unresolvable(
            f"Field '{clause.field}' does not exist or you do not have permission to view it."
        )
    allowed = {"text": _TEXTUAL, "moment": _ORDERED, "day": _ORDERED, "number": _ORDERED}
    operators = allowed.get(field.kind, _EQUALITY)
    if field.kind == "key":
        operators = _ORDERED
    if clause.operator not in operators:
        raise JqlSyntax(
            f"The operator '{clause.operator}' is not supported by the '{clause.field}' field."
        )
    if _about_empty(clause):
        return _emptiness(field, clause)
    compiler = _COMPILERS.get(field.kind, _members)
    return compiler(asking, field, clause)


def _about_empty(clause: Clause) -> bool:
    return len(clause.operands) == 1 and clause.operands[0].empty


def _emptiness(field: jql_fields.Searched, clause: Clause) -> Test:
    wants_empty = clause.operator in ("is", "=", "in")
    return lambda issue: (field.read(issue) in (None, (), "")) is wants_empty


def _members(asking: Asking, field: jql_fields.Searched, clause: Clause) -> Test:
    wanted: set[Any] = set()
    for operand in clause.operands:
        if operand.empty:
            wanted.add(None)
            continue
        found = _resolve(asking, field, operand, clause)
        wanted.update(found)
    positive = clause.operator in ("=", "in")

    def test(issue: Issue) -> bool:
        held = field.read(issue)
        if held in (None, ()):
            return positive and None in wanted
        members = held if isinstance(held, tuple) else (held,)
        return any(member in wanted for member in members) is positive

    return test


def _resolve(
    asking: Asking, field: jql_fields.Searched, operand: Operand, clause: Clause
) -> Iterable[Any]:
    if operand.call:
        return (_call(asking, field, operand),)
    found = field.resolve(operand.text)
    if found:
        return found
    if asking.lenient or (asking.world.site.cloud and field.kind == "key"):
        return ()
    raise Unresolvable(f"The value '{operand.text}' does not exist for the field '{clause.field}'.")


def _call(asking: Asking, field: jql_fields.Searched, operand: Operand) -> Any:
    name = operand.text.lower()
    if name == "currentuser" and field.kind == "user":
        return asking.me
    if name in VENDOR_FUNCTIONS:
        raise NotModelled(f"the function '{operand.text}()'")
    raise Unresolvable(f"Unable to find JQL function '{operand.text}()'.")


def _keys(asking: Asking, field: jql_fields.Searched, clause: Clause) -> Test:
    if clause.operator in ("=", "!=", "in", "not in"):
        return _members(asking, field, clause)
    text = clause.operands[0].text
    held = asking.world.issue(text)
    bound = int(text) if text.isdigit() else int(held.id) if held else None
    if bound is None:
        raise Unresolvable(f"An issue with key '{text}' does not exist for field 'key'.")
    if held is None or text.isdigit():
        return lambda issue: _compare(clause.operator, int(issue.id), bound)
    place = held
    return lambda issue: (
        issue.project == place.project and _compare(clause.operator, issue.number, place.number)
    )


def _moments(asking: Asking, field: jql_fields.Searched, clause: Clause) -> Test:
    if clause.operator in ("in", "not in"):
        raise NotModelled(f"'{clause.operator}' with dates")
    span = read_span(asking, clause)

    def test(issue: Issue) -> bool:
        held = field.read(issue)
        return held is not None and span.compare(clause.operator, held)

    return test


def read_span(asking: Asking, clause: Clause) -> Any:
    """The moment a date clause is about."""
    operand = _plain_moment(clause)
    try:
        return read_moment(operand, asking.now, asking.zone)
    except BadMoment as problem:
        raise JqlSyntax(_bad_date(clause)) from problem


def _plain_moment(clause: Clause) -> Operand:
    operand = clause.operands[0]
    if not operand.call:
        return operand
    if operand.text.lower() == "now":
        return Operand("-0m", quoted=True)
    if operand.text.lower() in VENDOR_FUNCTIONS:
        raise NotModelled(f"the function '{operand.text}()'")
    raise Unresolvable(f"Unable to find JQL function '{operand.text}()'.")


def _bad_date(clause: Clause) -> str:
    text = clause.operands[0].text
    return (
        f"Date value '{text}' for field '{clause.field}' is invalid. Valid formats include: "
        "'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period "
        "format e.g. '-5d', '4w 2d'."
    )


def _days(asking: Asking, field: jql_fields.Searched, clause: Clause) -> Test:
    if clause.operator in ("in", "not in"):
        raise NotModelled(f"'{clause.operator}' with dates")
    try:
        day = read_day(_plain_moment(clause), asking.now, asking.zone).isoformat()
    except BadMoment as problem:
        raise JqlSyntax(_bad_date(clause)) from problem

    def test(issue: Issue) -> bool:
        held = field.read(issue)
        return held is not None and _compare(clause.operator, held, day)

    return test


def _numbers(_asking: Asking, field: jql_fields.Searched, clause: Clause) -> Test:
    try:
        bounds = [float(operand.text) for operand in clause.operands]
    except ValueError as problem:
        raise JqlSyntax(f"Value for field '{clause.field}' is not a number.") from problem

    def test(issue: Issue) -> bool:
        held = field.read(issue)
        if held is None:
            return False
        if clause.operator in ("in", "not in"):
            return (held in bounds) is (clause.operator == "in")
        return _compare(clause.operator, held, bounds[0])

    return test


def _texts(_asking: Asking, field: jql_fields.Searched, clause: Clause) -> Test:
    wanted = jql_fields.words(clause.operands[0].text)
    positive = clause.operator == "~"

    def test(issue: Issue) -> bool:
        held = field.read(issue)
        if not held:
            return False
        return jql_fields.contains(jql_fields.words(held), wanted) is positive

    return test


def _compare(operator: str, held: Any, bound: Any) -> bool:
    answers = {
        "=": held == bound,
        "!=": held != bound,
        "<": held < bound,
        "<=": held <= bound,
        ">": held > bound,
        ">=": held >= bound,
    }
    return bool(answers[operator])


_COMPILERS: dict[str, Callable[[Asking, jql_fields.Searched, Clause], Test]] = {
    "moment": _moments,
    "day": _days,
    "number": _numbers,
    "text": _texts,
    "key": _keys,
}
