"""The one door to ``pysnow``, and what tames it.

``pysnow`` shares query parameters between calls of one ``Resource``, checks nothing until a result
is consumed, takes a partial result for a whole one, and keeps cookies that serialise all requests
of an instance. So every call gets a fresh ``Resource``, answers are judged here and not by the
library, no cookie is kept, redirects and ambient proxies are off, and a timeout is always set.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter

from connector.base import Meter
from connector.errors import AccessLost, NotThere
from connector.retry import ServerClock
from connector.servicenow.answers import SIDE, Answer
from connector.servicenow.auth import OAuth, auth_of
from connector.settings import HttpSettings, ServiceNowSettings, host_of
from connector.streaming import CHUNK, WORDS, Sink, Upload
from connector.values import RequestClass
from connector.wire import CONNECT_SECONDS, FAILURES, broken, sent, tame
from connector.workers import PerThread

with warnings.catch_warnings():
    # It misses libmagic, for an upload helper of its own that is not used here.
    warnings.filterwarnings("ignore", "Missing the python-magic library", UserWarning)
    import pysnow

_PLAIN = re.compile(r"(/[A-Za-z0-9_-]+)+")
"""A path whose parts are names: what comes from people's text cannot lead elsewhere."""

_CERTIFICATE = "Check TANDEM_SERVICENOW__CERTIFICATE and TANDEM_SERVICENOW__PRIVATE_KEY."


METADATA = "X-Attachment-Metadata"
"""The header that comes with a file's content."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One request below the instance. ``path`` is relative to ``base``, without a query.

    A ``bare`` one carries its ``params`` alone, without those that ``pysnow`` always adds: a limit
    and ways to show values, which other resources than tables may take for something else.
    """

    method: str
    path: str
    kind: RequestClass
    params: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    base: str = "/api/now"
    upload: Upload | None = None
    bare: bool = False

    @property
    def where(self) -> str:
        """Method and path for messages; the query is left out, it may hold people's words."""
        return f"{self.method} {self.base}{self.path}"


class _Session(requests.Session):
    """A session without memory: no cookies, no redirects, nothing from the environment."""

    def __init__(self) -> None:
        super().__init__()
        tame(self)

    def request(  # type: ignore[override]
        self, method: str, url: str, *, timeout: Any = None, stream: bool = False, **parts: Any
    ) -> requests.Response:
        return sent(self, requests.Request(method, url, **parts), timeout, stream=stream)


class _Parameters(pysnow.ParamsBuilder):  # type: ignore[misc]
    """What ``pysnow`` sends by itself. It copies them deeply for each resource; nobody changes
    those of a client, so new ones are the same."""

    def __deepcopy__(self, _memo: Any) -> _Parameters:
        return _Parameters()


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
        self._doors = PerThread(self._make, pysnow.Client.close)
        self._auth = auth_of(settings, self._fetch_token)
        self.url = settings.url.rstrip("/")
        self.host = host_of(self.url)

    def send(self, ask: Ask) -> Answer:
        """One attempt, counted. Raises ``NeverSent`` or ``NoAnswer``."""
        _check(ask)
        if ask.upload is not None:
            with ask.upload.opened() as body:
                found = self._talk(ask, {"Content-Type": ask.upload.type}, data=body)
            return self._answer(ask, found, found.content)
        if ask.bare:
            found = self._talk(ask, {})
            return self._answer(ask, found, found.content)
        resource = self._doors.get().resource(
            api_path=ask.path, base_path=ask.base, timeout=self._timeout
        )
        resource.parameters.add_custom(dict(ask.params))
        self._meter.count(ask.kind)
        try:
            found = resource.request(ask.method, data=ask.body)._response
        except FAILURES as error:
            raise broken(error, SIDE, ask.where) from error
        except OSError as error:
            raise _unreadable(ask) from error
        return self._answer(ask, found, found.content)

    def fetch(self, ask: Ask, sink: Sink) -> Answer:
        """One attempt, counted, whose content goes into ``sink`` as it comes.

        Only an answer that names the file's data brings a file (Attachment API): a sleeping
        instance answers 200 too. What else comes is in the answer's body, cut to what can be told.
        """
        _check(ask)
        # The length is that of the bytes as they lie there: nobody shall press them together.
        headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
        with closing(self._talk(ask, headers, stream=True)) as found:
            try:
                if found.status_code == 200 and METADATA in found.headers:
                    sink.take(found.iter_content(CHUNK), ask.where)
                    return self._answer(ask, found, b"")
                return self._answer(ask, found, next(found.iter_content(WORDS), b""))
            except FAILURES as error:
                raise broken(error, SIDE, ask.where) from error

    def _talk(
        self, ask: Ask, headers: Mapping[str, str], *, data: Any = None, stream: bool = False
    ) -> requests.Response:
        """A request past ``pysnow``, which knows no raw bodies, no streams and no bare requests, on
        its session."""
        session = self._doors.get().session
        url, own = f"{self.url}{ask.base}{ask.path}", {"Accept": "application/json", **headers}
        request = requests.Request(ask.method, url, own, data=data, params=dict(ask.params))
        self._meter.count(ask.kind)
        try:
            return sent(session, request, self._timeout, stream=stream)
        except FAILURES as error:
            raise broken(error, SIDE, ask.where) from error
        except OSError as error:
            raise _unreadable(ask) from error

    def _answer(self, ask: Ask, found: requests.Response, body: bytes | None) -> Answer:
        headers = {name.lower(): value for name, value in found.headers.items()}
        self._clock.note(headers.get("date"))
        return Answer(found.status_code, headers, body or b"", ask.where)

    def renew(self) -> bool:
        """Give up the present token, if there is one; whether another try makes sense."""
        if isinstance(self._auth, OAuth):
            self._auth.forget()
            return True
        return False

    def close(self) -> None:
        """Close every thread's session."""
        self._doors.close()

    def _make(self) -> pysnow.Client:
        parts = urlsplit(self.url)
        session = self._session()
        session.auth = self._auth
        secure = parts.scheme == "https"
        client = pysnow.Client(host=parts.netloc, session=session, use_ssl=secure)
        client.parameters = _Parameters()
        return client

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


def _check(ask: Ask) -> None:
    if _PLAIN.fullmatch(ask.path) is None:
        raise NotThere("no table and no record can have this name", side=SIDE, where=ask.where)


def _unreadable(ask: Ask) -> AccessLost:
    what = "the client certificate or its key cannot be read"
    return AccessLost(what, side=SIDE, where=ask.where, remedy=_CERTIFICATE)
