"""From nothing to two systems in step, as the README tells it: processes, HTTP, exit codes.

`tandem sandbox` runs in a process of its own; everything is judged by what it truly holds.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.program import Program, ask, sandbox

pytestmark = pytest.mark.timeout(400)  # patient on a busy machine
SIDES = {"servicenow": "TANDEM_SERVICENOW__URL", "jira": "TANDEM_JIRA__URL"}
OURS = ("tandem", "712020:c58d8d91-9f9d-5bde-b0ef-ac4de5570c5c")
"""Our account as ServiceNow and Data Center call it, and as Cloud does."""
SUMMARY = ("created", "updated", "transitioned", "commented", "attached")


class Company:
    """A sandbox, and the program pointed at it."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        self.program = Program(folder, **settings)
        self.urls = {side: settings[name] for side, name in SIDES.items()}
        self.healthy = self.program.run("doctor")
        self.looked = self.program.run("plan")
        self.written_by_looking = [one for side in SIDES for one in self.writes(side)]
        self.loaded = self.program.run("sync", "--yes")

    def control(self, side: str, route: str, method: str = "GET", body: Any = None) -> Any:
        """What one of the sandbox's own routes says."""
        code, found = ask(f"{self.urls[side]}/_sandbox/{route}", method, body)
        assert code == 200, found
        return found

    def truth(self, side: str) -> Any:
        """All that a side holds."""
        return self.control(side, "truth")

    def writes(self, side: str) -> list[Any]:
        """What our account wrote on a side, in order."""
        log = self.truth(side)["write_log"]
        return [one for one in log if one["by"] in OURS]

    def in_scope(self) -> dict[str, dict[str, str]]:
        """By the shipped scopes: active incidents that matter, active problems, active changes."""
        records = self.truth("servicenow")["records"]
        rows = [
            row
            for row in records["incident"]
            if row["active"] == "true" and (row["priority"] in "123" or row.get("problem_id"))
        ]
        rows += [row for row in records["problem"] if row["active"] == "true"]
        rows += [row for row in records["change_request"] if row["active"] == "true"]
        return {row["sys_id"]: row for row in rows}


INDEXED = 1.5
"""Seconds until Jira's search shows all of a load."""


@pytest.fixture(scope="module", params=["cloud", "dc"])
def company(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Iterator[Company]:
    """A sandbox that was looked at with `doctor` and `plan` and then synced twice."""
    folder = tmp_path_factory.mktemp(request.param)
    arguments = ("--flavor", request.param, "--incidents", "30")
    with sandbox(folder, *arguments) as settings:
        yield Company(folder, settings)


def test_the_way_from_doctor_to_a_second_sync_that_rests(company: Company) -> None:
    """Looking writes nothing, the first load makes every twin once, the second sync rests."""
    healthy, looked, loaded = company.healthy, company.looked, company.loaded
    assert healthy.code == 0, healthy.said
    assert all(line.startswith("ok ") for line in healthy.out.splitlines())
    assert not healthy.err
    assert looked.code == 0, looked.said
    assert "this is the pair's first run" in looked.out
    assert company.written_by_looking == []
    assert loaded.code == 0, loaded.said
    assert not loaded.advice
    wanted = company.in_scope()
    assert len(wanted) > 20
    assert twins(company) == Counter(wanted.keys())

    before = {side: company.writes(side) for side in SIDES}
    assert all(before.values())
    time.sleep(INDEXED)
    for side in SIDES:
        company.control(side, "requests", "DELETE")
    rested = company.program.run("sync", "--yes", "--json")
    assert rested.code == 0, rested.said
    assert {side: company.writes(side) for side in SIDES} == before
    asked = {side: company.control(side, "requests") for side in SIDES}
    assert sum(one["total"] for one in asked.values()) <= 6 + 1, asked  # one for problem tasks
    told = rested.data
    assert {side: sum(told["requests"][side].values()) for side in SIDES} == {
        side: one["total"] for side, one in asked.items()
    }
    assert all(told[name] == {"servicenow": 0, "jira": 0} for name in SUMMARY)


def twins(company: Company) -> Counter[str]:
    """How many issues name each record in their property."""
    held = [issue["properties"].get("tandem") for issue in company.truth("jira")["issues"]]
    return Counter(value["servicenow"]["sys_id"] for value in held if value)


def test_every_twin_bears_the_marks_that_the_contract_names(company: Company) -> None:
    """Label, property with incident counts, remote link; correlation id and display."""
    jira, servicenow = company.truth("jira"), company.truth("servicenow")
    host = company.urls["jira"].removeprefix("http://")
    linked = {row["id"]: row["detail"] for row in jira["write_log"] if row["kind"] == "remote_link"}
    rows = company.in_scope()
    epics = 0
    for issue in jira["issues"]:
        value = issue["properties"].get("tandem")
        if value is None:
            continue
        row = rows.pop(value["servicenow"]["sys_id"])
        marks = [one for one in issue["fields"]["labels"] if one.startswith("tandem-")]
        assert len(marks) == 1
        assert re.fullmatch(r"tandem-[a-z2-7]{20}", marks[0])
        named = value["servicenow"]
        assert set(named) == {"table", "sys_id", "number", "url"}
        assert (named["table"], named["number"]) == (row["sys_class_name"], row["number"])
        assert named["url"].startswith(company.urls["servicenow"])
        assert row["sys_id"] in named["url"]
        agreed = datetime.strptime(value["agreed_at"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        assert linked[issue["id"]] == f"servicenow:{row['sys_id']}"
        assert row["correlation_id"] == f"jira:{host}:{issue['id']}"
        assert row["correlation_display"] == issue["key"]
        if row["sys_class_name"] == "problem":
            epics += 1
            assert issue["issuetype"] == "Epic"
            assert value["incidents"] == hanging(servicenow["records"]["incident"], row, agreed)
    assert not rows
    assert epics > 3


def hanging(incidents: list[dict[str, str]], problem: dict[str, str], now: datetime) -> Any:
    """How many incidents of a problem were opened in each window, whatever their state."""
    opened = [
        datetime.strptime(one["opened_at"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
        for one in incidents
        if one.get("problem_id") == problem["sys_id"]
    ]
    return {
        f"{days}d": sum(now - at <= timedelta(days=days) for at in opened) for days in (7, 30, 90)
    }
