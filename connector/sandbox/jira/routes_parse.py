"""Cloud's parser of queries, which names what its search passes over in silence.

The real answer also holds the query's structure, which is not modelled: nothing reads it.
Source: Atlassian's OpenAPI, ``parseJqlQueries``.
"""

from __future__ import annotations

from typing import Any

from connector.sandbox.http import Response
from connector.sandbox.jira.call import CLOUD, Call, Route, ok
from connector.sandbox.jira.jql_parse import NotModelled
from connector.sandbox.jira.problems import BAD_PAYLOAD, bare
from connector.sandbox.jira.search import Verdict, judge

_LEVELS = ("strict", "warn", "none")


def _parse(call: Call) -> Response:
    level = call.request.param("validation")
    if level not in _LEVELS:
        raise bare(400, f"The validation parameter must be one of {', '.join(_LEVELS)}.")
    queries = call.object_body(frozenset({"queries"})).get("queries")
    if not isinstance(queries, list) or not queries:
        raise bare(400, BAD_PAYLOAD)
    if not all(isinstance(row, str) for row in queries):
        raise bare(400, BAD_PAYLOAD)
    return ok({"queries": [_row(call, text, level) for text in queries]})


def _row(call: Call, text: str, level: str) -> dict[str, Any]:
    verdict = _judged(call, text) if level != "none" else Verdict()
    row: dict[str, Any] = {"query": text}
    if verdict.errors:
        row["errors"] = list(verdict.errors)
    if verdict.warnings:
        row["warnings"] = list(verdict.warnings)
    return row


def _judged(call: Call, text: str) -> Verdict:
    try:
        return judge(call.world, call.searcher, text)
    except NotModelled as problem:
        raise bare(501, f"The sandbox does not model {problem}.") from problem


ROUTES = (Route("POST", "jql/parse", _parse, CLOUD),)
