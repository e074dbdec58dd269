"""The bench runs and tells what it measured; how much that was is no matter of a test."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.__main__ import main
from tests.bench.knowing import whole

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = {"what", "size", "cpu", "wall", "reads", "writes", "peak_mb", "bar", "held"}


def test_a_quick_bench_tells_its_parts() -> None:
    command = [sys.executable, "-m", "tests.bench", "collect", "--quick", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout)
    assert told["machine"]
    rows = told["rows"]
    assert [set(row) for row in rows] == [COLUMNS] * len(rows)
    assert len({(row["what"], row["size"]) for row in rows}) == len(rows) == 12
    assert all(row["cpu"] > 0 and row["wall"] > 0 and row["reads"] > 0 for row in rows)


def test_a_company_is_as_many_times_larger_as_its_pages() -> None:
    asked = {"first, desk": 25, "second, desk": 5, "first, Jira": 9, "second, Jira": 1}
    rest, first = whole({**asked, "first, desk's own counts": 2}, 5, 20, "sets")
    assert (rest.reads, rest.bar, rest.held) == (8, "200 requests", True)
    assert (first.reads, first.held) == (5 + 20 * 5 + 1 + 8 * 20 + 2, False)


def test_a_bench_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["nonsense"])
    assert end.value.code == 2
    assert "there is no bench nonsense: load," in capsys.readouterr().err
