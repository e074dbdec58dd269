"""People at work: what one person does through the screens, in plain values.

Seeds, the demonstration and tests make issues with it. It goes past HTTP and rate limits, never
past the rules: a refused edit raises :class:`~connector.sandbox.jira.problems.Refusal`.
"""

from __future__ import annotations

from typing import Any

from connector.sandbox.content import Content
from connector.sandbox.jira import attachments, extras, linking, native, operations, surgery
from connector.sandbox.jira.author import Author
from connector.sandbox.jira.model import Issue, LinkType
from connector.sandbox.jira.problems import refusal
from connector.sandbox.jira.site import account_id
from connector.sandbox.jira.walking import demands, route
from connector.sandbox.jira.world import World
from connector.values import Value


class Hands:
    """One person. Issues are named by id or key; persons in values by login."""

    def __init__(self, world: World, login: str) -> None:
        self.world = world
        self.author = Author(self._person(login))

    def create(self, project: str, kind: str, summary: str, **fields: Value) -> Issue:
        """A new issue in its first status."""
        with self.world.lock:
            place = self.world.project(project)
            sort = operations.issue_type(place, {"name": kind}) if place else None
            if place is None or sort is None:
                raise refusal(400, f"{project} has no type {kind}")
            plain = self._plain({"summary": summary, **fields})
            row = native.payload_fields(self.world, sort, plain)
            row |= native.epic_name(self.world, sort, plain)
            row |= {"project": {"id": place.id}, "issuetype": {"id": sort.id}}
            return operations.create(self.world, self.author, {"fields": row})

    def edit(self, ref: str, **fields: Value) -> Issue:
        """Set fields."""
        with self.world.lock:
            issue = self.issue(ref)
            plain = self._plain(fields)
            row = native.payload_fields(self.world, self.world.type_of(issue), plain)
            return operations.edit(self.world, self.author, issue, {"fields": row})

    def label(self, ref: str, *, add: tuple[str, ...] = (), remove: tuple[str, ...] = ()) -> Issue:
        """Add and remove labels."""
        with self.world.lock:
            verbs = [*({"add": one} for one in add), *({"remove": one} for one in remove)]
            update = {"update": {"labels": verbs}}
            return operations.edit(self.world, self.author, self.issue(ref), update)

    def move_to(self, ref: str, status: str, resolution: str = "Done") -> Issue:
        """Walk to a status, answering what the screens demand."""
        with self.world.lock:
            issue = self.issue(ref)
            way = route(self.world, self.world.type_of(issue), issue.status, (status,))
            if way is None:
                raise refusal(400, f"No way to {status} for {issue.key}")
            for edge in way:
                fields = {name: {"name": resolution} for name in demands(edge)}
                body: dict[str, Any] = {"transition": {"id": edge.id}, "fields": fields}
                issue = operations.transition(self.world, self.author, issue, body)
            return issue

    def comment(self, ref: str, body: str, *, internal: bool = False, group: str = "") -> str:
        """Write a comment; its id."""
        with self.world.lock:
            row = _comment_row(body, internal, group)
            remark = extras.draft_remark(self.world, self.author, row)
            return extras.add_remark(self.world, self.issue(ref), remark).comments[-1].id

    def edit_comment(
        self, ref: str, number: str, body: str, *, internal: bool = False, group: str = ""
    ) -> None:
        """Rewrite a comment; who may read it stays unless it is narrowed."""
        with self.world.lock:
            issue = self.issue(ref)
            held = next(row for row in issue.comments if row.id == number)
            row = _comment_row(body, internal, group)
            extras.edit_remark(self.world, self.author, issue, held, row)

    def drop_comment(self, ref: str, number: str) -> None:
        """Delete a comment."""
        with self.world.lock:
            issue = self.issue(ref)
            held = next(row for row in issue.comments if row.id == number)
            extras.drop_remark(self.world, self.author, issue, held)

    def attach(self, ref: str, name: str, data: bytes, kind: str = "text/plain") -> str:
        """Put a file on an issue; its id."""
        with self.world.lock:
            issue = self.issue(ref)
            return attachments.attach(
                self.world, self.author, issue, name, kind, Content.of(data)
            ).id

    def detach(self, number: str) -> None:
        """Take a file off its issue."""
        with self.world.lock:
            found = attachments.found(self.world, number)
            if found is None:
                raise LookupError(f"no attachment {number}")
            attachments.detach(self.world, self.author, *found)

    def link(self, ref: str, words: str, other: str) -> None:
        """Link two issues, in the words that then stand on the first."""
        with self.world.lock:
            kind, acts = self._link_type(words)
            here, there = self.issue(ref), self.issue(other)
            ends = (here, there) if acts else (there, here)
            linking.link_issues(self.world, self.author, kind, *ends)

    def unlink(self, ref: str, words: str, other: str) -> None:
        """Take a link away."""
        with self.world.lock:
            here, there = self.issue(ref), self.issue(other)
            for link in list(linking.held(self.world, here, words, there.id)):
                linking.unlink(self.world, self.author, link)

    def clone(self, ref: str) -> Issue:
        """Copy an issue, labels and fields with it."""
        with self.world.lock:
            return surgery.clone(self.world, self.author, self.issue(ref))

    def move_project(self, ref: str, project: str) -> Issue:
        """Move an issue to another project."""
        with self.world.lock:
            place = self.world.project(project)
            if place is None:
                raise refusal(404, f"No project {project}")
            return surgery.move(self.world, self.author, self.issue(ref), place)

    def delete(self, ref: str) -> None:
        """Delete an issue and its sub-tasks."""
        with self.world.lock:
            surgery.delete(self.world, self.author, self.issue(ref), subtasks=True)

    def hide(self, ref: str, hidden: bool = True) -> None:
        """Take an issue out of the integration account's sight, or give it back."""
        with self.world.lock:
            surgery.hide(self.world, self.issue(ref), hidden)

    def issue(self, ref: str) -> Issue:
        """An issue's present state."""
        issue = self.world.issue(ref)
        if issue is None:
            raise LookupError(f"no issue {ref}")
        return issue

    def see(self, ref: str, name: str) -> Value:
        """One field's plain value."""
        with self.world.lock:
            return native.value_of(self.world, self.issue(ref), name)

    def _link_type(self, words: str) -> tuple[LinkType, bool]:
        found = linking.reading(self.world, words)
        if found is None:
            raise refusal(404, f"No issue link type reads '{words}'.")
        return found

    def _plain(self, fields: dict[str, Value]) -> dict[str, Value]:
        def person(name: str) -> bool:
            field = native.field_of(self.world, name)
            return field is not None and field.kind == "user"

        return {
            name: self._person(value) if isinstance(value, str) and person(name) else value
            for name, value in fields.items()
        }

    def _person(self, login: str) -> str:
        return account_id(login) if self.world.site.cloud else login


def _comment_row(body: str, internal: bool, group: str) -> dict[str, Any]:
    row: dict[str, Any] = {"body": body}
    if internal:
        row["properties"] = [{"key": extras.PUBLIC_PROPERTY, "value": {"internal": True}}]
    if group:
        row["visibility"] = {"type": "group", "value": group}
    return row
