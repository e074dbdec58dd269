"""On which screens a field stands: create metadata tells one, an existing issue the other.

Edit metadata exists for an issue only, so one of the project's is asked; a type without issues has
nobody to ask. A search is good enough to find one: whichever it is, its screen is its type's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from connector.errors import Gone, Rejected
from connector.jira import jql
from connector.jira.door import Door, issue_path
from connector.jira.facts import Facts
from connector.values import Placing


class Layouts:
    """Looks up what the names in a mapping stand for."""

    def __init__(self, door: Door, facts: Facts) -> None:
        self._door = door
        self._facts = facts

    def placings(self, container: str, kind: str, names: Collection[str]) -> dict[str, Placing]:
        """Each name's field ids, and whether the one field can be set on either screen."""
        table = self._facts.dialect(names, schema=True).table
        found = {
            name: tuple(spec.id for spec in table.named(name) if spec.id in table.by_id)
            for name in names
        }
        type_id = self._facts.type_id(container, kind)
        create = self._facts.screen(container, type_id)
        edit = self._edit_screen(container, type_id) if any(found.values()) else None
        return {
            name: Placing(
                ids,
                create=all(one in create for one in ids),
                edit=None if edit is None else all(one in edit for one in ids),
            )
            for name, ids in found.items()
        }

    def _edit_screen(self, container: str, type_id: str) -> frozenset[str] | None:
        """What can be edited on an issue of this type, if there is one."""
        condition = jql.every(jql.project(container), f"issuetype = {type_id}")
        body = {"jql": condition, "maxResults": 1, "fields": ["issuetype"]}
        try:
            answer = self._door.query("search/jql" if self._facts.cloud else "search", body)
            issues = answer.get("issues") if isinstance(answer, Mapping) else None
            if not issues:
                return None
            meta = self._door.read(issue_path(str(issues[0]["id"]), "editmeta"))
        except (Gone, Rejected):
            return None
        fields = meta.get("fields") if isinstance(meta, Mapping) else None
        return frozenset(fields) if isinstance(fields, Mapping) else None
