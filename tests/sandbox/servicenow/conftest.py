"""An instance without tickets on a clock that stands still, and a session on it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from connector.sandbox.clock import ManualClock
from connector.sandbox.control import ControlApp
from connector.sandbox.faults import Faults
from connector.sandbox.servicenow import ServiceNowSandbox, World
from connector.sandbox.transport import SandboxTransport

BASE = "http://instance.test"
START = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


class Api:
    """A session of one account, with the Table API's paths spelled out."""

    def __init__(self, app: Any, clock: ManualClock, login: str = "tandem") -> None:
        self.session = requests.Session()
        self.session.mount(BASE, SandboxTransport(app, clock))
        self.session.auth = (login, "sandbox")

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        return self.session.request(method, BASE + path, **options)

    def get(self, table: str, query: str = "", **params: Any) -> requests.Response:
        given = {"sysparm_query": query, **params} if query else params
        return self.call("GET", f"/api/now/table/{table}", params=given)

    def rows(self, table: str, query: str = "", **params: Any) -> list[dict[str, Any]]:
        answer = self.get(table, query, **params)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["result"])

    def names(self, table: str, query: str, field: str = "short_description") -> list[str]:
        return [row[field] for row in self.rows(table, query)]

    def post(self, table: str, **values: Any) -> dict[str, Any]:
        answer = self.call("POST", f"/api/now/table/{table}", json=values)
        assert answer.status_code == 201, answer.text
        return dict(answer.json()["result"])

    def patch(self, table: str, key: str, **values: Any) -> requests.Response:
        return self.call("PATCH", f"/api/now/table/{table}/{key}", json=values)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def sandbox(clock: ManualClock) -> ServiceNowSandbox:
    return ServiceNowSandbox(clock, incidents=0)


@pytest.fixture
def world(sandbox: ServiceNowSandbox) -> World:
    return sandbox.world


@pytest.fixture
def faults() -> Faults:
    return Faults(seed=1)


@pytest.fixture
def app(sandbox: ServiceNowSandbox, faults: Faults, clock: ManualClock) -> ControlApp:
    return ControlApp(sandbox, sandbox.world, faults, clock)


@pytest.fixture
def api(app: ControlApp, clock: ManualClock) -> Iterator[Api]:
    api = Api(app, clock)
    yield api
    api.session.close()
