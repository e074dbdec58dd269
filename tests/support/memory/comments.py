"""Comment links in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from mappings.sides import Side
from sync.core.model import CommentLink
from sync.store.comments import Comments
from tests.support.memory.bases import check_link
from tests.support.memory.kept import text, words
from tests.support.memory.tables import Tables


class MemoryComments(Comments):
    """All comment links."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def known(self, link_ids: Collection[int]) -> dict[int, tuple[CommentLink, ...]]:
        """Comment links by link."""
        comments, of_link = self._tables.comments, self._tables.comments_of
        with self._tables.lock:
            return {link: tuple(comments.of(of_link.at(link))) for link in link_ids}

    def add(self, rows: Iterable[CommentLink]) -> None:
        """Remember carried texts; a known one learns its copy's id, stamp and digest."""
        with self._tables.write():
            for row in sorted(rows, key=lambda row: (str(row.link_id), row.source, row.source_id)):
                self._add(_kept(row))

    def _add(self, row: CommentLink) -> None:
        key = (row.link_id, row.source, row.source_id)
        if (known := self._tables.comments.get(key)) is None:
            check_link(self._tables, row.link_id)
            self._tables.comments.put(key, row)
        else:
            self._tables.comments.put(
                key,
                replace(
                    known,
                    copy_id=known.copy_id or row.copy_id,
                    stamp=row.stamp or known.stamp,
                    digest=row.digest or known.digest,
                ),
            )


def _kept(row: CommentLink) -> CommentLink:
    return CommentLink(
        row.link_id, Side(row.source), words(row.source_id), words(row.copy_id), text(row.lane),
        text(row.stamp), text(row.digest), row.parts,
    )  # fmt: skip
