"""What the fake Jira tells the direct adapter of people, types and histories."""

from __future__ import annotations

from collections.abc import Callable, Collection

from connector.errors import Gone, NotThere
from connector.sandbox.jira import native
from connector.sandbox.jira.model import Issue, Project
from connector.sandbox.jira.world import World
from connector.values import Authorship, KindInfo, Person, Placing

_SIDE = "jira"


class DirectPeople:
    """Answers from the world itself; ``read`` counts a request and lets the weather strike."""

    def __init__(self, world: World, read: Callable[[str], None]) -> None:
        self._world = world
        self._read = read
        self._told: dict[str, tuple[tuple[object, ...], tuple[KindInfo, ...]]] = {}

    def people(self, keys: Collection[str], emails: Collection[str]) -> tuple[Person, ...]:
        """Persons by key and by exact e-mail."""
        for _request in (*keys, *emails):
            self._read("user/search")
        wanted = {address.casefold() for address in emails}
        return tuple(
            native.person(user)
            for user in self._world.users.values()
            if user.key in keys or user.email.casefold() in wanted
        )

    def kinds(self, project: Project) -> tuple[KindInfo, ...]:
        """The issue types of a project."""
        self._read("issue/createmeta")
        self._read("issueLinkType")
        setup = self._setup(project)
        known, told = self._told.get(project.id, ((), ()))
        if known != setup:
            told = tuple(native.kind_info(self._world, kind, project) for kind in project.types)
            self._told[project.id] = (setup, told)
        return told

    def _setup(self, project: Project) -> tuple[object, ...]:
        """All that the kinds of a project are told from: frozen values, of which nearly always
        every one is the very same as before."""
        world = self._world
        rows = (world.fields, world.statuses, world.priorities, world.resolutions)
        return (project, world.link_types, *(tuple(some.values()) for some in rows))

    def creatable(self, project: Project, kind: str) -> frozenset[str]:
        """Which native fields a create of this kind takes in this project."""
        found = next((row for row in self.kinds(project) if row.name == kind), None)
        if found is None:
            raise NotThere(f"{project.key} has no issue type {kind!r}", side=_SIDE)
        names = {field.name for field in found.fields if not field.name.startswith(native.LINK)}
        if self._world.site.epic_link in names:
            names.add("parent")
        return frozenset(names)

    def placings(self, project: Project, kind: str, names: Collection[str]) -> dict[str, Placing]:
        """What names stand for; an edit screen is known where there is an issue to ask about."""
        for path in ("field", "issue/createmeta", "search", "issue/editmeta"):
            self._read(path)
        found = next((row for row in project.types if row.name == kind), None)
        if found is None:
            raise NotThere(f"{project.key} has no issue type {kind!r}", side=_SIDE)
        issues = self._world.issues.values()
        some = any((one.project, one.type_id) == (project.id, found.id) for one in issues)
        return {name: native.placing(self._world, found, name, asked=some) for name in names}

    def authorship(self, key: str, issue: Issue | None, name: str) -> Authorship:
        """Who last changed this field; the creator if nobody did."""
        if issue is None:
            raise Gone(f"Issue {key} is gone or hidden", side=_SIDE)
        field = native.field_of(self._world, name, self._world.type_of(issue))
        wanted = "status" if name == "status_category" else field.id if field else name
        for entry in reversed(issue.history):
            if any(item.field == wanted for item in entry.items):
                return Authorship(self._world.users[entry.author].name, entry.at)
        return Authorship(self._world.users[issue.creator].name, issue.created)
