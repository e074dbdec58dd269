"""Records: reading by key, creating, patching."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from connector.errors import BrokenAnswer, ConnectorError, Rejected
from connector.outcomes import Lost, outcome
from connector.servicenow.answers import SIDE
from connector.servicenow.audit import Audit
from connector.servicenow.batch import Item, patch_all
from connector.servicenow.door import Door
from connector.servicenow.lists import by_id, page_of
from connector.servicenow.query import ROOM, alternatives, chunks, joined, one_of, searchable
from connector.servicenow.translate import PLAIN, columns, needed, payload, record
from connector.values import (
    Done,
    Draft,
    NotSent,
    Patch,
    Record,
    Refused,
    Unclear,
    WriteResult,
)

INCIDENT = "incident"
OPEN_STATES = ("1", "2", "3")
Row = dict[str, Any]


class Records:
    """Reads and writes rows of task-like tables."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._audit = Audit(door)

    def listed(
        self, table: str, scope: str, fields: Collection[str]
    ) -> Iterator[tuple[Record, ...]]:
        """All records a scope selects."""
        for rows in by_id(self._door, table, scope, columns(fields)):
            yield tuple(self._record(table, row, fields) for row in rows)

    def read(self, table: str, keys: Collection[str], fields: Collection[str]) -> dict[str, Record]:
        """Records by ``sys_id``; what is gone or hidden is absent."""

        def part(some: Sequence[str]) -> list[Row]:
            rows, _ = page_of(self._door, table, one_of("sys_id", some), columns(fields))
            return [row for row in rows if row.get("sys_id") in some]

        lists = self._door.parallel(part, list(chunks(searchable(keys))))
        found = [self._record(table, row, fields) for one in lists for row in one]
        return {one.key: one for one in found}

    def in_scope(self, table: str, scope: str, keys: Collection[str]) -> frozenset[str]:
        """Which of these keys a scope selects now."""

        def part(some: Sequence[str]) -> list[str]:
            query = joined(scope, one_of("sys_id", some))
            rows, _ = page_of(self._door, table, query, "sys_id")
            return [needed(row, "sys_id") for row in rows]

        room = ROOM // max(1, len(alternatives(scope)))
        lists = self._door.parallel(part, list(chunks(searchable(sorted(keys)), room=room)))
        return frozenset(key for one in lists for key in one) & frozenset(keys)

    def find(self, table: str, marks: Collection[str]) -> dict[str, tuple[Record, ...]]:
        """Records by ``correlation_id``."""
        found: dict[str, tuple[Record, ...]] = {}
        fields = ("correlation_id", "correlation_display")
        for part in chunks(searchable(sorted(marks))):
            pages = by_id(self._door, table, one_of(fields[0], part), columns(fields))
            for row in (row for page in pages for row in page):
                mark = str(row.get(fields[0]))
                if mark in marks:
                    one = self._record(table, row, fields)
                    found[mark] = (*found.get(mark, ()), one)
        return found

    def create(self, draft: Draft) -> WriteResult:
        """One new record; never sent again when its fate is unclear.

        Riders are not worth a lost record: what is refused with them is sent once more without.
        """
        fields, more = payload(draft.fields), riders(draft)
        result = outcome(lambda: self._insert(draft, {**fields, **more}))
        if isinstance(result, Refused) and more:
            return outcome(lambda: self._insert(draft, fields))
        return result

    def _insert(self, draft: Draft, body: Mapping[str, str]) -> Done:
        params = {**PLAIN, "sysparm_fields": columns(draft.fields.keys())}
        path = f"/table/{draft.container}"
        row = self._door.write("POST", path, body, params)
        if not isinstance(row, dict) or not row.get("sys_id"):
            what = "the answer to a create names no record"
            raise Lost(BrokenAnswer(what, side=SIDE, where=f"POST {path}"))
        made = self.shown(draft.container, row, draft.fields.keys())
        return Done(str(row["sys_id"]), str(row.get("number") or row["sys_id"]), made)

    def patch(self, patches: Sequence[Patch], fields: Collection[str]) -> list[WriteResult]:
        """Change records: one by a PATCH of its own, several in batches."""
        refused = [_unfit(patch) for patch in patches]
        fit = [patch for patch, bad in zip(patches, refused, strict=True) if bad is None]
        rows = iter(self._patch(fit, fields))
        return [
            bad or self._patched(patch, next(rows), fields)
            for patch, bad in zip(patches, refused, strict=True)
        ]

    def _patch(
        self, patches: Sequence[Patch], fields: Collection[str]
    ) -> Sequence[Row | WriteResult]:
        if len(patches) == 1:
            one = patches[0]
            return [self.patch_one(one.container, one.key, payload(one.fields), fields)]
        params = urlencode({**PLAIN, "sysparm_fields": columns(fields)})
        items = [Item(p.container, p.key, payload(p.fields), params) for p in patches]
        return patch_all(self._door, items)

    def patch_one(
        self, table: str, key: str, body: Mapping[str, str], fields: Collection[str] = ()
    ) -> Row | WriteResult:
        """The stored row, or what else became of the edit."""
        params = {**PLAIN, "sysparm_fields": columns(fields)}
        try:
            path = f"/table/{table}/{quote(key, safe='')}"
            row = self._door.write("PATCH", path, body, params)
        except Lost as lost:
            return Unclear(lost.error)
        except Rejected as error:
            return Refused(error)
        except ConnectorError as error:
            return NotSent(error)
        return row if isinstance(row, dict) else Done(key)

    def author(self, record: Record, name: str) -> tuple[str, datetime] | None:
        """Login and time of a field's last change, as far as the audit tells."""
        return self._audit.author(record, name)

    def shown(self, table: str, row: Row, fields: Collection[str]) -> Record | None:
        """What a write answered, if it can be read: the write is done all the same."""
        try:
            return self._record(table, row, fields)
        except ConnectorError:
            return None

    def _patched(
        self, patch: Patch, row: Row | WriteResult, fields: Collection[str]
    ) -> WriteResult:
        if not isinstance(row, dict):
            return row
        stored = self.shown(patch.container, row, fields)
        if stored is None:
            return Done(patch.key)
        if not self._audit.crowded(patch, stored.version):
            return Done(stored.key, stored.label, stored)
        told = self._audit.replaced(patch, stored.version)
        return Done(stored.key, stored.label, stored, replaced=told or {}, intruded=told is None)

    def _record(self, table: str, row: Mapping[str, Any], fields: Collection[str]) -> Record:
        return record(table, row, fields, self._door.url)


def riders(draft: Draft) -> dict[str, str]:
    """What may go along with a create: an incident's wanted state, and the first comment.

    Only one comment, because entries of one second have no order.
    """
    values: dict[str, str] = {}
    closing = draft.fields.get("close_code") and draft.fields.get("close_notes")
    for target in draft.targets[:1]:
        if draft.container == INCIDENT and (target in OPEN_STATES or closing):
            values["state"] = target
    for entry in draft.comments[:1]:
        values[entry.lane] = entry.body
    return values


def _unfit(patch: Patch) -> Refused | None:
    if patch.add or patch.remove or patch.properties:
        return Refused(Rejected("ServiceNow has no labels and no entity properties", side=SIDE))
    return None
