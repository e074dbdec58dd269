"""How columns of records changed: ``sys_audit``, one row a field and write (servicenow-api 12).

Where the account may not read it, or sees no line at all about a table, there is no history to
tell: an empty answer would pass for records that nobody ever touched. Lines hold raw values;
choices are told by their labels, references by their ``sys_id`` only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from connector.articles import ARTICLE
from connector.errors import AccessLost, NotThere, Rejected
from connector.histories import Step
from connector.servicenow.answers import SIDE
from connector.servicenow.audit import TABLE, checkpoint
from connector.servicenow.door import Door
from connector.servicenow.facts import Facts
from connector.servicenow.lists import Row, by_id, page_of
from connector.servicenow.query import chunks, joined, one_of, searchable, term
from connector.servicenow.translate import moment, needed
from connector.values import FieldInfo

FIELDS = "sys_id,documentkey,fieldname,oldvalue,newvalue,record_checkpoint,sys_created_on"
Labels = Mapping[str, Mapping[str, str]]


class Histories:
    """Reads the audit."""

    def __init__(self, door: Door, facts: Facts) -> None:
        self._door = door
        self._facts = facts

    def steps(
        self, table: str, keys: Collection[str], fields: Collection[str]
    ) -> dict[str, tuple[Step, ...]]:
        """The steps of each record that has any. Raises ``NotThere`` where nothing is told."""
        if not keys or not fields:
            return {}
        if table == ARTICLE:
            raise NotThere("ServiceNow audits no article under its number", side=SIDE)
        labels = self._labels(table, fields)
        try:
            rows = self._rows(table, keys, fields)
            silent = not rows and self._silent(table)
        except (AccessLost, Rejected) as error:
            self._known(table)
            raise NotThere(f"the account may not read {TABLE}: {error.what}", side=SIDE) from error
        if silent:
            what = f"{TABLE} shows no line about {table}: nobody changed anything, the table is"
            raise NotThere(f"{what} not audited, or rights hide it", side=SIDE)
        return _by_record([row for row in rows if row.get("documentkey") in keys], labels)

    def _labels(self, table: str, fields: Collection[str]) -> Labels:
        """The choices of each column. Raises ``NotThere`` for one that the table does not have."""
        known: dict[str, FieldInfo] = {one.name: one for one in self._facts.kind(table).fields}
        strange = sorted(name for name in fields if name not in known)
        if strange:
            raise NotThere(f"{table} has no column {', '.join(strange)}", side=SIDE)
        return {name: {one.value: one.label for one in known[name].choices} for name in fields}

    def _rows(self, table: str, keys: Collection[str], fields: Collection[str]) -> list[Row]:
        about = term("tablename", "=", table)
        names = one_of("fieldname", sorted(fields))

        def some(part: Sequence[str]) -> list[Row]:
            query = joined(about, one_of("documentkey", part), names)
            return [row for page in by_id(self._door, TABLE, query, FIELDS) for row in page]

        parts = list(chunks(searchable(sorted(keys))))
        return [row for rows in self._door.parallel(some, parts) for row in rows]

    def _silent(self, table: str) -> bool:
        """Whether the account sees no line about a table whatsoever."""
        rows, _ = page_of(self._door, TABLE, term("tablename", "=", table), "sys_id", limit=1)
        return not rows

    def _known(self, table: str) -> None:
        """Look at the table itself: an account that is not accepted is another matter."""
        page_of(self._door, table, "", "sys_id", limit=1)


def _by_record(rows: Sequence[Row], labels: Labels) -> dict[str, tuple[Step, ...]]:
    found: dict[str, list[Step]] = defaultdict(list)
    for row in sorted(rows, key=_order):
        found[needed(row, "documentkey")].append(_step(row, labels))
    return {key: tuple(steps) for key, steps in found.items()}


def _order(row: Row) -> tuple[str, int, str]:
    return needed(row, "sys_created_on"), checkpoint(row), needed(row, "sys_id")


def _step(row: Row, labels: Labels) -> Step:
    name = needed(row, "fieldname")
    before, after = (str(row.get(member) or "") or None for member in ("oldvalue", "newvalue"))
    words = labels.get(name, {})
    return Step(
        moment(needed(row, "sys_created_on")),
        name,
        words.get(before or "", before) if before else None,
        words.get(after or "", after) if after else None,
        before,
        after,
    )
