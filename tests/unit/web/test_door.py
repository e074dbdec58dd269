"""The door with a real socket: what is refused while it is still being sent, and a soft end."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sync.store import Store
from sync.web.health import HttpDoor
from sync.web.hooks import AT_ONCE
from sync.web.intake import LARGEST
from tests.support.program import until
from tests.support.webhooks import Hooks, about, signature

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PROBE = b"GET /healthz HTTP/1.1\r\nHost: door\r\nConnection: close\r\n\r\n"


@contextmanager
def opened(hooks: Hooks) -> Iterator[int]:
    """The application behind a port."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = int(one.getsockname()[1])
    door = HttpDoor(hooks.app, ("127.0.0.1", port))
    door.start()
    try:
        yield port
    finally:
        door.stop()


@pytest.fixture
def hooks(tmp_path: Path) -> Iterator[Hooks]:
    with Store.open(f"sqlite:///{tmp_path / 'tandem.db'}", clock=lambda: NOON) as store:
        yield Hooks(store)


def head(proof: str, *more: str) -> bytes:
    lines = [
        "POST /hooks/jira HTTP/1.1", "Host: door", "Content-Type: application/json",
        f"X-Hub-Signature: {proof}", *more,
    ]  # fmt: skip
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def heard(connection: socket.socket) -> bytes:
    """All that comes until the other end closes."""
    parts = []
    while part := connection.recv(65536):
        parts.append(part)
    return b"".join(parts)


def asked(port: int, *sent: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        for part in sent:
            connection.sendall(part)
        return heard(connection)


def test_a_nudge_through_a_socket_reaches_a_database(hooks: Hooks) -> None:
    body = json.dumps(about("10007")).encode()
    whole = head(signature(body), f"Content-Length: {len(body)}", "Connection: close") + body
    with opened(hooks) as port:
        assert asked(port, whole).startswith(b"HTTP/1.1 204 ")
    assert hooks.inbox() == {("jira", "OPS", "10007")}


def test_who_says_that_much_comes_is_refused_before_it_came(hooks: Hooks) -> None:
    with opened(hooks) as port:
        told = head("sha256=0", f"Content-Length: {LARGEST + 1}")
        assert asked(port, told).startswith(b"HTTP/1.1 413 ")
        assert asked(port, head("sha256=0", "Content-Length: x")).startswith(b"HTTP/1.1 400 ")


def test_who_goes_on_and_on_is_refused_amid_it(hooks: Hooks) -> None:
    """The body has no end: an answer can only come while it is being read."""
    chunk = b"%x\r\n%s\r\n" % (50_000, b"x" * 50_000)
    with opened(hooks) as port:
        parts = [head("sha256=0", "Transfer-Encoding: chunked"), *[chunk] * (LARGEST // 50_000)]
        answer = asked(port, *parts, b"1\r\nx\r\n")
        assert answer.startswith(b"HTTP/1.1 413 ")
        assert asked(port, PROBE).startswith(b"HTTP/1.1 200 ")


def test_slow_senders_keep_no_probe_waiting_and_the_door_from_no_end(
    hooks: Hooks, caplog: pytest.LogCaptureFixture
) -> None:
    with opened(hooks) as port:
        slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(100)]
        for one in slow:
            one.sendall(head("sha256=0", "Content-Length: 1000") + b"{")
        assert asked(port, PROBE).startswith(b"HTTP/1.1 200 ")
        assert b'"status":"ok"' in asked(port, PROBE)
        until(lambda: hooks.told() == {"too_many": 100 - AT_ONCE})
    for one in slow:
        one.close()
    assert hooks.told() == {"too_many": 100 - AT_ONCE, "store": AT_ONCE}
    assert not [line for line in caplog.records if line.exc_info]
