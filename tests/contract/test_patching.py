"""Patches: what is named and nothing else, read back as stored."""

from __future__ import annotations

import pytest

from connector.errors import Gone
from connector.values import Done, NotSent, Patch, Refused
from tests.contract.mounts import JiraMount, Mount


def test_a_patch_changes_what_it_names(mount: Mount) -> None:
    key = mount.made(1, description="stays", grade=mount.high)
    [done] = mount.adapter.patch([mount.patch(key, summary="new words")], [mount.summary])
    assert isinstance(done, Done)
    assert done.key == key
    assert mount.truth(key, "summary") == "new words"
    assert mount.truth(key, "description") == "stays"
    assert mount.truth(key, "grade") == mount.high


def test_the_read_back_holds_what_the_side_stored(mount: Mount) -> None:
    key = mount.made(1)
    mount.clock.advance(60)
    patch = mount.patch(key, summary="new words", description=None)
    [done] = mount.adapter.patch([patch], [mount.summary, mount.description])
    assert isinstance(done, Done)
    assert done.record == mount.read(key, "summary", "description")
    assert done.record is not None
    assert done.record.fields == {mount.summary: "new words", mount.description: None}


def test_none_empties_a_field(mount: Mount) -> None:
    person = mount.person_key("jonas.weber")
    key = mount.made(1, description="long", person=person)
    mount.adapter.patch([mount.patch(key, description=None, person=None)], [])
    assert mount.truth(key, "description") is None
    assert mount.truth(key, "person") is None


def test_nothing_new_is_no_change(desk: Mount) -> None:
    key = desk.made(1)
    before = desk.read(key).version
    desk.clock.advance(60)
    [done] = desk.adapter.patch([desk.patch(key, summary="record 1")], [])
    assert isinstance(done, Done)
    assert desk.read(key).version == before


def test_many_patches_are_answered_in_their_order(mount: Mount) -> None:
    keys = mount.all_made([mount.draft(number) for number in range(45)])
    mount.clock.advance(60)
    patches = [mount.patch(key, summary=f"new {place}") for place, key in enumerate(keys)]
    results = mount.adapter.patch(list(reversed(patches)), [mount.summary])
    assert [one.key for one in results if isinstance(one, Done)] == keys[::-1]
    assert [mount.truth(key, "summary") for key in keys] == [f"new {n}" for n in range(45)]


def test_one_bad_patch_hides_nobody(mount: Mount) -> None:
    one, two, three = mount.all_made([mount.draft(number) for number in range(3)])
    mount.delete(two)
    good, gone, also = mount.adapter.patch(
        [mount.patch(key, summary="new words") for key in (one, two, three)], [mount.summary]
    )
    assert isinstance(good, Done)
    assert isinstance(also, Done)
    assert isinstance(gone, NotSent)
    assert isinstance(gone.error, Gone)
    assert mount.truth(three, "summary") == "new words"


def test_a_hidden_record_takes_nothing(mount: Mount) -> None:
    key = mount.made(1)
    mount.hide(key)
    [gone] = mount.adapter.patch([mount.patch(key, summary="new words")], [mount.summary])
    assert isinstance(gone, NotSent)
    assert isinstance(gone.error, Gone)
    assert mount.truth(key, "summary") == "record 1"


def test_a_refused_patch_writes_none_of_its_fields(mount: Mount) -> None:
    key = mount.made(1)
    if mount.system == "servicenow":
        bad = mount.patch(key, summary="new words", status=mount.far)
    else:
        bad = mount.patch(key, summary="new words", duedate="someday")
    [refused] = mount.adapter.patch([bad], [mount.summary])
    assert isinstance(refused, Refused)
    assert mount.truth(key, "summary") == "record 1"


def test_labels_come_and_go_beside_peoples_own(board: JiraMount) -> None:
    key = board.made(1)
    board.hands().label(key, add=("people", "Zebra"))
    patch = Patch("OPS", key, add={"labels": ("ours",)}, remove={"labels": (board.mark(1), "no")})
    [done] = board.adapter.patch([patch], ["labels"])
    assert isinstance(done, Done)
    assert set(board.truth(key, "labels")) == {"people", "Zebra", "ours"}
    assert done.record is not None
    assert done.record.fields["labels"] == ("Zebra", "ours", "people")


def test_no_label_at_all_is_an_empty_set(board: JiraMount) -> None:
    key = board.made(1)
    board.adapter.patch([Patch("OPS", key, remove={"labels": (board.mark(1),)})], [])
    assert not board.read(key, "labels").fields["labels"]


def test_properties_are_replaced_whole_and_do_not_move_the_version(board: JiraMount) -> None:
    key = board.made(1, properties={"tandem": {"old": True}})
    before = board.read(key).version
    board.clock.advance(60)
    [done] = board.adapter.patch([Patch("OPS", key, properties={"tandem": {"new": 1}})], [])
    assert isinstance(done, Done)
    assert board.world.issues[key].properties["tandem"] == {"new": 1}
    assert board.read(key).version == before


def test_servicenow_refuses_labels_and_writes_nothing_of_that_patch(desk: Mount) -> None:
    one, two = desk.all_made([desk.draft(1), desk.draft(2)])
    words = {"short_description": "new words"}
    odd = Patch("incident", one, words, add={"labels": ("ours",)})
    even = Patch("incident", two, words)
    refused, done = desk.adapter.patch([odd, even], ["short_description"])
    assert isinstance(refused, Refused)
    assert isinstance(done, Done)
    assert desk.truth(one, "summary") == "record 1"
    assert desk.truth(two, "summary") == "new words"


def test_a_value_that_the_platform_cuts_is_read_back_cut(desk: Mount) -> None:
    key = desk.made(1)
    [done] = desk.adapter.patch([desk.patch(key, summary="x" * 200)], [desk.summary])
    assert isinstance(done, Done)
    assert done.record is not None
    assert done.record.fields[desk.summary] == "x" * 160


@pytest.mark.parametrize("away", ["delete", "hide"])
def test_an_epic_that_is_not_shown_is_refused_by_the_field(board: JiraMount, away: str) -> None:
    """Nobody takes that for a word on the story itself: it is still there."""
    epic = board.made(1, kind="Epic")
    key = board.made(2)
    getattr(board, away)(epic)
    [refused] = board.adapter.patch([board.patch(key, parent=epic, summary="new words")], [])
    assert isinstance(refused, Refused)
    assert refused.error.field in ("parent", board.world.site.epic_link)
    assert board.truth(key, "summary") == "record 2"
