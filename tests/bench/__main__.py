"""``python -m tests.bench [NAME...] [--json] [--quick]``; exit 1 where a bar is missed."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from tests.bench.carrying import files
from tests.bench.cost import Row
from tests.bench.knowing import collecting, insight
from tests.bench.moving import Moving

NAMES = ("load", "rest", "file", "insight", "collect", "plan")
Bench = Callable[[], Iterator[Row]]


def main(given: list[str] | None = None) -> int:
    """Run what was asked for, and show what it cost."""
    parser = _arguments()
    ask = parser.parse_args(given)
    if unknown := [name for name in ask.names if name not in NAMES]:
        parser.error(f"there is no bench {', '.join(unknown)}: {', '.join(NAMES)}")
    rows = []
    with Moving(quick=ask.quick) as moving:
        benches: dict[str, Bench] = {
            "load": moving.load,
            "rest": moving.rest,
            "file": lambda: files(quick=ask.quick),
            "insight": lambda: insight(quick=ask.quick),
            "collect": lambda: collecting(quick=ask.quick),
            "plan": moving.plan,
        }
        for name in ask.names or benches:
            for row in benches[name]():
                rows.append(row)
                if not ask.json:
                    sys.stderr.write(f"{row.what}: {row.size}\n")
    if ask.json:
        json.dump({"machine": machine(), "rows": [asdict(row) for row in rows]}, sys.stdout)
    else:
        Console(width=150).print(table(rows))
    return 1 if any(row.held is False for row in rows) else 0


def machine() -> str:
    """On what it was measured."""
    system = f"{platform.system()} {platform.machine()}"
    return f"{system}, {os.cpu_count()} cores, Python {platform.python_version()}"


def table(rows: list[Row]) -> Table:
    """All of them, one a line."""
    made = Table(title=machine(), box=None, title_justify="left")
    for name in ("what", "size"):
        made.add_column(name)
    for name in ("CPU s", "wall s", "reads", "writes", "peak MB"):
        made.add_column(name, justify="right")
    made.add_column("bar")
    for row in rows:
        cells = (
            *_shown("{:.1f}", row.cpu, row.wall), *_shown("{:,}", row.reads, row.writes),
            *_shown("{:.0f}", row.peak_mb),
        )  # fmt: skip
        word = {True: "held", False: "MISSED", None: ""}[row.held]
        bar = f"{row.bar}: {word}" if row.bar else ""
        made.add_row(row.what, row.size, *cells, bar)
    return made


def _shown(form: str, *numbers: float | None) -> list[str]:
    return ["" if one is None else form.format(one) for one in numbers]


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m tests.bench", description=__doc__)
    told = f"which: {', '.join(NAMES)}; default all"
    parser.add_argument("names", nargs="*", metavar="NAME", help=told)
    parser.add_argument("--json", action="store_true", help="for machines")
    parser.add_argument("--quick", action="store_true", help="small sizes, within a minute")
    return parser


if __name__ == "__main__":
    sys.exit(main())
