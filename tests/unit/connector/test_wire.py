"""What a broken connection means: nothing was sent, or nobody knows."""

from __future__ import annotations

import io

import pytest
import requests
import responses
import urllib3
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool

from connector.wire import FAILURES, NeverSent, NoAnswer, broken, prepared, tame

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


PREPARED = (
    requests.Request("get", "https://x.example/api/now/table/incident"),
    requests.Request(
        "GET",
        "https://x.example:8443/wiki/rest/api/2/search",
        params={"jql": 'summary ~ "Zoë & ~co^ %7E/?#[]@!$\'()*+,;="', "maxResults": 50, "x": ""},
    ),
    requests.Request(
        "GET",
        "https://X.example/a b/ä%2f~%7e",
        params={"none": None, "no": [], "two": ["a b", 2], "n": [None]},
    ),
    requests.Request("GET", "https://x.example", params={"flag": False, "offset": 0}),
    requests.Request("POST", "https://x.example/a", json={"ä": [1, None]}, params={"q": "a=b^c"}),
    requests.Request("PUT", "https://x.example/a", data='{"ä": 1}', headers={"ACCEPT": "x/y"}),
    requests.Request("POST", "https://x.example/token", data={"grant": "a b", "secret": "ü&"}),
    requests.Request("POST", "https://x.example/a", data=io.BytesIO(b"four")),
    requests.Request("DELETE", "https://x.example/a", auth=("who", "what")),
)


@pytest.mark.parametrize("request_", PREPARED)
@pytest.mark.parametrize("auth", [None, ("me", "secret")])
def test_a_request_goes_out_as_the_library_would_write_it(
    request_: requests.Request, auth: tuple[str, str] | None
) -> None:
    session = requests.Session()
    tame(session)
    session.auth = auth
    session.headers["Accept"] = "application/json"
    ours, theirs = prepared(session, request_), session.prepare_request(request_)
    assert (ours.method, ours.url, ours.body) == (theirs.method, theirs.url, theirs.body)
    assert list(ours.headers.items()) == list(theirs.headers.items())


@pytest.mark.parametrize(
    "request_",
    [
        requests.Request("GET", "nowhere", params={"a": "b"}),
        requests.Request("GET", "https://", params={"a": "b"}),
        requests.Request("GET", "https://*.example/a"),
        requests.Request("GET", "https://x.example", headers={"A": "one\r\nB: two"}),
        requests.Request("GET", "https://x.example", params={"a": "\ud800"}),
        requests.Request("POST", "https://x.example", json={"a": float("nan")}),
    ],
)
def test_what_the_library_does_not_write_is_not_sent(request_: requests.Request) -> None:
    session = requests.Session()
    tame(session)
    with pytest.raises((UnicodeError, requests.RequestException)) as theirs:
        session.prepare_request(request_)
    with pytest.raises(theirs.type):
        prepared(session, request_)
