"""A fake Jira for tests: a site, a clock that is moved by hand, and a caller."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from connector.sandbox.clock import ManualClock
from connector.sandbox.http import Request, Response
from connector.sandbox.jira import Hands, JiraSandbox
from connector.sandbox.jira.model import Flavour

START = datetime(2026, 3, 2, 9, 0, 30, tzinfo=UTC)
"""A Monday morning, half a minute into a minute."""


@dataclass
class Site:
    """A site with one caller; ``call`` returns status and parsed body."""

    flavour: Flavour = "cloud"
    version: str = "2"
    login: str = ""
    clock: ManualClock = field(default_factory=lambda: ManualClock(START))
    sandbox: JiraSandbox = field(init=False)

    def __post_init__(self) -> None:
        self.sandbox = JiraSandbox(self.flavour, self.clock)
        if not self.login:
            name = "tandem@example.com" if self.flavour == "cloud" else "tandem"
            self.login = f"{name}:sandbox"

    def hands(self, login: str = "mei.chen") -> Hands:
        """A person at work."""
        return Hands(self.sandbox.world, login)

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        raw: bytes | None = None,
    ) -> Response:
        """One request to the API; ``path`` follows the version."""
        given = {"Authorization": basic(self.login)} if self.login != "anonymous" else {}
        if method in ("POST", "PUT"):
            given["Content-Type"] = "application/json"
        content = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        url = f"/rest/api/{self.version}/{path}"
        merged = {**given, **(headers or {})}
        wanted = {name: value for name, value in merged.items() if value}
        return self.sandbox.handle(Request.of(method, url, wanted, content))

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """One request; status and parsed body (``None`` when empty)."""
        response = self.send(method, path, body)
        return response.status, json.loads(response.body) if response.body else None

    def ok(self, method: str, path: str, body: Any = None) -> Any:
        """One request that must succeed; its body."""
        status, answer = self.call(method, path, body)
        assert status < 300, (status, answer)
        return answer

    def search(self, jql: str, **more: Any) -> list[str]:
        """Keys found by a query."""
        path = "search/jql" if self.flavour == "cloud" else "search"
        body = {"jql": jql, "fields": ["key"], **more}
        return [row["key"] for row in self.ok("POST", path, body)["issues"]]


def basic(pair: str) -> str:
    """Basic credentials."""
    return "Basic " + base64.b64encode(pair.encode()).decode()


def story(summary: str = "A story", *, project: str = "OPS", **fields: Any) -> dict[str, Any]:
    """A create payload."""
    row = {"project": {"key": project}, "issuetype": {"name": "Story"}, "summary": summary}
    return {"fields": {**row, **fields}}
