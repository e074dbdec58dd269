"""The ServiceNow adapter, through the real ``pysnow``, against the sandbox in fair weather."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from connector.errors import AccessLost, Gone, NotThere, Rejected
from connector.sandbox.servicenow.change_rules import approve
from connector.sandbox.servicenow.knobs import SYSTEM
from connector.values import (
    CommentDraft,
    Done,
    Draft,
    Move,
    NotSent,
    Patch,
    Refused,
    RemoteLink,
)
from tests.support.servicenow import CLOSING, LONG_AGO, START, ServiceNowStage, a_draft, kinds


@pytest.fixture
def stage() -> ServiceNowStage:
    return ServiceNowStage()


def a_note(key: str, number: int, lane: str = "work_notes") -> CommentDraft:
    return CommentDraft("incident", key, lane, f"note {number} [r{number}]", f"[r{number}]")


# ---- who we are


def test_an_account_that_may_not_see_itself_is_told_what_to_give(stage: ServiceNowStage) -> None:
    stage.world.knobs.hidden_rows.add(stage.world.user_id("tandem"))
    with pytest.raises(AccessLost, match=r"own user tandem.*read rights on sys_user"):
        stage.adapter.identity()


def test_a_closed_sys_user_is_named(stage: ServiceNowStage) -> None:
    stage.world.knobs.denied_tables.add("sys_user")
    with pytest.raises(AccessLost, match=r"GET /api/now/table/sys_user.*read rights"):
        stage.adapter.identity()


def test_the_clock_is_the_instances(stage: ServiceNowStage) -> None:
    assert stage.adapter.server_now() == START
    stage.clock.advance(90)
    assert stage.adapter.server_now() == START
    stage.seen()
    assert stage.adapter.server_now() == START + timedelta(seconds=90)


# ---- reading


def test_records_are_read_by_key_and_what_is_hidden_is_absent(stage: ServiceNowStage) -> None:
    keys = [stage.opened(impact="1", urgency="2") for _ in range(3)]
    stage.world.knobs.hidden_rows.add(keys[1])
    found = stage.adapter.read("incident", [*keys, "0" * 32], ["priority", "u_nonsense"])
    assert sorted(found) == sorted([keys[0], keys[2]])
    assert found[keys[0]].fields == {"priority": "2"}
    assert found[keys[0]].created_by == "amira.haddad"


def test_keys_that_no_query_can_hold_are_absent_and_stop_nobody(stage: ServiceNowStage) -> None:
    key = stage.opened()
    odd = ["x^ORnumberISNOTEMPTY", "a,b", "", "javascript:gs.getUserID()", "x\ny"]
    assert list(stage.adapter.read("incident", [*odd, key], [])) == [key]
    assert stage.adapter.in_scope("incident", "", [*odd, key]) == {key}
    assert stage.adapter.comments("incident", [*odd, key]) == ()
    before = len(stage.wire.requests)
    assert stage.adapter.read("incident", odd, []) == {}
    assert len(stage.wire.requests) == before


def test_many_keys_take_few_requests_of_bearable_length(stage: ServiceNowStage) -> None:
    keys = stage.filled(120)
    assert sorted(stage.adapter.read("incident", keys, ["state"])) == keys
    assert len(stage.wire.requests) == 3
    assert max(len(query) for query in stage.queries()) < 1700


def test_marks_are_found_with_all_their_bearers(stage: ServiceNowStage) -> None:
    marks = [f"jira:jira.test:{n}" for n in range(75)]
    keys = {mark: [stage.opened(correlation_id=mark)] for mark in marks}
    keys[marks[3]].append(stage.opened(correlation_id=marks[3]))
    stage.opened(correlation_id="datadog:17")
    found = stage.adapter.find("incident", [*marks, "jira:jira.test:999"])
    assert {mark: {one.key for one in ones} for mark, ones in found.items()} == {
        mark: set(ones) for mark, ones in keys.items()
    }


def test_a_mark_that_a_thousand_clones_carry_is_found_on_all(stage: ServiceNowStage) -> None:
    keys = stage.filled(1100)
    for key in keys:
        stage.row(key)["correlation_id"] = "jira:jira.test:1"
    [clones] = stage.adapter.find("incident", ["jira:jira.test:1"]).values()
    assert sorted(one.key for one in clones) == keys


def test_no_mark_finds_nothing_and_asks_nothing(stage: ServiceNowStage) -> None:
    stage.opened()
    assert stage.adapter.find("incident", []) == {}
    assert stage.adapter.find("incident", ["", "a,b", "a^b"]) == {}
    assert stage.wire.requests == []


@pytest.mark.parametrize(
    "scope", ["active=true", "active=true^ORDERBYDESCnumber", "^active=true^EQ", "priority=5"]
)
def test_a_scope_selects_what_it_lists(stage: ServiceNowStage, scope: str) -> None:
    keys = [stage.opened() for _ in range(3)]
    stage.opened(state="8", impact="1")
    pages = list(stage.adapter.listed("incident", scope, ["state"]))
    assert sorted(one.key for page in pages for one in page) == sorted(keys)
    everything = [row["sys_id"] for row in stage.rows()]
    assert stage.adapter.in_scope("incident", scope, everything) == set(keys)


def test_a_scope_of_many_alternatives_still_fits_into_a_url(stage: ServiceNowStage) -> None:
    keys = stage.filled(100)
    scope = "^NQ".join(f"active=true^priority={n % 5 + 1}" for n in range(8))
    stage.adapter.in_scope("incident", scope, keys)
    assert max(len(query) for query in stage.queries()) < 4000
    asked = [len(query) for query in stage.queries()]
    assert len(asked) > 2


def test_the_feed_tells_each_change_once_and_in_order(stage: ServiceNowStage) -> None:
    keys = []
    for _ in range(3):
        keys.append(stage.opened())
        stage.clock.advance(1)
    seen = stage.seen()
    assert [one.key for one in seen] == keys
    assert [one.at for one in seen] == [START + timedelta(seconds=n) for n in range(3)]
    stage.world.system("incident", keys[0], {"short_description": "Slower mail"})
    [again] = stage.seen(START + timedelta(seconds=3))
    assert again.key == keys[0]
    assert again.version != seen[0].version


def test_an_empty_feed_tells_the_time(stage: ServiceNowStage) -> None:
    [page] = stage.adapter.changed(stage.adapter.streams(["incident"])[0], LONG_AGO)
    assert page.sightings == ()
    assert page.started == START


def test_one_journal_feed_serves_all_tables(stage: ServiceNowStage) -> None:
    *records, journal, files = stage.adapter.streams(["incident", "problem", "incident"])
    assert files.containers == ("incident", "problem")
    assert [one.containers for one in records] == [("incident",), ("problem",)]
    assert journal.containers == ("incident", "problem")
    key = stage.opened()
    stage.adapter.comment([a_note(key, 1)])
    [seen] = stage.seen(stream=1)
    assert (seen.container, seen.key) == ("incident", key)


# ---- writing


def test_a_create_carries_its_mark(stage: ServiceNowStage) -> None:
    [done] = stage.adapter.create([a_draft(1, impact="1", urgency="1", description="a^b\n<c>")])
    assert isinstance(done, Done)
    assert done.label == stage.row(done.key)["number"]
    assert stage.row(done.key)["priority"] == "1"
    assert stage.row(done.key)["correlation_id"] == "jira:jira.test:10001"
    assert done.record is not None
    assert done.record.fields["description"] == "a^b\n<c>"


def test_one_bad_draft_does_not_hide_its_neighbours(stage: ServiceNowStage) -> None:
    first, second, third = stage.adapter.create(
        [a_draft(1), a_draft(2, state="6", close_code="Nonsense", close_notes="x"), a_draft(3)]
    )
    assert isinstance(first, Done)
    assert isinstance(second, Refused)
    assert second.error.field == "Resolution code"
    assert isinstance(third, Done)
    assert stage.row(third.key)["short_description"] == "incident 3"


def test_an_unknown_table_is_named(stage: ServiceNowStage) -> None:
    [result] = stage.adapter.create([Draft("x_nope", "x_nope", "m", {"a": "b"})])
    assert isinstance(result, NotSent)
    assert isinstance(result.error, NotThere)
    assert "x_nope" in str(result.error)


def test_an_edit_shows_what_was_stored_and_not_what_was_sent(stage: ServiceNowStage) -> None:
    key = stage.opened()
    stage.world.knobs.locked_fields.add("incident.category")
    patch = Patch("incident", key, {"short_description": "y" * 500, "category": "network"})
    [done] = stage.adapter.patch([patch], ["short_description", "category"])
    assert isinstance(done, Done)
    assert done.record is not None
    assert done.record.fields["short_description"] == stage.row(key)["short_description"]
    assert len(str(done.record.fields["short_description"])) < 500
    assert done.record.fields["category"] != "network"


def test_an_edit_that_changes_nothing_leaves_the_version(stage: ServiceNowStage) -> None:
    key = stage.opened()
    before = stage.record(key).version
    stage.clock.advance(5)
    stage.adapter.patch([Patch("incident", key, {"short_description": "Slow mail"})], [])
    assert stage.record(key).version == before


def test_empty_means_emptied(stage: ServiceNowStage) -> None:
    key = stage.opened(description="old")
    stage.adapter.patch([Patch("incident", key, {"description": None})], [])
    assert stage.record(key, "description").fields == {"description": None}


def test_an_edit_of_what_is_gone_is_no_edit(stage: ServiceNowStage) -> None:
    patch = Patch("incident", "0" * 32, {"state": "2"})
    [result] = stage.adapter.patch([patch], [])
    assert isinstance(result, NotSent)
    assert isinstance(result.error, Gone)
    assert kinds(stage.adapter.patch([patch, patch], [])) == ["NotSent", "NotSent"]


def test_a_hundred_edits_are_three_requests(stage: ServiceNowStage) -> None:
    keys = stage.filled(100)
    patches = [Patch("incident", key, {"short_description": f"n {key}"}) for key in keys]
    results = stage.adapter.patch(patches, ["short_description"])
    assert [getattr(result, "key", "") for result in results] == keys
    assert stage.adapter.meter.totals()["write"] == 3
    assert all(stage.row(key)["short_description"] == f"n {key}" for key in keys)


def test_no_edits_are_no_request(stage: ServiceNowStage) -> None:
    assert stage.adapter.patch([], []) == []
    assert stage.adapter.create([]) == []
    assert stage.adapter.comment([]) == []
    assert stage.adapter.comments("incident", []) == ()
    assert stage.wire.requests == []


def test_servicenow_takes_no_remote_links(stage: ServiceNowStage) -> None:
    with pytest.raises(Rejected):
        stage.adapter.decorate([RemoteLink("k", "g", "u", "t")])


# ---- moving


def test_an_incident_is_resolved_with_code_and_notes(stage: ServiceNowStage) -> None:
    key = stage.opened()
    done = stage.adapter.move([Move("incident", key, "state", ("6",), CLOSING)], ["close_code"])[0]
    assert isinstance(done, Done)
    assert done.hops == ("6",)
    assert done.record is not None
    assert done.record.fields == {"state": "6", "close_code": "Solution provided"}
    assert stage.row(key)["close_notes"] == "Restarted it."


def test_without_notes_it_is_not_resolved(stage: ServiceNowStage) -> None:
    key = stage.opened()
    result = stage.adapter.move([Move("incident", key, "state", ("6",))], [])[0]
    assert isinstance(result, Refused)
    assert result.error.field == "Resolution code, Resolution notes"
    assert stage.row(key)["state"] == "1"


def test_an_unknown_close_code_counts_as_none(stage: ServiceNowStage) -> None:
    key = stage.opened()
    fields = {**CLOSING, "close_code": "Solved by magic"}
    result = stage.adapter.move([Move("incident", key, "state", ("6",), fields)], [])[0]
    assert isinstance(result, Refused)
    assert result.error.field == "Resolution code"
    assert stage.row(key)["state"] == "1"


def test_closing_needs_more_rights_than_resolving(stage: ServiceNowStage) -> None:
    key = stage.opened()
    stage.world.roles["tandem"] -= {"admin", "itil_admin"}
    result = stage.adapter.move([Move("incident", key, "state", ("7",), CLOSING)], [])[0]
    assert isinstance(result, Refused)
    assert "ACL Exception" in str(result.error)
    done = stage.adapter.move([Move("incident", key, "state", ("6",), CLOSING)], [])[0]
    assert isinstance(done, Done)


def test_who_stands_there_already_is_not_moved(stage: ServiceNowStage) -> None:
    key = stage.opened(state="2")
    done = stage.adapter.move([Move("incident", key, "state", ("1", "2"))], [])[0]
    assert isinstance(done, Done)
    assert done.hops == ()
    assert stage.adapter.meter.totals()["write"] == 0


def test_what_is_gone_is_not_moved(stage: ServiceNowStage) -> None:
    result = stage.adapter.move([Move("incident", "0" * 32, "state", ("2",))], [])[0]
    assert isinstance(result, NotSent)
    assert isinstance(result.error, Gone)


def test_a_problem_that_silently_stays_is_refused_with_the_way_out(stage: ServiceNowStage) -> None:
    key = stage.opened("problem", assigned_to=stage.world.user_id("jonas.weber"))
    result = stage.adapter.move([Move("problem", key, "state", ("102",))], [])[0]
    assert isinstance(result, Refused)
    assert "kept state as it was" in str(result.error)
    assert "move it in ServiceNow" in result.error.remedy
    assert stage.row(key)["state"] == "101"


def test_where_rest_moves_problems_they_move(stage: ServiceNowStage) -> None:
    stage.world.knobs.problem_state = "stepwise"
    key = stage.opened("problem", assigned_to=stage.world.user_id("jonas.weber"))
    done = stage.adapter.move([Move("problem", key, "state", ("102",))], [])[0]
    assert isinstance(done, Done)
    assert stage.row(key)["state"] == "102"


def test_a_change_goes_to_what_its_model_offers(stage: ServiceNowStage) -> None:
    key = stage.opened("change_request", type="normal")
    move = Move("change_request", key, "state", ("-2", "-4"))
    done = stage.adapter.move([move], [])[0]
    assert isinstance(done, Done)
    assert done.hops == ("-4",)
    assert stage.row(key)["state"] == "-4"


def test_what_only_approvals_move_is_refused_with_the_offers(stage: ServiceNowStage) -> None:
    key = stage.opened("change_request", type="normal")
    stage.adapter.move([Move("change_request", key, "state", ("-4",))], [])[0]
    writes = stage.adapter.meter.totals()["write"]
    result = stage.adapter.move([Move("change_request", key, "state", ("-2",))], [])[0]
    assert isinstance(result, Refused)
    assert "New (-5)" in result.error.offered
    assert not any("(-2)" in offer for offer in result.error.offered)
    assert stage.adapter.meter.totals()["write"] == writes
    approve(stage.world, key)
    approve(stage.world, key)
    assert stage.row(key)["state"] == "-2"


def test_a_refused_step_of_a_change_tells_what_was_offered(stage: ServiceNowStage) -> None:
    detail = "Data Policy Exception: The following fields are mandatory: Review notes"
    error = {"message": "Operation Failed", "detail": detail}
    body = json.dumps({"error": error, "status": "failure"})
    stage.weather("status", status=403, body=body, method="PATCH", path="/table/change_request/")
    key = stage.opened("change_request", type="standard", state="0")
    move = Move("change_request", key, "state", ("3",), {"close_code": "x", "close_notes": "y"})
    result = stage.adapter.move([move], [])[0]
    assert isinstance(result, Refused)
    assert "mandatory" in str(result.error)
    assert "Closed (3)" in result.error.offered


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "Requested URI does not represent any resource"),
        (404, "Requested URI does not represent any resource"),
        (403, "User Not Authorized"),
        (405, "Method not supported"),
    ],
)
def test_without_the_change_api_the_table_decides(
    stage: ServiceNowStage, status: int, words: str
) -> None:
    body = json.dumps({"error": {"message": words, "detail": None}, "status": "failure"})
    stage.weather("status", status=status, body=body, path="/nextstates", times=None)
    key = stage.opened("change_request", type="normal")
    assert kinds([stage.adapter.move([Move("change_request", key, "state", ("-4",))], [])[0]]) == [
        "Done"
    ]
    result = stage.adapter.move([Move("change_request", key, "state", ("0",))], [])[0]
    assert isinstance(result, Refused)
    assert "Check State Transition" in str(result.error)


# ---- journals


def test_notes_of_one_record_are_written_in_order_and_seconds_apart(
    stage: ServiceNowStage,
) -> None:
    one, two = stage.opened(), stage.opened()
    drafts = [a_note(one, 1), a_note(two, 2), a_note(one, 3), a_note(one, 4, "comments")]
    results = stage.adapter.comment(drafts)
    assert kinds(results) == ["Done"] * 4
    assert stage.notes(one) == [drafts[0].body, drafts[2].body, drafts[3].body]
    stamps = [row["sys_created_on"] for row in stage.world.true_notes(one)]
    assert len(set(stamps)) == 3
    read = stage.adapter.comments("incident", [two, one])
    assert [row.id for row in read if row.key == one] == [
        getattr(results[place], "key", "") for place in (0, 2, 3)
    ]
    assert [row.internal for row in read if row.key == one] == [True, True, False]


def test_notes_for_many_records_are_one_request(stage: ServiceNowStage) -> None:
    keys = stage.filled(30)
    assert kinds(stage.adapter.comment([a_note(key, 1) for key in keys])) == ["Done"] * 30
    assert stage.adapter.meter.totals()["write"] == 1
    assert stage.slept == []


def test_notes_of_two_tables_find_their_own(stage: ServiceNowStage) -> None:
    incident, problem = stage.opened(), stage.opened("problem")
    other = CommentDraft("problem", problem, "work_notes", "p [r1]", "[r1]")
    first, second = stage.adapter.comment([a_note(incident, 1), other])
    assert isinstance(first, Done)
    assert isinstance(second, Done)
    assert first.key != second.key
    assert stage.notes(problem) == ["p [r1]"]


def test_a_note_that_a_closed_record_drops_is_noticed(stage: ServiceNowStage) -> None:
    closed, opened = stage.opened(state="8"), stage.opened()
    first, second, third = stage.adapter.comment(
        [a_note(closed, 1), a_note(opened, 2), a_note(closed, 3)]
    )
    assert isinstance(first, Refused)
    assert first.error.field == "work_notes"
    assert "Reopen it" in first.error.remedy
    assert isinstance(second, Done)
    assert isinstance(third, NotSent)
    assert stage.notes(closed) == []


def test_a_note_is_known_by_its_reference_among_others_of_its_second(
    stage: ServiceNowStage,
) -> None:
    key = stage.opened()
    by = stage.world.caller("ben.okafor")
    stage.world.update("incident", key, {"work_notes": "mine"}, by)
    [done] = stage.adapter.comment([a_note(key, 1)])
    stage.world.update("incident", key, {"work_notes": "mine too"}, by)
    assert isinstance(done, Done)
    [ours] = [row for row in stage.world.true_notes(key) if row["sys_id"] == done.key]
    assert ours["value"] == "note 1 [r1]"
    assert len({row["sys_created_on"] for row in stage.world.true_notes(key)}) == 1


def test_twice_written_notes_can_be_told_apart(stage: ServiceNowStage) -> None:
    key = stage.opened()
    stage.adapter.comment([a_note(key, 1)])
    stage.clock.advance(2)
    [again] = stage.adapter.comment([a_note(key, 1)])
    copies = [row for row in stage.adapter.comments("incident", [key]) if "[r1]" in row.body]
    assert len(copies) == 2
    assert getattr(again, "key", "") == copies[1].id
    assert copies[0].created < copies[1].created


def test_comments_name_their_authors_as_people_know_them(stage: ServiceNowStage) -> None:
    key = stage.opened()
    stage.world.update("incident", key, {"comments": "hi"}, stage.world.caller("chloe.martin"))
    stage.clock.advance(1)
    stage.world.system("incident", key, {"work_notes": "by a rule"})
    first, second = stage.adapter.comments("incident", [key])
    assert (first.author, first.author_name) == ("chloe.martin", "Chloé Martin")
    assert (second.author, second.author_name) == ("system", "system")


# ---- people and facts


def test_people_are_found_by_key_and_address_with_their_doubles(stage: ServiceNowStage) -> None:
    ben = stage.world.user_id("ben.okafor")
    double = {"user_name": "ben2", "name": "Ben", "email": "BEN.OKAFOR@northwind.example"}
    stage.world.insert("sys_user", double, SYSTEM)
    address = "ben.okafor@northwind.example"
    found = stage.adapter.people(keys=[ben], emails=[address, "xenia.georgiou@northwind.example"])
    assert sorted((one.login, one.active) for one in found) == [
        ("ben.okafor", True),
        ("ben2", True),
        ("xenia.georgiou", False),
    ]


def test_an_address_that_no_query_can_hold_stops_nobody(stage: ServiceNowStage) -> None:
    odd = ["a^b@x.example", "a,b@x.example", "", "javascript:x"]
    found = stage.adapter.people(emails=[*odd, "ben.okafor@northwind.example"])
    assert [one.login for one in found] == ["ben.okafor"]
    assert stage.adapter.people(emails=odd) == ()


def test_long_addresses_do_not_outgrow_the_url(stage: ServiceNowStage) -> None:
    long = [f"{n}{'x' * 240}@x.example" for n in range(50)]
    found = stage.adapter.people(emails=[*long, "ben.okafor@northwind.example"])
    assert [one.login for one in found] == ["ben.okafor"]


def test_a_table_is_known_with_its_hierarchy_and_asked_once_a_day(stage: ServiceNowStage) -> None:
    [kind] = stage.adapter.kinds("incident")
    names = {field.name for field in kind.fields}
    assert {"short_description", "caller_id", "sys_id"} <= names
    states = {(one.value, one.label) for one in kind.statuses}
    assert ("6", "Resolved") in states
    assert not any(label == "Gelöst" for _, label in states)
    asked = len(stage.wire.requests)
    again = ServiceNowStage(before=stage)
    again.clock.advance(3600)
    assert again.adapter.kinds("incident") == (kind,)
    assert len(again.asked(path="/sys_dictionary")) == 0
    again.clock.advance(24 * 3600)
    again.seen()
    assert again.adapter.kinds("incident") == (kind,)
    assert len(again.asked(path="/sys_dictionary")) == 1
    assert asked > 2


NOW = '"at": "2026-03-02T09:30:00+00:00"'


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "null", '"x"', "{}"),
        *('{"at": 3}', '{"at": "x"}', '{"at": "2026-03-02T09:30:00"}'),
        f"{{{NOW}}}",
        f'{{{NOW}, "fields": 3, "choices": {{}}}}',
        f'{{{NOW}, "fields": [{{}}], "choices": {{}}}}',
        f'{{{NOW}, "fields": [], "choices": []}}',
        f'{{{NOW}, "fields": [], "choices": {{"state": [["1"]]}}}}',
    ],
)
def test_damaged_memory_is_learnt_anew(stage: ServiceNowStage, text: str) -> None:
    [kind] = stage.adapter.kinds("problem")
    [name] = [one for one in stage.memory if "problem" in one]
    stage.memory.put(name, text)
    assert ServiceNowStage(before=stage).adapter.kinds("problem") == (kind,)
    assert stage.memory.get(name) != text


def test_what_two_tables_share_is_asked_once_in_a_while(stage: ServiceNowStage) -> None:
    [incident, first] = stage.adapter.kinds("incident") + stage.adapter.kinds("problem")
    queries = [one.param("sysparm_query") or "" for one in stage.asked(path="/sys_dictionary")]
    assert [("task" in query) for query in queries] == [True, False]
    assert {"short_description", "assigned_to"} <= {one.name for one in first.fields}
    assert first == ServiceNowStage().adapter.kinds("problem")[0]

    stage.memory.put(next(name for name in stage.memory if "problem" in name), "")
    stage.clock.advance(301)
    stage.seen()
    assert stage.adapter.kinds("problem") == (first,)
    assert "task" in (stage.asked(path="/sys_dictionary")[-1].param("sysparm_query") or "")
    assert incident != first


def test_a_table_that_is_not_there_is_named(stage: ServiceNowStage) -> None:
    with pytest.raises(NotThere, match="x_nope"):
        stage.adapter.kinds("x_nope")


def test_the_spelling_of_a_table_does_not_matter(stage: ServiceNowStage) -> None:
    [kind] = stage.adapter.kinds("Incident")
    assert "caller_id" in {field.name for field in kind.fields}


def test_a_dictionary_we_may_not_read_is_named(stage: ServiceNowStage) -> None:
    stage.world.knobs.denied_tables.add("sys_dictionary")
    with pytest.raises(AccessLost, match="sys_dictionary"):
        stage.adapter.kinds("incident")


def test_the_last_writer_is_named(stage: ServiceNowStage) -> None:
    key = stage.opened()
    found = stage.adapter.authorship("incident", key, "state")
    assert (found.author, found.at) == ("Amira Haddad", START)
    with pytest.raises(Gone):
        stage.adapter.authorship("incident", "0" * 32, "state")
