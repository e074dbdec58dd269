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
from connector.servicenow.answers import SIDE, Answer, error_of, partial
from connector.servicenow.auth import Hold
from connector.servicenow.client import Ask, ServiceNowClient
from connector.values import RequestClass
from connector.wire import NoAnswer
from connector.workers import Workers

T = TypeVar("T")
U = TypeVar("U")


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

    def write(
        self, method: str, path: str, body: Any, params: Mapping[str, str], base: str = "/api/now"
    ) -> Any:
        """Change something; its ``result``. Raises ``Lost`` when it may have happened."""
        ask = Ask(method, path, RequestClass.WRITE, params, json.dumps(body), base)
        return self._policy.call(lambda: self._once(ask))

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

    def _once(self, ask: Ask) -> Any:
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
            raise self._error(answer)
        return _whole(answer)

    def _accepted(self, ask: Ask) -> Answer:
        """An answer after at most one renewal of the token; nothing while a login is held."""
        self._hold.check()
        try:
            answer = self._client.send(ask)
            if answer.status == 401 and self._client.renew():
                answer = self._client.send(ask)
            if answer.status == 401:
                raise error_of(answer, None)
        except AccessLost as error:
            self._hold.refused(error)
            raise
        self._hold.accepted()
        return answer

    def _error(self, answer: Answer) -> ConnectorError:
        return error_of(answer, self._clock.wait(answer.headers.get("retry-after")))


def _whole(answer: Answer) -> Any:
    try:
        value = answer.json()
    except BrokenAnswer as error:
        raise Lost(error) from error
    if partial(value):
        what = f"the write may be cut short: {partial(value)}"
        raise Lost(RetryLater(what, side=SIDE, where=answer.where))
    return value.get("result", value) if isinstance(value, dict) else value
