"""The Attachment API: lists, one file's data and its content, raw uploads, deletes.

Parameters, statuses and shapes are those of ServiceNow's page on the Attachment API (release
Australia). Multipart uploads, renaming and attributes exist there and are not modelled.
"""

from __future__ import annotations

import json
from typing import Any

from connector.sandbox.http import Request, Response
from connector.sandbox.servicenow import attachments
from connector.sandbox.servicenow.attachments import TABLE
from connector.sandbox.servicenow.evaluate import Evaluation
from connector.sandbox.servicenow.knobs import Caller
from connector.sandbox.servicenow.query import NotModelled, parse
from connector.sandbox.servicenow.refusal import Refusal, missing_record
from connector.sandbox.servicenow.render import Renderer, Shape
from connector.sandbox.servicenow.schema import Row
from connector.sandbox.servicenow.table_api import check_table, host_of, number, paging
from connector.sandbox.servicenow.world import World

PAGE = 1000
_LISTING = frozenset({"sysparm_query", "sysparm_limit", "sysparm_offset"})
_NEEDED = ("table_name", "table_sys_id", "file_name")


class AttachmentApi:
    """Answers ``/api/now/[vN/]attachment[/...]``."""

    def __init__(self, world: World) -> None:
        self._world = world

    def handle(self, request: Request, caller: Caller, parts: list[str]) -> Response:
        """One call; ``parts`` is what follows ``attachment`` in the path."""
        check_table(self._world, TABLE, caller)
        match request.method, parts:
            case "GET", []:
                return self._list(request, caller)
            case "GET", [key]:
                return Response.of_json(
                    200, {"result": self._shown(request, caller, self._row(key))}
                )
            case "GET", [key, "file"]:
                return self._content(request, caller, self._row(key))
            case "POST", ["file"]:
                return self._upload(request, caller)
            case "DELETE", [key]:
                self._row(key)
                attachments.detach(self._world, caller, key)
                return Response(204)
            case ("POST", ["upload"]) | ("PATCH", [_]) | (_, [_, "attributes", *_]):
                raise NotModelled("multipart uploads, renaming and attributes of attachments")
        raise Refusal(400, "Requested URI does not represent any resource")

    def _list(self, request: Request, caller: Caller) -> Response:
        _known(request, _LISTING)
        query = parse(request.param("sysparm_query") or "")
        rows = Evaluation(self._world, TABLE, caller).select(query)
        offset = number(request, "sysparm_offset", 0)
        limit = number(request, "sysparm_limit", PAGE)
        page = [row for row in rows[offset : offset + limit] if not self._world.is_hidden(row)]
        shown = [self._shown(request, caller, row) for row in page]
        headers = paging(request, len(rows), offset, limit)
        return Response.of_json(200, {"result": shown}, headers)

    def _content(self, request: Request, caller: Caller, row: Row) -> Response:
        held = attachments.content(self._world, row)
        headers = {
            "Content-Type": row["content_type"],
            "Content-Disposition": "attachment",
            "X-Attachment-Metadata": json.dumps(self._shown(request, caller, row)),
        }
        return Response(200, b"", headers, file=held)

    def _upload(self, request: Request, caller: Caller) -> Response:
        _known(request, frozenset(_NEEDED))
        table, key, name = (request.param(one) or "" for one in _NEEDED)
        kind = request.headers.get("content-type", "")
        if not (table and key and name and kind):
            raise Refusal(400, "Missing parameters", f"{', '.join(_NEEDED)} and a Content-Type")
        if key in self._world.knobs.hidden_rows:
            raise missing_record()
        row = attachments.attach(
            self._world, caller, (table, key), name, kind.partition(";")[0], request.content
        )
        where = {"Location": f"{host_of(request)}/api/now/attachment/{row['sys_id']}"}
        return Response.of_json(201, {"result": self._shown(request, caller, row)}, where)

    def _row(self, key: str) -> Row:
        row = self._world.row(TABLE, key)
        if row is None or self._world.is_hidden(row):
            raise missing_record()
        return row

    def _shown(self, request: Request, caller: Caller, row: Row) -> dict[str, Any]:
        shown = Renderer(self._world, TABLE, caller, Shape(links=False)).show(row)
        link = f"{host_of(request)}/api/now/attachment/{row['sys_id']}/file"
        return {**shown, "download_link": link}


def _known(request: Request, names: frozenset[str]) -> None:
    for name, value in request.query:
        if value and name not in names:
            raise NotModelled(f"the parameter {name}")
