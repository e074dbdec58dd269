"""Comments, issue properties and remote links."""

from __future__ import annotations

from typing import Any

from connector.sandbox.http import Response
from connector.sandbox.jira import extras
from connector.sandbox.jira.call import CLOUD, Call, Route, nothing, ok
from connector.sandbox.jira.model import Issue, Remark, WebLink
from connector.sandbox.jira.problems import BAD_PAYLOAD, bare, problem_document, refusal
from connector.sandbox.jira.render import comment_json

PAGE_CAP = 100
LIST_CAP = 1_000


def _comments(call: Call) -> Response:
    issue = call.issue(call.parts["ref"])
    rows = extras.readable(call.world, call.caller.key, issue)
    if (call.request.param("orderBy") or "").startswith("-"):
        rows.reverse()
    start = call.number("startAt", 0)
    size = min(call.number("maxResults", PAGE_CAP), PAGE_CAP) if call.cloud else _dc_size(call)
    shown = [
        comment_json(call.view, issue, row, properties=_wants_properties(call))
        for row in rows[start : start + size]
    ]
    return ok({"startAt": start, "maxResults": size, "total": len(rows), "comments": shown})


def _dc_size(call: Call) -> int:
    return call.number("maxResults", 1_048_576)


def _wants_properties(call: Call) -> bool:
    return "properties" in call.listed("expand")


def _add_comment(call: Call) -> Response:
    issue = call.written(call.parts["ref"])
    remark = extras.draft_remark(call.world, call.author, call.object_body())
    issue = extras.add_remark(call.world, issue, remark)
    shown = comment_json(call.view, issue, issue.comments[-1], properties=_wants_properties(call))
    return ok(shown, 201)


def _held(call: Call, issue: Issue) -> Remark:
    for row in extras.readable(call.world, call.caller.key, issue):
        if row.id == call.parts["id"]:
            return row
    raise refusal(404, f"Can not find a comment for the id: {call.parts['id']}.")


def _comment(call: Call) -> Response:
    issue = call.issue(call.parts["ref"])
    return ok(
        comment_json(call.view, issue, _held(call, issue), properties=_wants_properties(call))
    )


def _edit_comment(call: Call) -> Response:
    issue = call.written(call.parts["ref"])
    held = _held(call, issue)
    changed = extras.edit_remark(call.world, call.author, issue, held, call.object_body())
    return ok(comment_json(call.view, issue, changed))


def _drop_comment(call: Call) -> Response:
    issue = call.written(call.parts["ref"])
    extras.drop_remark(call.world, call.author, issue, _held(call, issue))
    return nothing()


def _list_comments(call: Call) -> Response:
    body = call.object_body(frozenset({"ids"}))
    ids = body.get("ids")
    if not isinstance(ids, list) or len(ids) > LIST_CAP:
        raise bare(400, BAD_PAYLOAD)
    wanted = {str(row) for row in ids}
    found = [
        comment_json(call.view, issue, row, properties=_wants_properties(call))
        for issue in call.world.issues.values()
        if call.sees(issue)
        for row in extras.readable(call.world, call.caller.key, issue)
        if row.id in wanted
    ]
    page = {"startAt": 0, "maxResults": LIST_CAP, "total": len(found), "isLast": True}
    return ok({**page, "values": found})


def _properties(call: Call) -> Response:
    issue = call.issue(call.parts["ref"])
    root = f"{call.view.api}/issue/{issue.id}/properties"
    rows = [{"self": f"{root}/{key}", "key": key} for key in issue.properties]
    return ok({"keys": rows})


def _property(call: Call) -> Response:
    issue, key = call.issue(call.parts["ref"]), call.parts["id"]
    if key not in issue.properties:
        raise refusal(404, f"The property with key '{key}' does not exist.")
    return ok({"key": key, "value": issue.properties[key]})


def _put_property(call: Call) -> Response:
    issue = call.written(call.parts["ref"])
    fresh = extras.put_property(call.world, call.author, issue, call.parts["id"], call.body())
    return Response(201 if fresh else 200)


def _drop_property(call: Call) -> Response:
    issue, key = call.written(call.parts["ref"]), call.parts["id"]
    if key not in issue.properties:
        raise refusal(404, f"The property with key '{key}' does not exist.")
    extras.drop_property(call.world, call.author, issue, key)
    return nothing()


def _link_json(call: Call, issue: Issue, link: WebLink) -> dict[str, Any]:
    address = f"{call.view.api}/issue/{issue.id}/remotelink/{link.id}"
    return {"id": link.id, "self": address, **link.body}


def _remote_links(call: Call) -> Response:
    issue = call.issue(call.parts["ref"])
    wanted = call.request.param("globalId")
    if wanted is None:
        return ok([_link_json(call, issue, link) for link in issue.remote])
    for link in issue.remote:
        if link.global_id == wanted:
            return ok(_link_json(call, issue, link))
    raise refusal(404, f"No remote link with globalId '{wanted}' on this issue.")


def _put_remote_link(call: Call) -> Response:
    issue = call.written(call.parts["ref"])
    link, fresh = extras.put_remote_link(call.world, call.author, issue, call.body())
    address = f"{call.view.api}/issue/{issue.id}/remotelink/{link.id}"
    return ok({"id": link.id, "self": address}, 201 if fresh else 200)


def _drop_remote_links(call: Call) -> Response:
    if "content-type" not in call.request.headers:
        raise problem_document(415, "Content-Type is missing.", call.request.path)
    issue = call.written(call.parts["ref"])
    wanted = call.request.param("globalId")
    gone = {link.id for link in issue.remote if link.global_id == wanted}
    if not gone:
        raise refusal(404, f"No remote link with globalId '{wanted}' on this issue.")
    extras.drop_remote_links(call.world, call.author, issue, gone)
    return nothing()


def _drop_remote_link(call: Call) -> Response:
    issue = call.written(call.parts["ref"])
    gone = {link.id for link in issue.remote if str(link.id) == call.parts["id"]}
    if not gone:
        raise refusal(404, f"No remote link with id '{call.parts['id']}' on this issue.")
    extras.drop_remote_links(call.world, call.author, issue, gone)
    return nothing()


ROUTES = (
    Route("GET", "issue/{ref}/comment", _comments),
    Route("POST", "issue/{ref}/comment", _add_comment),
    Route("GET", "issue/{ref}/comment/{id}", _comment),
    Route("PUT", "issue/{ref}/comment/{id}", _edit_comment),
    Route("DELETE", "issue/{ref}/comment/{id}", _drop_comment),
    Route("POST", "comment/list", _list_comments, CLOUD),
    Route("GET", "issue/{ref}/properties", _properties),
    Route("GET", "issue/{ref}/properties/{id}", _property),
    Route("PUT", "issue/{ref}/properties/{id}", _put_property),
    Route("DELETE", "issue/{ref}/properties/{id}", _drop_property),
    Route("GET", "issue/{ref}/remotelink", _remote_links),
    Route("POST", "issue/{ref}/remotelink", _put_remote_link),
    Route("DELETE", "issue/{ref}/remotelink", _drop_remote_links),
    Route("DELETE", "issue/{ref}/remotelink/{id}", _drop_remote_link),
)
