"""The Batch API: several calls in one, served one after another, not a transaction."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any

from connector.sandbox.http import Request, Response
from connector.sandbox.servicenow.knobs import Caller
from connector.sandbox.servicenow.query import NotModelled
from connector.sandbox.servicenow.refusal import Refusal
from connector.sandbox.servicenow.table_api import read_body
from connector.sandbox.servicenow.world import World

_MAX_ITEM = 5 * 1024 * 1024
_MAX_OUT = 10 * 1024 * 1024
_PHRASES = {200: "OK", 201: "Created", 204: "No Content", 400: "Bad Request", 403: "Forbidden"}


class BatchApi:
    """Answers ``/api/now/[v1/]batch``; ``inner`` serves one item."""

    def __init__(self, world: World, inner: Callable[[Request, Caller], Response]) -> None:
        self._world = world
        self._inner = inner

    def handle(self, request: Request, caller: Caller) -> Response:
        """Serve the items until the time is up; the rest is named as unserviced."""
        if request.method != "POST":
            raise Refusal(405, "Method not supported")
        body = read_body(request)
        items = body.get("rest_requests")
        if not isinstance(items, list) or not all(_well_formed(item) for item in items):
            raise Refusal(400, "Exception while reading request", "rest_requests is malformed")
        serves = self._world.knobs.batch_serves
        limit = len(items) if serves is None else serves
        served, size = [], 0
        for item in items[:limit]:
            answer = self._serve(request, caller, item)
            size += len(answer["body"])
            if size > _MAX_OUT:
                break
            served.append(answer)
        rest = items[len(served) :]
        if rest and self._world.knobs.batch_loses_last:
            self._serve(request, caller, rest[0])
        return Response.of_json(
            200,
            {
                "batch_request_id": str(body.get("batch_request_id", "")),
                "serviced_requests": served,
                "unserviced_requests": [str(item["id"]) for item in rest],
            },
        )

    def _serve(self, outer: Request, caller: Caller, item: dict[str, Any]) -> dict[str, Any]:
        given = item.get("headers") or []
        headers = {str(pair["name"]): str(pair["value"]) for pair in given}
        headers.setdefault("Host", outer.headers.get("host", "instance.example"))
        try:
            body = base64.b64decode(item.get("body") or "", validate=True)
        except binascii.Error:
            return _answer(item, Response(400))
        if len(body) > _MAX_ITEM:
            return _answer(item, Response(400))
        inner = Request.of(str(item["method"]), str(item["url"]), headers, body)
        answer = self._inner(inner, caller)
        if answer.file is not None:
            raise NotModelled("the content of a file as an item of a batch")
        return _answer(item, answer)


def _well_formed(item: Any) -> bool:
    return (
        isinstance(item, dict)
        and "id" in item
        and isinstance(item.get("method"), str)
        and isinstance(item.get("url"), str)
        and item["url"].startswith("/")
    )


def _answer(item: dict[str, Any], response: Response) -> dict[str, Any]:
    headers = [{"name": name, "value": value} for name, value in response.headers.items()]
    answer: dict[str, Any] = {
        "id": str(item["id"]),
        "status_code": response.status,
        "status_text": _PHRASES.get(response.status, ""),
        "body": base64.b64encode(response.body).decode(),
        "execution_time": 1,
    }
    if not item.get("exclude_response_headers"):
        answer["headers"] = headers
    return answer
