"""Power cuts in the middle of a first load: nothing twice, nothing missing, the store whole.

Each process is killed after a seeded number of writes, or right after a request was carried out
and before its answer came; the next one goes on. The oracle looks at both sides' true content:
twins by their marks, fields through the mappings, every comment exactly once.
"""

from __future__ import annotations

import random
import signal
import time
from pathlib import Path
from typing import TypeAlias

import pytest

from connector.sandbox.faults import Fault
from mappings.sides import Side
from sync.demo.town import Town
from tests.support.judge import differences
from tests.support.program import SETTLED_SOON, Program, Running

LAG = 0.3
STUCK = 120.0
"""How long a caught answer is held back: longer than the process lives."""


def writes(town: Town) -> int:
    """How many writes of the program took effect on both sides."""
    jira = len(town.jira.world.write_log)
    return jira + len(town.servicenow.world.write_log)


def cut_after(town: Town, running: Running, number: int, pause: float) -> bool:
    """Kill a process a moment after it wrote so much; whether it was still at work."""
    wanted = writes(town) + number
    while writes(town) < wanted:
        if running.process.poll() is not None:
            return False
        time.sleep(0.002)
    time.sleep(pause)
    running.process.kill()
    return True


def cut_in_an_answer(town: Town, running: Running, side: Side, path: str, skip: int) -> bool:
    """Kill a process that waits for the answer to a write which was carried out."""
    weather = town.faults[side]
    weather.add(Fault("slow", "POST|PUT|PATCH", path, skip=skip, seconds=STUCK))
    while weather.active():
        if running.process.poll() is not None:
            weather.clear()
            return False
        time.sleep(0.002)
    time.sleep(0.05)  # the fault is used up when the request is taken in, then the work is done
    running.process.kill()
    return True


Answer: TypeAlias = "tuple[Side, str, int]"
"""Which write is cut in its answer: side, path, and how many of them pass before."""

ANSWERS: list[Answer] = [
    (Side.JIRA, "/issue/bulk$", 0),
    (Side.JIRA, "/issue/bulk$", 1),
    (Side.SERVICENOW, "/batch$", 0),
    (Side.JIRA, "/transitions?$", 0),
    (Side.JIRA, "/remotelink$", 20),
    (Side.JIRA, "/remotelink$", 10),
]
IN_A_SMALL_LOAD: list[Answer] = [*ANSWERS[:1], *ANSWERS[2:4], (Side.JIRA, "/remotelink$", 5)]


def load_with_cuts(town: Town, program: Program, seed: int, answers: list[Answer]) -> int:
    """Load, and kill by turns at a random moment and in each of these answers; how many died."""
    dice = random.Random(seed)
    killed = 0
    for answer in answers:
        running = program.start("sync", "--yes")
        killed += cut_after(town, running, dice.randrange(1, 40), dice.random() / 10)
        ran = running.ended(120)
        assert ran.code in (0, -signal.SIGKILL), ran.said
        running = program.start("sync", "--yes")
        killed += cut_in_an_answer(town, running, *answer)
        ran = running.ended(120)
        assert ran.code in (0, -signal.SIGKILL), ran.said
    return killed


@pytest.mark.timeout(400)
def test_twelve_power_cuts_in_a_first_load(tmp_path: Path) -> None:
    """Three hundred records, twelve dead processes, and the thirteenth finishes the work."""
    with Town(incidents=1280, index_lag=LAG) as town:
        program = Program(tmp_path, town, **SETTLED_SOON)
        assert load_with_cuts(town, program, 20, ANSWERS) == 12
        assert finished(town, program) >= 300


@pytest.mark.timeout(400)
def test_eight_power_cuts_with_a_store_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    """The same with a database that outlives the process by itself."""
    with Town(incidents=180, index_lag=LAG) as town:
        program = Program(tmp_path, town, **SETTLED_SOON)
        program.settings["TANDEM_STORE__URL"] = postgres_url
        assert load_with_cuts(town, program, 7, IN_A_SMALL_LOAD) == 8
        assert finished(town, program) >= 50
        assert not list(tmp_path.glob("*.db"))


def finished(town: Town, program: Program) -> int:
    """Finish the load and judge it; the number of links."""
    last = program.run("sync", "--yes", "--wait", timeout=200)
    assert last.code == 0, last.said
    assert differences(town, program.folder) == []
    sound = program.run_here("db", "check")
    assert (sound.code, sound.out) == (0, "the store is sound\n"), sound.said
    return len(program.run_here("links", "--json").data)


@pytest.mark.timeout(400)
def test_a_wish_to_stop_is_heeded_at_once(tmp_path: Path) -> None:
    """The lock is given back, a line says that nothing is lost, and the next run goes on."""
    with Town(incidents=2) as town:
        program = Program(tmp_path, town, **SETTLED_SOON)
        for wish in (signal.SIGINT, signal.SIGTERM):
            town.faults[Side.JIRA].add(Fault("slow", "POST", "/remotelink$", skip=3, seconds=1))
            running = program.start("sync", "--yes")
            while town.faults[Side.JIRA].active():
                assert running.process.poll() is None
                time.sleep(0.01)
            running.process.send_signal(wish)
            ran = running.ended(20)
            assert ran.code == 128 + wish, ran.said
            assert ran.advice == [
                "Stopped. What was written is remembered: the next run goes on from here."
            ]
        assert finished(town, program) > 15
