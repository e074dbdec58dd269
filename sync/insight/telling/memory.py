"""What is remembered of each record that the desk is told about: what it was told, when, and what
had been seen of its issue then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sync.core.model import Link
from sync.runtime import Runtime
from sync.store.values import FactRow

KIND = "delivery"
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Memory:
    """``digest`` is of what was told at ``told``, both empty where nothing was told yet; ``seen``
    are the versions that were looked at; ``sent`` is when we last tried to tell it."""

    digest: str = ""
    told: str = ""
    seen: tuple[Any, ...] = ()
    sent: datetime = NEVER
    looked: str = ""

    def saw(self, seen: tuple[Any, ...]) -> Memory:
        """The same, with nothing left to look at."""
        return replace(self, seen=seen)

    def tried(self, at: datetime) -> Memory:
        """The same, after something went out of which nobody knows yet whether it arrived."""
        return replace(self, sent=at)

    def after(self, digest: str, seen: tuple[Any, ...], at: datetime) -> Memory:
        """What holds once this was told."""
        return replace(self, digest=digest, told=at.isoformat(), seen=seen, sent=at)


NOTHING = Memory()


def remembered(runtime: Runtime, links: Iterable[Link]) -> Mapping[int, Memory]:
    """What is known of these links, by their ids."""
    rows = runtime.store.insight.get(KIND, [str(link.id) for link in links])
    return {int(key): _memory(row) for key, row in rows.items()}


def remember(runtime: Runtime, known: Mapping[int, Memory]) -> None:
    """Keep this; each of them was looked at now."""
    now = runtime.clock().isoformat()
    runtime.store.insight.put(
        FactRow(
            KIND, str(id), one.sent,
            {"digest": one.digest, "told": one.told, "seen": list(one.seen), "looked": now},
        )
        for id, one in known.items()
    )  # fmt: skip


def _memory(row: FactRow) -> Memory:
    data = row.data
    told = data.get("told", row.at.isoformat())
    return Memory(data["digest"], told, tuple(data["seen"]), row.at, data["looked"])
