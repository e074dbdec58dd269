"""Which process holds a lease, and whether it is certainly dead.

A process is known by where its number means something (this boot of this kernel, this process
namespace), its number, and when it began: numbers are given out again. Only where all of that can
be compared is anybody declared dead; from another machine or container nothing can be told.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path

_PROC = Path("/proc")
_START_FIELD = 21 - 2
"""Place of the start time in ``/proc/PID/stat`` (22nd), counted after the command's name."""


def this_process() -> str:
    """This process, as :func:`certainly_dead` wants it."""
    return " ".join((_place(), str(os.getpid()), _started(os.getpid()) or "-"))


def describe(purpose: str) -> str:
    """This process in words, for ``who`` of :class:`~sync.errors.LeaseHeld`."""
    return f"{purpose} on {socket.gethostname()}, process {os.getpid()}"


def certainly_dead(process: str) -> bool:
    """Whether that process ran here and does not any more."""
    parts = process.split(" ")
    if len(parts) != 3 or parts[0] != _place() or not parts[1].isdecimal():
        return False
    number, started = int(parts[1]), parts[2]
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass  # it is alive and another user's
    now = _started(number)
    return now is not None and started != "-" and now != started


def _place() -> str:
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}/{(_PROC / 'self/ns/pid').readlink()}"
    except OSError:
        return f"host/{socket.gethostname()}"  # no /proc: the host's name has to do


def _started(number: int) -> str | None:
    try:
        stat = (_PROC / str(number) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # The command's name stands in parentheses and may hold anything, so count from its end.
    after_name = stat.rpartition(")")[2].split()
    # A zombie has ended; its number is only waiting to be collected.
    return "ended" if after_name[0] in ("Z", "X") else after_name[_START_FIELD]
