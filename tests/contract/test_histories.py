"""How records came to be as they are: every step, in order, in words and ids, or none at all."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from connector.articles import ARTICLE
from connector.errors import AccessLost, BrokenAnswer, NotThere, RetryLater
from connector.histories import Step
from connector.sandbox.people import INTEGRATION
from tests.contract.mounts import LONG_AGO, START, JiraMount, Mount, ServiceNowMount

AUDIT = "sys_audit"


def told(mount: Mount, key: str, *fields: str) -> list[tuple[Any, ...]]:
    """When, what, and the words before and after, of one record."""
    natives = [mount.native(name) for name in fields]
    steps = mount.adapter.histories(mount.container, [key], natives).get(key, ())
    return [(step.at, step.field, step.before, step.after) for step in steps]


def walked(mount: Mount, key: str, *states: str) -> list[tuple[str, Any]]:
    """A record goes from state to state, a minute each; states with the times of arrival."""
    arrived = []
    for state in states:
        mount.clock.advance(60)
        closing = mount.closing if state == mount.far else {}
        mount.adapter.move([mount.move(key, state, **closing)], [])
        arrived.append((state, mount.clock.now()))
    return arrived


def words(mount: Mount, state: str) -> str:
    """What people read for a status."""
    if mount.indexed:
        return state
    return {"1": "New", "2": "In Progress", "6": "Resolved"}[state]


def test_the_way_through_the_statuses_is_told_oldest_first(mount: Mount) -> None:
    key = mount.made(1)
    (_, near_at), (_, far_at) = walked(mount, key, mount.near, mount.far)
    steps = told(mount, key, "status")
    first, near, far = (words(mount, one) for one in (mount.first, mount.near, mount.far))
    assert steps[0] == (near_at, mount.status, first, near)
    assert all(far_at <= at < far_at + timedelta(seconds=1) for at, *_ in steps[1:])
    assert steps[-1][-1] == far
    whole = [first, *(after for *_, after in steps)]
    assert [before for *_, before, _after in steps] == whole[:-1], "each begins where one ended"


def test_a_step_tells_ids_beside_the_words(mount: Mount) -> None:
    key = mount.made(1)
    jonas = mount.person_key("jonas.weber")
    mount.clock.advance(60)
    mount.adapter.patch([mount.patch(key, person=jonas)], [])
    mount.clock.advance(60)
    mount.adapter.patch([mount.patch(key, person=None)], [])
    found = mount.adapter.histories(mount.container, [key], [mount.person])
    shown = "Jonas Weber" if mount.indexed else jonas
    at = START + timedelta(seconds=60)
    assert found[key] == (
        Step(at, mount.person, None, shown, None, jonas),
        Step(at + timedelta(seconds=60), mount.person, shown, None, jonas, None),
    )


def test_only_the_fields_that_were_asked_for_are_told(mount: Mount) -> None:
    key = mount.made(1)
    mount.clock.advance(60)
    mount.edit(key, summary="other words")
    walked(mount, key, mount.near)
    mount.clock.advance(60)
    mount.edit(key, description="a tale")
    both = told(mount, key, "status", "summary")
    assert [row[1] for row in both] == [mount.summary, mount.status]
    assert both[0][2:] == ("record 1", "other words")
    assert told(mount, key, "description")[0][2:] == (None, "a tale")


def test_many_records_are_told_in_few_requests(mount: Mount) -> None:
    keys = mount.all_made([mount.draft(n) for n in range(120)])
    mount.clock.advance(60)
    for key in keys[:90]:
        mount.edit(key, summary="other words")
    mount.adapter.histories(mount.container, keys[:1], [mount.summary])
    before = mount.adapter.meter.totals()
    found = mount.adapter.histories(mount.container, [*keys, "9" * 9], [mount.summary])
    after = mount.adapter.meter.totals()
    assert set(found) == set(keys[:90]), "who has no step is absent"
    assert {len(steps) for steps in found.values()} == {1}
    assert {**after, "read": 0} == {**before, "read": 0}
    unknown_spoils_it = getattr(mount, "flavour", "") == "dc"
    assert after["read"] - before["read"] <= (30 if unknown_spoils_it else 3)


def test_what_is_gone_or_hidden_is_absent(mount: Mount) -> None:
    keys = mount.all_made([mount.draft(n) for n in range(4)])
    mount.clock.advance(60)
    for key in keys:
        mount.edit(key, summary="other words")
    if mount.indexed:
        mount.hide(keys[0])
        mount.delete(keys[1])
        keys = keys[2:]
    found = mount.adapter.histories(mount.container, [*keys, "9" * 9], [mount.summary])
    assert set(found) == set(keys)


def test_nothing_asked_costs_nothing(mount: Mount) -> None:
    key = mount.made(1)
    before = mount.adapter.meter.totals()
    assert mount.adapter.histories(mount.container, [], [mount.status]) == {}
    assert mount.adapter.histories(mount.container, [key], []) == {}
    assert mount.adapter.meter.totals() == before


def test_a_field_that_is_not_there_is_not_one_without_steps(mount: Mount) -> None:
    key = mount.made(1)
    walked(mount, key, mount.near)
    with pytest.raises(NotThere, match="u_nothing"):
        mount.adapter.histories(mount.container, [key], [mount.status, "u_nothing"])


def test_a_history_is_tried_again(mount: Mount) -> None:
    key = mount.made(1)
    walked(mount, key, mount.near)
    mount.weather("anything", "status", status=503, times=2)
    assert len(told(mount, key, "status")) == 1
    mount.weather("anything", "status", status=503, times=None)
    with pytest.raises(RetryLater):
        told(mount, key, "status")


# ---- ServiceNow: the audit, and who may read it


def test_lines_of_one_second_are_told_in_the_order_of_writing(desk: Mount) -> None:
    key = desk.made(1)
    for number in range(5):
        desk.edit(key, summary=f"words {number}")
    steps = told(desk, key, "summary")
    assert [after for *_, after in steps] == [f"words {number}" for number in range(5)]


def test_an_audit_that_may_not_be_read_is_no_history(desk: ServiceNowMount) -> None:
    key = desk.made(1)
    walked(desk, key, desk.near)
    desk.world.knobs.denied_tables.add(AUDIT)
    with pytest.raises(NotThere, match="may not read sys_audit"):
        told(desk, key, "status")


def test_an_audit_whose_every_line_is_hidden_is_no_history(desk: ServiceNowMount) -> None:
    key = desk.made(1)
    walked(desk, key, desk.near)
    desk.world.knobs.hidden_rows |= {row["sys_id"] for row in desk.world.rows(AUDIT)}
    with pytest.raises(NotThere, match="no line about incident"):
        told(desk, key, "status")


def test_a_table_that_is_not_audited_has_no_history(desk: ServiceNowMount) -> None:
    by = desk.world.caller("amira.haddad")
    desk.world.roles["amira.haddad"].add("admin")
    row = desk.world.insert("problem_task", {"short_description": "a task"}, by)
    desk.world.update("problem_task", row["sys_id"], {"short_description": "other"}, by)
    with pytest.raises(NotThere, match="no line about problem_task"):
        desk.adapter.histories("problem_task", [row["sys_id"]], ["short_description"])


def test_articles_have_no_history(desk: Mount) -> None:
    with pytest.raises(NotThere, match="article"):
        desk.adapter.histories(ARTICLE, ["KB0010001"], ["workflow_state"])


def test_an_account_that_lost_its_role_has_lost_access(desk: ServiceNowMount) -> None:
    key = desk.made(1)
    walked(desk, key, desk.near)
    told(desk, key, "status")
    desk.world.roles[INTEGRATION].clear()
    with pytest.raises(AccessLost):
        told(desk, key, "status")


# ---- Jira: bulk pages, the index, histories that are cut


def test_fields_of_a_teams_own_are_told_by_the_name_that_was_asked_for(board: JiraMount) -> None:
    key = board.made(1)
    board.clock.advance(60)
    board.edit(key, **{"Sprint": "Sprint 2"})
    board.clock.advance(60)
    board.edit(key, **{"Sprint": "Sprint 3"})
    steps = board.adapter.histories("OPS", [key], ["Sprint", "status"])[key]
    assert [step.field for step in steps] == ["Sprint", "Sprint"]
    assert (steps[0].before, steps[0].after, steps[0].after_id) == (None, "Sprint 2", "32")
    assert steps[1].after == "Sprint 3"


def test_versions_components_and_labels_are_told(board: JiraMount) -> None:
    key = board.made(1)
    board.clock.advance(60)
    hands = board.hands()
    hands.edit(key, fixVersions=("2026.1",), components=("Checkout",))
    board.clock.advance(60)
    hands.edit(key, labels=("a", "b"))
    names = ["fixVersions", "components", "labels"]
    steps = {step.field: step for step in board.adapter.histories("OPS", [key], names)[key]}
    assert (steps["fixVersions"].before, steps["fixVersions"].after) == (None, "2026.1")
    assert steps["components"].after == "Checkout"
    assert (steps["labels"].before, steps["labels"].after) == ("tandem-1", "a b")
    assert steps["labels"].after_id is None


def test_a_story_that_changes_its_epic_is_told(board: JiraMount) -> None:
    hands = board.hands()
    first, second = (hands.create("OPS", "Epic", f"epic {n}") for n in (1, 2))
    key = board.made(1, parent=first.id)
    board.clock.advance(60)
    board.edit(key, parent=second.id)
    [step] = board.adapter.histories("OPS", [key], ["parent"])[key]
    assert (step.field, step.before, step.after) == ("parent", first.key, second.key)


def test_links_and_categories_have_no_history_of_their_own(board: JiraMount) -> None:
    key = board.made(1)
    for name in ("link:is blocked by", "status_category"):
        with pytest.raises(NotThere):
            board.adapter.histories("OPS", [key], [name])


def test_more_than_ten_fields_may_be_asked_for(board: JiraMount) -> None:
    key = board.made(1)
    walked(board, key, board.near)
    many = ["summary", "description", "status", "priority", "assignee", "labels", "duedate"]
    many += ["components", "fixVersions", "reporter", "resolution", "Sprint"]
    found = board.adapter.histories("OPS", [key], many)[key]
    assert [step.field for step in found] == ["status"]


def test_a_record_that_moved_to_another_project_keeps_its_history(board: JiraMount) -> None:
    key = board.made(1)
    walked(board, key, board.near)
    board.hands().move_project(key, "DESK")
    assert told(board, key, "status")[0][3] == board.near


@pytest.mark.parametrize("changes", [39, 40, 41, 130])
def test_a_long_history_is_told_whole(board: JiraMount, changes: int) -> None:
    keys = board.all_made([board.draft(n) for n in range(5)])
    for number in range(changes):
        board.clock.advance(1)
        board.edit(keys[0], summary=f"words {number}")
    board.edit(keys[1], summary="words 0")
    found = board.adapter.histories("OPS", keys, ["summary"])
    assert [step.after for step in found[keys[0]]] == [f"words {n}" for n in range(changes)]
    assert [step.after for step in found[keys[1]]] == ["words 0"]


def test_more_entries_than_a_page_holds(board: JiraMount) -> None:
    keys = board.all_made([board.draft(n) for n in range(30)])
    for number in range(40):
        board.clock.advance(1)
        for key in keys:
            board.edit(key, summary=f"words {number}")
    found = board.adapter.histories("OPS", keys, ["summary"])
    expected = [f"words {n}" for n in range(40)]
    assert {key: [step.after for step in steps] for key, steps in found.items()} == dict.fromkeys(
        keys, expected
    )


def test_data_center_tells_what_its_index_has_and_cloud_what_is(board: JiraMount) -> None:
    keys = board.all_made([board.draft(n) for n in range(5)])
    board.sandbox.index.lag = 600
    late = board.made(9)
    walked(board, keys[0], board.near)
    walked(board, late, board.near)
    found = board.adapter.histories("OPS", [*keys, late], ["status"])
    assert late in found, "what the index does not know at all is read by itself"
    assert (keys[0] in found) is (board.flavour == "cloud")
    board.clock.advance(601)
    assert keys[0] in board.adapter.histories("OPS", keys, ["status"])


def test_a_history_that_stays_cut_is_not_passed_off_as_whole() -> None:
    board = JiraMount("dc", over_http=True)
    board.sandbox.settings.dc_history_cap = 40
    key = board.made(1)
    for number in range(41):
        board.edit(key, summary=f"words {number}")
    with pytest.raises(BrokenAnswer, match="only a part of the history of OPS-1"):
        told(board, key, "summary")
    board.adapter.close()


def test_times_are_the_servers(mount: Mount) -> None:
    key = mount.made(1)
    mount.clock.advance(1)
    [(_, at)] = walked(mount, key, mount.near)
    [(told_at, *_)] = told(mount, key, "status")
    assert told_at == at > LONG_AGO
    assert told_at.utcoffset() == timedelta(0)
