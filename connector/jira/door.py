"""Asking Jira with patience: what may be repeated is repeated, the rest is reported as it is.

=============================  ======================  =================================
what happened                  a read, or repeatable   a write
=============================  ======================  =================================
no connection, 429             again, then the error   again, then the error: not done
5xx, lost or cut-off answer    again, then the error   :class:`~connector.outcomes.Lost`
an HTML page with 200          again, then the error   :class:`~connector.outcomes.Lost`
any refusal                    the error               the error: not done
=============================  ======================  =================================
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import quote

from connector.errors import BrokenAnswer, ConnectorError, Gone, NotThere
from connector.jira.answers import SIDE, Answer, anonymous, content_error, error_of, upload_error
from connector.jira.client import Ask, JiraClient
from connector.outcomes import Lost
from connector.retry import Odd, RetryPolicy, ServerClock
from connector.settings import HttpSettings
from connector.streaming import Sink, Upload
from connector.values import RequestClass
from connector.wire import NoAnswer
from connector.workers import Workers

T = TypeVar("T")
U = TypeVar("U")
Judge = Callable[[Answer, type[ConnectorError], float | None], ConnectorError]
"""What an answer that is no success means."""


class Door:
    """The only way from the working modules to the client."""

    def __init__(
        self,
        client: JiraClient,
        http: HttpSettings,
        clock: ServerClock,
        sleeper: Callable[[float], None],
    ) -> None:
        self._client = client
        self._clock = clock
        self._sleeper = sleeper
        self._policy = RetryPolicy(sleeper=sleeper)
        self._workers = Workers(http.concurrency, SIDE)

    @property
    def url(self) -> str:
        """The site's URL as set, without a slash at the end."""
        return self._client.url

    @property
    def host(self) -> str:
        """``host[:port]`` of that URL."""
        return self._client.host

    def clock_seen(self) -> datetime | None:
        """Jira's clock, ``None`` before its first answer."""
        return self._clock.now()

    def clock_now(self) -> datetime:
        """Jira's clock; asks once when there was no answer yet."""
        if self._clock.now() is None:
            self.read("serverInfo")
        now = self._clock.now()
        if now is None:
            raise BrokenAnswer("the answers carry no Date header", side=SIDE, where=self.url)
        return now

    def read(
        self,
        path: str,
        *,
        params: dict[str, str] | None = None,
        absent: type[ConnectorError] | None = None,
    ) -> Any:
        """GET a JSON value. ``absent`` is what a 404 means; for an issue it is ``Gone``."""
        ask = Ask("GET", path, RequestClass.READ, params)
        return self._patient(ask, absent or _absent(path))

    def query(self, path: str, body: Any, *, params: dict[str, str] | None = None) -> Any:
        """POST that reads: searches and bulk reads."""
        return self._patient(Ask("POST", path, RequestClass.READ, params, body), NotThere)

    def write(
        self,
        method: str,
        path: str,
        body: Any,
        *,
        params: dict[str, str] | None = None,
        accept: Collection[int] = (),
    ) -> Any:
        """Change something. Raises ``Lost`` when it may have happened.

        ``accept`` names refusals whose body the caller reads itself.
        """
        ask = Ask(method, path, RequestClass.WRITE, params, body)
        return self._policy.call(lambda: self._once(ask, accept))

    def rewrite(
        self,
        method: str,
        path: str,
        body: Any,
        kind: RequestClass = RequestClass.WRITE,
        *,
        params: dict[str, str] | None = None,
        absent: type[ConnectorError] | None = None,
    ) -> Any:
        """Change something that may be sent twice without harm: it is repeated like a read."""
        ask = Ask(method, path, kind, params, body)
        return self._patient(ask, absent or _absent(path), empty=True)

    def upload(self, path: str, upload: Upload) -> Any:
        """POST a content of any length. Raises ``Lost`` as :meth:`write` does."""
        upload.check(SIDE)
        ask = Ask("POST", path, RequestClass.WRITE, upload=upload)
        return self._policy.call(lambda: self._once(ask, (), upload_error))

    def fetch(self, path: str, sink: Sink, *, params: dict[str, str] | None = None) -> None:
        """GET a content of any length into a file. Raises ``Gone``."""
        ask = Ask("GET", path, RequestClass.READ, params)
        self._policy.call(lambda: self._fetched(ask, sink))

    def parallel(self, work: Callable[[T], U], items: Sequence[T]) -> list[U]:
        """Do the same for each item, side by side, results in order."""
        return self._workers.parallel(work, items)

    def pause(self, seconds: float) -> None:
        """Give Jira time."""
        self._sleeper(seconds)

    def close(self) -> None:
        """End the threads and close their connections."""
        self._workers.close()
        self._client.close()

    def _patient(self, ask: Ask, absent: type[ConnectorError], *, empty: bool = False) -> Any:
        return self._policy.call(lambda: self._asked(ask, absent, empty=empty))

    def _asked(self, ask: Ask, absent: type[ConnectorError], *, empty: bool) -> Any:
        answer = self._sound(self._client.send(ask))
        if answer.status >= 300:
            raise self._error(answer, absent)
        try:
            value = answer.json()
        except BrokenAnswer as error:
            raise Odd(error) from error
        if value is None and not empty:
            raise Odd(BrokenAnswer("the answer is empty", side=SIDE, where=ask.where))
        return value

    def _fetched(self, ask: Ask, sink: Sink) -> None:
        try:
            answer = self._sound(self._client.fetch(ask, sink))
        except BrokenAnswer as error:
            raise Odd(error) from error
        if answer.status >= 300:
            raise self._error(answer, Gone, content_error)
        if answer.body or answer.status != 200:
            what = "something else came instead of a file"
            raise Odd(BrokenAnswer(what, side=SIDE, where=ask.where))

    def _once(self, ask: Ask, accept: Collection[int], judge: Judge = error_of) -> Any:
        absent = _absent(ask.path)
        try:
            answer = self._sound(self._client.send(ask))
        except NoAnswer as error:
            raise Lost(error) from error
        if answer.status in accept and answer.is_json:
            return _whole(answer)
        if answer.status >= 500:
            raise Lost(self._error(answer, absent))
        if answer.status >= 300:
            raise self._error(answer, absent, judge)
        if answer.status == 202:
            raise Lost(BrokenAnswer("Jira only promised the change", side=SIDE, where=ask.where))
        return _whole(answer)

    def _sound(self, answer: Answer) -> Answer:
        lost = anonymous(answer)
        if lost is not None:
            raise lost
        return answer

    def _error(
        self, answer: Answer, absent: type[ConnectorError], judge: Judge = error_of
    ) -> ConnectorError:
        return judge(answer, absent, self._clock.wait(answer.headers.get("retry-after")))


def _whole(answer: Answer) -> Any:
    try:
        return answer.json()
    except BrokenAnswer as error:
        raise Lost(error) from error


def _absent(path: str) -> type[ConnectorError]:
    about_issue = path.startswith("issue/") and not path.startswith("issue/createmeta")
    return Gone if about_issue else NotThere


def issue_path(key: str, *rest: str) -> str:
    """The path of an issue or of something on it; ids may come from text that people can edit."""
    return "/".join(("issue", *(quote(part, safe="") for part in (key, *rest))))


def chunks(items: Sequence[T], size: int) -> list[Sequence[T]]:
    """The items in runs of at most ``size``."""
    return [items[start : start + size] for start in range(0, len(items), size)]
