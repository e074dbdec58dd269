"""`tandem demo` as a person runs it: a process of its own, its words, its exit code."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = [sys.executable, "-c", "from sync.cli import main; main()"]


def environment() -> dict[str, str]:
    """Ours, with a setting that would lead the demo astray if it were heeded."""
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "TANDEM_SERVICENOW__URL": "https://production.example",
        "COLUMNS": "160",
    }


def test_the_demo_ends_by_itself_with_both_sides_equal(tmp_path: Path) -> None:
    """People work, two disagree, the daemon keeps up, and the oracle finds no difference."""
    ran = subprocess.run(
        [*PROGRAM, "demo", "--once", "--seconds", "10"],
        cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip

    assert ran.returncode == 0, ran.stdout + ran.stderr
    lines = ran.stdout.splitlines()
    assert "first load: twins made 71 of 71" in lines
    assert any(line.startswith("  Tandem set ") and "changed in " in line for line in lines)
    assert any("changed on both sides: servicenow wins" in line for line in lines)
    assert lines[-1].startswith("EQUAL: ")
    assert "Traceback" not in ran.stderr
    assert not list(tmp_path.iterdir()), "the demo leaves something behind"


@pytest.mark.parametrize("wish", [signal.SIGINT, signal.SIGTERM])
def test_the_demo_goes_on_until_it_is_asked_to_stop(tmp_path: Path, wish: signal.Signals) -> None:
    """Without --once people keep working; a wish to stop still ends with the comparison."""
    with subprocess.Popen(
        [*PROGRAM, "demo", "--flavor", "dc"],
        cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as running:  # fmt: skip
        assert running.stdout is not None
        for line in running.stdout:
            if line.startswith("  Tandem "):
                break
        assert running.poll() is None
        running.send_signal(wish)
        out, err = running.communicate(timeout=90)

    assert running.returncode == 0, out + err
    assert "people stop; the daemon goes on" in out
    assert out.splitlines()[-1].startswith("EQUAL: ")
    assert not err


def test_the_demo_tells_machines_what_it_found(tmp_path: Path) -> None:
    """With --json nothing but data is on stdout."""
    ran = subprocess.run(
        [*PROGRAM, "demo", "--once", "--seconds", "1", "--json"],
        cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip

    assert ran.returncode == 0, ran.stdout + ran.stderr
    told = json.loads(ran.stdout)
    assert told["equal"] is True
    assert told["linked"] >= 71
    assert told["counts"]["created"]["jira"] >= 71
    assert sum(told["acts"].values()) > 0
