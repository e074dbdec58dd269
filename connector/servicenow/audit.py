"""Whether somebody wrote between our look and our patch, and what of his our patch replaced.

Every write adds one to ``sys_mod_count``; on tables whose business rules save once more it adds two
each time, so the usual step is learnt as we go. A larger step means company. Then ``sys_audit``
tells which value our patch replaced: one row a field and write, in UTC, where auditing is on and
the account may read it (servicenow-api 12).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from connector.errors import ConnectorError
from connector.servicenow.door import Door
from connector.servicenow.lists import by_id, page_of
from connector.servicenow.query import joined, one_of, term
from connector.servicenow.translate import moment, needed, payload
from connector.values import Patch, Record, Replaced, Trace

TABLE = "sys_audit"
FIELDS = (
    "sys_id,tablename,documentkey,fieldname,oldvalue,newvalue,user,record_checkpoint,sys_created_on"
)
CALCULATED: Mapping[str, frozenset[str]] = {"priority": frozenset({"impact", "urgency"})}
"""Columns that the platform sets by itself whenever others are written (servicenow-api 5)."""

FEW = 10
"""Rows that may share the newest second."""

Row = Mapping[str, Any]


class Silent(Exception):
    """No line about the columns in question: nobody wrote them, or they are not audited."""


class Audit:
    """Looks back after a patch."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._steps: dict[str, int] = {}

    def crowded(self, patch: Patch, version: str) -> bool:
        """Whether the count grew by more than our own write can explain."""
        before, after = count_of(patch.version), count_of(version)
        if before is None or after is None or after <= before:
            return False
        step, usual = after - before, self._steps.get(patch.container, 1)
        self._steps[patch.container] = step
        return step > usual

    def replaced(self, patch: Patch, version: str) -> dict[str, Replaced] | None:
        """Values that our patch replaced and that were not there when we looked; ``None``:
        the audit does not tell."""
        before, after = count_of(patch.version), count_of(version)
        if before is None or after is None:
            return None
        try:
            rows = self._rows(patch)
            recent = [row for row in rows if before < checkpoint(row) <= after]
            return told(recent, after) if recent else None
        except ConnectorError:
            return None

    def trace(self, patch: Patch, login: str) -> Trace | None:
        """What the audit tells of a patch whose answer was lost: ours is the latest write since by
        our account that led to a value of the patch. Raises where it may not be read, and
        :class:`Silent` where it tells nothing at all of these columns."""
        before = count_of(patch.version) or 0
        rows = [row for row in self._rows(patch) if checkpoint(row) > before]
        if not rows:
            raise Silent
        wanted = payload(patch.fields)
        ours = [
            checkpoint(row)
            for row in rows
            if row.get("user") == login
            and str(row.get("newvalue") or "") == wanted.get(needed(row, "fieldname"))
        ]
        if not ours:
            return None
        last = max(ours)
        recent = [row for row in rows if checkpoint(row) <= last]
        written = {needed(row, "fieldname") for row in recent if checkpoint(row) == last}
        return Trace(frozenset(written), told(recent, last))

    def author(self, record: Record, name: str) -> tuple[str, datetime] | None:
        """Who changed this field last, and when; ``None``: the audit does not tell."""
        query = joined(
            term("tablename", "=", record.container),
            term("documentkey", "=", record.key),
            term("fieldname", "=", name),
        )
        newest = f"{query}^ORDERBYDESCsys_created_on"
        try:
            rows, _ = page_of(self._door, TABLE, newest, FIELDS, limit=FEW)
            dated = [(needed(row, "sys_created_on"), checkpoint(row), row) for row in rows]
        except ConnectorError:
            return None
        if not dated:
            return None
        at, _, last = max(dated, key=lambda one: one[:2])
        return str(last.get("user") or ""), moment(at)

    def _rows(self, patch: Patch) -> list[Row]:
        query = joined(
            term("tablename", "=", patch.container),
            term("documentkey", "=", patch.key),
            one_of("fieldname", sorted(set_by(patch.fields))),
        )
        return [row for page in by_id(self._door, TABLE, query, FIELDS) for row in page]


def set_by(names: Collection[str]) -> frozenset[str]:
    """The columns that a write of these sets."""
    own = frozenset(names)
    return own | {name for name, causes in CALCULATED.items() if causes & own}


def told(rows: Sequence[Row], last: int) -> dict[str, Replaced]:
    """By field: what the write with the count ``last`` replaced, and who had written that."""
    found = {}
    for ours in (row for row in rows if checkpoint(row) == last):
        name, value = needed(ours, "fieldname"), str(ours.get("oldvalue") or "")
        theirs = [
            row
            for row in rows
            if row.get("fieldname") == name
            and checkpoint(row) < last
            and str(row.get("newvalue") or "") == value
        ]
        if theirs:
            latest = max(theirs, key=checkpoint)
            author, at = str(latest.get("user") or ""), moment(needed(latest, "sys_created_on"))
            found[name] = Replaced(value or None, author, at)
    return found


def checkpoint(row: Row) -> int:
    """The record's write count after the audited write."""
    text = str(row.get("record_checkpoint") or "")
    return int(text) if text.isdigit() else -1


def count_of(version: str) -> int | None:
    """The write count inside a version token."""
    head = version.split("/", 1)[0]
    return int(head) if head.isdigit() else None
