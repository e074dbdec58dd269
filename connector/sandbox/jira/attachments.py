"""Files on issues: added and taken away, each with a line of history; ``updated`` moves.

The same name twice makes two files. What stock Jira does with an empty file stands in no document:
it is refused here.
"""

from __future__ import annotations

from dataclasses import replace

from connector.sandbox.content import Content
from connector.sandbox.jira.author import Author
from connector.sandbox.jira.model import Attachment, ChangeItem, Issue
from connector.sandbox.jira.problems import refusal
from connector.sandbox.jira.world import World, Writing

ISSUE_CAP = 2_000


def check(issue: Issue, contents: list[Content], limit: int) -> None:
    """Raise for files that are too large, empty, or too many for their issue."""
    if any(content.size > limit for content in contents):
        raise refusal(413, f"The file is larger than the maximum of {limit} bytes.")
    if any(content.size == 0 for content in contents):
        raise refusal(400, "The file is empty.")
    if len(issue.attachments) + len(contents) > ISSUE_CAP:
        raise refusal(413, "The per-issue limit of attachments has been breached.")


def attach(
    world: World, author: Author, issue: Issue, name: str, kind: str, content: Content
) -> Attachment:
    """Put a file on an issue."""
    at = world.stamp(issue)
    made = Attachment(world.next_id(), author.key, name, kind, at, content)
    item = ChangeItem("Attachment", "attachment", None, None, made.id, name)
    changed = replace(issue, attachments=(*issue.attachments, made))
    world.commit(changed, Writing(author.key, "attach", (item,), detail=made.id))
    return made


def detach(world: World, author: Author, issue: Issue, held: Attachment) -> None:
    """Take a file off its issue, for good."""
    rest = tuple(row for row in issue.attachments if row.id != held.id)
    item = ChangeItem("Attachment", "attachment", held.id, held.name, None, None)
    changed = replace(issue, attachments=rest)
    world.commit(changed, Writing(author.key, "detach", (item,), detail=held.id))


def found(world: World, number: str) -> tuple[Issue, Attachment] | None:
    """A file by its id, with its issue."""
    for issue in world.issues.values():
        for row in issue.attachments:
            if row.id == number:
                return issue, row
    return None
