"""Bulk transitions of Cloud: accepted at once, carried out a while later, issue by issue.

A *task* is one accepted request. Nothing has happened when its id is told; once its time has come
it takes each issue through the one transition, if the issue then stands where the transition
starts and its screen demands nothing. Who asks too early finds it running.

Accounts need the global right to make bulk changes, and a project administrator's right to keep
people from being mailed (measured: the request is refused as a whole).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from connector.sandbox.http import Response
from connector.sandbox.jira import operations
from connector.sandbox.jira.author import Author
from connector.sandbox.jira.model import Issue, Workflow
from connector.sandbox.jira.problems import Refusal
from connector.sandbox.jira.world import World

CAP = 1_000
DISTINCT = "Every transition input must correspond to a distinct workflow."


@dataclass(slots=True)
class BulkKnobs:
    """What differs between sites. ``seconds`` is how long a task takes.

    ``allowed`` is the global right, ``quiet`` the right to send no mails. A task dies after
    ``serves`` issues, if that is given.
    """

    seconds: float = 0.2
    allowed: bool = True
    quiet: bool = True
    serves: int | None = None


@dataclass(slots=True)
class Task:
    """One accepted request; ``rows`` are issues by id or key with their transition."""

    id: str
    author: Author
    created: datetime
    due: datetime
    rows: Sequence[tuple[str, str]]
    state: str = "ENQUEUED"
    done: list[str] = field(default_factory=list)
    failed: dict[str, list[str]] = field(default_factory=dict)
    unseen: int = 0


class BulkTasks:
    """All tasks of a site."""

    def __init__(self, world: World) -> None:
        self.knobs = BulkKnobs()
        self._world = world
        self._tasks: dict[str, Task] = {}

    def submit(self, author: Author, rows: Sequence[tuple[str, str]]) -> Task:
        """Accept a request that was checked."""
        now = self._world.now()
        due = now + timedelta(seconds=self.knobs.seconds)
        task = Task(self._world.next_id(), author, now, due, rows)
        self._tasks[task.id] = task
        return task

    def get(self, number: str) -> Task | None:
        """A task as it stands now."""
        return self._tasks.get(number)

    def advance(self) -> None:
        """Carry out what is due, the oldest first."""
        now = self._world.now()
        for task in self._tasks.values():
            if task.state in ("ENQUEUED", "RUNNING"):
                half = task.created + (task.due - task.created) / 2
                task.state = "RUNNING" if now >= half else "ENQUEUED"
                if now >= task.due:
                    self._run(task)

    def _run(self, task: Task) -> None:
        limit = len(task.rows) if self.knobs.serves is None else self.knobs.serves
        for ref, number in task.rows[:limit]:
            issue = self._world.issue(ref)
            if issue is None or self._world.is_hidden(issue):
                task.unseen += 1
            else:
                self._take(task, issue, number)
        task.state = "COMPLETE" if limit >= len(task.rows) else "DEAD"

    def _take(self, task: Task, issue: Issue, number: str) -> None:
        try:
            body = {"transition": {"id": number}}
            operations.transition(self._world, task.author, issue, body)
        except Refusal as problem:
            task.failed[issue.id] = _reasons(problem)
        else:
            task.done.append(issue.id)


def _reasons(problem: Refusal) -> list[str]:
    said = json.loads(problem.response.body)
    return [*said.get("errorMessages", ()), *said.get("errors", {}).values()]


def checked(world: World, inputs: Any) -> list[tuple[str, str]]:
    """The issues with their transitions, or the refusal of the whole request."""
    if not isinstance(inputs, list) or not inputs:
        raise refused(400, "bulkTransitionInputs must not be empty")
    rows: list[tuple[str, str]] = []
    known: list[Workflow] = []
    for one in inputs:
        refs, number = _input(one)
        flow = _workflow(world, refs)
        if flow in known:
            raise refused(400, DISTINCT)
        if number not in {edge.id for edge in flow.transitions}:
            raise refused(400, f"The transition id {number} is not valid for these issues")
        known.append(flow)
        rows += [(ref, number) for ref in refs]
    if len(rows) > CAP:
        raise refused(400, f"The number of issues must not exceed {CAP}")
    return rows


def _input(one: Any) -> tuple[list[str], str]:
    if not isinstance(one, dict) or one.keys() != {"selectedIssueIdsOrKeys", "transitionId"}:
        raise refused(400, "Invalid request payload")
    refs, number = one["selectedIssueIdsOrKeys"], one["transitionId"]
    if not isinstance(number, str) or not isinstance(refs, list) or not refs:
        raise refused(400, "Invalid request payload")
    if not all(isinstance(ref, str) for ref in refs):
        raise refused(400, "Invalid request payload")
    return refs, number


def _workflow(world: World, refs: Sequence[str]) -> Workflow:
    """The one workflow of all issues that can be seen."""
    flows: list[Workflow] = []
    for ref in refs:
        issue = world.issue(ref)
        if issue is not None and not world.is_hidden(issue):
            flow = world.type_of(issue).workflow
            if flow not in flows:
                flows.append(flow)
    if not flows:
        raise refused(400, "Some of the issues in the issueIdsOrKeys are not valid")
    if len(flows) > 1:
        raise refused(400, DISTINCT)
    return flows[0]


def refused(status: int, text: str) -> Refusal:
    """The error shape of these routes: a list of messages."""
    return Refusal(Response.of_json(status, {"errors": [{"message": text}]}))
