"""What the report says of improvements, on the page and as data."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from mappings.sides import Side
from sync.insight.improving.values import Improvement, Lack, Standing, Taken, Wanted
from sync.insight.improving.wording import understood
from sync.insight.model import Insight
from sync.insight.report.export import as_json
from sync.insight.report.page import page

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
BAD = "<script>alert(1)</script>"
VAGUE = Improvement("1", "OPS-1", "OPS", BAD, lacks=(Lack("due", "it has no due date"),))
TEXT = "reopen_rate of Payroll below 5 %"


def measured(after: Taken | None, waits: int = 0) -> Improvement:
    found = understood(TEXT)
    assert isinstance(found, Wanted)
    before = Taken(0.125, 8, NOW - timedelta(days=90), NOW - timedelta(days=60))
    return Improvement(
        "2", "OPS-2", "OPS", "Fewer returns", TEXT, found, (), "Mei Chen", "2026-04-01",
        Standing.DONE, NOW, NOW, before, after, waits, "CIM0010001", Side.SERVICENOW,
    )  # fmt: skip


def section(*improvements: Improvement) -> str:
    text = page(Insight(NOW, improvements=improvements))
    return text.partition('<section id="improvements"')[2].partition("</section>")[0]


def test_the_section_says_what_is_vague_what_runs_and_what_came_of_it() -> None:
    after = Taken(0.04, 50, NOW - timedelta(days=30), NOW)
    text = section(VAGUE, measured(after))
    assert "2 that are open or were done within half a year" in text
    assert "&lt;script&gt;" in text
    assert BAD not in text
    assert "<td>it has no due date</td>" in text
    assert '<th scope="row">OPS-2 CIM0010001 Fewer returns</th>' in text
    assert "12.5 % (n = 8 resolved incidents, 2025-12-02 to 2026-01-01)" in text
    assert "4.0 % (n = 50 resolved incidents" in text
    assert "below 5 %: reached" in text
    assert "not yet: 12 days more" in section(measured(None, 12))
    assert "None was done within half a year." in section(VAGUE)
    assert "No project has any." in section()


def test_the_data_has_definition_window_and_sample() -> None:
    few = Taken(None, 2, NOW - timedelta(days=30), NOW, "too few to say anything")
    data = json.loads(json.dumps(as_json(Insight(NOW, improvements=(VAGUE, measured(few))))))
    vague, done = data["improvements"]
    assert (vague["vague"], vague["measured_by"], vague["before"]) == (
        ["it has no due date"], "", None
    )  # fmt: skip
    assert (done["name"], done["of"], done["goal"]) == ("reopen_rate", "Payroll", "below 5 %")
    assert done["definition"].startswith("Share of the incidents resolved")
    assert done["before"]["begin"] == "2025-12-02T09:00:00Z"
    assert (done["after"]["value"], done["after"]["quality"]) == (None, "too few to say anything")
    assert done["verdict"] == "unknown"
