"""States of many ServiceNow records: one request where that is safe, each with its own answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import pytest

from connector.errors import Kept
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
RESOURCE = "/api/x_tandem/problem"
CLOSE = {"close_code": "Solution provided", "close_notes": "done"}


class Stage:
    """A sandbox with the real adapter on it."""

    def __init__(self, path: str = "") -> None:
        self.clock = ManualClock(datetime(2026, 1, 5, 9, tzinfo=UTC))
        self.sandbox = ServiceNowSandbox(self.clock, 1, incidents=0)
        self.faults = Faults()
        self.wire = Listening(FaultyApp(self.sandbox, self.faults, self.clock))
        self.memory = MemoryDict()
        self.adapter = self.started(path)

    def started(self, path: str = "") -> ServiceNowAdapter:
        """The adapter of a new process, with what the one before remembered."""
        return ServiceNowAdapter(
            ServiceNowSettings(url=URL, user="tandem", password="sandbox", problem_state_path=path),
            HttpSettings(concurrency=2),
            meter=RequestMeter(),
            memory=self.memory,
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


def with_resource() -> Stage:
    """An instance with the scripted resource, and settings that name it."""
    found = Stage(RESOURCE)
    found.sandbox.world.knobs.problem_resource = RESOURCE
    return found


def test_a_problem_goes_through_the_scripted_resource_and_the_detour_is_learnt_once() -> None:
    stage = with_resource()
    keys = stage.made("problem", 3, assigned_to=stage.sandbox.world.user_id("elena.rossi"))
    moves = stage.moves("problem", keys, "102")
    stage.sent()

    [first] = stage.adapter.move(moves[:1], ["state"])
    assert isinstance(first, Done)
    assert first.hops == ("102",)
    assert stage.sent() == {f"PATCH {keys[0]}": 1, "PATCH 102": 1, "GET problem": 1}
    assert first.record == stage.adapter.read("problem", keys, ["state"])[keys[0]]
    stage.sent()

    results = stage.started(RESOURCE).move(moves[1:], ["state"])
    assert [type(one) for one in results] == [Done] * 2
    sent = stage.sent()
    assert {name: sent[name] for name in sent if "sys_user" not in name} == {
        "PATCH 102": 2,
        "GET problem": 1,
    }, "another process knows it already"
    assert [stage.state(key) for key in keys] == ["102"] * 3
    assert RESOURCE in stage.adapter.witness.manner("problem")
    assert stage.adapter.witness.manner("incident") == ""
    stage.adapter.close()


def test_what_the_data_policy_wants_goes_along_ahead_of_the_state() -> None:
    stage = with_resource()
    notes = {"cause_notes": "Old disks.", "fix_notes": "Replaced."}
    [key] = stage.made("problem", 1, assigned_to=stage.sandbox.world.user_id("elena.rossi"))
    steps: list[tuple[str, dict[str, str]]] = [("102", {}), ("103", {}), ("104", notes)]
    for state, along in steps:
        [done] = stage.adapter.move(stage.moves("problem", [key], state, **along), ["state"])
        assert isinstance(done, Done), done
    stage.sent()
    moves = stage.moves("problem", [key], "106", resolution_code="fix_applied")
    stage.wire.requests.clear()
    [done] = stage.adapter.move(moves, ["resolution_code"])
    assert isinstance(done, Done)
    assert done.record is not None
    assert done.record.fields["resolution_code"] == "fix_applied"
    assert stage.state(key) == "106"
    sent = [one.path.split("/")[-1] for one in stage.wire.requests if one.method == "PATCH"]
    assert sent == [key, "106"]
    stage.adapter.close()


@pytest.mark.parametrize(
    ("path", "role", "said", "remedy"),
    [
        ("/api/x_other/problem", True, "does not represent any resource", "deploy/servicenow"),
        (RESOURCE, False, "API level ACL", "the role"),
    ],
)
def test_a_resource_that_cannot_be_used_is_a_reason_not_a_loop(
    path: str, role: bool, said: str, remedy: str
) -> None:
    stage = Stage(path)
    stage.sandbox.world.knobs.problem_resource = RESOURCE
    if not role:
        stage.sandbox.world.roles["tandem"].discard("tandem_problem_state")
    [key] = stage.made("problem", 1)
    [refused] = stage.adapter.move(stage.moves("problem", [key], "102"), ["state"])
    assert isinstance(refused, Refused)
    assert not isinstance(refused.error, Kept)
    assert said in refused.error.what
    assert remedy in refused.error.remedy
    assert refused.error.field == "state"
    stage.adapter.close()


def test_what_the_instance_forbids_is_told_in_its_own_words() -> None:
    stage = with_resource()
    [key] = stage.made("problem", 1)
    [refused] = stage.adapter.move(stage.moves("problem", [key], "102"), ["state"])
    assert isinstance(refused, Refused)
    assert "Assigned to" in refused.error.what
    assert stage.state(key) == "101"
    stage.adapter.close()


@pytest.mark.parametrize(("kind", "there"), [("drop_after", "102"), ("drop_before", "101")])
def test_a_lost_answer_of_the_resource_is_a_doubt(kind: str, there: str) -> None:
    stage = with_resource()
    [key] = stage.made("problem", 1, assigned_to=stage.sandbox.world.user_id("elena.rossi"))
    stage.faults.add(Fault(kind, method="PATCH", path="/new_state/"))
    [result] = stage.adapter.move(stage.moves("problem", [key], "102"), ["state"])
    assert isinstance(result, Unclear)
    assert stage.state(key) == there
    stage.adapter.close()


def test_without_a_resource_the_table_is_asked_once_a_day_at_most(stage: Stage) -> None:
    keys = stage.made("problem", 2)
    moves = stage.moves("problem", keys, "102")
    stage.adapter.move(moves[:1], ["state"])
    stage.sent()
    [again] = stage.started().move(moves[1:], ["state"])
    assert isinstance(again, Refused)
    assert isinstance(again.error, Kept)
    assert not {name for name in stage.sent() if name.startswith("P")}
    stage.clock.advance(86_400)
    stage.adapter.identity()
    stage.adapter.move(moves[1:], ["state"])
    assert stage.sent()[f"PATCH {keys[1]}"] == 1


def test_a_change_is_not_closed_bare_although_rest_would_take_it(stage: Stage) -> None:
    [key] = stage.made("change_request", 1, type="standard")
    for state in ("-2", "-1", "0"):
        [done] = stage.adapter.move(stage.moves("change_request", [key], state), ["state"])
        assert isinstance(done, Done)
    [refused] = stage.adapter.move(stage.moves("change_request", [key], "3"), ["state"])
    assert isinstance(refused, Refused)
    assert refused.error.field == "close_code, close_notes"
    assert stage.state(key) == "0"
    closing = {"close_code": "successful", "close_notes": "Done."}
    [done] = stage.adapter.move(stage.moves("change_request", [key], "3", **closing), ["state"])
    assert isinstance(done, Done)
    assert stage.state(key) == "3"


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
