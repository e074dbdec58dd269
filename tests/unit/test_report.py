"""Plans and rows for people and machines: nothing is lost, nothing breaks out of its line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from rich.console import Console

from mappings.sides import Side
from sync import report
from sync.core.merge import Clash, Stuck, Write
from sync.core.model import Base
from sync.core.plan import Note, Plan
from sync.core.safety import Holding
from tests.support.links import a_link
from tests.unit.core.test_plan import a_comment, a_create, a_remark, an_adopt, an_update

WRITE = Write(Side.JIRA, "new", "old", "conflict")
CLASH = Note("p", a_link(), "summary", Clash(Base("x", "y"), "servicenow", "it owns it", WRITE))
STUCK = Note("p", a_link(), "assignee", Stuck(Side.JIRA, "nobody", "Invite Ann."))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "-"), ("", "-"), ((), "-"), (0, "0"), (False, "False"), (("a", "b"), "a, b"),
        ("two\nlines", "two lines"), ("a\x1b[31mred", "a [31mred"), ("x" * 61, "x" * 59 + "…"),
        ("x" * 60, "x" * 60), ("a\u202eb", "a b"),
    ],
)  # fmt: skip
def test_a_value_is_short_and_inert(value: object, shown: str) -> None:
    assert report.show(value) == shown  # type: ignore[arg-type]


def test_each_action_says_what_where_and_why() -> None:
    create = report.action_data(a_create(7, remarks=(a_comment(),)))
    why = "changed in servicenow"
    assert create == {
        "action": "create", "pair": "incident-story", "side": "jira", "record": "INC0000007",
        "why": "in scope", "comments": 1,
        "fields": [{"field": "summary", "from": "old", "to": "new", "why": why}],
    }  # fmt: skip
    assert report.action_data(an_update())["twin"] == "OPS-1"
    assert report.action_data(an_update(1, Side.SERVICENOW))["twin"] == "INC0000001"
    assert report.action_data(an_adopt())["twin"] == "OPS-1"
    assert report.action_data(a_remark())["author"] == "Ann"


def test_a_plan_as_data_holds_all_parts() -> None:
    plan = Plan((a_create(), an_update()), (CLASH, STUCK))
    data = report.plan_data(plan, [Holding("p", "51 creates")])
    assert data["hash"] == plan.hash
    assert [one["action"] for one in data["actions"]] == ["create", "update"]
    assert data["findings"][0]["decision"] == "servicenow"
    assert data["findings"][1]["remedy"] == "Invite Ann."
    assert data["held"] == [{"pair": "p", "reason": "51 creates"}]


def test_a_plan_as_tables_shows_every_write() -> None:
    plan = Plan((a_create(7), an_update(), an_adopt(3), a_remark()))
    [table] = report.plan_tables(plan)
    console = Console(width=300, file=None, record=True, quiet=False)
    with console.capture() as captured:
        console.print(table)
    text = captured.get()
    for word in (plan.hash, "INC0000007", "summary=new", "ServiceNow → Jira", "adopt", "by Ann"):
        assert word in text
    assert report.plan_tables(Plan()) == []


def test_counts_in_a_line() -> None:
    assert report.counts_line(Plan()) == "nothing to do: both sides agree"
    assert report.counts_line(Plan((a_create(), a_create(2)))) == (
        "2 create (0 ServiceNow, 2 Jira)"
    )


def test_findings_in_a_line() -> None:
    assert report.note_line(CLASH) == (
        "conflict: INC0000001 summary: it owns it (decision: servicenow)"
    )
    assert report.note_line(STUCK) == "needs a person: INC0000001 assignee: nobody. Invite Ann."


def test_times_are_told_in_utc() -> None:
    there = datetime(2026, 3, 2, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    assert report.stamp(there) == "2026-03-01T23:30:00Z"
    assert report.stamp(datetime(2026, 3, 2, tzinfo=UTC)) == "2026-03-02T00:00:00Z"
    assert report.stamp(None) is None
