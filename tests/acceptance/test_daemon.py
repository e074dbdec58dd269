"""`tandem run`: probes, one side down and up again, a held first load, a graceful end."""

from __future__ import annotations

import json
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from connector.sandbox.faults import Fault
from connector.sandbox.servicenow.instance import put
from mappings.sides import Side
from sync.demo.town import Town
from tests.support.program import SETTLED_SOON, Program, Running, ask, until

pytestmark = pytest.mark.timeout(400)  # patient on a busy machine
DOWN = Fault("status", status=503, retry_after="3600", times=None)
"""A side that is away and says so: nobody has to wait thirty seconds for the verdict."""


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Daemon:
    """A running daemon and its probes."""

    def __init__(self, running: Running, port: int) -> None:
        self.running = running
        self._url = f"http://127.0.0.1:{port}"

    def probe(self, name: str) -> tuple[int, Any]:
        """A probe's status and words; nothing before the door is open."""
        try:
            return ask(f"{self._url}/{name}")
        except OSError:
            return 0, {}

    def ready(self) -> bool:
        """Whether it works on both sides."""
        return self.probe("readyz")[0] == 200


@contextmanager
def daemon(folder: Path, town: Town, **settings: str) -> Iterator[Daemon]:
    """A daemon until the block ends."""
    port = free_port()
    program = Program(folder, town, **SETTLED_SOON, **settings)
    wanted = {"TANDEM_POLL__INTERVAL": "1", "TANDEM_WEB__LISTEN": f"127.0.0.1:{port}"}
    running = program.start("run", **wanted)
    try:
        yield Daemon(running, port)
    finally:
        if running.process.poll() is None:
            running.killed()


def test_a_daemon_works_survives_a_side_that_is_down_and_ends_when_asked(tmp_path: Path) -> None:
    """503 until the first pass, 503 with the name of the side that is away, 200 otherwise."""
    with Town(incidents=5) as town:
        town.faults[Side.JIRA].add(Fault("slow", seconds=1.5))
        with daemon(tmp_path, town, TANDEM_GUARD__FIRST_RUN="allow") as one:
            until(lambda: one.probe("healthz")[0] == 200)
            early, told = one.probe("readyz")
            assert (early, told["status"], told["last_pass"]) == (503, "not ready", None)
            until(one.ready)
            assert len(town.jira.world.issues) > 10

            town.faults[Side.JIRA].add(DOWN)
            until(lambda: not one.ready())
            away = one.probe("readyz")[1]
            assert away["status"] == "not ready"
            assert list(away["trouble"]) == ["jira"]
            assert "503" in away["trouble"]["jira"]
            assert one.probe("healthz")[0] == 200
            late = put(
                town.servicenow.world,
                "incident",
                {"short_description": "Opened while Jira was away", "active": "true",
                 "state": "1", "impact": "1", "urgency": "1", "priority": "1"},
                by="amira.haddad",
            )  # fmt: skip

            town.faults[Side.JIRA].clear()
            until(one.ready)
            until(lambda: bool(town.servicenow.world.true_row(late["sys_id"])["correlation_id"]))

            one.running.process.send_signal(signal.SIGTERM)
            ran = one.running.ended(15)
    assert ran.code == 0, ran.said
    assert not ran.out
    lines = [json.loads(line) for line in ran.err.splitlines()]
    assert {"daemon.start", "pass.failed", "daemon.stop"} <= {line["action"] for line in lines}
    assert all({"action", "level", "timestamp", "event"} <= line.keys() for line in lines)


def test_a_first_load_is_held_until_a_person_allows_it(tmp_path: Path) -> None:
    """The daemon writes nothing unasked, and readyz says what it waits for."""
    with Town(incidents=5) as town, daemon(tmp_path, town) as one:
        until(one.ready)
        told = one.probe("readyz")[1]
        assert {line.partition(":")[0] for line in told["held"]} == {
            "change-story", "incident-story", "problem-epic",
        }  # fmt: skip
        assert all("first run" in line for line in told["held"])
        assert not [issue for issue in town.jira.world.issues.values() if issue.properties]
        second = Program(tmp_path, town).run("sync", "--yes")
        assert second.code == 4
        assert "holds the lock since" in second.err
        one.running.process.send_signal(signal.SIGINT)
        assert one.running.ended(15).code == 0


def test_a_daemon_whose_door_is_taken_says_so(tmp_path: Path) -> None:
    """A port that somebody else has is a setting to be corrected."""
    with Town(incidents=0) as town, socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        listen = f"127.0.0.1:{other.getsockname()[1]}"
        ran = Program(tmp_path, town).run("run", TANDEM_WEB__LISTEN=listen, timeout=20)
    assert ran.code == 2, ran.said
    assert listen in ran.err
    assert "TANDEM_WEB__LISTEN" in ran.err
