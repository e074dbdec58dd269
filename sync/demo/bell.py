"""Ctrl-C and SIGTERM as a wish to stop in an orderly way."""

from __future__ import annotations

import math
import signal
import threading
import time
from types import TracebackType
from typing import Any

_PAUSE = 0.1


class Bell:
    """Rings when somebody asks us to stop; asked a second time we stop at once."""

    def __init__(self) -> None:
        # A plain value: an Event may be locked by this very thread when the signal comes.
        self._rung = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Bell:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._asked)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, old in self._before.items():
            signal.signal(number, old)

    def _asked(self, _number: int, _frame: object) -> None:
        if self._rung:
            raise KeyboardInterrupt
        self.ring()

    def ring(self) -> None:
        """Ask for the end."""
        self._rung = True

    @property
    def rung(self) -> bool:
        """Whether it rang."""
        return self._rung

    def wait(self, seconds: float = math.inf) -> None:
        """Wait, but not longer than until it rings."""
        end = time.monotonic() + seconds
        while not self._rung and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, _PAUSE))
