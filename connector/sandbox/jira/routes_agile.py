"""Boards and their sprints, as Jira Software tells them under an address of its own.

Shapes: developer.atlassian.com/cloud/jira/software/rest, groups "board" and "sprint". Only what is
needed to find a sprint by its name; anything else is refused as a parameter not modelled.
"""

from __future__ import annotations

from typing import Any

from connector.sandbox.http import Response
from connector.sandbox.jira.call import Call, Route, ok
from connector.sandbox.jira.problems import refusal

PAGE_CAP = 50
VERSION = "1.0"


def _boards(call: Call) -> Response:
    _ = call.author
    ref, kind = call.request.param("projectKeyOrId"), call.request.param("type")
    wanted = call.project(ref).key if ref else None
    rows = [
        {"id": row.id, "self": f"{call.view.base}/rest/agile/1.0/board/{row.id}",
         "name": row.name, "type": row.kind}
        for row in call.world.boards.values()
        if wanted in (None, row.project) and kind in (None, "", row.kind)
    ]  # fmt: skip
    return _page(call, rows)


def _sprints(call: Call) -> Response:
    _ = call.author
    number = call.parts["board"]
    board = call.world.boards.get(int(number)) if number.isdigit() else None
    if board is None:
        raise refusal(404, "The requested board cannot be viewed because it either does not exist.")
    if board.kind != "scrum":
        raise refusal(400, "The board does not support sprints")
    states = {part for part in (call.request.param("state") or "").split(",") if part}
    rows = [
        {"id": row.id, "self": f"{call.view.base}/rest/agile/1.0/sprint/{row.id}",
         "state": row.state, "name": row.name, "originBoardId": row.board}
        for row in call.world.sprints.values()
        if row.board == board.id and (not states or row.state in states)
    ]  # fmt: skip
    return _page(call, rows)


def _page(call: Call, rows: list[dict[str, Any]]) -> Response:
    start = call.number("startAt", 0)
    size = min(call.number("maxResults", PAGE_CAP), PAGE_CAP)
    shown = rows[start : start + size]
    last = start + len(shown) >= len(rows)
    return ok({"maxResults": size, "startAt": start, "isLast": last, "values": shown})


ROUTES = (
    Route("GET", "agile/board", _boards),
    Route("GET", "agile/board/{board}/sprint", _sprints),
)
