"""The improvement register, where the plugin is switched on."""

from __future__ import annotations

from typing import Any

import pytest

from connector.sandbox.servicenow import Door, World
from connector.sandbox.servicenow.refusal import Refusal
from connector.sandbox.servicenow.register import (
    ACCEPTED,
    CANCELED,
    CLOSED,
    NEW,
    PROGRESS,
    READER,
    WRITER,
    activate,
)


def test_without_the_plugin_there_is_no_register(api: Any) -> None:
    answer = api.get("sn_cim_register")
    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == "Invalid table sn_cim_register"


def test_an_initiative_is_a_task_with_words_for_its_states(api: Any, world: World) -> None:
    activate(world)
    activate(world)
    [table] = api.rows("sys_db_object", "name=sn_cim_register", sysparm_fields="super_class.name")
    assert table == {"super_class.name": "task"}
    states = api.rows("sys_choice", "name=sn_cim_register^element=state^language=en")
    assert {"New", "In Progress", "Monitor/Review", "Closed"} <= {row["label"] for row in states}
    row = api.post("sn_cim_register", short_description="Fewer tickets", impact="1", urgency="2")
    assert (row["number"][:3], row["state"], row["priority"]) == ("CIM", NEW, "2")
    answer = api.patch("sn_cim_register", row["sys_id"], priority="5").json()["result"]
    assert answer["priority"] == "2", "it follows impact and urgency"


def test_rest_keeps_the_state_silently_and_people_move_it_by_button(api: Any, world: World) -> None:
    activate(world)
    key = api.post("sn_cim_register", short_description="Fewer tickets")["sys_id"]
    answer = api.patch("sn_cim_register", key, state=PROGRESS)
    assert (answer.status_code, answer.json()["result"]["state"]) == (200, NEW)

    by = world.caller("ben.okafor", Door.SCREEN)
    with pytest.raises(Refusal):
        world.update("sn_cim_register", key, {"state": PROGRESS}, by)
    world.update("sn_cim_register", key, {"state": ACCEPTED}, by)
    row = world.update("sn_cim_register", key, {"state": CANCELED}, by)
    assert (row["active"], bool(row["closed_at"])) == ("false", True)

    world.knobs.register_state = "direct"
    other = api.post("sn_cim_register", short_description="Shorter queue")["sys_id"]
    moved = api.patch("sn_cim_register", other, state=CLOSED).json()["result"]
    assert (moved["state"], moved["active"]) == (CLOSED, "false")


def test_it_is_for_those_who_have_the_roles(api: Any, world: World) -> None:
    activate(world)
    world.roles["tandem"].discard(WRITER)
    answer = api.call("POST", "/api/now/table/sn_cim_register", json={"short_description": "x"})
    assert answer.status_code == 403
    world.roles["tandem"].discard(READER)
    assert api.get("sn_cim_register").status_code == 403
