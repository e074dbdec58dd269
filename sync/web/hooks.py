"""Webhooks as nudges: ``POST /hooks/jira`` and ``POST /hooks/servicenow``.

A webhook that proves its sender puts ids into the inbox and wakes the daemon; what else its body
says is never looked at. So one that is lost, late, doubled or out of order costs time at most, and
one that is forged costs a look (reliability: 6.1, S-01 to S-04). The answer comes after the ids are
durable: a sender that hears nothing else may forget them.

A route exists where its secret is set. Nothing of a request is logged; once a minute at most a line
says how many there were of each outcome.
"""

from __future__ import annotations

import hashlib
from asyncio import CancelledError
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from time import monotonic

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI, Request, Response

from connector.articles import ARTICLE
from mappings.model import MappingSpec
from mappings.sides import Side
from sync.door import WebSettings
from sync.errors import LeaseLost, StoreUnusable
from sync.runtime import container, log
from sync.store import Store
from sync.web.intake import Allowance, Recent, Refusal, check_form, read_body
from sync.web.notices import Malformed, Notice, from_jira, from_servicenow
from sync.web.proof import bears, signed

A_MINUTE = 600
"""Records that may be named in a minute, by both sides together."""

AT_ONCE = 32
"""Requests under way at the same time; more would be memory for whoever sends slowly."""

WRITERS = 4
"""Threads that wait for the store; the probes have others."""

TOLD_EVERY = 60.0
"""Seconds between two lines in the log."""

TAKEN, REPEATED, NOTHING_NEW = "accepted", "repeated", "ignored"

_NAMES = {
    400: "malformed",
    401: "unproven",
    408: "slow",
    413: "large",
    415: "other_form",
    429: "too_many",
    503: "store",
}
_AGAIN_LATER = frozenset({429, 503})

Places = Mapping[tuple[Side, str], Collection[str]]
"""Keys by side and container."""

Taking = Callable[[Request], Awaitable[str]]


class Tally:
    """Counts outcomes, and tells them now and then."""

    def __init__(
        self, clock: Callable[[], float], what: str = "webhooks", action: str = "hooks.counted"
    ) -> None:
        self._clock, self._what, self._action = clock, what, action
        self._told: float | None = None
        self.numbers: Counter[str] = Counter()

    def add(self, outcome: str) -> None:
        """Count one."""
        self.numbers[outcome] += 1
        if self._told is None or self._clock() - self._told >= TOLD_EVERY:
            self._told = self._clock()
            log.info(f"{self._what} until now", action=self._action, **dict(self.numbers))


class Receiver:
    """Takes webhooks for the records that mappings speak of."""

    def __init__(
        self,
        store: Store,
        specs: Sequence[MappingSpec],
        wake: Callable[[], None],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._store = store
        self._wake = wake
        self._projects = {container(spec, Side.JIRA) for spec in specs}
        # Articles are kept by number, and looked at now and then whatever happens.
        self._tables = {container(spec, Side.SERVICENOW) for spec in specs} - {ARTICLE}
        self._recent = Recent()
        self._allowance = Allowance(A_MINUTE, 60.0, clock)
        self._writers = CapacityLimiter(WRITERS)
        self._under_way = 0
        self.tally = Tally(clock)

    async def answer(self, request: Request, take: Taking) -> Response:
        """Take a request, and say no more than has to be said."""
        try:
            check_form(request)
            outcome = await self._taken(request, take)
        except Refusal as refusal:
            return self._refused(refusal.status)
        except Malformed:
            return self._refused(400)
        except (StoreUnusable, LeaseLost, CancelledError):
            # The sender asks again, or the poll finds it: the store is in trouble, another process
            # works by now, or the door is being closed over what is still under way.
            return self._refused(503)
        self.tally.add(outcome)
        return Response(status_code=200 if outcome == REPEATED else 204)

    async def _taken(self, request: Request, take: Taking) -> str:
        """Its outcome, unless too many are under way: they are slow, or the store is."""
        if self._under_way >= AT_ONCE:
            raise Refusal(429)
        self._under_way += 1
        try:
            return await take(request)
        finally:
            self._under_way -= 1

    def _refused(self, status: int) -> Response:
        self.tally.add(_NAMES[status])
        later = {"Retry-After": "60"} if status in _AGAIN_LATER else {}
        return Response(status_code=status, headers={"Connection": "close", **later})

    async def from_jira(self, secret: bytes, request: Request) -> str:
        """Take one of Jira's, once its signature holds."""
        signature = request.headers.get("x-hub-signature", "")
        if not signature:
            raise Refusal(401)
        body = await read_body(request)
        if not signed(secret, body, signature):
            raise Refusal(401)
        notice = from_jira(body)
        if notice is None:
            return NOTHING_NEW
        names = _names(request, body, notice)
        if self._recent.knows(names):
            return REPEATED
        places = await to_thread.run_sync(self._places, notice, limiter=self._writers)
        outcome = await self._nudge(places)
        self._recent.add(names)
        return outcome

    async def from_servicenow(self, token: bytes, request: Request) -> str:
        """Take one of ServiceNow's, which brings its token."""
        if not bears(token, request.headers.get("authorization", "")):
            raise Refusal(401)
        told = from_servicenow(await read_body(request))
        tables = sorted(told.keys() & self._tables)
        return await self._nudge({(Side.SERVICENOW, one): set(told[one]) for one in tables})

    def _places(self, notice: Notice) -> Places:
        """Where the issues of a notice are kept. A link of two issues does not tell their projects;
        those that have a twin are known."""
        if notice.project:
            told = {(Side.JIRA, notice.project): notice.keys}
            return told if notice.project in self._projects else {}
        found: dict[tuple[Side, str], set[str]] = {}
        for key, link in self._store.links.by_keys(Side.JIRA, notice.keys).items():
            found.setdefault((Side.JIRA, link.jira.container), set()).add(key)
        return found

    async def _nudge(self, places: Places) -> str:
        if not places:
            return NOTHING_NEW
        if not self._allowance.take(sum(map(len, places.values()))):
            raise Refusal(429)
        await to_thread.run_sync(self._put, places, limiter=self._writers)
        self._wake()
        return TAKEN

    def _put(self, places: Places) -> None:
        with self._store.transaction():
            for (side, where), keys in places.items():
                self._store.inbox.nudge(side, where, keys, "changed")


def _names(request: Request, body: bytes, notice: Notice) -> list[bytes]:
    """By what an event is known again: Jira's identifier, which nobody signs, and where the body
    holds its time the body itself, so that another identifier makes no other event of it."""
    names = [b"body" + hashlib.sha256(body).digest()] if notice.dated else []
    identifier = request.headers.get("x-atlassian-webhook-identifier", "")
    if identifier:
        told = identifier.encode("utf-8", "surrogateescape")
        names.append(b"name" + hashlib.sha256(told).digest())
    return names


def add_hooks(app: FastAPI, receiver: Receiver, settings: WebSettings) -> None:
    """The routes whose secrets are set; the others are not there."""
    secret = settings.jira_secret.get_secret_value().encode()
    token = settings.servicenow_token.get_secret_value().encode()

    async def jira(request: Request) -> Response:
        return await receiver.answer(request, lambda one: receiver.from_jira(secret, one))

    async def servicenow(request: Request) -> Response:
        return await receiver.answer(request, lambda one: receiver.from_servicenow(token, one))

    if secret:
        app.add_api_route("/hooks/jira", jira, methods=["POST"])
    if token:
        app.add_api_route("/hooks/servicenow", servicenow, methods=["POST"])
