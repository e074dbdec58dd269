"""The Jira adapter in bad weather: nothing twice, nothing lost, every doubt reported as one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connector.errors import BrokenAnswer, RetryLater, Unreachable
from connector.jira.adapter import JiraAdapter
from connector.meter import RequestMeter
from connector.settings import HttpSettings, JiraSettings
from connector.values import CommentDraft, Done, Move, NotSent, Patch, RemoteLink, Unclear
from tests.support.jira import Facts, JiraStage, a_draft

START = datetime(2026, 1, 1, tzinfo=UTC)
CREATE = {"method": "POST", "path": "/issue(/bulk)?$"}


@pytest.fixture(params=["cloud", "dc"])
def stage(request: pytest.FixtureRequest) -> JiraStage:
    made = JiraStage(request.param)
    made.created(a_draft(0))
    return made


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize(
    ("kind", "happened"),
    [("drop_after", True), ("drop_before", False), ("truncate", True), ("html", False)],
)
def test_a_create_in_doubt_is_never_sent_again(
    stage: JiraStage, kind: str, happened: bool, number: int
) -> None:
    stage.weather(kind, **CREATE)
    before = stage.writes()
    results = stage.adapter.create([a_draft(n) for n in range(1, number + 1)])
    assert [type(r) for r in results] == [Unclear] * number
    assert stage.writes() == before + 1
    assert len(stage.sandbox.world.issues) == 1 + (number if happened else 0)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_error_on_a_create_is_a_doubt(stage: JiraStage, status: int) -> None:
    stage.weather("status", status=status, retry_after="5", **CREATE)
    assert [type(r) for r in stage.adapter.create([a_draft(1)])] == [Unclear]
    assert len(stage.sandbox.world.issues) == 1


@pytest.mark.parametrize("retry_after", ["7", "date:7"])
def test_a_rate_limit_is_waited_out_and_the_write_happens_once(
    stage: JiraStage, retry_after: str
) -> None:
    stage.weather("status", status=429, retry_after=retry_after, **CREATE)
    before = stage.writes()
    assert [type(r) for r in stage.adapter.create([a_draft(1)])] == [Done]
    assert stage.writes() == before + 2
    assert len(stage.sandbox.world.issues) == 2
    assert sum(stage.slept) >= 6.9


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "truncate", "html"])
def test_a_read_is_simply_repeated(stage: JiraStage, kind: str) -> None:
    stage.weather(kind, method="POST|GET", path="/search")
    assert sum(len(page.sightings) for page in stage.pages(START)) == 1


def test_a_server_error_on_a_read_is_repeated(stage: JiraStage) -> None:
    stage.weather("status", status=502, times=2, path="/search")
    assert sum(len(page.sightings) for page in stage.pages(START)) == 1


def test_a_lasting_page_is_called_what_it_is(stage: JiraStage) -> None:
    stage.weather("html", times=None)
    with pytest.raises(BrokenAnswer):
        list(stage.pages(START))


def test_a_lasting_outage_ends_in_patience_not_in_a_crash(stage: JiraStage) -> None:
    stage.weather("status", status=503, times=None)
    with pytest.raises(RetryLater):
        list(stage.pages(START))


def test_a_lost_edit_is_a_doubt_and_not_repeated(stage: JiraStage) -> None:
    [key] = stage.created(a_draft(1))
    stage.weather("drop_after", method="PUT", path="/issue/")
    [result] = stage.adapter.patch([Patch("OPS", key, {"summary": "new"})], ["summary"])
    assert isinstance(result, Unclear)
    assert stage.field(key, "summary") == "new"


def test_a_lost_hop_is_seen_by_looking(stage: JiraStage) -> None:
    [key] = stage.created(a_draft(1))
    stage.weather("drop_after", method="POST", path="/transitions", times=2)
    move = Move("OPS", key, "status", ("Done",), {"resolution": "Done"})
    [done] = stage.adapter.move([move], ["status"])
    assert isinstance(done, Done)
    assert len(done.hops) == 4
    assert len(stage.sandbox.world.writes(kind="transition", issue=key)) == 4


def test_a_hop_that_never_arrived_is_taken_again(stage: JiraStage) -> None:
    [key] = stage.created(a_draft(1))
    stage.weather("drop_before", method="POST", path="/transitions")
    [done] = stage.adapter.move(
        [Move("OPS", key, "status", ("Selected for Development",))], ["status"]
    )
    assert isinstance(done, Done)
    assert len(done.hops) == 1
    assert len(stage.sandbox.world.writes(kind="transition", issue=key)) == 1


def test_behind_a_doubtful_comment_the_others_wait(stage: JiraStage) -> None:
    one, two = stage.created(a_draft(1), a_draft(2))
    stage.weather("drop_after", method="POST", path=f"/issue/{one}/comment", skip=1)
    drafts = [CommentDraft("OPS", one, "comment", str(n), f"r{n}") for n in range(4)]
    drafts.append(CommentDraft("OPS", two, "comment", "other", "r9"))
    kinds = [type(r) for r in stage.adapter.comment(drafts)]
    assert kinds == [Done, Unclear, NotSent, NotSent, Done]
    assert [row.body for row in stage.adapter.comments("OPS", [one])] == ["0", "1"]


def test_a_lost_decoration_is_repeated_because_it_may_be(stage: JiraStage) -> None:
    [key] = stage.created(a_draft(1))
    stage.weather("drop_after", method="POST", path="/remotelink")
    link = RemoteLink(key, "servicenow:abc", "https://sn.example/x", "INC1")
    assert [type(r) for r in stage.adapter.decorate([link])] == [Done]
    assert len(stage.issue(key).remote) == 1


def test_a_stale_page_token_starts_the_search_over() -> None:
    stage = JiraStage("cloud")
    stage.sandbox.settings.page_cap = 5
    keys = stage.created(*[a_draft(n) for n in range(12)])
    stage.weather("status", status=400, body='{"errorMessages": ["stale"]}', path="/jql", skip=1)
    rows = [row.key for page in stage.pages(START) for row in page.sightings]
    assert sorted(rows) == sorted(keys)


def test_nobody_at_home_is_known_before_anything_is_sent() -> None:
    settings = JiraSettings(url="http://127.0.0.1:9", user="x", token="y", flavor="cloud")
    slept: list[float] = []
    adapter = JiraAdapter(
        settings, HttpSettings(), meter=RequestMeter(), memory=Facts(), sleeper=slept.append
    )
    with pytest.raises(Unreachable):
        adapter.create([a_draft(1)])
    adapter.close()


def test_messages_show_no_secret(stage: JiraStage) -> None:
    stage.weather("status", status=500, times=None, body="{}")
    with pytest.raises(RetryLater) as caught:
        stage.adapter.identity()
    assert stage.sandbox.access.token not in str(caught.value)
    assert "GET myself" in str(caught.value)
