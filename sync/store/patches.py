"""Sent patches: what went out and may have happened, until its answer is written down.

A patch may be sent again without harm, so this is no intent: it is here because a patch whose
answer was lost may have replaced something that nobody but its author has seen, and because every
write of ours is owed a row in the history (reliability: I-03, I-23).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import RowMapping, and_, delete, insert, select, update

from mappings.sides import Side
from sync.core.model import Base, SentPatch, SentWrite
from sync.store.database import Database
from sync.store.rows import RowValues, chunks
from sync.store.tables import SENT_PATCH
from sync.store.types import decode, encode

_PLAIN = (
    "pair", "link_id", "side", "container", "key", "version", "plan", "sent_at", "overtaken",
)  # fmt: skip


class Patches:
    """All patches without an answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sent(self, patches: Sequence[SentPatch]) -> list[int]:
        """Write down what goes out now; the ids, in the same order.

        Earlier ones of the same records are overtaken.
        """
        if not patches:
            return []
        statement = insert(SENT_PATCH).returning(SENT_PATCH.c.id, sort_by_parameter_order=True)
        with self._database.write() as connection:
            for side in Side:
                for part in chunks(one.key for one in patches if one.side is side):
                    earlier = and_(SENT_PATCH.c.side == side, SENT_PATCH.c.key.in_(part))
                    connection.execute(update(SENT_PATCH).where(earlier).values(overtaken=True))
            return list(connection.execute(statement, [_row(one) for one in patches]).scalars())

    def arrived(self, ids: Collection[int]) -> None:
        """These are answered by another try and may still happen: like those that are overtaken."""
        with self._database.write() as connection:
            for part in chunks(ids):
                mine = SENT_PATCH.c.id.in_(part)
                connection.execute(update(SENT_PATCH).where(mine).values(overtaken=True))

    def answered(self, ids: Collection[int]) -> None:
        """What became of these is known, and written down where it has to be."""
        with self._database.write() as connection:
            for part in chunks(ids):
                connection.execute(delete(SENT_PATCH).where(SENT_PATCH.c.id.in_(part)))

    def open(self) -> tuple[SentPatch, ...]:
        """All without an answer, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(select(SENT_PATCH).order_by(SENT_PATCH.c.id)).mappings()
            return tuple(_patch(row) for row in rows)


def _row(patch: SentPatch) -> RowValues:
    row: dict[str, Any] = {name: getattr(patch, name) for name in _PLAIN}
    row["fields"] = json.dumps({name: encode(value) for name, value in patch.fields.items()})
    row["writes"] = json.dumps(
        [
            [
                one.name,
                encode(one.old),
                encode(one.new),
                encode(one.other),
                one.reason,
                one.natives,
                one.walk,
                one.agreed and [encode(one.agreed.servicenow), encode(one.agreed.jira)],
            ]
            for one in patch.writes
        ]
    )
    return row


def _patch(row: RowMapping) -> SentPatch:
    fields = {name: decode(text) for name, text in json.loads(row["fields"]).items()}
    writes = tuple(_write(*told) for told in json.loads(row["writes"]))
    return SentPatch(**{**row, "fields": fields, "writes": writes})


def _write(
    name: str, old: str, new: str, other: str, reason: str, natives: list[str], *rest: Any
) -> SentWrite:
    """A write as it was stored; an older program did not store what was agreed on."""
    walk, agreed = (*rest, None)[:2]
    base = Base(*map(decode, agreed)) if agreed else None
    told = (name, decode(old), decode(new), decode(other), reason)
    return SentWrite(*told, tuple(natives), walk, base)
