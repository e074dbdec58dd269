"""Journals: reading comments and work notes, and adding them exactly once and in order.

A note is written by setting a column of its record; no id comes back, and a closed incident drops
it with 200. So after writing the journal is read, and a note is found by the reference in its text
(servicenow-api 9). Rows have second-grained stamps and no order inside a second, so one record
never gets two notes in one.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence

from connector.errors import ConnectorError, Rejected
from connector.outcomes import waiting
from connector.servicenow.answers import SIDE
from connector.servicenow.batch import Item, patch_all
from connector.servicenow.door import Door
from connector.servicenow.facts import Facts
from connector.servicenow.lists import by_id
from connector.servicenow.query import chunks, joined, one_of
from connector.servicenow.records import Records
from connector.servicenow.translate import comment
from connector.values import Comment, CommentDraft, Done, Refused, Unclear, WriteResult

TABLE = "sys_journal_field"
LANES = ("comments", "work_notes")
FIELDS = "sys_id,name,element,element_id,value,sys_created_on,sys_created_by"
TICK = 1.05
"""A little more than the grain of ServiceNow's stamps."""


class Journal:
    """Comments and work notes of records."""

    def __init__(
        self,
        door: Door,
        facts: Facts,
        records: Records,
        sleeper: Callable[[float], None] = time.sleep,
    ) -> None:
        self._door = door
        self._facts = facts
        self._records = records
        self._sleep = sleeper

    def read(self, table: str, keys: Collection[str]) -> tuple[Comment, ...]:
        """All entries of these records, oldest first."""
        parts = list(chunks(sorted(keys)))
        lists = self._door.parallel(lambda part: self._rows(table, part), parts)
        rows = [row for one in lists for row in one]
        names = self._facts.names(str(row.get("sys_created_by") or "") for row in rows)
        found = [comment(row, names) for row in rows]
        return tuple(sorted(found, key=lambda one: (one.created, one.id)))

    def _rows(self, table: str, keys: Sequence[str]) -> list[dict[str, object]]:
        query = joined(one_of("element_id", keys), one_of("element", LANES), f"name={table}")
        return [row for page in by_id(self._door, TABLE, query, FIELDS) for row in page]

    def add(self, drafts: Sequence[CommentDraft]) -> list[WriteResult]:
        """Add entries, those of one record in their order; ``Done.key`` is the journal row's id."""
        found: dict[int, WriteResult] = {}
        stopped: dict[tuple[str, str], WriteResult] = {}
        for number, wave in enumerate(_waves(drafts)):
            if number:
                self._sleep(TICK)
            due = [place for place in wave if _record(drafts[place]) not in stopped]
            self._wave(drafts, due, found)
            for place in wave:
                record = _record(drafts[place])
                if record in stopped:
                    found[place] = waiting(stopped[record], SIDE)
                elif not isinstance(found[place], Done):
                    stopped[record] = found[place]
        return [found[place] for place in range(len(drafts))]

    def _wave(
        self, drafts: Sequence[CommentDraft], due: Sequence[int], found: dict[int, WriteResult]
    ) -> None:
        """One entry for each of several records, then one look at what arrived."""
        if not due:
            return
        for place, result in zip(due, self._write([drafts[p] for p in due]), strict=True):
            found[place] = result
        done = [place for place in due if isinstance(found[place], Done)]
        seen = self._seen([drafts[place] for place in done])
        found.update(zip(done, seen, strict=True))

    def _write(self, drafts: Sequence[CommentDraft]) -> list[WriteResult]:
        if len(drafts) == 1:
            draft = drafts[0]
            written = self._records.patch_one(draft.container, draft.key, {draft.lane: draft.body})
            return [written if not isinstance(written, dict) else Done(draft.key)]
        params = "sysparm_fields=sys_id"
        items = [Item(d.container, d.key, {d.lane: d.body}, params) for d in drafts]
        written_all = patch_all(self._door, items)
        return [Done("") if isinstance(one, dict) else one for one in written_all]

    def _seen(self, drafts: Sequence[CommentDraft]) -> list[WriteResult]:
        """What the journal shows of entries that were answered with 200.

        Where it cannot be read now they are in doubt: the column was set, or it was dropped.
        """
        by_table: dict[str, set[str]] = defaultdict(set)
        for draft in drafts:
            by_table[draft.container].add(draft.key)
        try:
            rows = [row for table, keys in by_table.items() for row in self.read(table, keys)]
        except ConnectorError as error:
            return [Unclear(error) for _ in drafts]
        ids = (_id_of(draft, rows) for draft in drafts)
        return [
            Done(key) if key else Refused(_dropped(draft))
            for draft, key in zip(drafts, ids, strict=True)
        ]


def _id_of(draft: CommentDraft, rows: Sequence[Comment]) -> str:
    """The newest entry that carries the draft's reference."""
    found = [row.id for row in rows if row.key == draft.key and draft.reference in row.body]
    return found[-1] if found else ""


def _waves(drafts: Sequence[CommentDraft]) -> list[list[int]]:
    """Places of the first draft of each record, then of the second, and so on."""
    seen: dict[tuple[str, str], int] = defaultdict(int)
    waves: list[list[int]] = []
    for place, draft in enumerate(drafts):
        depth = seen[_record(draft)]
        seen[_record(draft)] += 1
        if depth == len(waves):
            waves.append([])
        waves[depth].append(place)
    return waves


def _record(draft: CommentDraft) -> tuple[str, str]:
    return draft.container, draft.key


def _dropped(draft: CommentDraft) -> Rejected:
    return Rejected(
        f"ServiceNow answered 200 and dropped the {draft.lane}: the record is closed",
        side=SIDE,
        field=draft.lane,
        remedy="Reopen the record, then `tandem parked retry ID`.",
    )
