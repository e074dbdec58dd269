"""Processes that begin with the program imported already.

``tandem`` needs a second of a core to import what it stands on. Here one process does that once and
forks another for each command: a real process of its own, with its own folder, environment, files
and end, which can be signalled and killed like any other.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import random
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
IMPORTED = (
    "sync.cli", "sync.daemon", "sync.web.health", "sync.web.hooks", "connector.jira.adapter",
    "connector.servicenow.adapter",
)  # fmt: skip
TICK = 0.02
"""Seconds until an end is noticed."""


class Forked:
    """A process under way, as :class:`subprocess.Popen` has it."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._ended = threading.Event()

    def end(self, code: int) -> None:
        """It has ended."""
        self.returncode = code
        self._ended.set()

    def poll(self) -> int | None:
        """Its exit code, once it has ended."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end."""
        if not self._ended.wait(timeout) or self.returncode is None:
            raise subprocess.TimeoutExpired("tandem", timeout or 0)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.send_signal(signal.SIGKILL)


class Ready:
    """The process that waits, seen from the tests."""

    def __init__(self) -> None:
        given = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"}
        given.pop("PYTHONDONTWRITEBYTECODE", None)
        command = [sys.executable, "-c", "from tests.support.ready import serve; serve()"]
        self._server = subprocess.Popen(
            command, env=given, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._begun = threading.Semaphore(0)
        self._asking = threading.Lock()
        self._running: dict[int, Forked] = {}
        self._last: Forked | None = None
        threading.Thread(target=self._listen, daemon=True).start()

    def start(
        self, arguments: list[str], folder: Path, environment: Mapping[str, str], said: Path
    ) -> Forked:
        """Begin a command whose words go into the files ``out`` and ``err`` of a folder."""
        wish = {"arguments": arguments, "folder": str(folder), "said": str(said)}
        with self._asking:
            assert self._server.stdin is not None
            self._server.stdin.write(json.dumps({**wish, "environment": dict(environment)}) + "\n")
            self._server.stdin.flush()
            assert self._begun.acquire(timeout=60), "nobody forks"
            assert self._last is not None
            return self._last

    def _listen(self) -> None:
        assert self._server.stdout is not None
        for line in self._server.stdout:
            told: dict[str, Any] = json.loads(line)
            if "code" in told:
                self._running.pop(told["pid"]).end(told["code"])
            else:
                self._last = self._running[told["pid"]] = Forked(told["pid"])
                self._begun.release()


# ---- in the process that waits


def serve() -> None:
    """Fork whenever a line asks for it, and tell of ends, until nobody asks any more."""
    for name in IMPORTED:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    alive: set[int] = set()
    rest = b""
    while True:
        readable, _, _ = select.select([0], [], [], TICK if alive else None)
        if readable:
            part = os.read(0, 1 << 20)
            if not part:
                return
            *lines, rest = (rest + part).split(b"\n")
            for line in lines:
                pid = os.fork()
                if pid == 0:
                    _become(json.loads(line))
                    return
                alive.add(pid)
                _tell({"pid": pid})
        _reap(alive)


def _reap(alive: set[int]) -> None:
    for pid in list(alive):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            alive.discard(pid)
            _tell({"pid": pid, "code": os.waitstatus_to_exitcode(status)})


def _tell(message: Mapping[str, Any]) -> None:
    os.write(1, json.dumps(message).encode() + b"\n")


def _become(wish: Mapping[str, Any]) -> None:
    """Be the command from here on."""
    os.chdir(wish["folder"])
    os.environ.clear()
    os.environ.update(wish["environment"])
    said = Path(wish["said"])
    for number, name in ((1, "out"), (2, "err")):
        file = os.open(said / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(file, number)
        os.close(file)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    random.seed()
    from sync.cli import main

    main(list(wish["arguments"]))
