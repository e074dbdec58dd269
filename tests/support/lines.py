"""The two real adapters, each on a line to its sandbox, one request after the other.

Requests side by side would come in another order in every run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from connector.base import Adapter
from connector.jira.adapter import JiraAdapter
from connector.meter import RequestMeter
from connector.sandbox.clock import ManualClock
from connector.sandbox.http import App
from connector.sandbox.jira.app import JiraSandbox
from connector.sandbox.transport import SandboxTransport
from connector.servicenow.adapter import ServiceNowAdapter
from connector.settings import HttpSettings, JiraSettings, ServiceNowSettings
from mappings.sides import Side
from sync.store import Store

ONE_BY_ONE = HttpSettings(concurrency=1)


def real_adapters(
    hosts: Mapping[Side, str],
    apps: Mapping[Side, App],
    jira: JiraSandbox,
    store: Store,
    clock: ManualClock,
    problem_state_path: str = "",
) -> dict[Side, Adapter]:
    """Those of a new process; waiting moves the clock."""
    now = ServiceNowSettings(
        url=f"http://{hosts[Side.SERVICENOW]}",
        user="tandem",
        password="sandbox",
        problem_state_path=problem_state_path,
    )
    user = "tandem@example.com" if jira.world.site.cloud else ""
    site = JiraSettings(url=f"http://{hosts[Side.JIRA]}", user=user, token=jira.access.token)

    def made(side: Side, of: Callable[..., Adapter], settings: object) -> Adapter:
        return of(
            settings,
            ONE_BY_ONE,
            meter=RequestMeter(),
            memory=store.directory.memory(side),
            mount=SandboxTransport(apps[side], clock, clock.advance),
            sleeper=clock.advance,
        )

    return {
        Side.SERVICENOW: made(Side.SERVICENOW, ServiceNowAdapter, now),
        Side.JIRA: made(Side.JIRA, JiraAdapter, site),
    }
