"""The one door to ``pysnow``, and what tames it.

``pysnow`` shares query parameters between calls of one ``Resource``, checks nothing until a result
is consumed, takes a partial result for a whole one, and keeps cookies that serialise all requests
of an instance. So every call gets a fresh ``Resource``, answers are judged here and not by the
library, no cookie is kept, redirects and ambient proxies are off, and a timeout is always set. It
is longer than the instance's own 60 s, so that a slow write is not taken for a lost one.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import pysnow
import requests
import urllib3
from requests.adapters import BaseAdapter

from connector.base import Meter
from connector.errors import Unreachable
from connector.retry import ServerClock
from connector.servicenow.answers import SIDE, Answer
from connector.servicenow.auth import OAuth, auth_of
from connector.settings import HttpSettings, ServiceNowSettings, host_of
from connector.values import RequestClass

CONNECT_SECONDS = 10.0
_UNSENT = (
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.NameResolutionError,
)


class NeverSent(Unreachable):
    """No connection came about, so nothing can have happened."""


class NoAnswer(Unreachable):
    """The connection broke or the time ran out: the request may have been carried out."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One request below the instance. ``path`` is relative to ``base``, without a query."""

    method: str
    path: str
    kind: RequestClass
    params: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    base: str = "/api/now"

    @property
    def where(self) -> str:
        """Method and path for messages; the query is left out, it may hold people's words."""
        return f"{self.method} {self.base}{self.path}"


class _Session(requests.Session):
    """A session without memory: no cookies, no redirects, nothing from the environment."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs["allow_redirects"] = False
        return super().request(*args, **kwargs)


class ServiceNowClient:
    """Sends single attempts; every thread has its own ``pysnow.Client``."""

    def __init__(
        self,
        settings: ServiceNowSettings,
        http: HttpSettings,
        *,
        meter: Meter,
        clock: ServerClock,
        mount: BaseAdapter | None = None,
    ) -> None:
        self._settings = settings
        self._timeout = (CONNECT_SECONDS, float(http.timeout))
        self._meter = meter
        self._clock = clock
        self._mount = mount
        self._local = threading.local()
        self._lock = threading.Lock()
        self._made: list[pysnow.Client] = []
        self._auth = auth_of(settings, self._fetch_token)
        self.url = settings.url.rstrip("/")
        self.host = host_of(self.url)

    def send(self, ask: Ask) -> Answer:
        """One attempt, counted. Raises :class:`NeverSent` or :class:`NoAnswer`."""
        resource = self._door().resource(
            api_path=ask.path, base_path=ask.base, timeout=self._timeout
        )
        resource.parameters.add_custom(dict(ask.params))
        self._meter.count(ask.kind)
        try:
            found = resource.request(ask.method, data=ask.body)
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise _broken(error, ask) from error
        answer = found._response
        headers = {name.lower(): value for name, value in answer.headers.items()}
        self._clock.note(headers.get("date"))
        return Answer(answer.status_code, headers, answer.content or b"", ask.where)

    def renew(self) -> bool:
        """Give up the present token, if there is one; whether another try makes sense."""
        if isinstance(self._auth, OAuth):
            self._auth.forget()
            return True
        return False

    def close(self) -> None:
        """Close every thread's session."""
        with self._lock:
            made, self._made = self._made, []
        for door in made:
            door.close()
        self._local = threading.local()

    def _door(self) -> pysnow.Client:
        door = getattr(self._local, "door", None)
        if door is None:
            secure = urlsplit(self.url).scheme == "https"
            session = self._session()
            session.auth = self._auth
            door = self._local.door = pysnow.Client(
                host=urlsplit(self.url).netloc, session=session, use_ssl=secure
            )
            with self._lock:
                self._made.append(door)
        return door

    def _session(self) -> _Session:
        session = _Session()
        if self._settings.auth == "mtls":
            key = self._settings.private_key
            certificate = self._settings.certificate
            session.cert = (certificate, key) if key else certificate
        if self._mount is not None:
            session.mount(self.url, self._mount)
        return session

    def _fetch_token(self, form: dict[str, str]) -> requests.Response:
        self._meter.count(RequestClass.READ)
        with self._session() as session:
            return session.post(f"{self.url}/oauth_token.do", data=form, timeout=self._timeout)


def _broken(error: Exception, ask: Ask) -> Unreachable:
    """Whether the request can have reached ServiceNow, as the library's exception tells."""
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", cause)
    unsent = isinstance(reason, _UNSENT) or isinstance(
        error, requests.exceptions.ConnectTimeout | requests.exceptions.InvalidURL
    )
    if unsent or "CERTIFICATE_VERIFY_FAILED" in str(reason):
        what = f"no connection: {type(error).__name__}"
        return NeverSent(what, side=SIDE, where=ask.where)
    return NoAnswer(f"no whole answer: {type(error).__name__}", side=SIDE, where=ask.where)
