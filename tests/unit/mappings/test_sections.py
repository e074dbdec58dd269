"""Sections of Jira's text: what is a heading, where a section ends, and what stays text."""

from __future__ import annotations

import pytest

from mappings.sections import Section, section
from mappings.sides import Side
from mappings.text import to_wiki
from mappings.values import UNKNOWN
from tests.support.mapping import NOBODY, a_rule, complaints

NAMES = ("Backout plan", "Rollback plan")
SN, JIRA = Side.SERVICENOW, Side.JIRA


@pytest.mark.parametrize(
    "heading",
    [
        *(f"h{rank}. Backout plan" for rank in range(1, 7)),
        *("h2.  BACKOUT   plan: ", "h2. *Backout plan*", "h2. {color:red}Backout plan{color}"),
        *("*Backout plan*", "*Backout plan:*", "*Backout plan*:", "  h2. Rollback plan"),
    ],
)
def test_headings_in_all_their_spellings(heading: str) -> None:
    assert section(f"Before.\n{heading}\nMove back.\n", NAMES) == "Move back."


@pytest.mark.parametrize(
    "line",
    [
        *("Backout plan", "h2.Backout plan", "h7. Backout plan", "The *Backout plan* is old."),
        *("*Backout plan* and more", "bq. Backout plan", "- Backout plan", "h2. Backout plans"),
        *("\\*Backout plan*", "h2&#46; Backout plan", "{code}\nh2. Backout plan\n{code}"),
        "{noformat}\n*Backout plan*\n{noformat}",
    ],
)
def test_what_is_no_such_heading(line: str) -> None:
    assert section(f"{line}\nMove back.\n", NAMES) is None


def test_a_section_ends_at_the_next_heading_of_its_rank_or_above() -> None:
    text = "h2. Backout plan\na\nh3. Inside\nb\n*Bold inside*\nc\nh1. Above\nd"
    assert section(text, NAMES) == "a\nInside\nb\n*Bold inside*\nc"
    assert section("*Backout plan*\na\n*Next*\nb", NAMES) == "a"
    assert section("*Backout plan*\na\nh6. Next\nb", NAMES) == "a"
    assert section("h2. Backout plan\r\na\r\nh2. Next\r\nb", NAMES) == "a"


def test_an_empty_section_says_nothing_and_another_spelling_is_looked_for() -> None:
    assert section("h2. Backout plan\n\n  \nh2. Next\na", NAMES) is None
    assert section("h2. Backout plan\nh2. Rollback plan\nMove back.", NAMES) == "Move back."
    assert section("", NAMES) is None


def test_text_that_came_from_servicenow_makes_no_heading() -> None:
    assert section(to_wiki("h2. Backout plan\nrm -rf\n*Backout plan*\nrm -rf"), NAMES) is None


def test_hostile_text_stays_text() -> None:
    text = "h2. Backout plan\n{html}<b>x</b>{html} [~admin] !http://x.example/a.png! ${7*7}"
    found = section(text, NAMES)
    assert found is not None
    assert "${7*7}" in found
    assert "<b>x</b>" in found


def test_the_relation() -> None:
    rule = a_rule(**{"as": "section", "heading": "Backout plan", "flow": "to_servicenow"})
    relation = rule.relation
    assert isinstance(relation, Section)
    assert rule.owner is JIRA
    assert relation.canonical(JIRA, {"there": "h2. Backout plan\nx"}) == "x"
    assert relation.canonical(JIRA, {}) is UNKNOWN
    assert relation.holds("kept", None, NOBODY)
    assert relation.translate(SN, None, "kept", NOBODY) == "kept"
    assert relation.translate(SN, "new", "kept", NOBODY) == "new"
    assert relation.translate(JIRA, "new", "kept", NOBODY) == "kept"
    long = "x" * 5000
    cut = relation.translate(SN, long, None, NOBODY)
    assert len(str(cut)) == 4000
    assert relation.holds(cut, long, NOBODY)
    assert relation.native(JIRA, "x", None, {}).fields == {}
    assert relation.native(SN, "x", None, {}).fields == {"here": "x"}


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ({"as": "section", "flow": "to_servicenow"}, "needs its heading"),
        ({"as": "section", "heading": "A"}, "flow: to_servicenow"),
        ({"as": "section", "heading": "A", "flow": "to_jira"}, "flow to ServiceNow only"),
        ({"heading": "A"}, "as: section"),
        ({"as": "date", "blanks": False}, "flows one way"),
        ({"as": "user", "blanks": False, "flow": "to_jira"}, "says nothing with"),
        ({"servicenow": "chg_model.name"}, "only read"),
    ],
)
def test_what_contradicts_itself_is_told(part: dict[str, object], said: str) -> None:
    assert said in complaints(**part)


def test_an_empty_value_can_say_nothing() -> None:
    rule = a_rule(**{"as": "date", "flow": "to_jira", "blanks": False})
    assert rule.relation.holds(None, "2026-03-01", NOBODY)
    assert rule.relation.translate(JIRA, None, "2026-03-01", NOBODY) == "2026-03-01"
    assert not rule.relation.holds("2026-03-02", None, NOBODY)
    told = a_rule(**{"as": "text", "flow": "to_servicenow", "blanks": False})
    assert told.relation.holds("kept", None, NOBODY)
    assert not told.relation.holds(None, "new", NOBODY)
