"""Both fake systems behind real HTTP, with the company that lives in them.

``with Town() as town:`` starts two servers, seeds both sides and knows the settings that point the
program at them. The same seed gives the same company.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Literal

from connector.base import Adapter
from connector.sandbox.clock import Clock
from connector.sandbox.control import ControlApp, OffsetClock
from connector.sandbox.faults import Faults
from connector.sandbox.http import App, Request, Response
from connector.sandbox.jira.app import JiraSandbox
from connector.sandbox.jira.direct import DirectJira
from connector.sandbox.jira.model import Flavour
from connector.sandbox.jira.seed import seed as seed_teams
from connector.sandbox.jira.site import INTEGRATION_EMAIL
from connector.sandbox.people import INTEGRATION, PASSWORD, Colleague
from connector.sandbox.server import Server, serve
from connector.sandbox.servicenow.app import ServiceNowSandbox
from connector.sandbox.servicenow.direct import DirectServiceNow
from connector.settings import host_of
from mappings.sides import Side
from sync.errors import UserError

PROJECT = "OPS"
FLAVOURS: tuple[Flavour, ...] = ("cloud", "dc")
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}  # noqa: S104 - translated


@dataclass
class _Front:
    """Holds a port while the system behind it is still being seeded."""

    app: App | None = None

    def handle(self, request: Request) -> Response:
        """Answer through the system, once it is there."""
        return self.app.handle(request) if self.app else Response(503)


@dataclass
class Town:
    """Two running fake systems. ``index_lag`` is how late Jira's search is, in seconds.

    ``ports`` are ServiceNow's and Jira's; 0 takes any free one. ``faults`` by side is the weather.
    """

    flavour: str = "cloud"
    seed: int = 1
    incidents: int = 240
    index_lag: float = 0.0
    host: str = "127.0.0.1"
    ports: tuple[int, int] = (0, 0)
    clock: Clock = field(default_factory=OffsetClock)
    password: str = PASSWORD

    servicenow: ServiceNowSandbox = field(init=False)
    jira: JiraSandbox = field(init=False)

    def __post_init__(self) -> None:
        self.faults = {side: Faults(self.seed + place) for place, side in enumerate(Side)}
        self._servers: dict[Side, Server] = {}
        self._exit = ExitStack()

    def __enter__(self) -> Town:
        flavour = _flavour(self.flavour)
        fronts = {side: _Front() for side in Side}
        with ExitStack() as stack:
            self._listen(fronts, stack)
            self._found(flavour)
            self._exit = stack.pop_all()
        for side, app in ((Side.SERVICENOW, self.servicenow), (Side.JIRA, self.jira)):
            fronts[side].app = ControlApp(app, app.world, self.faults[side], self.clock)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._exit.close()

    def url(self, side: Side) -> str:
        """Where a side answers."""
        server = self._servers[side]
        return f"http://{_ANYWHERE.get(self.host, self.host)}:{server.port}"

    def settings(self) -> dict[str, str]:
        """The variables that point the program at this town."""
        return {
            "TANDEM_SERVICENOW__URL": self.url(Side.SERVICENOW),
            "TANDEM_SERVICENOW__USER": INTEGRATION,
            "TANDEM_SERVICENOW__PASSWORD": self.password,
            "TANDEM_JIRA__URL": self.url(Side.JIRA),
            # Data Center takes a personal access token alone, as a bearer.
            "TANDEM_JIRA__USER": INTEGRATION_EMAIL if self.flavour == "cloud" else "",
            "TANDEM_JIRA__TOKEN": self.password,
            "TANDEM_JIRA__PROJECT": PROJECT,
        }

    def login(self, side: Side, person: Colleague) -> tuple[str, str]:
        """What a person types to get in."""
        by_email = side is Side.JIRA and self.flavour == "cloud"
        return (person.email if by_email else person.login, self.password)

    def direct(self) -> dict[Side, Adapter]:
        """Both sides without HTTP. Reads by key are exact; Jira's searches lag as for everybody."""
        there = host_of(self.url(Side.SERVICENOW))
        return {
            Side.SERVICENOW: DirectServiceNow(self.servicenow.world, host=there),
            Side.JIRA: DirectJira(self.jira),
        }

    def _listen(self, fronts: dict[Side, _Front], stack: ExitStack) -> None:
        """Take both ports, or name every one that cannot be had."""
        problems = []
        for side, port in zip(Side, self.ports, strict=True):
            try:
                server = serve(fronts[side], self.host, port, clock=self.clock)
            except (OSError, OverflowError) as error:
                problems.append(
                    f"--{side.value}-port {port}: cannot listen on {self.host}:{port}: {error}. "
                    "Choose another one; 0 takes any that is free."
                )
            else:
                self._servers[side] = stack.enter_context(server)
        if problems:
            raise UserError(problems)

    def _found(self, flavour: Flavour) -> None:
        """Build both systems and let the company's last ninety days happen."""
        self.servicenow = ServiceNowSandbox(self.clock, self.seed, incidents=self.incidents)
        self.jira = JiraSandbox(flavour, self.clock, self.seed, base=self.url(Side.JIRA))
        if self.incidents:
            seed_teams(self.jira.world, seed=self.seed)
        self.jira.index.lag = self.index_lag


def _flavour(text: str) -> Flavour:
    found: dict[str, Literal["cloud", "dc"]] = {name: name for name in FLAVOURS}
    if text not in found:
        raise UserError(f"--flavor {text}: unknown. Use {' or '.join(FLAVOURS)}.")
    return found[text]
