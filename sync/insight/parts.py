"""Parts of a run, of which none stops the others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from connector.errors import ConnectorError
from sync.runtime import log


class Parts:
    """What a side raises ends the part in which it happens, and is kept in words for people."""

    def __init__(self) -> None:
        self._failed: dict[str, None] = {}
        self._refused: dict[tuple[str, str], list[str]] = {}

    @property
    def troubles(self) -> tuple[str, ...]:
        """All of it, each thing once."""
        refused = (
            f"{what} {_some(records)}: {why}" for (what, why), records in self._refused.items()
        )
        return (*self._failed, *refused)

    @contextmanager
    def part(self, what: str) -> Iterator[None]:
        """One of them; ``what`` could not be done is how its trouble is told."""
        try:
            yield
        except ConnectorError as error:
            self.failed(what, error)

    def failed(self, what: str, error: ConnectorError) -> None:
        """Keep that something was not done, and why."""
        log.info("a part of the run was left", action="insight.left", part=what, why=str(error))
        self._failed[f"{what}: {error}"] = None

    def refused(self, what: str, record: str, error: ConnectorError) -> None:
        """Keep that a record was refused something, as people call it."""
        self._refused.setdefault((what, error.what), []).append(record)


def _some(records: list[str]) -> str:
    """The first of them, and how many more there are."""
    more = len(records) - 1
    return f"{records[0]} and {more} more" if more else records[0]
