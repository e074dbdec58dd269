"""Counts and histories for the direct adapter: what the real one finds out, without the wire."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Protocol

from connector.counts import TOTAL, Count
from connector.errors import NotThere
from connector.histories import Step
from connector.sandbox.jira import native
from connector.sandbox.jira.direct_search import searched, within
from connector.sandbox.jira.model import Issue, Project
from connector.sandbox.jira.world import World

_SIDE = "jira"
_BULK, _SEARCHED = 1_000, 500


class _Direct(Protocol):
    """What the direct adapter has for this."""

    world: World

    @property
    def reads_lag(self) -> bool: ...

    def _asked(self, method: str, path: str) -> None: ...

    def _read(self, path: str) -> None: ...

    def _project(self, key: str) -> Project: ...

    def _seen(self, key: str) -> Issue | None: ...

    def _visible(self, key: str) -> Issue | None: ...


class Counted:
    """Numbers and steps, as a part of the direct adapter."""

    def counts(
        self: _Direct, container: str, questions: Sequence[Count]
    ) -> list[Mapping[str, int]]:
        """Totals as the index has them, one request each."""
        if not questions:
            return []
        if any(one.by for one in questions):
            raise NotThere("Jira counts nothing by groups", side=_SIDE)
        self._project(container)
        found: list[Mapping[str, int]] = []
        for one in questions:
            self._read("search" if self.reads_lag else "search/approximate-count")
            found.append({TOTAL: len(searched(self.world, within(container, one.scope)))})
        return found

    def histories(
        self: _Direct,
        container: str,  # noqa: ARG002 - an id finds its issue in any project
        keys: Collection[str],
        fields: Collection[str],
    ) -> Mapping[str, tuple[Step, ...]]:
        """The changelogs of issues; through the index where there is no bulk read."""
        if not keys or not fields:
            return {}
        for name in fields:
            known = native.field_of(self.world, name)
            if known is None or name.startswith(native.LINK):
                raise NotThere(f"Jira keeps no history of a field {name!r}", side=_SIDE)
        for _request in range(0, len(keys), _SEARCHED if self.reads_lag else _BULK):
            self._read("search" if self.reads_lag else "changelog/bulkfetch")
        with self.world.lock:
            shown = [self._seen(key) if self.reads_lag else self._visible(key) for key in keys]
            told = {one.id: tuple(_steps(self.world, one, fields)) for one in shown if one}
        return {key: steps for key, steps in told.items() if steps}


def _steps(world: World, issue: Issue, fields: Collection[str]) -> Iterator[Step]:
    ids = {name: native.field_of(world, name, world.type_of(issue)) for name in fields}
    for entry in issue.history:
        for item in entry.items:
            for name, field in ids.items():
                if field is not None and item.field == field.id:
                    texts = (item.old_text, item.new_text, item.old, item.new)
                    yield Step(entry.at, name, *(text or None for text in texts))
