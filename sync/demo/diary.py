"""What the daemon does and why, for people who watch: history rows as they are written.

The history of each write is the daemon's own record (what, on which side, why); warnings come from
its log. Nothing here decides anything.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import structlog

from mappings.model import Rule
from mappings.references import Reference
from mappings.sides import Side
from sync.core.model import HistoryRow, Link, Value
from sync.demo import words
from sync.runtime import Runtime

_NOTABLE = {
    "conflict": "found {field} of {record} changed on both sides: {decision} wins",
    "parked": "put {field} of {record} aside: {reason}",
    "create.unclear": "got no clear answer while making the twin of {record}",
    "create.adopted": "found the twin {record} again after an unclear answer",
    "comment.unclear": "got no clear answer while carrying a comment to {record}",
    "link.state": "sees {record} as {state} now",
    "plan.held": "holds a plan of {pair}: {reason}",
    "pass.failed": "could not finish a pass: {why}",
    "pass.stopped": "stopped a pass: {why}",
    "lease.lost": "lost its lock to another process",
}
"""Log lines worth telling, by action."""


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing the daemon did: on which side, to which record, in words, and why."""

    side: Side | None
    number: str
    what: str
    why: str = ""

    def __str__(self) -> str:
        return f"{self.what}: {self.why}" if self.why else self.what


class Diary:
    """Collects deeds. :meth:`listening` has to be around the daemon's work."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._heard: deque[Deed] = deque()
        self._seen: dict[int, tuple[object, ...]] = {}
        self._told: dict[int, int] = {}

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take the log's lines instead of having them written across the screen."""
        before = structlog.get_config()
        scheduler = logging.getLogger("apscheduler")
        level = scheduler.level
        structlog.configure(processors=[self._hear], cache_logger_on_first_use=False)
        # A poll that comes while a pass is still at work is skipped: no news to anybody.
        scheduler.setLevel(logging.ERROR)
        try:
            yield
        finally:
            structlog.configure(**before)
            scheduler.setLevel(level)

    def collect(self) -> list[Deed]:
        """Everything since the last time, oldest first."""
        rows: list[tuple[HistoryRow, Link]] = []
        for link in self._moved():
            last = self._told.get(link.id, 0)
            new = [row for row in self._runtime.store.ledger.history(link.id) if row.id > last]
            rows += [(row, link) for row in new]
            if new:
                self._told[link.id] = new[-1].id
        rows.sort(key=lambda pair: pair[0].id)
        heard = [self._heard.popleft() for _ in range(len(self._heard))]
        return [*heard, *(self._deed(row, link) for row, link in rows)]

    def _moved(self) -> Iterator[Link]:
        """Links that are not as they were when we last looked."""
        for pair in self._runtime.pairs:
            for link in self._runtime.store.links.of_pair(pair):
                stamp = (link.agreed_at, link.servicenow, link.jira, link.state)
                if self._seen.get(link.id) != stamp:
                    yield link
                    self._seen[link.id] = stamp

    def _hear(self, _logger: Any, _name: str, event: Mapping[str, Any]) -> Mapping[str, Any]:
        text = _NOTABLE.get(str(event.get("action")))
        if text is not None:
            known = {name: str(value) for name, value in event.items()}
            record = known.get("record", "")
            self._heard.append(Deed(None, record, text.format_map(_Lenient(known))))
        raise structlog.DropEvent

    def _deed(self, row: HistoryRow, link: Link) -> Deed:
        number, why = link.servicenow.label, row.reason
        if row.kind == "create":
            return Deed(row.side, number, f"made {row.label}", why)
        if row.kind == "comment":
            return Deed(row.side, number, f"added a comment to {row.label}", why)
        if row.field.startswith("@"):
            return Deed(row.side, number, f"marked {row.label}", why)
        shown = self._shown(row)
        if row.kind == "transition":
            return Deed(row.side, number, f"moved {row.label} to {shown}", why)
        return Deed(row.side, number, f"set {row.field} of {row.label} to {shown}", why)

    def _shown(self, row: HistoryRow) -> str:
        rule = self._rule(row)
        if rule is None or row.new is None:
            return "nothing" if row.new is None else str(row.new)
        if isinstance(rule.relation, Reference):
            return self._label(row.side, row.new)
        if rule.relation.kind == "status" and row.side is Side.SERVICENOW:
            return words.state(row.label, str(row.new))
        return rule.relation.show(row.side, row.new, self._runtime.directory)

    def _rule(self, row: HistoryRow) -> Rule | None:
        spec = self._runtime.spec(row.pair)
        return next((rule for rule in spec.rules if rule.name == row.field), None) if spec else None

    def _label(self, side: Side, key: Value) -> str:
        if isinstance(key, tuple):
            return ", ".join(self._label(side, one) for one in key) or "nothing"
        link = self._runtime.store.links.by_keys(side, [str(key)]).get(str(key))
        return link.end(side).label if link else str(key)


class _Lenient(dict[str, str]):
    """A word that a line lacks stays open."""

    def __missing__(self, name: str) -> str:
        return "?"
