"""Somebody who writes in the moment between our look and our write."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from connector.base import Adapter
from connector.values import Move, Patch, Record, WriteResult
from mappings.sides import Side
from sync.engine import Engine, Orders
from tests.support.bench import Bench


class Quicker:
    """An adapter before whose next call of one kind somebody else gets in, once."""

    def __init__(self, adapter: Adapter, before: str, act: Callable[[], object]) -> None:
        self._adapter, self._before, self._act, self.done = adapter, before, act, False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._adapter, name)

    def patch(self, patches: Sequence[Patch], fields: Collection[str]) -> list[WriteResult]:
        """Change records, after the other one."""
        self._now("patch")
        return self._adapter.patch(patches, fields)

    def move(self, moves: Sequence[Move], fields: Collection[str]) -> list[WriteResult]:
        """Change statuses, after the other one."""
        self._now("move")
        return self._adapter.move(moves, fields)

    def read(
        self, container: str, keys: Collection[str], fields: Collection[str], *, fresh: bool = False
    ) -> dict[str, Record]:
        """Read; ``look`` is the look right before a write."""
        if fresh:
            self._now("look")
        return self._adapter.read(container, keys, fields, fresh=fresh)

    def _now(self, call: str) -> None:
        if call == self._before and not self.done:
            self.done = True
            self._act()


def one_run(bench: Bench, side: Side, before: str, act: Callable[[], object]) -> None:
    """A run in which somebody acts right before our next ``patch``, ``move`` or ``look``."""
    runtime = bench.connect()
    quicker = Quicker(runtime.adapters[side], before, act)
    runtime.adapters = {**runtime.adapters, side: quicker}  # type: ignore[dict-item]
    Engine(runtime).run(Orders(yes=True))
    assert quicker.done
