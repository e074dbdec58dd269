"""Search of both flavours.

Cloud pages with tokens over a live index: a token only remembers how far the reader got in this
query, so rows move under him when issues change, as they do in the real thing. Pages may be shorter
than asked for; only a missing token means the end.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from connector.sandbox.http import Response
from connector.sandbox.jira.call import CLOUD, DATA_CENTER, Call, Route, ok
from connector.sandbox.jira.jql_eval import Unresolvable
from connector.sandbox.jira.jql_parse import JqlSyntax, NotModelled, parse
from connector.sandbox.jira.model import Issue
from connector.sandbox.jira.problems import BAD_PAYLOAD, Refusal, bare, collection
from connector.sandbox.jira.render import issue_json
from connector.sandbox.jira.search import parse_bounded, search

_MEMBERS = frozenset(
    [
        "jql",
        "nextPageToken",
        "maxResults",
        "fields",
        "expand",
        "properties",
        "fieldsByKeys",
        "failFast",
        "reconcileIssues",
    ]
)
_OLD_MEMBERS = frozenset(
    [
        "jql",
        "startAt",
        "maxResults",
        "fields",
        "expand",
        "properties",
        "fieldsByKeys",
        "validateQuery",
    ]
)
_RECONCILE_CAP = 50
_PROPERTY_CAP = 5


@dataclass(frozen=True, slots=True)
class _Ask:
    """One search, from either place it can be written."""

    jql: str | None
    fields: tuple[str, ...]
    expand: tuple[str, ...] = ()
    properties: tuple[str, ...] = ()
    size: int = 50
    token: str | None = None
    exact: tuple[str, ...] = ()
    start: int = 0
    validate: str = "strict"


def _new_get(call: Call) -> Response:
    ask = _Ask(
        call.request.param("jql"),
        call.listed("fields") or ("id",),
        call.listed("expand"),
        call.listed("properties"),
        call.number("maxResults", 50),
        call.request.param("nextPageToken"),
        call.listed("reconcileIssues"),
    )
    return _page(call, ask)


def _new_post(call: Call) -> Response:
    body = call.object_body(_MEMBERS)
    expand = body.get("expand")
    size = body.get("maxResults", 50)
    if expand is not None and not isinstance(expand, str):
        raise bare(400, BAD_PAYLOAD)
    if size is not None and (isinstance(size, bool) or not isinstance(size, int)):
        raise bare(400, BAD_PAYLOAD)
    ask = _Ask(
        body.get("jql"),
        _strings(body.get("fields")) or ("id",),
        tuple(part.strip() for part in (expand or "").split(",") if part.strip()),
        _strings(body.get("properties")),
        size or 0,
        body.get("nextPageToken"),
        tuple(str(row) for row in body.get("reconcileIssues") or ()),
    )
    return _page(call, ask)


def _strings(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(row, str) for row in value):
        raise bare(400, BAD_PAYLOAD)
    return tuple(value)


def _page(call: Call, ask: _Ask) -> Response:
    start = _start(call, ask)
    if not 1 <= ask.size <= 5_000:
        raise bare(400, "The maxResults parameter must be between 1 and 5,000.")
    if len(ask.exact) > _RECONCILE_CAP or len(ask.properties) > _PROPERTY_CAP:
        raise bare(400, BAD_PAYLOAD)
    found = _found(call, ask)
    size = _page_size(call, ask)
    shown = found[start : start + size]
    rows = [_row(call, issue, ask) for issue in shown]
    end = start + len(shown)
    if end >= len(found):
        return ok({"issues": rows, "isLast": True})
    return ok({"issues": rows, "nextPageToken": _token(call, ask, end), "isLast": False})


def _row(call: Call, issue: Issue, ask: _Ask) -> dict[str, Any]:
    return issue_json(call.view, issue, ask.fields, expand=ask.expand, properties=ask.properties)


def _page_size(call: Call, ask: _Ask) -> int:
    settings = call.shared.settings
    light = set(ask.fields) <= {"id", "key"} and not ask.expand and not ask.properties
    size = min(ask.size, settings.id_page_cap if light else settings.page_cap)
    if settings.short_pages and call.shared.random.random() < settings.short_pages:
        return call.shared.random.randrange(0, size + 1)
    return size


def _found(call: Call, ask: _Ask) -> list[Issue]:
    try:
        query = parse_bounded(ask.jql)
        return search(call.world, call.searcher, query, ask.exact)
    except Unresolvable:
        return []
    except (JqlSyntax, NotModelled) as problem:
        raise _bad_query(problem) from problem


def _bad_query(problem: Exception) -> Refusal:
    if isinstance(problem, NotModelled):
        return bare(400, f"The sandbox does not model {problem}.")
    return bare(400, str(problem))


def _signature(ask: _Ask) -> str:
    return hashlib.sha256(f"{ask.jql}|{','.join(ask.fields)}".encode()).hexdigest()[:16]


def _token(call: Call, ask: _Ask, end: int) -> str:
    content = [_signature(ask), end, call.world.now().isoformat()]
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


def _start(call: Call, ask: _Ask) -> int:
    if not ask.token:
        return 0
    try:
        signature, end, at = json.loads(base64.urlsafe_b64decode(ask.token))
        age = call.world.now() - datetime.fromisoformat(at)
    except (ValueError, TypeError, binascii.Error) as problem:
        raise bare(400, "The provided next page token is invalid or expired.") from problem
    if signature != _signature(ask) or age > timedelta(days=call.shared.settings.token_days):
        raise bare(400, "The provided next page token is invalid or expired.")
    return int(end)


def _count(call: Call) -> Response:
    body = call.object_body(frozenset({"jql"}))
    return ok({"count": len(_found(call, _Ask(body.get("jql"), ("id",))))})


def _removed(_call: Call) -> Response:
    text = "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API."
    raise Refusal(Response.of_json(410, collection([text])))


def _old_get(call: Call) -> Response:
    ask = _Ask(
        call.request.param("jql"),
        call.listed("fields") or ("*navigable",),
        call.listed("expand"),
        call.listed("properties"),
        call.number("maxResults", 50),
        start=call.number("startAt", 0),
        validate=call.request.param("validateQuery") or "strict",
    )
    return _old_page(call, ask)


def _old_post(call: Call) -> Response:
    body = call.object_body()
    for name in body.keys() - _OLD_MEMBERS:
        raise bare(400, f'Unrecognized field "{name}", not marked as ignorable')
    ask = _Ask(
        body.get("jql"),
        _strings(body.get("fields")) or ("*navigable",),
        _strings(body.get("expand")),
        _strings(body.get("properties")),
        int(body.get("maxResults", 50)),
        start=int(body.get("startAt", 0)),
        validate=str(body.get("validateQuery", "strict")),
    )
    return _old_page(call, ask)


def _old_page(call: Call, ask: _Ask) -> Response:
    lenient = ask.validate.lower() in ("false", "none", "warn")
    try:
        searcher = replace(call.searcher, lenient=lenient)
        found = search(call.world, searcher, parse(ask.jql or ""))
    except (JqlSyntax, Unresolvable, NotModelled) as problem:
        text = str(problem)
        if isinstance(problem, NotModelled):
            text = f"The sandbox does not model {problem}."
        raise Refusal(Response.of_json(400, collection([text]))) from problem
    size = max(0, min(ask.size, call.shared.settings.dc_page_cap))
    if ask.size < 0:
        size = call.shared.settings.dc_page_cap
    shown = found[ask.start : ask.start + size]
    rows = [_row(call, issue, ask) for issue in shown]
    return ok(
        {
            "expand": "schema,names",
            "startAt": ask.start,
            "maxResults": size,
            "total": len(found),
            "issues": rows,
        }
    )


ROUTES = (
    Route("GET", "search/jql", _new_get, CLOUD),
    Route("POST", "search/jql", _new_post, CLOUD),
    Route("POST", "search/approximate-count", _count, CLOUD),
    Route("GET", "search", _removed, CLOUD),
    Route("POST", "search", _removed, CLOUD),
    Route("GET", "search", _old_get, DATA_CENTER),
    Route("POST", "search", _old_post, DATA_CENTER),
)
