"""Journals: reading comments and work notes, and adding them exactly once and in order.

A note is written by setting a column of its record; no id comes back, and a closed incident drops
it with 200. So after writing the journal is read, and a note is found by the reference in its text
(servicenow-api 9). Rows have second-grained stamps and no order inside a second, so one record
never gets two notes in one.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence

from connector.errors import ConnectorError, Rejected
from connector.outcomes import waiting
from connector.servicenow.answers import SIDE
from connector.servicenow.batch import Item, patch_all
from connector.servicenow.door import Door
from connector.servicenow.facts import Facts
from connector.servicenow.lists import by_id
from connector.servicenow.query import chunks, joined, one_of, searchable
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
        parts = list(chunks(searchable(sorted(keys))))
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
        wrote = False
        for wave in _waves(drafts):
            due = [place for place in wave if _record(drafts[place]) not in stopped]
            if wrote and due:
                self._sleep(TICK)
            wrote = wrote or bool(due)
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
        for table in dict.fromkeys(drafts[place].container for place in done):
            mine = [place for place in done if drafts[place].container == table]
            found.update(self._arrived(table, {place: drafts[place] for place in mine}))

    def _arrived(self, table: str, drafts: Mapping[int, CommentDraft]) -> dict[int, WriteResult]:
        """What the journal says of entries that were answered with 200."""
        try:
            entries = self.read(table, {draft.key for draft in drafts.values()})
        except ConnectorError as error:
            return {place: Unclear(error) for place in drafts}
        return {place: _arrival(draft, entries) for place, draft in drafts.items()}

    def _write(self, drafts: Sequence[CommentDraft]) -> list[WriteResult]:
        if len(drafts) == 1:
            draft = drafts[0]
            written = self._records.patch_one(draft.container, draft.key, {draft.lane: draft.body})
            return [written if not isinstance(written, dict) else Done(draft.key)]
        params = "sysparm_fields=sys_id"
        items = [Item(d.container, d.key, {d.lane: d.body}, params) for d in drafts]
        written_all = patch_all(self._door, items)
        return [Done("") if isinstance(one, dict) else one for one in written_all]


def _arrival(draft: CommentDraft, entries: Sequence[Comment]) -> WriteResult:
    ids = [one.id for one in entries if one.key == draft.key and draft.reference in one.body]
    return Done(ids[-1]) if ids else Refused(_dropped(draft))


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
        f"ServiceNow answered 200, and the {draft.lane} do not show it: the record is closed, "
        "or we may not read its journal",
        side=SIDE,
        field=draft.lane,
        remedy=(
            "Reopen it, or carry it over by hand, then `tandem parked retry ID`; if the record is "
            "open, give the account read rights on sys_journal_field."
        ),
    )
