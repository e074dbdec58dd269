"""States of many ServiceNow records: one request where that is safe, each with its own answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import pytest

from connector.meter import MemoryDict, RequestMeter
from connector.sandbox.clock import ManualClock
from connector.sandbox.faults import Fault, Faults, FaultyApp
from connector.sandbox.servicenow.app import ServiceNowSandbox
from connector.sandbox.transport import SandboxTransport
from connector.servicenow.adapter import ServiceNowAdapter
from connector.settings import HttpSettings, ServiceNowSettings
from connector.values import Done, Draft, Move, NotSent, Refused, Unclear
from tests.support.jira import Listening

URL = "http://sandbox.test"
CLOSE = {"close_code": "Solution provided", "close_notes": "done"}


class Stage:
    """A sandbox with the real adapter on it."""

    def __init__(self) -> None:
        self.clock = ManualClock(datetime(2026, 1, 5, 9, tzinfo=UTC))
        self.sandbox = ServiceNowSandbox(self.clock, 1, incidents=0)
        self.faults = Faults()
        self.wire = Listening(FaultyApp(self.sandbox, self.faults, self.clock))
        self.adapter = ServiceNowAdapter(
            ServiceNowSettings(url=URL, user="tandem", password="sandbox"),
            HttpSettings(concurrency=2),
            meter=RequestMeter(),
            memory=MemoryDict(),
            mount=SandboxTransport(self.wire, self.clock, self.clock.advance),
            sleeper=self.clock.advance,
        )

    def made(self, table: str, number: int, **fields: str) -> list[str]:
        """New records."""
        row = {"short_description": "x", **fields}
        results = self.adapter.create([Draft(table, table, "", row) for _ in range(number)])
        return [result.key for result in results if isinstance(result, Done)]

    def moves(self, table: str, keys: Sequence[str], *states: str, **fields: str) -> list[Move]:
        """What the engine would ask for."""
        held = self.adapter.read(table, keys, ["state"], fresh=True)
        return [Move(table, key, "state", states, fields, held.get(key)) for key in keys]

    def sent(self) -> Counter[str]:
        """Requests since the last call, by their last words."""
        shapes = Counter(f"{one.method} {one.path.split('/')[-1]}" for one in self.wire.requests)
        self.wire.requests.clear()
        return shapes

    def state(self, key: str) -> str:
        """The state in truth."""
        row = self.sandbox.world.true_row(key)
        return row["state"] if row else ""


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage()
    yield made
    made.adapter.close()


def test_many_incidents_are_resolved_in_one_request(stage: Stage) -> None:
    keys = stage.made("incident", 5)
    moves = stage.moves("incident", keys, "6", **CLOSE)
    stage.sent()
    results = stage.adapter.move(moves, ["state", "close_code"])
    assert stage.sent() == {"POST batch": 1}
    for key, result in zip(keys, results, strict=True):
        assert isinstance(result, Done)
        assert result.record == stage.adapter.read("incident", [key], ["state", "close_code"])[key]
        assert (stage.state(key), result.hops) == ("6", ("6",))


def test_one_alone_needs_no_batch_and_no_look(stage: Stage) -> None:
    [key] = stage.made("incident", 1)
    moves = stage.moves("incident", [key], "2")
    stage.sent()
    [result] = stage.adapter.move(moves, ["state"])
    assert isinstance(result, Done)
    assert stage.sent() == {f"PATCH {key}": 1}


def test_what_the_caller_has_not_read_is_read_together(stage: Stage) -> None:
    keys = stage.made("incident", 4)
    stage.sent()
    moves = [Move("incident", key, "state", ("2",)) for key in [*keys, "0" * 32]]
    results = stage.adapter.move(moves, ["state"])
    assert stage.sent() == {"GET incident": 1, "POST batch": 1}
    assert [type(one) for one in results] == [Done] * 4 + [NotSent]


def test_one_refusal_does_not_hide_its_neighbours(stage: Stage) -> None:
    keys = stage.made("incident", 3)
    moves = stage.moves("incident", keys, "6", **CLOSE)
    moves[1] = stage.moves("incident", [keys[1]], "6")[0]
    kinds = [type(one) for one in stage.adapter.move(moves, ["state"])]
    assert kinds == [Done, Refused, Done]
    assert [stage.state(key) for key in keys] == ["6", "1", "6"]


def test_changes_are_asked_first_and_moved_together(stage: Stage) -> None:
    keys = stage.made("change_request", 3, type="normal")
    moves = stage.moves("change_request", keys, "-4")
    moves[2] = stage.moves("change_request", [keys[2]], "-1")[0]
    stage.sent()
    done, also, wrong = stage.adapter.move(moves, ["state"])
    assert stage.sent() == {"GET nextstates": 3, "POST batch": 1}
    assert isinstance(done, Done)
    assert isinstance(also, Done)
    assert isinstance(wrong, Refused)
    assert "(-4)" in str(wrong.error.offered)
    assert [stage.state(key) for key in keys] == ["-4", "-4", "-5"]


def test_a_problem_that_keeps_its_state_is_refused_with_a_remedy(stage: Stage) -> None:
    keys = stage.made("problem", 2)
    results = stage.adapter.move(stage.moves("problem", keys, "102"), ["state"])
    assert [type(one) for one in results] == [Refused] * 2
    assert all("kept state" in str(one.error) for one in results if isinstance(one, Refused))


def test_who_is_there_already_is_not_written(stage: Stage) -> None:
    keys = stage.made("incident", 3)
    moves = stage.moves("incident", keys, "1")
    stage.sent()
    assert [type(one) for one in stage.adapter.move(moves, ["state"])] == [Done] * 3
    assert stage.sent() == {}


def test_a_lost_answer_leaves_every_move_in_doubt(stage: Stage) -> None:
    keys = stage.made("incident", 3)
    moves = stage.moves("incident", keys, "2")
    stage.faults.add(Fault("drop_after", method="POST", path="/batch"))
    stage.sent()
    assert [type(one) for one in stage.adapter.move(moves, ["state"])] == [Unclear] * 3
    assert stage.sent() == {"POST batch": 1}
    assert [stage.state(key) for key in keys] == ["2"] * 3


def test_no_moves_are_no_work(stage: Stage) -> None:
    assert stage.adapter.move([], ["state"]) == []


def test_a_look_that_fails_leaves_every_move_undone(stage: Stage) -> None:
    keys = stage.made("incident", 3)
    stage.faults.add(Fault("status", method="GET", path="/incident", times=None, status=503))
    moves = [Move("incident", key, "state", ("2",)) for key in keys]
    assert [type(one) for one in stage.adapter.move(moves, ["state"])] == [NotSent] * 3
    assert [stage.state(key) for key in keys] == ["1"] * 3
