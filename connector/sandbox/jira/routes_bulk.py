"""Bulk transitions: submit, watch, and ask what many issues have in common. Version 3 only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from connector.sandbox.http import Response
from connector.sandbox.jira.bulk import CAP, Task, checked, refused
from connector.sandbox.jira.call import CLOUD, Call, Route, ok
from connector.sandbox.jira.model import Issue, Transition, Workflow
from connector.sandbox.jira.problems import Refusal
from connector.sandbox.jira.walking import demands

_MEMBERS = frozenset({"bulkTransitionInputs", "sendBulkNotification"})
_RIGHT = "You do not have the permission to make bulk changes."
_MAILS = (
    "You do not have the necessary permissions to disable bulk mail notifications for this "
    "operation."
)
_ENDED = ("COMPLETE", "DEAD")


def _submit(call: Call) -> Response:
    author = call.author
    knobs = call.shared.bulk.knobs
    body = call.body()
    if not isinstance(body, dict) or not body.keys() <= _MEMBERS:
        raise refused(400, "Invalid request payload")
    mails = body.get("sendBulkNotification")
    if mails is not None and not isinstance(mails, bool):
        raise refused(400, "Invalid request payload")
    if not knobs.allowed:
        raise refused(403, _RIGHT)
    if mails is False and not knobs.quiet:
        raise refused(403, _MAILS)
    rows = checked(call.world, body.get("bulkTransitionInputs"))
    return ok({"taskId": call.shared.bulk.submit(author, rows).id}, 201)


def _progress(call: Call) -> Response:
    _ = call.author
    task = call.shared.bulk.get(call.parts["id"])
    if task is None:
        raise refused(400, "The task associated with this taskId is not a bulk operation task")
    return ok(_told(task))


def _told(task: Task) -> dict[str, Any]:
    ended = task.state in _ENDED
    row: dict[str, Any] = {
        "taskId": task.id,
        "status": task.state,
        "progressPercent": 100 if task.state == "COMPLETE" else 0,
        "submittedBy": {"accountId": task.author.key},
        "created": _millis(task.created),
        "started": _millis(task.created),
        "updated": _millis(task.due if ended else task.created),
    }
    if ended:
        row["processedAccessibleIssues"] = [int(key) for key in task.done]
        row["failedAccessibleIssues"] = task.failed
        row["invalidOrInaccessibleIssueCount"] = task.unseen
        row["totalIssueCount"] = len(task.rows)
    return row


def _millis(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _available(call: Call) -> Response:
    _ = call.author
    if not call.shared.bulk.knobs.allowed:
        raise refused(403, _RIGHT)
    if call.request.param("startingAfter") or call.request.param("endingBefore"):
        raise Refusal(Response.of_json(501, {"errors": [{"message": "sandbox: not modelled"}]}))
    refs = call.listed("issueIdsOrKeys")
    issues = [call.world.issue(ref) for ref in refs]
    seen = [issue for issue in issues if issue is not None and call.sees(issue)]
    if not refs or len(refs) > CAP or len(seen) < len(refs):
        raise refused(400, "Some of the issues in the issueIdsOrKeys are not valid")
    flows: list[Workflow] = []
    for issue in seen:
        flow = call.world.type_of(issue).workflow
        if flow not in flows:
            flows.append(flow)
    return ok({"availableTransitions": [_common(call, flow, seen) for flow in flows]})


def _common(call: Call, flow: Workflow, issues: list[Issue]) -> dict[str, Any]:
    """What all issues of one workflow may do, without a form to fill in."""
    mine = [issue for issue in issues if call.world.type_of(issue).workflow == flow]
    offers = [flow.offered(issue.status) for issue in mine]
    everywhere = [edge for edge in offers[0] if all(edge in offer for offer in offers)]
    plain = [edge for edge in everywhere if not demands(edge)]
    every = {edge.id for offer in offers for edge in offer}
    return {
        "issues": [issue.key for issue in mine],
        "isTransitionsFiltered": len(plain) < len(every),
        "transitions": [_edge(call, edge) for edge in plain],
    }


def _edge(call: Call, edge: Transition) -> dict[str, Any]:
    status = call.world.statuses[edge.status]
    return {
        "transitionId": int(edge.id),
        "transitionName": edge.name,
        "to": {"statusId": int(status.id), "statusName": status.name},
    }


ROUTES = (
    Route("GET", "bulk/issues/transition", _available, CLOUD, newest=True),
    Route("POST", "bulk/issues/transition", _submit, CLOUD, newest=True),
    Route("GET", "bulk/queue/{id}", _progress, CLOUD, newest=True),
)
