"""The nouns of the fake Jira: users, projects, types, statuses, fields, issues.

Everything here is a frozen value. A change makes a new :class:`Issue` that shares what stayed the
same; the lagging search index can therefore keep old states by merely holding on to them.

Issue field values are kept raw, by field id: texts as wiki strings, users, priorities, resolutions,
parents, components and options as ids, labels as a tuple, dates as ``YYYY-MM-DD``, moments as ISO
text, the two levels of a cascade with a slash between their ids, all sprints an issue was in as a
tuple of ids. ``None`` (or an empty tuple) is empty. Rendering into JSON happens at the door.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from connector.sandbox.content import Content

Flavour = Literal["cloud", "dc"]


@dataclass(frozen=True, slots=True)
class User:
    """An account. ``key`` is the account id on Cloud and the user name on Data Center."""

    key: str
    name: str
    email: str
    login: str
    zone: str = "Europe/Berlin"
    active: bool = True
    email_shown: bool = True
    groups: tuple[str, ...] = ("jira-users",)


@dataclass(frozen=True, slots=True)
class Named:
    """A priority, a resolution, a component, a version or an option: an id with a name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Sprint:
    """A sprint of a board; ``state`` is ``future``, ``active`` or ``closed``."""

    id: int
    name: str
    state: str
    board: int


@dataclass(frozen=True, slots=True)
class Board:
    """An agile board of a project (by key); ``kind`` is ``scrum`` or ``kanban``."""

    id: int
    name: str
    kind: str
    project: str


@dataclass(frozen=True, slots=True)
class Status:
    """A workflow status; ``category`` is ``new``, ``indeterminate`` or ``done``."""

    id: str
    name: str
    category: str
    project: str = ""


@dataclass(frozen=True, slots=True)
class Transition:
    """One edge of a workflow. No ``sources`` means: from anywhere (global).

    ``screen`` maps the fields on its screen to whether they are demanded. ``resolution`` says what
    happens to that field without a screen: ``keep``, ``clear`` or ``done`` (set to Done).
    """

    id: str
    name: str
    sources: tuple[str, ...]
    status: str
    screen: Mapping[str, bool] | None = None
    resolution: str = "keep"

    def leaves(self, status: str) -> bool:
        """Whether this transition is offered in that status."""
        return not self.sources or status in self.sources


@dataclass(frozen=True, slots=True)
class Workflow:
    """A graph over status ids. ``first`` is where issues are created."""

    name: str
    first: str
    statuses: tuple[str, ...]
    transitions: tuple[Transition, ...]

    def offered(self, status: str) -> tuple[Transition, ...]:
        """What can be done from a status."""
        return tuple(edge for edge in self.transitions if edge.leaves(status))


@dataclass(frozen=True, slots=True)
class FieldDef:
    """A field of the site. ``kind`` decides how values are read, checked and shown; ``below`` are
    the options of a cascade's second level, by the id of the first."""

    id: str
    name: str
    kind: str
    custom: str = ""
    options: tuple[Named, ...] = ()
    limit: int | None = None
    below: Mapping[str, tuple[Named, ...]] = field(default_factory=dict)

    @property
    def several(self) -> bool:
        """Whether it holds a set of values, nothing being an empty one."""
        return self.kind in ("labels", "components", "versions", "options", "sprint")

    @property
    def rich(self) -> bool:
        """Whether the newer API version shows it as a document instead of a string."""
        return self.kind == "text"


@dataclass(frozen=True, slots=True)
class IssueType:
    """A type as one project has it. ``screen`` maps field id to whether it is demanded."""

    id: str
    name: str
    level: int
    workflow: Workflow
    screen: Mapping[str, bool]
    comment_on_create: bool = True
    own_project: str = ""

    @property
    def subtask(self) -> bool:
        """Whether issues of this type live under a standard issue."""
        return self.level < 0


@dataclass(frozen=True, slots=True)
class Project:
    """A project. ``style`` is ``classic`` or ``next-gen``, ``area`` software or service desk."""

    id: str
    key: str
    name: str
    area: str
    style: str
    types: tuple[IssueType, ...]
    components: tuple[Named, ...] = ()
    versions: tuple[Named, ...] = ()

    @property
    def public_comments(self) -> bool:
        """Whether customers read along."""
        return self.area == "service_desk"

    def type_of(self, type_id: str) -> IssueType | None:
        """One of its types by id."""
        return next((kind for kind in self.types if kind.id == type_id), None)


@dataclass(frozen=True, slots=True)
class ChangeItem:
    """One field's change in an issue's history."""

    name: str
    field: str
    old: str | None
    old_text: str | None
    new: str | None
    new_text: str | None


@dataclass(frozen=True, slots=True)
class ChangeEntry:
    """What one author changed at one moment."""

    id: str
    author: str
    at: datetime
    items: tuple[ChangeItem, ...]


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment on an issue. ``visibility`` restricts its readers to a group or role."""

    id: str
    author: str
    body: str
    created: datetime
    updated: datetime
    editor: str
    public: bool
    visibility: Mapping[str, str] | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file on an issue; ``type`` is its content type."""

    id: str
    author: str
    name: str
    type: str
    created: datetime
    content: Content = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class WebLink:
    """A remote link; ``body`` is what the writer sent, without id."""

    id: int
    global_id: str | None
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LinkType:
    """A kind of issue link: ``outward`` is read on the issue that acts, ``inward`` on the other."""

    id: str
    name: str
    inward: str
    outward: str


@dataclass(frozen=True, slots=True)
class IssueLink:
    """One issue link, held by both ends. ``inward`` acts on ``outward`` ("A blocks B")."""

    id: str
    type_id: str
    inward: str
    outward: str


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue at one moment. ``revision`` grows with every write to it, stamps only with some."""

    id: str
    key: str
    project: str
    type_id: str
    status: str
    creator: str
    created: datetime
    updated: datetime
    fields: Mapping[str, Any]
    comments: tuple[Remark, ...] = ()
    properties: Mapping[str, Any] = field(default_factory=dict)
    remote: tuple[WebLink, ...] = ()
    links: tuple[IssueLink, ...] = ()
    history: tuple[ChangeEntry, ...] = ()
    revision: int = 0
    attachments: tuple[Attachment, ...] = ()

    @property
    def number(self) -> int:
        """The digits of the key."""
        return int(self.key.rpartition("-")[2])
