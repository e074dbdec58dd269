"""One token for all threads, and no wrong login so often that the account locks."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable

import pytest
import requests

from connector.errors import AccessLost, BrokenAnswer, ConnectorError, RetryLater, Unreachable
from connector.servicenow.auth import Hold, OAuth, auth_of
from connector.settings import ServiceNowSettings
from tests.support.servicenow import WAYS

SECRETS = ("pa55-word", "cl1ent-secret", "ap1-key")


class Watch:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Endpoint:
    """The token endpoint: counts who asks, and takes its time."""

    def __init__(self, status: int = 200, body: object = None, seconds: float = 0.0) -> None:
        self.status, self.body, self.seconds = status, body, seconds
        self.forms: list[dict[str, str]] = []

    def __call__(self, form: dict[str, str]) -> requests.Response:
        self.forms.append(form)
        time.sleep(self.seconds)
        answer = requests.Response()
        answer.status_code = self.status
        given = {"access_token": f"token-{len(self.forms)}", "expires_in": 1799}
        body = self.body if self.body is not None else given
        answer._content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return answer


def a_login(auth: str = "oauth_password") -> ServiceNowSettings:
    given = {
        "user": "tandem", "password": SECRETS[0], "client_id": "c", "client_secret": SECRETS[1],
        "api_key": SECRETS[2],
    }  # fmt: skip
    return ServiceNowSettings.model_validate({"url": "https://x.example", "auth": auth, **given})


def at_once(number: int, work: Callable[[], object]) -> list[object]:
    """What each of several threads got or raised."""
    found: list[object] = []
    gate = threading.Barrier(number)

    def one() -> None:
        gate.wait()
        try:
            found.append(work())
        except ConnectorError as error:
            found.append(error)

    threads = [threading.Thread(target=one) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_one_thread_fetches_for_all() -> None:
    endpoint = Endpoint(seconds=0.05)
    auth = OAuth(a_login(), endpoint)
    assert at_once(8, auth.token) == ["token-1"] * 8
    assert len(endpoint.forms) == 1


def test_one_wrong_login_serves_for_all() -> None:
    endpoint = Endpoint(401, {"error": "server_error"}, seconds=0.05)
    auth = OAuth(a_login(), endpoint)
    found = at_once(8, auth.token)
    assert {type(one) for one in found} == {AccessLost}
    assert len(endpoint.forms) == 1


def test_threads_that_were_refused_with_one_token_fetch_one_new_one() -> None:
    endpoint = Endpoint()
    auth = OAuth(a_login(), endpoint)
    gate = threading.Barrier(4)

    def refused() -> str:
        auth.token()
        gate.wait()
        auth.forget()
        return auth.token()

    assert at_once(4, refused) == ["token-2"] * 4
    assert len(endpoint.forms) == 2


def test_a_token_is_renewed_before_it_ends() -> None:
    endpoint, watch = Endpoint(), Watch()
    auth = OAuth(a_login(), endpoint, watch)
    assert auth.token() == "token-1"
    watch.now += 1799 - 31
    assert auth.token() == "token-1"
    watch.now += 2
    assert auth.token() == "token-2"


@pytest.mark.parametrize(
    ("auth", "form"),
    [
        (
            "oauth_password",
            {"grant_type": "password", "username": "tandem", "password": SECRETS[0]},
        ),
        ("oauth_client", {"grant_type": "client_credentials"}),
    ],
)
def test_what_the_endpoint_is_told(auth: str, form: dict[str, str]) -> None:
    endpoint = Endpoint()
    OAuth(a_login(auth), endpoint).token()
    assert endpoint.forms == [{**form, "client_id": "c", "client_secret": SECRETS[1]}]


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {}, AccessLost),
        (401, {"error": "invalid_client"}, AccessLost),
        (403, {}, AccessLost),
        (202, b"", RetryLater),
        (429, b"", RetryLater),
        (500, b"<html>", RetryLater),
        (503, b"", RetryLater),
    ],
)
def test_an_endpoint_that_gives_none(status: int, body: object, kind: type) -> None:
    with pytest.raises(ConnectorError) as caught:
        OAuth(a_login(), Endpoint(status, body)).token()
    assert type(caught.value) is kind
    assert not any(secret in str(caught.value) for secret in SECRETS)


@pytest.mark.parametrize("body", [b"<html>asleep</html>", [], "x", {}, {"expires_in": 9}, b"nul"])
def test_an_answer_without_a_token_is_asked_for_again_and_then_called_broken(body: object) -> None:
    with pytest.raises(RetryLater) as caught:
        OAuth(a_login(), Endpoint(200, body)).token()
    assert isinstance(getattr(caught.value, "broken", None), BrokenAnswer)


def test_an_endpoint_out_of_reach_means_that_nothing_was_sent() -> None:
    def unplugged(_form: dict[str, str]) -> requests.Response:
        raise requests.ConnectionError("https://tandem:pa55-word@x.example")

    with pytest.raises(Unreachable) as caught:
        OAuth(a_login(), unplugged).token()
    assert SECRETS[0] not in str(caught.value)


def test_a_login_beyond_ascii_travels_as_utf_8() -> None:
    settings = ServiceNowSettings.model_validate({"user": "jürgen", "password": "50 €"})
    auth = auth_of(settings, Endpoint())
    assert auth is not None
    request = requests.Request("GET", "https://x.example", auth=auth).prepare()
    scheme, _, pair = request.headers["Authorization"].partition(" ")
    assert (scheme, base64.b64decode(pair).decode()) == ("Basic", "jürgen:50 €")


@pytest.mark.parametrize("auth", [*WAYS, "mtls"])
def test_no_secret_shows_itself(auth: str) -> None:
    settings = a_login(auth)
    made = auth_of(settings, Endpoint())
    shown = f"{settings!r} {settings} {made!r} {made}"
    assert not any(secret in shown for secret in SECRETS)


def test_a_refused_login_is_held_for_a_time_that_doubles() -> None:
    watch = Watch()
    hold = Hold(watch)
    tries = 0
    for second in range(15 * 60):
        watch.now = 1000.0 + second
        try:
            hold.check()
        except AccessLost:
            continue
        tries += 1
        hold.refused(AccessLost("no"))
    assert 2 <= tries < 6


def test_refusals_side_by_side_count_as_one() -> None:
    watch = Watch()
    hold = Hold(watch)
    for _ in range(4):
        hold.refused(AccessLost("no"))
    watch.now += 61
    hold.check()


def test_a_login_that_works_ends_the_hold() -> None:
    watch = Watch()
    hold = Hold(watch)
    hold.refused(AccessLost("no"))
    with pytest.raises(AccessLost):
        hold.check()
    hold.accepted()
    hold.check()
    hold.refused(AccessLost("no"))
    watch.now += 61
    hold.check()
