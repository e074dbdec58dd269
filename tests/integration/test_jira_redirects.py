"""Cloud sends readers of a content elsewhere: the way there shows nobody who we are."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest

from connector.contents import File
from connector.errors import BrokenAnswer, RetryLater, Unreachable
from connector.jira.adapter import JiraAdapter
from connector.meter import MemoryDict, RequestMeter
from connector.sandbox.clock import RealClock
from connector.sandbox.http import Request, Response
from connector.sandbox.jira import Hands, JiraSandbox
from connector.sandbox.people import PASSWORD
from connector.sandbox.server import serve
from connector.settings import HttpSettings, JiraSettings
from tests.support.jira import JiraStage, Listening

DATA = bytes(range(256)) * 500


@pytest.fixture
def stage() -> Iterator[JiraStage]:
    stage = JiraStage("cloud")
    stage.sandbox.settings.always_redirect = True
    yield stage
    stage.adapter.close()


def a_file(stage: JiraStage) -> File:
    """A person's file on an issue."""
    hands = Hands(stage.sandbox.world, "mei.chen")
    issue = hands.create("OPS", "Story", "with a file")
    hands.attach(issue.id, "a.bin", DATA, "application/x-thing")
    [file] = stage.adapter.files("OPS", [issue.id])
    return file


def test_a_content_elsewhere_is_fetched_without_credentials(stage: JiraStage) -> None:
    file, into = a_file(stage), io.BytesIO()
    before = stage.adapter.meter.totals()["read"]
    stage.adapter.fetch(file, into)
    assert into.getvalue() == DATA
    assert stage.adapter.meter.totals()["read"] - before == 2
    asked, elsewhere = stage.wire.requests[-2:]
    assert "authorization" in asked.headers
    assert elsewhere.path.startswith("/media-store/")
    assert not {"authorization", "cookie", "x-atlassian-token"} & set(elsewhere.headers)
    assert stage.sandbox.media.leaks == []


def test_who_is_asked_not_to_send_us_away_gives_it_himself(stage: JiraStage) -> None:
    stage.sandbox.settings.always_redirect = False
    file, into = a_file(stage), io.BytesIO()
    before = stage.adapter.meter.totals()["read"]
    stage.adapter.fetch(file, into)
    assert into.getvalue() == DATA
    assert stage.adapter.meter.totals()["read"] - before == 1


def test_credentials_at_the_media_store_are_a_leak(stage: JiraStage) -> None:
    world, media = stage.sandbox.world, stage.sandbox.media
    file = a_file(stage)
    [row] = world.issues[file.key].attachments
    path = media.sign(row.content, row.type, world.now())
    headers = {"Authorization": "Basic eDp5"}
    answer = stage.sandbox.handle(Request.of("GET", path, headers, b""))
    assert (answer.status, len(media.leaks)) == (400, 1)


def test_an_address_that_is_no_longer_good_is_asked_for_anew(stage: JiraStage) -> None:
    file = a_file(stage)
    stage.weather("status", method="GET", path="/media-store/", status=403)
    into = io.BytesIO()
    stage.adapter.fetch(file, into)
    assert into.getvalue() == DATA
    stage.sandbox.media.seconds = -1
    with pytest.raises(RetryLater):
        stage.adapter.fetch(file, io.BytesIO())


def test_a_store_that_is_down_does_not_make_jira_unreachable(stage: JiraStage) -> None:
    file = a_file(stage)
    stage.weather("drop_before", path="/media-store/", times=None)
    with pytest.raises(RetryLater) as caught:
        stage.adapter.fetch(file, io.BytesIO())
    assert not isinstance(caught.value, Unreachable)


@pytest.mark.parametrize(
    "location",
    [
        *("http://169.254.169.254/x", "http://2130706433/", "http://[::1]/", "ftp://x.example/"),
        *("http://user:pw@x.example/", ""),
    ],
)
def test_an_address_of_no_good_is_not_asked(stage: JiraStage, location: str) -> None:
    file = a_file(stage)
    headers = {"Location": location}
    stage.weather("status", path="/attachment/content/", status=303, headers=headers, times=None)
    before = len(stage.wire.requests)
    with pytest.raises(BrokenAnswer, match="not followed"):
        stage.adapter.fetch(file, io.BytesIO())
    asked = stage.wire.requests[before:]
    assert {one.path.rpartition("/")[0] for one in asked} == {"/rest/api/2/attachment/content"}


def test_only_contents_may_lie_elsewhere() -> None:
    stage = JiraStage("dc")
    file = a_file(stage)
    headers = {"Location": "http://sandbox.test/login.jsp"}
    stage.weather("status", path="/secure/", status=302, headers=headers, times=None)
    with pytest.raises(BrokenAnswer, match="redirects"):
        stage.adapter.fetch(file, io.BytesIO())
    assert not [one for one in stage.wire.requests if one.path == "/login.jsp"]


def test_a_second_host_never_sees_who_we_are() -> None:
    clock = RealClock()
    sandbox = JiraSandbox("cloud", clock)
    site, store = Listening(sandbox), Listening(_Store(sandbox))
    sandbox.settings.always_redirect = True
    with serve(site, clock=clock) as first, serve(store, clock=clock) as second:
        sandbox.settings.media_base = second.url
        adapter = JiraAdapter(
            JiraSettings(url=first.url, user="tandem@example.com", token=PASSWORD),
            HttpSettings(),
            meter=RequestMeter(),
            memory=MemoryDict(),
        )
        hands = Hands(sandbox.world, "mei.chen")
        issue = hands.create("OPS", "Story", "with a file")
        hands.attach(issue.id, "a.bin", DATA, "application/x-thing")
        [file] = adapter.files("OPS", [issue.id])
        into = io.BytesIO()
        adapter.fetch(file, into)
        adapter.close()
    assert into.getvalue() == DATA
    [request] = store.requests
    plain = {"host", "connection", "accept", "accept-encoding", "user-agent"}
    assert set(request.headers) <= plain
    assert all(PASSWORD not in value for value in request.headers.values())
    assert all("authorization" in one.headers for one in site.requests)


class _Store:
    """The media store on a host of its own."""

    def __init__(self, sandbox: JiraSandbox) -> None:
        self._sandbox = sandbox

    def handle(self, request: Request) -> Response:
        return self._sandbox.media.answer(request, self._sandbox.world.now())
