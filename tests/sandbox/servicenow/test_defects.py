"""Problem tasks, and defects where the Agile plugin is switched on."""

from __future__ import annotations

from typing import Any

import pytest

from connector.sandbox.servicenow import Door, World
from connector.sandbox.servicenow.agile import DRAFT, READER, WRITER, activate


def task(api: Any, **values: str) -> str:
    return str(api.post("problem_task", short_description="Disk 7", **values)["sys_id"])


def refused(answer: Any) -> str:
    assert answer.status_code == 403, answer.text
    return str(answer.json()["error"]["detail"])


def test_without_the_plugin_there_are_no_defects(api: Any) -> None:
    for answer in (
        api.get("rm_defect"),
        api.call("POST", "/api/now/table/rm_defect", json={"short_description": "x"}),
        api.patch("rm_defect", "0" * 32, short_description="x"),
    ):
        assert answer.status_code == 400
        assert answer.json()["error"] == {"message": "Invalid table rm_defect", "detail": None}
    assert api.rows("sys_db_object", "name=rm_defect") == []


def test_the_plugin_brings_the_table_its_words_and_its_roles(api: Any, world: World) -> None:
    activate(world)
    activate(world)
    [table] = api.rows("sys_db_object", "name=rm_defect", sysparm_fields="label,super_class.name")
    assert table == {"label": "Defect", "super_class.name": "task"}
    states = api.rows("sys_choice", "name=rm_defect^element=state^language=en")
    assert {"Draft", "Work in progress", "Testing/QA", "Closed Complete", "Cancelled"} <= {
        row["label"] for row in states
    }

    row = api.post("rm_defect", short_description="Wrong sum", parent="")
    assert (row["state"], row["number"][:4], row["active"]) == (DRAFT, "DFCT", "true")
    done = api.patch("rm_defect", row["sys_id"], state="3").json()["result"]
    assert (done["active"], done["closed_at"]) == ("false", "2026-03-02 09:30:00")


def test_a_defect_is_reported_against_any_task(api: Any, world: World) -> None:
    activate(world)
    incident = api.post("incident", short_description="Mail")["sys_id"]
    row = api.post("rm_defect", short_description="Wrong sum", parent=incident)
    assert row["parent"]["value"] == incident
    assert api.names("rm_defect", f"parent={incident}") == ["Wrong sum"]


def test_defects_are_for_those_who_have_the_roles(api: Any, world: World) -> None:
    activate(world)
    world.roles["tandem"].discard(WRITER)
    answer = api.call("POST", "/api/now/table/rm_defect", json={"short_description": "x"})
    assert "Insert Failed due to security" in refused(answer)
    world.roles["tandem"].discard(READER)
    answer = api.get("rm_defect")
    assert answer.status_code == 403
    assert answer.json()["error"]["message"] == "Insufficient rights to query records"


@pytest.mark.parametrize("state", ["152", "154"])
def test_whoever_works_on_a_task_is_named(api: Any, world: World, state: str) -> None:
    key = task(api)
    assert refused(api.patch("problem_task", key, state=state)).endswith("mandatory: Assigned to")
    who = world.user_id("hiro.tanaka")
    row = api.patch("problem_task", key, state=state, assigned_to=who).json()["result"]
    assert (row["state"], row["active"]) == (state, "true")
    assert "Assigned to" in refused(api.patch("problem_task", key, assigned_to=""))


def test_a_task_ends_with_a_code_and_notes(api: Any) -> None:
    key = task(api)
    assert refused(api.patch("problem_task", key, state="157")).endswith(
        "mandatory: Close code, Resolution notes"
    )
    done = {"close_code": "completed", "close_notes": "Replaced it."}
    row = api.patch("problem_task", key, state="157", **done).json()["result"]
    assert (row["state"], row["active"]) == ("157", "false")
    row = api.patch("problem_task", key, state="151").json()["result"]
    assert (row["state"], row["active"]) == ("151", "true")


def test_an_instance_may_want_every_step(api: Any, world: World) -> None:
    world.knobs.task_steps = True
    who = world.user_id("hiro.tanaka")
    key = task(api, assigned_to=who)
    assert "aborted by Business Rule" in refused(api.patch("problem_task", key, state="154"))
    assert api.patch("problem_task", key, state="152").status_code == 200
    assert api.patch("problem_task", key, state="154").status_code == 200
    by = world.caller("hiro.tanaka", Door.SCREEN)
    done = {"state": "157", "close_code": "completed", "close_notes": "ok"}
    world.update("problem_task", key, done, by)
    assert "aborted by Business Rule" in refused(api.patch("problem_task", key, state="151"))
    assert api.patch("problem_task", key, state="152").status_code == 200
