"""What there is to look after in memory: next to nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sync.errors import StoreUnusable
from sync.store.maintenance import Maintenance
from sync.store.schema import SHIPPED
from tests.support.memory.tables import PLACE, Tables


class MemoryMaintenance(Maintenance):
    """A schema that is always the program's, and no file to copy."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def schema_version(self) -> str | None:
        """The revision of this program."""
        return SHIPPED.head

    def prepare(self, *, upgrade: bool) -> None:
        """Nothing to do."""

    def upgrade(self) -> None:
        """Nothing to do."""

    def backup(self, file: str | Path) -> Path:
        """There is nothing that SQLite could copy: always refused."""
        raise StoreUnusable(
            "what is in plain memory cannot be backed up",
            where=PLACE,
            remedy="Use sqlite:// for this test.",
        )

    def check(self) -> list[str]:
        """Rows that speak of links which are not there."""
        return list(self._dangling())

    def _dangling(self) -> Iterator[str]:
        with self._tables.lock:
            links = self._tables.links.rows.keys() | {0}
            named = {
                "conflict": [row.link_id for row in self._tables.conflicts.rows.values()],
                "history": [row.link_id for row in self._tables.history.rows.values()],
            }
        for table, ids in named.items():
            if count := sum(id not in links for id in ids):
                yield f"{table}: {count} rows speak of links that do not exist"
