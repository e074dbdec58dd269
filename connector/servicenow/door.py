"""Asking ServiceNow with patience: reads are repeated, a doubtful write never is.

=================================  ======================  =====================================
what happened                      a read                  a write
=================================  ======================  =====================================
no connection, 429                 again, then the error   again, then the error: not done
202, 5xx, lost or cut-off answer   again, then the error   :class:`~connector.outcomes.Lost`
``error`` beside ``result``        again, then the error   :class:`~connector.outcomes.Lost`
an HTML page with 200              again, then the error   :class:`~connector.outcomes.Lost`
any refusal                        the error               the error: not done
=================================  ======================  =====================================
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from connector.errors import AccessLost, BrokenAnswer, ConnectorError, RetryLater
from connector.outcomes import Lost
from connector.retry import Odd, RetryPolicy, ServerClock
from connector.servicenow.answers import SIDE, Answer, error_of, partial, upload_error
from connector.servicenow.auth import Hold
from connector.servicenow.client import METADATA, Ask, ServiceNowClient
from connector.streaming import Sink, Upload
from connector.values import RequestClass
from connector.wire import NoAnswer
from connector.workers import Workers

T = TypeVar("T")
U = TypeVar("U")
Refusing = Callable[[Answer, float | None], ConnectorError]
"""What an answer that is no success means."""


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a list, and whether the instance has more (rows hidden from us are counted too)."""

    rows: tuple[dict[str, Any], ...]
    more: bool
    next_offset: int | None = None


class Door:
    """The only way from the working modules to the client."""

    def __init__(
        self,
        client: ServiceNowClient,
        clock: ServerClock,
        workers: int,
        sleeper: Callable[[float], None],
    ) -> None:
        self._client = client
        self._clock = clock
        self._policy = RetryPolicy(sleeper=sleeper)
        self._workers = Workers(workers, SIDE)
        self._hold = Hold()

    @property
    def url(self) -> str:
        """The instance's URL as set."""
        return self._client.url

    @property
    def host(self) -> str:
        """``host[:port]`` of that URL."""
        return self._client.host

    def clock_now(self) -> datetime:
        """ServiceNow's clock; asks once when there was no answer yet."""
        if self._clock.now() is None:
            self.page("/table/sys_user", {"sysparm_limit": "1", "sysparm_fields": "sys_id"})
        now = self._clock.now()
        if now is None:
            raise BrokenAnswer("the answers carry no Date header", side=SIDE, where=self.url)
        return now

    def page(self, path: str, params: Mapping[str, str]) -> Page:
        """GET one page of a list."""
        answer, value = self._read(Ask("GET", path, RequestClass.READ, params))
        rows = value.get("result") if isinstance(value, dict) else None
        if not isinstance(rows, list):
            raise BrokenAnswer("the answer has no result list", side=SIDE, where=answer.where)
        plain = tuple(row for row in rows if isinstance(row, dict))
        return Page(plain, answer.has_next, answer.next_offset)

    def result(self, path: str, base: str = "/api/now") -> Any:
        """GET one thing."""
        _, value = self._read(Ask("GET", path, RequestClass.READ, {}, None, base))
        return value.get("result") if isinstance(value, dict) else None

    def bare(self, path: str, params: Mapping[str, str]) -> Any:
        """GET one thing with these parameters and no others."""
        _, value = self._read(Ask("GET", path, RequestClass.READ, params, bare=True))
        return value.get("result") if isinstance(value, dict) else None

    def query(self, path: str, body: Any) -> Any:
        """POST that only reads, repeated like any read; its whole answer."""
        _, value = self._read(Ask("POST", path, RequestClass.READ, body=json.dumps(body)))
        return value

    def write(
        self, method: str, path: str, body: Any, params: Mapping[str, str], base: str = "/api/now"
    ) -> Any:
        """Change something; its ``result``. Raises ``Lost`` when it may have happened."""
        ask = Ask(method, path, RequestClass.WRITE, params, json.dumps(body), base)
        return self._policy.call(lambda: self._once(ask))

    def fetch(self, path: str, sink: Sink) -> None:
        """GET a content of any length into a file."""
        ask = Ask("GET", path, RequestClass.READ)
        self._policy.call(lambda: self._fetched(ask, sink))

    def upload(self, path: str, params: Mapping[str, str], upload: Upload) -> Any:
        """POST a content of any length; its ``result``. Raises ``Lost`` as :meth:`write` does."""
        upload.check(SIDE)
        ask = Ask("POST", path, RequestClass.WRITE, params, upload=upload)
        return self._policy.call(lambda: self._once(ask, upload_error))

    def delete(self, path: str) -> None:
        """Delete something; repeated like a read, because twice does no harm. Raises ``Gone``."""
        ask = Ask("DELETE", path, RequestClass.WRITE)
        self._policy.call(lambda: self._deleted(ask))

    def remove(self, path: str) -> None:
        """Delete a record, once. Raises ``Gone``, and ``Lost`` as :meth:`write` does."""
        ask = Ask("DELETE", path, RequestClass.WRITE)
        self._policy.call(lambda: self._removed(ask))

    def parallel(self, work: Callable[[T], U], items: Sequence[T]) -> list[U]:
        """Do the same for each item, side by side, results in order."""
        return self._workers.parallel(work, items)

    def close(self) -> None:
        """End the threads and close their connections."""
        self._workers.close()
        self._client.close()

    def _read(self, ask: Ask) -> tuple[Answer, Any]:
        return self._policy.call(lambda: self._asked(ask))

    def _asked(self, ask: Ask) -> tuple[Answer, Any]:
        answer = self._accepted(ask)
        if answer.status == 202:
            what = "ServiceNow queued the request instead of answering it"
            raise RetryLater(what, side=SIDE, where=ask.where)
        if answer.status >= 300:
            raise self._error(answer)
        try:
            value = answer.json()
        except BrokenAnswer as error:
            raise Odd(error) from error
        if partial(value):
            what = f"the answer is not whole: {partial(value)}"
            raise RetryLater(what, side=SIDE, where=ask.where)
        return answer, value

    def _fetched(self, ask: Ask, sink: Sink) -> None:
        try:
            answer = self._accepted(ask, lambda: self._client.fetch(ask, sink))
        except BrokenAnswer as error:
            raise Odd(error) from error
        if answer.status >= 300:
            raise self._error(answer)
        if METADATA.lower() not in answer.headers:
            what = "something else came instead of a file: the instance hibernates or is busy"
            raise Odd(BrokenAnswer(what, side=SIDE, where=ask.where))

    def _deleted(self, ask: Ask) -> None:
        answer = self._accepted(ask)
        if answer.status not in (200, 204):
            if answer.status < 300:
                what = "ServiceNow queued the request instead of answering it"
                raise RetryLater(what, side=SIDE, where=ask.where)
            raise self._error(answer)
        if answer.body:
            what = "a page came instead of an empty answer"
            raise Odd(BrokenAnswer(what, side=SIDE, where=ask.where))

    def _removed(self, ask: Ask) -> None:
        try:
            answer = self._accepted(ask)
        except NoAnswer as error:
            raise Lost(error) from error
        if answer.status >= 500:
            raise Lost(self._error(answer))
        if answer.status >= 300:
            raise self._error(answer)
        if answer.status not in (200, 204) or answer.body:
            what = "something else came instead of an empty answer"
            raise Lost(RetryLater(what, side=SIDE, where=ask.where))

    def _once(self, ask: Ask, refused: Refusing = error_of) -> Any:
        try:
            answer = self._accepted(ask)
        except NoAnswer as error:
            raise Lost(error) from error
        if answer.status == 202:
            what = "ServiceNow queued the write, or threw it away"
            raise Lost(RetryLater(what, side=SIDE, where=ask.where))
        if answer.status >= 500:
            raise Lost(self._error(answer))
        if answer.status >= 300:
            raise self._error(answer, refused)
        return _whole(answer)

    def _accepted(self, ask: Ask, send: Callable[[], Answer] | None = None) -> Answer:
        """An answer after at most one renewal of the token; nothing while a login is held."""
        self._hold.check()
        send = send or (lambda: self._client.send(ask))
        try:
            answer = send()
            if answer.status == 401 and self._client.renew():
                answer = send()
            if answer.status == 401:
                raise error_of(answer, None)
        except AccessLost as error:
            self._hold.refused(error)
            raise
        self._hold.accepted()
        return answer

    def _error(self, answer: Answer, judge: Refusing = error_of) -> ConnectorError:
        return judge(answer, self._clock.wait(answer.headers.get("retry-after")))


def _whole(answer: Answer) -> Any:
    try:
        value = answer.json()
    except BrokenAnswer as error:
        raise Lost(error) from error
    if partial(value):
        what = f"the write may be cut short: {partial(value)}"
        raise Lost(RetryLater(what, side=SIDE, where=answer.where))
    return value.get("result", value) if isinstance(value, dict) else value
