"""Create, edit, transition: the writes that have rules.

Each function checks everything first and then commits, so a refused request leaves no trace. They
are called with the world's lock held, by the routes and by the direct mounts alike; ``author`` says
who writes and in which API version the texts come.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from connector.sandbox.jira import edits, history, values
from connector.sandbox.jira.author import Author
from connector.sandbox.jira.edits import Wanted, check_members, collect
from connector.sandbox.jira.extras import add_remark, check_properties, draft_remark
from connector.sandbox.jira.layout import SPRINT
from connector.sandbox.jira.model import Issue, IssueType, Project, Transition
from connector.sandbox.jira.problems import refusal
from connector.sandbox.jira.site import DEFAULT_PRIORITY
from connector.sandbox.jira.values import Reading
from connector.sandbox.jira.world import World, Writing

_EDIT_IGNORES = frozenset({"status"})
DONE_RESOLUTION = "10000"


def create(world: World, author: Author, payload: Any) -> Issue:
    """A new issue, with whatever rides along: properties, comments and one first transition."""
    payload = check_members(payload)
    project, kind = _where(world, payload.get("fields") or {})
    reading = _reading(world, author, project, kind)
    edge = _first_step(kind, payload)
    screen = create_screen(kind)
    allowed = {**screen, **_screen_of(edge)}
    rest = {**payload, "fields": _without(payload.get("fields") or {}, "project", "issuetype")}
    wanted = collect(reading, allowed, rest)
    edits.missing(reading, {**screen, **_demands(edge)}, wanted)
    if kind.subtask and not wanted.raw.get("parent"):
        wanted.errors.setdefault("parent", "A sub-task needs the id or key of its parent.")
    properties = check_properties(payload.get("properties"))
    remarks = [draft_remark(world, author, row) for row in wanted.comments]
    if wanted.errors:
        raise refusal(400, errors=wanted.errors)
    issue = _new_issue(world, author, reading, wanted, properties)
    if edge is not None:
        issue = _walk(world, author, issue, edge, wanted)
    for remark in remarks:
        issue = add_remark(world, issue, remark)
    return issue


def _reading(
    world: World, author: Author, project: Project, kind: IssueType, issue: Issue | None = None
) -> Reading:
    was_in = issue.fields.get(SPRINT[world.site.flavour]) if issue else ()
    blind = author.key == world.site.me
    return Reading(world, project, kind, author.rich, blind, was_in or ())


def create_screen(kind: IssueType) -> dict[str, bool]:
    """What may be set when creating: the screen, and comments where they stand on it."""
    return {**kind.screen, "comment": False} if kind.comment_on_create else dict(kind.screen)


def edit_screen(kind: IssueType) -> dict[str, bool]:
    """What may be changed later."""
    rest = {name: demanded for name, demanded in kind.screen.items() if name != "project"}
    return {**rest, "comment": False}


def _without(fields: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in names}


def _where(world: World, fields: Mapping[str, Any]) -> tuple[Project, IssueType]:
    asked = fields.get("project")
    ref = str(asked.get("id") or asked.get("key") or "") if isinstance(asked, dict) else ""
    project = world.project(ref) if ref else None
    if project is None or project.id in world.hidden_projects:
        raise refusal(400, errors={"project": "Specify a valid project ID or key"})
    kind = issue_type(project, fields.get("issuetype"))
    if kind is None:
        raise refusal(400, errors={"issuetype": "Specify a valid issue type"})
    return project, kind


def issue_type(project: Project, asked: Any) -> IssueType | None:
    """The type a request names by id or name."""
    if not isinstance(asked, dict):
        return None
    if asked.get("id") is not None:
        return project.type_of(str(asked["id"]))
    return next((row for row in project.types if row.name == asked.get("name")), None)


def _first_step(kind: IssueType, payload: Mapping[str, Any]) -> Transition | None:
    if not payload.get("transition"):
        return None
    return _edge(kind, kind.workflow.first, payload["transition"])


def _edge(kind: IssueType, status: str, asked: Any) -> Transition:
    number = str(asked.get("id", "")) if isinstance(asked, dict) else ""
    if not number:
        raise refusal(400, "Missing 'transition' identifier")
    for edge in kind.workflow.offered(status):
        if edge.id == number:
            return edge
    raise refusal(400, f"Transition id '{number}' is not valid for this issue.")


def _screen_of(edge: Transition | None) -> Mapping[str, bool]:
    return edge.screen or {} if edge else {}


def _demands(edge: Transition | None) -> Mapping[str, bool]:
    return {name: True for name, demanded in _screen_of(edge).items() if demanded}


def _new_issue(
    world: World, author: Author, reading: Reading, wanted: Wanted, properties: Mapping[str, Any]
) -> Issue:
    raw = {
        name: values.empty(field)
        for name, field in world.fields.items()
        if field.kind not in ("page", "files", "links", "status", "project", "issuetype")
    }
    later = ("resolution",)
    asked = {name: value for name, value in wanted.raw.items() if name not in later}
    defaults = {"priority": DEFAULT_PRIORITY, "reporter": author.key, "creator": author.key}
    now = world.now()
    issue = Issue(
        id=world.next_id(),
        key=world.next_key(reading.project),
        project=reading.project.id,
        type_id=reading.kind.id,
        status=reading.kind.workflow.first,
        creator=author.key,
        created=now,
        updated=now,
        fields={**raw, **defaults, "statuscategorychangedate": now.isoformat(), **asked},
        properties=dict(properties),
    )
    items = history.items(world, reading.project, {}, asked)
    return world.add(issue, Writing(author.key, "create", items))


def edit(world: World, author: Author, issue: Issue, payload: Any) -> Issue:
    """Change fields and properties; nothing at all when one of them is refused."""
    payload = check_members(payload)
    project, kind = world.project_of(issue), world.type_of(issue)
    asked = payload.get("fields") or {}
    other = _other_type(project, kind, asked)
    reading = _reading(world, author, project, other or kind, issue)
    rest = {**payload, "fields": _without(asked, "issuetype")}
    screen = edit_screen(reading.kind)
    wanted = collect(reading, screen, rest, issue, _EDIT_IGNORES)
    _keep_demanded(reading, screen, wanted)
    properties = check_properties(payload.get("properties"))
    remarks = [draft_remark(world, author, row) for row in wanted.comments]
    if wanted.errors:
        raise refusal(400, errors=wanted.errors)
    issue = _store(world, author, issue, wanted.raw, other)
    for remark in remarks:
        issue = add_remark(world, issue, remark)
    if properties and {**issue.properties, **properties} != issue.properties:
        merged = replace(issue, properties={**issue.properties, **properties})
        names = ",".join(sorted(properties))
        issue = world.commit(merged, Writing(author.key, "property", bumps=False, detail=names))
    return issue


def _keep_demanded(reading: Reading, screen: Mapping[str, bool], wanted: Wanted) -> None:
    touched = {name: True for name, needed in screen.items() if needed and name in wanted.raw}
    edits.missing(reading, touched, wanted)


def _other_type(project: Project, kind: IssueType, asked: Mapping[str, Any]) -> IssueType | None:
    if "issuetype" not in asked:
        return None
    other = issue_type(project, asked["issuetype"])
    if other is None or other.workflow != kind.workflow or other.level != kind.level:
        raise refusal(400, errors={"issuetype": "The issue type selected is invalid."})
    return None if other.id == kind.id else other


def _store(
    world: World, author: Author, issue: Issue, raw: Mapping[str, Any], other: IssueType | None
) -> Issue:
    items = history.items(world, world.project_of(issue), issue.fields, raw)
    if not items and other is None:
        return issue
    changed = replace(
        issue, fields={**issue.fields, **raw}, type_id=(other.id if other else issue.type_id)
    )
    detail = f"issuetype:{other.name}" if other else ""
    return world.commit(changed, Writing(author.key, "edit", items, detail=detail))


def transition(world: World, author: Author, issue: Issue, payload: Any) -> Issue:
    """One hop, with the fields its screen offers."""
    payload = check_members(payload)
    project, kind = world.project_of(issue), world.type_of(issue)
    edge = _edge(kind, issue.status, payload.get("transition"))
    reading = _reading(world, author, project, kind, issue)
    wanted = collect(reading, _screen_of(edge), payload, issue)
    edits.missing(reading, _demands(edge), wanted)
    if wanted.errors:
        raise refusal(400, errors=wanted.errors)
    remarks = [draft_remark(world, author, row) for row in wanted.comments]
    issue = _walk(world, author, issue, edge, wanted)
    for remark in remarks:
        issue = add_remark(world, issue, remark)
    return issue


def _walk(world: World, author: Author, issue: Issue, edge: Transition, wanted: Wanted) -> Issue:
    at = world.stamp(issue)
    screen = _screen_of(edge)
    fields = {name: value for name, value in wanted.raw.items() if name in screen}
    if edge.screen is None and edge.resolution != "keep":
        fields["resolution"] = DONE_RESOLUTION if edge.resolution == "done" else None
    if "resolution" in fields and fields["resolution"] != issue.fields["resolution"]:
        fields["resolutiondate"] = at.isoformat() if fields["resolution"] else None
    before, after = world.statuses[issue.status], world.statuses[edge.status]
    if before.category != after.category:
        fields["statuscategorychangedate"] = at.isoformat()
    items = history.items(world, world.project_of(issue), issue.fields, fields)
    if before.id != after.id:
        items = (*items, history.moved(world, before.id, after.id))
    changed = replace(issue, status=edge.status, fields={**issue.fields, **fields})
    return world.commit(changed, Writing(author.key, "transition", items, detail=edge.name))
