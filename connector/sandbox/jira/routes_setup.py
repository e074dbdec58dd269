"""The set-up as callers may read it: server, users, metadata of projects, types and fields."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connector.sandbox.http import Response
from connector.sandbox.jira import operations, render_setup
from connector.sandbox.jira.call import Call, Route, ok
from connector.sandbox.jira.model import IssueType, Project, User
from connector.sandbox.jira.problems import needs_login, refusal

PAGE_CAP = 200
_GRANTED = [
    "BROWSE_PROJECTS",
    "CREATE_ISSUES",
    "EDIT_ISSUES",
    "TRANSITION_ISSUES",
    "ADD_COMMENTS",
    "LINK_ISSUES",
    "ASSIGN_ISSUES",
    "MODIFY_REPORTER",
    "RESOLVE_ISSUES",
    "DELETE_ISSUES",
    "SCHEDULE_ISSUES",
]
_REFUSED = ("ADMINISTER", "SYSTEM_ADMIN", "ADMINISTER_PROJECTS")


def _server(call: Call) -> Response:
    numbers = [1001, 0, 0] if call.cloud else [9, 12, 4]
    row: dict[str, Any] = {
        "baseUrl": call.view.base,
        "version": "1001.0.0-SNAPSHOT" if call.cloud else "9.12.4",
        "versionNumbers": numbers,
        "deploymentType": "Cloud" if call.cloud else "Server",
        "buildNumber": 100_270 if call.cloud else 9_120_004,
        "buildDate": "2026-01-05T00:00:00.000+0000",
        "serverTime": call.view.stamp(call.world.clock.now()),
        "scmInfo": "0" * 40,
        "serverTitle": "Jira",
    }
    if call.cloud:
        row["displayUrl"] = call.view.base
    return ok(row)


def _myself(call: Call) -> Response:
    if call.caller.user is None:
        raise needs_login()
    row = render_setup.user(call.view, call.caller.user)
    return ok({**row, "locale": "en_US"})


def _createmeta_types(call: Call) -> Response:
    project = call.project(call.parts["project"])
    rows = [render_setup.issue_type(call.view, project, kind) for kind in project.types]
    return _meta_page(call, rows, "issueTypes")


def _createmeta_fields(call: Call) -> Response:
    project = call.project(call.parts["project"])
    kind = project.type_of(call.parts["type"])
    if kind is None:
        raise refusal(404, f"The issue type with id '{call.parts['type']}' was not found.")
    rows = [
        {**row, "fieldId": row["key"]}
        for row in _screen(call, project, kind, operations.create_screen(kind))
    ]
    return _meta_page(call, rows, "fields")


def _screen(
    call: Call, project: Project, kind: IssueType, screen: dict[str, bool]
) -> list[dict[str, Any]]:
    place = call.view, project, kind
    return [render_setup.field_meta(*place, asked) for asked in screen.items()]


def _meta_page(call: Call, rows: Sequence[Any], member: str) -> Response:
    start = call.number("startAt", 0)
    size = min(call.number("maxResults", 50), PAGE_CAP)
    shown = rows[start : start + size]
    page: dict[str, Any] = {"startAt": start, "maxResults": size, "total": len(rows)}
    if call.cloud:
        return ok({**page, member: shown})
    return ok({**page, "isLast": start + len(shown) >= len(rows), "values": shown})


def _editmeta(call: Call) -> Response:
    issue = call.issue(call.parts["ref"])
    project, kind = call.world.project_of(issue), call.world.type_of(issue)
    rows = _screen(call, project, kind, operations.edit_screen(kind))
    return ok({"fields": {row["key"]: row for row in rows}})


def _project(call: Call) -> Response:
    project = call.project(call.parts["project"])
    row = {
        **render_setup.project_ref(call.view, project),
        "description": "",
        "issueTypes": [render_setup.issue_type(call.view, project, k) for k in project.types],
        "components": _named(call, "component", project.components),
        "versions": _named(call, "version", project.versions),
        "assigneeType": "UNASSIGNED",
    }
    if call.cloud:
        row |= {"style": project.style, "isPrivate": False}
    else:
        del row["simplified"]
    return ok(row)


def _named(call: Call, what: str, rows: Sequence[Any]) -> list[dict[str, Any]]:
    return render_setup.named_list(call.view, what, rows, [row.id for row in rows])


def _project_statuses(call: Call) -> Response:
    project = call.project(call.parts["project"])
    rows = []
    for kind in project.types:
        held = [call.world.statuses[key] for key in kind.workflow.statuses]
        rows.append(
            {
                "self": f"{call.view.api}/issuetype/{kind.id}",
                "id": kind.id,
                "name": kind.name,
                "subtask": kind.subtask,
                "statuses": [render_setup.status(call.view, status) for status in held],
            }
        )
    return ok(rows)


def _known(call: Call, rows: list[Any]) -> Response:
    """Lists that an anonymous caller finds empty."""
    return ok(rows if call.caller.user else [])


def _priorities(call: Call) -> Response:
    return _known(call, [render_setup.priority(call.view, k) for k in call.world.priorities])


def _resolutions(call: Call) -> Response:
    return _known(call, [render_setup.resolution(call.view, k) for k in call.world.resolutions])


def _statuses(call: Call) -> Response:
    rows = call.world.statuses.values()
    return _known(call, [render_setup.status(call.view, row) for row in rows])


def _fields(call: Call) -> Response:
    rows = call.world.fields.values()
    return ok([render_setup.field_row(row) for row in rows if call.caller.user or not row.custom])


def _user(call: Call) -> Response:
    _ = call.author
    name = "accountId" if call.cloud else "username"
    wanted = call.request.param(name) or ""
    user = call.world.users.get(wanted)
    if user is None:
        raise refusal(404, f"The user with the {name} '{wanted}' does not exist")
    return ok(render_setup.user(call.view, user))


def _user_search(call: Call) -> Response:
    _ = call.author
    wanted = call.request.param("query" if call.cloud else "username")
    if not wanted:
        raise refusal(400, "A query parameter is required to search users.")
    users = list(call.world.users.values())[: call.shared.settings.user_cap]
    if not call.cloud and not call.flag("includeInactive"):
        users = [user for user in users if user.active]
    return _user_page(call, [user for user in users if _meant(user, wanted, call.cloud)])


def _assignable(call: Call) -> Response:
    _ = call.author
    if not (call.request.param("project") or call.request.param("issueKey")):
        raise refusal(400, "Either the project or the issue is required.")
    if ref := call.request.param("project"):
        call.project(ref)
    wanted = call.request.param("query" if call.cloud else "username") or ""
    users = [user for user in call.world.users.values() if user.active]
    return _user_page(call, [user for user in users if _meant(user, wanted, call.cloud)])


def _meant(user: User, wanted: str, cloud: bool) -> bool:
    low = wanted.lower()
    names = [user.name.lower(), *user.name.lower().split(), user.email.lower()]
    if not cloud:
        names.append(user.key.lower())
    return any(name.startswith(low) for name in names)


def _user_page(call: Call, users: list[User]) -> Response:
    start = call.number("startAt", 0)
    size = min(call.number("maxResults", 50), call.shared.settings.user_cap)
    shown = users[start : start + size]
    return ok([render_setup.user(call.view, user) for user in shown])


def _labels(call: Call) -> Response:
    issues = [issue for issue in call.world.issues.values() if call.sees(issue)]
    names = sorted({label for issue in issues for label in issue.fields["labels"]})
    start = call.number("startAt", 0)
    size = min(call.number("maxResults", 1_000), 1_000)
    shown = names[start : start + size]
    last = start + len(shown) >= len(names)
    page = {"startAt": start, "maxResults": size, "total": len(names), "isLast": last}
    return ok({**page, "values": shown})


def _permissions(call: Call) -> Response:
    if ref := (call.request.param("projectKey") or call.request.param("projectId")):
        call.project(ref)
    asked = call.listed("permissions") or (*_GRANTED, *_REFUSED)
    for name in asked:
        if name not in _GRANTED and name not in _REFUSED:
            raise refusal(400, f"Unrecognized permission: {name}")
    granted = set(_GRANTED) if call.caller.user else set()
    rows = {
        name: {
            "id": str(place),
            "key": name,
            "name": name.replace("_", " ").capitalize(),
            "type": "GLOBAL" if name in ("ADMINISTER", "SYSTEM_ADMIN") else "PROJECT",
            "description": "",
            "havePermission": name in granted,
        }
        for place, name in enumerate(asked, 10)
    }
    return ok({"permissions": rows})


def _of_user(call: Call) -> tuple[str, str]:
    """Whose property: without administration rights only one's own account."""
    whose = call.request.param("accountId" if call.cloud else "username")
    if call.caller.user is None:
        raise needs_login()
    if whose is None:
        raise refusal(400, "Either username or user key must be specified.")
    if whose != call.caller.key:
        raise refusal(403, "You do not have permission to edit the properties of this user.")
    return whose, call.parts["name"]


def _user_property(call: Call) -> Response:
    place = _of_user(call)
    if place not in call.world.user_properties:
        raise refusal(404, f"The property with key '{place[1]}' does not exist.")
    return ok({"key": place[1], "value": call.world.user_properties[place]})


def _put_user_property(call: Call) -> Response:
    place, value = _of_user(call), call.body()
    fresh = place not in call.world.user_properties
    call.world.user_properties[place] = value
    return Response(201 if fresh else 200)


ROUTES = (
    Route("GET", "user/properties/{name}", _user_property),
    Route("PUT", "user/properties/{name}", _put_user_property),
    Route("GET", "serverInfo", _server),
    Route("GET", "myself", _myself),
    Route("GET", "mypermissions", _permissions),
    Route("GET", "issue/createmeta/{project}/issuetypes", _createmeta_types),
    Route("GET", "issue/createmeta/{project}/issuetypes/{type}", _createmeta_fields),
    Route("GET", "issue/{ref}/editmeta", _editmeta),
    Route("GET", "project/{project}", _project),
    Route("GET", "project/{project}/statuses", _project_statuses),
    Route("GET", "priority", _priorities),
    Route("GET", "resolution", _resolutions),
    Route("GET", "status", _statuses),
    Route("GET", "field", _fields),
    Route("GET", "user", _user),
    Route("GET", "user/search", _user_search),
    Route("GET", "user/assignable/search", _assignable),
    Route("GET", "label", _labels),
)
