"""What a broken connection means: nothing was sent, or nobody knows."""

from __future__ import annotations

import pytest
import requests
import responses
import urllib3
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool

from connector.wire import FAILURES, NeverSent, NoAnswer, broken, tame

POOL = HTTPConnectionPool("jira.example")
CONNECTION = HTTPConnection("jira.example")
URL = "/rest/api/2/search?jql=secret"


def retried(reason: Exception) -> Exception:
    """As requests reports what urllib3 gave up on."""
    return requests.ConnectionError(urllib3.exceptions.MaxRetryError(POOL, URL, reason))


@pytest.mark.parametrize(
    "error",
    [
        retried(urllib3.exceptions.NewConnectionError(CONNECTION, "refused")),
        retried(
            urllib3.exceptions.NameResolutionError("jira.example", CONNECTION, OSError("who?"))  # type: ignore[arg-type]
        ),
        requests.exceptions.ConnectTimeout("too slow"),
        requests.exceptions.InvalidURL("no host"),
        requests.exceptions.MissingSchema("no scheme"),
        requests.exceptions.InvalidSchema("ftp?"),
        requests.exceptions.InvalidHeader("a line break in a key"),
        requests.exceptions.SSLError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed"),
    ],
)
def test_without_a_connection_nothing_was_sent(error: Exception) -> None:
    assert type(broken(error, "jira", "POST search")) is NeverSent


@pytest.mark.parametrize(
    "error",
    [
        retried(urllib3.exceptions.ProtocolError("Connection aborted")),
        retried(urllib3.exceptions.ReadTimeoutError(POOL, URL, "too slow")),
        requests.exceptions.ReadTimeout("too slow"),
        requests.exceptions.ConnectionError("reset by peer"),
        requests.exceptions.ChunkedEncodingError("cut"),
        requests.exceptions.ContentDecodingError("garbage"),
        requests.exceptions.SSLError("[SSL: BAD_RECORD_MAC]"),
        urllib3.exceptions.IncompleteRead(3, 5),
        requests.exceptions.ConnectionError(),
    ],
)
def test_after_that_nobody_knows(error: Exception) -> None:
    found = broken(error, "jira", "POST search")
    assert type(found) is NoAnswer
    assert isinstance(error, FAILURES)
    assert "secret" not in str(found)
    assert "(POST search)" in str(found)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (urllib3.exceptions.NewConnectionError(CONNECTION, "refused"), "it refuses connections"),
        (
            urllib3.exceptions.NameResolutionError("jira.example", CONNECTION, OSError("who?")),  # type: ignore[arg-type]
            "nobody knows this host name",
        ),
        (urllib3.exceptions.ConnectTimeoutError("slow"), "it does not answer in time"),
    ],
)
def test_it_is_said_which_host_and_why(reason: Exception, words: str) -> None:
    error = retried(reason)
    error.request = requests.Request("GET", "https://jira.example:8443/rest?secret=1").prepare()
    said = str(broken(error, "jira", "GET rest"))
    assert f"no connection to jira.example:8443: {words}" in said
    assert "secret" not in said


@responses.activate
def test_a_tame_session_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    responses.get("https://x.example", headers={"Set-Cookie": "JSESSIONID=1; Path=/"})
    session = requests.Session()
    tame(session)
    settings = session.merge_environment_settings("https://x.example", {}, None, None, None)
    assert not settings["proxies"]
    session.get("https://x.example")
    session.get("https://x.example")
    assert [call.request.headers.get("Cookie") for call in responses.calls] == [None, None]
