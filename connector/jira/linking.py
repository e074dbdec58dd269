"""Making and removing issue links, one request each.

Asking twice does no harm: Jira answers a second identical link with 201 and makes nothing, and a
link's id is never given again. Even so nothing is repeated blindly: after a lost answer the issue
is looked at, and only where that does not show the link as wanted the write is unclear.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from connector.errors import ConnectorError, Gone, NotThere, Rejected
from connector.jira import links
from connector.jira.answers import SIDE
from connector.jira.door import Door
from connector.jira.facts import Facts
from connector.jira.fields import LINK
from connector.jira.links import LinkChange
from connector.jira.records import Records
from connector.outcomes import Lost

PATH = "issueLink"


class Linking:
    """Writes the links of one issue."""

    def __init__(self, door: Door, facts: Facts, records: Records) -> None:
        self._door = door
        self._facts = facts
        self._records = records

    def change(self, key: str, changes: Sequence[LinkChange]) -> None:
        """Make and remove links. Raises ``Rejected`` for one that cannot be, ``Lost`` in doubt."""
        for change in changes:
            try:
                self._make(key, change) if change.wanted else self._remove(key, change)
            except Lost:
                if not self._as_wanted(key, change):
                    raise

    def _make(self, key: str, change: LinkChange) -> None:
        body = self._body(key, change)
        try:
            self._door.write("POST", PATH, body)
        except (NotThere, Gone) as error:
            what = f"Jira cannot link issue {change.other}: {error.what}"
            remedy = "Show that issue to the account, and give it the right to link issues."
            raise Rejected(what, side=SIDE, field=change.name, remedy=remedy) from error

    def _body(self, key: str, change: LinkChange) -> dict[str, object]:
        """The request; types that were learned long ago are read anew before one is refused."""
        body = links.body(self._facts.link_types(), change.name, key, change.other)
        if body is None:
            self._facts.forget("link types")
            body = links.body(self._facts.link_types(), change.name, key, change.other)
        if body is None:
            known = {text for one in self._facts.link_types() for text in (one.outward, one.inward)}
            what = f"no issue link type reads {change.name.removeprefix(LINK)!r}"
            remedy = f"Jira has: {', '.join(sorted(known)) or 'none'}."
            raise Rejected(what, side=SIDE, field=change.name, remedy=remedy)
        return body

    def _remove(self, key: str, change: LinkChange) -> None:
        """Look which link it is, then delete it; one that is gone already is as wanted."""
        for number in links.numbers(self._links(key), change.name, change.other):
            with suppress(NotThere, Gone):
                self._door.write("DELETE", f"{PATH}/{number}", None)

    def _links(self, key: str) -> list[object]:
        fields = self._records.issue(key, ["issuelinks"]).get("fields") or {}
        return list(fields.get("issuelinks") or ())

    def _as_wanted(self, key: str, change: LinkChange) -> bool:
        """Whether the issue shows the link as it is wanted; a look that fails shows nothing."""
        try:
            there = change.other in links.linked(self._links(key), change.name)
        except ConnectorError:
            return False
        return there is change.wanted
