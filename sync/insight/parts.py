"""Parts of a run, of which none stops the others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from connector.errors import ConnectorError
from sync.runtime import log


class Parts:
    """What a side raises ends the part in which it happens, and is kept in words for people."""

    def __init__(self) -> None:
        self.troubles: list[str] = []

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
        trouble = f"{what}: {error}"
        if trouble not in self.troubles:
            self.troubles.append(trouble)
