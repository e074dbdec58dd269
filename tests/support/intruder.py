"""Somebody who writes in the moment between our look and our write."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from connector.base import Adapter
from connector.values import Patch, WriteResult
from mappings.sides import Side
from sync.engine import Engine, Orders
from tests.support.bench import Bench


class Interrupted:
    """An adapter before whose next patch somebody else gets in."""

    def __init__(self, adapter: Adapter, act: Callable[[], object]) -> None:
        self._adapter, self._act, self.done = adapter, act, False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._adapter, name)

    def patch(self, patches: Sequence[Patch], fields: Collection[str]) -> list[WriteResult]:
        """The other one is quicker, once."""
        if not self.done:
            self.done = True
            self._act()
        return self._adapter.patch(patches, fields)


def interrupted(bench: Bench, side: Side, act: Callable[[], object]) -> None:
    """One run in which somebody writes on a side between our look and our write."""
    runtime = bench.connect()
    runtime.adapters = {**runtime.adapters, side: Interrupted(runtime.adapters[side], act)}  # type: ignore[dict-item]
    Engine(runtime).run(Orders(yes=True))
