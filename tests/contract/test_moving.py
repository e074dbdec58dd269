"""Moves: to the first reachable of the wanted statuses, with what the way demands."""

from __future__ import annotations

import pytest

from connector.errors import Gone, Kept
from connector.values import Done, Draft, Move, NotSent, Refused
from tests.contract.mounts import JiraMount, Mount, ServiceNowMount


def test_a_move_to_the_next_status(mount: Mount) -> None:
    key = mount.made(1)
    mount.clock.advance(60)
    done = mount.adapter.move([mount.move(key, mount.near)], [mount.status, mount.summary])[0]
    assert isinstance(done, Done)
    assert len(done.hops) == 1
    assert mount.truth(key, "status") == mount.near
    assert done.record == mount.read(key, "status", "summary")


def test_a_move_to_the_end_takes_every_hop_and_fills_what_is_demanded(mount: Mount) -> None:
    key = mount.made(1)
    done = mount.adapter.move([mount.move(key, mount.far, **mount.closing)], [mount.status])[0]
    assert isinstance(done, Done)
    assert len(done.hops) == (4 if mount.system == "jira" else 1)
    assert mount.truth(key, "status") == mount.far
    for name, value in mount.closing.items():
        assert mount.truth(key, name) == value


def test_what_the_end_demands_and_nobody_gave_is_refused(mount: Mount) -> None:
    key = mount.made(1)
    refused = mount.adapter.move([mount.move(key, mount.far)], [mount.status])[0]
    assert isinstance(refused, Refused)
    assert mount.truth(key, "status") != mount.far
    fault = "resolution" if mount.system == "jira" else "Resolution code, Resolution notes"
    assert refused.error.field == fault


def test_a_choice_that_does_not_exist_is_no_answer_to_a_demand(mount: Mount) -> None:
    key = mount.made(1)
    wrong = dict.fromkeys(mount.closing, "No such thing")
    refused = mount.adapter.move([mount.move(key, mount.far, **wrong)], [mount.status])[0]
    assert isinstance(refused, Refused)
    assert mount.truth(key, "status") != mount.far


def test_being_there_already_is_done_without_a_write(mount: Mount) -> None:
    key = mount.made(1)
    before = mount.counted("write")
    done = mount.adapter.move([mount.move(key, mount.near, mount.first)], [mount.status])[0]
    assert isinstance(done, Done)
    assert done.hops == ()
    assert mount.truth(key, "status") == mount.first
    assert mount.counted("write") == before


def test_a_status_that_does_not_exist_is_refused_with_what_is_offered(board: JiraMount) -> None:
    key = board.made(1)
    refused = board.adapter.move([board.move(key, "Elsewhere")], [board.status])[0]
    assert isinstance(refused, Refused)
    assert refused.error.offered == ("Select -> Selected for Development",)
    assert board.truth(key, "status") == board.first


def test_the_second_wish_is_taken_where_the_first_is_not_to_be_had(board: JiraMount) -> None:
    key = board.made(1)
    done = board.adapter.move([board.move(key, "Elsewhere", "category:indeterminate")], ["status"])[
        0
    ]
    assert isinstance(done, Done)
    assert board.truth(key, "status_category") == "indeterminate"


def test_a_record_that_is_gone_is_not_moved(mount: Mount) -> None:
    hidden, deleted = mount.all_made([mount.draft(1), mount.draft(2)])
    mount.hide(hidden)
    mount.delete(deleted)
    for key in (hidden, deleted):
        result = mount.adapter.move([mount.move(key, mount.near)], [mount.status])[0]
        assert isinstance(result, NotSent)
        assert isinstance(result.error, Gone)


def test_a_reopened_incident_goes_back_to_work(desk: Mount) -> None:
    key = desk.made(1)
    desk.adapter.move([desk.move(key, "6", **desk.closing)], [])[0]
    done = desk.adapter.move([desk.move(key, "2")], ["state", "reopen_count"])[0]
    assert isinstance(done, Done)
    assert done.record is not None
    assert done.record.fields == {"state": "2", "reopen_count": "1"}


def test_a_problem_whose_state_is_kept_is_a_refusal(desk: ServiceNowMount) -> None:
    [made] = desk.adapter.create([Draft("problem", "problem", "m", {"short_description": "x"})])
    assert isinstance(made, Done)
    refused = desk.adapter.move([Move("problem", made.key, "state", ("102",))], ["state"])[0]
    assert isinstance(refused, Refused)
    assert isinstance(refused.error, Kept)
    assert refused.error.field == "state"
    desk.world.knobs.problem_state = "stepwise"
    desk.clock.advance(86_400)
    person = desk.person_key("elena.rossi")
    move = Move("problem", made.key, "state", ("102",), {"assigned_to": person})
    done = desk.adapter.move([move], ["state"])[0]
    assert isinstance(done, Done)
    assert desk.truth(made.key, "state") == "102"


@pytest.mark.parametrize(("kind", "ahead"), [("normal", "-4"), ("standard", "-2")])
def test_a_change_goes_where_its_model_leads(desk: Mount, kind: str, ahead: str) -> None:
    fields = {"short_description": "patch the mail store", "type": kind}
    [made] = desk.adapter.create([Draft("change_request", "change_request", "m", fields)])
    assert isinstance(made, Done)
    refused = desk.adapter.move([Move("change_request", made.key, "state", ("0",))], ["state"])[0]
    assert isinstance(refused, Refused)
    assert refused.error.field == "state"
    assert any(f"({ahead})" in offered for offered in refused.error.offered)
    done = desk.adapter.move([Move("change_request", made.key, "state", ("0", ahead))], ["state"])[
        0
    ]
    assert isinstance(done, Done)
    assert done.hops == (ahead,)
    assert desk.truth(made.key, "state") == ahead
