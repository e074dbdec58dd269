"""The site's set-up: what an administrator configured, without a single issue.

Three projects: ``OPS`` (company-managed software), ``TEAM`` (team-managed software, with its own
types and statuses) and ``DESK`` (service project). Data Center knows no team-managed projects;
there ``TEAM`` is an ordinary project with the simple workflow.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from connector.sandbox import people
from connector.sandbox.jira import layout, workflows
from connector.sandbox.jira.model import (
    Board,
    FieldDef,
    Flavour,
    IssueType,
    LinkType,
    Named,
    Project,
    Sprint,
    Status,
    User,
    Workflow,
)

INTEGRATION_EMAIL = "tandem@example.com"
TOKEN = people.PASSWORD

PRIORITIES = tuple(
    Named(str(place), name)
    for place, name in enumerate(("Highest", "High", "Medium", "Low", "Lowest"), 1)
)
DEFAULT_PRIORITY = "3"
RESOLUTIONS = tuple(
    Named(str(10000 + place), name)
    for place, name in enumerate(("Done", "Won't Do", "Duplicate", "Cannot Reproduce"))
)
LINK_TYPES = (
    LinkType("10000", "Blocks", "is blocked by", "blocks"),
    LinkType("10001", "Cloners", "is cloned by", "clones"),
    LinkType("10002", "Duplicate", "is duplicated by", "duplicates"),
    LinkType("10003", "Relates", "relates to", "relates to"),
    LinkType("10004", "Problem/Incident", "is caused by", "causes"),
)
"""Those of a stock site; the last comes with service projects."""
BOARDS = (Board(5, "OPS deliveries", "scrum", "OPS"), Board(6, "OPS support", "kanban", "OPS"))
SPRINTS = (
    Sprint(31, "Sprint 1", "closed", 5),
    Sprint(32, "Sprint 2", "active", 5),
    Sprint(33, "Sprint 3", "future", 5),
)
_SHARED_TYPES = (("10000", "Epic", 1), ("10001", "Story", 0), ("10002", "Task", 0))
_TEAM_TYPES = (("10301", "Epic", 1), ("10302", "Story", 0), ("10303", "Task", 0))


@dataclass(frozen=True, slots=True)
class Site:
    """Everything configured. ``zone`` is the server's own."""

    flavour: Flavour
    users: tuple[User, ...]
    projects: tuple[Project, ...]
    statuses: tuple[Status, ...]
    fields: tuple[FieldDef, ...]
    me: str
    zone: str = "Europe/Berlin"

    @property
    def cloud(self) -> bool:
        """Whether this is Jira Cloud."""
        return self.flavour == "cloud"

    @property
    def epic_link(self) -> str:
        """The id of the Epic Link field."""
        return layout.EPIC_LINK[self.flavour]


def build(flavour: Flavour, zone: str = "Europe/Berlin") -> Site:
    """The stock site of the sandbox's company."""
    shared = workflows.shared_statuses()
    own = workflows.own_statuses("TEAM", 10300) if flavour == "cloud" else _plain_statuses()
    users = tuple(_users(flavour, zone))
    return Site(
        flavour,
        users,
        (_ops(flavour, shared), _team(flavour, own), _desk(flavour, shared)),
        shared + own,
        layout.SYSTEM_FIELDS + layout.custom_fields(flavour),
        users[0].key,
        zone,
    )


def _plain_statuses() -> tuple[Status, ...]:
    return (Status("10300", "To Do", "new"),)


def _users(flavour: Flavour, zone: str) -> Iterable[User]:
    everybody = (people.TANDEM, *people.COLLEAGUES, *people.PECULIAR)
    for person in (one for one in everybody if one.only in ("", "jira")):
        email = INTEGRATION_EMAIL if person is people.TANDEM else person.email
        key = person.login if flavour == "dc" else account_id(person.login)
        shown = flavour == "dc" or not person.hidden
        yield User(key, person.name, email, person.login, zone, person.active, shown)


def account_id(login: str) -> str:
    """The Cloud account id of a login: opaque, and the same in every run."""
    return f"712020:{uuid.uuid5(uuid.NAMESPACE_DNS, login + '.' + people.DOMAIN)}"


def _numbering(statuses: Iterable[Status]) -> workflows.Numbering:
    ids = {status.name: status.id for status in statuses}
    return lambda name: ids[name]


def _named(first: int, *names: str) -> tuple[Named, ...]:
    return tuple(Named(str(first + place), name) for place, name in enumerate(names))


def _ops(flavour: Flavour, statuses: tuple[Status, ...]) -> Project:
    flow = workflows.delivery(_numbering(statuses))
    types = tuple(
        IssueType(number, name, level, flow, layout.company_screen(flavour, level))
        for number, name, level in (*_SHARED_TYPES, ("10004", "Bug", 0), ("10003", "Sub-task", -1))
    )
    components = _named(10500, "Checkout", "Identity", "Network", "Reporting")
    versions = _named(10600, "2026.1", "2026.2")
    return Project("10000", "OPS", "Operations", "software", "classic", types, components, versions)


def _team(flavour: Flavour, own: tuple[Status, ...]) -> Project:
    if flavour == "dc":
        return _team_on_data_center(own)
    flow = workflows.simple(_numbering(own))
    types = tuple(
        IssueType(number, name, level, flow, layout.team_screen(), own_project="10001")
        for number, name, level in (
            ("10301", "Epic", 1),
            ("10302", "Story", 0),
            ("10303", "Task", 0),
        )
    )
    return Project("10001", "TEAM", "Web team", "software", "next-gen", types)


def _team_on_data_center(own: tuple[Status, ...]) -> Project:
    flow = _simple_on_shared(own)
    types = tuple(
        IssueType(number, name, level, flow, layout.company_screen("dc", level))
        for number, name, level in _SHARED_TYPES
    )
    return Project("10001", "TEAM", "Web team", "software", "classic", types)


def _simple_on_shared(own: tuple[Status, ...]) -> Workflow:
    return workflows.simple(_numbering((*workflows.shared_statuses(), *own)))


def _desk(flavour: Flavour, statuses: tuple[Status, ...]) -> Project:
    flow = workflows.support(_numbering(statuses))
    named = (
        ("10401", "[System] Incident"),
        ("10402", "[System] Problem"),
        ("10403", "[System] Change"),
        ("10002", "Task"),
    )
    types = tuple(
        IssueType(number, name, 0, flow, layout.desk_screen(flavour), comment_on_create=False)
        for number, name in named
    )
    return Project("10002", "DESK", "Service desk", "service_desk", "classic", types)
