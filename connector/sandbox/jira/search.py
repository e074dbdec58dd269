"""A query from its text to issues in order, through the lagging index.

What the index offers is narrowed first by the clauses that must all hold (project, label, time),
so that a poll of a quiet site costs little however many issues there are.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from connector.sandbox.jira import jql_fields
from connector.sandbox.jira.jql_eval import (
    Asking,
    Test,
    Unresolvable,
    compile_tree,
    read_span,
)
from connector.sandbox.jira.jql_parse import Both, Clause, JqlSyntax, Order, Query, Tree, parse
from connector.sandbox.jira.model import Issue
from connector.sandbox.jira.world import World


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong with a query. Values that the site does not have are only warned of."""

    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Searcher:
    """On whose behalf a search runs. Anonymous callers see nothing."""

    me: str | None
    zone: str
    integration: bool = True
    lenient: bool = False


def search(
    world: World, searcher: Searcher, query: Query, exact: Collection[str] = ()
) -> list[Issue]:
    """Matching issues in the query's order. ``exact`` names issues to be consistent about."""
    now = world.now()
    world.index.advance(now)
    asking = _asking(world, searcher, now)
    order = [(row, _rank(world, row)) for row in query.order]
    test = _compiled(asking, query)
    if searcher.me is None:
        return []
    found = [
        issue
        for issue in _candidates(asking, query.where, exact)
        if test(issue) and visible(world, searcher, issue)
    ]
    found.sort(key=lambda issue: int(issue.id), reverse=not order)
    for row, rank in reversed(order):
        _sort(found, rank, row.descending)
    return found


def judge(world: World, searcher: Searcher, text: str) -> Verdict:
    """The first problem of each kind in a query, as Cloud's parser words them."""
    strict = _asking(world, searcher, world.now())
    try:
        query = parse(text)
        _compiled(replace(strict, lenient=True), query)
        for row in query.order:
            _rank(world, row)
    except (JqlSyntax, Unresolvable) as problem:
        return Verdict(errors=(str(problem),))
    try:
        _compiled(strict, query)
    except Unresolvable as problem:
        return Verdict(warnings=(str(problem),))
    return Verdict()


def _asking(world: World, searcher: Searcher, now: datetime) -> Asking:
    zone = ZoneInfo(searcher.zone)
    return Asking(world, searcher.me or "", zone, now, lenient=searcher.lenient)


def _compiled(asking: Asking, query: Query) -> Test:
    return compile_tree(asking, query.where) if query.where else lambda _issue: True


def _sort(found: list[Issue], rank: jql_fields.Read, descending: bool) -> None:
    found.sort(key=lambda issue: _sortable(rank(issue)), reverse=descending)


def visible(world: World, searcher: Searcher, issue: Issue) -> bool:
    """Whether this caller may know of an issue."""
    return not (searcher.integration and world.is_hidden(issue))


def parse_bounded(text: str | None) -> Query:
    """A query with at least one restriction."""
    query = parse(text or "")
    if query.where is None:
        raise JqlSyntax(
            "Unbounded JQL queries are not allowed here. Please add a search restriction."
        )
    return query


def _candidates(asking: Asking, tree: Tree | None, exact: Collection[str]) -> list[Issue]:
    index = asking.world.index
    narrowed = _narrow(asking, tree) if tree else None
    if narrowed is None:
        found = {issue.id: issue for issue in index.all()}
    else:
        shown = ((key, index.get(key)) for key in narrowed)
        found = {key: issue for key, issue in shown if issue is not None}
    for key in exact:
        found.pop(key, None)
        if key in asking.world.issues:
            found[key] = asking.world.issues[key]
    return list(found.values())


def _narrow(asking: Asking, tree: Tree) -> set[str] | None:
    """Ids that can match, or None when any can."""
    if isinstance(tree, Both):
        sets = [row for part in tree.parts if (row := _narrow(asking, part)) is not None]
        return min(sets, key=len) if sets else None
    if not isinstance(tree, Clause) or any(row.call or row.empty for row in tree.operands):
        return None
    name, index = tree.field.lower(), asking.world.index
    texts = [operand.text for operand in tree.operands]
    if tree.operator == ">=" and name in ("updated", "updateddate"):
        return index.since(read_span(asking, tree).start)
    if tree.operator not in ("=", "in"):
        return None
    if name == "labels":
        return set().union(*(index.of_label(text) for text in texts))
    if name in ("project", "id", "key", "issue", "issuekey"):
        return _narrow_by_name(asking.world, name, texts)
    return None


def _narrow_by_name(world: World, name: str, texts: list[str]) -> set[str]:
    field = jql_fields.resolve(world, name)
    ids = {row for text in texts for row in (field.resolve(text) if field else ())}
    if name != "project":
        return ids
    return set().union(*(world.index.of_project(key) for key in ids))


def _rank(world: World, order: Order) -> jql_fields.Read:
    field = jql_fields.resolve(world, order.field)
    if field is None:
        raise Unresolvable(
            f"Field '{order.field}' does not exist or you do not have permission to view it."
        )
    return field.rank or field.read


def _sortable(value: Any) -> tuple[bool, Any]:
    if isinstance(value, datetime):
        return True, value.timestamp()
    return (value not in (None, ())), value if value is not None else ""
