"""The Jira adapter, through the real ``jira`` package, against the sandbox in fair weather."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connector.errors import AccessLost, NotThere
from connector.values import CommentDraft, Done, Draft, Move, NotSent, Patch, Refused, RemoteLink
from tests.support.jira import JiraStage, a_draft

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(params=["cloud", "dc"])
def stage(request: pytest.FixtureRequest) -> JiraStage:
    return JiraStage(request.param)


@pytest.fixture
def cloud() -> JiraStage:
    return JiraStage("cloud")


@pytest.fixture
def data_center() -> JiraStage:
    return JiraStage("dc")


def test_we_learn_who_we_are(stage: JiraStage) -> None:
    identity = stage.adapter.identity()
    assert identity.key == stage.sandbox.world.site.me
    assert identity.host == "sandbox.test"
    assert identity.flavour == stage.flavour
    assert identity.server_now == stage.clock.now()


def test_a_create_carries_mark_and_property(stage: JiraStage) -> None:
    [key] = stage.created(a_draft(1, properties={"tandem": {"servicenow": {"number": "INC1"}}}))
    issue = stage.issue(key)
    assert issue.fields["labels"] == ("tandem-1",)
    assert issue.properties["tandem"] == {"servicenow": {"number": "INC1"}}


def test_many_creates_cost_far_fewer_requests_and_keep_their_order(stage: JiraStage) -> None:
    stage.created(a_draft(0))
    before = stage.writes()
    results = stage.adapter.create([a_draft(n) for n in range(1, 121)])
    assert stage.writes() - before == 3
    labels = [stage.issue(r.key).fields["labels"] for r in results if isinstance(r, Done)]
    assert labels == [(f"tandem-{n}",) for n in range(1, 121)]


def test_one_bad_draft_does_not_hide_its_neighbours(stage: JiraStage) -> None:
    drafts = [a_draft(1), a_draft(2, summary="x" * 300), a_draft(3)]
    first, second, third = stage.adapter.create(drafts)
    assert isinstance(first, Done)
    assert isinstance(third, Done)
    assert isinstance(second, Refused)
    assert second.error.field == "summary"
    assert stage.issue(third.key).fields["labels"] == ("tandem-3",)


def test_when_all_drafts_are_bad_each_is_told_why(stage: JiraStage) -> None:
    results = stage.adapter.create([a_draft(n, summary="x" * 300) for n in range(3)])
    assert [type(r) for r in results] == [Refused] * 3


def test_unknown_kind_project_field_and_value_are_named(stage: JiraStage) -> None:
    kind, project, name, value = stage.adapter.create(
        [
            a_draft(1, kind="Saga"),
            a_draft(2, container="NOPE"),
            a_draft(3, nonsense="x"),
            a_draft(4, priority="Galactic"),
        ]
    )
    assert isinstance(kind, NotSent)
    assert isinstance(kind.error, NotThere)
    assert "Story" in str(kind.error)
    assert isinstance(project, NotSent)
    assert isinstance(project.error, NotThere)
    assert isinstance(name, Refused)
    assert name.error.field == "nonsense"
    assert isinstance(value, Refused)
    assert "Highest" in str(value.error)
    assert not stage.sandbox.world.issues


def test_a_status_rides_once_the_workflow_is_known(stage: JiraStage) -> None:
    targets = ("Selected for Development",)
    keys = stage.created(*[a_draft(n, targets=targets) for n in range(5)])
    records = stage.adapter.read("OPS", keys, ["status"])
    statuses = [records[key].fields["status"] for key in keys]
    assert statuses == ["Backlog", *["Selected for Development"] * 4]


def test_an_outdated_ride_does_not_cost_the_record(stage: JiraStage) -> None:
    targets = ("Selected for Development",)
    stage.created(*[a_draft(n, targets=targets) for n in range(2)])
    for name, text in list(stage.memory.items()):
        if ":workflow:" in name:
            stage.memory.put(name, text.replace('"id": "11"', '"id": "999"'))
    keys = stage.created(*[a_draft(n, targets=targets) for n in range(2, 5)])
    assert len(stage.sandbox.world.issues) == 5
    assert {stage.issue(key).fields["labels"][0] for key in keys} == {
        "tandem-2",
        "tandem-3",
        "tandem-4",
    }


def test_first_comments_ride_where_the_screen_has_them(stage: JiraStage) -> None:
    notes = tuple(CommentDraft("OPS", "", "comment", f"note {n} [r{n}]", f"r{n}") for n in (1, 2))
    [key] = stage.created(a_draft(1, comments=notes))
    assert [c.body for c in stage.adapter.comments("OPS", [key])] == ["note 1 [r1]", "note 2 [r2]"]
    assert stage.writes() == 1


def test_comments_never_ride_where_customers_read(stage: JiraStage) -> None:
    note = CommentDraft("DESK", "", "comment", "secret [r1]", "r1")
    [key] = stage.created(a_draft(1, container="DESK", kind="Task", comments=(note,)))
    assert stage.adapter.comments("DESK", [key]) == ()


def test_a_story_hangs_on_its_epic_and_can_be_rehung(stage: JiraStage) -> None:
    epics = stage.created(*[a_draft(n, kind="Epic") for n in (1, 2)])
    [story] = stage.created(a_draft(3, parent=epics[0]))
    assert stage.field(story, "parent") == epics[0]
    [done] = stage.adapter.patch([Patch("OPS", story, {"parent": epics[1]})], ["parent"])
    assert isinstance(done, Done)
    assert done.record is not None
    assert done.record.fields == {"parent": epics[1]}
    stage.adapter.patch([Patch("OPS", story, {"parent": None})], ["parent"])
    assert stage.field(story, "parent") is None


def test_labels_are_added_and_removed_beside_peoples_own(stage: JiraStage) -> None:
    [key] = stage.created(a_draft(1))
    stage.adapter.patch([Patch("OPS", key, add={"labels": ("people",)})], [])
    patch = Patch("OPS", key, add={"labels": ("ours",)}, remove={"labels": ("tandem-1",)})
    [done] = stage.adapter.patch([patch], ["labels"])
    assert isinstance(done, Done)
    assert done.record is not None
    assert done.record.fields["labels"] == ("ours", "people")


def test_one_bad_patch_does_not_hide_its_neighbours(stage: JiraStage) -> None:
    one, two = stage.created(a_draft(1), a_draft(2))
    good, bad, gone = stage.adapter.patch(
        [
            Patch("OPS", one, {"summary": "better"}, properties={"tandem": {"v": 2}}),
            Patch("OPS", two, {"duedate": "someday"}),
            Patch("OPS", "999999", {"summary": "x"}),
        ],
        ["summary"],
    )
    assert isinstance(good, Done)
    assert stage.issue(one).properties["tandem"] == {"v": 2}
    assert isinstance(bad, Refused)
    assert bad.error.field == "duedate"
    assert isinstance(gone, NotSent)


def test_a_walk_takes_every_hop_and_fills_the_last_screen(stage: JiraStage) -> None:
    [key] = stage.created(a_draft(1))
    move = Move("OPS", key, "status", ("Done", "category:done"), {"resolution": "done"})
    [done] = stage.adapter.move([move], ["status", "resolution"])
    assert isinstance(done, Done)
    assert [hop.split(" -> ")[1] for hop in done.hops] == [
        "Selected for Development",
        "In Progress",
        "In Review",
        "Done",
    ]
    assert done.record is not None
    assert done.record.fields == {"status": "Done", "resolution": "Done"}


def test_the_way_is_learned_from_issues_that_stand_there(stage: JiraStage) -> None:
    keys = stage.created(*[a_draft(n, container="DESK", kind="Task") for n in range(3)])
    resolution = {"resolution": "Done"}
    for key, status in zip(keys, ("Resolved", "In Progress"), strict=False):
        stage.adapter.move([Move("DESK", key, "status", (status,), resolution)], [])
    for name in [name for name in stage.memory if ":workflow:" in name]:
        del stage.memory[name]
    [closed] = stage.adapter.move([Move("DESK", keys[2], "status", ("Closed",), resolution)], [])
    assert isinstance(closed, Done)
    assert closed.hops == ("Resolve -> Resolved", "Close -> Closed")


def test_a_missing_resolution_is_named_with_its_values(stage: JiraStage) -> None:
    [key] = stage.created(a_draft(1))
    [refused] = stage.adapter.move([Move("OPS", key, "status", ("Done",))], ["status"])
    assert isinstance(refused, Refused)
    assert refused.error.field == "resolution"
    assert "Duplicate" in str(refused.error)
    assert refused.error.offered


def test_a_status_that_does_not_exist_moves_nothing(stage: JiraStage) -> None:
    [key] = stage.created(a_draft(1))
    [refused] = stage.adapter.move([Move("OPS", key, "status", ("Elsewhere",))], ["status"])
    assert isinstance(refused, Refused)
    assert refused.error.offered == ("Select -> Selected for Development",)
    assert stage.field(key, "status") == "Backlog"


def test_a_category_is_enough_where_the_name_is_missing(stage: JiraStage) -> None:
    [key] = stage.created(a_draft(1, container="TEAM"))
    [done] = stage.adapter.move([Move("TEAM", key, "status", ("Nix", "category:done"))], ["status"])
    assert isinstance(done, Done)
    assert done.record is not None
    assert done.record.fields["status"] == "Done"


def test_being_there_already_writes_nothing(stage: JiraStage) -> None:
    [key] = stage.created(a_draft(1))
    before = stage.writes()
    [done] = stage.adapter.move([Move("OPS", key, "status", ("backlog",))], ["status"])
    assert isinstance(done, Done)
    assert done.hops == ()
    assert stage.writes() == before


def test_changes_arrive_once_in_ascending_order(stage: JiraStage) -> None:
    stage.sandbox.settings.dc_page_cap = 7
    stage.sandbox.settings.page_cap = 7
    keys = stage.created(*[a_draft(n) for n in range(30)])
    rows = [row for page in stage.pages(START) for row in page.sightings]
    assert sorted(row.key for row in rows) == sorted(keys)
    assert [row.at for row in rows] == sorted(row.at for row in rows)


def test_empty_pages_are_not_the_end(cloud: JiraStage) -> None:
    cloud.sandbox.settings.page_cap = 2
    cloud.sandbox.settings.short_pages = 0.9
    keys = cloud.created(*[a_draft(n) for n in range(20)])
    pages = [[row.key for row in page.sightings] for page in cloud.pages(START)]
    assert [] in pages[:-1]
    assert {key for page in pages for key in page} == set(keys)


def test_rows_that_move_while_paging_hide_no_others(data_center: JiraStage) -> None:
    data_center.sandbox.settings.dc_page_cap = 5
    keys = []
    for number in range(12):
        keys += data_center.created(a_draft(number))
        data_center.clock.advance(1)
    pages = data_center.pages(START)
    seen = [row.key for row in next(pages).sightings]
    data_center.adapter.patch([Patch("OPS", seen[0], {"summary": "edited meanwhile"})], [])
    later = [row.key for page in pages for row in page.sightings]
    assert set(seen + later) == set(keys)
    assert later[-1] == seen[0]


def test_the_feed_is_inclusive_to_the_millisecond(stage: JiraStage) -> None:
    [key] = stage.created(a_draft(1))
    stage.clock.advance(10)
    record = stage.adapter.read("OPS", [key], [])[key]
    assert [row.version for page in stage.pages(record.updated) for row in page.sightings] == [
        record.version
    ]
    later = record.updated + timedelta(milliseconds=1)
    assert [page.sightings for page in stage.pages(later)] == [()]


def test_a_fresh_process_with_nothing_to_do_asks_once(stage: JiraStage) -> None:
    stage.created(*[a_draft(n) for n in range(60)])
    again = stage.restarted()
    assert sum(len(page.sightings) for page in again.pages(START)) == 60
    assert again.adapter.meter.totals() == {"read": 1, "write": 0, "decoration": 0}


def test_listing_pages_over_everything_the_scope_selects(stage: JiraStage) -> None:
    stage.sandbox.settings.dc_page_cap = 7
    stage.sandbox.settings.page_cap = 7
    keys = stage.created(*[a_draft(n) for n in range(30)])
    rows = [row for page in stage.adapter.listed("OPS", "", ["summary"]) for row in page]
    assert [row.key for row in rows] == sorted(keys, key=int)
    scope = "labels = tandem-3 OR labels = tandem-4"
    picked = [row for page in stage.adapter.listed("OPS", scope, ["labels"]) for row in page]
    assert [row.fields["labels"] for row in picked] == [("tandem-3",), ("tandem-4",)]
    with pytest.raises(NotThere):
        list(stage.adapter.listed("NOPE", "", []))


def test_scope_is_asked_past_the_lagging_index(cloud: JiraStage) -> None:
    keys = cloud.created(*[a_draft(n) for n in range(60)])
    cloud.sandbox.index.lag = 600
    cloud.adapter.patch([Patch("OPS", keys[0], add={"labels": ("wanted",)})], [])
    assert cloud.adapter.in_scope("OPS", "labels = wanted", keys) == {keys[0]}


def test_scope_of_unknown_ids_is_empty(stage: JiraStage) -> None:
    [key] = stage.created(a_draft(1))
    assert stage.adapter.in_scope("OPS", "", [key, "999999"]) == {key}
    assert stage.adapter.in_scope("OPS", "", ["999998", "999999"]) == frozenset()


@pytest.mark.parametrize("fresh", [False, True])
def test_reads_leave_out_what_is_hidden(stage: JiraStage, fresh: bool) -> None:
    keys = stage.created(*[a_draft(n) for n in range(6)])
    stage.sandbox.world.hidden.add(keys[2])
    found = stage.adapter.read("OPS", [*keys, "999999"], ["summary"], fresh=fresh)
    assert sorted(found) == sorted(set(keys) - {keys[2]})
    assert found[keys[0]].fields == {"summary": "issue 0"}


def test_custom_fields_go_by_display_name(stage: JiraStage) -> None:
    [key] = stage.created(
        a_draft(1, **{"Affected service": "Mail", "Incidents 7 days": 3, "Incident trend": "Flat"})
    )
    names = ["Affected service", "incidents 7 days", "customfield_10055"]
    assert dict(stage.adapter.read("OPS", [key], names)[key].fields) == {
        "Affected service": "Mail",
        "incidents 7 days": 3.0,
        "customfield_10055": "Flat",
    }


def test_marks_are_found_whatever_their_case(stage: JiraStage) -> None:
    keys = stage.created(a_draft(1), a_draft(2))
    found = stage.adapter.find("OPS", ["TANDEM-1", "tandem-2", "tandem-3"])
    assert {mark: rows[0].key for mark, rows in found.items()} == {
        "TANDEM-1": keys[0],
        "tandem-2": keys[1],
    }


def test_comments_are_in_order_and_hidden_from_customers(stage: JiraStage) -> None:
    keys = stage.created(*[a_draft(n, container="DESK", kind="Task") for n in (1, 2)])
    drafts = [
        CommentDraft("DESK", keys[n % 2], "comment", f"{n} [r{n}]", f"r{n}", internal=n != 3)
        for n in range(6)
    ]
    assert all(isinstance(r, Done) for r in stage.adapter.comment(drafts))
    rows = stage.adapter.comments("DESK", keys)
    assert [row.body[0] for row in rows if row.key == keys[0]] == ["0", "2", "4"]
    assert [row.body[0] for row in rows if row.key == keys[1]] == ["1", "3", "5"]
    assert [row.body[0] for row in rows if not row.internal] == ["3"]


def test_more_comments_than_a_page_holds(stage: JiraStage) -> None:
    stage.sandbox.limits.per_issue = False
    [key] = stage.created(a_draft(1))
    drafts = [CommentDraft("OPS", key, "comment", f"{n}", f"r{n}") for n in range(130)]
    stage.adapter.comment(drafts)
    assert [row.body for row in stage.adapter.comments("OPS", [key])] == [
        str(n) for n in range(130)
    ]


def test_decoration_is_one_request_and_repeatable(stage: JiraStage) -> None:
    [key] = stage.created(a_draft(1))
    link = RemoteLink(key, "servicenow:abc", "https://sn.example/x", "INC0010001")
    assert [type(r) for r in stage.adapter.decorate([link, link])] == [Done, Done]
    assert len(stage.issue(key).remote) == 1
    assert stage.adapter.meter.totals()["decoration"] == 2


def test_people_are_found_by_exact_address_and_by_key(stage: JiraStage) -> None:
    me = stage.sandbox.world.users[stage.sandbox.world.site.me]
    [found] = stage.adapter.people(emails=[me.email.upper()])
    assert (found.key, found.email) == (me.key, me.email)
    assert stage.adapter.people(emails=["tandem@example.co"]) == ()
    assert [p.name for p in stage.adapter.people(keys=[me.key, "nobody"])] == [me.name]


def test_authorship_follows_the_changelog(stage: JiraStage) -> None:
    [key] = stage.created(a_draft(1))
    stage.clock.advance(60)
    stage.adapter.patch([Patch("OPS", key, {"summary": "new"})], [])
    changed = stage.adapter.authorship("OPS", key, "summary")
    assert (changed.author, changed.at) == ("Tandem Integration", stage.clock.now())
    assert stage.adapter.authorship("OPS", key, "priority").at < changed.at


def test_kinds_tell_levels_statuses_and_what_can_be_created(stage: JiraStage) -> None:
    kinds = {kind.name: kind for kind in stage.adapter.kinds("OPS")}
    assert (kinds["Epic"].level, kinds["Story"].level) == (1, 0)
    assert "Done" in [choice.value for choice in kinds["Story"].statuses]
    assert {"priority", "parent", "labels"} <= stage.adapter.creatable("OPS", "Story")
    with pytest.raises(NotThere):
        stage.adapter.kinds("NOPE")


def test_a_team_managed_project_has_its_own_types(cloud: JiraStage) -> None:
    assert "priority" not in cloud.adapter.creatable("TEAM", "Story")
    epic, story = cloud.created(
        a_draft(1, container="TEAM", kind="Epic"), a_draft(2, container="TEAM")
    )
    cloud.adapter.patch([Patch("TEAM", story, {"parent": epic})], [])
    assert cloud.field(story, "parent") == epic


def test_a_dead_token_is_seen_although_search_says_200(cloud: JiraStage) -> None:
    cloud.created(a_draft(1))
    cloud.sandbox.access.revoked = True
    with pytest.raises(AccessLost, match="token"):
        list(cloud.pages(START))
    with pytest.raises(AccessLost):
        cloud.adapter.create([a_draft(2)])


def test_a_wrong_password_on_data_center(data_center: JiraStage) -> None:
    data_center.sandbox.access.token = "changed"
    with pytest.raises(AccessLost):
        data_center.adapter.identity()


def test_drafts_and_records_survive_a_move_between_projects(stage: JiraStage) -> None:
    [key] = stage.created(a_draft(1))
    stage.moved(key, "TEAM")
    record = stage.adapter.read("OPS", [key], ["summary"])[key]
    assert record.container == "TEAM"
    assert [row.key for row in stage.adapter.find("OPS", ["tandem-1"])["tandem-1"]] == [key]


def test_an_unbalanced_draft_type_is_not_guessed(stage: JiraStage) -> None:
    [refused] = stage.adapter.create(
        [Draft("OPS", "Story", "m", {"summary": "x", "status": "Done"})]
    )
    assert isinstance(refused, Refused)
    assert refused.error.field == "status"
