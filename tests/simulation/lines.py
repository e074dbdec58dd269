"""The real adapters, on lines to the two sandboxes through whatever weather there is.

Each process has adapters of its own; what is under way in the weather outlives it.
"""

from __future__ import annotations

from collections.abc import Mapping

from connector.base import Adapter
from connector.sandbox.clock import ManualClock
from connector.sandbox.faults import Faults, FaultyApp
from connector.sandbox.jira.app import JiraSandbox
from connector.sandbox.servicenow.app import ServiceNowSandbox
from connector.sandbox.servicenow.direct import HOST
from mappings.sides import Side
from sync.store import Store
from tests.support.lines import real_adapters


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
        self._hosts = {Side.SERVICENOW: HOST, Side.JIRA: jira.base.partition("://")[2]}
        self.apps = {
            Side.SERVICENOW: FaultyApp(servicenow, faults[Side.SERVICENOW], clock),
            Side.JIRA: FaultyApp(jira, faults[Side.JIRA], clock),
        }
        self._latest: Mapping[Side, Adapter] = {}

    def adapters(self, store: Store) -> Mapping[Side, Adapter]:
        """Those of a new process; the last one is over."""
        self.close()
        self._latest = real_adapters(self._hosts, self.apps, self._jira, store, self._clock)
        return self._latest

    def close(self) -> None:
        """Hang up."""
        for adapter in self._latest.values():
            adapter.close()
        self._latest = {}
