"""The fake ServiceNow instance behind HTTP: sessions, rights, routes.

Everything an instance answers starts here; what it knows is in :mod:`.world`. A request that the
real system would understand and the sandbox does not is answered with 501 and the words
``sandbox: not modelled``, never with a guess.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from threading import Lock

from connector.sandbox.clock import Clock
from connector.sandbox.http import Request, Response
from connector.sandbox.servicenow.agile import activate
from connector.sandbox.servicenow.attachment_api import AttachmentApi
from connector.sandbox.servicenow.auth import Auth
from connector.sandbox.servicenow.batch import BatchApi
from connector.sandbox.servicenow.change_api import ChangeApi
from connector.sandbox.servicenow.instance import new_world
from connector.sandbox.servicenow.knobs import Caller
from connector.sandbox.servicenow.problem_resource import ProblemResource
from connector.sandbox.servicenow.query import NotModelled
from connector.sandbox.servicenow.refusal import Refusal
from connector.sandbox.servicenow.schema import Column
from connector.sandbox.servicenow.seed import seed as seed_company
from connector.sandbox.servicenow.stats_api import StatsApi
from connector.sandbox.servicenow.table_api import TableApi
from connector.sandbox.servicenow.world import World

_VERSION = re.compile(r"v\d+")
_MAX_TARGET = 8192
_NO_ROUTE = "Requested URI does not represent any resource"


class ServiceNowSandbox:
    """One fake instance. ``incidents=0`` gives people and services but no tickets; ``extra`` are
    columns of the customer's own, by table; ``agile`` has the plugin of that name switched on."""

    def __init__(
        self,
        clock: Clock,
        seed: int = 1,
        *,
        incidents: int = 240,
        agile: bool = False,
        world: World | None = None,
        extra: Iterable[tuple[str, Column]] = (),
    ) -> None:
        self.clock = clock
        self.world = world if world is not None else new_world(clock, seed, extra)
        if world is None:
            seed_company(self.world, incidents=incidents, now=clock.now(), seed=seed)
        if agile:
            activate(self.world)
        self.auth = Auth(self.world)
        self._tables = TableApi(self.world)
        self._stats = StatsApi(self.world)
        self._files = AttachmentApi(self.world)
        self._change = ChangeApi(self.world)
        self._problems = ProblemResource(self.world)
        self._batch = BatchApi(self.world, self._inner)
        self._waiting: Counter[str] = Counter()
        self._asked: Counter[str] = Counter()
        self._sessions = 0
        self._gate = Lock()

    def handle(self, request: Request) -> Response:
        """Answer one request; one at a time touches the world."""
        session = _session(request)
        if session and not self._enter(session):
            return Response(202)
        try:
            with self.world.lock:
                answer = self._answer(request)
        finally:
            if session:
                self._leave(session)
        return answer if session else self._with_session(answer)

    def _enter(self, session: str) -> bool:
        with self._gate:
            if self._waiting[session] >= self.world.knobs.session_limit:
                return False
            self._waiting[session] += 1
            return True

    def _leave(self, session: str) -> None:
        with self._gate:
            self._waiting[session] -= 1

    def _with_session(self, answer: Response) -> Response:
        with self._gate:
            self._sessions += 1
            cookie = f"JSESSIONID={self._sessions:032X}; Path=/; HttpOnly"
        return replace(answer, headers={**answer.headers, "Set-Cookie": cookie})

    def _answer(self, request: Request) -> Response:
        if len(request.path) + sum(len(n) + len(v) + 2 for n, v in request.query) > _MAX_TARGET:
            page = b"<!doctype html><html><body><h1>HTTP Status 400</h1>Request header is too large"
            return Response(400, page, {"Content-Type": "text/html;charset=utf-8"})
        if request.path == "/oauth_token.do":
            return self.auth.token(request)
        try:
            caller = self.auth.caller(request)
            limited = self._rate(caller)
            return limited or self._inner(request, caller)
        except Refusal as refusal:
            headers = {"WWW-Authenticate": 'BASIC realm="Service-now"'}
            extra = headers if refusal.status == 401 else {}
            return Response.of_json(refusal.status, refusal.envelope(), extra)

    def _inner(self, request: Request, caller: Caller) -> Response:
        """One authenticated call, of its own or out of a batch."""
        try:
            return self._route(_overridden(request), caller)
        except Refusal as refusal:
            return Response.of_json(refusal.status, refusal.envelope())
        except NotModelled as gap:
            loud = Refusal(501, "sandbox: not modelled", str(gap))
            return Response.of_json(501, loud.envelope())

    def _route(self, request: Request, caller: Caller) -> Response:
        parts = [part for part in request.path.split("/") if part]
        if parts[:2] == ["api", "sn_chg_rest"]:
            rest = [part for part in parts[2:] if not _VERSION.fullmatch(part)]
            return self._change.handle(request, caller, rest)
        own = [part for part in self.world.knobs.problem_resource.split("/") if part]
        if own and parts[: len(own)] == own:
            return self._problems.handle(request, caller, parts[len(own) :])
        if parts[:2] != ["api", "now"] or len(parts) < 3:
            raise Refusal(400, _NO_ROUTE)
        rest = parts[2:]
        version = rest.pop(0) if _VERSION.fullmatch(rest[0]) else ""
        match rest:
            case ["table", *names]:
                return self._tables.handle(request, caller, names, version)
            case ["attachment", *names]:
                return self._files.handle(request, caller, names)
            case ["stats", table]:
                return self._stats.handle(request, caller, table)
            case ["batch"]:
                return self._batch.handle(request, caller)
        raise Refusal(400, _NO_ROUTE)

    def _rate(self, caller: Caller) -> Response | None:
        limit = self.world.knobs.max_rate
        if limit is None:
            return None
        now = self.clock.now()
        hour = f"{caller.login} {now:%Y-%m-%d %H}"
        self._asked[hour] += 1
        if self._asked[hour] <= limit:
            return None
        left = 3600 - now.minute * 60 - now.second
        refusal = Refusal(
            429,
            "Rate limit exceeded",
            f"Rate limit of {limit} requests per hour for Table API exceeded",
        )
        headers = {
            "Retry-After": str(left),
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Reset": str(int(now.timestamp()) + left),
            "X-RateLimit-Rule": "Table API",
        }
        return Response.of_json(429, refusal.envelope(), headers)


def _session(request: Request) -> str:
    found = re.search(r"JSESSIONID=([^;\s]+)", request.headers.get("cookie", ""))
    return found.group(1) if found else ""


def _overridden(request: Request) -> Request:
    method = request.headers.get("x-http-method-override")
    if not method or request.method != "POST":
        return request
    return replace(request, method=method.upper())
