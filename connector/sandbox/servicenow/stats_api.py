"""The Aggregate API, as far as counting goes, with or without groups. Row rights are not looked
at: access is by table only."""

from __future__ import annotations

from collections import Counter
from typing import Any

from connector.sandbox.http import Request, Response
from connector.sandbox.servicenow.evaluate import Evaluation
from connector.sandbox.servicenow.knobs import Caller
from connector.sandbox.servicenow.query import NotModelled
from connector.sandbox.servicenow.refusal import Refusal, no_query
from connector.sandbox.servicenow.table_api import check_table
from connector.sandbox.servicenow.world import World

_KNOWN = frozenset({"sysparm_query", "sysparm_count", "sysparm_group_by", "sysparm_display_value"})


class StatsApi:
    """Answers ``/api/now/[v1/]stats/{table}``."""

    def __init__(self, world: World) -> None:
        self._world = world

    def handle(self, request: Request, caller: Caller, table: str) -> Response:
        """One count."""
        check_table(self._world, table, caller)
        if request.method != "GET":
            raise Refusal(405, "Method not supported")
        for name, value in request.query:
            if name not in _KNOWN or (name == "sysparm_display_value" and value != "false"):
                raise NotModelled(f"the parameter {name} of the Aggregate API")
        if request.param("sysparm_count") != "true":
            raise NotModelled("aggregates other than a count")
        found = Evaluation(self._world, table, caller)
        rows = found.select(request.param("sysparm_query") or "")
        names = [name for name in (request.param("sysparm_group_by") or "").split(",") if name]
        if not names:
            return Response.of_json(200, {"result": {"stats": {"count": str(len(rows))}}})
        paths = [found.path(name) for name in names]
        if None in paths:
            raise no_query()
        groups = Counter(tuple(path[0](row) for path in paths if path) for row in rows)
        return Response.of_json(200, {"result": [_group(names, *g) for g in groups.items()]})


def _group(names: list[str], values: tuple[str, ...], count: int) -> dict[str, Any]:
    fields = [{"field": n, "value": v} for n, v in zip(names, values, strict=True)]
    return {"stats": {"count": str(count)}, "groupby_fields": fields}
