"""A request and a response as plain values: what every mount of the sandbox speaks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

from connector.sandbox.content import Content


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request; header names are lower case, ``query`` keeps order and repeats.

    ``sent`` is the body as it came; a long one stays out of memory until somebody asks for it.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    sent: bytes | Content = b""

    @property
    def body(self) -> bytes:
        """The whole body, for routes that take short ones."""
        return self.sent if isinstance(self.sent, bytes) else self.sent.whole()

    @property
    def content(self) -> Content:
        """The body of any length, for routes that take files."""
        return Content.of(self.sent) if isinstance(self.sent, bytes) else self.sent

    @classmethod
    def of(
        cls, method: str, url: str, headers: Mapping[str, str], body: bytes | Content
    ) -> Request:
        """Build from a URL or a request target."""
        path, query = _taken_apart(url)
        lowered = {name.lower(): value for name, value in headers.items()}
        return cls(method.upper(), path, query, lowered, body)

    def param(self, name: str, default: str | None = None) -> str | None:
        """The first query parameter of that name."""
        return next((value for key, value in self.query if key == name), default)


@lru_cache(maxsize=1024)
def _taken_apart(url: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Path and parameters; whoever polls asks the same again and again."""
    parts = urlsplit(url)
    return parts.path, tuple(parse_qsl(parts.query, keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP response. ``drop`` closes the connection instead of answering (a lost reply).

    ``file`` is a body of any length, in place of ``body``.
    """

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    drop: bool = False
    file: Content | None = None

    @property
    def content(self) -> Content:
        """What goes out, whatever its length."""
        return self.file if self.file is not None else Content.of(self.body)

    @classmethod
    def of_json(cls, status: int, value: Any, headers: Mapping[str, str] | None = None) -> Response:
        """A JSON body with its content type."""
        kind = {"Content-Type": "application/json;charset=UTF-8"}
        return cls(status, json.dumps(value).encode(), {**kind, **(headers or {})})


class App(Protocol):
    """One fake system behind HTTP. Thread-safe; one request at a time inside."""

    def handle(self, request: Request) -> Response: ...
