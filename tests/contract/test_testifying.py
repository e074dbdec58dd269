"""What a side testifies: memos, heeded conditions, hidden fields, deletions."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from connector.errors import NotThere, RetryLater
from connector.sandbox.people import INTEGRATION
from connector.sandbox.servicenow.knobs import Door
from connector.values import Patch, Replaced
from tests.contract.mounts import JiraMount, Mount, ServiceNowMount


def test_a_memo_is_kept_on_the_side_itself(mount: Mount) -> None:
    witness = mount.adapter.witness
    assert witness.memo("tandem.epoch") is None
    witness.keep_memo("tandem.epoch", "first")
    witness.keep_memo("tandem.epoch", "first")
    witness.keep_memo("tandem.other", "else")
    assert witness.memo("tandem.epoch") == "first"
    witness.keep_memo("tandem.epoch", 'second "ä"')
    assert witness.memo("tandem.epoch") == 'second "ä"'
    assert witness.memo("tandem.other") == "else"
    assert mount.counted("write") >= 3


def test_a_memo_that_a_lost_request_made_twice_is_one_all_the_same(desk: ServiceNowMount) -> None:
    """ServiceNow takes several preferences of one name, and says nothing."""
    witness, world = desk.adapter.witness, desk.world
    witness.keep_memo("tandem.epoch", "first")
    [row] = [one for one in world.rows("sys_user_preference") if one["name"] == "tandem.epoch"]
    desk.clock.advance(60)
    for _ in range(5):
        values = {"user": row["user"], "name": row["name"], "value": "late", "type": "string"}
        world.insert("sys_user_preference", values, world.caller(INTEGRATION))
    assert witness.memo("tandem.epoch") == "late"
    witness.keep_memo("tandem.epoch", "second")
    held = {one["value"] for one in world.rows("sys_user_preference") if one["name"] == row["name"]}
    assert held == {"second"}
    assert witness.memo("tandem.epoch") == "second"


def test_a_memo_that_cannot_be_kept_is_an_error_like_any_other(mount: Mount) -> None:
    mount.adapter.witness.memo("tandem.epoch")
    mount.weather("memo", "status", status=503, times=None)
    with pytest.raises(RetryLater):
        mount.adapter.witness.keep_memo("tandem.epoch", "first")


def test_a_sound_scope_is_heeded(mount: Mount) -> None:
    mount.made(1)
    mount.adapter.witness.heed(mount.container, mount.scope)
    mount.adapter.witness.heed(mount.container, "")


def test_a_condition_that_would_be_passed_over_is_named(desk: Mount) -> None:
    desk.made(1)
    with pytest.raises(NotThere, match="urgnecy"):
        desk.adapter.witness.heed("incident", "active=true^urgnecy=1")


@pytest.mark.parametrize("scope", ["labelz = to-incident", "labels < a", "labels = a ORDER"])
def test_a_scope_that_would_select_nothing_is_named(board: JiraMount, scope: str) -> None:
    board.made(1)
    with pytest.raises(NotThere, match="Jira cannot follow the scope in OPS: ") as caught:
        board.adapter.witness.heed("OPS", scope)
    assert not caught.value.what.endswith(".")


def test_a_label_that_nobody_carries_yet_is_a_sound_scope(board: JiraMount) -> None:
    board.adapter.witness.heed("OPS", "labels = to-incident")


def test_a_column_that_is_hidden_does_not_pass_for_empty(desk: ServiceNowMount) -> None:
    full, bare = desk.all_made([desk.draft(1, description="long"), desk.draft(2)])
    witness = desk.adapter.witness
    assert witness.empty("incident", "description", [full, bare]) == {bare}
    assert witness.empty("incident", "close_notes", [full, bare]) == {full, bare}
    desk.world.knobs.hidden_fields.add("incident.description")
    assert witness.empty("incident", "description", [full, bare]) == {bare}
    assert witness.empty("incident", "description", ["9" * 32]) == frozenset()


def test_jira_leaves_out_what_it_hides(board: JiraMount) -> None:
    [key] = board.all_made([board.draft(1)])
    assert board.adapter.witness.empty("OPS", "assignee", [key]) == {key}


def test_a_patch_that_happened_tells_what_it_replaced(mount: Mount) -> None:
    key = mount.made(1)
    patch = replace(mount.patch(key, summary="ours"), version=mount.read(key).version)
    assert mount.adapter.witness.trace(patch, {}) is None
    mount.clock.advance(2)
    mount.edit(key, summary="theirs")
    assert mount.adapter.witness.trace(patch, {}) is None
    mount.clock.advance(2)
    mount.adapter.patch([patch], [])
    told = mount.adapter.witness.trace(patch, {})
    assert told is not None
    assert told.replaced[mount.summary].value == "theirs"
    assert told.replaced[mount.summary].author
    assert told.replaced[mount.summary].at == mount.clock.now() - timedelta(seconds=2)


def test_what_is_calculated_of_other_columns_is_told_as_replaced(desk: ServiceNowMount) -> None:
    """Both wrote impact and urgency, and one of these came out alike."""
    key = desk.made(1, impact="1", urgency="2")
    version = desk.read(key).version
    desk.clock.advance(60)
    by = desk.world.caller("ben.okafor", Door.SCREEN)
    desk.world.update("incident", key, {"impact": "3", "urgency": "1"}, by)
    patch = Patch("incident", key, {"impact": "1", "urgency": "1"}, version=version)
    desk.adapter.patch([patch], ())
    told = desk.adapter.witness.trace(patch, {})
    assert told is not None
    assert {"impact", "priority"} <= told.written
    assert (told.replaced["priority"].value, told.replaced["priority"].author) == (
        "3",
        "ben.okafor",
    )


def test_a_patch_that_nobody_came_between_replaced_nothing_unseen(mount: Mount) -> None:
    key = mount.made(1)
    patch = replace(mount.patch(key, summary="ours"), version=mount.read(key).version)
    mount.clock.advance(2)
    mount.adapter.patch([patch], [])
    told = mount.adapter.witness.trace(patch, {})
    assert told is not None
    assert not told.intruded
    assert told.replaced.get(mount.summary, Replaced("record 1")).value == "record 1"


def test_what_a_person_wrote_is_not_taken_for_ours(mount: Mount) -> None:
    key = mount.made(1)
    patch = replace(mount.patch(key, summary="the same"), version=mount.read(key).version)
    mount.clock.advance(2)
    mount.edit(key, summary="the same")
    assert mount.adapter.witness.trace(patch, {}) is None


def test_nothing_happened_to_a_record_that_is_gone(mount: Mount) -> None:
    key = mount.made(1)
    patch = replace(mount.patch(key, summary="ours"), version=mount.read(key).version)
    mount.delete(key)
    assert mount.adapter.witness.trace(patch, {}) is None
