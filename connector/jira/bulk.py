"""One step for many issues in one request: Cloud's bulk transition.

Jira accepts the request, names a *task* and works it off later, issue by issue. The task's report
tells which issues took the step. Three things are uncertain and have their own answer: a request
that was not started (``None``), issues that did not take the step (not in ``taken``), and a task
that may still be at work (``late``): its issues must not be counted as standing still.

One request holds issues of one project and type, so of one workflow: Jira refuses mixtures. Mails
are suppressed where the account may do that; elsewhere people get what single steps would send.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from connector.errors import (
    AccessLost,
    BrokenAnswer,
    ConnectorError,
    Gone,
    NotThere,
    ReadAgain,
    Rejected,
    RetryLater,
    Unreachable,
)
from connector.jira.answers import SIDE, Forbidden
from connector.jira.door import Door
from connector.jira.facts import Facts
from connector.outcomes import Lost

PATH = "bulk/issues/transition"
MOST = 1_000
"""Issues in one request."""

LEAST = 3
"""From so many issues on, request and report cost less than single steps."""

PATIENCE = 60.0
FIRST_PAUSE, LONGEST_PAUSE = 0.3, 5.0
ENDED = frozenset({"COMPLETE", "FAILED", "CANCELLED", "DEAD"})
RIGHT, QUIET = "bulk changes", "bulk changes without mails"


@dataclass(frozen=True, slots=True)
class Haul:
    """What a bulk step did; ``late`` is why more may still happen."""

    taken: frozenset[str] = frozenset()
    late: ConnectorError | None = None


class BulkSteps:
    """Sends bulk transitions and waits for them."""

    def __init__(self, door: Door, facts: Facts) -> None:
        self._door = door
        self._facts = facts
        self._too_slow = False

    @property
    def offered(self) -> bool:
        """Whether this site and this account have it."""
        return self._facts.cloud and not self._too_slow and not self._facts.barred(RIGHT)

    def take(self, step: str, keys: Sequence[str]) -> Haul | None:
        """Lead issues through one transition; ``None`` when nothing was started.

        Raises ``Unreachable`` when Jira cannot be reached at all.
        """
        try:
            task = self._submitted(step, keys)
        except Lost as lost:
            return Haul(late=lost.error)
        except Unreachable:
            raise
        except Forbidden:
            self._facts.bar(RIGHT)
            return None
        except (Rejected, RetryLater, NotThere, Gone, ReadAgain, BrokenAnswer, AccessLost):
            return None  # single steps tell what is wrong, if anything is
        return self._followed(task)

    def _submitted(self, step: str, keys: Sequence[str]) -> str:
        quiet = not self._facts.barred(QUIET)
        try:
            return self._posted(step, keys, mails=not quiet)
        except Forbidden:
            if not quiet:
                raise
        task = self._posted(step, keys, mails=True)
        self._facts.bar(QUIET)
        return task

    def _posted(self, step: str, keys: Sequence[str], *, mails: bool) -> str:
        chosen = {"selectedIssueIdsOrKeys": list(keys), "transitionId": step}
        body = {"bulkTransitionInputs": [chosen], "sendBulkNotification": mails}
        answer = self._door.write("POST", PATH, body)
        if not isinstance(answer, Mapping) or not answer.get("taskId"):
            raise Lost(BrokenAnswer("a bulk change without its task", side=SIDE, where=PATH))
        return str(answer["taskId"])

    def _followed(self, task: str) -> Haul:
        pause, waited = FIRST_PAUSE, 0.0
        while waited < PATIENCE:
            self._door.pause(pause)
            waited, pause = waited + pause, min(LONGEST_PAUSE, pause * 2)
            try:
                row = self._door.read(f"bulk/queue/{quote(task, safe='')}")
            except ConnectorError as error:
                return Haul(late=error)
            if isinstance(row, Mapping) and row.get("status") in ENDED:
                return Haul(frozenset(map(str, row.get("processedAccessibleIssues") or ())))
        self._too_slow = True
        what = f"Jira has not finished the bulk change {task} in {PATIENCE:.0f} seconds"
        return Haul(late=RetryLater(what, side=SIDE, where=f"POST {PATH}"))
