"""A Jira sandbox of one flavour with the real adapter on it, and a clock that tests move."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from connector.jira.adapter import JiraAdapter
from connector.meter import RequestMeter
from connector.sandbox.clock import ManualClock
from connector.sandbox.faults import Fault, Faults, FaultyApp
from connector.sandbox.http import App, Request, Response
from connector.sandbox.jira import surgery
from connector.sandbox.jira.app import JiraSandbox
from connector.sandbox.jira.author import Author
from connector.sandbox.jira.model import Flavour, Issue
from connector.sandbox.transport import SandboxTransport
from connector.settings import HttpSettings, JiraSettings
from connector.values import Done, Draft, SightingPage

URL = "http://sandbox.test"


class Facts(dict[str, str]):
    """An adapter's memory that outlives the adapter."""

    def put(self, name: str, value: str) -> None:
        self[name] = value


class Listening:
    """Remembers the requests that pass."""

    def __init__(self, app: App) -> None:
        self._app = app
        self.requests: list[Request] = []

    def handle(self, request: Request) -> Response:
        self.requests.append(request)
        return self._app.handle(request)


class JiraStage:
    """Sandbox, weather and adapter, ready to play."""

    def __init__(self, flavour: Flavour, before: JiraStage | None = None) -> None:
        self.flavour = flavour
        self.clock = before.clock if before else ManualClock(datetime(2026, 1, 5, 9, tzinfo=UTC))
        self.sandbox = before.sandbox if before else JiraSandbox(flavour, self.clock)
        self.faults = before.faults if before else Faults()
        self.memory = before.memory if before else Facts()
        self.slept: list[float] = []
        self.wire = Listening(FaultyApp(self.sandbox, self.faults, self.clock))
        user = "tandem@example.com" if flavour == "cloud" else ""
        self.adapter = JiraAdapter(
            JiraSettings(url=URL, user=user, token=self.sandbox.access.token),
            HttpSettings(concurrency=3),
            meter=RequestMeter(),
            memory=self.memory,
            mount=SandboxTransport(self.wire, self.clock, self._sleep),
            sleeper=self._sleep,
        )

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock.advance(seconds)

    def restarted(self) -> JiraStage:
        """A new process on the same site: nothing is known but what was remembered."""
        return JiraStage(self.flavour, self)

    def weather(self, kind: str, **options: Any) -> None:
        """Put a fault in force."""
        self.faults.add(Fault(kind, **options))

    def created(self, *drafts: Draft) -> list[str]:
        """Create and return the keys; every draft must succeed."""
        results = self.adapter.create(drafts)
        assert all(isinstance(result, Done) for result in results), results
        return [result.key for result in results if isinstance(result, Done)]

    def writes(self) -> int:
        """Write requests so far."""
        return self.adapter.meter.totals()["write"]

    def issue(self, key: str) -> Issue:
        """The truth about an issue."""
        return self.sandbox.world.issues[key]

    def field(self, key: str, name: str) -> Any:
        """One field, as the adapter reads it."""
        return self.adapter.read("OPS", [key], [name])[key].fields[name]

    def pages(self, since: datetime) -> Iterator[SightingPage]:
        """The change feed of OPS."""
        return self.adapter.changed(self.adapter.streams(["OPS"])[0], since)

    def moved(self, key: str, project: str) -> None:
        """A person moves an issue to another project."""
        world = self.sandbox.world
        there = world.project(project)
        assert there is not None
        with world.lock:
            surgery.move(world, Author(world.site.me), self.issue(key), there)


def a_draft(number: int, **options: Any) -> Draft:
    """A story in OPS with its mark; anything that is no part of a draft is a field."""
    parts = {
        name: options.pop(name) for name in ("properties", "targets", "comments") if name in options
    }
    mark = f"tandem-{number}"
    fields = {"summary": f"issue {number}", "labels": (mark,)}
    kind, container = options.pop("kind", "Story"), options.pop("container", "OPS")
    return Draft(container, kind, mark, {**fields, **options}, **parts)
