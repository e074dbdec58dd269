"""The content of the fake Jira: issues, their keys, the search index and the log of every write.

Terms: a *commit* replaces one issue by its next state, stamps it, writes one row into the write log
and tells the index. Stamps have milliseconds and grow strictly for each issue, even on a clock that
stands still. The write log is the tests' oracle: it holds every write that took effect, with a
sequence number and its author; an edit that changes nothing leaves no row.

The world knows no rights and no rules: those live in the modules that call it, always while
holding ``lock``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from threading import RLock
from typing import Any

from connector.sandbox.clock import Clock
from connector.sandbox.jira.index import Knobs, SearchIndex
from connector.sandbox.jira.model import (
    Attachment,
    Board,
    ChangeEntry,
    ChangeItem,
    FieldDef,
    Issue,
    IssueLink,
    IssueType,
    LinkType,
    Named,
    Project,
    Sprint,
    Status,
    User,
)
from connector.sandbox.jira.site import (
    BOARDS,
    LINK_TYPES,
    PRIORITIES,
    RESOLUTIONS,
    SPRINTS,
    Site,
)

FIRST_ID = 10_000


@dataclass(frozen=True, slots=True)
class Writing:
    """Who writes what sort of thing, for the log. ``bumps`` moves the issue's ``updated``."""

    by: str
    kind: str
    items: tuple[ChangeItem, ...] = ()
    bumps: bool = True
    detail: str = ""


class World:
    """All content. ``hidden`` issues are invisible to the integration account."""

    def __init__(self, site: Site, clock: Clock, seed: int, knobs: Knobs) -> None:
        self.site = site
        self.clock = clock
        self.lock = RLock()
        self.index = SearchIndex(knobs, seed)
        self.issues: dict[str, Issue] = {}
        self.hidden: set[str] = set()
        self.hidden_projects: set[str] = set()
        self.user_properties: dict[tuple[str, str], Any] = {}
        self.users: dict[str, User] = {user.key: user for user in site.users}
        self.projects: dict[str, Project] = {row.id: row for row in site.projects}
        self.fields: dict[str, FieldDef] = {row.id: row for row in site.fields}
        self.statuses: dict[str, Status] = {row.id: row for row in site.statuses}
        self.boards: dict[int, Board] = {row.id: row for row in BOARDS}
        self.sprints: dict[int, Sprint] = {row.id: row for row in SPRINTS}
        self.priorities: dict[str, Named] = {row.id: row for row in PRIORITIES}
        self.resolutions: dict[str, Named] = {row.id: row for row in RESOLUTIONS}
        self.link_types: tuple[LinkType, ...] = LINK_TYPES
        self._log: list[dict[str, Any]] = []
        self._keys: dict[str, str] = {}
        self._numbers: dict[str, int] = {}
        self._serial = FIRST_ID
        self._past: datetime | None = None

    # -- looking things up ---------------------------------------------------------------------

    def issue(self, ref: str) -> Issue | None:
        """By id, or by present or former key in any case."""
        return self.issues.get(ref) or self.issues.get(self._keys.get(ref.upper(), ""))

    def project(self, ref: str) -> Project | None:
        """By id or by key in any case."""
        wanted = ref.upper()
        return self.projects.get(ref) or next(
            (row for row in self.projects.values() if row.key == wanted), None
        )

    def project_of(self, issue: Issue) -> Project:
        """Where an issue lives."""
        return self.projects[issue.project]

    def type_of(self, issue: Issue) -> IssueType:
        """An issue's type, as its project has it."""
        kind = self.projects[issue.project].type_of(issue.type_id)
        if kind is None:
            raise LookupError(f"{issue.key} has a type its project lacks")
        return kind

    def status_of(self, issue: Issue) -> Status:
        """An issue's status."""
        return self.statuses[issue.status]

    def is_hidden(self, issue: Issue) -> bool:
        """Whether the integration account may not know of it."""
        return issue.id in self.hidden or issue.project in self.hidden_projects

    def user_by_email(self, email: str) -> User | None:
        """The account that logs in with this address."""
        wanted = email.lower()
        return next((user for user in self.users.values() if user.email.lower() == wanted), None)

    def child_ids(self, parent: str) -> list[str]:
        """Issues directly below this one."""
        link = self.site.epic_link
        return [
            issue.id
            for issue in self.issues.values()
            if parent in (issue.fields.get("parent"), issue.fields.get(link))
        ]

    # -- writing -------------------------------------------------------------------------------

    def next_id(self) -> str:
        """A fresh id, unique on the site."""
        self._serial += 1
        return str(self._serial)

    def next_key(self, project: Project) -> str:
        """The next free key of a project; numbers are never used twice."""
        self._numbers[project.key] = self._numbers.get(project.key, 0) + 1
        return f"{project.key}-{self._numbers[project.key]}"

    @contextmanager
    def back_to(self, moment: datetime) -> Iterator[None]:
        """Turn the clock back, for making a past; only while a site is filled."""
        with self.lock:
            self._past = moment
            try:
                yield
            finally:
                self._past = None

    def now(self) -> datetime:
        """The clock, cut to milliseconds."""
        now = self._past or self.clock.now()
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    def stamp(self, issue: Issue) -> datetime:
        """The stamp of the next write to this issue."""
        return max(self.now(), issue.updated + timedelta(milliseconds=1))

    def add(self, issue: Issue, writing: Writing) -> Issue:
        """A new issue."""
        self.issues[issue.id] = issue
        self._keys[issue.key] = issue.id
        self._record(issue.created, issue, writing)
        self.index.announce(issue.created, issue)
        return issue

    def commit(self, issue: Issue, writing: Writing) -> Issue:
        """The next state of an issue."""
        at = self.stamp(issue)
        if writing.items:
            entry = ChangeEntry(self.next_id(), writing.by, at, writing.items)
            issue = replace(issue, history=(*issue.history, entry))
        updated = at if writing.bumps else issue.updated
        issue = replace(issue, updated=updated, revision=issue.revision + 1)
        self.issues[issue.id] = issue
        self._keys[issue.key] = issue.id
        self._record(at, issue, writing)
        self.index.announce(self.now(), issue)
        return issue

    def remove(self, issue: Issue, by: str) -> None:
        """Delete for good; its keys no longer resolve."""
        del self.issues[issue.id]
        self._keys = {key: held for key, held in self._keys.items() if held != issue.id}
        self._record(self.now(), issue, Writing(by, "delete"))
        self.index.withdraw(self.now(), issue)

    def configure(
        self,
        *,
        project: Project | None = None,
        user: User | None = None,
        sprint: Sprint | None = None,
        field: FieldDef | None = None,
    ) -> None:
        """Add or replace a part of the set-up."""
        if sprint is not None:
            self.sprints[sprint.id] = sprint
        if field is not None:
            self.fields[field.id] = field
        if project is not None:
            self.projects[project.id] = project
        if user is not None:
            self.users[user.key] = user

    # -- the oracle ----------------------------------------------------------------------------

    @property
    def write_log(self) -> Sequence[dict[str, Any]]:
        """Every write that took effect, in order."""
        return self._log

    def writes(self, *, by: str = "", kind: str = "", issue: str = "") -> list[dict[str, Any]]:
        """The rows of the log that match what is given."""
        wanted = {"by": by, "kind": kind, "id": issue}
        asked = {name: value for name, value in wanted.items() if value}
        with self.lock:
            return [row for row in self._log if asked.items() <= row.items()]

    def truth(self) -> dict[str, Any]:
        """All content past rights and index, as JSON-able values."""
        with self.lock:
            return {"issues": [self.bare(issue) for issue in self.issues.values()]}

    def bare(self, issue: Issue) -> dict[str, Any]:
        """One issue in full, with names beside the ids that need them."""
        status = self.status_of(issue)
        bared = replace(issue, history=(), comments=(), remote=(), links=(), attachments=())
        row = asdict(bared)
        for stamp in ("created", "updated"):
            row[stamp] = row[stamp].isoformat()
        for absent in ("history", "comments", "remote", "links", "attachments"):
            del row[absent]
        return {
            **row,
            "project": self.project_of(issue).key,
            "issuetype": self.type_of(issue).name,
            "status": status.name,
            "status_category": status.category,
            "priority": _name(self.priorities, issue.fields.get("priority")),
            "resolution": _name(self.resolutions, issue.fields.get("resolution")),
            "hidden": issue.id in self.hidden,
            "comments": [_bare_comment(remark) for remark in issue.comments],
            "links": [self._bare_link(link) for link in issue.links],
            "remote_links": [dict(link.body) for link in issue.remote],
            "attachments": [_bare_file(row) for row in issue.attachments],
        }

    def _bare_link(self, link: IssueLink) -> dict[str, str]:
        kinds = {row.id: row.name for row in self.link_types}
        kind = kinds.get(link.type_id, link.type_id)
        return {"type": kind, "inward": link.inward, "outward": link.outward}

    def _record(self, at: datetime, issue: Issue, writing: Writing) -> None:
        self._log.append(
            {
                "seq": len(self._log) + 1,
                "at": at.isoformat(),
                "by": writing.by,
                "kind": writing.kind,
                "id": issue.id,
                "key": issue.key,
                "fields": [item.name for item in writing.items],
                "changes": [[item.name, item.old_text, item.new_text] for item in writing.items],
                "detail": writing.detail,
            }
        )


def _name(rows: dict[str, Named], key: str | None) -> str | None:
    return rows[key].name if key else None


def _bare_comment(remark: Any) -> dict[str, Any]:
    row = asdict(remark)
    return {**row, "created": row["created"].isoformat(), "updated": row["updated"].isoformat()}


def _bare_file(row: Attachment) -> dict[str, Any]:
    return {
        "id": row.id,
        "author": row.author,
        "name": row.name,
        "type": row.type,
        "created": row.created.isoformat(),
        "size": row.content.size,
        "digest": row.content.digest,
    }


def sprint_of(world: World, raw: Iterable[str]) -> Sprint | None:
    """The sprint an issue is in now: of all it was in, the one that is not closed."""
    held = (world.sprints[int(key)] for key in raw)
    return next((row for row in held if row.state != "closed"), None)


def names_of(rows: Iterable[Named], keys: Iterable[str]) -> tuple[str, ...]:
    """Names of the rows with these ids, in their order."""
    by_id = {row.id: row.name for row in rows}
    return tuple(by_id[key] for key in keys)
