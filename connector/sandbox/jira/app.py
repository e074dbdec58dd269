"""The fake Jira as an application: a request in, a response out.

Order as in the real thing: the caller is known before the path is looked at, the path before the
method, the method before the content type, the content type before the body. One request at a time
runs inside.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import unquote, urlsplit

from connector.sandbox.clock import Clock
from connector.sandbox.faults import Faults
from connector.sandbox.http import Request, Response
from connector.sandbox.jira import (
    routes_agile,
    routes_bulk,
    routes_extras,
    routes_files,
    routes_history,
    routes_issue,
    routes_links,
    routes_parse,
    routes_search,
    routes_setup,
)
from connector.sandbox.jira.access import Access, Caller
from connector.sandbox.jira.bulk import BulkTasks
from connector.sandbox.jira.call import Call, Route, Settings, Shared
from connector.sandbox.jira.index import Knobs
from connector.sandbox.jira.limits import Limits
from connector.sandbox.jira.media import ROOT, Media
from connector.sandbox.jira.model import Flavour
from connector.sandbox.jira.problems import Refusal, collection, problem_document
from connector.sandbox.jira.render import View
from connector.sandbox.jira.site import build
from connector.sandbox.jira.world import World
from connector.sandbox.weather import Weather

_ROOT = re.compile(r"/rest/api/(?P<version>2|3|latest)/(?P<rest>.+)")
_AGILE = re.compile(r"/rest/agile/(?P<version>1\.0|latest)(?P<path>/.+)")
_BASES = {"cloud": "https://northwind.atlassian.net", "dc": "https://jira.northwind.example"}
_FIXED = (
    "issue/bulk",
    "issue/bulkfetch",
    "attachment/meta",
    "search/jql",
)


class JiraSandbox:
    """A Jira site of either flavour.

    ``index`` (lag, spread, flicker), ``settings`` (page caps), ``bulk.knobs``, ``limits`` and
    ``access`` are the knobs; ``world`` is the content and the oracle. ``zone`` is the profile zone
    of everybody.
    """

    def __init__(
        self,
        flavour: Flavour,
        clock: Clock,
        seed: int = 0,
        *,
        base: str = "",
        zone: str = "Europe/Berlin",
    ) -> None:
        self.index = Knobs()
        self.world = World(build(flavour, zone), clock, seed, self.index)
        self.settings = Settings()
        self.limits = Limits()
        self.access = Access(self.world)
        self.bulk = BulkTasks(self.world)
        self.media = Media()
        self._weathers: dict[int, Weather] = {}
        self._prefix = urlsplit(base).path.rstrip("/")
        dice = random.Random(seed)  # noqa: S311 - replayable page cuts, no secret
        address = base.rstrip("/") or _BASES[flavour]
        self._shared = Shared(
            self.world, self.settings, self.limits, dice, address, self.bulk, self.media
        )
        tables = (
            routes_search,
            routes_parse,
            routes_issue,
            routes_history,
            routes_extras,
            routes_files,
            routes_links,
            routes_setup,
            routes_bulk,
            routes_agile,
        )
        self._routes = [
            (route, route.pattern)
            for table in tables
            for route in table.ROUTES
            if flavour in route.flavours
        ]

    def weather(self, faults: Faults) -> Weather:
        """The weather that direct mounts share: what one left unsettled outlives it."""
        found = self._weathers.get(id(faults))
        if found is None:
            found = self._weathers[id(faults)] = Weather(faults, self.world.clock)
        return found

    @property
    def base(self) -> str:
        """The site's address, without a trailing slash."""
        return self._shared.base

    @property
    def cloud(self) -> bool:
        """Whether this is Jira Cloud."""
        return self.world.site.cloud

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        with self.world.lock:
            self.bulk.advance()
            if request.path.removeprefix(self._prefix).startswith(ROOT):
                return self.media.answer(request, self.world.now())
            try:
                caller = self.access.who(request)
            except Refusal as problem:
                return self._finish(problem.response, {})
            try:
                limited = self._limit(caller, request)
                response = self._answer(caller, request)
            except Refusal as problem:
                limited = {}
                response = problem.response
            return self._finish(response, {**caller.headers, **limited})

    def _limit(self, caller: Caller, request: Request) -> Mapping[str, str]:
        now = self.world.now()
        if not self.cloud:
            return self.limits.user(caller.key, now) if caller.user else {}
        self.limits.endpoint(f"{request.method} {_shape(request.path)}", now)
        return {}

    def _finish(self, response: Response, headers: Mapping[str, str]) -> Response:
        trace = f"{len(self.world.write_log):08x}"
        return replace(response, headers={"X-ARequestId": trace, **headers, **response.headers})

    def _answer(self, caller: Caller, request: Request) -> Response:
        if not self.cloud and self._web(request):
            return self._secure(caller, request)
        version, rest = self._split(request.path)
        if not self.cloud and version == "3":
            return _no_resource()
        version = "2" if version == "latest" else version
        route, parts = self._find(request, version, rest)
        if request.method in ("POST", "PUT") and not route.form:
            _check_content_type(request)
        return route.answer(self._call(caller, request, version, parts))

    def _call(self, caller: Caller, request: Request, version: str, parts: dict[str, str]) -> Call:
        view = View(self.world, caller.key, self._zone(caller), self._base(request), version)
        return Call(self._shared, caller, request, view, parts)

    def _web(self, request: Request) -> re.Match[str] | None:
        """Whether this is a content's address in Data Center's web interface."""
        path = request.path.removeprefix(self._prefix).removeprefix("/")
        return routes_files.SECURE.pattern.fullmatch(path) if request.method == "GET" else None

    def _secure(self, caller: Caller, request: Request) -> Response:
        match = self._web(request)
        found = match.groupdict() if match else {}
        parts = {name: unquote(part) for name, part in found.items()}
        return routes_files.SECURE.answer(self._call(caller, request, "2", parts))

    def _split(self, path: str) -> tuple[str, str]:
        if self._prefix and not path.startswith(self._prefix + "/"):
            raise Refusal(_no_resource())
        agile = _AGILE.fullmatch(path.removeprefix(self._prefix))
        if agile is not None:
            return routes_agile.VERSION, "agile" + agile["path"].rstrip("/")
        match = _ROOT.fullmatch(path.removeprefix(self._prefix))
        if match is None:
            raise Refusal(_no_resource())
        return match["version"], match["rest"].rstrip("/")

    def _find(self, request: Request, version: str, rest: str) -> tuple[Route, dict[str, str]]:
        known = False
        for route, pattern in self._routes:
            match = pattern.fullmatch(rest)
            if match is None or (rest in _FIXED and route.path != rest):
                continue
            if route.newest and version != "3":
                continue
            if (route in routes_agile.ROUTES) != (version == routes_agile.VERSION):
                continue
            known = True
            if route.method == request.method:
                return route, {name: unquote(part) for name, part in match.groupdict().items()}
        if known:
            text = f"Method '{request.method}' is not supported."
            raise problem_document(405, text, request.path)
        raise Refusal(_no_resource())

    def _zone(self, caller: Caller) -> str:
        if self.cloud and caller.user:
            return caller.user.zone
        return self.world.site.zone

    def _base(self, request: Request) -> str:
        host = request.headers.get("host")
        return f"http://{host}{self._prefix}" if host else self._shared.base


def _no_resource() -> Response:
    return Response.of_json(404, collection(["The resource was not found."]))


def _check_content_type(request: Request) -> None:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        text = f"Content-Type '{kind}' is not supported."
        raise problem_document(415, text, request.path)


def _shape(path: str) -> str:
    return re.sub(r"/(?:[A-Z][A-Z0-9]*-)?\d+(?=/|$)", "/{id}", path)
