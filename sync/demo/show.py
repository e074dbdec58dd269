"""The demonstration from start to verdict.

Two fake systems start with a plausible company. The first load links what is in scope; then people
work on both sides while the daemon syncs. When they stop, the daemon goes on until nothing moves
any more, and the oracle compares what both sides truly hold.
"""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console

from sync import wiring
from sync.demo.bell import Bell
from sync.demo.board import Board
from sync.demo.report import Result, summary_table, verdict
from sync.demo.sight import Register
from sync.demo.stage import Stage
from sync.demo.tellers import Lines, Screen, Silent, Teller
from sync.demo.town import Town
from sync.settings import Settings

INDEX_LAG = 0.5
POLL = 1.0
TIRELESS = 1_000_000
"""Records an hour: people of a demonstration open more of them than a company's."""


def perform(*, once: bool, seconds: float, flavour: str, seed: int, quiet: bool = False) -> Result:
    """The whole demonstration; without ``once`` people work until somebody interrupts."""
    console = Console(highlight=False, emoji=False, quiet=quiet)
    began = time.monotonic()
    console.print("Starting a fake ServiceNow and a fake Jira with ninety days of work in them.")
    with Town(flavour, seed, index_lag=INDEX_LAG) as town, TemporaryDirectory() as folder:
        settings = demo_settings(town, Path(folder))
        with wiring.running(settings) as runtime, wiring.leased(runtime.store):
            stage = Stage(town, runtime, settings, _teller(console, town))
            with Bell() as bell, stage.diary.listening(), stage.teller:
                stage.first_load()
                stage.work(bell, seconds if once else None)
            result = stage.result(time.monotonic() - began)
    console.print(summary_table(result))
    # On a terminal whole words wrap; elsewhere a line is a line.
    console.print(verdict(result), soft_wrap=not console.is_terminal)
    return result


def demo_settings(town: Town, folder: Path) -> Settings:
    """Settings that point at a town, with a store that is thrown away; nothing else is read."""
    groups: dict[str, dict[str, Any]] = {
        "store": {"url": f"sqlite:///{folder / 'demo.db'}"},
        "poll": {"interval": POLL},
        "guard": {"first_run": "allow", "creates_hour": TIRELESS},
        "web": {"listen": "off"},
    }
    for name, value in town.settings().items():
        group, _, setting = name.removeprefix("TANDEM_").lower().partition("__")
        groups.setdefault(group, {})[setting] = value
    return Settings.model_validate(groups)


def _teller(console: Console, town: Town) -> Teller:
    if console.quiet:
        return Silent()
    kind = "Jira Cloud" if town.flavour == "cloud" else "Jira Data Center"
    board = Board(Register(town).statuses, f"Tandem keeps ServiceNow and {kind} in step")
    live = console.is_terminal and not console.is_dumb_terminal
    return Screen(console, board) if live else Lines(console)
