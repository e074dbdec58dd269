"""The one door to the ``jira`` package, and what tames it.

The package serves as session, authentication and URL builder. Its own calls are not used: they
re-send POST after a lost answer, sleep for minutes, crash on some ``Retry-After`` values, lose
field names of refusals, and page in ways that skip rows. So its retries are off, a timeout is
always set, and requests are prepared here and sent through its session, one attempt a call.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import requests
from jira import JIRA
from requests.adapters import BaseAdapter

from connector.base import Meter
from connector.errors import RetryLater, Unreachable
from connector.jira.answers import SIDE, Answer
from connector.outside import REDIRECTS, Outside
from connector.retry import ServerClock
from connector.settings import HttpSettings, JiraSettings, host_of
from connector.streaming import CHUNK, WORDS, Sink, Upload
from connector.values import RequestClass
from connector.wire import CONNECT_SECONDS, FAILURES, broken, sent, tame
from connector.workers import PerThread

AGILE = "agile/"
"""Start of paths of Jira Software's own API: boards and sprints."""

NEWER = ("bulk/",)
"""Starts of paths that version 2 does not have; none of them carries rich text."""

CONTENT = "attachment/content/"
"""Start of the paths whose answer may lie elsewhere."""

_BASES = {
    version: JIRA.JIRA_BASE_URL.replace("{rest_api_version}", version) for version in ("2", "3")
} | {AGILE: JIRA.AGILE_BASE_URL}


@dataclass(frozen=True, slots=True)
class Ask:
    """One request, by the path below ``rest/api/2/``; some paths exist in version 3 only.

    A path with a slash before it is one of the site itself.
    """

    method: str
    path: str
    kind: RequestClass
    params: Mapping[str, str] | None = None
    body: Any = None
    upload: Upload | None = None

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
        self._timeout = (CONNECT_SECONDS, float(http.timeout))
        self._meter = meter
        self._clock = clock
        self._mount = mount
        self._doors = PerThread(self._make, _close)
        self.url = settings.url.rstrip("/")
        self.host = host_of(self.url)
        self._outside = Outside(
            SIDE,
            self.url,
            self._timeout,
            count=lambda: meter.count(RequestClass.READ),
            mount=mount,
        )

    def send(self, ask: Ask) -> Answer:
        """One attempt, counted. Raises ``NeverSent`` or ``NoAnswer``."""
        if ask.upload is None:
            found = self._talk(ask, self._request(ask, json=ask.body))
        else:
            # Without it Jira takes an upload for an attack by another site's page.
            headers = {"Content-Type": ask.upload.type, "X-Atlassian-Token": "no-check"}
            with ask.upload.opened() as body:
                found = self._talk(ask, self._request(ask, data=body, headers=headers))
        return self._answer(ask, found, found.content)

    def fetch(self, ask: Ask, sink: Sink) -> Answer:
        """One attempt, counted, whose content goes into ``sink`` as it comes.

        Where the site sends us elsewhere for it, that is followed without saying who we are. What
        is no content is in the answer's body, cut to what can be told.
        """
        # The length is that of the bytes as they lie there: nobody shall press them together.
        headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
        with closing(self._talk(ask, self._request(ask, headers=headers), stream=True)) as found:
            if found.status_code in REDIRECTS and ask.path.startswith(CONTENT):
                return self._elsewhere(ask, found, sink)
            return self._poured(ask, found, sink)

    def _elsewhere(self, ask: Ask, found: requests.Response, sink: Sink) -> Answer:
        answers: list[Answer] = []
        location = found.headers.get("Location", "")

        def take(other: requests.Response) -> None:
            answers.append(self._poured(ask, other, sink))

        try:
            self._outside.read(str(found.url), location, ask.where, take)
        except Unreachable as error:
            # Jira itself is there: nobody shall take it for gone.
            what = f"where Jira keeps its files {error.what}"
            raise RetryLater(what, side=SIDE, where=ask.where) from error
        return answers[0]

    def _poured(self, ask: Ask, found: requests.Response, sink: Sink) -> Answer:
        try:
            if found.status_code == 200 and not sink.is_page(found.headers.get("Content-Type")):
                sink.take(found.iter_content(CHUNK), ask.where)
                return self._answer(ask, found, b"")
            return self._answer(ask, found, next(found.iter_content(WORDS), b""))
        except FAILURES as error:
            raise broken(error, SIDE, ask.where) from error

    def _request(self, ask: Ask, **parts: Any) -> requests.Request:
        door = self._doors.get()
        if ask.path.startswith("/"):
            url = f"{self.url}{ask.path}"
        else:
            url = door._get_url(ask.path.removeprefix(AGILE), base=_BASES[ask.version])
        params = dict(ask.params) if ask.params else None
        return requests.Request(ask.method, url, params=params, **parts)

    def _talk(
        self, ask: Ask, request: requests.Request, *, stream: bool = False
    ) -> requests.Response:
        session = self._doors.get()._session
        self._meter.count(ask.kind)
        try:
            return sent(session, request, self._timeout, stream=stream)
        except FAILURES as error:
            raise broken(error, SIDE, ask.where) from error

    def _answer(self, ask: Ask, found: requests.Response, body: bytes | None) -> Answer:
        headers = {name.lower(): value for name, value in found.headers.items()}
        self._clock.note(headers.get("date"))
        return Answer(found.status_code, headers, body or b"", ask.where)

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
            timeout=self._timeout,
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
