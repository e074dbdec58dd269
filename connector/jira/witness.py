"""What Jira can testify about itself: memos under our own account.

An unknown field in JQL is refused or selects nothing, a field that we may not see is left out of an
answer, and nothing but a webhook tells of a deletion: so the other questions have short answers.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from urllib.parse import quote

from connector.errors import NotThere
from connector.jira.answers import SIDE
from connector.jira.door import Door
from connector.jira.facts import Facts
from connector.sense import sensible


@sensible(SIDE)
class Witness:
    """Memos are properties of our own account, which every user may write."""

    def __init__(self, door: Door, facts: Facts) -> None:
        self._door = door
        self._facts = facts
        self._me = ""

    def memo(self, name: str) -> str | None:
        """The value of a property of our account."""
        try:
            answer = self._door.read(self._path(name), params=self._whose(), absent=NotThere)
        except NotThere:
            return None
        value = answer.get("value") if isinstance(answer, Mapping) else None
        return str(value.get("text") or "") if isinstance(value, Mapping) else None

    def keep_memo(self, name: str, text: str) -> None:
        """Set a property of our account."""
        self._door.rewrite("PUT", self._path(name), {"text": text}, params=self._whose())

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

    def _path(self, name: str) -> str:
        return f"user/properties/{quote(name, safe='')}"

    def _whose(self) -> dict[str, str]:
        member = "accountId" if self._facts.cloud else "name"
        if not self._me:
            answer = self._door.read("myself")
            self._me = str(answer.get(member) or "") if isinstance(answer, Mapping) else ""
        return {"accountId" if self._facts.cloud else "username": self._me}
