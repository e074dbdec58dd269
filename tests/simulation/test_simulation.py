"""The simulation in small: chunks of seeds that a few processes can share.

Replay one with ``python -m tests.simulation --mode safety --seed N --explain``.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.play import Outcome, run
from tests.simulation.setup import Mode

ROOT = Path(__file__).resolve().parents[2]


def bad(outcomes: list[Outcome]) -> list[str]:
    return [f"seed {one.setup.seed}: {text}" for one in outcomes for text in one.findings]


def batch(first: int, size: int, mode: Mode = "safety") -> list[Outcome]:
    return [run(seed, mode) for seed in range(first, first + size)]


@pytest.mark.parametrize("first", range(1, 37, 4))
def test_every_invariant_holds_in_bad_weather(first: int) -> None:
    assert not bad(batch(first, 4))


@pytest.mark.parametrize("first", [2001, 2005, 2009])
def test_everything_is_finished_in_time_once_the_weather_clears(first: int) -> None:
    assert not bad(batch(first, 4, "liveness"))


TOLD = "from tests.simulation.play import run; print(*(run(n).digest for n in (3, 8, 17)))"


def test_a_seed_tells_the_same_story_in_every_process() -> None:
    told = []
    for hashes in ("1", "2"):
        given = {**os.environ, "PYTHONHASHSEED": hashes, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [sys.executable, "-c", TOLD], env=given, cwd=ROOT, capture_output=True, check=True
        )
        told.append(done.stdout)
    assert told[0] == told[1]


def test_the_oracle_sees_what_is_wrong() -> None:
    """A title that somebody swaps behind everybody's back is noticed."""
    from connector.sandbox.people import INTEGRATION
    from tests.simulation.oracle import Judge
    from tests.simulation.play import Play
    from tests.simulation.setup import Setup

    play = Play(Setup(1, settle={"servicenow": 40.0, "jira": 100.0}))
    play.begin()
    play.settle()
    world = play.rig.servicenow.world
    key = play.rig.journal.keys(next(iter(play.rig.faults)))[0]
    row = world.true_row(key)
    assert row is not None
    assert not Judge(play.rig, play.crowd).findings()

    values = {"short_description": "swapped"}
    world.update(row["sys_class_name"], key, values, world.caller(INTEGRATION))
    play.rig.drain("engine")
    found = {text.split()[0] for text in Judge(play.rig, play.crowd).findings()}
    play.rig.close()
    assert {"I-01", "I-05"} <= found
