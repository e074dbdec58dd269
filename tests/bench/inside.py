"""Both sandboxes inside the process, under the real adapters: many records without a socket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from connector.sandbox.clock import ManualClock
from connector.sandbox.jira.app import JiraSandbox
from connector.sandbox.jira.hands import Hands
from connector.sandbox.people import INTEGRATION, PASSWORD
from connector.sandbox.servicenow.app import ServiceNowSandbox
from connector.sandbox.transport import SandboxTransport
from mappings.sides import Side

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DESK, JIRA = "http://desk.test", "http://jira.test"


@dataclass(frozen=True, slots=True)
class Hold:
    """How to get in."""

    clock: ManualClock
    settings: Mapping[str, Any]
    mounts: Mapping[Side, SandboxTransport]


def hold(incidents: int, issues: int, *, sets: bool = False) -> Hold:
    """A desk with so many incidents of ninety days, and a project with so many stories, every
    other one of which is done; the last was touched a day ago."""
    clock = ManualClock(START)
    desk = ServiceNowSandbox(clock, 1, incidents=incidents)
    jira = JiraSandbox("cloud", clock, 1, base=JIRA)
    jira.settings.bulk_sets = sets
    team = Hands(jira.world, "mei.chen")
    for number in range(issues):
        issue = team.create("OPS", "Story", f"Story {number}")
        if number % 2:
            team.move_to(issue.id, "Done")
    clock.advance(86_400)
    return Hold(
        clock,
        {
            "store": {"url": "sqlite://"},
            "servicenow": {"url": DESK, "user": INTEGRATION, "password": PASSWORD},
            "jira": {
                "url": JIRA, "user": "tandem@example.com", "token": jira.access.token,
                "project": "OPS",
            },
            "http": {"concurrency": 1, "allow_insecure": True},
        },
        {
            Side.SERVICENOW: SandboxTransport(desk, clock, clock.advance),
            Side.JIRA: SandboxTransport(jira, clock, clock.advance),
        },
    )  # fmt: skip
