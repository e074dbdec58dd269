"""Transactions without a database: a lock, and a list of what to put back.

As on a database in memory one thread works at a time, readers included. An inner transaction joins
the outer one; only the outermost commits or goes back.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType

from sync.errors import BrokenInvariant


class Transaction(AbstractContextManager[None]):
    """All or nothing, or the transaction that this thread is already in.

    A plain class, and one object for all of them: a schedule makes hundreds of thousands.
    """

    def __init__(self, steps: Steps, *, fenced: bool) -> None:
        self._steps = steps
        self._fenced = fenced

    def __enter__(self) -> None:
        self._steps.enter(fenced=self._fenced)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._steps.leave(failed=kind is not None)


class Steps:
    """The transactions of one store and the fences they have to pass."""

    def __init__(self, committing: Callable[[], object]) -> None:
        self.lock = threading.RLock()
        self.fences: dict[str, Callable[[], None]] = {}
        self._committing = committing
        self._undo: list[Callable[[], None]] = []
        self._depth = 0
        self._fenced = Transaction(self, fenced=True)
        self._free = Transaction(self, fenced=False)

    def write(self, *, fenced: bool = True) -> Transaction:
        """All or nothing, or the transaction that this thread is already in."""
        return self._fenced if fenced else self._free

    def enter(self, *, fenced: bool) -> None:
        """Begin; the outermost one passes the fences."""
        self.lock.acquire()
        self._depth += 1
        if self._depth > 1 or not (fenced and self.fences):
            return
        try:
            for prove in tuple(self.fences.values()):
                prove()
        except BaseException:
            self.leave(failed=True)
            raise

    def leave(self, *, failed: bool) -> None:
        """End; the outermost one commits or goes back."""
        try:
            if self._depth == 1:
                self._end(failed=failed)
        finally:
            self._depth -= 1
            self.lock.release()

    def _end(self, *, failed: bool) -> None:
        try:
            if not failed:
                self._committing()
        except BaseException:
            failed = True
            raise
        finally:
            if failed:
                for step in reversed(self._undo):
                    step()
            self._undo.clear()

    def note(self, undo: Callable[[], None]) -> None:
        """How to take back the change that is about to be made."""
        if not self._depth:
            raise BrokenInvariant("a store in memory is changed outside of a transaction")
        self._undo.append(undo)

    @contextmanager
    def between(self) -> Iterator[None]:
        """A moment at which no transaction is under way."""
        with self.lock:
            if self._depth:
                raise BrokenInvariant("a store in memory is copied inside a transaction")
            yield
