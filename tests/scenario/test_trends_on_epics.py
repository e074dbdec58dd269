"""Developers see on the epic how often its problem hurts: as fields, property and one chart."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from sync.insight.model import Counts, Subject, Trend
from sync.insight.telling.epics import CHART, PROPERTY, tell
from tests.support.bench import Bench
from tests.support.people import Company

FIELDS = {"incidents_7d": "customfield_10052"}


@pytest.fixture(params=["cloud", "dc"])
def bench(request: pytest.FixtureRequest) -> Bench:
    return Bench(request.param)


class Scene:
    """A problem with its epic, and a trend of it."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.company = bench, Company(bench)
        self.key = self.company.problem()
        bench.until_quiet()
        self.trend = Trend(
            Subject.PROBLEM,
            self.key,
            "PRB0010001",
            {"7d": Counts(6, 1), "30d": Counts(9, 4), "90d": Counts(20, 9)},
            (*(0,) * 25, 6),
            rising="7d",
        )

    def tells(self, trend: Trend | None = None, fields: dict[str, str] | None = None) -> object:
        return tell(self.bench.connect(), [trend or self.trend], {}, fields or {}, draw)

    def charts(self) -> list[bytes]:
        return [data for name, data in self.company.twin_files(self.key) if name == CHART]

    def property(self) -> object:
        return self.company.issue(self.key).properties[PROPERTY]


def draw(trend: Trend) -> bytes:
    return f"chart of {trend.weekly}".encode()


@pytest.fixture
def scene(bench: Bench) -> Scene:
    return Scene(bench)


def test_an_epic_shows_its_trend_once_and_again_when_it_changed(scene: Scene) -> None:
    assert scene.tells() == (1, 1)
    assert scene.property() == {
        "backlog": {},
        "windows": {"7d": [6, 1], "30d": [9, 4], "90d": [20, 9]},
        "weekly": [*(0,) * 25, 6],
        "restore_hours": None,
        "reopen_rate": None,
        "share": 0.0,
        "last_seen": None,
        "rising": "7d",
    }
    assert scene.tells() == (0, 0)
    assert scene.tells(replace(scene.trend, rising="", share=0.25)) == (1, 0)


def test_the_chart_is_replaced_a_day_later_and_never_piles_up(scene: Scene) -> None:
    scene.tells()
    later = replace(scene.trend, weekly=(*(0,) * 24, 6, 2))
    assert scene.tells(later) == (1, 0), "one chart a day"
    scene.bench.clock.advance(timedelta(days=1).total_seconds())
    assert scene.tells(later) == (0, 1)
    assert scene.charts() == [draw(later)]


def test_no_charts_where_the_admin_wants_none(scene: Scene) -> None:
    assert tell(scene.bench.connect(), [scene.trend], {}, {}, None) == (1, 0)
    assert scene.charts() == []


def test_nothing_of_it_is_carried_across_or_looked_at_twice(scene: Scene) -> None:
    scene.tells()
    bench = scene.bench
    before = len(bench.servicenow.world.write_log)
    bench.until_quiet()
    bench.clock.advance(60)
    bench.until_quiet()
    assert len(bench.servicenow.world.write_log) == before
    assert scene.company.files(scene.key) == []
    assert len(scene.charts()) == 1


def test_a_field_that_the_project_has_is_filled_so_that_people_can_sort_by_it(
    scene: Scene,
) -> None:
    scene.tells(fields=FIELDS)
    assert scene.company.issue(scene.key).fields["customfield_10052"] == 6
