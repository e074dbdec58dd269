"""Developers see on the epic how often its problem hurts: as fields, property and one chart."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from connector.sandbox.faults import Fault
from connector.sandbox.jira.model import Flavour
from mappings.insight import Rules
from sync.insight.model import Counts, Subject, Trend
from sync.insight.parts import Parts
from sync.insight.telling.epics import CHART, PROPERTY, tell, untold
from sync.insight.telling.shown import lacking
from tests.support.bench import Bench
from tests.support.people import Company
from tests.support.stage import FLAVOURS, Stage

WINDOWS = {"7d": Counts(6, 1), "30d": Counts(9, 4), "90d": Counts(20, 9)}
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
            WINDOWS,
            (*(0,) * 25, 6),
            rising="7d",
        )

    def tells(
        self, trend: Trend | None = None, fields: dict[str, str] | None = None
    ) -> tuple[int, int]:
        return tell(self.bench.connect(), [trend or self.trend], {}, fields or {}, draw, Parts())

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
    assert tell(scene.bench.connect(), [scene.trend], {}, {}, None, Parts()) == (1, 0)
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


def test_a_misspelt_field_is_left_out_and_the_rest_arrives(scene: Scene) -> None:
    fields = {**FIELDS, "incidents_30d": "Incidents 3O days"}
    assert scene.tells(fields=fields) == (1, 1)
    assert scene.company.issue(scene.key).fields["customfield_10052"] == 6
    assert isinstance(scene.property(), dict)
    assert scene.tells(fields=fields) == (0, 0)
    rules = Rules(fields=fields, file="insight.yaml", lines={"incidents_30d": 7})
    [problem] = lacking(scene.bench.connect(), rules)
    told = "insight.yaml:7: fields.incidents_30d: jira has no field 'Incidents 3O days'."
    assert str(problem) == f"{told} Use its name as people see it, or its id."
    assert list(lacking(scene.bench.connect(), Rules(fields=FIELDS))) == []


def test_a_field_that_jira_refuses_is_left_out_named_and_tried_again_a_day_later(
    scene: Scene,
) -> None:
    fields = {**FIELDS, "incidents_30d": "Incident trend"}
    assert scene.tells(fields=fields) == (1, 1)
    issue = scene.company.issue(scene.key)
    assert issue.fields["customfield_10052"] == 6
    assert not issue.fields.get("customfield_10055")
    assert isinstance(scene.property(), dict)
    [trouble] = untold(scene.bench.connect())
    assert trouble.startswith("field 'Incident trend' is left out on epics: ")
    assert scene.tells(fields=fields) == (0, 0)
    scene.bench.clock.advance(timedelta(days=1).total_seconds())
    assert scene.tells(fields=fields) == (1, 0)
    later = scene.bench.connect()
    assert untold(later) == (trouble,)
    scene.bench.clock.advance(timedelta(days=8).total_seconds())
    assert untold(later) == (), "its problem may be no more"
    assert scene.tells(fields=FIELDS) == (1, 0), "without that field"
    assert untold(scene.bench.connect()) == ()


def test_a_field_that_is_named_later_is_filled_on_epics_at_rest(scene: Scene) -> None:
    assert scene.tells() == (1, 1)
    assert scene.tells(fields=FIELDS) == (1, 0)
    assert scene.company.issue(scene.key).fields["customfield_10052"] == 6
    assert scene.tells(fields=FIELDS) == (0, 0)


def test_many_epics_at_rest_cost_no_more_queries_than_one(tmp_path: Path) -> None:
    scene = Scene(Bench("cloud", store_url=f"sqlite:///{tmp_path}/store.db"))
    others = [scene.company.problem(f"Something else {n}") for n in range(4)]
    scene.bench.until_quiet()
    trends = [scene.trend, *(replace(scene.trend, key=key) for key in others)]
    runtime = scene.bench.connect()
    assert tell(runtime, trends, {}, {}, None, Parts()) == (5, 0)

    asked: list[str] = []

    def note(*given: object) -> None:
        asked.append(str(given[2]))

    engine = scene.bench.store._database.engine
    event.listen(engine, "before_cursor_execute", note)
    assert tell(runtime, trends[:1], {}, {}, None, Parts()) == (0, 0)
    for_one, asked = len(asked), []
    assert tell(runtime, trends, {}, {}, None, Parts()) == (0, 0)
    assert len(asked) == for_one > 0


def test_an_epic_that_is_refused_without_fields_too_is_told_later(scene: Scene) -> None:
    scene.bench.jira_faults.add(Fault("status", "PUT", status=400, times=2))
    assert scene.tells(fields=FIELDS)[0] == 0
    assert scene.tells(fields=FIELDS)[0] == 1
    assert scene.company.issue(scene.key).fields["customfield_10052"] == 6
    assert untold(scene.bench.connect()) == ()


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_over_the_wire_a_refused_field_is_known_by_its_id(flavour: Flavour) -> None:
    stage = Stage(flavour)
    problem = stage.desk.opens_problem()
    stage.tandem.settles()
    trend = Trend(Subject.PROBLEM, problem.key, "", WINDOWS, (*(0,) * 25, 6))
    fields = {"incidents_7d": "Incidents 7 days", "trend": "Incident tend", "share": "Regions"}
    with stage.process() as runtime:
        assert tell(runtime, [trend], {}, fields, None, Parts()) == (1, 0)
        [trouble] = untold(runtime)
    assert "'Regions'" in trouble
    assert problem.issue.raw.fields["customfield_10052"] == 6


def test_the_trend_in_words_goes_into_a_text_field_and_not_into_a_list(scene: Scene) -> None:
    """As `deploy/views/README.md` says."""
    scene.tells(fields={"trend": "customfield_10055"})
    assert scene.company.issue(scene.key).fields.get("customfield_10055") is None
    scene.tells(fields={"trend": "Affected service"})
    assert scene.company.issue(scene.key).fields["customfield_10050"] == "rising (7d)"
