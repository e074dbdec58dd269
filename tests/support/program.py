"""The program as a person runs it: a process of its own, settings in its environment.

``Program(folder, town)`` works in a folder of its own against a town's two systems. ``run`` waits
for the end and keeps what was said; ``start`` leaves it running; ``each_ended`` collects several
that work side by side. ``run_here`` runs a command without a process: a start costs more than most
commands, so what a test only needs beside its own matter is asked that way.
"""

from __future__ import annotations

import io
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import structlog

from sync.cli import main
from sync.demo.town import Town
from tests.support.ready import Forked, Ready

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-c", "from sync.cli import main; main()"]
SETTLED_SOON = {"TANDEM_SETTLE__SERVICENOW": "1", "TANDEM_SETTLE__JIRA": "2"}
"""Settle times as short as a test's patience; the weather of the tests knows no later commits."""


@dataclass(frozen=True)
class Ran:
    """What a finished process left."""

    code: int
    out: str
    err: str
    seconds: float

    @property
    def data(self) -> Any:
        """The answer for machines."""
        return json.loads(self.out)

    @property
    def said(self) -> str:
        """Both streams, for a failing assertion."""
        return f"exit {self.code} after {self.seconds:.1f} s\n{self.out}\n{self.err}"

    @property
    def advice(self) -> list[str]:
        """What stderr says to a person: all lines that are no log."""
        return [line for line in self.err.splitlines() if not line.startswith("{")]


class Program:
    """``tandem`` in a folder, with settings."""

    def __init__(self, folder: Path, town: Town | None = None, **settings: str) -> None:
        self.folder = folder
        self.settings: dict[str, str] = {**(town.settings() if town else {}), **settings}

    def environment(self, changed: Mapping[str, str | None]) -> dict[str, str]:
        """Ours without its settings, with this program's; ``None`` takes one away."""
        plain = {name: value for name, value in os.environ.items() if "TANDEM" not in name}
        # As where it is installed: compiled once, and not anew by each of many processes.
        plain.pop("PYTHONDONTWRITEBYTECODE", None)
        wanted = {**self.settings, **changed}
        chosen = {name: value for name, value in wanted.items() if value is not None}
        return {**plain, "PYTHONPATH": str(ROOT), "COLUMNS": "200", **chosen}

    def run(self, *arguments: str, timeout: float = 60, **changed: str | None) -> Ran:
        """Run a command to its end."""
        return self.start(*arguments, **changed).ended(timeout)

    def run_here(self, *arguments: str, **changed: str | None) -> Ran:
        """Run a command inside this process: the same words and code, without a start.

        Only tables may look otherwise: their width was settled when the program was imported.
        """
        out, err = io.StringIO(), io.StringIO()
        began = time.monotonic()
        with (
            patch.dict(os.environ, self.environment(changed), clear=True),
            chdir(self.folder),
            _process_settings(),
            redirect_stdout(out),
            redirect_stderr(err),
            pytest.raises(SystemExit) as end,
        ):
            main(list(arguments))
        seconds = time.monotonic() - began
        return Ran(int(end.value.code or 0), out.getvalue(), err.getvalue(), seconds)

    def start(self, *arguments: str, **changed: str | None) -> Running:
        """Begin a command."""
        place = said()
        environment = self.environment(changed)
        return Running(ready().start(list(arguments), self.folder, environment, place), place)

    def start_from_nothing(self, *arguments: str, **changed: str | None) -> Running:
        """Begin a command as a shell does, with everything still to be imported."""
        return Running.of([*COMMAND, *arguments], self.folder, self.environment(changed))


@contextmanager
def _process_settings() -> Iterator[None]:
    """Put back what the program sets for the whole of its process: signals and the log."""
    signals = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    handlers, level = logging.root.handlers[:], logging.root.level
    logging.root.handlers.clear()
    try:
        yield
    finally:
        logging.root.handlers[:] = handlers
        logging.root.setLevel(level)
        structlog.reset_defaults()
        for number, heard in signals.items():
            signal.signal(number, heard)


def said() -> Path:
    """A folder for what a process says."""
    place = Path(tempfile.mkdtemp(prefix="tandem-said-"))
    for name in ("out", "err"):
        (place / name).touch()
    return place


@cache
def ready() -> Ready:
    """The process from which others are forked; one for each worker of the tests."""
    return Ready()


class Running:
    """A process under way. It writes into files, so that nobody has to read for it to go on."""

    def __init__(self, process: Forked | subprocess.Popen[bytes], place: Path) -> None:
        self._place = place
        self._began = time.monotonic()
        self.process = process

    @classmethod
    def of(cls, command: list[str], folder: Path, environment: dict[str, str]) -> Running:
        """A command of any kind, begun from nothing."""
        place = said()
        with (place / "out").open("w") as out, (place / "err").open("w") as err:
            begun = subprocess.Popen(command, cwd=folder, env=environment, stdout=out, stderr=err)
        return cls(begun, place)

    @property
    def out(self) -> str:
        """What it answered so far."""
        return (self._place / "out").read_text()

    @property
    def err(self) -> str:
        """What it logged so far."""
        return (self._place / "err").read_text()

    def ended(self, timeout: float = 60) -> Ran:
        """Wait for the end."""
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            said = self.killed().said
            raise AssertionError(f"still running after {timeout} s\n{said}") from None
        seconds = time.monotonic() - self._began
        ran = Ran(self.process.returncode, self.out, self.err, seconds)
        shutil.rmtree(self._place)
        return ran

    def killed(self) -> Ran:
        """End it as a power cut would."""
        self.process.kill()
        return self.ended()


def each_ended(running: Sequence[Running], timeout: float = 60) -> list[Ran]:
    """Wait for the end of each of these, in their order; they go on side by side meanwhile."""
    return [one.ended(timeout) for one in running]


@contextmanager
def sandbox(folder: Path, *arguments: str) -> Iterator[dict[str, str]]:
    """``tandem sandbox`` as a process; yields the settings that it prints."""
    ports = ("--servicenow-port", "0", "--jira-port", "0")
    running = Program(folder).start("sandbox", *ports, "--json", *arguments)
    try:
        until(lambda: running.out.endswith("}\n"))
        yield json.loads(running.out)
    finally:
        running.killed()


def ask(url: str, method: str = "GET", body: Any = None) -> tuple[int, Any]:
    """An HTTP answer with JSON in it, whatever its status."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, method=method)  # noqa: S310 - our own servers
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def until(true: Callable[[], bool], within: float = 20) -> None:
    """Wait for something to become true."""
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
