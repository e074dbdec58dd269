"""Ctrl-C and SIGTERM as a wish to stop in an orderly way."""

from __future__ import annotations

import signal
import threading
from types import TracebackType
from typing import Any


class Bell:
    """Rings when somebody asks us to stop; asked a second time we stop at once."""

    def __init__(self) -> None:
        self._rung = threading.Event()
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
        if self._rung.is_set():
            raise KeyboardInterrupt
        self.ring()

    def ring(self) -> None:
        """Ask for the end."""
        self._rung.set()

    @property
    def rung(self) -> bool:
        """Whether it rang."""
        return self._rung.is_set()

    def wait(self, seconds: float) -> None:
        """Wait, but not longer than until it rings."""
        self._rung.wait(seconds)
