"""Creates: results in order, marks in the record from its first moment, one bad among good ones."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connector.errors import NotThere
from connector.values import CommentDraft, Done, NotSent, Refused
from tests.contract.mounts import JiraMount, Mount


def test_results_stand_in_the_order_of_the_drafts(mount: Mount) -> None:
    results = mount.adapter.create([mount.draft(number) for number in range(55)])
    done = [result for result in results if isinstance(result, Done)]
    assert len(done) == 55
    assert [mount.truth(one.key, "summary") for one in done] == [f"record {n}" for n in range(55)]
    assert all(mount.read(one.key).label == one.label for one in done[:3])
    assert mount.population() == 55


def test_the_mark_is_there_from_the_first_moment(mount: Mount) -> None:
    key = mount.made(7)
    if isinstance(mount, JiraMount):
        assert mount.truth(key, "labels") == (mount.mark(7),)
    else:
        assert mount.truth(key, "correlation_id") == mount.mark(7)


def test_properties_come_with_the_create(board: JiraMount) -> None:
    property_ = {"servicenow": {"number": "INC0010001"}}
    writes = board.counted("write")
    key = board.made(1, properties={"tandem": property_})
    assert board.world.issues[key].properties["tandem"] == property_
    assert board.counted("write") == writes + 1


def test_one_bad_draft_hides_nobody(mount: Mount) -> None:
    drafts = [mount.draft(1), mount.bad_draft(2), mount.draft(3)]
    first, bad, third = mount.adapter.create(drafts)
    assert isinstance(first, Done)
    assert isinstance(third, Done)
    assert mount.truth(third.key, "summary") == "record 3"
    assert isinstance(bad, Refused)
    assert bad.error.side == mount.system
    assert mount.population() == 2


def test_only_bad_drafts_are_each_refused(mount: Mount) -> None:
    results = mount.adapter.create([mount.bad_draft(number) for number in range(3)])
    assert [type(one) for one in results] == [Refused] * 3
    assert mount.population() == 0


def test_a_refusal_names_the_field_at_fault(board: JiraMount) -> None:
    [refused] = board.adapter.create([board.bad_draft(1)])
    assert isinstance(refused, Refused)
    assert refused.error.field == "summary"


def test_a_data_policy_is_a_refusal_in_the_instances_words(desk: Mount) -> None:
    [refused] = desk.adapter.create([desk.bad_draft(1)])
    assert isinstance(refused, Refused)
    assert "Resolution code" in refused.error.what
    assert refused.error.field == "Resolution code, Resolution notes"


def test_an_unknown_container_concerns_its_draft_only(mount: Mount) -> None:
    lost = replace(mount.draft(1), container="nonsense")
    wrong, right = mount.adapter.create([lost, mount.draft(2)])
    assert isinstance(wrong, NotSent)
    assert isinstance(wrong.error, NotThere)
    assert isinstance(right, Done)


def test_an_unknown_kind_is_named(board: JiraMount) -> None:
    [wrong] = board.adapter.create([replace(board.draft(1), kind="Saga")])
    assert isinstance(wrong, NotSent)
    assert isinstance(wrong.error, NotThere)
    assert "Saga" in str(wrong.error)


def test_first_comments_ride_in_their_order_or_not_at_all(mount: Mount) -> None:
    notes = tuple(
        CommentDraft(mount.container, "", mount.lane, f"note {n} [r{n}]", f"[r{n}]")
        for n in range(3)
    )
    writes = mount.counted("write")
    key = mount.made(1, comments=notes)
    assert mount.counted("write") == writes + 1
    told = [one.body for one in mount.adapter.comments(mount.container, [key])]
    assert told
    assert told == [note.body for note in notes][: len(told)]
    assert told == mount.remarks(key)


def test_no_comment_rides_to_where_customers_read(board: JiraMount) -> None:
    note = CommentDraft("DESK", "", "comment", "between us [r1]", "[r1]")
    key = board.made(1, container="DESK", kind="Task", comments=(note,))
    assert board.remarks(key) == []


def test_a_wanted_status_rides_or_stays_behind(mount: Mount) -> None:
    drafts = [replace(mount.draft(number), targets=(mount.near,)) for number in range(3)]
    keys = mount.all_made(drafts)
    assert {mount.truth(key, "status") for key in keys} <= {mount.first, mount.near}
    assert mount.truth(keys[-1], "status") == mount.near


def test_a_ride_that_is_refused_does_not_cost_the_record(mount: Mount) -> None:
    draft = replace(mount.draft(1), targets=(mount.far,))
    [done] = mount.adapter.create([draft])
    assert isinstance(done, Done)
    assert mount.truth(done.key, "status") == mount.first


def test_an_incident_is_made_although_its_resolution_is_refused(desk: Mount) -> None:
    resolved = {"close_code": "Galactic", "close_notes": "Mailbox moved"}
    writes = desk.counted("write")
    [done] = desk.adapter.create([replace(desk.draft(1, **resolved), targets=("6",))])
    assert isinstance(done, Done)
    assert desk.truth(done.key, "status") == desk.first
    assert desk.population() == 1
    assert desk.counted("write") == writes + 2


@pytest.mark.parametrize("away", ["delete", "hide"])
def test_an_epic_that_is_not_shown_keeps_only_its_own_story_back(
    board: JiraMount, away: str
) -> None:
    """It is the story that is refused, by the field: nothing else in the batch is."""
    epic = board.made(1, kind="Epic")
    getattr(board, away)(epic)
    refused, made = board.adapter.create([board.draft(2, parent=epic), board.draft(3)])
    assert isinstance(refused, Refused)
    assert refused.error.field in ("parent", board.world.site.epic_link)
    assert isinstance(made, Done)
