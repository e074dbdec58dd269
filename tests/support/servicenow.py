"""A ServiceNow sandbox with the real adapter on it, and a clock that tests move."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from connector.meter import RequestMeter
from connector.retry import ServerClock
from connector.sandbox.clock import ManualClock
from connector.sandbox.faults import Fault, Faults, FaultyApp
from connector.sandbox.http import App, Request
from connector.sandbox.people import INTEGRATION, PASSWORD
from connector.sandbox.servicenow.app import ServiceNowSandbox
from connector.sandbox.servicenow.auth import API_KEY, CLIENT_ID, CLIENT_SECRET
from connector.sandbox.servicenow.instance import put
from connector.sandbox.servicenow.knobs import Door as Way
from connector.sandbox.servicenow.schema import Row
from connector.sandbox.transport import SandboxTransport
from connector.servicenow.adapter import ServiceNowAdapter
from connector.servicenow.client import ServiceNowClient
from connector.servicenow.door import Door
from connector.settings import HttpSettings, ServiceNowSettings
from connector.values import Done, Draft, Record, Sighting
from tests.support.jira import Facts, Listening

URL = "http://instance.test"
START = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
LOGIN = {"user": INTEGRATION, "password": PASSWORD}
CLIENT = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
WAYS: dict[str, dict[str, str]] = {
    "basic": LOGIN,
    "oauth_password": {**LOGIN, **CLIENT},
    "oauth_client": CLIENT,
    "api_key": {"api_key": API_KEY},
}
"""What each way of access needs to be told; certificates need a real balancer."""

CLOSING = {"close_code": "Solution provided", "close_notes": "Restarted it."}


class ServiceNowStage:
    """Sandbox, weather and adapter, ready to play. ``between`` is put before the sandbox."""

    def __init__(
        self,
        auth: str = "basic",
        *,
        concurrency: int = 3,
        before: ServiceNowStage | None = None,
        between: Callable[[App], App] | None = None,
        **settings: str,
    ) -> None:
        self.clock = before.clock if before else ManualClock(START)
        self.sandbox = before.sandbox if before else ServiceNowSandbox(self.clock, incidents=0)
        self.world = self.sandbox.world
        self.faults = before.faults if before else Faults()
        self.memory = before.memory if before else Facts()
        self.slept: list[float] = []
        app: App = FaultyApp(self.sandbox, self.faults, self.clock)
        self.wire = Listening(between(app) if between else app)
        self._settings = ServiceNowSettings.model_validate(
            {"url": URL, "auth": auth, **WAYS.get(auth, {}), **settings}
        )
        self._http = HttpSettings(concurrency=concurrency)
        self.transport = SandboxTransport(self.wire, self.clock, self.sleep)
        self.adapter = ServiceNowAdapter(
            self._settings,
            self._http,
            meter=RequestMeter(),
            memory=self.memory,
            mount=self.transport,
            sleeper=self.sleep,
        )

    def sleep(self, seconds: float) -> None:
        """Time passes at once."""
        self.slept.append(seconds)
        self.clock.advance(seconds)

    def door(self) -> Door:
        """The way that the working modules take, for tests of one of them."""
        clock = ServerClock()
        client = ServiceNowClient(
            self._settings, self._http, meter=RequestMeter(), clock=clock, mount=self.transport
        )
        return Door(client, clock, self._http.concurrency, self.sleep)

    def weather(self, kind: str, **options: Any) -> None:
        """Put a fault in force."""
        self.faults.add(Fault(kind, **options))

    def created(self, *drafts: Draft) -> list[str]:
        """Create and return the keys; every draft must succeed."""
        results = self.adapter.create(drafts)
        assert all(isinstance(result, Done) for result in results), results
        return [result.key for result in results if isinstance(result, Done)]

    def opened(self, table: str = "incident", **values: str) -> str:
        """A person at his screen opens a record."""
        by = self.world.caller("amira.haddad", Way.SCREEN)
        return self.world.insert(table, {"short_description": "Slow mail", **values}, by)["sys_id"]

    def filled(self, number: int, table: str = "incident") -> list[str]:
        """That many records of one second, as an import leaves them; their keys in order."""
        rows = [{"number": f"X{n}", "active": "true"} for n in range(number)]
        return sorted(put(self.world, table, row)["sys_id"] for row in rows)

    def row(self, key: str) -> Row:
        """The truth about a record."""
        row = self.world.true_row(key)
        assert row is not None
        return row

    def rows(self, table: str = "incident") -> list[Row]:
        """All records there are, hidden or not."""
        return list(self.world.rows(table))

    def notes(self, key: str) -> list[str]:
        """The texts that really stand in a record's journal."""
        return [row["value"] for row in self.world.true_notes(key)]

    def record(self, key: str, *names: str, table: str = "incident") -> Record:
        """One record, as the adapter reads it."""
        return self.adapter.read(table, [key], names)[key]

    def seen(self, since: datetime = LONG_AGO, stream: int = 0) -> list[Sighting]:
        """Everything a feed of incidents tells: 0 the records, 1 the journal."""
        feed = self.adapter.streams(["incident"])[stream]
        return [one for page in self.adapter.changed(feed, since) for one in page.sightings]

    def asked(self, method: str = "", path: str = "") -> list[Request]:
        """The requests so far whose method is that and whose path ends so."""
        return [
            one
            for one in self.wire.requests
            if one.method == (method or one.method) and one.path.endswith(path)
        ]

    def queries(self) -> list[str]:
        """The encoded queries so far."""
        return [one.param("sysparm_query") or "" for one in self.wire.requests]


def a_draft(number: int, **fields: Any) -> Draft:
    """An incident with its mark."""
    mark = f"jira:jira.test:{10000 + number}"
    own = {"short_description": f"incident {number}", "correlation_id": mark}
    return Draft("incident", "incident", mark, {**own, **fields})


def kinds(results: Sequence[object]) -> list[str]:
    """What became of each."""
    return [type(result).__name__ for result in results]
