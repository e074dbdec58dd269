"""The fake Jira behind its mounts: a socket, the control routes, many callers at once."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from connector.sandbox.control import ControlApp
from connector.sandbox.faults import Faults
from connector.sandbox.http import Request
from connector.sandbox.jira.seed import seed
from connector.sandbox.server import serve
from tests.support.jira_site import Site, story


def test_over_a_socket_addresses_follow_the_caller() -> None:
    site = Site()
    with serve(site.sandbox, clock=site.clock) as server:
        answer = requests.get(f"{server.url}/rest/api/2/serverInfo", timeout=5)
        assert answer.json()["baseUrl"] == server.url
        made = requests.post(
            f"{server.url}/rest/api/2/issue",
            json=story(),
            auth=("tandem@example.com", "sandbox"),
            timeout=5,
        )
        assert made.status_code == 201
        assert made.json()["self"].startswith(server.url)
        assert made.headers["Date"].startswith("Mon, 02 Mar 2026 09:00:30")


def test_the_truth_is_told_as_json_past_all_rights() -> None:
    site = Site()
    seed(site.sandbox.world)
    site.hands().hide("OPS-1")
    control = ControlApp(site.sandbox, site.sandbox.world, Faults(), site.clock)
    told = json.loads(control.handle(Request("GET", "/_sandbox/truth")).body)
    hidden = [row["key"] for row in told["issues"] if row["hidden"]]
    assert hidden == ["OPS-1"]
    assert told["issues"][0]["status_category"] in ("new", "indeterminate", "done")
    assert [row["seq"] for row in told["write_log"]] == list(range(1, len(told["write_log"]) + 1))


@pytest.fixture
def _hurried() -> Iterator[None]:
    """Threads take turns as often as they can, so that a missing lock shows."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("_hurried")
def test_many_callers_at_once_lose_nothing() -> None:
    site = Site()
    site.sandbox.limits.per_issue = False
    site.ok("POST", "issue", story())

    def write(n: int) -> int:
        site.ok("POST", "issue/OPS-1/comment", {"body": f"c{n}"})
        site.ok("PUT", "issue/OPS-1", {"update": {"labels": [{"add": f"l{n}"}]}})
        return int(site.ok("POST", "issue", story())["id"])

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(write, range(40)))
    assert len(set(made)) == 40
    issue = site.hands().issue("OPS-1")
    assert len(issue.comments) == len(issue.fields["labels"]) == 40
    stamps = [row.at for row in issue.history] + [row.created for row in issue.comments]
    assert len(set(stamps)) == len(stamps)
