"""File links in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from mappings.sides import Side
from sync.core.model import FileLink
from sync.store.files import Files
from tests.support.memory.bases import check_link
from tests.support.memory.kept import text, words
from tests.support.memory.tables import Tables


class MemoryFiles(Files):
    """All file links."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def known(self, link_ids: Collection[int]) -> dict[int, tuple[FileLink, ...]]:
        """File links by link."""
        files, of_link = self._tables.files, self._tables.files_of
        with self._tables.lock:
            return {link: tuple(files.of(of_link.at(link))) for link in link_ids}

    def add(self, rows: Iterable[FileLink]) -> None:
        """Remember carried files; a known one stays as it is."""
        with self._tables.write():
            for row in sorted(rows, key=lambda row: (str(row.link_id), row.source, row.source_id)):
                kept = _kept(row)
                key = (kept.link_id, kept.source, kept.source_id)
                if self._tables.files.get(key) is None:
                    check_link(self._tables, kept.link_id)
                    self._tables.files.put(key, kept)

    def unfile(self, rows: Iterable[FileLink]) -> None:
        """These originals are gone, and their copies too."""
        with self._tables.write():
            for row in rows:
                key = _key(row)
                known = self._tables.files.get(key)
                if known is not None:
                    self._tables.files.put(key, replace(known, copy_id=""))

    def forget(self, rows: Iterable[FileLink]) -> None:
        """Nothing is known any longer of these files."""
        with self._tables.write():
            for row in rows:
                self._tables.files.drop(_key(row))


def _key(row: FileLink) -> tuple[int, Side, str]:
    return row.link_id, Side(row.source), words(row.source_id)


def _kept(row: FileLink) -> FileLink:
    return replace(
        row,
        source=Side(row.source),
        source_id=words(row.source_id),
        copy_id=words(row.copy_id),
        name=words(row.name),
        digest=text(row.digest),
    )
