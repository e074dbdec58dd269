"""ServiceNow's groups by key and by name, as far as records or mappings speak of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from connector.base import Adapter
from connector.values import Group
from mappings.sides import Side
from mappings.values import Unmappable


class Groups:
    """What was found, for as long as the process lives."""

    def __init__(self, adapters: Mapping[Side, Adapter]) -> None:
        self._adapters = adapters
        self._held: dict[str, Group] = {}
        self._asked: set[str] = set()

    def prepare(self, keys: Collection[str], names: Collection[str]) -> None:
        """Fetch those that were not asked for yet."""
        missing = [sorted(set(some) - self._asked) for some in (keys, names)]
        if any(missing):
            found = self._adapters[Side.SERVICENOW].groups(keys=missing[0], names=missing[1])
            self._asked.update(*missing)
            self._held |= {one.key: one for one in found}

    def name(self, key: str) -> str | None:
        """What a group is called, also one that is out of use."""
        found = self._held.get(key)
        return found.name if found else None

    def key(self, name: str) -> str | Unmappable:
        """The one active group of that name."""
        folded = name.casefold()
        hits = [one for one in self._held.values() if one.name.casefold() == folded]
        active = [one.key for one in hits if one.active]
        if len(active) == 1:
            return active[0]
        told = "more than one active group" if active else "no active group"
        return Unmappable(
            f"servicenow has {told} called {name!r}",
            "Correct the group or the mapping's table, then retry.",
        )
