"""Results of automated checks: ``POST /api/checks``, from a pipeline that brings its token.

The rules are those of webhooks (:mod:`sync.web.hooks`): the route exists where its token is set,
sizes, times and numbers are bounded, the answer comes after the result is durable, and nothing of a
request is logged. Who sends is a program that somebody writes, so unlike there a body that is wrong
is told what is wrong with it, by the names of its fields and never by what stood in them. Insight
runs put results on their changes.
"""

from __future__ import annotations

import json
from asyncio import CancelledError
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Annotated, Any

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from sync.door import WebSettings, is_web_address
from sync.errors import LeaseLost, StoreUnusable
from sync.insight.changing.checks import Check, Result
from sync.insight.changing.results import KEPT, take
from sync.store import Store
from sync.web.hooks import Tally
from sync.web.intake import Allowance, Refusal, check_form, read_body
from sync.web.proof import bears

A_MINUTE = 120
"""Results that are taken in a minute."""

AT_ONCE = 16
"""Requests under way at the same time."""

AHEAD = timedelta(minutes=5)
"""So far a pipeline's clock may be ahead of ours."""

PATH = "/api/checks"

_OUTCOMES = {
    400: "malformed", 401: "unproven", 403: "web_page", 408: "slow", 409: "contradiction",
    413: "large", 415: "other_form", 422: "unfit", 429: "too_many", 503: "store",
}  # fmt: skip
_AGAIN_LATER = frozenset({429, 503})
_WEB_PAGE = ("origin", "sec-fetch-site")
"""Headers that browsers send, and pipelines do not."""


class Unfit(Exception):
    """The body is JSON and cannot be taken; ``status`` and ``problems`` are for its sender."""

    def __init__(self, status: int, *problems: str) -> None:
        self.status, self.problems = status, problems
        super().__init__(str(status))


class Body(BaseModel):
    """What a pipeline sends."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)

    change: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,30}-?[0-9]{1,12}$")]
    name: Annotated[str, Field(min_length=1, max_length=120)]
    result: str
    link: Annotated[str, Field(max_length=1000)] = ""
    at: str = ""
    run: Annotated[str, Field(max_length=120)] = ""

    @field_validator("name", "run")
    @classmethod
    def _is_a_line(cls, value: str) -> str:
        if not value.isprintable() or value != value.strip():
            raise ValueError("must be one line without signs that cannot be seen")
        return value

    @field_validator("result")
    @classmethod
    def _is_known(cls, value: str) -> str:
        if value not in list(Result):
            raise ValueError(f"must be one of {', '.join(Result)}")
        return value

    @field_validator("link")
    @classmethod
    def _leads_to_the_web(cls, value: str) -> str:
        if value and not is_web_address(value):
            raise ValueError("must be an http or https address without user and blanks")
        return value

    def check(self, now: datetime) -> Check:
        """The result that it tells of; without a time it happened now."""
        at = _moment(self.at, now) if self.at else now
        return Check(self.change.upper(), self.name, Result(self.result), at, self.link, self.run)


class CheckDoor:
    """Takes results and keeps them."""

    def __init__(
        self,
        store: Store,
        clock: Callable[[], float] = monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._now = now
        self._allowance = Allowance(A_MINUTE, 60.0, clock)
        self._writers = CapacityLimiter(2)
        self._under_way = 0
        self.tally = Tally(clock, "checks", "checks.counted")

    async def answer(self, token: bytes, request: Request) -> Response:
        """Take a request; 202 with the result's id once it is kept."""
        try:
            check_form(request)
            _prove(token, request)
            check, known = await self._taken(request)
        except Refusal as refusal:
            return self._refused(refusal.status)
        except Unfit as unfit:
            return self._refused(unfit.status, {"problems": list(unfit.problems)})
        except (StoreUnusable, LeaseLost, CancelledError):
            return self._refused(503)
        self.tally.add("repeated" if known else "accepted")
        return JSONResponse({"id": check.id, "new": not known}, 202)

    async def _taken(self, request: Request) -> tuple[Check, bool]:
        if self._under_way >= AT_ONCE:
            raise Refusal(429)
        self._under_way += 1
        try:
            check = _read(await read_body(request), self._now())
            if not self._allowance.take(1):
                raise Refusal(429)
            known = await to_thread.run_sync(self._keep, check, limiter=self._writers)
        finally:
            self._under_way -= 1
        if known is not None and (known.result, known.link) != (check.result, check.link):
            told = f"this was told before as {known.result}; name another run or time"
            raise Unfit(409, told)
        return check, known is not None

    def _keep(self, check: Check) -> Check | None:
        return take(self._store, check, self._now())

    def _refused(self, status: int, body: Any = None) -> Response:
        self.tally.add(_OUTCOMES[status])
        headers = {"Connection": "close"}
        headers |= {"Retry-After": "60"} if status in _AGAIN_LATER else {}
        if body is None:
            return Response(status_code=status, headers=headers)
        return JSONResponse(body, status, headers)


def _prove(token: bytes, request: Request) -> None:
    """Who sends must not be a web page in somebody's browser, and must know the token."""
    if any(name in request.headers for name in _WEB_PAGE):
        raise Refusal(403)
    if not bears(token, request.headers.get("authorization", "")):
        raise Refusal(401)


def _read(body: bytes, now: datetime) -> Check:
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        raise Refusal(400) from None
    try:
        return Body.model_validate(given).check(now)
    except ValidationError as error:
        raise Unfit(422, *(_problem(one) for one in error.errors())) from None


def _problem(error: Any) -> str:
    """What is wrong with one field; a name that is not ours is the sender's text, and left out."""
    if error["type"] == "extra_forbidden":
        return f"a field that is not known: there are {', '.join(Body.model_fields)}"
    if not error["loc"]:
        return f"the body: must be an object with {', '.join(Body.model_fields)}"
    place = ".".join(map(str, error["loc"]))
    return f"{place}: {error['msg'].removeprefix('Value error, ')}"


def _moment(text: str, now: datetime) -> datetime:
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is None:
            raise Unfit(422, "at: must name its zone, such as 2026-03-02T09:00:00Z")
        at = at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unfit(422, "at: must be a time such as 2026-03-02T09:00:00Z") from None
    if not now - KEPT <= at <= now + AHEAD:
        raise Unfit(422, f"at: must lie within the last {KEPT.days} days, and not ahead of now")
    return at


def add_checks(app: FastAPI, door: CheckDoor, settings: WebSettings) -> None:
    """The route, where its token is set."""
    token = settings.checks_token.get_secret_value().encode()

    async def checks(request: Request) -> Response:
        return await door.answer(token, request)

    if token:
        app.add_api_route(PATH, checks, methods=["POST"])
