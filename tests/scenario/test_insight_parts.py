"""What one part of an insight run is refused stops no other, and is said to people."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from connector.errors import RetryLater
from connector.sandbox.faults import Fault
from connector.sandbox.jira.more_types import add_type
from mappings.improvement import Improving
from mappings.insight import Rules
from sync.insight.run import publish, refresh
from sync.insight.telling.epics import PROPERTY
from tests.support.bench import Bench
from tests.support.people import Company
from tests.support.webhooks import Hooks

WHOLE = frozenset({"incident", "problem", "change", "check", "improvement", "trend"})
"""What a run has to tell here."""


@dataclass
class Scene:
    """An incident of a problem, a change with the result of a check, and a vague improvement."""

    bench: Bench

    def __post_init__(self) -> None:
        add_type(self.bench.jira.world)
        self.company = Company(self.bench)
        self.problem = self.company.problem("Mail store too small")
        self.incident = self.company.incident("Mail is full", problem_id=self.problem)
        self.change = self.company.change("Move the mail store")
        self.improvement = self.company.team().create("OPS", "Improvement", "Improve laptops").id
        self.bench.until_quiet()
        number = self.company.row(self.change)["number"]
        assert Hooks(self.bench.store).check(
            {"change": number, "name": "Tests", "result": "passed"}
        ).status_code == 202  # fmt: skip

    def runs(self, rules: Rules | None = None) -> str:
        """One run in a process of its own; what it says that it lacks."""
        self.bench.clock.advance(120)
        runtime, rules = self.bench.connect(), rules or Rules()
        found = refresh(runtime, rules, lambda _stage: None)
        told = publish(runtime, found, rules, lambda _stage: None)
        return "\n".join((*found.troubles, *told.troubles))

    def told(self) -> frozenset[str]:
        """What people were told."""
        rows = self.bench.servicenow.world.rows("sys_journal_field")
        said = [(row["element_id"], row["value"]) for row in rows]
        keys = {"incident": self.incident, "problem": self.problem, "change": self.change}
        found = {
            name
            for name, key in keys.items()
            if any(one == key and "Status: " in text for one, text in said)
        }
        found |= {"check"} if any("Check passed: Tests" in text for _, text in said) else set()
        issues = self.bench.jira.world.issues
        comments = issues[self.improvement].comments
        found |= {"improvement"} if any("too vague" in str(one.body) for one in comments) else set()
        epic = self.company.link(self.problem).jira.key
        return frozenset(found | ({"trend"} if PROPERTY in issues[epic].properties else set()))


@pytest.mark.parametrize(
    ("side", "method", "path", "lost", "said"),
    [
        ("now", "PATCH", "/incident/", {"incident"}, "delivery status is not told on incident"),
        ("now", "GET", "/sys_journal_field", {"check"}, "nothing is said on changes"),
        ("now", "GET", "/sys_choice", {"incident", "problem", "change"}, "not told on problem"),
        ("jira", "POST", "/comment$", {"improvement"}, "not said on OPS-"),
        ("jira", "PUT", "/issue/", {"trend"}, "labels of improvements are not set"),
        ("jira", "GET", "/search", {"improvement"}, "improvements of OPS are not read"),
    ],
)
def test_what_one_part_is_refused_stops_no_other(
    side: str, method: str, path: str, lost: set[str], said: str
) -> None:
    scene = Scene(Bench())
    faults = scene.bench.now_faults if side == "now" else scene.bench.jira_faults
    faults.add(Fault("status", method, path=path, times=None, status=403))
    assert said in scene.runs()
    assert scene.told() == WHOLE - lost
    faults.clear()
    assert scene.runs() == ""
    assert scene.told() == WHOLE, "nothing is lost by it"


@pytest.mark.parametrize(
    ("side", "method", "path", "said"),
    [
        ("now", "PATCH", "/change_request/", "a note was refused, and is not tried again, on CHG"),
        ("jira", "PUT", "/issue/", "the label of an improvement was refused on OPS-"),
        ("jira", "POST", "/comment$", "a comment was refused on OPS-"),
    ],
)
def test_what_a_record_refuses_is_said_to_people(
    side: str, method: str, path: str, said: str
) -> None:
    scene = Scene(Bench())
    faults = scene.bench.now_faults if side == "now" else scene.bench.jira_faults
    faults.add(Fault("status", method, path=path, times=None, status=400))
    assert said in scene.runs()


def test_one_table_that_is_too_slow_stops_nothing_else_and_a_side_that_is_away_does() -> None:
    scene = Scene(Bench())
    slow = Fault("status", "GET", path="/asmt_metric_result", times=None, status=503)
    scene.bench.now_faults.add(slow)
    assert "asmt_metric_result is not read" in scene.runs()
    assert scene.told() == WHOLE
    scene.bench.now_faults.add(Fault("status", "GET", path="/table/", times=None, status=503))
    with pytest.raises(RetryLater):
        scene.runs()


def test_a_scope_of_improvements_that_jira_cannot_read_stops_nothing_else() -> None:
    scene = Scene(Bench())
    said = scene.runs(Rules(improving=Improving(scope="label is (")))
    assert "improvements of OPS (`scope` in improvement.yaml) are not read" in said
    assert scene.told() == WHOLE - {"improvement"}
