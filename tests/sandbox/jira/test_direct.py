"""The direct adapter: the same rules without HTTP, with weather, lag and a meter."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.errors import AccessLost, Gone, NotThere, Rejected, RetryLater
from connector.sandbox.faults import Fault, Faults
from connector.sandbox.jira import DirectJira
from connector.sandbox.jira.seed import make_issues, seed
from connector.values import (
    CommentDraft,
    Done,
    Draft,
    Move,
    NotSent,
    Patch,
    Refused,
    RemoteLink,
    Unclear,
)
from tests.support.jira_site import START, Site


class Stage:
    """A site, its weather and the adapter."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.world = site.sandbox.world
        self.faults = Faults()
        self.jira = DirectJira(site.sandbox, faults=self.faults)

    def create(self, **fields: object) -> str:
        """One story; its key."""
        row = {"summary": "s", "labels": ("tandem-1",), **fields}
        [done] = self.jira.create([Draft("OPS", "Story", "tandem-1", row)])  # type: ignore[arg-type]
        assert isinstance(done, Done)
        return done.key

    def found(self) -> bool:
        """Whether the mark is in the index."""
        return bool(self.jira.find("OPS", ["tandem-1"]))


@pytest.fixture(params=["cloud", "dc"])
def stage(request: pytest.FixtureRequest) -> Stage:
    return Stage(Site(request.param))


def test_a_draft_takes_everything_along(stage: Stage) -> None:
    epic = stage.site.hands().create("OPS", "Epic", "E")
    note = CommentDraft("OPS", "", "comment", "hello [r]", "r")
    draft = Draft(
        "OPS",
        "Story",
        "tandem-1",
        {"summary": "s", "labels": ("tandem-1",), "priority": "High", "parent": epic.id},
        {"tandem": {"a": 1}},
        ("Selected for Development",),
        (note,),
    )
    bad = Draft("OPS", "Story", "m", {"summary": "s", "nonsense": 1})
    lost = Draft("OPS", "Saga", "m", {"summary": "s"})
    done, refused, nowhere = stage.jira.create([draft, bad, lost])
    assert isinstance(done, Done)
    assert isinstance(refused, Refused)
    assert refused.error.field == "nonsense"
    assert isinstance(nowhere, NotSent)
    assert isinstance(nowhere.error, NotThere)
    names = ("status", "priority", "parent", "labels", "status_category", "nothing")
    record = stage.jira.read("OPS", [done.key], names)[done.key]
    assert dict(record.fields) == {
        "status": "Selected for Development",
        "priority": "High",
        "parent": epic.id,
        "labels": ("tandem-1",),
        "status_category": "new",
    }
    assert [row.body for row in stage.jira.comments("OPS", [done.key])] == ["hello [r]"]
    assert stage.jira.meter.totals()["write"] == 1


def test_search_lags_and_reads_do_not(stage: Stage) -> None:
    stage.site.sandbox.index.lag = 60
    key = stage.create()
    [stream] = stage.jira.streams(["OPS"])
    assert stream.name == "project:OPS"
    assert not stage.found()
    assert [page.sightings for page in stage.jira.changed(stream, START)] == [()]
    assert stage.jira.in_scope("OPS", "labels = tandem-1", [key, "999"]) == {key}
    record = stage.jira.read("OPS", [key], ["summary"])[key]
    stage.site.clock.advance(61)
    assert stage.found()
    [page] = stage.jira.changed(stream, record.updated)
    assert [(row.key, row.version) for row in page.sightings] == [(key, record.version)]
    assert page.started == stage.jira.server_now()


def test_a_patch_reads_back_and_stops_at_the_first_refusal(stage: Stage) -> None:
    key = stage.create()
    patch = Patch(
        "OPS", key, {"summary": "t"}, {"labels": ("b",)}, {"labels": ("tandem-1",)}, {"p": 1}
    )
    [done] = stage.jira.patch([patch], ["labels", "summary"])
    assert isinstance(done, Done)
    assert done.record is not None
    assert dict(done.record.fields) == {"labels": ("b",), "summary": "t"}
    assert stage.world.issues[key].properties == {"p": 1}
    bad, gone = stage.jira.patch(
        [Patch("OPS", key, {"duedate": "soon"}), Patch("OPS", "999", {"summary": "x"})], []
    )
    assert isinstance(bad, Refused)
    assert bad.error.field == "duedate"
    assert isinstance(gone, NotSent)
    assert isinstance(gone.error, Gone)


def test_a_move_walks_and_answers_the_screen(stage: Stage) -> None:
    key = stage.create()
    [refused] = stage.jira.move([Move("OPS", key, "status", ("Done",))], [])
    assert isinstance(refused, Refused)
    assert refused.error.field == "resolution"
    assert "Finish -> Done" in refused.error.offered
    move = Move("OPS", key, "status", ("Nix", "category:done"), {"resolution": "Duplicate"})
    [done] = stage.jira.move([move], ["status", "resolution"])
    assert isinstance(done, Done)
    assert done.record is not None
    assert dict(done.record.fields) == {"status": "Done", "resolution": "Duplicate"}
    [again] = stage.jira.move([move], ["status"])
    assert isinstance(again, Done)
    assert again.hops == ()
    [nowhere] = stage.jira.move([Move("OPS", key, "status", ("Nix",))], [])
    assert isinstance(nowhere, Refused)
    assert sorted(nowhere.error.offered) == ["Reopen -> Backlog", "Reopen -> In Progress"]


@pytest.mark.parametrize(("kind", "there"), [("drop_before", False), ("drop_after", True)])
def test_a_lost_reply_is_unclear_either_way(stage: Stage, kind: str, there: bool) -> None:
    stage.faults.add(Fault(kind, method="POST"))
    [result] = stage.jira.create(
        [Draft("OPS", "Story", "tandem-1", {"summary": "s", "labels": ("tandem-1",)})]
    )
    assert isinstance(result, Unclear)
    assert stage.found() is there


def test_a_late_write_happens_later(stage: Stage) -> None:
    key = stage.create()
    stage.faults.add(Fault("late", method="POST", path="/comment", seconds=30))
    drafts = [CommentDraft("OPS", key, "comment", f"{n}", f"{n}") for n in range(2)]
    first, second = stage.jira.comment(drafts)
    assert isinstance(first, Unclear)
    assert isinstance(second, NotSent)
    assert stage.jira.comments("OPS", [key]) == ()
    stage.site.clock.advance(31)
    after_a_restart = DirectJira(stage.site.sandbox, faults=stage.faults)
    assert [row.body for row in after_a_restart.comments("OPS", [key])] == ["0"]


def test_reads_fail_as_the_weather_says(stage: Stage) -> None:
    stage.faults.add(Fault("status", status=503, retry_after="7", times=None))
    with pytest.raises(RetryLater) as trouble:
        stage.found()
    assert trouble.value.after == 7
    stage.site.sandbox.access.revoked = True
    with pytest.raises(AccessLost):
        stage.found()
    with pytest.raises(AccessLost):
        stage.jira.create([])


def test_scopes_are_queries_and_projects_must_exist(stage: Stage) -> None:
    key = stage.create()
    pages = stage.jira.listed("OPS", "labels = tandem-1 OR type = Epic", ["summary"])
    assert [row.key for page in pages for row in page] == [key]
    with pytest.raises(Rejected, match="model"):
        list(stage.jira.listed("OPS", "sprint = 4", []))
    with pytest.raises(Rejected):
        list(stage.jira.listed("OPS", "labels = a) OR (project = DESK", []))
    with pytest.raises(NotThere):
        list(stage.jira.listed("NOPE", "", []))
    with pytest.raises(NotThere):
        stage.jira.kinds("NOPE")


def test_hidden_issues_are_gone_for_us(stage: Stage) -> None:
    key = stage.create()
    stage.site.hands().hide(key)
    assert stage.jira.read("OPS", [key], []) == {}
    assert not stage.found()
    assert isinstance(stage.jira.move([Move("OPS", key, "status", ("Done",))], [])[0], NotSent)


def test_internal_comments_authors_and_decoration(stage: Stage) -> None:
    key = stage.site.hands().create("DESK", "Task", "t").id
    for internal in (True, False):
        stage.jira.comment([CommentDraft("DESK", key, "comment", "c", "r", internal)])
    assert [row.internal for row in stage.jira.comments("DESK", [key])] == [True, False]
    stage.site.clock.advance(60)
    stage.site.hands("olga.petrova").move_to(key, "In Progress")
    told = stage.jira.authorship("DESK", key, "status")
    assert (told.author, told.at) == ("Olga Petrova", START + timedelta(seconds=60))
    assert stage.jira.authorship("DESK", key, "summary").author == "Mei Chen"
    link = RemoteLink(key, "servicenow:1", "http://x.example", "INC1")
    assert [type(row) for row in stage.jira.decorate([link, link])] == [Done, Done]
    assert len(stage.world.writes(kind="remote_link")) == 1
    assert stage.jira.meter.totals()["decoration"] == 2


def test_the_seed_is_the_same_company_every_time(stage: Stage) -> None:
    other = Stage(Site(stage.site.flavour))
    for one in (stage, other):
        seed(one.world)
    assert stage.world.truth() == other.world.truth()
    issues = stage.world.issues.values()
    assert min(issue.created for issue in issues) < START - timedelta(days=55)
    assert max(issue.updated for issue in issues) <= START
    me = stage.world.site.me
    assert stage.world.writes(by=me) == []
    assert len(make_issues(stage.world, 5)) == 5
