"""What the fake Jira testifies to the direct adapter: the same as the real one finds out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from connector.errors import NotThere
from connector.sandbox.jira import native
from connector.sandbox.jira.direct_links import LinkChange, apart
from connector.sandbox.jira.direct_removing import Gone
from connector.sandbox.jira.model import ChangeEntry, ChangeItem, Issue
from connector.sandbox.jira.search import Searcher, judge
from connector.sandbox.jira.world import World
from connector.values import Patch, Replaced, Trace, Value

_BY_ID = frozenset({"user", "parent", "epic", "date"})
"""Kinds of fields whose plain value is the id of a history item; the others are its text."""


class DirectWitness:
    """Memos are properties of our own account; ``ask`` counts a request."""

    def __init__(self, world: World, ask: Callable[[str, str], None]) -> None:
        self._world = world
        self._ask = ask
        self._gone = Gone(world, ask)

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

    def trace(self, patch: Patch, called: Mapping[str, str]) -> Trace | None:
        """What our latest entry since the patch was decided on shows that it replaced."""
        self._ask("GET", f"/rest/api/2/issue/{patch.key}")
        with self._world.lock:
            issue = self._world.issues.get(patch.key)
            if issue is None:
                return None
            names = {name: self._told(issue, patch, name) for name in patch.fields}
            linked = self._linked(issue, patch, called)
        found = {name: told for name, told in names.items() if told is not None}
        written = frozenset(found) | linked
        return Trace(written, found) if written else None

    def _linked(self, issue: Issue, patch: Patch, called: Mapping[str, str]) -> frozenset[str]:
        """The sets of linked issues of which every change stands in the history as ours."""
        _, changes = apart(patch)
        missing = {
            one.name
            for one in changes
            if not self._link_told(issue, patch, one, called.get(one.other, ""))
        }
        return frozenset(one.name for one in changes) - missing

    def _link_told(self, issue: Issue, patch: Patch, change: LinkChange, called: str) -> bool:
        words = change.name.removeprefix(native.LINK)
        keys = {*self._keys(change.other), called} - {""}
        told = {f"This issue {words} {key}".casefold() for key in keys}
        return any(
            item.name == "Link"
            and ((item.new_text if change.wanted else item.old_text) or "").casefold() in told
            for entry in issue.history
            if entry.author == self._world.site.me and _young(entry, patch)
            for item in entry.items
        )

    def _keys(self, other: str) -> set[str | None]:
        there = self._world.issues.get(other)
        if there is None or self._world.is_hidden(there):
            return set()
        moves = (item for entry in there.history for item in entry.items if item.name == "Key")
        return {there.key, *(item.old_text for item in moves)}

    def _told(self, issue: Issue, patch: Patch, name: str) -> Replaced | None:
        field = native.field_of(self._world, name, self._world.type_of(issue))
        by_id = field is not None and field.kind in _BY_ID
        rows = [
            (entry, item)
            for entry in reversed(issue.history)
            for item in entry.items
            if field is not None and item.field == field.id
        ]
        for n, (entry, item) in enumerate(rows):
            young = _young(entry, patch)
            mine = young and entry.author == self._world.site.me
            if mine and _flat(item.new if by_id else item.new_text) == _flat(patch.fields[name]):
                before = item.old if by_id else item.old_text
                theirs = next(
                    (e for e, i in rows[n + 1 :] if (i.new, i.new_text) == _old(item)), None
                )
                author = self._world.users[theirs.author].name if theirs else ""
                return Replaced(before or None, author, theirs.at if theirs else None)
        return None

    def deleted(self, container: str, keys: Collection[str]) -> dict[str, datetime]:
        """Nothing that polling can read proves a deletion."""
        del container, keys
        return {}

    def returned(self, container: str, keys: Collection[str]) -> dict[str, datetime]:
        """Never: what is deleted does not come back."""
        del container, keys
        return {}

    def silent(self, container: str) -> str:
        """Never: a deleted issue and a hidden one get the same answer."""
        del container
        return "a deleted issue looks like a hidden one, so no deletion is proven"

    def shows(self, container: str) -> bool:
        """Whether the project is visible."""
        return self._gone.shows(container)

    def missing_files(self, numbers: Collection[str]) -> frozenset[str]:
        """Files that are answered with 404."""
        return self._gone.missing_files(numbers)

    def missing_comments(
        self, container: str, key: str, lane: str, numbers: Collection[str]
    ) -> frozenset[str]:
        """Comments that are answered with 404."""
        del container, lane
        return self._gone.missing_comments(key, numbers)

    def closed(self, container: str) -> str:
        """A project that is not there says so when it is asked for its kinds."""
        del container
        return ""

    def manner(self, container: str) -> str:
        """Transitions are the only way."""
        del container
        return ""


def _old(item: ChangeItem) -> tuple[str | None, str | None]:
    return item.old, item.old_text


def _flat(value: Value) -> str:
    return " ".join(str(value or "").split())


def _young(entry: ChangeEntry, patch: Patch) -> bool:
    """Whether an entry may be of this patch: it is not older than what that was decided on."""
    return round(entry.at.timestamp() * 1000) >= int(patch.version or 0)
