"""Records: reading by key, creating, patching."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from connector.errors import ConnectorError, Rejected
from connector.outcomes import Lost, outcome
from connector.servicenow.answers import SIDE
from connector.servicenow.audit import Audit
from connector.servicenow.batch import Item, patch_all
from connector.servicenow.door import Door
from connector.servicenow.lists import by_id, page_of
from connector.servicenow.query import chunks, joined, one_of
from connector.servicenow.translate import PLAIN, columns, payload, record
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

        lists = self._door.parallel(part, list(chunks(list(dict.fromkeys(keys)))))
        return {
            str(row["sys_id"]): self._record(table, row, fields) for one in lists for row in one
        }

    def in_scope(self, table: str, scope: str, keys: Collection[str]) -> frozenset[str]:
        """Which of these keys a scope selects now."""

        def part(some: Sequence[str]) -> list[str]:
            query = joined(one_of("sys_id", some), scope)
            rows, _ = page_of(self._door, table, query, "sys_id")
            return [str(row["sys_id"]) for row in rows]

        lists = self._door.parallel(part, list(chunks(sorted(keys))))
        return frozenset(key for one in lists for key in one) & frozenset(keys)

    def find(self, table: str, marks: Collection[str]) -> dict[str, tuple[Record, ...]]:
        """Records by ``correlation_id``."""
        found: dict[str, tuple[Record, ...]] = {}
        fields = ("correlation_id",)
        for part in chunks(sorted(marks), 30):
            rows, _ = page_of(self._door, table, one_of("correlation_id", part), columns(fields))
            for row in rows:
                mark = str(row.get("correlation_id"))
                if mark in marks:
                    one = self._record(table, row, fields)
                    found[mark] = (*found.get(mark, ()), one)
        return found

    def create(self, draft: Draft) -> WriteResult:
        """One new record; never sent again when its fate is unclear."""

        def post() -> Done:
            params = {**PLAIN, "sysparm_fields": columns(draft.fields.keys())}
            row = self._door.write(
                "POST", f"/table/{draft.container}", payload(draft.fields), params
            )
            made = self._record(draft.container, row, draft.fields.keys())
            return Done(made.key, made.label, made)

        return outcome(post)

    def patch(self, patches: Sequence[Patch], fields: Collection[str]) -> list[WriteResult]:
        """Change records: one by a PATCH of its own, several in batches."""
        refused = [_unfit(patch) for patch in patches]
        if len(patches) == 1 and refused[0] is None:
            one = patches[0]
            rows = [self.patch_one(one.container, one.key, payload(one.fields), fields)]
        else:
            params = urlencode({**PLAIN, "sysparm_fields": columns(fields)})
            items = [Item(p.container, p.key, payload(p.fields), params) for p in patches]
            rows = patch_all(self._door, items)
        return [
            bad or self._patched(patch, row, fields)
            for patch, row, bad in zip(patches, rows, refused, strict=True)
        ]

    def stored(self, table: str, row: Row, fields: Collection[str]) -> Record:
        """A row of ours as a record."""
        return self._record(table, row, fields)

    def patch_one(
        self, table: str, key: str, body: Mapping[str, str], fields: Collection[str] = ()
    ) -> Row | WriteResult:
        """The stored row, or what else became of the edit."""
        params = {**PLAIN, "sysparm_fields": columns(fields)}
        try:
            row = self._door.write("PATCH", f"/table/{table}/{key}", body, params)
        except Lost as lost:
            return Unclear(lost.error)
        except Rejected as error:
            return Refused(error)
        except ConnectorError as error:
            return NotSent(error)
        return row if isinstance(row, dict) else Done(key)

    def _patched(
        self, patch: Patch, row: Row | WriteResult, fields: Collection[str]
    ) -> WriteResult:
        if not isinstance(row, dict):
            return row
        stored = self._record(patch.container, row, fields)
        if not self._audit.crowded(patch, stored.version):
            return Done(stored.key, stored.label, stored)
        told = self._audit.replaced(patch, stored.version)
        return Done(stored.key, stored.label, stored, replaced=told or {}, intruded=told is None)

    def _record(self, table: str, row: Mapping[str, Any], fields: Collection[str]) -> Record:
        return record(table, row, fields, self._door.url)


def _unfit(patch: Patch) -> Refused | None:
    if patch.add or patch.remove or patch.properties:
        return Refused(Rejected("ServiceNow has no labels and no entity properties", side=SIDE))
    return None
