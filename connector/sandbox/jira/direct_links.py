"""The direct adapter's issue links: one request for each, which may be asked for twice."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from connector.errors import ConnectorError, Gone, Rejected
from connector.sandbox.jira import linking, native
from connector.sandbox.jira.author import Author
from connector.sandbox.jira.model import Issue, IssueLink
from connector.sandbox.jira.world import World
from connector.sandbox.weather import Wire
from connector.values import Done, NotSent, Patch, Unclear, WriteResult

_SIDE = "jira"
_PATH = "/rest/api/2/issueLink"
Attempt = Callable[[str, Callable[[], Done]], WriteResult]


@dataclass(frozen=True, slots=True)
class LinkChange:
    """A link to be made, or to be taken away."""

    name: str
    other: str
    wanted: bool


def apart(patch: Patch) -> tuple[Patch, list[LinkChange]]:
    """A patch without its links, and those."""
    members = ((patch.remove, False), (patch.add, True))
    changes = [
        LinkChange(name, other, wanted)
        for rows, wanted in members
        for name, others in rows.items()
        if name.startswith(native.LINK)
        for other in others
    ]
    add, remove = (
        {name: values for name, values in rows.items() if not name.startswith(native.LINK)}
        for rows in (patch.add, patch.remove)
    )
    return replace(patch, add=add, remove=remove), changes


class LinkWrites:
    """Makes and removes the links of one issue."""

    def __init__(self, world: World, wire: Wire, attempt: Attempt) -> None:
        self._world = world
        self._wire = wire
        self._attempt = attempt
        self._author = Author(world.site.me)

    def change(self, key: str, change: LinkChange) -> WriteResult:
        """One link. After a lost answer a look tells whether it is as wanted."""
        if change.wanted:
            result = self._wire.write("POST", _PATH, lambda: self._tried(key, change))
        else:
            result = self._removed(key, change)
        if isinstance(result, Unclear):
            with suppress(ConnectorError):
                self._wire.read(f"/rest/api/2/issue/{key}")
                if self._as_wanted(key, change):
                    return Done(key)
        return result

    def _removed(self, key: str, change: LinkChange) -> WriteResult:
        self._wire.read(f"/rest/api/2/issue/{key}")
        words = change.name.removeprefix(native.LINK)
        issue = self._world.issue(key)
        if issue is None or self._world.is_hidden(issue):
            return NotSent(Gone(f"issue {key} is gone or hidden", side=_SIDE))
        for link in list(linking.held(self._world, issue, words, change.other)):
            path = f"{_PATH}/{link.id}"
            result = self._wire.write("DELETE", path, partial(self._unlinked, link, path))
            if not isinstance(result, Done):
                return result
        return Done(key)

    def _unlinked(self, link: IssueLink, path: str) -> WriteResult:
        def do() -> Done:
            there = all(end in self._world.issues for end in (link.inward, link.outward))
            if there and linking.find(self._world, link.id) is not None:
                linking.unlink(self._world, self._author, link)
            return Done(link.id)

        return self._attempt(f"DELETE {path}", do)

    def _tried(self, key: str, change: LinkChange) -> WriteResult:
        where = f"POST {_PATH}"
        return self._attempt(where, lambda: self._linked(key, change, where))

    def _linked(self, key: str, change: LinkChange, where: str) -> Done:
        words = change.name.removeprefix(native.LINK)
        here, there = self._end(key, where, change), self._end(change.other, where, change)
        found = linking.reading(self._world, words)
        if found is None:
            what = f"no issue link type reads {words!r}"
            raise Rejected(what, side=_SIDE, where=where, field=change.name)
        kind, acts = found
        ends = (here, there) if acts else (there, here)
        linking.link_issues(self._world, self._author, kind, *ends)
        return Done(key)

    def _end(self, key: str, where: str, change: LinkChange) -> Issue:
        issue = self._world.issue(key)
        if issue is None or self._world.is_hidden(issue):
            what = f"issue {key} cannot be linked: it is gone or hidden"
            raise Rejected(what, side=_SIDE, where=where, field=change.name)
        return issue

    def _as_wanted(self, key: str, change: LinkChange) -> bool:
        issue = self._world.issue(key)
        words = change.name.removeprefix(native.LINK)
        linked = linking.linked(self._world, "", issue, words) if issue else ()
        return (change.other in linked) is change.wanted
