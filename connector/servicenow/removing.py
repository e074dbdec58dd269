"""Deleting records, and what proves that others deleted one.

A deletion leaves a line in ``sys_audit_delete`` where the account may read it, one in ``sys_audit``
too; who undeletes a record leaves ``RECOVERED`` in ``sys_audit`` (servicenow-api 12). A request to
delete is sent once: after a lost answer the record may have been deleted and brought back by now.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from urllib.parse import quote

from connector.address import Address
from connector.articles import ARTICLE, NEVER_DELETED
from connector.errors import AccessLost, Gone, NotThere, Rejected
from connector.outcomes import outcome
from connector.servicenow.door import Door
from connector.servicenow.files import TABLE as FILES
from connector.servicenow.journal import TABLE as JOURNAL
from connector.servicenow.lists import Row, by_id, page_of, stepping
from connector.servicenow.query import chunks, joined, one_of, searchable, term
from connector.servicenow.translate import moment, needed
from connector.values import Done, Refused, WriteResult

GRAVES = "sys_audit_delete"
AUDIT = "sys_audit"
RECOVERED = "RECOVERED"


class Removing:
    """Records that go, and records that are gone."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def delete(self, record: Address) -> WriteResult:
        """Delete one record; gone already is gone."""
        return outcome(lambda: self._delete(record))

    def _delete(self, record: Address) -> WriteResult:
        if record.container == ARTICLE:
            return Refused(NEVER_DELETED)
        with suppress(Gone):
            self._door.remove(f"/table/{record.container}/{quote(record.key, safe='')}")
        return Done(record.key)

    def deleted(self, table: str, keys: Collection[str]) -> dict[str, datetime]:
        """The latest deletion of each of these, unless the record came back since."""
        found: dict[str, datetime] = {}
        for part in chunks(searchable(sorted(keys))):
            rows = self._lines(GRAVES, (term("tablename", "=", table), one_of("documentkey", part)))
            found |= _latest(rows)
        back = self.returned(table, sorted(found))
        return {
            key: at
            for key, at in found.items()
            if key in keys and not (key in back and back[key] >= at)
        }

    def returned(self, table: str, keys: Collection[str]) -> dict[str, datetime]:
        """The latest return of each of these from a deletion."""
        found: dict[str, datetime] = {}
        for part in chunks(searchable(sorted(keys))):
            about = (term("tablename", "=", table), term("fieldname", "=", RECOVERED))
            found |= _latest(self._lines(AUDIT, (*about, one_of("documentkey", part))))
        return found

    def _lines(self, table: str, conditions: Sequence[str]) -> list[Row]:
        """What we may read of it, which may be nothing. Trouble that passes is raised: a line that
        was not read must not count as one that is not there."""
        query = joined(*conditions, order=("sys_created_on",))
        try:
            rows, _ = page_of(self._door, table, query, "sys_id,documentkey,sys_created_on")
        except (AccessLost, NotThere, Rejected):
            return []
        return list(rows)

    def silent(self) -> str:
        """Why no deletion is ever proven."""
        try:
            rows, more = page_of(self._door, GRAVES, "", "sys_id", limit=1)
        except (AccessLost, NotThere, Rejected):
            return f"the account may not read {GRAVES}, so no deletion is proven"
        if more and not rows:
            return f"the account sees no line of {GRAVES}, so no deletion is proven"
        return ""

    def shows(self, table: str) -> bool:
        """Whether any record of a table is visible."""
        try:
            rows, _ = stepping(self._door, table, "", "sys_id")
        except (AccessLost, NotThere, Rejected):
            return False
        return bool(rows)

    def missing_files(self, numbers: Collection[str]) -> frozenset[str]:
        """Files that are answered with 404, each asked for by itself; an account that sees no file
        at all cannot tell."""
        if not numbers or not self.shows(FILES):
            return frozenset()
        asked = self._door.parallel(self._missing, sorted(numbers))
        return frozenset(number for number in asked if number)

    def missing_comments(
        self, table: str, key: str, lane: str, numbers: Collection[str]
    ) -> frozenset[str]:
        """Entries that are not named when asked for; an account that sees no entry of that lane in
        the whole table cannot tell."""
        about = (term("name", "=", table), term("element", "=", lane))
        try:
            if not numbers or not stepping(self._door, JOURNAL, joined(*about), "sys_id")[0]:
                return frozenset()
            wanted = joined(term("element_id", "=", key), *about, one_of("sys_id", sorted(numbers)))
            pages = [*by_id(self._door, JOURNAL, wanted, "sys_id")]
        except (AccessLost, NotThere, Rejected):
            return frozenset()
        return frozenset(numbers) - {needed(row, "sys_id") for page in pages for row in page}

    def _missing(self, number: str) -> str:
        try:
            self._door.result(f"/attachment/{quote(number, safe='')}")
        except (Gone, NotThere):
            return number
        return ""


def _latest(rows: Sequence[Row]) -> dict[str, datetime]:
    return dict(_stamped(rows))


def _stamped(rows: Sequence[Row]) -> Iterator[tuple[str, datetime]]:
    """Oldest first, so that the latest one stays."""
    for row in sorted(rows, key=lambda row: str(row.get("sys_created_on") or "")):
        yield needed(row, "documentkey"), moment(needed(row, "sys_created_on"))
