"""How requests leave the house: the URL, the headers, no cookies, no surprises of the library."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import responses

from connector.errors import BrokenAnswer
from connector.jira.adapter import JiraAdapter
from connector.meter import RequestMeter
from connector.sandbox.clock import ManualClock
from connector.sandbox.jira.app import JiraSandbox
from connector.sandbox.transport import SandboxTransport
from connector.settings import HttpSettings, JiraSettings
from connector.values import RequestClass
from tests.support.jira import Facts, JiraStage, a_draft

GATEWAY = "https://api.atlassian.com/ex/jira/11223344-a1b2"
DATE = {"Date": "Mon, 05 Jan 2026 09:00:00 GMT"}


def an_adapter(url: str, **settings: str) -> JiraAdapter:
    return JiraAdapter(
        JiraSettings.model_validate({"url": url, "token": "secret", **settings}),
        HttpSettings(concurrency=1),
        meter=RequestMeter(),
        memory=Facts(),
        sleeper=lambda _seconds: None,
    )


def test_a_context_path_is_kept() -> None:
    clock = ManualClock(datetime(2026, 1, 5, 9, tzinfo=UTC))
    sandbox = JiraSandbox("dc", clock, base="http://sandbox.test/jira")
    adapter = JiraAdapter(
        JiraSettings(url="http://sandbox.test/jira/", token=sandbox.access.token),
        HttpSettings(concurrency=1),
        meter=RequestMeter(),
        memory=Facts(),
        mount=SandboxTransport(sandbox, clock),
    )
    [done] = adapter.create([a_draft(1)])
    key = getattr(done, "key", "")
    assert adapter.read("OPS", [key], [])[key].url == "http://sandbox.test/jira/browse/OPS-1"


@responses.activate
def test_behind_the_gateway_people_still_get_the_sites_own_links() -> None:
    info = {"deploymentType": "Cloud", "baseUrl": "https://acme.atlassian.net", "version": "1"}
    api = f"{GATEWAY}/rest/api/2"
    responses.get(f"{api}/serverInfo", json=info, headers=DATE)
    responses.get(f"{api}/myself", json={"accountId": "a1"}, headers=DATE)
    identity = an_adapter(GATEWAY).identity()
    assert (identity.host, identity.flavour) == ("acme.atlassian.net", "cloud")
    sent = responses.calls[0].request
    assert sent.headers["Authorization"] == "Bearer secret"
    assert sent.url == f"{api}/myself"


@responses.activate
def test_cookies_are_not_kept_and_redirects_not_followed() -> None:
    api = "https://jira.example/rest/api/2"
    responses.get(
        f"{api}/myself", json={"name": "bot"}, headers={**DATE, "Set-Cookie": "JSESSIONID=1"}
    )
    info = {"deploymentType": "Server", "version": "9"}
    responses.get(f"{api}/serverInfo", json=info, headers=DATE)
    responses.get(
        f"{api}/issue/1", status=302, headers={**DATE, "Location": "https://evil.example"}
    )
    adapter = an_adapter("https://jira.example", user="bot")
    adapter.identity()
    with pytest.raises(BrokenAnswer, match="redirect"):
        adapter.read("OPS", ["1"], [])
    assert all("Cookie" not in call.request.headers for call in responses.calls)
    assert len(responses.calls) == 3


@responses.activate
def test_the_removed_search_names_the_setting_that_is_wrong() -> None:
    responses.post("https://x.example/rest/api/2/search", status=410, json={}, headers=DATE)
    adapter = an_adapter("https://x.example", flavor="dc")
    with pytest.raises(BrokenAnswer, match="TANDEM_JIRA__FLAVOR"):
        list(adapter.changed(adapter.streams(["OPS"])[0], datetime(2026, 1, 1, tzinfo=UTC)))


def test_every_attempt_is_counted_by_its_class() -> None:
    stage = JiraStage("cloud")
    stage.created(a_draft(1))
    totals = stage.adapter.meter.totals()
    assert totals["read"] + totals["write"] == len(stage.wire.requests)
    assert totals[RequestClass.WRITE] == 1


def test_ids_from_text_cannot_leave_their_path() -> None:
    stage = JiraStage("cloud")
    assert stage.adapter.read("OPS", ["../../../secure/x"], []) == {}
    stage = JiraStage("dc")
    assert stage.adapter.read("OPS", ["../myself"], []) == {}
    assert stage.wire.requests[-1].path.endswith("/issue/..%2Fmyself")
