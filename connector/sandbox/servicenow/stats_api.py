"""The Aggregate API, as far as counting goes, with or without groups.

Row rights are not looked at: access is by table only. Tables of knowledge, whose rights are no
matter of roles, are refused. An order in the query is not modelled: an aggregate counts by it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from connector.sandbox.http import Request, Response
from connector.sandbox.servicenow.evaluate import Evaluation
from connector.sandbox.servicenow.knobs import Caller
from connector.sandbox.servicenow.query import NotModelled, parse
from connector.sandbox.servicenow.refusal import Refusal, no_query
from connector.sandbox.servicenow.schema import Column
from connector.sandbox.servicenow.table_api import check_table
from connector.sandbox.servicenow.world import World

_KNOWN = frozenset({"sysparm_query", "sysparm_count", "sysparm_group_by", "sysparm_display_value"})
_SHOWN = ("false", "true", "all")

Groups = Counter[tuple[str, ...]]
"""How many rows there are of each combination of values."""


class StatsApi:
    """Answers ``/api/now/[v1/]stats/{table}``."""

    def __init__(self, world: World) -> None:
        self._world = world

    def handle(self, request: Request, caller: Caller, table: str) -> Response:
        """One count."""
        check_table(self._world, table, caller)
        if request.method != "GET":
            raise Refusal(405, "Method not supported")
        for name, _value in request.query:
            if name not in _KNOWN:
                raise NotModelled(f"the parameter {name} of the Aggregate API")
        if request.param("sysparm_count") != "true":
            raise NotModelled("aggregates other than a count")
        display = (request.param("sysparm_display_value") or "false").lower()
        if display not in _SHOWN:
            raise NotModelled(f"sysparm_display_value={display}")
        names = [name for name in (request.param("sysparm_group_by") or "").split(",") if name]
        groups = counted(self._world, caller, table, request.param("sysparm_query") or "", names)
        if not names:
            return Response.of_json(200, {"result": {"stats": {"count": str(groups.total())}}})
        columns = [_column(Evaluation(self._world, table, caller), name) for name in names]
        rows = []
        for values, count in groups.items():
            cells = zip(columns, values, strict=True)
            shown = (self._cell(column, value, display) for column, value in cells)
            fields = [{"field": n, **cell} for n, cell in zip(names, shown, strict=True)]
            rows.append({"stats": {"count": str(count)}, "groupby_fields": fields})
        return Response.of_json(200, {"result": rows})

    def _cell(self, column: tuple[Column, str], value: str, display: str) -> dict[str, Any]:
        """A group's value; references and choices can be shown as people see them."""
        shown = self._displayed(*column, value)
        if display == "all":
            return {"value": value, "display_value": shown}
        return {"value": shown if display == "true" else value}

    def _displayed(self, column: Column, owner: str, value: str) -> str:
        if column.kind == "reference" and value:
            return self._world.display(column.reference, value)
        if column.choice and value:
            return self._world.schema.choice_label(owner, column.name, value)
        return value


def counted(
    world: World, caller: Caller, table: str, query: str, names: Sequence[str] = ()
) -> Groups:
    """The rows that a query selects, by their values in these columns; rights of single rows are
    not looked at. Raises ``Refusal``."""
    check_table(world, table, caller)
    if table.startswith("kb_"):
        raise no_query()
    asked, found = parse(query), Evaluation(world, table, caller)
    if asked.order:
        raise NotModelled("an order in the query of an aggregate")
    rows = found.select(asked)
    getters = [_found(found, name)[0] for name in names]
    return Counter(tuple(get(row) for get in getters) for row in rows)


def _column(found: Evaluation, name: str) -> tuple[Column, str]:
    _get, column, owner = _found(found, name)
    return column, owner


def _found(found: Evaluation, name: str) -> Any:
    path = found.path(name)
    if path is None:
        raise no_query()
    return path
