"""What the direct adapter knows besides records: people, names of fields, authors."""

from __future__ import annotations

from collections.abc import Collection

from connector.errors import NotThere
from connector.sandbox.jira import native
from connector.sandbox.jira.model import Issue, Project
from connector.sandbox.jira.world import World
from connector.values import Authorship, KindInfo, Person, Placing


def people(world: World, keys: Collection[str], emails: Collection[str]) -> tuple[Person, ...]:
    """Accounts by key and by exact address, shown or not."""
    wanted = {address.casefold() for address in emails}
    return tuple(
        native.person(user)
        for user in world.users.values()
        if user.key in keys or user.email.casefold() in wanted
    )


def creatable(
    world: World, kinds: Collection[KindInfo], container: str, kind: str
) -> frozenset[str]:
    """Which native names a create of this kind takes. Raises ``NotThere``."""
    found = next((row for row in kinds if row.name == kind), None)
    if found is None:
        raise NotThere(f"{container} has no issue type {kind!r}", side="jira")
    names = {field.name for field in found.fields}
    return frozenset(names | {"parent"} if world.site.epic_link in names else names)


def placings(
    world: World, project: Project, kind: str, names: Collection[str]
) -> dict[str, Placing]:
    """What names stand for; an edit screen is known where there is an issue to ask about."""
    found = next((row for row in project.types if row.name == kind), None)
    if found is None:
        raise NotThere(f"{project.key} has no issue type {kind!r}", side="jira")
    issues = world.issues.values()
    some = any((one.project, one.type_id) == (project.id, found.id) for one in issues)
    return {name: native.placing(world, found, name, asked=some) for name in names}


def authorship(world: World, issue: Issue, name: str) -> Authorship:
    """Who last changed this field; the creator if nobody did."""
    field = native.field_of(world, name, world.type_of(issue))
    wanted = "status" if name == "status_category" else field.id if field else name
    for entry in reversed(issue.history):
        if any(item.field == wanted for item in entry.items):
            return Authorship(world.users[entry.author].name, entry.at)
    return Authorship(world.users[issue.creator].name, issue.created)
