"""How requests leave the house: who we say we are, and no surprises of the library."""

from __future__ import annotations

import itertools
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import responses

from connector.errors import AccessLost, BrokenAnswer, ConnectorError, Gone, NotThere, Unreachable
from connector.meter import RequestMeter
from connector.sandbox.http import App, Request, Response
from connector.sandbox.people import PASSWORD
from connector.sandbox.servicenow.auth import API_KEY, CLIENT_SECRET
from connector.servicenow.adapter import ServiceNowAdapter
from connector.settings import HttpSettings, ServiceNowSettings
from connector.values import CommentDraft, Move, NotSent, Patch, RequestClass, Unclear
from tests.support.jira import Facts
from tests.support.servicenow import CLOSING, LONG_AGO, WAYS, ServiceNowStage, a_draft, kinds

HOST = "https://instance.example"
DATE = {"Date": "Mon, 02 Mar 2026 09:30:00 GMT"}
TOKEN = "/oauth_token.do"
OAUTH = ["oauth_password", "oauth_client"]


def an_adapter(url: str = HOST, *, timeout: float = 30.0, **settings: str) -> ServiceNowAdapter:
    given = {"user": "tandem", "password": "secret", **settings}
    return ServiceNowAdapter(
        ServiceNowSettings.model_validate({"url": url, **given}),
        HttpSettings(concurrency=1, timeout=timeout),
        meter=RequestMeter(),
        memory=Facts(),
        sleeper=lambda _seconds: None,
    )


@pytest.mark.parametrize("auth", list(WAYS))
def test_every_way_of_access_leads_to_the_same_account(auth: str) -> None:
    stage = ServiceNowStage(auth)
    identity = stage.adapter.identity()
    assert identity.key == stage.world.user_id("tandem")
    assert identity.name == "tandem"
    assert identity.host == "instance.test"
    assert identity.server_now == stage.clock.now()


@pytest.mark.parametrize("auth", OAUTH)
def test_a_token_is_asked_for_once_and_counted(auth: str) -> None:
    stage = ServiceNowStage(auth)
    stage.created(*[a_draft(n) for n in range(6)])
    assert len(stage.asked("POST", TOKEN)) == 1
    assert stage.adapter.meter.totals() == {"read": 1, "write": 6, "decoration": 0}


@pytest.mark.parametrize("auth", OAUTH)
def test_a_revoked_token_is_renewed_once(auth: str) -> None:
    stage = ServiceNowStage(auth)
    stage.adapter.identity()
    stage.sandbox.auth.revoke()
    assert kinds(stage.adapter.create([a_draft(1)])) == ["Done"]
    assert len(stage.asked("POST", TOKEN)) == 2
    assert len(stage.rows()) == 1


@pytest.mark.parametrize("auth", OAUTH)
def test_a_token_that_keeps_being_refused_is_renewed_once_and_no_more(auth: str) -> None:
    stage = ServiceNowStage(auth)
    stage.weather("status", status=401, path="/api/", times=None)
    with pytest.raises(AccessLost):
        stage.adapter.identity()
    assert [one.path for one in stage.wire.requests] == [
        TOKEN, "/api/now/table/sys_user", TOKEN, "/api/now/table/sys_user",
    ]  # fmt: skip


def test_an_expired_token_costs_one_more_request() -> None:
    stage = ServiceNowStage("oauth_client")
    stage.adapter.identity()
    stage.clock.advance(1800)
    assert stage.seen() == []
    assert len(stage.asked("POST", TOKEN)) == 2


def test_a_tired_token_endpoint_is_asked_again() -> None:
    stage = ServiceNowStage("oauth_client")
    stage.weather("status", status=503, path=TOKEN)
    stage.weather("html", path=TOKEN)
    stage.weather("drop_before", path=TOKEN)
    assert kinds(stage.adapter.create([a_draft(1)])) == ["Done"]
    assert len(stage.asked("POST", TOKEN)) == 4


@pytest.mark.parametrize(
    ("auth", "wrong"),
    [
        ("basic", {"password": "wrong"}),
        ("oauth_password", {"password": "wrong"}),
        ("oauth_password", {"client_secret": "wrong"}),
        ("api_key", {"api_key": "wrong"}),
    ],
)
def test_a_wrong_login_never_locks_the_account(auth: str, wrong: dict[str, str]) -> None:
    stage = ServiceNowStage(auth, **wrong)
    with pytest.raises(AccessLost) as caught:
        stage.adapter.create([a_draft(n) for n in range(60)])
    for _ in range(10):
        with pytest.raises(AccessLost):
            stage.adapter.identity()
    assert len(stage.wire.requests) <= 3
    assert "wrong" not in str(caught.value)
    ServiceNowStage(before=stage).adapter.identity()


def test_basic_logins_may_be_forbidden_by_policy() -> None:
    stage = ServiceNowStage()
    stage.sandbox.auth.basic_allowed = False
    with pytest.raises(AccessLost, match="does not accept our login"):
        stage.adapter.identity()


def test_passwords_of_all_tongues_are_understood() -> None:
    stage = ServiceNowStage(password="50 € für Zoë")
    stage.sandbox.auth.passwords["tandem"] = "50 € für Zoë"
    assert stage.adapter.identity().name == "tandem"


def test_a_certificate_needs_no_header(tmp_path: Path) -> None:
    certificate = tmp_path / "client.pem"
    certificate.write_text("a certificate")
    stage = ServiceNowStage("mtls", certificate=str(certificate))
    with pytest.raises(AccessLost):
        stage.adapter.identity()
    assert "authorization" not in stage.wire.requests[0].headers


def test_a_certificate_that_is_not_there_is_named() -> None:
    adapter = an_adapter("https://127.0.0.1:9", auth="mtls", certificate="/nowhere/client.pem")
    with pytest.raises(AccessLost, match="TANDEM_SERVICENOW__CERTIFICATE"):
        adapter.identity()


@pytest.mark.parametrize("auth", list(WAYS))
def test_messages_show_no_secret_and_no_query(auth: str) -> None:
    stage = ServiceNowStage(auth)
    stage.weather("status", status=500, path="/api/", times=None, body='{"error": "x"}')
    with pytest.raises(ConnectorError) as caught:
        stage.adapter.identity()
    text = f"{caught.value} {caught.value!r} {stage.adapter!r}"
    assert not any(secret in text for secret in (API_KEY, CLIENT_SECRET, f"{PASSWORD}'"))
    assert "GET /api/now/table/sys_user" in text
    assert "sysparm" not in text


def test_no_parameter_of_a_read_travels_with_the_next_write() -> None:
    stage = ServiceNowStage(concurrency=1)
    key = stage.opened()
    stage.record(key, "description", "state")
    stage.adapter.find("incident", ["jira:x:1"])
    before = len(stage.wire.requests)
    stage.created(a_draft(1))
    stage.adapter.patch([Patch("incident", key, {"state": "2"})], ["state"])
    stage.adapter.move([Move("incident", key, "state", ("6",), CLOSING)], ["state"])[0]
    stage.adapter.comment([CommentDraft("incident", key, "work_notes", "r1", "r1")])
    writes = [one for one in stage.wire.requests[before:] if one.method != "GET"]
    assert len(writes) == 4
    for one in writes:
        assert not one.param("sysparm_query")
        assert "description" not in (one.param("sysparm_fields") or "").split(",")


def test_two_threads_never_mix_their_queries() -> None:
    stage = ServiceNowStage(concurrency=4)
    keys = stage.filled(400)
    found = stage.adapter.read("incident", keys, ["number"])
    assert sorted(found) == keys
    asked = [one.param("sysparm_query") or "" for one in stage.asked("GET", "/incident")]
    assert len(asked) == 8
    assert sorted(itertools.chain(*(q.removeprefix("sys_idIN").split(",") for q in asked))) == keys


def test_no_cookie_is_kept_by_any_worker() -> None:
    stage = ServiceNowStage(concurrency=4)
    stage.adapter.read("incident", stage.filled(400), [])
    stage.created(a_draft(1))
    assert len(stage.wire.requests) == 9
    assert all("cookie" not in one.headers for one in stage.wire.requests)


class Stampede:
    """Lets requests into the instance only when several stand at its door."""

    def __init__(self, app: App, number: int) -> None:
        self._app = app
        self._gate = threading.Barrier(number, timeout=10)

    def handle(self, request: Request) -> Response:
        if request.method == "POST":
            self._gate.wait()
        return self._app.handle(request)


def test_an_instance_that_serialises_sessions_throws_nothing_away() -> None:
    stage = ServiceNowStage(concurrency=4, between=lambda app: Stampede(app, 4))
    stage.world.knobs.session_limit = 1
    stage.adapter.identity()
    assert kinds(stage.adapter.create([a_draft(n) for n in range(8)])) == ["Done"] * 8
    assert len(stage.rows()) == 8


@responses.activate
def test_redirects_are_not_followed() -> None:
    place = {**DATE, "Location": "https://evil.example/api/now/table/sys_user"}
    responses.get(f"{HOST}/api/now/table/sys_user", status=302, headers=place)
    with pytest.raises(BrokenAnswer, match="TANDEM_SERVICENOW__URL"):
        an_adapter().identity()
    assert len(responses.calls) == 1


@responses.activate
def test_a_redirected_token_request_gives_no_password_away() -> None:
    place = {**DATE, "Location": "https://evil.example/oauth_token.do"}
    responses.post(f"{HOST}{TOKEN}", status=307, headers=place)
    adapter = an_adapter(auth="oauth_password", client_id="c", client_secret="s")
    with pytest.raises(BrokenAnswer):
        adapter.identity()
    assert {call.request.url for call in responses.calls} == {f"{HOST}{TOKEN}"}


@responses.activate
def test_nothing_of_the_environment_gets_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine instance.example login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    responses.get(f"{HOST}/api/now/table/sys_user", json={"result": []}, headers=DATE)
    adapter = an_adapter(auth="api_key", api_key="key")
    with pytest.raises(AccessLost):
        adapter.identity()
    sent = responses.calls[0].request
    assert "Authorization" not in sent.headers
    assert sent.headers["x-sn-apikey"] == "key"
    assert sent.headers["Accept"] == "application/json"
    assert not sent.req_kwargs["proxies"]  # type: ignore[attr-defined]


@responses.activate
def test_without_a_date_no_cursor_can_be_kept() -> None:
    responses.get(f"{HOST}/api/now/table/sys_user", json={"result": []})
    with pytest.raises(BrokenAnswer, match="Date"):
        an_adapter().server_now()


def test_every_attempt_is_counted_by_its_class() -> None:
    stage = ServiceNowStage()
    stage.weather("status", status=503, method="GET", times=2)
    stage.adapter.identity()
    stage.created(a_draft(1), a_draft(2))
    totals = stage.adapter.meter.totals()
    assert totals["read"] + totals["write"] == len(stage.wire.requests)
    assert totals[RequestClass.WRITE] == 2


@pytest.mark.parametrize("key", ["../../sys_user/x", "..", "a/b", "a?b=c", "a b", "", "ä"])
def test_ids_from_text_cannot_leave_their_path(key: str) -> None:
    stage = ServiceNowStage()
    [result] = stage.adapter.patch([Patch("incident", key, {"state": "2"})], [])
    assert isinstance(result, NotSent)
    assert isinstance(result.error, NotThere | Gone)
    assert stage.wire.requests == []


def test_ids_in_a_batch_cannot_leave_their_path_either() -> None:
    stage = ServiceNowStage()
    key, user = stage.opened(), stage.world.user_id("ben.okafor")
    patches = [Patch("incident", one, {"name": "X"}) for one in (key, f"../sys_user/{user}")]
    assert kinds(stage.adapter.patch(patches, [])) == ["Done", "NotSent"]
    assert stage.row(user)["name"] == "Ben Okafor"


def test_a_table_with_an_impossible_name_is_not_there() -> None:
    stage = ServiceNowStage()
    with pytest.raises(NotThere):
        list(stage.adapter.listed("no such table", "", []))


@pytest.fixture
def silent() -> Iterator[str]:
    """A server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_a_write_without_an_answer_in_time_is_a_doubt(silent: str) -> None:
    adapter = an_adapter(silent, timeout=0.2)
    [result] = adapter.create([a_draft(1)])
    assert isinstance(result, Unclear)
    assert "too long" in str(result.error)
    adapter.close()


def test_a_read_without_an_answer_in_time_is_asked_again(silent: str) -> None:
    adapter = an_adapter(silent, timeout=0.05)
    with pytest.raises(Unreachable):
        list(adapter.changed(adapter.streams(["incident"])[0], LONG_AGO))
    assert adapter.meter.totals()["read"] > 3
    adapter.close()


def test_nobody_at_home_is_known_before_anything_is_sent() -> None:
    adapter = an_adapter("http://127.0.0.1:9")
    with pytest.raises(Unreachable) as caught:
        adapter.create([a_draft(1)])
    assert type(caught.value).__name__ == "NeverSent"
    adapter.close()


def test_a_closed_adapter_has_given_its_threads_back() -> None:
    stage = ServiceNowStage(concurrency=4)
    before = set(threading.enumerate())
    stage.adapter.read("incident", stage.filled(400), [])
    assert 1 <= len(set(threading.enumerate()) - before) <= 4
    stage.adapter.close()
    assert set(threading.enumerate()) - before == set()
