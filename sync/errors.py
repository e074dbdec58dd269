"""Errors of the engine and its doors, named by what to do next.

::

    SyncError
      UserError(problems)      settings, mapping, usage            -> exit 2, every problem listed
        StoreUnusable          unreadable, read-only, newer        -> exit 2, what, where, next step
      UnsafePlan(hash, why)    over a safety limit                 -> exit 5, nothing was written
      LeaseHeld(who, since)    another process has the lock        -> exit 4
      LeaseLost                somebody took our lease over        -> stop quietly, write no more
      CutShort                 the process ends amid long work     -> stop quietly, go on next time
      BrokenInvariant          a bug: what must hold does not      -> stop, full context

Trouble with one of the two systems is :mod:`connector.errors`. The exit codes stand here, because
they are part of what an error means; only the command line uses them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar


class SyncError(Exception):
    """Any trouble that is ours and not a side's."""

    exit_code: ClassVar[int] = 1


class UserError(SyncError):
    """Something a person has to put right. All problems at once, each with its remedy."""

    exit_code: ClassVar[int] = 2

    def __init__(self, problems: Iterable[str] | str) -> None:
        self.problems: list[str] = [problems] if isinstance(problems, str) else list(problems)
        super().__init__("\n".join(self.problems))


class StoreUnusable(UserError):
    """The store cannot be opened or written: what is wrong, where, and the next step."""

    def __init__(self, what: str, *, where: str, remedy: str) -> None:
        self.what = what
        self.where = where
        self.remedy = remedy
        super().__init__([f"store {where}: {what.rstrip('.?! ')}. {remedy}"])


class UnsafePlan(SyncError):
    """A plan crosses a safety limit. Nothing of it was written; a person may release its hash."""

    exit_code: ClassVar[int] = 5

    def __init__(self, plan: str, reasons: Iterable[str], found: object = None) -> None:
        self.plan = plan
        self.found = found
        self.reasons = tuple(reasons)
        super().__init__(f"plan {plan} needs consent: {'; '.join(self.reasons)}")


class LeaseHeld(SyncError):
    """Another process may work, we may not."""

    exit_code: ClassVar[int] = 4

    def __init__(self, who: str, since: datetime) -> None:
        self.who = who
        self.since = since
        stamp = since.isoformat(sep=" ", timespec="seconds")
        super().__init__(f"{who} holds the lock since {stamp}. Stop it, or wait until it ends.")


class LeaseLost(SyncError):
    """Our lease was taken over or ran out: whatever we still wanted to write is void."""

    exit_code: ClassVar[int] = 4


class CutShort(SyncError):
    """The process is to end amid long work: what is done is whole, the next run goes on."""


class BrokenInvariant(SyncError):
    """A bug: something that must always hold does not. Never continued from."""
