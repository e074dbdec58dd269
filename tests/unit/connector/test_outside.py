"""Where a redirect leads is no order: credentials stay here, and neighbours are left alone."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from connector.errors import BrokenAnswer
from connector.outside import STEPS, Address, Outside, addresses, kind_of
from connector.sandbox.http import Request, Response
from connector.sandbox.server import Server, serve

SITE = "https://site.example"
PUBLIC = ipaddress.ip_address("8.8.8.8")


class Elsewhere:
    """Another host: remembers what it was asked, and answers from a list."""

    def __init__(self, *answers: Response) -> None:
        self.requests: list[Request] = []
        self._answers = list(answers) or [Response(200, b"content")]

    def handle(self, request: Request) -> Response:
        self.requests.append(request)
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


def leads(location: str) -> Response:
    """A redirect."""
    return Response(303, b"", {"Location": location})


def names(**known: str) -> Callable[[str], list[Address]]:
    """A resolver that knows these names, and numbers as the system reads them."""

    def resolve(host: str) -> list[Address]:
        if host in known:
            return [ipaddress.ip_address(one) for one in known[host].split()]
        return addresses(host) if host[:1].isdigit() or ":" in host else []

    return resolve


def outside(base: str = SITE, **options: Any) -> Outside:
    """A reader for one side."""
    return Outside("jira", base, (2.0, 2.0), count=options.pop("count", lambda: None), **options)


@pytest.fixture
def elsewhere() -> Iterator[tuple[Elsewhere, Server]]:
    """A host on this machine that only a side on this machine may lead to."""
    app = Elsewhere()
    with serve(app) as server:
        yield app, server


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("8.8.8.8", "public"),
        ("2a00:1450::1", "public"),
        ("127.0.0.1", "loopback"),
        ("::1", "loopback"),
        ("10.1.2.3", "private"),
        ("192.168.1.1", "private"),
        ("fd00::1", "private"),
        ("169.254.169.254", "special"),
        ("fe80::1", "special"),
        ("0.0.0.0", "special"),  # noqa: S104 - an address in a text
        ("100.64.0.1", "special"),
        ("224.0.0.1", "special"),
        ("255.255.255.255", "special"),
        ("::ffff:169.254.169.254", "special"),
        ("::ffff:127.0.0.1", "loopback"),
        ("64:ff9b::10.0.0.1", "private"),
        ("2002:7f00:1::", "loopback"),
    ],
)
def test_what_an_address_is(text: str, kind: str) -> None:
    assert kind_of(ipaddress.ip_address(text)) == kind


REFUSED = (
    "http://169.254.169.254/latest/meta-data",
    "https://169.254.169.254/latest/meta-data",
    "https://metadata.example/",
    "https://localhost/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://[::1]/",
    "https://[::ffff:169.254.169.254]/",
    "https://10.0.0.5/",
    "https://inner.example/",
    "https://both.example/",
    "https://nobody.example/",
    "http://media.example/",
    "ftp://media.example/",
    "file:///etc/passwd",
    "//inner.example/x",
    "https://user:secret@media.example/",
    "https://:80/x",
    "",
)
KNOWN = names(
    **{
        "site.example": "8.8.4.4",
        "media.example": "8.8.8.8",
        "metadata.example": "169.254.169.254",
        "localhost": "127.0.0.1",
        "inner.example": "192.168.7.7",
        "both.example": "8.8.8.8 10.0.0.1",
    }
)


@pytest.mark.parametrize("location", REFUSED)
def test_addresses_that_are_not_followed(location: str) -> None:
    asked: list[int] = []
    reader = outside(resolve=KNOWN, count=lambda: asked.append(1))
    with pytest.raises(BrokenAnswer, match="not followed"):
        reader.read(f"{SITE}/content/1", location, "GET content", lambda _answer: None)
    assert asked == []


def test_a_public_host_may_be_asked() -> None:
    outside(resolve=KNOWN).check("https://media.example/x?token=1", "GET content")


def test_a_side_at_home_may_lead_to_its_neighbours_but_not_to_the_machine() -> None:
    reader = outside("https://inner.example", resolve=KNOWN)
    reader.check("https://10.0.0.5/x", "GET content")
    for other in ("https://127.0.0.1/", "https://169.254.169.254/", "http://10.0.0.5/"):
        with pytest.raises(BrokenAnswer):
            reader.check(other, "GET content")


def test_nothing_of_ours_goes_along(elsewhere: tuple[Elsewhere, Server]) -> None:
    app, server = elsewhere
    bodies: list[bytes] = []
    asked: list[int] = []
    reader = outside("http://127.0.0.1:1", count=lambda: asked.append(1))
    location = f"{server.url}/file?token=1"
    reader.read("http://127.0.0.1:1/x", location, "GET x", lambda a: bodies.append(a.content))
    assert bodies == [b"content"]
    assert len(asked) == 1
    [request] = app.requests
    sent = set(request.headers) - {"host", "connection"}
    assert sent == {"accept", "accept-encoding", "user-agent"}


def test_netrc_and_proxies_of_the_surroundings_are_not_used(
    elsewhere: tuple[Elsewhere, Server], tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, server = elsewhere
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    reader = outside("http://127.0.0.1:1")
    reader.read("http://127.0.0.1:1/x", server.url, "GET x", lambda _answer: None)
    assert "authorization" not in app.requests[0].headers


def test_every_step_is_looked_at(elsewhere: tuple[Elsewhere, Server]) -> None:
    app, server = elsewhere
    app._answers = [leads("http://169.254.169.254/")]
    reader = outside("http://127.0.0.1:1")
    with pytest.raises(BrokenAnswer, match="not public"):
        reader.read("http://127.0.0.1:1/x", server.url, "GET x", lambda _answer: None)
    assert len(app.requests) == 1


def test_only_a_few_steps_are_followed(elsewhere: tuple[Elsewhere, Server]) -> None:
    app, server = elsewhere
    app._answers = [leads("/again")]
    reader = outside("http://127.0.0.1:1")
    with pytest.raises(BrokenAnswer, match="on and on"):
        reader.read("http://127.0.0.1:1/x", server.url, "GET x", lambda _answer: None)
    assert len(app.requests) == STEPS


def test_a_name_that_means_another_host_a_moment_later_is_not_spoken_to(
    elsewhere: tuple[Elsewhere, Server],
) -> None:
    app, server = elsewhere
    asked: list[int] = []
    # The look-up says a public address, the connection comes about with this machine.
    reader = outside(
        "http://8.8.4.4", resolve=lambda _host: [PUBLIC], count=lambda: asked.append(1)
    )
    location = f"http://localhost:{server.port}/x"
    with pytest.raises(BrokenAnswer, match="not public"):
        reader.read("http://8.8.4.4/x", location, "GET x", lambda _answer: None)
    assert (app.requests, len(asked)) == ([], 1)


def test_a_host_that_hangs_up_is_no_answer() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    reader = outside("http://127.0.0.1:1")
    with pytest.raises(Exception, match="refuses connections") as caught:
        reader.read("http://127.0.0.1:1/x", f"http://127.0.0.1:{port}/", "GET x", _never)
    assert not isinstance(caught.value, requests.RequestException)


def _never(_answer: requests.Response) -> None:
    raise AssertionError
