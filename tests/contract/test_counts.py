"""Numbers that a side counts itself: totals, groups, batches cut short, and what they leave out."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from connector.articles import ARTICLE
from connector.counts import Count
from connector.errors import AccessLost, NotThere, Rejected, RetryLater
from tests.contract.mounts import JiraMount, Mount, ServiceNowMount

FORTY_FIVE = 45
"""Questions of ServiceNow for three batches."""


def marked(mount: Mount, number: int) -> Count:
    """How many records carry the mark of that number: one."""
    mark = mount.mark(number)
    return Count(f"labels = {mark}" if mount.indexed else f"correlation_id={mark}")


def totals(mount: Mount, questions: Sequence[Count]) -> list[int]:
    """The only number of each question."""
    found = mount.adapter.counts(mount.container, questions)
    assert all(list(one) == [""] for one in found)
    return [one[""] for one in found]


def asked(mount: Mount, questions: Sequence[Count]) -> int:
    """The requests that this costs once the side is known."""
    mount.adapter.counts(mount.container, questions[:1])
    before = mount.adapter.meter.totals()
    mount.adapter.counts(mount.container, questions)
    after = mount.adapter.meter.totals()
    assert {**after, "read": 0} == {**before, "read": 0}, "counting writes nothing"
    return after["read"] - before["read"]


def test_a_scope_is_counted_and_so_is_everything(mount: Mount) -> None:
    mount.all_made([mount.draft(n, grade=mount.high) for n in range(3)])
    mount.all_made([mount.draft(n) for n in range(3, 5)])
    assert totals(mount, [Count(mount.scope), Count()]) == [3, 5]
    assert totals(mount, [Count(mount.scope)]) == [3]
    assert totals(mount, [Count()]) == [5]


def test_nothing_there_is_none(mount: Mount) -> None:
    assert totals(mount, [Count(), Count(mount.scope)]) == [0, 0]


def test_many_questions_are_answered_in_their_order(mount: Mount) -> None:
    mount.all_made([mount.draft(n) for n in range(0, FORTY_FIVE, 2)])
    found = totals(mount, [marked(mount, n) for n in range(FORTY_FIVE)])
    assert found == [(n + 1) % 2 for n in range(FORTY_FIVE)]


def test_what_counting_costs(mount: Mount) -> None:
    mount.made(1)
    questions = [marked(mount, n) for n in range(FORTY_FIVE)]
    single = asked(mount, questions[:1])
    many = asked(mount, questions)
    if mount.indexed:
        assert many - single == FORTY_FIVE - 1, "one request a question"
    else:
        assert (single, many) == (1, 3), "twenty questions in a batch"


def test_no_question_costs_nothing(mount: Mount) -> None:
    before = mount.adapter.meter.totals()
    assert mount.adapter.counts(mount.container, []) == []
    assert mount.adapter.meter.totals() == before


def test_a_count_is_tried_again(mount: Mount) -> None:
    mount.made(1)
    mount.weather("anything", "status", status=503, times=2)
    assert totals(mount, [Count(), marked(mount, 1), marked(mount, 2)]) == [1, 1, 0]
    mount.weather("anything", "status", status=503, times=None)
    with pytest.raises(RetryLater):
        totals(mount, [Count(), marked(mount, 1)])


def test_what_is_not_there_is_not_counted_as_none(mount: Mount) -> None:
    for questions in ([Count()], [Count(), Count(mount.scope)]):
        with pytest.raises(NotThere):
            mount.adapter.counts("nonsense", questions)


# ---- ServiceNow: groups, batches, rights


def test_a_hundred_groups_are_all_told(desk: Mount) -> None:
    desk.all_made([desk.draft(n, summary=f"kind {n % 100}") for n in range(130)])
    [found] = desk.adapter.counts("incident", [Count(by="short_description")])
    assert found == {f"kind {n}": 2 if n < 30 else 1 for n in range(100)}


def test_the_group_without_a_value_is_a_group(desk: Mount) -> None:
    mei = desk.person_key("mei.chen")
    desk.all_made([desk.draft(n, person=mei) for n in range(2)])
    desk.all_made([desk.draft(n) for n in range(2, 5)])
    [found] = desk.adapter.counts("incident", [Count("", "assigned_to")])
    assert found == {mei: 2, "": 3}, "references are told raw"


def test_groups_and_totals_may_be_asked_for_together(desk: Mount) -> None:
    desk.all_made([desk.draft(n, grade=desk.high) for n in range(2)])
    desk.all_made([desk.draft(2)])
    questions = [Count(by="urgency"), Count(), Count("urgency=1", "state"), Count("urgency=2", "x")]
    found = desk.adapter.counts("incident", questions[:3])
    assert found == [{"1": 2, "3": 1}, {"": 3}, {"1": 2}]
    assert desk.adapter.counts("incident", [Count("urgency=2", "state")]) == [{}]


def test_the_order_of_a_scope_makes_no_groups(desk: Mount) -> None:
    desk.all_made([desk.draft(n) for n in range(3)])
    assert totals(desk, [Count("active=true^ORDERBYDESCnumber")]) == [3]
    assert totals(desk, [Count("number=x^ORDERBYnumber^NQactive=true^ORDERBYnumber^EQ")]) == [3]


def test_rows_that_are_hidden_from_us_are_counted_all_the_same(desk: Mount) -> None:
    keys = desk.all_made([desk.draft(n) for n in range(3)])
    desk.hide(keys[0])
    assert totals(desk, [Count(), marked(desk, 0)]) == [3, 1]


def test_a_condition_that_is_passed_over_widens_the_count_and_only_the_witness_tells(
    desk: Mount,
) -> None:
    desk.all_made([desk.draft(n) for n in range(3)])
    scope = "active=true^urgnecy=1"
    assert totals(desk, [Count(scope)]) == [3]
    with pytest.raises(NotThere, match="urgnecy"):
        desk.adapter.witness.heed("incident", scope)


@pytest.mark.parametrize("served", [0, 1, 7, 19])
def test_a_batch_that_runs_out_of_time_is_asked_for_the_rest(
    desk: ServiceNowMount, served: int
) -> None:
    desk.all_made([desk.draft(n) for n in range(0, FORTY_FIVE, 2)])
    desk.world.knobs.batch_serves = served
    found = totals(desk, [marked(desk, n) for n in range(FORTY_FIVE)])
    assert found == [(n + 1) % 2 for n in range(FORTY_FIVE)]


def test_one_refused_question_of_a_batch_is_no_number(desk: ServiceNowMount) -> None:
    desk.made(1)
    desk.world.knobs.no_range.add("incident.sys_updated_on")
    bad = Count("sys_updated_on>=2026-01-01 00:00:00")
    for questions in ([bad], [Count(), bad, Count(by="state")]):
        with pytest.raises(AccessLost, match="Insufficient rights to query records") as caught:
            desk.adapter.counts("incident", questions)
        assert "stats/incident" in caught.value.where
    assert totals(desk, [Count(), Count()]) == [1, 1], "the account itself is not in doubt"


def test_a_table_that_we_may_not_query_is_not_counted(desk: Mount) -> None:
    desk.made(1)
    desk.close_off()
    for questions in ([Count()], [Count(), Count(by="state")]):
        with pytest.raises(AccessLost):
            desk.adapter.counts("incident", questions)


@pytest.mark.parametrize("column", ["no_such_column", "assigned_to.no_such_column"])
def test_groups_by_what_is_no_column_are_no_number(desk: Mount, column: str) -> None:
    desk.made(1)
    with pytest.raises((AccessLost, NotThere)):
        desk.adapter.counts("incident", [Count(by=column)])


def test_what_stands_beyond_a_reference_makes_groups_too(desk: Mount) -> None:
    desk.all_made([desk.draft(1, person=desk.person_key("mei.chen")), desk.draft(2)])
    [found] = desk.adapter.counts("incident", [Count(by="assigned_to.user_name")])
    assert found == {"mei.chen": 1, "": 1}


def test_articles_are_not_counted(desk: Mount) -> None:
    with pytest.raises(NotThere, match="articles"):
        desk.adapter.counts(ARTICLE, [Count()])
    assert desk.counted("read") == 0


# ---- Jira: no groups, an index


def test_jira_knows_no_groups(board: JiraMount) -> None:
    with pytest.raises(NotThere, match="groups"):
        board.adapter.counts("OPS", [Count(), Count(by="status")])
    assert board.counted("read") == 0


def test_a_count_sees_what_the_index_sees(board: JiraMount) -> None:
    board.made(1)
    board.sandbox.index.lag = 45
    board.all_made([board.draft(2), board.draft(3)])
    assert totals(board, [Count(), marked(board, 2)]) == [1, 0]
    board.clock.advance(46)
    assert totals(board, [Count(), marked(board, 2)]) == [3, 1]


def test_issues_that_are_hidden_from_us_are_not_counted(board: JiraMount) -> None:
    keys = board.all_made([board.draft(n) for n in range(3)])
    board.hide(keys[0])
    assert totals(board, [Count(), marked(board, 0)]) == [2, 0]


def test_only_the_issues_of_the_project_are_counted(board: JiraMount) -> None:
    board.made(1)
    board.hands().create("DESK", board.hands().world.project("DESK").types[0].name, "elsewhere")  # type: ignore[union-attr]
    assert totals(board, [Count(), Count('project = DESK OR summary ~ "record"')]) == [1, 1]


@pytest.mark.parametrize("scope", ["labels = ", "labels = a) OR (labels = b", "labels = a ORDER"])
def test_a_scope_that_cannot_be_read_is_no_zero(board: JiraMount, scope: str) -> None:
    board.made(1)
    with pytest.raises(Rejected):
        board.adapter.counts("OPS", [Count(scope)])


def test_cloud_counts_nothing_for_a_value_that_it_does_not_know(board: JiraMount) -> None:
    board.made(1)
    scope = "priority = Nonsense"
    if board.flavour == "cloud":
        assert totals(board, [Count(scope)]) == [0], "only a strict look at the scope can tell"
    else:
        with pytest.raises(Rejected):
            board.adapter.counts("OPS", [Count(scope)])
