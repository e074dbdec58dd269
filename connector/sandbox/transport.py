"""The in-process mount: a fake system under real ``requests`` sessions, without a socket.

Mount it on a session (``session.mount("http://sandbox.test", SandboxTransport(app))``) and the
real client libraries talk to the sandbox at memory speed. What a network would raise is raised
here: a dropped connection, a read timeout, a body shorter than announced.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from email.message import Message
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3 import HTTPResponse

from connector.sandbox.clock import Clock, RealClock
from connector.sandbox.content import CHUNK, Content
from connector.sandbox.http import App, Request, Response
from connector.sandbox.server import wire_headers


class _Original:
    """What ``requests`` looks at to find cookies, and ``urllib3`` to see whether we are done."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self.msg = Message()
        for name, value in headers.items():
            self.msg[name] = value

    def close(self) -> None:
        """Nothing to give back."""

    def isclosed(self) -> bool:
        """There never was a connection."""
        return True


class _Whole:
    """An answer whose body is all there: nothing is left to be read from a connection."""

    decode_content = False

    def __init__(self, response: Response, headers: Mapping[str, str]) -> None:
        self.status = response.status
        self.reason = _reason(response.status)
        self.headers = headers
        self._original_response: Any = None

    def close(self) -> None:
        """Nothing to give back."""


class SandboxTransport(BaseAdapter):
    """Answers a session's requests from an :class:`App`."""

    def __init__(
        self, app: App, clock: Clock | None = None, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        super().__init__()
        self._app = app
        self._clock = clock or RealClock()
        self._sleep = sleep
        self._builder = HTTPAdapter()

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        *_args: Any,
        **_options: Any,
    ) -> requests.Response:
        """One request, one answer or the exception a socket would give."""
        response = self._app.handle(_asked(request))
        if response.drop:
            raise requests.exceptions.ConnectionError(
                "Connection aborted: remote end closed connection without response", request=request
            )
        headers, delay = wire_headers(response, self._clock)
        self._wait(delay, timeout, request)
        whole = not stream and _comes_whole(request, response, headers)
        raw: Any = _Whole(response, headers) if whole else _raw(request, response, headers)
        answer = self._builder.build_response(request, raw)
        # Put there now: looking for cookies is dear, and only what a session would keep matters.
        raw._original_response = _Original(headers) if "Set-Cookie" in headers else None
        if whole:
            answer._content = response.content.whole()
            answer._content_consumed = True  # type: ignore[attr-defined]
        elif not stream:
            _ = answer.content
        return answer

    def close(self) -> None:
        """Nothing is kept open."""
        self._builder.close()

    def _wait(self, delay: float, timeout: Any, request: requests.PreparedRequest) -> None:
        limit = timeout[1] if isinstance(timeout, tuple) else timeout
        if limit is not None and delay > float(limit):
            raise requests.exceptions.ReadTimeout(
                f"Read timed out. (read timeout={limit})", request=request
            )
        if delay:
            self._sleep(delay)


def _asked(request: requests.PreparedRequest) -> Request:
    headers = {"host": _host(request.url or "")}
    headers |= {name: _text(value) for name, value in request.headers.lower_items()}
    return Request.of(request.method or "GET", request.url or "", headers, _body(request.body))


@lru_cache(maxsize=1024)
def _host(url: str) -> str:
    return urlsplit(url).netloc


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _body(body: Any) -> bytes | Content:
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, bytes):
        return body
    if hasattr(body, "read"):
        return Content.gathered(iter(lambda: body.read(CHUNK), b""))
    parts: Iterable[bytes] = body
    return Content.gathered(parts)


def _comes_whole(
    request: requests.PreparedRequest, response: Response, headers: Mapping[str, str]
) -> bool:
    """Whether the body is as long as announced and says what it is; the rest is read by urllib3."""
    announced = headers.get("Content-Length") == str(response.content.size)
    return announced and request.method != "HEAD" and "Content-Encoding" not in headers


def _raw(
    request: requests.PreparedRequest, response: Response, headers: Mapping[str, str]
) -> HTTPResponse:
    return HTTPResponse(
        body=(Content.of(b"") if request.method == "HEAD" else response.content).opened(),
        headers=dict(headers),
        status=response.status,
        reason=_reason(response.status),
        preload_content=False,
        request_method=request.method,
    )


def _reason(status: int) -> str:
    return str(requests.status_codes._codes.get(status, ("",))[0])  # type: ignore[attr-defined]
