"""What the report says of single changes, on the page and as data."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from mappings.policy import ChangeClass
from sync.insight.changing.checks import Check, Result
from sync.insight.facts import ChangeFact, IssueFact
from sync.insight.model import (
    Changes,
    Insight,
    Judged,
    Judgement,
    Standard,
    Unapproved,
    Unready,
)
from sync.insight.report.export import as_json
from sync.insight.report.page import page
from sync.insight.report.tables import ROWS

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
BAD = "<script>alert(1)</script>"
MAIL = ChangeFact("c", "CHG1", NOW, "normal", "2", NOW, summary="Move it", approval="requested")
STORY = IssueFact("2", "OPS-2", "Story", NOW, resolved=NOW, summary="Moved")
LOOK = Judgement(
    ChangeClass.NORMAL, ("backout plan", "check Scan"), "high", ("Normal.", "Look."), "Ann"
)
CALM = Judgement(ChangeClass.STANDARD)
SCAN = Check("CHG1", "Scan", Result.FAILED, NOW, "https://ci.example/1", "1")
ALL = Changes(
    (Judged(MAIL, LOOK, (SCAN,)), Judged(ChangeFact("d", "CHG2", NOW), CALM)),
    (Unready(MAIL, "No runbook."),),
    (Unapproved(STORY, MAIL),),
    (Standard(MAIL, "routine", "Renew a certificate"),),
)


def section(changes: Changes) -> str:
    """The part for change and security."""
    text = page(Insight(NOW, changes=changes))
    return text.partition('<section id="change"')[2].partition("</section>")[0]


def test_the_section_says_who_has_to_look_and_what_is_missing() -> None:
    text = section(ALL)
    assert "2 open: 1 standard, 1 normal, 0 emergency." in text
    for row in (
        '<th scope="row">CHG1 Move it</th><td>normal</td><td>Ann</td><td>high</td>'
        "<td>Normal. Look.</td>",
        '<th scope="row">CHG1 Move it</th><td>normal</td><td>backout plan, check Scan</td>',
        '<th scope="row">CHG1 Move it</th><td>No runbook.</td>',
        '<th scope="row">OPS-2 Moved</th><td>2026-03-02 09:00</td><td>CHG1</td><td>requested</td>',
        '<th scope="row">CHG1 Move it</th><td>normal</td><td>routine</td>'
        "<td>Renew a certificate</td>",
    ):
        assert row in text
    assert "CHG2" not in text


def test_a_table_is_named_by_its_heading_and_says_it_once() -> None:
    text = section(ALL)
    assert text.count("A person has to look") == 2, "the heading, and the name for screen readers"
    assert 'aria-label="A person has to look"' in text


def test_where_nothing_is_to_be_done_that_is_said() -> None:
    text = section(Changes())
    assert "0 open: 0 standard, 0 normal, 0 emergency." in text
    assert text.count("<p>No ") >= 5


def test_what_people_write_is_text() -> None:
    change = ChangeFact("c", BAD, NOW, BAD, BAD, NOW, summary=BAD, approval=BAD)
    issue = IssueFact("2", BAD, BAD, NOW, resolved=NOW, summary=BAD)
    told = Judgement(ChangeClass.NORMAL, (BAD,), BAD, (BAD,), BAD)
    changes = Changes(
        (Judged(change, told),), (Unready(change, BAD),), (Unapproved(issue, change),),
        (Standard(change, BAD, BAD),),
    )  # fmt: skip
    assert "<script" not in section(changes)
    assert section(changes).count("&lt;script") >= 16


def test_a_long_list_ends_and_says_so() -> None:
    many = Changes(tuple(Judged(MAIL, LOOK) for _ in range(ROWS + 1)))
    assert f"The first {ROWS} of {ROWS + 1}; JSON has all." in section(many)
    assert section(many).count("<td>Ann</td>") == ROWS


def test_json_has_all_of_it_under_changes() -> None:
    data = json.loads(json.dumps(as_json(Insight(NOW, changes=ALL))))["changes"]
    at = "2026-03-02T09:00:00Z"
    assert data["classes"] == {"standard": 1, "normal": 1, "emergency": 0}
    assert data["judged"][0] == {
        "change": "CHG1",
        "summary": "Move it",
        "type": "normal",
        "risk": "high",
        "planned": at,
        "class": "normal",
        "missing": ["backout plan", "check Scan"],
        "escalates": "high",
        "who": "Ann",
        "why": ["Normal.", "Look."],
        "checks": [{"name": "Scan", "result": "failed", "at": at, "link": "https://ci.example/1"}],
    }
    assert data["judged"][1]["planned"] is None
    assert data["unready"] == [{"change": "CHG1", "planned": at, "why": "No runbook."}]
    assert data["unapproved"] == [
        {"issue": "OPS-2", "done": at, "change": "CHG1", "approval": "requested"}
    ]
    rest = {"rule": "routine", "template": "Renew a certificate"}
    assert data["standard"] == [{"change": "CHG1", "type": "normal", **rest}]
