"""What the fake Jira testifies to the direct adapter: the same as the real one finds out."""

from __future__ import annotations

from collections.abc import Callable, Collection

from connector.sandbox.jira.world import World


class DirectWitness:
    """Memos are properties of our own account; ``ask`` counts a request."""

    def __init__(self, world: World, ask: Callable[[str, str], None]) -> None:
        self._world = world
        self._ask = ask

    def memo(self, name: str) -> str | None:
        """The value of a property of our account."""
        self._ask("GET", f"/rest/api/2/user/properties/{name}")
        value = self._world.user_properties.get((self._world.site.me, name))
        return str(value.get("text", "")) if isinstance(value, dict) else None

    def keep_memo(self, name: str, text: str) -> None:
        """Set a property of our account."""
        self._ask("PUT", f"/rest/api/2/user/properties/{name}")
        self._world.user_properties[(self._world.site.me, name)] = {"text": text}

    def heed(self, container: str, scope: str) -> None:
        """JQL passes over nothing."""
        del container, scope

    def empty(self, container: str, name: str, keys: Collection[str]) -> frozenset[str]:
        """What we may not see is absent, never empty."""
        del container, name
        return frozenset(keys)

    def deleted(self, container: str, keys: Collection[str]) -> frozenset[str]:
        """Nothing that polling can read proves a deletion."""
        del container, keys
        return frozenset()
