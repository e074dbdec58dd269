"""Fields with one plain value a side."""

from __future__ import annotations

from typing import Any

import pytest

from mappings.sides import Side
from mappings.text import CUT_MARK, to_wiki
from mappings.values import UNKNOWN
from tests.support.mapping import NOBODY, a_rule

SN, JIRA = Side.SERVICENOW, Side.JIRA


def relation(**part: Any) -> Any:
    return a_rule(**part).relation


def test_a_field_that_was_not_answered_is_unknown_and_an_empty_one_is_empty() -> None:
    line = relation(**{"as": "line"})
    assert line.canonical(SN, {}) is UNKNOWN
    assert line.canonical(SN, {"here": None}) is None
    assert line.canonical(JIRA, {"there": "  a\nb "}) == "a b"


def test_a_summary_longer_than_servicenow_takes_is_cut_there_and_not_in_jira() -> None:
    line, long = relation(**{"as": "line"}), "x" * 200
    short = line.translate(SN, long, None, NOBODY)
    assert short == "x" * 159 + CUT_MARK
    assert line.holds(short, long, NOBODY)
    assert line.translate(JIRA, short, long, NOBODY) == long


def test_an_edit_of_a_cut_text_keeps_the_part_that_was_never_seen() -> None:
    text = relation(**{"as": "text"})
    whole = "First line.\n" + "body " * 1000 + "the end"
    seen = text.translate(SN, whole, None, NOBODY)
    edited = seen.replace("First line.", "A better first line.")
    written = text.translate(JIRA, edited, whole, NOBODY)
    assert written == whole.replace("First line.", "A better first line.")
    assert text.holds(edited, written, NOBODY)


def test_a_cut_text_that_was_rewritten_replaces_everything() -> None:
    text = relation(**{"as": "text"})
    whole = "body " * 1000
    assert text.translate(JIRA, "New text.", whole, NOBODY) == "New text."
    assert text.translate(JIRA, "Short" + CUT_MARK, whole, NOBODY) == "Short" + CUT_MARK


def test_a_text_goes_to_jira_as_markup_and_fits_as_markup() -> None:
    text = relation(**{"as": "text", "max_jira": 100, "max_servicenow": 4000})
    wanted = text.translate(JIRA, "{" * 90, None, NOBODY)
    change = text.native(JIRA, wanted, None, {})
    assert len(str(change.fields["there"])) <= 100
    assert change.fields["there"] == to_wiki(wanted)
    assert text.native(SN, "{x}", None, {}).fields == {"here": "{x}"}


def test_clearing_a_text_clears_it() -> None:
    text = relation(**{"as": "text"})
    assert text.translate(JIRA, None, "old", NOBODY) is None
    assert text.native(JIRA, None, "old", {}).fields == {"there": None}
    assert text.canonical(SN, {"here": None}) is None


def test_markup_that_reads_the_same_is_no_change() -> None:
    text = relation(**{"as": "text"})
    assert text.canonical(JIRA, {"there": "h1. Why\n{{x}}"}) == "Why\nx"
    assert text.holds("Why\nx", "Why\nx", NOBODY)


@pytest.mark.parametrize(
    ("side", "given", "day"),
    [
        (SN, "2026-03-01 23:59:59", "2026-03-01"),
        (SN, "2026-03-01", "2026-03-01"),
        (JIRA, "2026-03-01", "2026-03-01"),
        (JIRA, "2026-03-02T00:30:00.000+0100", "2026-03-01"),
        (SN, "", None),
        (SN, None, None),
        (SN, "not a day at all", "not a day at all"),
        (SN, "0100-01-01 00:00:00", "0100-01-01"),
    ],
)
def test_a_day_is_the_day_in_utc(side: Side, given: Any, day: str | None) -> None:
    name = "here" if side is SN else "there"
    assert relation(**{"as": "date"}).canonical(side, {name: given}) == day


def test_a_moment_is_the_same_in_every_zone() -> None:
    moment = relation(**{"as": "datetime"})
    here = moment.canonical(SN, {"here": "2026-03-01 23:30:00"})
    there = moment.canonical(JIRA, {"there": "2026-03-02T00:30:00.000+0100"})
    assert here == there == "2026-03-01 23:30:00"
    assert moment.native(SN, here, None, {}).fields == {"here": here}
    written = moment.native(JIRA, here, None, {}).fields["there"]
    assert written == "2026-03-01T23:30:00.000+0000"
    assert moment.canonical(JIRA, {"there": written}) == here


def test_a_year_long_past_keeps_its_noughts() -> None:
    moment = relation(**{"as": "datetime"})
    assert moment.canonical(SN, {"here": "0100-01-01 00:00:00"}) == "0100-01-01 00:00:00"
    written = moment.native(JIRA, "0100-01-01 00:00:00", None, {}).fields["there"]
    assert written == "0100-01-01T00:00:00.000+0000"


def test_an_empty_or_impossible_moment_is_passed_on_as_it_is() -> None:
    moment = relation(**{"as": "datetime"})
    assert moment.canonical(SN, {}) is UNKNOWN
    assert moment.canonical(JIRA, {"there": "soon"}) == "soon"
    assert moment.native(JIRA, "soon", None, {}).fields == {"there": "soon"}
    assert moment.native(JIRA, None, None, {}).fields == {"there": None}


@pytest.mark.parametrize(
    ("given", "number"),
    [("3", 3.0), (3, 3.0), ("3.5", 3.5), ("", None), (None, None), ("nan", None), ("inf", None),
     ("many", None)],
)  # fmt: skip
def test_numbers(given: Any, number: float | None) -> None:
    assert relation(**{"as": "number"}).canonical(SN, {"here": given}) == number


def test_numbers_are_written_in_each_sides_way() -> None:
    number = relation(**{"as": "number"})
    assert number.native(SN, 3.0, None, {}).fields == {"here": "3"}
    assert number.native(JIRA, 3.0, None, {}).fields == {"there": 3}
    assert number.native(JIRA, 3.5, None, {}).fields == {"there": 3.5}
    assert number.native(JIRA, None, None, {}).fields == {"there": None}


def test_several_values_that_both_sides_spell_alike() -> None:
    same = relation(**{"as": "same"})
    assert same.canonical(JIRA, {"there": ("a", "b")}) == "a, b"
    assert same.translate(SN, "a, b", None, NOBODY) == "a, b"


def test_a_flag_is_an_option_in_jira() -> None:
    flag = relation(**{"as": "flag", "when_true": "Ja", "when_false": "Nein"})
    assert flag.canonical(SN, {"here": "true"}) is True
    assert flag.canonical(SN, {"here": "false"}) is False
    assert flag.canonical(JIRA, {"there": "ja"}) is True
    assert flag.canonical(JIRA, {"there": ("Ja",)}) is True
    assert flag.canonical(JIRA, {"there": None}) is False
    assert flag.canonical(JIRA, {}) is UNKNOWN
    assert flag.translate(JIRA, True, None, NOBODY) is True
    assert flag.translate(JIRA, False, False, NOBODY) is False
    assert flag.native(JIRA, True, None, {}).fields == {"there": "Ja"}
    assert flag.native(JIRA, False, None, {}).fields == {"there": "Nein"}
    assert flag.native(SN, True, None, {}).fields == {"here": "true"}


@pytest.mark.parametrize("kind", ["text", "line", "date", "number", "same"])
def test_plain_fields_close_nothing_and_show_themselves(kind: str) -> None:
    plain = relation(**{"as": kind})
    assert not plain.closes(SN, "x")
    assert plain.show(JIRA, None, NOBODY) == "-"
    assert plain.show(JIRA, "x", NOBODY) == "x"
    assert plain.names(SN) == {"here"}
    assert plain.names(JIRA) == {"there"}
