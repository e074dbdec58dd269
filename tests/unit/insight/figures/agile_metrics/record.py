"""Record what the package ``jira-agile-metrics`` says of generated issues; no part of the tests.

Wants an environment of its own (see README.md beside): ``python record.py`` writes what went in,
``issues.json``, and what came out, ``figures.json``. The same seed gives the same files.
"""

from __future__ import annotations

import json
import random
import types
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SEED, ISSUES = 20260302, 150
BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
END = datetime(2026, 7, 19, 18, 30, tzinfo=UTC)
NEW, PROGRESS, DONE = ("To Do", "Selected"), ("In Progress", "In Review"), ("Done", "Closed")
WAYS = {
    "straight": ("In Progress", "Done"),
    "through review": ("Selected", "In Progress", "In Review", "Done", "Closed"),
    "sent back by the review": ("In Progress", "In Review", "In Progress", "In Review", "Done"),
    "opened again": ("In Progress", "Done", "In Progress", "Done"),
    "opened again from the start": ("In Progress", "Done", "To Do", "In Progress", "Done"),
    "back to the backlog": ("In Progress", "To Do", "In Progress", "Done"),
    "never in progress": ("Done",),
    "in progress": ("Selected", "In Progress"),
    "under review": ("In Progress", "In Review"),
    "given up again": ("In Progress", "Selected"),
    "opened again and still open": ("In Progress", "Done", "In Progress"),
    "untouched": (),
}
COMMON = {"straight": 8, "through review": 6}
"""Ways that many issues go; all others have a weight of two."""


def stamp(at: datetime) -> str:
    """A time as Jira writes it."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def generated() -> list[dict[str, Any]]:
    """Issues as plain data: key, creation, first status, and the changes of status."""
    dice = random.Random(SEED)
    names = list(WAYS)
    weights = [COMMON.get(name, 2) for name in names]
    found = []
    for number in range(1, ISSUES + 1):
        way = names[number - 1] if number <= len(names) else dice.choices(names, weights)[0]
        at = BEGIN + timedelta(seconds=dice.randrange(int((END - BEGIN).total_seconds())))
        first = dice.choice(["To Do", "To Do", "To Do", "In Progress"])
        issue: dict[str, Any] = {"key": f"OPS-{number}", "created": stamp(at), "first": first}
        status, changes = first, []
        for to in WAYS[way]:
            at += timedelta(seconds=int(dice.expovariate(1 / (3.5 * 86400))) + 60)
            if at >= END:
                break
            if to != status:
                changes.append({"at": stamp(at), "from": status, "to": to})
            status = to
        found.append({**issue, "status": status, "changes": changes})
    return found


def as_jira(issue: dict[str, Any]) -> Any:
    """An issue as the package reads it through the client library."""
    plain = types.SimpleNamespace
    histories = [
        plain(
            created=change["at"],
            items=[plain(field="status", fromString=change["from"], toString=change["to"])],
        )
        for change in issue["changes"]
    ]
    fields = plain(
        created=issue["created"],
        status=plain(name=issue["status"], value=issue["status"]),
        issuetype=plain(name="Story"),
        summary=issue["key"],
        resolution=None,
        resolutiondate=None,
        customfield_1=None,
    )
    return plain(key=issue["key"], fields=fields, changelog=plain(histories=histories))


class Client:
    """What the package asks of the client library."""

    _options = types.MappingProxyType({"server": "https://jira.example.com"})

    def __init__(self, issues: list[Any]) -> None:
        self.issues = issues

    def fields(self) -> list[dict[str, str]]:
        """The fields that it looks up by name."""
        return [{"id": "status", "name": "Status"}, {"id": "customfield_1", "name": "Flagged"}]

    def search_issues(self, _jql: str, **_options: Any) -> list[Any]:
        """All issues, whatever the question."""
        return self.issues


def settings(cycle: list[dict[str, Any]]) -> dict[str, Any]:
    """The least that its calculators want."""
    return {
        "attributes": {}, "known_values": {}, "max_results": None, "query_attribute": None,
        "queries": [{"jql": "project = OPS", "value": None}], "cycle": cycle,
        "backlog_column": cycle[0]["name"], "done_column": cycle[-1]["name"],
        "throughput_frequency": "W-SUN", "throughput_window": None,
        "quantiles": [0.5, 0.85, 0.95],
        "cycle_time_data": None, "throughput_data": None, "throughput_chart": None,
        "percentiles_data": None,
    }  # fmt: skip


CYCLE = [
    {"name": "Backlog", "statuses": list(NEW), "type": "backlog"},
    {"name": "Progress", "statuses": list(PROGRESS), "type": "accepted"},
    {"name": "Done", "statuses": list(DONE), "type": "complete"},
]
LEAD = [
    {"name": "Open", "statuses": [*NEW, *PROGRESS], "type": "accepted"},
    {"name": "Done", "statuses": list(DONE), "type": "complete"},
]
"""All that is before done counts as begun: its cycle time is then our lead time."""


def measured(issues: list[dict[str, Any]], cycle: list[dict[str, Any]]) -> dict[str, Any]:
    """What its calculators say of the issues with these columns."""
    from jira_agile_metrics.calculator import run_calculators
    from jira_agile_metrics.calculators.cycletime import CycleTimeCalculator
    from jira_agile_metrics.calculators.percentiles import PercentilesCalculator
    from jira_agile_metrics.calculators.throughput import ThroughputCalculator
    from jira_agile_metrics.querymanager import QueryManager

    chosen = settings(cycle)
    asked = QueryManager(Client([as_jira(one) for one in issues]), chosen)
    calculators = [CycleTimeCalculator, PercentilesCalculator, ThroughputCalculator]
    results = run_calculators(calculators, asked, chosen)
    table = results[CycleTimeCalculator].dropna(subset=["completed_timestamp"])
    return {
        "issues": {
            row.key: {
                "days": row.cycle_time.days,
                "done": row.completed_timestamp.date().isoformat(),
            }
            for row in table.itertuples()
        },
        "percentiles": {
            str(round(at * 100)): value.total_seconds() / 86400
            for at, value in results[PercentilesCalculator].items()
        },
        "weeks": {
            f"{end.isocalendar().year}-W{end.isocalendar().week:02d}": int(row["count"])
            for end, row in results[ThroughputCalculator].iterrows()
        },
    }


def main() -> None:
    """Write both files."""
    issues = generated()
    figures = {"cycle": measured(issues, CYCLE), "lead": measured(issues, LEAD)}
    for name, data in (("issues", {"now": stamp(END), "issues": issues}), ("figures", figures)):
        text = json.dumps(data, sort_keys=True, separators=(",", ":"))
        lines = text.replace('},{"changes"', '},\n{"changes"').replace('},"OPS', '},\n"OPS')
        (HERE / f"{name}.json").write_text(lines + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
