"""Finds the way through a workflow. Pure.

Terms:

step
    one transition: its id, its name, where it leads and what its screen demands.
graph
    what is known of one issue type's workflow in one project: steps by the status they start from.
    Ordinary accounts cannot read a workflow, so the graph is learned from what Jira offers on real
    issues, and it is merged with what is offered now.
target
    a wanted status: its name, or ``category:new``, ``category:indeterminate``, ``category:done``.

Named targets come first: a category is the fallback for projects without a status of that name,
and "any done status" must not win over "Done" because "Cancelled" happens to be nearer.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

CATEGORY = "category:"
MAX_HOPS = 6
_RANK = {"new": 0, "indeterminate": 1, "done": 2}


@dataclass(frozen=True, slots=True)
class Status:
    """A workflow status: ``category`` is ``new``, ``indeterminate`` or ``done``."""

    name: str
    category: str

    def is_one_of(self, targets: Collection[str]) -> bool:
        """Whether this status is wanted."""
        return any(self._is(target) for target in targets)

    def _is(self, target: str) -> bool:
        if target.startswith(CATEGORY):
            return self.category == target.removeprefix(CATEGORY)
        return self.name.casefold() == target.casefold()


@dataclass(frozen=True, slots=True)
class Step:
    """One transition. ``demands`` are ids of screen fields that must be filled and are not.

    ``screen`` are all fields of its screen by id; ``None`` where nobody has looked at it.
    """

    id: str
    name: str
    to: Status
    demands: tuple[str, ...] = ()
    screen: Mapping[str, Any] | None = None

    def __str__(self) -> str:
        return f"{self.name} -> {self.to.name}"


@dataclass(frozen=True, slots=True)
class Graph:
    """Steps by the (case-folded) status they start from; ``initial`` is where new issues begin."""

    steps: Mapping[str, tuple[Step, ...]] = field(default_factory=dict)
    initial: Status | None = None

    def leaving(self, status: Status) -> tuple[Step, ...] | None:
        """The known steps out of a status, ``None`` where nobody has looked yet."""
        return self.steps.get(status.name.casefold())

    def learned(self, status: Status, steps: Iterable[Step]) -> Graph:
        """A graph that knows these steps out of a status."""
        return replace(self, steps={**self.steps, status.name.casefold(): tuple(steps)})

    def started(self, status: Status) -> Graph:
        """A graph that knows where new issues begin."""
        return replace(self, initial=status)

    def text(self) -> str:
        """The graph as JSON text."""
        body: dict[str, Any] = {
            "initial": asdict(self.initial) if self.initial else None,
            "steps": {name: [asdict(step) for step in steps] for name, steps in self.steps.items()},
        }
        return json.dumps(body, sort_keys=True)

    @classmethod
    def of_text(cls, text: str | None) -> Graph:
        """Read back what :meth:`text` wrote; an empty graph for nothing."""
        if not text:
            return cls()
        body = json.loads(text)
        initial = Status(**body["initial"]) if body["initial"] else None
        steps = {name: tuple(map(_step_of, rows)) for name, rows in body["steps"].items()}
        return cls(steps, initial)


def _step_of(row: Mapping[str, Any]) -> Step:
    to = Status(**row["to"])
    return Step(row["id"], row["name"], to, tuple(row["demands"]), row.get("screen"))


def tiers(targets: Sequence[str], known: Collection[Status]) -> tuple[tuple[str, ...], ...]:
    """The targets in the order to try them: names the workflow has, then categories.

    With nothing known about the workflow's statuses every name is tried.
    """
    names = tuple(target for target in targets if not target.startswith(CATEGORY))
    categories = tuple(target for target in targets if target.startswith(CATEGORY))
    if known:
        names = tuple(name for name in names if any(s.is_one_of((name,)) for s in known))
    return tuple(tier for tier in (names, categories) if tier)


def path(
    graph: Graph, start: Status, targets: Sequence[str], filled: Collection[str]
) -> tuple[Step, ...] | None:
    """The shortest known way to one of the targets; the earlier target wins between equals.

    Steps whose screens demand a field outside ``filled`` are used only if there is no other way,
    so that the refusal can name the field.
    """
    easy = _shortest(graph, start, targets, filled)
    return easy if easy is not None else _shortest(graph, start, targets, None)


def _shortest(
    graph: Graph, start: Status, targets: Sequence[str], filled: Collection[str] | None
) -> tuple[Step, ...] | None:
    found: list[tuple[Step, ...]] = []
    queue: deque[tuple[Status, tuple[Step, ...]]] = deque([(start, ())])
    seen = {start.name.casefold()}
    while queue:
        status, way = queue.popleft()
        if found and len(way) > len(found[0]):
            break
        if status.is_one_of(targets):
            found.append(way)
            continue
        for step in _usable(graph, status, filled):
            name = step.to.name.casefold()
            if name not in seen and len(way) < MAX_HOPS:
                seen.add(name)
                queue.append((step.to, (*way, step)))
    return min(found, key=lambda way: _order(way, start, targets), default=None)


def _usable(graph: Graph, status: Status, filled: Collection[str] | None) -> list[Step]:
    steps = graph.leaving(status) or ()
    return [s for s in steps if filled is None or all(name in filled for name in s.demands)]


def _order(way: tuple[Step, ...], start: Status, targets: Sequence[str]) -> int:
    end = way[-1].to if way else start
    return next(i for i, target in enumerate(targets) if end.is_one_of((target,)))


def harmless(graph: Graph, way: Sequence[Step], at: int) -> bool:
    """Whether the step ``way[at]`` may still happen after the issue has gone on.

    It may where no later status of the way offers it: Jira then refuses it. A step into the last
    status can only lead where the issue is wanted.
    """
    offers = [graph.leaving(step.to) for step in way[at + 1 :]]
    return all(
        steps is not None and way[at].id not in {step.id for step in steps} for steps in offers
    )


def explore(
    offered: Sequence[Step], visited: Collection[str], wanted: str, graph: Graph
) -> Step | None:
    """The step to try when no way is known: the unvisited status nearest to the wanted category.

    A done status that is not the target is often a dead end ("Cancelled") and starts people's
    automations, so it is entered only on the way to another done status and only as the last one.
    ``visited`` holds case-folded names.
    """
    fresh = [step for step in offered if step.to.name.casefold() not in visited]
    open_ended = [step for step in fresh if graph.leaving(step.to) != ()]
    allowed = [s for s in open_ended if s.to.category != "done" or wanted == "done"]
    return min(allowed, key=lambda step: _distance(step, wanted, graph), default=None)


def _distance(step: Step, wanted: str, graph: Graph) -> tuple[bool, int, bool]:
    goal = _RANK.get(wanted, 1)
    here = _RANK.get(step.to.category, 1)
    known = graph.leaving(step.to) is not None
    return step.to.category == "done", abs(goal - here), known
