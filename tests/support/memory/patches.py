"""Sent patches in memory."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from mappings.sides import Side
from sync.core.model import SentPatch, SentWrite
from sync.store.patches import Patches
from tests.support.memory.kept import canonical, flag, stamp, text, words
from tests.support.memory.tables import Tables


class MemoryPatches(Patches):
    """All patches without an answer."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def sent(self, patches: Sequence[SentPatch]) -> list[int]:
        """Write down what goes out now, overtaking earlier ones; the ids, in the same order."""
        if not patches:
            return []
        rows = [_kept(patch) for patch in patches]
        with self._tables.write():
            for place in {(row.side, row.key) for row in rows}:
                for earlier in self._tables.patches.of(self._tables.patches_of.at(place)):
                    self._tables.patches.put(earlier.id, replace(earlier, overtaken=True))
            return [self._add(row) for row in rows]

    def arrived(self, ids: Collection[int]) -> None:
        """These are answered by another try and may still happen."""
        with self._tables.write():
            for id in ids:
                one = self._tables.patches.rows[id]
                self._tables.patches.put(id, replace(one, overtaken=True))

    def answered(self, ids: Collection[int]) -> None:
        """What became of these is known."""
        with self._tables.write():
            for id in ids:
                self._tables.patches.drop(id)

    def open(self) -> tuple[SentPatch, ...]:
        """All without an answer, oldest first."""
        with self._tables.lock:
            rows = self._tables.patches.of(self._tables.patches.rows.keys())
        return tuple(replace(row, fields=dict(row.fields)) for row in rows)

    def _add(self, patch: SentPatch) -> int:
        id = self._tables.next_id("sent_patch")
        self._tables.patches.put(id, replace(patch, id=id))
        return id


def _kept(patch: SentPatch) -> SentPatch:
    return replace(
        patch,
        pair=text(patch.pair),
        side=Side(patch.side),
        container=words(patch.container),
        key=words(patch.key),
        version=words(patch.version),
        fields={name: canonical(value) for name, value in patch.fields.items()},
        writes=tuple(_write(one) for one in patch.writes),
        plan=text(patch.plan),
        sent_at=stamp(patch.sent_at),
        overtaken=flag(patch.overtaken),
    )


def _write(one: SentWrite) -> SentWrite:
    old, new, other = (canonical(value) for value in (one.old, one.new, one.other))
    return replace(one, old=old, new=new, other=other)
