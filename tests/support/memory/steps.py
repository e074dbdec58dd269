"""Transactions without a database: a lock, and a list of what to put back.

As on a database in memory one thread works at a time, readers included. An inner transaction joins
the outer one; only the outermost commits or goes back.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sync.errors import BrokenInvariant


class Steps:
    """The transactions of one store and the fences they have to pass."""

    def __init__(self, committing: Callable[[], object]) -> None:
        self.lock = threading.RLock()
        self.fences: dict[str, Callable[[], None]] = {}
        self._committing = committing
        self._undo: list[Callable[[], None]] = []
        self._begun = False

    @contextmanager
    def write(self, *, fenced: bool = True) -> Iterator[None]:
        """All or nothing, or the transaction that this thread is already in."""
        with self.lock:
            if self._begun:
                yield
                return
            with self._outermost():
                for prove in tuple(self.fences.values()) if fenced else ():
                    prove()
                yield

    @contextmanager
    def _outermost(self) -> Iterator[None]:
        self._begun = True
        try:
            yield
            self._committing()
        except BaseException:
            for step in reversed(self._undo):
                step()
            raise
        finally:
            self._undo.clear()
            self._begun = False

    def note(self, undo: Callable[[], None]) -> None:
        """How to take back the change that is about to be made."""
        if not self._begun:
            raise BrokenInvariant("a store in memory is changed outside of a transaction")
        self._undo.append(undo)

    @contextmanager
    def between(self) -> Iterator[None]:
        """A moment at which no transaction is under way."""
        with self.lock:
            if self._begun:
                raise BrokenInvariant("a store in memory is copied inside a transaction")
            yield
