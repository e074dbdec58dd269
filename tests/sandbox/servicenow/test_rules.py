"""Incident, problem and change: what the platform calculates, demands, drops and refuses."""

from __future__ import annotations

from typing import Any

import pytest

from connector.sandbox.servicenow import Door, Refusal, World, approve, reject
from connector.sandbox.servicenow.task_rules import priority

CLOSE = {"close_code": "Solution provided", "close_notes": "Done."}


def incident(api: Any, **values: str) -> str:
    return str(api.post("incident", short_description="x", **values)["sys_id"])


def detail(answer: Any) -> str:
    assert answer.status_code == 403, answer.text
    assert answer.json()["error"]["message"] == "Operation Failed"
    return str(answer.json()["error"]["detail"])


@pytest.mark.parametrize(
    ("impact", "urgency", "expected"),
    [("1", "1", "1"), ("1", "2", "2"), ("2", "2", "3"), ("2", "3", "4"), ("3", "3", "5")],
)
def test_priority_is_calculated_whatever_is_sent(
    api: Any, impact: str, urgency: str, expected: str
) -> None:
    row = api.post("incident", impact=impact, urgency=urgency, priority="1")
    assert row["priority"] == expected == priority(urgency, impact)


def test_resolving_needs_code_and_notes_in_the_same_request(api: Any) -> None:
    key = incident(api)
    assert detail(api.patch("incident", key, state="6")) == (
        "Data Policy Exception: The following fields are mandatory: Resolution code, "
        "Resolution notes"
    )
    unknown = api.patch("incident", key, state="6", close_code="Fixed!", close_notes="x")
    assert detail(unknown).endswith("mandatory: Resolution code")
    row = api.patch("incident", key, state="6", **CLOSE).json()["result"]
    assert (row["state"], row["incident_state"], row["active"]) == ("6", "6", "true")
    assert row["resolved_at"] == "2026-03-02 09:30:00"


def test_the_twin_column_moves_the_state_too(api: Any) -> None:
    row = api.patch("incident", incident(api), incident_state="2").json()["result"]
    assert (row["state"], row["incident_state"]) == ("2", "2")


def test_closing_needs_its_role(api: Any, world: World) -> None:
    key = incident(api)
    world.roles["tandem"].discard("itil_admin")
    assert "ACL Exception Update" in detail(api.patch("incident", key, state="7", **CLOSE))
    world.roles["tandem"].add("itil_admin")
    row = api.patch("incident", key, state="7", **CLOSE).json()["result"]
    assert row["active"] == "false"
    assert row["closed_by"]["value"] == world.user_id("tandem")


def test_a_closed_incident_drops_fields_and_notes_with_200(api: Any, world: World) -> None:
    key = incident(api)
    api.patch("incident", key, state="7", **CLOSE)
    answer = api.patch("incident", key, short_description="changed", work_notes="lost")
    assert answer.status_code == 200
    assert answer.json()["result"]["short_description"] == "x"
    assert world.notes(key) == []


def test_reopening_counts(api: Any) -> None:
    key = incident(api)
    api.patch("incident", key, state="7", **CLOSE)
    row = api.patch("incident", key, state="2").json()["result"]
    assert (row["reopen_count"], row["active"], row["closed_at"]) == ("1", "true", "")


def test_a_hold_reason_goes_with_the_hold(api: Any) -> None:
    key = incident(api)
    row = api.patch("incident", key, state="3", hold_reason="4").json()["result"]
    assert row["hold_reason"] == "4"
    assert api.patch("incident", key, state="2").json()["result"]["hold_reason"] == ""


def test_the_callers_answer_ends_the_waiting(api: Any, world: World) -> None:
    tove = world.user_id("tove.hansen")
    key = incident(api, caller_id=tove, state="3", hold_reason="1")
    by = world.caller("tove.hansen", Door.SCREEN)
    with pytest.raises(Refusal):
        world.update("incident", key, {"work_notes": "not for callers"}, by)
    world.update("incident", key, {"comments": "here you are"}, by)
    assert (world.true_row(key) or {})["state"] == "2"


def test_children_follow_their_parent_as_the_system(api: Any, world: World) -> None:
    parent = incident(api)
    child = incident(api, parent_incident=parent)
    api.patch("incident", parent, state="6", **CLOSE)
    row = world.true_row(child) or {}
    assert (row["state"], row["close_notes"]) == ("6", "Done.")
    assert row["sys_updated_by"] == "system"


def test_rest_does_not_move_a_problem_but_saves_the_rest(api: Any) -> None:
    key = api.post("problem", short_description="p", state="103")["sys_id"]
    answer = api.patch("problem", key, state="102", short_description="q")
    assert answer.status_code == 200
    row = answer.json()["result"]
    assert (row["state"], row["problem_state"], row["short_description"]) == ("101", "101", "q")


def test_with_the_knob_a_problem_moves_step_by_step(api: Any, world: World) -> None:
    world.knobs.problem_state = "stepwise"
    key = api.post("problem", short_description="p")["sys_id"]
    assert detail(api.patch("problem", key, state="102")).endswith("mandatory: Assigned to")
    mei = world.user_id("mei.chen")
    assert api.patch("problem", key, state="102", assigned_to=mei).status_code == 200
    assert "aborted by Business Rule" in detail(api.patch("problem", key, state="106"))
    assert api.patch("problem", key, state="103").status_code == 200
    assert "Cause notes, Fix notes" in detail(api.patch("problem", key, state="104"))
    notes = {"cause_notes": "c", "fix_notes": "f"}
    assert api.patch("problem", key, state="104", **notes).status_code == 200
    code = api.patch("problem", key, state="106", resolution_code="bogus")
    assert detail(code).endswith("mandatory: Resolution code")
    fixed = api.patch("problem", key, state="106", resolution_code="fix_applied")
    assert fixed.json()["result"]["state"] == "106"


def test_a_fixed_problem_resolves_the_incidents_that_wait_for_it(api: Any, world: World) -> None:
    world.knobs.problem_state = "stepwise"
    mei = world.user_id("mei.chen")
    key = api.post("problem", short_description="p", assigned_to=mei)["sys_id"]
    waiting = incident(api, problem_id=key, state="3", hold_reason="3")
    other = incident(api, problem_id=key, state="2")
    last = {"cause_notes": "c", "fix_notes": "f", "resolution_code": "fix_applied"}
    for state in ("102", "103", "104", "106", "107"):
        assert api.patch("problem", key, state=state, **last).status_code == 200
    assert (world.true_row(waiting) or {})["state"] == "6"
    assert (world.true_row(other) or {})["state"] == "2"


def change(api: Any, kind: str, **values: str) -> str:
    return str(api.post("change_request", type=kind, short_description="c", **values)["sys_id"])


def state_of(world: World, key: str) -> str:
    return (world.true_row(key) or {})["state"]


def test_a_wrong_step_of_a_change_is_refused_by_its_model(api: Any) -> None:
    said = detail(api.patch("change_request", change(api, "normal"), state="-1"))
    assert "'change_request' was aborted by Business Rule" in said
    assert "Change Model: Check State Transition" in said


def test_a_change_is_created_in_any_state(api: Any) -> None:
    row = api.post("change_request", type="normal", state="-3")
    assert (row["state"], row["approval"]) == ("-3", "not requested")


def test_assess_and_authorize_are_left_by_approval_only(api: Any, world: World) -> None:
    key = change(api, "normal")
    assert api.patch("change_request", key, state="-4").status_code == 200
    assert len(api.rows("sysapproval_approver", f"sysapproval={key}^state=requested")) == 3
    assert "Check State Transition" in detail(api.patch("change_request", key, state="-3"))
    approve(world, key)
    assert state_of(world, key) == "-3"
    approve(world, key, "rosa.jimenez")
    assert (state_of(world, key), (world.true_row(key) or {})["approval"]) == ("-2", "approved")
    for state in ("-1", "0", "3"):
        assert api.patch("change_request", key, state=state).status_code == 200
    assert (world.true_row(key) or {})["active"] == "false"


def test_a_rejection_sends_a_change_back(api: Any, world: World) -> None:
    key = change(api, "emergency")
    api.patch("change_request", key, state="-3")
    reject(world, key)
    assert state_of(world, key) == "-5"
    with pytest.raises(Refusal):
        approve(world, key)


def test_nobody_answers_for_another_approver(api: Any, world: World) -> None:
    key = change(api, "emergency")
    api.patch("change_request", key, state="-3")
    row = api.rows("sysapproval_approver", f"sysapproval={key}")[0]
    answer = api.patch("sysapproval_approver", row["sys_id"], state="approved")
    assert answer.status_code == 403
    assert state_of(world, key) == "-3"


def test_the_type_of_a_new_change_may_become_another_one_but_standard(api: Any) -> None:
    key = change(api, "normal")

    def written(kind: str) -> str:
        answer = api.patch("change_request", key, type=kind)
        assert answer.status_code == 200
        return str(answer.json()["result"]["type"])

    assert [written(kind) for kind in ("emergency", "standard", "normal", "standard")] == [
        "emergency", "emergency", "normal", "normal",
    ]  # fmt: skip
    raised = change(api, "standard")
    assert api.patch("change_request", raised, type="normal").json()["result"]["type"] == "normal"
    assert api.patch("change_request", raised, state="-4").status_code == 200
    assert api.patch("change_request", raised, type="emergency").json()["result"]["type"] == (
        "normal"
    )


def test_a_standard_change_needs_no_approval(api: Any, world: World) -> None:
    key = change(api, "standard")
    assert api.patch("change_request", key, state="-2").status_code == 200
    assert (world.true_row(key) or {})["approval"] == "approved"
    assert "Check State" in detail(api.patch("change_request", key, state="3"))


def test_the_type_is_settled_after_new(api: Any) -> None:
    key = change(api, "standard")
    api.patch("change_request", key, state="-2")
    assert api.patch("change_request", key, type="normal").json()["result"]["type"] == "standard"


def test_a_close_policy_can_be_added(api: Any, world: World) -> None:
    world.knobs.change_close_policy = True
    key = change(api, "standard", state="0")
    assert "Close code, Close notes" in detail(api.patch("change_request", key, state="3"))
    done = {"close_code": "successful", "close_notes": "ok"}
    assert api.patch("change_request", key, state="3", **done).status_code == 200


def test_next_states_name_the_offered_steps(api: Any) -> None:
    key = change(api, "normal", state="-2")
    answer = api.call("GET", f"/api/sn_chg_rest/v1/change/{key}/nextstates")
    result = answer.json()["result"]
    assert result["available_states"] == ["-2", "-1", "4"]
    assert result["state_label"]["-1"] == "Implement"


def test_text_in_a_number_column_is_not_guessed(api: Any) -> None:
    answer = api.patch("change_request", change(api, "normal"), state="assess")
    assert answer.status_code == 501


def test_an_ordinary_choice_stores_what_it_is_given(api: Any) -> None:
    row = api.patch("incident", incident(api), category="weather").json()["result"]
    assert row["category"] == "weather"
