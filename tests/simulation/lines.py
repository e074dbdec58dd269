"""The real adapters, on lines to the two sandboxes through whatever weather there is.

Each process has adapters of its own; what is under way in the weather outlives it.
"""

from __future__ import annotations

from collections.abc import Mapping

from connector.base import Adapter
from connector.jira.adapter import JiraAdapter
from connector.meter import RequestMeter
from connector.sandbox.clock import ManualClock
from connector.sandbox.faults import Faults, FaultyApp
from connector.sandbox.jira.app import JiraSandbox
from connector.sandbox.servicenow.app import ServiceNowSandbox
from connector.sandbox.servicenow.direct import HOST
from connector.sandbox.transport import SandboxTransport
from connector.servicenow.adapter import ServiceNowAdapter
from connector.settings import HttpSettings, JiraSettings, ServiceNowSettings
from mappings.sides import Side
from sync.store import Store

ONE_BY_ONE = HttpSettings(concurrency=1)
"""Requests side by side would come in another order in every run."""


class Lines:
    """From one process after the other to both sandboxes."""

    def __init__(
        self,
        servicenow: ServiceNowSandbox,
        jira: JiraSandbox,
        faults: Mapping[Side, Faults],
        clock: ManualClock,
    ) -> None:
        self._jira, self._clock = jira, clock
        self.apps = {
            Side.SERVICENOW: FaultyApp(servicenow, faults[Side.SERVICENOW], clock),
            Side.JIRA: FaultyApp(jira, faults[Side.JIRA], clock),
        }
        self._latest: Mapping[Side, Adapter] = {}

    def adapters(self, store: Store) -> dict[Side, Adapter]:
        """Those of a new process; the last one is over."""
        self.close()
        found = {Side.SERVICENOW: self._to_servicenow(store), Side.JIRA: self._to_jira(store)}
        self._latest = found
        return found

    def close(self) -> None:
        """Hang up."""
        for adapter in self._latest.values():
            adapter.close()
        self._latest = {}

    def _to_servicenow(self, store: Store) -> Adapter:
        return ServiceNowAdapter(
            ServiceNowSettings(url=f"http://{HOST}", user="tandem", password="sandbox"),
            ONE_BY_ONE,
            meter=RequestMeter(),
            memory=store.directory.memory(Side.SERVICENOW),
            mount=self._mount(Side.SERVICENOW),
            sleeper=self._clock.advance,
        )

    def _to_jira(self, store: Store) -> Adapter:
        user = "tandem@example.com" if self._jira.world.site.cloud else ""
        return JiraAdapter(
            JiraSettings(url=self._jira.base, user=user, token=self._jira.access.token),
            ONE_BY_ONE,
            meter=RequestMeter(),
            memory=store.directory.memory(Side.JIRA),
            mount=self._mount(Side.JIRA),
            sleeper=self._clock.advance,
        )

    def _mount(self, side: Side) -> SandboxTransport:
        return SandboxTransport(self.apps[side], self._clock, self._clock.advance)
