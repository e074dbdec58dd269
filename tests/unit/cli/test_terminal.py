"""Insight in a terminal: what a person reads in eighty columns."""

from __future__ import annotations

import pytest

from sync.cli.terminal import show
from sync.insight.model import Insight, Measure
from sync.insight.run import Told
from tests.support.insight import NOW

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
