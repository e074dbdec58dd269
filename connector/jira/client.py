"""The one door to the ``jira`` package, and what tames it.

The package serves as session, authentication and URL builder. Its own calls are not used: they
re-send POST after a lost answer, sleep for minutes, crash on some ``Retry-After`` values, lose
field names of refusals, and page in ways that skip rows. So its retries are off, a timeout is
always set, and requests are prepared here and sent through its session, one attempt a call.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
from jira import JIRA
from requests.adapters import BaseAdapter

from connector.base import Meter
from connector.jira.answers import SIDE, Answer
from connector.retry import ServerClock
from connector.settings import HttpSettings, JiraSettings, host_of
from connector.values import RequestClass
from connector.wire import CONNECT_SECONDS, FAILURES, broken, tame
from connector.workers import PerThread

AGILE = "agile/"
"""Start of paths of Jira Software's own API: boards and sprints."""

NEWER = ("bulk/",)
"""Starts of paths that version 2 does not have; none of them carries rich text."""

_BASES = {
    version: JIRA.JIRA_BASE_URL.replace("{rest_api_version}", version) for version in ("2", "3")
} | {AGILE: JIRA.AGILE_BASE_URL}


@dataclass(frozen=True, slots=True)
class Ask:
    """One request, by the path below ``rest/api/2/``; some paths exist in version 3 only."""

    method: str
    path: str
    kind: RequestClass
    params: Mapping[str, str] | None = None
    body: Any = None

    @property
    def version(self) -> str:
        """The API version that has this path, or which other API."""
        if self.path.startswith(AGILE):
            return AGILE
        return "3" if self.path.startswith(NEWER) else "2"

    @property
    def where(self) -> str:
        """Method and path for messages; the query is left out, it may hold people's words."""
        return f"{self.method} {self.path}"


class JiraClient:
    """Sends single attempts; every thread has its own ``jira.JIRA``, which is not thread-safe."""

    def __init__(
        self,
        settings: JiraSettings,
        http: HttpSettings,
        *,
        meter: Meter,
        clock: ServerClock,
        mount: BaseAdapter | None = None,
    ) -> None:
        self._settings = settings
        self._http = http
        self._meter = meter
        self._clock = clock
        self._mount = mount
        self._doors = PerThread(self._make, _close)
        self.url = settings.url.rstrip("/")
        self.host = host_of(self.url)

    def send(self, ask: Ask) -> Answer:
        """One attempt, counted. Raises ``NeverSent`` or ``NoAnswer``."""
        door = self._doors.get()
        request = requests.Request(
            ask.method,
            door._get_url(ask.path.removeprefix(AGILE), base=_BASES[ask.version]),
            params=dict(ask.params) if ask.params else None,
            json=ask.body,
        )
        self._meter.count(ask.kind)
        try:
            prepared = door._session.prepare_request(request)
            answer = door._session.send(
                prepared,
                timeout=(CONNECT_SECONDS, float(self._http.timeout)),
                allow_redirects=False,
            )
        except FAILURES as error:
            raise broken(error, SIDE, ask.where) from error
        headers = {name.lower(): value for name, value in answer.headers.items()}
        self._clock.note(headers.get("date"))
        return Answer(answer.status_code, headers, answer.content or b"", ask.where)

    def close(self) -> None:
        """Close every thread's session."""
        self._doors.close()

    def _make(self) -> JIRA:
        user, token = self._settings.user, self._settings.token.get_secret_value()
        access: dict[str, Any] = {"basic_auth": (user, token)} if user else {"token_auth": token}
        door = JIRA(
            options={"server": self.url, "rest_api_version": "2", "check_update": False},
            get_server_info=False,
            max_retries=0,
            timeout=(CONNECT_SECONDS, float(self._http.timeout)),
            logging=False,
            **access,
        )
        session = door._session
        tame(session)
        if self._mount is not None:
            session.mount(self.url, self._mount)
        return door


def _close(door: JIRA) -> None:
    door._session.close()
