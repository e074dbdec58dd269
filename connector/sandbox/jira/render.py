"""Issues and what hangs on them as the API's JSON, for one caller.

A :class:`View` knows the caller's zone, the API version and the address that links are built from.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from connector.sandbox.jira import adf, render_setup
from connector.sandbox.jira.extras import readable
from connector.sandbox.jira.linking import ends
from connector.sandbox.jira.model import (
    Attachment,
    ChangeEntry,
    FieldDef,
    Issue,
    IssueLink,
    Remark,
)
from connector.sandbox.jira.world import World

Json = dict[str, Any]
COMMENTS_IN_FIELDS = 20
HISTORY_SHOWN = 40
"""The newest entries that come with an issue."""

NEVER_NAVIGABLE = frozenset({"attachment", "comment", "issuelinks"})


@dataclass(frozen=True, slots=True)
class View:
    """How one caller sees the site. ``base`` is the address without a trailing slash."""

    world: World
    reader: str
    zone: str
    base: str
    version: str

    @property
    def rich(self) -> bool:
        """Whether long texts are documents."""
        return self.version == "3"

    @property
    def api(self) -> str:
        """The root of the API."""
        return f"{self.base}/rest/api/{self.version}"

    def stamp(self, at: datetime) -> str:
        """A moment in the caller's zone, with milliseconds and an offset without a colon."""
        local = at.astimezone(ZoneInfo(self.zone))
        return f"{local:%Y-%m-%dT%H:%M:%S}.{local.microsecond // 1000:03d}{local:%z}"

    def text(self, raw: str | None) -> Any:
        """A long text in the form of this API version."""
        if raw is None or not self.rich:
            return raw
        return adf.to_document(raw)


def issue_json(
    view: View,
    issue: Issue,
    fields: Collection[str] | None,
    *,
    expand: Collection[str] = (),
    properties: Collection[str] = (),
    changes: int | None = HISTORY_SHOWN,
) -> Json:
    """One issue. ``fields`` is the request's list; ``None`` stands for everything. So many of its
    ``changes`` are told where they are asked for, ``None`` being all."""
    wanted = tuple(fields) if fields is not None else ("*all",)
    row: Json = {"id": issue.id}
    if set(wanted) - {"id"} or view.world.site.flavour == "dc":
        row = {
            "expand": "renderedFields,names,schema,operations,editmeta,changelog",
            "id": issue.id,
            "self": f"{view.api}/issue/{issue.id}",
            "key": issue.key,
        }
    if set(wanted) - {"id", "key"}:
        row["fields"] = fields_json(view, issue, wanted)
    if properties:
        kept = {name: issue.properties[name] for name in properties if name in issue.properties}
        row["properties"] = kept
    if "changelog" in expand:
        row["changelog"] = _newest_changes(view, issue, changes)
    if "names" in expand:
        names = view.world.fields
        row["names"] = {name: names[name].name for name in row.get("fields", {}) if name in names}
    return row


def fields_json(view: View, issue: Issue, wanted: Collection[str]) -> Json:
    """The ``fields`` member."""
    row: Json = {}
    for name in chosen(view.world, wanted):
        field = view.world.fields[name]
        if field.kind == "epic" and view.world.site.cloud:
            continue
        if name == "parent" and issue.fields.get("parent") is None:
            continue
        row[name] = field_json(view, issue, field)
    return row


def chosen(world: World, wanted: Collection[str]) -> list[str]:
    """Field ids that a request's list selects; unknown names are ignored."""
    picked: dict[str, None] = {}
    everything = list(world.fields)
    for part in wanted or ("*all",):
        if part == "*all":
            picked.update(dict.fromkeys(everything))
        elif part == "*navigable":
            picked.update(dict.fromkeys(n for n in everything if n not in NEVER_NAVIGABLE))
        elif part.startswith("-"):
            if not picked:
                picked.update(dict.fromkeys(everything))
            picked.pop(part[1:], None)
        elif part in world.fields:
            picked[part] = None
    return list(picked)


def field_json(view: View, issue: Issue, field: FieldDef) -> Any:
    """One field's value."""
    special = _SPECIAL.get(field.id)
    if special is not None:
        return special(view, issue)
    raw = issue.fields.get(field.id)
    if raw is None:
        return None
    render = _KINDS.get(field.kind)
    return render(view, issue, raw, field) if render else raw


def _issue_ref(view: View, issue: Issue) -> Json:
    fields = {
        "summary": issue.fields["summary"],
        "status": render_setup.status(view, view.world.status_of(issue)),
        "priority": render_setup.priority(view, issue.fields["priority"]),
        "issuetype": render_setup.issue_type(
            view, view.world.project_of(issue), view.world.type_of(issue)
        ),
    }
    return {
        "id": issue.id,
        "key": issue.key,
        "self": f"{view.api}/issue/{issue.id}",
        "fields": fields,
    }


def _parent(view: View, raw: str) -> Json | None:
    above = view.world.issues.get(raw)
    return _issue_ref(view, above) if above else None


def _epic_key(view: View, raw: str) -> str | None:
    above = view.world.issues.get(raw)
    return above.key if above else None


def _links(view: View, issue: Issue) -> list[Json]:
    rows = []
    for link, there in ends(view.world, view.reader, issue):
        side = "outwardIssue" if link.inward == issue.id else "inwardIssue"
        rows.append({**_link_head(view, link), side: _issue_ref(view, there)})
    return rows


def link_json(view: View, link: IssueLink) -> Json:
    """One issue link with both its ends."""
    issues = view.world.issues
    ends_ = {"inwardIssue": issues[link.inward], "outwardIssue": issues[link.outward]}
    return _link_head(view, link) | {side: _issue_ref(view, one) for side, one in ends_.items()}


def _link_head(view: View, link: IssueLink) -> Json:
    address = f"{view.api}/issueLink/{link.id}"
    kind = next(row for row in view.world.link_types if row.id == link.type_id)
    return {"id": link.id, "self": address, "type": asdict(kind)}


def _comment_page(view: View, issue: Issue) -> Json:
    rows = readable(view.world, view.reader, issue)
    shown = [comment_json(view, issue, row) for row in rows[:COMMENTS_IN_FIELDS]]
    address = f"{view.api}/issue/{issue.id}/comment"
    total = len(rows)
    return {
        "comments": shown,
        "self": address,
        "maxResults": len(shown),
        "total": total,
        "startAt": 0,
    }


def comment_json(view: View, issue: Issue, remark: Remark, *, properties: bool = False) -> Json:
    """One comment."""
    users = view.world.users
    row: Json = {
        "self": f"{view.api}/issue/{issue.id}/comment/{remark.id}",
        "id": remark.id,
        "author": render_setup.user(view, users[remark.author]),
        "body": view.text(remark.body),
        "updateAuthor": render_setup.user(view, users[remark.editor]),
        "created": view.stamp(remark.created),
        "updated": view.stamp(remark.updated),
    }
    if view.world.site.cloud:
        row["jsdPublic"] = remark.public
    if remark.visibility is not None:
        row["visibility"] = dict(remark.visibility)
    if properties:
        row["properties"] = [
            {"key": name, "value": value} for name, value in remark.properties.items()
        ]
    return row


def attachment_json(view: View, row: Attachment) -> Json:
    """One file's data, as an issue and an upload show it."""
    cloud = view.world.site.cloud
    web = f"{view.base}/secure/attachment/{row.id}/{quote(row.name, safe='')}"
    return {
        "self": f"{view.api}/attachment/{row.id}",
        "id": row.id,
        "filename": row.name,
        "author": render_setup.user(view, view.world.users[row.author]),
        "created": view.stamp(row.created),
        "size": row.content.size,
        "mimeType": row.type,
        "content": f"{view.api}/attachment/content/{row.id}" if cloud else web,
    }


def change_json(view: View, entry: ChangeEntry) -> Json:
    """One entry of the history."""
    items = []
    for item in entry.items:
        custom = item.field.startswith("customfield_")
        row: Json = {
            "field": item.name,
            "fieldtype": "custom" if custom else "jira",
            "from": item.old,
            "fromString": item.old_text,
            "to": item.new,
            "toString": item.new_text,
        }
        if view.world.site.cloud and item.field:
            row["fieldId"] = item.field
        items.append(row)
    author = render_setup.user(view, view.world.users[entry.author])
    return {"id": entry.id, "author": author, "created": view.stamp(entry.at), "items": items}


def _newest_changes(view: View, issue: Issue, changes: int | None) -> Json:
    rows = [change_json(view, entry) for entry in reversed(issue.history)]
    shown = rows[:changes]
    return {"startAt": 0, "maxResults": len(shown), "total": len(rows), "histories": shown}


def _stamp_text(view: View, raw: str) -> str:
    return view.stamp(datetime.fromisoformat(raw))


_SPECIAL: Mapping[str, Callable[[View, Issue], Any]] = {
    "project": lambda view, issue: render_setup.project_ref(view, view.world.project_of(issue)),
    "issuetype": lambda view, issue: render_setup.issue_type(
        view, view.world.project_of(issue), view.world.type_of(issue)
    ),
    "status": lambda view, issue: render_setup.status(view, view.world.status_of(issue)),
    "created": lambda view, issue: view.stamp(issue.created),
    "updated": lambda view, issue: view.stamp(issue.updated),
    "comment": _comment_page,
    "attachment": lambda view, issue: [attachment_json(view, row) for row in issue.attachments],
    "issuelinks": _links,
}

_KINDS: Mapping[str, Callable[[View, Issue, Any, FieldDef], Any]] = {
    "text": lambda view, _issue, raw, _field: view.text(raw),
    "user": lambda view, _issue, raw, _field: render_setup.user(view, view.world.users[raw]),
    "priority": lambda view, _issue, raw, _field: render_setup.priority(view, raw),
    "resolution": lambda view, _issue, raw, _field: render_setup.resolution(view, raw),
    "parent": lambda view, _issue, raw, _field: _parent(view, raw),
    "epic": lambda view, _issue, raw, _field: _epic_key(view, raw),
    "labels": lambda _view, _issue, raw, _field: list(raw),
    "stamp": lambda view, _issue, raw, _field: _stamp_text(view, raw),
    "moment": lambda view, _issue, raw, _field: _stamp_text(view, raw),
    "option": lambda view, _issue, raw, field: render_setup.option(view, field, raw),
    "options": lambda view, _issue, raw, field: (
        [render_setup.option(view, field, key) for key in raw] or None
    ),
    "cascade": lambda view, _issue, raw, field: render_setup.cascade(view, field, raw),
    "sprint": lambda view, _issue, raw, _field: render_setup.sprints(view, raw) or None,
    "components": lambda view, issue, raw, _field: render_setup.named_list(
        view, "component", view.world.project_of(issue).components, raw
    ),
    "versions": lambda view, issue, raw, _field: render_setup.named_list(
        view, "version", view.world.project_of(issue).versions, raw
    ),
}
