"""What people do through the screens and the REST interface of the product hides: clone, move,
delete, hide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from connector.sandbox.jira import history
from connector.sandbox.jira.author import Author
from connector.sandbox.jira.linking import link_issues, link_type
from connector.sandbox.jira.model import ChangeItem, Issue, IssueType, Project
from connector.sandbox.jira.problems import refusal
from connector.sandbox.jira.world import World, Writing

_PER_PROJECT = ("components", "fixVersions", "versions")


def clone(world: World, author: Author, issue: Issue) -> Issue:
    """A copy with labels and custom fields, without properties, comments and status."""
    project, kind = world.project_of(issue), world.type_of(issue)
    now = world.now()
    fields: dict[str, Any] = {
        **issue.fields,
        "summary": f"CLONE - {issue.fields['summary']}",
        "resolution": None,
        "resolutiondate": None,
        "creator": author.key,
    }
    copy = Issue(
        world.next_id(),
        world.next_key(project),
        project.id,
        kind.id,
        kind.workflow.first,
        author.key,
        now,
        now,
        fields,
    )
    world.add(copy, Writing(author.key, "create", detail=f"clone of {issue.key}"))
    link_issues(world, author, link_type(world, "Cloners"), copy, issue)
    return world.issues[copy.id]


def move(world: World, author: Author, issue: Issue, project: Project) -> Issue:
    """Into another project: a new key, the same id; the old key goes on resolving."""
    old, kind = world.project_of(issue), world.type_of(issue)
    new_kind = _like(project, kind)
    status = _same_status(world, issue, new_kind)
    key = world.next_key(project)
    items = [
        ChangeItem("project", "project", old.id, old.name, project.id, project.name),
        ChangeItem("Key", "", None, issue.key, None, key),
    ]
    if new_kind.id != kind.id:
        names = (kind.id, kind.name, new_kind.id, new_kind.name)
        items.append(ChangeItem("issuetype", "issuetype", *names))
    if status != issue.status:
        items.append(history.moved(world, issue.status, status))
    moved = replace(
        issue,
        key=key,
        project=project.id,
        type_id=new_kind.id,
        status=status,
        fields=_carried(issue.fields),
    )
    return world.commit(moved, Writing(author.key, "move", tuple(items)))


def _like(project: Project, kind: IssueType) -> IssueType:
    same = [row for row in project.types if row.name == kind.name]
    level = [row for row in project.types if row.level == kind.level]
    return (same or level or list(project.types))[0]


def _same_status(world: World, issue: Issue, kind: IssueType) -> str:
    name = world.statuses[issue.status].name
    for status in kind.workflow.statuses:
        if world.statuses[status].name == name:
            return status
    return kind.workflow.first


def _carried(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: () if name in _PER_PROJECT else value for name, value in fields.items()}


def delete(world: World, author: Author, issue: Issue, *, subtasks: bool = False) -> None:
    """Delete an issue; its sub-tasks only when asked for."""
    children = [world.issues[key] for key in world.child_ids(issue.id)]
    below = [child for child in children if world.type_of(child).subtask]
    if below and not subtasks:
        raise refusal(400, f"The issue '{issue.key}' has subtasks. Set 'deleteSubtasks'.")
    for child in below:
        world.remove(child, author.key)
    link = world.site.epic_link
    for child in children:
        if child not in below:
            cut = {
                name: None if name in ("parent", link) and value == issue.id else value
                for name, value in child.fields.items()
            }
            world.commit(replace(child, fields=cut), Writing(author.key, "edit", detail="parent"))
    world.remove(issue, author.key)


def hide(world: World, issue: Issue, hidden: bool = True) -> None:
    """Take an issue out of the integration account's sight, or give it back."""
    (world.hidden.add if hidden else world.hidden.discard)(issue.id)
