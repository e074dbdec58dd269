"""Deleting issues, and what can be asked about issues and files that are gone.

Without a webhook nothing proves a deletion: a deleted issue, a hidden one and one of a project that
we may not see get the same 404 (jira-api 9). A request to delete is sent once. Sub-tasks are never
deleted along: an issue that has some is refused by Jira, and people decide.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from urllib.parse import quote

from connector.address import Address
from connector.errors import AccessLost, Gone, NotThere, Rejected
from connector.jira.door import Door, issue_path
from connector.outcomes import outcome
from connector.values import Done, WriteResult

SILENT = "a deleted issue looks like a hidden one, so no deletion is proven"


class Removing:
    """Issues that go, and what is gone."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def delete(self, record: Address) -> WriteResult:
        """Delete one issue; gone already is gone."""
        return outcome(lambda: self._delete(record))

    def _delete(self, record: Address) -> Done:
        with suppress(Gone):
            self._door.write("DELETE", issue_path(record.key), None)
        return Done(record.key)

    def shows(self, project: str) -> bool:
        """Whether we may see a project; nothing that was remembered counts."""
        try:
            self._door.read(f"project/{quote(project, safe='')}")
        except (AccessLost, NotThere, Rejected):
            return False
        return True

    def missing_files(self, numbers: Collection[str]) -> frozenset[str]:
        """Files that are answered with 404, each asked for by itself. A file has no rights of its
        own: it is shown with its issue."""
        asked = self._door.parallel(self._missing, sorted(numbers))
        return frozenset(number for number in asked if number)

    def missing_comments(self, key: str, numbers: Collection[str]) -> frozenset[str]:
        """Comments that are answered with 404, each asked for by itself."""
        paths = {issue_path(key, "comment", one): one for one in sorted(numbers)}
        found = zip(paths, self._door.parallel(self._gone, list(paths)), strict=True)
        return frozenset(paths[path] for path, gone in found if gone)

    def _missing(self, number: str) -> str:
        return number if self._gone(f"attachment/{quote(number, safe='')}") else ""

    def _gone(self, path: str) -> bool:
        try:
            self._door.read(path, absent=Gone)
        except Gone:
            return True
        return False
