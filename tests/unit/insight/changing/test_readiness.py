"""What is not ready for its window, and what is done without approval."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mappings.loader import load_policy
from mappings.policy import SHIPPED
from sync.insight.changing.flags import UNAPPROVED, UNREADY, why_over
from sync.insight.changing.readiness import is_approved, unapproved, unready
from sync.insight.facts import ChangeFact, IssueFact

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
CHANGE = ChangeFact("c", "CHG1", NOW - DAY, planned=NOW + 2 * DAY, approval="requested")
EPIC = IssueFact("1", "OPS-1", "Epic", NOW)
STORY = IssueFact("2", "OPS-2", "Story", NOW, parent="1")
LINKS = {"c": "2"}


def task(label: str = "knowledge", parent: str = "1") -> IssueFact:
    return IssueFact("9", "OPS-9", "Task", NOW, parent=parent, labels=("x", label))


def told(*issues: IssueFact, change: ChangeFact = CHANGE) -> list[str]:
    found = unready([change], LINKS, issues, SHIPPED, NOW)
    assert all(one.change == change for one in found)
    return [one.why for one in found]


def test_a_change_without_knowledge_work_is_not_ready_and_says_where_it_was_looked_for() -> None:
    assert told(STORY, EPIC, task("other")) == [
        "The window opens 2026-03-04 09:00 UTC; at OPS-2 and its epic OPS-1 there is no work "
        "labelled knowledge or runbook."
    ]
    assert "at OPS-2 there is no work" in told(replace(STORY, parent=""))[0]


@pytest.mark.parametrize("label", ["knowledge", "runbook", "Runbook"])
@pytest.mark.parametrize("parent", ["1", "2"])
def test_such_work_below_the_story_or_its_epic_makes_it_ready(label: str, parent: str) -> None:
    assert told(STORY, EPIC, task(label, parent)) == []


def test_the_story_or_the_epic_may_be_that_work() -> None:
    assert told(replace(STORY, labels=("runbook",)), EPIC) == []
    assert told(STORY, replace(EPIC, labels=("runbook",))) == []


def test_work_elsewhere_or_without_a_parent_does_not() -> None:
    assert told(STORY, EPIC, task(parent="7")) != []
    assert told(replace(STORY, parent=""), task(parent="")) != []


def test_a_change_whose_issue_is_an_epic() -> None:
    links = {"c": "1"}
    assert unready([CHANGE], links, [EPIC, STORY], SHIPPED, NOW) != ()
    assert unready([CHANGE], links, [EPIC, task()], SHIPPED, NOW) == ()


@pytest.mark.parametrize(
    ("ahead", "flagged"),
    [
        (-SECOND, False),
        (timedelta(), True),
        (7 * DAY, True),
        (7 * DAY + SECOND, False),
    ],
)
def test_the_edges_of_seven_days(ahead: timedelta, flagged: bool) -> None:
    assert bool(told(STORY, change=replace(CHANGE, planned=NOW + ahead))) is flagged


def test_nothing_is_said_where_nothing_is_known_or_nothing_opens() -> None:
    assert told(EPIC) == []  # its story is not known
    assert unready([CHANGE], {}, [STORY], SHIPPED, NOW) == ()
    assert told(STORY, change=replace(CHANGE, planned=None)) == []
    assert told(STORY, change=replace(CHANGE, active=False)) == []


def test_days_and_labels_are_the_policys() -> None:
    policy = load_policy({"policy.yaml": "readiness: {days: 1, labels: OPS-Docs}"})
    soon = replace(CHANGE, planned=NOW + DAY)
    assert unready([CHANGE], LINKS, [STORY], policy, NOW) == ()
    assert unready([soon], LINKS, [STORY, task("knowledge", "2")], policy, NOW) != ()
    assert unready([soon], LINKS, [STORY, task("ops-docs", "2")], policy, NOW) == ()


def test_the_soonest_comes_first() -> None:
    late = replace(CHANGE, key="d", number="CHG0", planned=NOW + 3 * DAY)
    found = unready([late, CHANGE], {"c": "2", "d": "2"}, [STORY], SHIPPED, NOW)
    assert [one.change.number for one in found] == ["CHG1", "CHG0"]


DONE = replace(STORY, resolved=NOW)


def flagged(change: ChangeFact, issue: IssueFact = DONE) -> bool:
    return [(one.issue, one.change) for one in unapproved([change], LINKS, [issue])] == [
        (issue, change)
    ]


def test_a_story_that_is_done_before_its_change_is_approved_is_flagged() -> None:
    assert flagged(CHANGE)
    assert not flagged(CHANGE, STORY)
    assert not flagged(replace(CHANGE, approval="approved"))
    assert unapproved([CHANGE], {}, [DONE]) == ()


def test_a_closed_change_counts_if_it_was_carried_out_and_not_if_it_was_called_off() -> None:
    closed = replace(CHANGE, active=False, closed=NOW)
    assert not flagged(closed)
    assert flagged(replace(closed, code="successful"))
    assert flagged(replace(closed, began=NOW))


def test_the_change_itself_is_believed_before_its_approvers() -> None:
    assert is_approved(replace(CHANGE, approval="Approved"))
    assert not is_approved(replace(CHANGE, approval="rejected", approved=NOW))
    assert is_approved(replace(CHANGE, approval="", approved=NOW))
    assert not is_approved(replace(CHANGE, approval=""))


def test_flags_come_by_number() -> None:
    other = replace(CHANGE, key="d", number="CHG0")
    found = unapproved([CHANGE, other], {"c": "2", "d": "2"}, [DONE])
    assert [one.change.number for one in found] == ["CHG0", "CHG1"]


@pytest.mark.parametrize(
    ("state", "approved"), [("", False), ("-5", False), ("-2", True), ("3", True), ("4", False)]
)
def test_a_standard_change_is_approved_once_it_has_left_new(state: str, *, approved: bool) -> None:
    change = replace(CHANGE, type="standard", state=state, approval="not requested")
    assert is_approved(change) is approved
    assert not is_approved(replace(change, type="normal"))


@pytest.mark.parametrize(
    ("flag", "change", "issue", "over"),
    [
        (UNAPPROVED, CHANGE, replace(STORY, resolved=NOW), ""),
        (UNAPPROVED, None, STORY, ""),
        (UNAPPROVED, CHANGE, None, ""),
        (UNAPPROVED, CHANGE, STORY, "OPS-2 is open again."),
        (UNAPPROVED, replace(CHANGE, approval="approved"), None, "The change is approved."),
        (UNAPPROVED, replace(CHANGE, active=False), None, "The change was called off."),
        (UNAPPROVED, replace(CHANGE, active=False, code="successful", closed=NOW), None, ""),
        (UNREADY, None, STORY, ""),
        (UNREADY, CHANGE, None, ""),
        (UNREADY, CHANGE, STORY, "There is knowledge or runbook work by now."),
        (UNREADY, replace(CHANGE, active=False), None, "The change is closed."),
        (UNREADY, replace(CHANGE, planned=None), None, "Nothing is planned any more."),
        (UNREADY, replace(CHANGE, planned=NOW - SECOND), STORY, "The window has opened."),
        (
            UNREADY,
            replace(CHANGE, planned=NOW + 7 * DAY + SECOND),
            STORY,
            "The window opens later: 2026-03-09 09:00 UTC.",
        ),
    ],
)
def test_a_flag_goes_down_only_where_the_facts_say_why(
    flag: str, change: ChangeFact | None, issue: IssueFact | None, over: str
) -> None:
    assert why_over(flag, change, issue, SHIPPED, NOW) == over
