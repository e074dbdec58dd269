"""A wish to stop is heard whatever the program does at that moment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from sync.demo.bell import Bell

ROOT = Path(__file__).resolve().parents[3]
UNDER_FIRE = """
import os, signal, sys, threading
from sync.demo.bell import Bell

bell = Bell()
rounds = int(sys.argv[1])
for number in range(rounds):
    bell = Bell()
    with bell:
        threading.Timer(number * 0.00005, os.kill, (os.getpid(), signal.SIGTERM)).start()
        bell.wait(0.0)
        bell.wait()
        assert bell.rung
print("heard", rounds)
"""


def test_it_rings_at_a_signal_and_wakes_whoever_waits() -> None:
    with Bell() as bell:
        assert not bell.rung
        threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGTERM)).start()
        began = time.monotonic()
        bell.wait(20)
    assert bell.rung
    assert time.monotonic() - began < 5


def test_a_second_wish_ends_everything_at_once() -> None:
    with Bell() as bell:
        bell.ring()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_afterwards_signals_mean_what_they_meant_before() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with Bell():
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_signal_at_any_moment_is_heard() -> None:
    """Also while the waiting thread holds whatever lock it waits with."""
    ran = subprocess.run(
        [sys.executable, "-c", UNDER_FIRE, "20"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert (ran.returncode, ran.stdout) == (0, "heard 20\n"), ran.stderr
