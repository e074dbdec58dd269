"""Issue links and their types."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from connector.sandbox.http import Response
from connector.sandbox.jira import linking
from connector.sandbox.jira.call import Call, Route, nothing, ok
from connector.sandbox.jira.model import Issue, IssueLink, LinkType
from connector.sandbox.jira.problems import bare, problem_document, refusal
from connector.sandbox.jira.render import link_json

_MEMBERS = frozenset({"type", "inwardIssue", "outwardIssue", "comment"})


def _link(call: Call) -> Response:
    author, body = call.author, call.object_body(_MEMBERS)
    if "comment" in body:
        raise bare(501, "The sandbox does not model a comment that rides with a link.")
    kind = _type(call, body.get("type"))
    inward, outward = (_end(call, body.get(side)) for side in ("inwardIssue", "outwardIssue"))
    linking.link_issues(call.world, author, kind, inward, outward)
    return Response(201)


def _type(call: Call, asked: Any) -> LinkType:
    row = asked if isinstance(asked, dict) else {}
    by_id = [kind for kind in call.world.link_types if kind.id == str(row.get("id"))]
    return by_id[0] if by_id else linking.link_type(call.world, str(row.get("name") or ""))


def _end(call: Call, asked: Any) -> Issue:
    if not isinstance(asked, dict):
        raise refusal(400, "Both issues of a link are required.")
    return call.written(str(asked.get("id") or asked.get("key") or ""))


def _held(call: Call) -> IssueLink:
    """A link whose ends the caller may both see."""
    number = call.parts["id"]
    if not number.isdigit():
        raise refusal(400, f"The issue link id '{number}' is invalid.")
    link = linking.find(call.world, number)
    issues = call.world.issues
    ends = [issues.get(link.inward), issues.get(link.outward)] if link else [None]
    if link is None or not all(one is not None and call.sees(one) for one in ends):
        raise refusal(404, f"No issue link with id '{number}' exists.")
    return link


def _read(call: Call) -> Response:
    return ok(link_json(call.view, _held(call)))


def _drop(call: Call) -> Response:
    if "content-type" not in call.request.headers:
        raise problem_document(415, "Content-Type is missing.", call.request.path)
    author, link = call.author, _held(call)
    for end in (link.inward, link.outward):
        call.written(end)
    linking.unlink(call.world, author, link)
    return nothing()


def _types(call: Call) -> Response:
    _ = call.author
    root = f"{call.view.api}/issueLinkType"
    rows = [{**asdict(kind), "self": f"{root}/{kind.id}"} for kind in call.world.link_types]
    return ok({"issueLinkTypes": rows})


ROUTES = (
    Route("POST", "issueLink", _link),
    Route("GET", "issueLink/{id}", _read),
    Route("DELETE", "issueLink/{id}", _drop),
    Route("GET", "issueLinkType", _types),
)
