"""What a deletion leaves behind, and what brings a record back."""

from __future__ import annotations

import json

import pytest

from connector.sandbox.servicenow import ServiceNowSandbox, graves
from connector.sandbox.servicenow.knobs import SYSTEM
from connector.sandbox.servicenow.refusal import Refusal
from connector.sandbox.servicenow.world import World


@pytest.fixture
def world(sandbox: ServiceNowSandbox) -> World:
    return sandbox.world


def opened(world: World) -> str:
    return str(world.insert("incident", {"short_description": "Mail is slow"}, SYSTEM)["sys_id"])


def fates(world: World, key: str) -> list[str]:
    rows = (row for row in world.rows("sys_audit") if row["documentkey"] == key)
    return [row["fieldname"] for row in rows if row["fieldname"].isupper()]


def test_a_deletion_leaves_its_line_with_all_that_there_was(world: World) -> None:
    key = opened(world)
    before = dict(world.true_row(key) or {})
    world.delete("incident", key, SYSTEM)
    [line] = list(world.rows(graves.TABLE))
    assert (line["tablename"], line["documentkey"]) == ("incident", key)
    assert line["display_value"] == before["number"]
    assert json.loads(line["payload"]) == before
    assert fates(world, key) == ["DELETED"]


def test_it_comes_back_as_it_was_and_its_line_stays(world: World) -> None:
    key = opened(world)
    before = dict(world.true_row(key) or {})
    world.delete("incident", key, SYSTEM)
    assert graves.undelete(world, key, SYSTEM) == before == world.row("incident", key)
    assert fates(world, key) == ["DELETED", "RECOVERED"]
    assert len(list(world.rows(graves.TABLE))) == 1


def test_only_what_is_deleted_comes_back(world: World) -> None:
    key = opened(world)
    with pytest.raises(Refusal):
        graves.undelete(world, key, SYSTEM)
    graves.clean(world, key)
    with pytest.raises(Refusal):
        graves.undelete(world, key, SYSTEM)
    assert fates(world, key) == []
