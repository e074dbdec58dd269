"""Bad weather, the control routes and both mounts, with real sessions."""

from __future__ import annotations

from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
import requests

from connector.sandbox.clock import ManualClock
from connector.sandbox.control import ControlApp
from connector.sandbox.faults import Fault, Faults
from connector.sandbox.http import Request
from connector.sandbox.server import serve
from connector.sandbox.servicenow import World
from connector.sandbox.transport import SandboxTransport

LIST = "/api/now/table/incident"


@pytest.fixture(params=["socket", "transport"])
def site(
    request: pytest.FixtureRequest, app: ControlApp, clock: ManualClock
) -> Iterator[tuple[str, requests.Session]]:
    with requests.Session() as session:
        session.auth = ("tandem", "sandbox")
        if request.param == "transport":
            session.mount("http://instance.test", SandboxTransport(app, clock))
            yield "http://instance.test", session
            return
        with serve(app, clock=clock) as server:
            yield server.url, session


def count(world: World) -> int:
    return len(list(world.rows("incident")))


def post(site: tuple[str, requests.Session]) -> requests.Response:
    base, session = site
    return session.post(base + LIST, json={"short_description": "x"}, timeout=(5, 0.5))


def test_a_connection_dropped_before_and_after_looks_the_same(
    site: tuple[str, requests.Session], faults: Faults, world: World
) -> None:
    for kind, done in (("drop_before", 0), ("drop_after", 1)):
        faults.add(Fault(kind, method="POST"))
        with pytest.raises(requests.exceptions.ConnectionError):
            post(site)
        assert count(world) == done
    assert post(site).status_code == 201


def test_a_late_write_commits_when_its_time_has_come(
    site: tuple[str, requests.Session], faults: Faults, world: World, clock: ManualClock
) -> None:
    base, session = site
    faults.add(Fault("late", method="POST", seconds=40))
    with pytest.raises(requests.exceptions.ConnectionError):
        post(site)
    assert session.get(base + LIST).json()["result"] == []
    clock.advance(41)
    assert len(session.get(base + LIST).json()["result"]) == 1


def test_a_slow_answer_times_out_though_the_work_is_done(
    site: tuple[str, requests.Session], faults: Faults, world: World
) -> None:
    faults.add(Fault("slow", seconds=0.8))
    with pytest.raises(requests.exceptions.ReadTimeout):
        post(site)
    assert count(world) == 1


def test_a_cut_body_breaks_the_reading(site: tuple[str, requests.Session], faults: Faults) -> None:
    faults.add(Fault("truncate", path="/table/sys_user$"))
    base, session = site
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        session.get(base + "/api/now/table/sys_user")


def test_odd_answers_with_a_good_status(
    site: tuple[str, requests.Session], faults: Faults, world: World
) -> None:
    base, session = site
    faults.add(Fault("html"))
    page = session.get(base + LIST)
    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html")
    faults.add(Fault("accepted", method="POST"))
    assert post(site).status_code == 202
    assert count(world) == 0
    faults.add(Fault("partial"))
    answer = session.get(base + "/api/now/table/sys_user").json()
    assert 0 < len(answer["result"]) < 25
    assert "maximum execution time" in answer["error"]["message"]


def test_patience_is_asked_for_in_seconds_or_as_a_date(
    site: tuple[str, requests.Session], faults: Faults, clock: ManualClock
) -> None:
    base, session = site
    faults.add(Fault("status", status=429, retry_after="7"))
    faults.add(Fault("status", status=503, retry_after="date:90", body="<html>busy</html>"))
    assert session.get(base + LIST).headers["Retry-After"] == "7"
    busy = session.get(base + LIST)
    until = parsedate_to_datetime(busy.headers["Retry-After"])
    assert (until - clock.now()).total_seconds() == 90
    assert (busy.status_code, busy.text) == (503, "<html>busy</html>")


def test_the_date_is_the_sandboxs_own_and_stands_once(
    site: tuple[str, requests.Session], clock: ManualClock
) -> None:
    base, session = site
    clock.advance(3600)
    raw = session.get(base + LIST, stream=True)
    assert raw.headers["Date"] == "Mon, 02 Mar 2026 10:30:00 GMT"
    raw.close()


def test_control_routes_show_the_truth_and_turn_the_weather(
    site: tuple[str, requests.Session], world: World
) -> None:
    base, session = site
    control = base + "/_sandbox/"
    post(site)
    world.knobs.hidden_rows.add(next(world.rows("incident"))["sys_id"])
    truth = session.get(control + "truth").json()
    assert [row["short_description"] for row in truth["records"]["incident"]] == ["x"]
    assert [line["op"] for line in truth["write_log"]] == ["insert"]
    added = session.post(control + "faults", json={"kind": "status", "status": 500, "times": 2})
    assert added.json()[0]["times"] == 2
    assert session.get(base + LIST).status_code == 500
    assert session.delete(control + "faults").json() == []
    assert session.get(base + LIST).status_code == 200
    assert session.post(control + "faults", json={"kind": "nonsense"}).status_code == 400
    moved = session.post(control + "clock", json={"advance": 5}).json()
    assert moved == {"now": "2026-03-02T09:30:05+00:00"}
    assert session.get(control + "requests").json()["counts"][f"GET {LIST}"] == 2
    assert session.get(control + "nothing").status_code == 404


def test_a_chunked_body_is_read(site: tuple[str, requests.Session], world: World) -> None:
    base, session = site
    parts = iter([b'{"short_descr', b'iption": "in pieces"}'])
    head = {"Content-Type": "application/json"}
    assert session.post(base + LIST, data=parts, headers=head).status_code == 201
    assert next(world.rows("incident"))["short_description"] == "in pieces"


def test_the_weather_is_the_same_for_the_same_seed() -> None:
    def struck(seed: int) -> list[bool]:
        faults = Faults(seed)
        faults.add(Fault("html", rate=0.5, times=None))
        request = Request("GET", LIST)
        return [faults.next(request) is not None for _call in range(30)]

    assert struck(3) == struck(3) != struck(4)
    assert 5 < sum(struck(3)) < 25


def test_a_fault_can_wait_and_is_used_up() -> None:
    faults = Faults()
    faults.add(Fault("html", method="GET|HEAD", path="incident$", skip=1, times=2))
    request = Request("GET", LIST)
    assert faults.next(Request("POST", LIST)) is None
    hits = [faults.next(request) is not None for _call in range(4)]
    assert hits == [False, True, True, False]
    assert faults.active() == ()


def test_session_options_do_not_matter_to_the_transport(api: Any) -> None:
    assert api.call("GET", LIST, verify=False, allow_redirects=False).status_code == 200
