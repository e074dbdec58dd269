"""Safety limits: at them a plan goes, above them nothing is written until a person consents."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from connector.contents import File
from mappings.sides import Side
from sync.core.model import PairState
from sync.core.plan import Action, Delete, Detach, FieldWrite, Plan, Remark, Update
from sync.core.safety import Consent, Doubt, Holding, Limits, Standing, check
from tests.support.links import a_link
from tests.unit.core.test_plan import a_comment, a_create

PAIR = "incident-story"
RAN = PairState(PAIR, "f", first_run_done=True)
TEXT = FieldWrite("summary", "old", "new", "")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LIMITS = Limits(creates=3, closings=2, blanks=2, update_share=0.5, update_floor=4)


def creates(number: int) -> list[Action]:
    return [a_create(n) for n in range(number)]


def updates(number: int, **write: Any) -> list[Action]:
    return [an_update(n, replace(TEXT, **write)) for n in range(number)]


def an_update(number: int, *writes: FieldWrite, side: Side = Side.JIRA) -> Update:
    return Update(PAIR, side, replace(a_link(number), id=number), writes)


def reasons(actions: list[Action], limits: Limits = LIMITS, **standing: Any) -> list[str]:
    where = {"state": RAN, "fingerprint": "f", "links": 0, **standing}
    return [one.reason for one in check(Plan(tuple(actions)), {PAIR: Standing(**where)}, limits)]


@pytest.mark.parametrize(
    ("make", "limit", "word"),
    [
        (creates, 3, "creates"),
        (lambda n: updates(n, closes=True), 2, "closings"),
        (lambda n: updates(n, new=None), 2, "empty summary"),
        (lambda n: updates(n, new=""), 2, "empty summary"),
        (lambda n: updates(n, new=()), 2, "empty summary"),
    ],
)
def test_each_count_holds_above_its_limit_only(make: Any, limit: int, word: str) -> None:
    assert reasons(make(limit - 1)) == []
    assert reasons(make(limit)) == []
    [reason] = reasons(make(limit + 1))
    assert reason.startswith(str(limit + 1))
    assert word in reason
    assert f"allowed {limit}" in reason


@pytest.mark.parametrize("value", [0, False, "0", 0.0])
def test_a_zero_is_no_blank(value: Any) -> None:
    assert reasons(updates(9, new=value), replace(LIMITS, update_floor=100)) == []


def test_blanks_count_for_each_field_alone() -> None:
    one = FieldWrite("due", "x", None, "")
    two = replace(one, name="assignee")
    three = [an_update(1, one, two), an_update(2, one, two)]
    assert reasons([*three]) == []
    assert len(reasons([*three, an_update(3, one, two)])) == 2


def test_the_share_of_updates_counts_above_a_floor_of_links() -> None:
    assert reasons(updates(4), links=4) == []
    assert reasons(updates(5), links=4) == []
    assert reasons(updates(2), links=5) == []
    assert reasons(updates(3), links=6) == []
    assert reasons(updates(3), links=5) == ["3 of 5 links updated, allowed 50% of them"]


def test_the_share_counts_links_and_not_writes() -> None:
    both = [an_update(1, TEXT), an_update(1, TEXT, side=Side.SERVICENOW)]
    assert reasons([*both, an_update(2, TEXT)], links=5) == []


def test_comments_and_creates_are_no_updates() -> None:
    link = replace(a_link(1), id=1)
    remarks: list[Action] = [Remark(PAIR, Side.JIRA, link, a_comment()) for _ in range(9)]
    assert reasons([*remarks, *creates(3)], links=5) == []


def test_the_limits_people_were_promised() -> None:
    assert Limits() == Limits(50, 20, 10, 0.30, 25)


def test_a_first_run_asks_but_only_when_there_is_something_to_write() -> None:
    fresh = PairState(PAIR)
    assert reasons([], state=fresh) == []
    standing = Standing(fresh, "f", 0)
    [held] = check(Plan(tuple(creates(1))), {PAIR: standing}, LIMITS)
    assert held == Holding(PAIR, "this is the pair's first run", Consent.YES, first_run=True)


def test_a_first_run_over_a_limit_says_both() -> None:
    assert len(reasons(creates(4), state=PairState(PAIR))) == 2


def test_a_changed_mapping_asks() -> None:
    assert reasons(creates(1), fingerprint="g") == ["its mapping changed since the last run"]
    assert reasons([], fingerprint="g") == []
    assert reasons(creates(1), state=replace(RAN, fingerprint="")) == []


@pytest.mark.parametrize("consent", Consent)
def test_a_doubt_about_a_side_asks_even_with_nothing_to_write(consent: Consent) -> None:
    doubt = Doubt("none of 9 linked records is visible in jira", consent)
    [held] = check(Plan(), {PAIR: Standing(RAN, "f", 9, (doubt,))}, LIMITS)
    assert held == Holding(PAIR, doubt.reason, consent)


def test_each_pair_is_counted_alone() -> None:
    other = [a_create(n, "problem-epic") for n in range(3)]
    standings = {
        "problem-epic": Standing(replace(RAN, pair="problem-epic"), "f", 0),
        PAIR: Standing(RAN, "f", 0),
    }
    assert check(Plan((*creates(3), *other)), standings, LIMITS) == ()
    held = check(Plan((*creates(4), *other)), standings, LIMITS)
    assert [one.pair for one in held] == [PAIR]


def test_a_limit_of_none_allows_none() -> None:
    nothing = Limits(0, 0, 0, 0.0, 0)
    assert reasons([], nothing, links=3) == []
    everything = [*creates(1), an_update(1, replace(TEXT, new=None, closes=True))]
    assert len(reasons(everything, nothing, links=3)) == 4


def a_deletion(number: int) -> Action:
    return Delete("incident-story", Side.JIRA, replace(a_link(number), id=number), "1", "deleted")


def a_copy(number: int) -> Action:
    file = File("OPS", "1", f"{number}", "a.txt", 1, "text/plain", "tandem", "Tandem", NOON)
    return Detach("incident-story", Side.JIRA, replace(a_link(number), id=number), file, "2")


def held(actions: list[Action]) -> tuple[Holding, ...]:
    """What holds a plan of a pair that had its first run."""
    standing = Standing(PairState("incident-story", "f", first_run_done=True), "f", 100)
    return check(Plan(tuple(actions)), {"incident-story": standing}, Limits())


@pytest.mark.parametrize("number", [1, 2])
def test_no_record_is_deleted_without_a_word_on_exactly_that(number: int) -> None:
    [holding] = held([a_deletion(one) for one in range(number)])
    assert (holding.consent, holding.deletes) == (Consent.HASH, True)
    assert f"{number} record" in holding.reason


def test_a_few_copies_of_deleted_files_go_and_many_ask() -> None:
    assert held([a_copy(one) for one in range(5)]) == ()
    [holding] = held([a_copy(one) for one in range(6)])
    assert (holding.consent, holding.deletes) == (Consent.HASH, True)
    assert holding.reason == "6 files would be deleted, allowed 5"
