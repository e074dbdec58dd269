"""The Table API: lists, single rows and writes, in the vendor's shapes.

The page limit is applied before row rights, and ``X-Total-Count`` ignores them: a page may be
short or empty while more rows follow.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from connector.sandbox.http import Request, Response
from connector.sandbox.servicenow.evaluate import Evaluation
from connector.sandbox.servicenow.knobs import Caller
from connector.sandbox.servicenow.query import Condition, NotModelled, Query, parse
from connector.sandbox.servicenow.refusal import Refusal, missing_record, no_query
from connector.sandbox.servicenow.render import Renderer, Shape
from connector.sandbox.servicenow.schema import Row
from connector.sandbox.servicenow.world import World

MAX_BODY = 10 * 1024 * 1024
_PARAMETERS = frozenset(
    {
        "sysparm_query",
        "sysparm_fields",
        "sysparm_limit",
        "sysparm_offset",
        "sysparm_display_value",
        "sysparm_exclude_reference_link",
        "sysparm_no_count",
        "sysparm_suppress_pagination_header",
        "sysparm_input_display_value",
    }
)


class TableApi:
    """Answers ``/api/now/[vN/]table/{table}[/{sys_id}]``."""

    def __init__(self, world: World) -> None:
        self._world = world

    def handle(self, request: Request, caller: Caller, parts: list[str], version: str) -> Response:
        """One call; ``parts`` is what follows ``table`` in the path."""
        if not 1 <= len(parts) <= 2:
            raise Refusal(400, "Requested URI does not represent any resource")
        table = check_table(self._world, parts[0], caller)
        self._check(request)
        if len(parts) == 2:
            return self._one(request, caller, table, parts[1])
        if request.method in ("GET", "HEAD"):
            return self._list(request, caller, table, version)
        if request.method == "POST":
            return self._insert(request, caller, table)
        raise Refusal(405, "Method not supported")

    def _check(self, request: Request) -> None:
        for name, value in request.query:
            if value and name.startswith("sysparm_") and name not in _PARAMETERS:
                raise NotModelled(f"the parameter {name}")
        if is_set(request, "sysparm_input_display_value"):
            raise NotModelled("sysparm_input_display_value=true")
        accept = request.headers.get("accept", "*/*")
        if not any(kind in accept for kind in ("json", "*/*", "application/*")):
            raise Refusal(406, "Not acceptable", f"No renderer for {accept}")

    def _one(self, request: Request, caller: Caller, table: str, sys_id: str) -> Response:
        if request.method in ("PUT", "PATCH"):
            self._visible(table, sys_id)
            row = self._world.update(table, sys_id, read_body(request), caller)
            return self._echo(200, request, caller, table, row)
        row = self._visible(table, sys_id)
        if request.method in ("GET", "HEAD"):
            shown = Renderer(self._world, table, caller, shape_of(request)).show(row)
            return Response.of_json(200, {"result": shown})
        if request.method == "DELETE":
            self._world.delete(table, sys_id, caller)
            return Response(204)
        raise Refusal(405, "Method not supported")

    def _visible(self, table: str, sys_id: str) -> Row:
        row = self._world.row(table, sys_id)
        if row is None or self._world.is_hidden(row):
            raise missing_record()
        return row

    def _insert(self, request: Request, caller: Caller, table: str) -> Response:
        row = self._world.insert(table, read_body(request), caller)
        answer = self._echo(201, request, caller, table, row)
        where = f"{host_of(request)}/api/now/table/{table}/{row['sys_id']}"
        return Response(answer.status, answer.body, {**answer.headers, "Location": where})

    def _echo(
        self, status: int, request: Request, caller: Caller, table: str, row: Row
    ) -> Response:
        if request.headers.get("x-no-response-body", "").lower() == "true":
            return Response(status)
        shown = Renderer(self._world, table, caller, shape_of(request)).show(row)
        return Response.of_json(status, {"result": shown})

    def _list(self, request: Request, caller: Caller, table: str, version: str) -> Response:
        rows = Evaluation(self._world, table, caller).select(self._query(request, table))
        offset, limit = (
            number(request, "sysparm_offset", 0),
            number(request, "sysparm_limit", 10_000),
        )
        page = [row for row in rows[offset : offset + limit] if not self._world.is_hidden(row)]
        headers = paging(request, len(rows), offset, limit)
        if not page and version == "v1":
            refusal = missing_record()
            return Response.of_json(refusal.status, refusal.envelope(), headers)
        renderer = Renderer(self._world, table, caller, shape_of(request))
        return Response.of_json(200, {"result": [renderer.show(row) for row in page]}, headers)

    def _query(self, request: Request, table: str) -> Query:
        text = request.param("sysparm_query")
        if text is not None:
            return parse(text)
        pairs = [pair for pair in request.query if not pair[0].startswith("sysparm_")]
        return Query((tuple((self._filter(table, *pair),) for pair in pairs),), ())

    def _filter(self, table: str, name: str, value: str) -> Condition:
        """A plain ``name=value`` parameter: a condition that also knows display values."""
        column = self._world.schema.column(table, name)
        if column is not None and column.choice:
            labels = {row.label.casefold(): row.value for row in self._choices(table, name)}
            return Condition(name, "=", labels.get(value.casefold(), value))
        if column is not None and column.reference and self._world.true_row(value) is None:
            shown = self._world.schema.display(column.reference)
            return Condition(f"{name}.{shown}", "=", value)
        return Condition(name, "=", value)

    def _choices(self, table: str, name: str) -> Any:
        return self._world.schema.allowed(table, name)


def paging(request: Request, total: int, offset: int, limit: int) -> dict[str, str]:
    """The headers of a list: how many rows there are, and where the other pages begin."""
    headers = {}
    if not is_set(request, "sysparm_no_count"):
        headers["X-Total-Count"] = str(total)
    quiet = is_set(request, "sysparm_suppress_pagination_header")
    if total > limit > 0 and not quiet:
        headers["Link"] = _links(request, total, offset, limit)
    return headers


def check_table(world: World, table: str, caller: Caller) -> str:
    """The table if it exists and the caller may query it at all."""
    if table not in world.schema.tables:
        raise Refusal(400, f"Invalid table {table}")
    role = world.schema.tables[table].read_role
    if table in world.knobs.denied_tables or (role and not caller.has(role)):
        raise no_query()
    if not caller.has("snc_platform_rest_api_access", "itil"):
        raise Refusal(403, "User Not Authorized", "Insufficient rights to access the resource")
    return table


def read_body(request: Request) -> dict[str, Any]:
    """The JSON object of a write; of several records only the first counts."""
    if "json" not in request.headers.get("content-type", ""):
        raise Refusal(415, "Unsupported Media Type", "Content-Type must be application/json")
    size = request.content.size
    if size > MAX_BODY:
        detail = f"Rejected large REST payload with content-length = {size} bytes. "
        detail += f"Max allowed: {MAX_BODY} bytes."
        raise Refusal(400, "Exception while reading request", detail)
    try:
        value = json.loads(request.body)
    except ValueError as problem:
        raise Refusal(400, "Exception while reading request", str(problem)) from None
    if isinstance(value, list) and value:
        value = value[0]
    if not isinstance(value, dict):
        raise Refusal(400, "Exception while reading request", "The payload is not an object")
    return value


def shape_of(request: Request) -> Shape:
    """What the caller wants to see."""
    display = (request.param("sysparm_display_value") or "false").lower()
    if display not in ("false", "true", "all"):
        raise NotModelled(f"sysparm_display_value={display}")
    names = (request.param("sysparm_fields") or "").split(",")
    fields = tuple(name.strip() for name in names if name.strip())
    links = not is_set(request, "sysparm_exclude_reference_link")
    return Shape(fields, display, links, host_of(request))


def is_set(request: Request, name: str) -> bool:
    """Whether a switch is on; ``True`` counts like ``true``."""
    return (request.param(name) or "").lower() == "true"


def host_of(request: Request) -> str:
    """The instance's own URL, as its links show it."""
    return f"http://{request.headers.get('host', 'instance.example')}"


def number(request: Request, name: str, default: int) -> int:
    """A parameter that counts. Raises the 400."""
    text = request.param(name)
    if text is None or text == "":
        return default
    if not text.isdigit():
        raise Refusal(400, f"Invalid value for {name}", f"{name} must be a non-negative integer")
    return int(text)


def _links(request: Request, total: int, offset: int, limit: int) -> str:
    last = (total - 1) // limit * limit
    places = {"first": 0, "last": last}
    if offset > 0:
        places["prev"] = max(offset - limit, 0)
    if offset + limit < total:
        places["next"] = offset + limit
    rest = [pair for pair in request.query if pair[0] not in ("sysparm_offset", "sysparm_limit")]
    base = "".join(f"{name}={quote(value)}&" for name, value in rest)
    return ",".join(
        f"<{host_of(request)}{request.path}?{base}sysparm_limit={limit}"
        f'&sysparm_offset={at}>;rel="{name}"'
        for name, at in places.items()
    )
