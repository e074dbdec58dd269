"""What the fake Jira testifies to the direct adapter: the same as the real one finds out."""

from __future__ import annotations

from collections.abc import Callable, Collection

from connector.errors import NotThere
from connector.sandbox.jira.search import Searcher, judge
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
        """Have a scope judged; Data Center refuses a value that it does not know, too."""
        if not scope:
            return
        site = self._world.site
        self._ask("POST", f"/rest/api/2/{'jql/parse' if site.cloud else 'search'}")
        searcher = Searcher(site.me, self._world.users[site.me].zone)
        with self._world.lock:
            found = judge(self._world, searcher, f'project = "{container}" AND ({scope})')
        for text in (*found.errors, *(() if site.cloud else found.warnings)):
            raise NotThere(
                f"Jira cannot follow the scope in {container}: {text.rstrip('.')}",
                side="jira",
                remedy="Correct the scope in the mapping: as it stands it selects nothing.",
            )

    def empty(self, container: str, name: str, keys: Collection[str]) -> frozenset[str]:
        """What we may not see is absent, never empty."""
        del container, name
        return frozenset(keys)

    def deleted(self, container: str, keys: Collection[str]) -> frozenset[str]:
        """Nothing that polling can read proves a deletion."""
        del container, keys
        return frozenset()
