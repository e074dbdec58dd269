"""One request on its way through: who calls, what was sent, how the answer will be rendered."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from connector.sandbox.http import Request, Response
from connector.sandbox.jira.access import Caller
from connector.sandbox.jira.author import Author
from connector.sandbox.jira.bulk import BulkTasks
from connector.sandbox.jira.limits import Limits
from connector.sandbox.jira.media import Media
from connector.sandbox.jira.model import Issue, Project
from connector.sandbox.jira.problems import (
    BAD_PAYLOAD,
    bare,
    needs_login,
    no_issue,
    problem_document,
    refusal,
)
from connector.sandbox.jira.render import View
from connector.sandbox.jira.search import Searcher, visible
from connector.sandbox.jira.world import World

BOTH = frozenset({"cloud", "dc"})
CLOUD = frozenset({"cloud"})
DATA_CENTER = frozenset({"dc"})


@dataclass(slots=True)
class Settings:
    """What a test may turn. ``short_pages`` is the probability that a page is cut short.

    ``upload_limit`` is in bytes; ``attachments`` says whether files are taken at all.
    ``always_redirect`` sends readers to the media store although they asked not to be, and
    ``media_base`` is its address, where it is not the site's own. ``may_delete`` gives the
    integration account the permission to delete issues, which stock schemes keep for a project's
    administrators. ``dc_history_cap`` is how many entries of its history Data Center tells of an
    issue that is read by itself (all: it has no other way to them). ``bulk_sets`` lets a bulk read
    of a thousand issues ask for labels and the like, which the vendor neither grants nor denies.
    """

    page_cap: int = 100
    id_page_cap: int = 5_000
    dc_page_cap: int = 1_000
    short_pages: float = 0.0
    token_days: float = 7.0
    user_cap: int = 1_000
    upload_limit: int = 1_073_741_824
    attachments: bool = True
    always_redirect: bool = False
    media_base: str = ""
    may_delete: bool = False
    dc_history_cap: int | None = None
    bulk_sets: bool = False


@dataclass(slots=True)
class Shared:
    """What all requests of one sandbox have in common."""

    world: World
    settings: Settings
    limits: Limits
    random: random.Random
    base: str
    bulk: BulkTasks
    media: Media


@dataclass(frozen=True, slots=True)
class Call:
    """One authenticated request."""

    shared: Shared
    caller: Caller
    request: Request
    view: View
    parts: dict[str, str] = field(default_factory=dict)

    @property
    def world(self) -> World:
        """The content."""
        return self.shared.world

    @property
    def cloud(self) -> bool:
        """Whether this is Jira Cloud."""
        return self.world.site.cloud

    @property
    def author(self) -> Author:
        """The writer; anonymous callers may not write."""
        if self.caller.user is None:
            raise needs_login()
        return Author(self.caller.key, self.view.rich)

    @property
    def searcher(self) -> Searcher:
        """The caller as the search engine knows him."""
        integration = self.caller.key == self.world.site.me
        zone = self.caller.user.zone if self.caller.user else self.world.site.zone
        return Searcher(self.caller.key or None, zone, integration)

    def body(self) -> Any:
        """The JSON body, whatever it is."""
        if not self.request.body.strip():
            raise bare(400, "No content to map to Object due to end of input")
        try:
            return json.loads(self.request.body)
        except ValueError as problem:
            raise bare(
                400, "There was an error parsing JSON. Check that your request body is valid."
            ) from problem

    def object_body(self, allowed: frozenset[str] | None = None) -> dict[str, Any]:
        """The JSON body, which must be an object with known members."""
        body = self.body()
        if not isinstance(body, dict) or (allowed is not None and not body.keys() <= allowed):
            raise bare(400, BAD_PAYLOAD)
        return body

    def sees(self, issue: Issue) -> bool:
        """Whether the caller may know of an issue."""
        return self.caller.user is not None and visible(self.world, self.searcher, issue)

    def issue(self, ref: str) -> Issue:
        """A visible issue, or 404."""
        issue = self.world.issue(ref)
        if issue is None or not self.sees(issue):
            raise no_issue()
        return issue

    def written(self, ref: str) -> Issue:
        """A visible issue that is about to be written; counted against its limit."""
        issue = self.issue(ref)
        if self.cloud:
            self.shared.limits.issue_write(issue.id, self.world.now())
        return issue

    def project(self, ref: str) -> Project:
        """A visible project, or 404."""
        project = self.world.project(ref)
        hidden = project is not None and project.id in self.world.hidden_projects
        mine = self.caller.key == self.world.site.me
        if project is None or self.caller.user is None or (hidden and mine):
            raise refusal(404, f"No project could be found with key '{ref}'.")
        return project

    def number(self, name: str, default: int) -> int:
        """A numeric query parameter; an unreadable one is a problem document."""
        text = self.request.param(name)
        if text is None:
            return default
        if not re.fullmatch(r"-?\d+", text):
            raise problem_document(400, f"Failed to convert '{name}'", self.request.path)
        return int(text)

    def listed(self, name: str) -> tuple[str, ...]:
        """A comma-separated query parameter, repeated or not."""
        found = [value for key, value in self.request.query if key == name]
        return tuple(part for value in found for part in value.split(",") if part)

    def flag(self, name: str) -> bool:
        """A boolean query parameter."""
        return (self.request.param(name) or "").lower() == "true"


Answer = Callable[[Call], Response]


@dataclass(frozen=True, slots=True)
class Route:
    """One method on one path. ``{name}`` in a path is one segment.

    ``newest`` routes exist in version 3 only; a ``form`` route takes files instead of JSON.
    """

    method: str
    path: str
    answer: Answer
    flavours: frozenset[str] = BOTH
    newest: bool = False
    form: bool = False

    @property
    def pattern(self) -> re.Pattern[str]:
        """The path as a pattern over what follows the version."""
        return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path))


def ok(value: Any, status: int = 200) -> Response:
    """A JSON answer."""
    return Response.of_json(status, value)


def nothing() -> Response:
    """204."""
    return Response(204)
