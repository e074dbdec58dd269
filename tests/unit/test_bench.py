"""The bench runs and tells what it measured; how much that was is no matter of a test."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.__main__ import main

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = {"what", "size", "cpu", "wall", "reads", "writes", "peak_mb", "bar", "held"}


def test_a_quick_bench_tells_parts_and_a_bar() -> None:
    command = [sys.executable, "-m", "tests.bench", "collect", "--quick", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout)
    assert told["machine"]
    rows = told["rows"]
    assert [set(row) for row in rows] == [COLUMNS] * len(rows)
    *parts, last = rows
    assert len({row["what"] for row in parts}) == len(parts) == 6
    assert all(row["cpu"] > 0 and row["wall"] > 0 and row["reads"] > 0 for row in parts)
    assert (last["bar"], last["held"]) == ("200 requests", True)
    assert last["reads"] > sum(row["reads"] for row in parts[:2])


def test_a_bench_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["nonsense"])
    assert end.value.code == 2
    assert "there is no bench nonsense: load," in capsys.readouterr().err
