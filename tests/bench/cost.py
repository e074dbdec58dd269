"""What something cost, as a row of the table and as a process finds it out about itself."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
COST = "BENCH_COST"
"""The variable that names the file into which a measured process writes what it cost."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. ``reads`` and ``writes`` are requests to both sides, ``peak_mb`` the
    most memory of the process so far; ``held`` says whether the bar was, where there is one."""

    what: str
    size: str
    cpu: float | None
    wall: float | None
    reads: int | None = None
    writes: int | None = None
    peak_mb: float | None = None
    bar: str = ""
    held: bool | None = None


@dataclass(frozen=True, slots=True)
class Ran:
    """A measured process that ended: what it cost, and what it said on stdout."""

    cpu: float
    wall: float
    peak_mb: float
    out: str

    @property
    def data(self) -> Any:
        """The answer for machines."""
        return json.loads(self.out)


def peak_mb() -> float:
    """The most memory that this process held so far.

    ``getrusage`` remembers the memory of whoever started the process, too (Linux carries it over a
    ``vfork``); the kernel's own mark of this program's memory does not.
    """
    status = Path("/proc/self/status")
    if status.exists():
        [line] = [one for one in status.read_text().splitlines() if one.startswith("VmHWM:")]
        return int(line.split()[1]) / 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1024 * 1024 if sys.platform == "darwin" else 1024)


def cpu() -> float:
    """CPU seconds of this process so far, its start included."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    return spent.ru_utime + spent.ru_stime


@contextmanager
def written_down() -> Iterator[None]:
    """Leave what this process cost where the bench looks for it."""
    began = time.monotonic()
    try:
        yield
    finally:
        found = {"cpu": cpu(), "wall": time.monotonic() - began, "peak_mb": peak_mb()}
        Path(os.environ[COST]).write_text(json.dumps(found))


def measured(folder: Path, *words: str, ends: tuple[int, ...] = (0,), **settings: str) -> Ran:
    """Run one of :mod:`tests.bench.apart` to its end in a folder; raises where it fails."""
    note = folder / "cost.json"
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.apart", *words],
        cwd=folder, env=environment(**settings, **{COST: str(note)}),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode not in ends:
        raise RuntimeError(f"{' '.join(words)}: exit {done.returncode}\n{done.stderr[-3000:]}")
    return Ran(**json.loads(note.read_text()), out=done.stdout)


def environment(**settings: str) -> dict[str, str]:
    """Ours without any setting of the program, with these."""
    plain = {name: value for name, value in os.environ.items() if "TANDEM" not in name}
    return {**plain, "PYTHONPATH": str(ROOT), **settings}
