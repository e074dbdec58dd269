"""What is remembered of each record that the desk is told about: what it was told, where and when,
and what had been seen of its issue then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sync.core.model import Link
from sync.insight.model import Delivery
from sync.runtime import Runtime
from sync.store.values import FactRow

KIND = "delivery"
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
NOTE = ("work_notes",)
"""The way of telling without columns of ours."""


@dataclass(frozen=True, slots=True)
class Memory:
    """``digest`` is of what was told at ``told``, both empty where nothing was told yet. ``way``
    are the columns in which it was told or would have been, or :data:`NOTE`; ``seen`` are the
    versions that were looked at; ``sent`` is when we last tried to tell it."""

    digest: str = ""
    told: str = ""
    way: tuple[str, ...] = ()
    seen: tuple[Any, ...] = ()
    sent: datetime = NEVER
    looked: str = ""

    def saw(self, seen: tuple[Any, ...], way: tuple[str, ...]) -> Memory:
        """The same, with nothing left to look at."""
        return replace(self, seen=seen, way=way)

    def tried(self, at: datetime) -> Memory:
        """The same, after something went out of which nobody knows yet whether it arrived."""
        return replace(self, sent=at)


NOTHING = Memory()


@dataclass(frozen=True, slots=True)
class News:
    """A record with a delivery status that reads otherwise, or elsewhere, than what was told."""

    link: Link
    told: Delivery
    digest: str
    seen: tuple[Any, ...]
    before: Memory

    def arrived(self, way: tuple[str, ...], at: datetime) -> Memory:
        """What is remembered once it was told."""
        return Memory(self.digest, at.isoformat(), way, self.seen, at)


def remembered(runtime: Runtime, links: Iterable[Link]) -> dict[int, Memory]:
    """What is known of these links, by their ids."""
    links = list(links)
    rows = runtime.store.insight.get(KIND, [str(link.id) for link in links])
    known = {int(key): _memory(row) for key, row in rows.items()}
    return {link.id: known.get(link.id, NOTHING) for link in links}


def remember(runtime: Runtime, known: Mapping[int, Memory]) -> None:
    """Keep this; each of them was looked at now."""
    now = runtime.clock().isoformat()
    runtime.store.insight.put(
        FactRow(KIND, str(id), one.sent, {**_data(one), "looked": now}) for id, one in known.items()
    )


def _data(one: Memory) -> dict[str, Any]:
    return {
        "digest": one.digest,
        "told": one.told,
        "way": list(one.way),
        "seen": list(one.seen),
    }


def _memory(row: FactRow) -> Memory:
    data = row.data
    told = data.get("told", row.at.isoformat())
    way = tuple(data.get("way", NOTE))
    return Memory(data["digest"], told, way, tuple(data["seen"]), row.at, data["looked"])
