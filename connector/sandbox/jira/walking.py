"""Ways through a workflow: which transitions lead from one status to a wanted one."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Sequence

from connector.sandbox.jira.model import IssueType, Status, Transition
from connector.sandbox.jira.world import World

MAX_HOPS = 6
CATEGORY = "category:"


def wanted(status: Status, targets: Collection[str]) -> bool:
    """Whether a status is one of the targets, by name or by category."""
    names = {target.casefold() for target in targets}
    return status.name.casefold() in names or f"{CATEGORY}{status.category}" in names


def tiers(targets: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """The targets in the order to try them: names, then categories."""
    names = tuple(target for target in targets if not target.startswith(CATEGORY))
    categories = tuple(target for target in targets if target.startswith(CATEGORY))
    return tuple(tier for tier in (names, categories) if tier)


def route(
    world: World,
    kind: IssueType,
    start: str,
    targets: Sequence[str],
    filled: Collection[str] | None = None,
) -> tuple[Transition, ...] | None:
    """The shortest way from a status, at most six hops; nothing to do is an empty way.

    With ``filled`` given, steps that demand any other field are not used.
    """
    queue: deque[tuple[str, tuple[Transition, ...]]] = deque([(start, ())])
    seen = {start}
    found: list[tuple[Transition, ...]] = []
    while queue:
        status, way = queue.popleft()
        if found and len(way) > len(found[0]):
            break
        if wanted(world.statuses[status], targets):
            found.append(way)
            continue
        for edge in kind.workflow.offered(status):
            if edge.status in seen or len(way) == MAX_HOPS or not _usable(edge, filled):
                continue
            seen.add(edge.status)
            queue.append((edge.status, (*way, edge)))
    return min(found, key=lambda way: _rank(world, way, targets), default=None)


def demands(edge: Transition) -> tuple[str, ...]:
    """The fields that a transition's screen demands."""
    return tuple(name for name, demanded in (edge.screen or {}).items() if demanded)


def _usable(edge: Transition, filled: Collection[str] | None) -> bool:
    return filled is None or all(name in filled for name in demands(edge))


def _rank(world: World, way: tuple[Transition, ...], targets: Sequence[str]) -> int:
    if not way:
        return -1
    status = world.statuses[way[-1].status]
    return next(place for place, target in enumerate(targets) if wanted(status, (target,)))
