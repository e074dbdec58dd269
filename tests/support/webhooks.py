"""Webhooks for tests: events as the two systems send them, and a receiver on any store.

``Hooks(store).jira(event)`` signs an event, posts it through the application without a socket, and
gives the status. Whatever goes wrong inside the application is raised here.
"""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from connector.sandbox.jira.model import Issue
from mappings.defaults import shipped
from sync.daemon import Health
from sync.door import WebSettings
from sync.store import Store
from sync.web.checks import PATH, CheckDoor, add_checks
from sync.web.health import build
from sync.web.hooks import Receiver, add_hooks
from tests.support.bench import parsed

SECRET, TOKEN = "It's a Secret to Everybody", "t0ken-" * 6
JSON = {"Content-Type": "application/json"}
BEARER = {"Authorization": f"Bearer {TOKEN}"}
CHECKS_TOKEN = "ch3cks-" * 5
PIPELINE = {"Authorization": f"Bearer {CHECKS_TOKEN}"}
OPEN = {"jira_secret": SECRET, "servicenow_token": TOKEN, "checks_token": CHECKS_TOKEN}


def signature(body: bytes, method: str = "sha256", secret: str = SECRET) -> str:
    """As Jira writes it into the header."""
    return f"{method}={hmac.new(secret.encode(), body, method).hexdigest()}"


def about(key: str, project: str = "OPS", event: str = "jira:issue_updated") -> dict[str, Any]:
    """An event of one issue."""
    fields = {"summary": "Mail is slow", "project": {"id": "10000", "key": project}}
    issue = {"id": key, "key": f"{project}-7", "fields": fields}
    return {"timestamp": 1_772_442_000_000, "webhookEvent": event, "issue": issue}


def of(issue: Issue, event: str = "jira:issue_updated", at: int = 0) -> dict[str, Any]:
    """An event of an issue of the sandbox."""
    told = about(issue.id, issue.key.rpartition("-")[0], event)
    return {**told, "timestamp": told["timestamp"] + at}


def between(first: int, second: int) -> dict[str, Any]:
    """A link of two issues; its ends are numbers, and their projects are not told."""
    link = {"id": 1, "sourceIssueId": first, "destinationIssueId": second}
    return {"timestamp": 1, "webhookEvent": "issuelink_created", "issueLink": link}


@dataclass
class Hooks:
    """A receiver on a store, reached without a socket. ``now`` is its clock, ``woken`` how often
    it woke the daemon."""

    store: Store
    settings: Mapping[str, str] = field(default_factory=lambda: dict(OPEN))
    now: float = 0.0
    woken: int = 0

    def __post_init__(self) -> None:
        specs = parsed(tuple(shipped().items()), "OPS")
        self.receiver = Receiver(self.store, specs, self._wake, lambda: self.now)
        self.app = build(Health())
        add_hooks(self.app, self.receiver, WebSettings(**self.settings))
        self.checks = CheckDoor(self.store, lambda: self.now, self.store.inbox._clock)
        add_checks(self.app, self.checks, WebSettings(**self.settings))

    def _wake(self) -> None:
        self.woken += 1

    def ask(
        self, path: str, content: Any, headers: Any = (), method: str = "POST"
    ) -> httpx.Response:
        """Send anything."""

        async def sent() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
                return await client.request(method, path, content=content, headers=headers)

        return asyncio.run(sent())

    def jira(self, event: Any, identifier: str = "", **headers: str) -> int:
        """Send what Jira would send; the answer's status."""
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        more = {"X-Atlassian-Webhook-Identifier": identifier} if identifier else {}
        signed = {"X-Hub-Signature": signature(body)}
        return self.ask("/hooks/jira", body, {**JSON, **signed, **more, **headers}).status_code

    def servicenow(self, rows: Any, **headers: str) -> int:
        """Send what the business rule would send; the answer's status."""
        body = rows if isinstance(rows, bytes) else json.dumps(rows).encode()
        return self.ask("/hooks/servicenow", body, {**JSON, **BEARER, **headers}).status_code

    def check(self, told: Any, **headers: str) -> httpx.Response:
        """Send what a pipeline would send."""
        body = told if isinstance(told, bytes) else json.dumps(told).encode()
        return self.ask(PATH, body, {**JSON, **PIPELINE, **headers})

    def inbox(self) -> set[tuple[str, str, str]]:
        """Side, container and key of all that waits for a look."""
        rows = self.store.inbox.rows(10_000, self.store.inbox._clock())
        return {(row.side.value, row.container, row.key) for row in rows}

    def told(self) -> dict[str, int]:
        """Outcomes and how many there were of each."""
        return dict(self.receiver.tally.numbers)


def row_of(table: str, key: str) -> dict[str, str]:
    """A record as the business rule names it."""
    return {"table": table, "sys_id": key}
