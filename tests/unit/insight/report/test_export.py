"""Insight as JSON and CSV: complete, plain, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import json
import re
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.insight.model import Counts, Insight, Measure, Proposal, Subject, Trend
from sync.insight.report.export import COLUMNS, as_csv, as_json
from tests.support.insight import NOW, company

COMPANY = company()


def cells(insight: Insight) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(as_csv(insight), newline="")))


def measured(text: str, value: float | None = 1.0) -> Insight:
    """One figure with that text wherever a text may stand."""
    return Insight(NOW, (Measure(text, value, text, text, 3, text, {"team": text}, text),))


def test_json_has_the_names_that_others_rely_on() -> None:
    data = json.loads(json.dumps(as_json(COMPANY), allow_nan=False))
    measure, trend, proposal = data["measures"][0], data["trends"][0], data["proposals"][0]
    assert {"measures", "trends", "proposals"} <= set(data)
    assert {"name", "value", "unit", "window", "n", "definition", "by"} <= set(measure)
    assert {"id", "title", "incidents", "evidence"} <= set(proposal)
    assert trend["windows"]["7d"].keys() == {"now", "before"}
    assert data["at"] == "2026-11-27T02:15:00Z"


def test_json_holds_everything_as_it_is() -> None:
    data = as_json(COMPANY)
    for kind, ours in (("measures", COMPANY.measures), ("proposals", COMPANY.proposals)):
        assert len(data[kind]) == len(ours) > 0
    first, told = COMPANY.trends[0], data["trends"][0]
    assert (told["subject"], told["key"], told["name"]) == ("problem", first.key, first.name)
    assert told["weekly"] == list(first.weekly)
    assert told["restore_hours"] == first.restore_hours
    assert told["windows"]["30d"]["now"] == first.windows["30d"].now
    assert as_json(measured("x", float("nan")))["measures"][0]["value"] is None


def test_the_table_holds_every_figure_of_all_three() -> None:
    rows = cells(COMPANY)
    kinds = [row["kind"] for row in rows]
    assert kinds.count("measure") == len(COMPANY.measures)
    assert kinds.count("trend") == 9 * len(COMPANY.trends)
    assert kinds.count("proposal") == len(COMPANY.proposals)
    assert tuple(rows[0]) == COLUMNS
    assert all(row["definition"] for row in rows)


def test_a_trend_in_the_table() -> None:
    windows = {"7d": Counts(9, 1), "30d": Counts(12, 8), "90d": Counts(20, 19)}
    trend = Trend(
        Subject.ITEM, "k", "db01", windows, (1,) * 26, 2.5, None, 0.25, None, "7d", 0.01, 4
    )
    rows = {(row["name"], row["window"]): row for row in cells(Insight(NOW, (), (trend,)))}
    assert rows["incidents", "7d"]["value"] == "9"
    assert rows["incidents", "7d"]["quality"] == "rising, p = 0.01"
    assert rows["incidents", "30d"]["quality"] == ""
    assert rows["incidents_before", "90d"]["value"] == "19"
    assert (rows["restore_hours", "90d"]["value"], rows["restore_hours", "90d"]["n"]) == (
        "2.5",
        "4",
    )
    assert rows["reopen_rate", "90d"]["value"] == ""
    assert {row["by"] for row in rows.values()} == {"item=db01; key=k"}


def test_a_proposal_in_the_table() -> None:
    cluster = Proposal(
        "r-1", "Mail loops", ("INC1", "INC2"), ("on 2 days",), "0a1b", "2c3d", service_name="E-mail"
    )
    row = cells(Insight(NOW, (), (), (cluster,)))[0]
    assert (row["name"], row["value"]) == ("Mail loops", "2")
    assert row["by"] == "id=r-1; fix=defect; service=E-mail"
    assert row["definition"] == "on 2 days; incidents: INC1 INC2"
    [told] = as_json(Insight(NOW, (), (), (cluster,)))["proposals"]
    assert (told["service"], told["service_name"], told["item"]) == ("0a1b", "E-mail", "2c3d")


@pytest.mark.parametrize(
    "text",
    [
        *("=1+1", "+1", "-1", "@SUM(A1)", "  =1+1", "\t=1+1", "\r=1", "\uff1d1+1", "'=1", '"=1'),
        *("a;=1+1", "a\n=1+1", "a\t@x", "a;  -1", 'a";"=1', "a|+1"),
    ],
)
def test_no_cell_is_a_formula_in_any_locale(text: str) -> None:
    for value in (text, f"x;{text}", f"x\t{text}", f"x\n{text}"):
        told = cells(measured(value))[0]["quality"]
        for part in re.split(r"[;|\t\r\n]", told):
            assert not part.lstrip(' "').startswith(("=", "+", "-", "@", "\uff1d")), told


@given(st.text())
def test_no_text_begins_a_cell_as_a_formula(text: str) -> None:
    for value in cells(measured(text))[0].values():
        assert not value.lstrip().startswith(("=", "+", "-", "@"))


def test_numbers_stay_numbers_and_harmless_words_stay_as_they_are() -> None:
    row = cells(measured("Mail - and x=1", -2.5))[0]
    assert (row["value"], row["name"]) == ("-2.5", "Mail - and x=1")
    assert as_csv(Insight(NOW)) == ",".join(f'"{name}"' for name in COLUMNS) + "\r\n"
