"""Plans: their order, what their hash covers, what they count."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mappings.sides import Side
from mappings.values import Change, Wish
from sync.core.model import End
from sync.core.plan import Action, Adopt, Carried, Create, FieldWrite, Plan, Remark, Update, ordered
from tests.support.links import a_link

SN, JIRA = Side.SERVICENOW, Side.JIRA
PAIRS = ("problem-epic", "incident-story")
TEXT = FieldWrite("summary", "old", "new", "changed in servicenow")
MOVE = FieldWrite("status", "1", "Done", "why", change=Change(wish=Wish("status", ("Done",))))


def stored(number: int) -> Any:
    return replace(a_link(number), id=number)


def a_comment(reference: str = "(ref aaaaaaaaaaaa)", **changes: Any) -> Carried:
    return replace(Carried("c1", "comment", reference, "hello", "Ann"), **changes)


def a_create(number: int = 1, pair: str = "incident-story", **changes: Any) -> Create:
    end = End("incident", f"key{number}", f"INC{number:07}")
    made = Create(
        pair, JIRA, "OPS", end, f"m{number}", f"tandem-m{number}", (TEXT,), (), "in scope"
    )
    return replace(made, **changes)


def an_update(number: int = 1, side: Side = JIRA, *writes: FieldWrite) -> Update:
    return Update("incident-story", side, stored(number), writes or (TEXT,))


def an_adopt(number: int = 1) -> Adopt:
    link = stored(number)
    return Adopt("incident-story", SN, link.servicenow, link.jira, SN, "it bears our mark")


def a_remark(number: int = 1, reference: str = "(ref aaaaaaaaaaaa)") -> Remark:
    return Remark("incident-story", JIRA, stored(number), a_comment(reference))


def test_pairs_come_in_their_order_and_twins_before_changes_before_comments() -> None:
    there = [a_remark(), an_update(), a_create(7), an_adopt(3), a_create(8, "problem-epic")]
    assert [(one.pair, type(one)) for one in ordered(there, PAIRS)] == [
        ("problem-epic", Create),
        ("incident-story", Adopt),
        ("incident-story", Create),
        ("incident-story", Update),
        ("incident-story", Remark),
    ]


def test_within_a_kind_the_place_decides_and_servicenow_is_no_exception() -> None:
    there = [an_update(2, SN), an_update(1, SN), an_update(2), an_update(1)]
    assert [(one.side, one.link.id) for one in ordered(there, PAIRS)] == [  # type: ignore[union-attr]
        (JIRA, 1), (JIRA, 2), (SN, 1), (SN, 2),
    ]  # fmt: skip


def test_comments_of_one_record_keep_their_order() -> None:
    there: list[Action] = [a_remark(1, "(ref c)"), a_remark(1, "(ref a)"), a_remark(1, "(ref b)")]
    kept = [one.comment.reference for one in ordered(there, PAIRS)]  # type: ignore[union-attr]
    assert kept == ["(ref c)", "(ref a)", "(ref b)"]


def test_a_pair_that_is_gone_comes_last() -> None:
    assert ordered([a_create(1, "old"), a_create(2)], PAIRS)[-1].pair == "old"


def test_the_order_of_discovery_changes_neither_plan_nor_hash() -> None:
    there = [a_remark(), an_update(), a_create(7), an_adopt(3), a_create(8, "problem-epic")]
    forward, back = ordered(there, PAIRS), ordered(there[::-1], PAIRS)
    assert Plan(forward).hash == Plan(back).hash


def test_the_hash_is_the_same_in_another_process_and_short() -> None:
    assert Plan((a_create(), an_update())).hash == Plan((a_create(), an_update())).hash
    assert Plan(()).hash == "4f53cda18c2b"
    assert len(Plan((a_create(),)).hash) == 12


@pytest.mark.parametrize(
    "other",
    [
        an_update(2),
        an_update(1, SN),
        an_update(1, JIRA, replace(TEXT, new="newer")),
        an_update(1, JIRA, replace(TEXT, name="description")),
        an_update(1, JIRA, TEXT, MOVE),
        replace(an_update(), pair="problem-epic"),
        a_create(),
        an_adopt(),
        a_remark(),
    ],
)
def test_whatever_would_be_written_changes_the_hash(other: Action) -> None:
    assert Plan((an_update(),)).hash != Plan((other,)).hash


@pytest.mark.parametrize(
    "other",
    [
        a_create(remarks=(a_comment(),)),
        a_create(writes=(replace(TEXT, new="newer"),)),
        a_create(2),
        a_create(side=SN),
    ],
)
def test_a_create_is_told_from_others(other: Create) -> None:
    assert Plan((a_create(),)).hash != Plan((other,)).hash


@pytest.mark.parametrize(
    "same",
    [
        replace(an_update(), version="another", seen={"summary": "old"}),
        an_update(1, JIRA, replace(TEXT, reason="another reason", old="another old")),
    ],
)
def test_when_and_why_do_not_change_the_hash(same: Update) -> None:
    """An approval must still hold when the same plan is made a minute later."""
    assert Plan((an_update(),)).hash == Plan((same,)).hash


def test_findings_are_not_part_of_the_hash() -> None:
    assert Plan((), ()).hash == Plan(()).hash


def test_counts_name_sides_and_leave_out_what_is_none() -> None:
    assert Plan(()).counts() == {}
    plan = Plan(
        (
            a_create(remarks=(a_comment(), a_comment("(ref b)"))), a_create(2, side=SN),
            an_update(1, JIRA, TEXT, MOVE), an_update(2, JIRA, MOVE), an_update(3, SN),
            an_adopt(), a_remark(),
        )
    )  # fmt: skip
    assert plan.counts() == {
        "create": {"servicenow": 1, "jira": 1},
        "update": {"servicenow": 1, "jira": 1},
        "transition": {"servicenow": 0, "jira": 2},
        "comment": {"servicenow": 0, "jira": 3},
        "adopt": {"servicenow": 1, "jira": 0},
    }


def test_a_part_of_a_plan_is_one_pairs() -> None:
    plan = Plan((a_create(8, "problem-epic"), a_create()))
    assert plan.of("problem-epic").actions == (a_create(8, "problem-epic"),)
    assert plan.of("none") == Plan()
