"""The one door to the ``jira`` package, and what tames it.

The package serves as session, authentication and URL builder. Its own calls are not used: they
re-send POST after a lost answer, sleep for minutes, crash on some ``Retry-After`` values, lose
field names of refusals, and page in ways that skip rows. So its retries are off, a timeout is
always set, and requests are prepared here and sent through its session, one attempt a call.

Terms: an *attempt* is one HTTP request; it ends in an :class:`~connector.jira.answers.Answer`,
:class:`NeverSent` (nothing reached Jira) or :class:`NoAnswer` (something may have).
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from jira import JIRA
from requests.adapters import BaseAdapter

from connector.base import Meter
from connector.errors import Unreachable
from connector.jira.answers import SIDE, Answer
from connector.retry import ServerClock
from connector.settings import HttpSettings, JiraSettings
from connector.values import RequestClass

CONNECT_SECONDS = 10.0
NEWER = ("bulk/",)
"""Starts of paths that version 2 does not have; none of them carries rich text."""

_BASES = {
    version: JIRA.JIRA_BASE_URL.replace("{rest_api_version}", version) for version in ("2", "3")
}
_UNSENT = (
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.NameResolutionError,
)
_UNSENDABLE = (
    requests.exceptions.ConnectTimeout,
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
)


class NeverSent(Unreachable):
    """No connection came about, so nothing can have happened."""


class NoAnswer(Unreachable):
    """The connection broke or the time ran out: the request may have been carried out."""


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
        """The API version that has this path."""
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
        self._local = threading.local()
        self._made: list[JIRA] = []
        self._lock = threading.Lock()
        self.url = settings.url.rstrip("/")

    @property
    def host(self) -> str:
        """``host[:port]`` of the URL in the settings."""
        return urlsplit(self.url).netloc.rpartition("@")[2].lower()

    def send(self, ask: Ask) -> Answer:
        """One attempt, counted. Raises :class:`NeverSent` or :class:`NoAnswer`."""
        door = self._door()
        request = requests.Request(
            ask.method,
            door._get_url(ask.path, base=_BASES[ask.version]),
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
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise _broken(error, ask) from error
        headers = {name.lower(): value for name, value in answer.headers.items()}
        self._clock.note(headers.get("date"))
        return Answer(answer.status_code, headers, answer.content or b"", ask.where)

    def close(self) -> None:
        """Close every thread's session."""
        with self._lock:
            made, self._made = self._made, []
        for door in made:
            door._session.close()
        self._local = threading.local()

    def _door(self) -> JIRA:
        door: JIRA | None = getattr(self._local, "door", None)
        if door is None:
            door = self._local.door = self._make()
            with self._lock:
                self._made.append(door)
        return door

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
        session.trust_env = False
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        if self._mount is not None:
            session.mount(self.url, self._mount)
        return door


def _broken(error: Exception, ask: Ask) -> Unreachable:
    """Whether the request can have reached Jira, as the library's exception tells."""
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", cause)
    unsent = isinstance(reason, _UNSENT) or isinstance(error, _UNSENDABLE)
    # A refused certificate ends the handshake; other TLS trouble can come after the request.
    if unsent or "CERTIFICATE_VERIFY_FAILED" in str(reason):
        return NeverSent(f"no connection: {_short(error)}", side=SIDE, where=ask.where)
    return NoAnswer(f"no whole answer: {_short(error)}", side=SIDE, where=ask.where)


def _short(error: Exception) -> str:
    """The kind of trouble; the library's text would repeat the URL with its query."""
    return type(error).__name__
