"""Insight in a terminal: what a person reads in eighty columns."""

from __future__ import annotations

import pytest

from sync.cli.terminal import show
from sync.insight.facts import ProblemFact
from sync.insight.model import Class, Counts, Insight, Measure, Priority, Subject, Trend
from sync.insight.run import Told
from tests.support.insight import NOW, company

Capture = pytest.CaptureFixture[str]


def shown(insight: Insight, capsys: Capture, told: Told | None = None) -> list[list[str]]:
    """Lines, each as the cells of its table."""
    show(insight, told or Told())
    lines = capsys.readouterr().out.splitlines()
    return [[cell.strip() for cell in line.strip("┃│").split("┃│"["│" in line])] for line in lines]


def figure(window: str, value: float | None, n: int, name: str = "reopen_rate") -> Measure:
    return Measure(name, value, "share", window, n, "As said.")


def test_a_figure_has_its_windows_and_the_sample_of_the_longest(capsys: Capture) -> None:
    rows = shown(Insight(NOW, (figure("30d", 0.1, 41), figure("90d", 0.2, 181))), capsys)
    assert ["figure", "30d", "90d", "sample, 90d"] in rows
    assert ["Reopen rate", "10.0 %", "20.0 %", "181"] in rows


def test_figures_that_say_nothing_share_a_line(capsys: Capture) -> None:
    given = [figure("90d", 0.2, 181), figure("90d", None, 0, "availability")]
    given.append(figure("90d", None, 2, "satisfaction"))
    rows = shown(Insight(NOW, tuple(given)), capsys)
    assert ["Too few to say anything: Availability, Satisfaction."] in rows
    assert not [row for row in rows if row[0] == "Availability"]


def test_a_trend_names_what_it_is_of_and_which_window_rises(capsys: Capture) -> None:
    windows = {"7d": Counts(3, 3), "30d": Counts(20, 9), "90d": Counts(40, 45)}
    mail = Trend(Subject.ITEM, "k", "mail-01", windows, (0,) * 25 + (3,), rising="30d", p=0.001)
    rows = shown(Insight(NOW, (), (mail,)), capsys)
    assert ["Incidents opened, and how many more than in the window before"] in rows
    assert ["kind", "name", "7d", "30d", "90d", "13 weeks"] in rows
    assert ["item", "mail-01", "3 (+0)", "20 (+11) ▲", "40 (-5)", "█"] in rows
    assert ["▲ rises by more than chance explains: 1 of 1."] in rows


def test_the_backlog_s_first_problems_are_named(capsys: Capture) -> None:
    mail = ProblemFact("p", "PRB1", NOW, summary="Mail loops")
    found = Insight(NOW, problems=(mail,), priorities={"p": Priority(Class.URGENT, 71, ("Why.",))})
    rows = shown(found, capsys)
    assert ["problem", "class", "score"] in rows
    assert ["PRB1 Mail loops", "urgent", "71"] in rows


def test_eighty_columns_are_enough(capsys: Capture) -> None:
    show(company(), Told(71, 7, 5, 2))
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[-2:] == [
        "Told: 71 records, 7 epics, 5 charts, 0 change notes; 2 proposals accepted.",
        "All of it, with definitions and plots: tandem insight report FILE",
    ]
    assert "Make a problem of one: tandem insight accept ID" in lines
