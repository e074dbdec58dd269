"""Issues: create (one and many), read (one and many), edit, delete, transitions."""

from __future__ import annotations

import json
from typing import Any

from connector.sandbox.http import Response
from connector.sandbox.jira import operations, render_setup, surgery
from connector.sandbox.jira.call import CLOUD, Call, Route, nothing, ok
from connector.sandbox.jira.linking import link_issues, link_type
from connector.sandbox.jira.model import Issue, LinkType, Transition
from connector.sandbox.jira.problems import BAD_PAYLOAD, Refusal, bare, no_deletion
from connector.sandbox.jira.render import HISTORY_SHOWN, issue_json

BULK_CREATE_CAP = 50
BULK_READ_CAP, SHAPED_READ_CAP, SHAPED_FIELDS = 100, 1_000, 100
_HEAVY = frozenset(
    [
        "changelog",
        "editmeta",
        "operations",
        "renderedFields",
        "transitions",
        "versionedRepresentations",
    ]
)
_RECORDS = ("page", "files", "links")
"""Kinds of fields that hold records of their own."""

_FETCH_MEMBERS = frozenset({"issueIdsOrKeys", "fields", "expand", "properties", "fieldsByKeys"})


def _created(call: Call, issue: Issue) -> dict[str, Any]:
    return {"id": issue.id, "key": issue.key, "self": f"{call.view.api}/issue/{issue.id}"}


def _create(call: Call) -> Response:
    return ok(_created(call, _make(call, call.body())), 201)


def _make(call: Call, payload: Any) -> Issue:
    """An issue and the links that ride with it; nothing when a link's other end is not there."""
    author = call.author
    links = _links(call, payload)
    issue = operations.create(call.world, author, payload)
    for kind, side, there in links:
        pair = (there, issue) if side == "inwardIssue" else (issue, there)
        link_issues(call.world, author, kind, *pair)
    return issue


def _links(call: Call, payload: Any) -> list[tuple[LinkType, str, Issue]]:
    update = payload.get("update") if isinstance(payload, dict) else None
    rows = update.get("issuelinks") if isinstance(update, dict) else None
    found = []
    for row in rows or ():
        asked = row.get("add", {})
        side = "inwardIssue" if "inwardIssue" in asked else "outwardIssue"
        there = asked.get(side) or {}
        kind = link_type(call.world, str(asked.get("type", {}).get("name", "")))
        found.append((kind, side, call.issue(str(there.get("id") or there.get("key") or ""))))
    return found


def _create_many(call: Call) -> Response:
    _ = call.author
    rows = call.object_body(frozenset({"issueUpdates"})).get("issueUpdates")
    if not isinstance(rows, list) or not rows:
        raise bare(400, BAD_PAYLOAD)
    if len(rows) > BULK_CREATE_CAP:
        raise bare(400, f"The maximum number of issues that can be created is {BULK_CREATE_CAP}.")
    made: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    for place, row in enumerate(rows):
        try:
            made.append(_created(call, _make(call, row)))
        except Refusal as problem:
            said = json.loads(problem.response.body)
            element = {
                "errorMessages": said.get("errorMessages", []),
                "errors": said.get("errors", {}),
            }
            errors.append(
                {
                    "status": problem.response.status,
                    "elementErrors": element,
                    "failedElementNumber": place,
                }
            )
    return ok({"issues": made, "errors": errors}, 201 if made else 400)


def _fetch_many(call: Call) -> Response:
    body = call.object_body(_FETCH_MEMBERS)
    refs = body.get("issueIdsOrKeys")
    if not isinstance(refs, list) or not refs:
        raise bare(400, BAD_PAYLOAD)
    cap = SHAPED_READ_CAP if _is_shaped(call, body) else BULK_READ_CAP
    if len(refs) > cap:
        raise bare(400, f"You can fetch at most {cap} issues in one request.")
    found = {}
    for ref in refs:
        issue = call.world.issue(str(ref))
        if issue is not None and call.sees(issue):
            found[int(issue.id)] = issue
    fields = body.get("fields") or ["*all"]
    expand, properties = body.get("expand") or [], body.get("properties") or []
    rows = [
        issue_json(call.view, found[key], fields, expand=expand, properties=properties)
        for key in sorted(found)
    ]
    return ok({"issues": rows, "issueErrors": []})


def _is_shaped(call: Call, body: dict[str, Any]) -> bool:
    """Whether a bulk read asks for so little that ten times as many issues may be in it: named
    fields, a hundred at most, none that "returns multiple values", and no heavy expansion. Whether
    labels and the like are such fields the vendor leaves open: ``bulk_sets`` is this site's word.
    """
    fields = body.get("fields") or []
    if not 0 < len(fields) <= SHAPED_FIELDS or not _HEAVY.isdisjoint(body.get("expand") or ()):
        return False
    known = [call.world.fields.get(name) for name in fields if not name.startswith("-")]
    if not known or any(name.startswith("*") for name in fields):
        return False
    sets = call.shared.settings.bulk_sets
    return not any(one and (one.kind in _RECORDS or (one.several and not sets)) for one in known)


def _read(call: Call) -> Response:
    issue = call.issue(call.parts["ref"])
    return ok(_shown(call, issue))


def _shown(call: Call, issue: Issue) -> dict[str, Any]:
    return issue_json(
        call.view,
        issue,
        call.listed("fields") or None,
        expand=call.listed("expand"),
        properties=call.listed("properties"),
        changes=HISTORY_SHOWN if call.cloud else call.shared.settings.dc_history_cap,
    )


def _edit(call: Call) -> Response:
    issue = call.written(call.parts["ref"])
    issue = operations.edit(call.world, call.author, issue, call.body())
    if call.cloud and call.flag("returnIssue"):
        return ok(_shown(call, issue))
    return nothing()


def _delete(call: Call) -> Response:
    issue = call.issue(call.parts["ref"])
    if call.caller.key == call.world.site.me and not call.shared.settings.may_delete:
        raise no_deletion()
    surgery.delete(call.world, call.author, issue, subtasks=call.flag("deleteSubtasks"))
    return nothing()


def _transitions(call: Call) -> Response:
    issue = call.issue(call.parts["ref"])
    kind = call.world.type_of(issue)
    only = call.request.param("transitionId")
    rows = [
        _edge(call, issue, edge)
        for edge in kind.workflow.offered(issue.status)
        if only in (None, edge.id)
    ]
    return ok({"expand": "transitions", "transitions": rows})


def _edge(call: Call, issue: Issue, edge: Transition) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": edge.id,
        "name": edge.name,
        "to": render_setup.status(call.view, call.world.statuses[edge.status]),
        "hasScreen": edge.screen is not None,
        "isGlobal": not edge.sources,
        "isInitial": False,
        "isConditional": False,
    }
    if call.cloud:
        row["isAvailable"] = True
        row["looped"] = False
    if "transitions.fields" in call.listed("expand"):
        place = call.world.project_of(issue), call.world.type_of(issue)
        row["fields"] = {
            name: render_setup.field_meta(call.view, *place, (name, demanded))
            for name, demanded in (edge.screen or {}).items()
        }
    return row


def _transition(call: Call) -> Response:
    issue = call.written(call.parts["ref"])
    operations.transition(call.world, call.author, issue, call.body())
    return nothing()


ROUTES = (
    Route("POST", "issue", _create),
    Route("POST", "issue/bulk", _create_many),
    Route("POST", "issue/bulkfetch", _fetch_many, CLOUD),
    Route("GET", "issue/{ref}", _read),
    Route("PUT", "issue/{ref}", _edit),
    Route("DELETE", "issue/{ref}", _delete),
    Route("GET", "issue/{ref}/transitions", _transitions),
    Route("POST", "issue/{ref}/transitions", _transition),
)
