"""`tandem demo` as a person runs it: a process of its own, its words, its exit code."""

from __future__ import annotations

import signal
from pathlib import Path

from tests.support.program import Program, each_ended, until

ASTRAY = {"TANDEM_SERVICENOW__URL": "https://production.example"}
"""A setting that would lead the demo astray if it were heeded."""


def test_the_demo_ends_by_itself_with_both_sides_equal(tmp_path: Path) -> None:
    """People work, two disagree, the daemon keeps up, and the oracle finds no difference."""
    ran = Program(tmp_path, **ASTRAY).run("demo", "--once", "--seconds", "10", timeout=100)

    assert ran.code == 0, ran.said
    lines = ran.out.splitlines()
    assert "first load: twins made 71 of 71" in lines
    assert any(line.startswith("  Tandem set ") and "changed in " in line for line in lines)
    assert any("changed on both sides: servicenow wins" in line for line in lines)
    assert lines[-1].startswith("EQUAL: ")
    assert "Traceback" not in ran.err
    assert not list(tmp_path.iterdir()), "the demo leaves something behind"


def test_the_demo_goes_on_until_it_is_asked_to_stop(tmp_path: Path) -> None:
    """Without --once people keep working; either wish to stop still ends with the comparison."""
    wishes = (signal.SIGINT, signal.SIGTERM)
    program = Program(tmp_path, **ASTRAY)
    started = [program.start("demo", "--flavor", "dc") for _ in wishes]
    for running, wish in zip(started, wishes, strict=True):
        until(lambda at_work=running: "\n  Tandem " in at_work.out, within=60)
        assert running.process.poll() is None
        running.process.send_signal(wish)

    for ran in each_ended(started, 90):
        assert ran.code == 0, ran.said
        assert "people stop; the daemon goes on" in ran.out
        assert ran.out.splitlines()[-1].startswith("EQUAL: ")
        assert not ran.err


def test_the_demo_tells_machines_what_it_found(tmp_path: Path) -> None:
    """With --json nothing but data is on stdout."""
    program = Program(tmp_path, **ASTRAY)
    ran = program.run("demo", "--once", "--seconds", "1", "--json", timeout=100)

    assert ran.code == 0, ran.said
    told = ran.data
    assert told["equal"] is True
    assert told["linked"] >= 71
    assert told["counts"]["created"]["jira"] >= 71
    assert sum(told["acts"].values()) > 0
