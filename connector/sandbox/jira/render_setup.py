"""The set-up as the API's JSON: users, statuses, types, priorities, fields and their metadata."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from zlib import crc32

from connector.sandbox.jira.model import FieldDef, IssueType, Named, Project, Status, User
from connector.sandbox.jira.workflows import CATEGORIES

if TYPE_CHECKING:
    from connector.sandbox.jira.render import View

Json = dict[str, Any]

_TYPES = {
    "text": "string",
    "line": "string",
    "user": "user",
    "date": "date",
    "moment": "datetime",
    "number": "number",
    "option": "option",
    "cascade": "option-with-child",
    "priority": "priority",
    "resolution": "resolution",
    "parent": "issuelink",
    "epic": "any",
    "issuetype": "issuetype",
    "project": "project",
    "status": "status",
    "stamp": "datetime",
    "page": "comments-page",
}
_ITEMS = {
    "labels": "string",
    "components": "component",
    "versions": "version",
    "options": "option",
    "sprint": "json",
    "links": "issuelinks",
    "files": "attachment",
}
_SETS = ["add", "set", "remove"]


def user(view: View, person: User) -> Json:
    """A user as payloads carry him."""
    row: Json = {
        "displayName": person.name,
        "active": person.active,
        "timeZone": person.zone,
        "avatarUrls": {"48x48": f"{view.base}/avatar/{person.login}.png"},
    }
    if view.world.site.cloud:
        row["self"] = f"{view.api}/user?accountId={person.key}"
        row |= {"accountId": person.key, "accountType": "atlassian"}
    else:
        row["self"] = f"{view.api}/user?username={person.key}"
        row |= {"name": person.key, "key": f"JIRAUSER{crc32(person.key.encode())}"}
    if person.email_shown:
        row["emailAddress"] = person.email
    return row


def category(view: View, key: str) -> Json:
    """A status category."""
    number, name, colour = CATEGORIES[key]
    return {
        "self": f"{view.api}/statuscategory/{number}",
        "id": number,
        "key": key,
        "colorName": colour,
        "name": name,
    }


def status(view: View, row: Status) -> Json:
    """A status."""
    shown: Json = {
        "self": f"{view.api}/status/{row.id}",
        "description": "",
        "iconUrl": f"{view.base}/images/status.png",
        "name": row.name,
        "id": row.id,
        "statusCategory": category(view, row.category),
    }
    if row.project and view.world.site.cloud:
        project = view.world.project(row.project)
        shown["scope"] = _scope(project.id if project else "")
    return shown


def _scope(project: str) -> Json:
    return {"type": "PROJECT", "project": {"id": project}}


def issue_type(view: View, project: Project, row: IssueType) -> Json:
    """An issue type."""
    shown: Json = {
        "self": f"{view.api}/issuetype/{row.id}",
        "id": row.id,
        "description": "",
        "iconUrl": f"{view.base}/images/type.png",
        "name": row.name,
        "subtask": row.subtask,
    }
    if view.world.site.cloud:
        shown["hierarchyLevel"] = row.level
    if row.own_project:
        shown["scope"] = _scope(project.id)
    return shown


def priority(view: View, key: str | None) -> Json | None:
    """A priority."""
    return _named(view, "priority", view.world.priorities.get(key or ""))


def resolution(view: View, key: str | None) -> Json | None:
    """A resolution."""
    row = _named(view, "resolution", view.world.resolutions.get(key or ""))
    return {**row, "description": ""} if row else None


def _named(view: View, what: str, row: Named | None) -> Json | None:
    if row is None:
        return None
    return {"self": f"{view.api}/{what}/{row.id}", "id": row.id, "name": row.name}


def option(view: View, field: FieldDef, key: str) -> Json:
    """A custom field's option."""
    return _option_row(view, _named_by(field.options, key))


def cascade(view: View, field: FieldDef, raw: str) -> Json:
    """Both levels of a cascade, as issues carry them."""
    above, _, below = raw.partition("/")
    row = option(view, field, above)
    if below:
        row["child"] = _option_row(view, _named_by(field.below[above], below))
    return row


def _cascade_row(view: View, field: FieldDef, above: Named) -> Json:
    """A first-level option with its second level, as screens list it."""
    rows = [_option_row(view, row) for row in field.below.get(above.id, ())]
    return {**_option_row(view, above), "children": rows}


def _option_row(view: View, row: Named) -> Json:
    return {"self": f"{view.api}/customFieldOption/{row.id}", "id": row.id, "value": row.name}


def _named_by(rows: Iterable[Named], key: str) -> Named:
    return next(row for row in rows if row.id == key)


def sprints(view: View, raw: Iterable[str]) -> list[Any]:
    """The sprints an issue was in: objects on Cloud, the words of the server's own on Data Center
    (jira-api.md section 6)."""
    held = (view.world.sprints[int(key)] for key in raw)
    if not view.world.site.cloud:
        return [
            f"com.atlassian.greenhopper.service.sprint.Sprint@{crc32(row.name.encode()):x}"
            f"[id={row.id},rapidViewId={row.board},state={row.state.upper()},name={row.name},"
            f"startDate=<null>,endDate=<null>,completeDate=<null>,sequence={row.id},goal=]"
            for row in held
        ]
    return [
        {"id": row.id, "name": row.name, "state": row.state, "boardId": row.board} for row in held
    ]


def named_list(view: View, what: str, rows: Iterable[Named], keys: Iterable[str]) -> list[Json]:
    """Components or versions."""
    by_id = {row.id: row for row in rows}
    return [
        {"self": f"{view.api}/{what}/{key}", "id": key, "name": by_id[key].name} for key in keys
    ]


def project_ref(view: View, row: Project) -> Json:
    """A project as issues carry it."""
    return {
        "self": f"{view.api}/project/{row.id}",
        "id": row.id,
        "key": row.key,
        "name": row.name,
        "projectTypeKey": row.area,
        "simplified": row.style == "next-gen",
    }


def schema_type(field: FieldDef) -> str:
    """What a field's schema calls its type."""
    return "array" if field.kind in _ITEMS else _TYPES[field.kind]


def schema(field: FieldDef) -> Json:
    """A field's schema."""
    row: Json = {"type": schema_type(field)}
    if field.kind in _ITEMS:
        row["items"] = _ITEMS[field.kind]
    if field.custom:
        return {**row, "custom": field.custom, "customId": int(field.id.rpartition("_")[2])}
    return {**row, "system": field.id}


def field_row(field: FieldDef) -> Json:
    """A field as the list of fields shows it."""
    settable = field.kind not in ("stamp", "status", "page", "files")
    names = [field.id]
    if field.custom:
        names = [f"cf[{field.id.rpartition('_')[2]}]", field.name]
    return {
        "id": field.id,
        "key": field.id,
        "name": field.name,
        "custom": bool(field.custom),
        "orderable": settable,
        "navigable": field.kind not in ("page",),
        "searchable": True,
        "clauseNames": names,
        "schema": schema(field),
    }


def field_meta(view: View, project: Project, kind: IssueType, asked: tuple[str, bool]) -> Json:
    """A field as create, edit and transition screens describe it."""
    name, required = asked
    field = view.world.fields[name]
    row: Json = {
        "required": required,
        "schema": schema(field),
        "name": field.name,
        "key": field.id,
        "hasDefaultValue": name in ("priority", "reporter"),
        "operations": _operations(field),
    }
    allowed = _allowed(view, project, kind, field)
    if allowed is not None:
        row["allowedValues"] = allowed
    if field.kind == "user":
        row["autoCompleteUrl"] = f"{view.api}/user/assignable/search?project={project.key}&query="
    return row


def _operations(field: FieldDef) -> list[str]:
    if field.several and field.kind != "sprint":
        return list(_SETS)
    if field.kind == "page":
        return ["add"]
    return ["add", "copy"] if field.kind == "links" else ["set"]


def _allowed(
    view: View, project: Project, kind: IssueType, field: FieldDef
) -> list[Json | None] | None:
    world = view.world
    if field.kind == "priority":
        return [priority(view, key) for key in world.priorities]
    if field.kind == "resolution":
        return [resolution(view, key) for key in world.resolutions]
    if field.kind in ("option", "options"):
        return [option(view, field, row.id) for row in field.options]
    if field.kind == "cascade":
        return [_cascade_row(view, field, row) for row in field.options]
    if field.kind == "issuetype":
        return [issue_type(view, project, kind)]
    if field.kind == "project":
        return [project_ref(view, project)]
    if field.kind in ("components", "versions"):
        rows = project.components if field.kind == "components" else project.versions
        return [*named_list(view, field.kind[:-1], rows, [row.id for row in rows])]
    return None
