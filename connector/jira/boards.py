"""What is written by an id although people know it by another name: epics and sprints.

Boards and their sprints have an address of their own, ``rest/agile/1.0`` (Jira Software's REST
reference, groups "board" and "sprint"), on both flavours. Only scrum boards have sprints, and only
an open one (active or future) takes issues.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from connector.errors import Gone, NotThere, Rejected
from connector.jira.answers import SIDE, Forbidden
from connector.jira.door import Door
from connector.jira.records import Records
from connector.values import Value

PAGE = 50
OPEN = "active,future"


class Ids:
    """Looks ids up and remembers them; lives for one call of the adapter."""

    def __init__(self, door: Door, records: Records) -> None:
        self._door = door
        self._records = records
        self._epics: dict[str, str] = {}
        self._sprints: dict[str, dict[str, set[int]]] = {}

    def epic(self, value: Value, field: str) -> Value:
        """The key of the epic with this id, for the Epic Link of Data Center.

        Raises ``Rejected`` for one that we cannot see: what is written is there all the same.
        """
        if value is None or not str(value).isdigit():
            return value
        found = self._epics.get(str(value))
        if found is None:
            found = self._epics[str(value)] = self._key(str(value), field)
        return found

    def _key(self, epic: str, field: str) -> str:
        try:
            return str(self._records.issue(epic, ["issuetype"])["key"])
        except Gone as error:
            what = f"the epic {epic} does not exist, or it is not shown to us"
            raise Rejected(what, side=SIDE, where=error.where, field=field) from error

    def sprint(self, project: str, value: Value, field: str) -> Value:
        """The number of the open sprint of this name on a board of the project.

        Raises ``Rejected`` for a name that no open sprint has, or several have.
        """
        if value in (None, "", ()):
            return None
        if project not in self._sprints:
            self._sprints[project] = self._open(project)
        names = self._sprints[project]
        folded = str(value).casefold()
        hits = {
            number for name, held in names.items() if name.casefold() == folded for number in held
        }
        if len(hits) == 1:
            return str(min(hits))
        told = f"{len(hits)} open sprints are" if hits else "no open sprint is"
        raise Rejected(
            f"{told} called {value!r} on the boards of {project}",
            side=SIDE,
            field=field,
            offered=tuple(sorted(names)),
            remedy="A closed sprint takes no issues: plan the issue into an open one, or open a "
            "sprint of that name, then retry.",
        )

    def _open(self, project: str) -> dict[str, set[int]]:
        """Names of open sprints to their numbers; a sprint may stand on several boards."""
        found: dict[str, set[int]] = {}
        asked = {"projectKeyOrId": project, "type": "scrum"}
        try:
            for board in self._pages("agile/board", asked):
                path = f"agile/board/{quote(str(board.get('id')), safe='')}/sprint"
                for row in self._pages(path, {"state": OPEN}):
                    found.setdefault(str(row.get("name") or ""), set()).add(int(row["id"]))
        except (NotThere, Forbidden) as error:
            raise Rejected(
                f"the boards of {project} are not shown to us: {error.what}",
                side=SIDE,
                remedy="Give the account the right to see the project's boards, then retry.",
            ) from error
        return found

    def _pages(self, path: str, params: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
        start = 0
        while True:
            paging = {"startAt": str(start), "maxResults": str(PAGE)}
            page = self._door.read(path, params={**params, **paging})
            rows = list(page.get("values") or ()) if isinstance(page, Mapping) else []
            yield from rows
            start += len(rows)
            if not rows or page.get("isLast", True):
                return
