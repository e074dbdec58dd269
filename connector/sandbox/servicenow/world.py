"""The content of the fake instance and the one way to change it.

Rows are dictionaries of strings per class. Every change goes through :meth:`World.insert`,
:meth:`World.update` or :meth:`World.delete`: columns are checked and cut, the rules of the class
run, an update without a difference writes nothing, stamps have whole seconds, and the write log
gets a line. The log and :meth:`World.truth` are what tests believe.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from threading import RLock
from typing import Any, Protocol

from connector.sandbox.clock import Clock
from connector.sandbox.content import Content
from connector.sandbox.servicenow import audit, graves
from connector.sandbox.servicenow.knobs import SYSTEM, Caller, Door, Knobs
from connector.sandbox.servicenow.refusal import missing_record, no_right
from connector.sandbox.servicenow.schema import Row, Schema
from connector.sandbox.servicenow.tables import SCHEMA
from connector.sandbox.servicenow.values import stamp, stored

Values = Mapping[str, Any]


class Rules(Protocol):
    """What a class does around a write."""

    def writable(self, world: World, old: Row, name: str, by: Caller, /) -> bool:
        """Whether this column of this row takes a value now; if not, it is dropped silently."""

    def before(self, world: World, old: Row | None, new: Row, by: Caller, /) -> None:
        """Check and complete ``new``; ``old`` is None on insert. Raises ``Refusal``."""

    def after(self, world: World, old: Row | None, new: Row, by: Caller, /) -> None:
        """What the platform does because of this write."""


class World:
    """One fake instance's records. Hold :attr:`lock` around anything that must be one step."""

    def __init__(
        self,
        clock: Clock,
        seed: int = 0,
        rules: Mapping[str, Rules] | None = None,
        schema: Schema = SCHEMA,
    ) -> None:
        self.clock = clock
        self.schema = schema
        self.knobs = Knobs()
        self.lock = RLock()
        self.roles: dict[str, set[str]] = {}
        self.write_log: list[dict[str, Any]] = []
        self.contents: dict[str, Content] = {}
        self._rules = rules or {}
        self._random = random.Random(seed)  # noqa: S311 - replayable ids, no secret
        self._tables: dict[str, dict[str, Row]] = {name: {} for name in schema.tables}
        self._place: dict[str, str] = {}
        self._numbers: Counter[str] = Counter()
        self._logins: dict[str, str] = {}
        self._veiled: dict[str, tuple[datetime, Row | None]] = {}
        self._notes: dict[str, list[Row]] = {}
        self._audited = 0

    # ---- reading

    def rows(self, table: str) -> Iterator[Row]:
        """Every row of a table and its classes that readers can see by now."""
        if table == audit.TABLE:
            self._audited = audit.catch_up(self, self._audited)
        for name in self.schema.classes(table):
            if not self._veiled:
                yield from self._tables[name].values()
                continue
            for row in self._tables[name].values():
                seen = self._seen(row)
                if seen is not None:
                    yield seen

    def row(self, table: str, sys_id: str) -> Row | None:
        """One row as readers see it, or None."""
        place = self._place.get(sys_id)
        if place is None or not self.schema.is_a(place, table):
            return None
        return self._seen(self._tables[place][sys_id])

    def notes(self, sys_id: str) -> list[Row]:
        """The journal entries of a record, oldest first."""
        seen = (self._seen(note) for note in self._notes.get(sys_id, ()))
        return [note for note in seen if note is not None]

    def caller(self, login: str, door: Door = Door.REST) -> Caller:
        """A person with his roles."""
        sys_id = self._logins.get(login, "")
        return Caller(login, sys_id, frozenset(self.roles.get(login, ())), door)

    def user_id(self, login: str) -> str:
        """The sys_id of a login, empty when there is none."""
        return self._logins.get(login, "")

    def now(self) -> str:
        """The present second as the platform writes it."""
        return stamp(self.clock.now())

    def display(self, table: str, sys_id: str) -> str:
        """What people see for a reference; empty for a row that is gone."""
        row = self.row(table, sys_id)
        if row is None:
            return ""
        return row.get(self.schema.display(row.get("sys_class_name") or table), "")

    # ---- writing

    def insert(self, table: str, values: Values, by: Caller) -> Row:
        """Make a row; raises ``Refusal`` with nothing written."""
        if not by.has(self.schema.tables[table].write_role or "itil"):
            raise no_right("Insert")
        new = self._defaults(table)
        fields, notes = self._accept(table, new, values, by)
        new.update(fields)
        rules = self._rules.get(table)
        if rules:
            rules.before(self, None, new, by)
        prefix = self.schema.tables[table].prefix
        if prefix and not new.get("number"):
            new["number"] = self.next_number(prefix)
        self._stamp_new(table, new, by)
        self.store(table, new)
        self._veil(new, None, by)
        self.log("insert", table, new, by, {k: ["", v] for k, v in new.items() if v})
        self._write_notes(table, new, notes, by)
        if rules:
            rules.after(self, None, new, by)
        return new

    def update(self, table: str, sys_id: str, values: Values, by: Caller) -> Row:
        """Change a row; a write that changes nothing leaves stamp and count alone."""
        place = self._place.get(sys_id)
        if place is None or not self.schema.is_a(place, table):
            raise missing_record()
        old = self._tables[place][sys_id]
        if not self._may_update(place, old, values, by):
            raise no_right("Update")
        rules = self._rules.get(place)
        fields, notes = self._accept(place, old, values, by)
        new = {**old, **fields}
        if rules:
            rules.before(self, old, new, by)
        changed = {k: [old.get(k, ""), v] for k, v in new.items() if old.get(k, "") != v}
        if not changed and not notes:
            return old
        if changed or self.knobs.notes_touch_parent:
            self._stamp_change(new, by)
        self._tables[place][sys_id] = new
        self._veil(new, old, by)
        if changed:
            self.log("update", place, new, by, changed)
        self._write_notes(place, new, notes, by)
        if rules:
            rules.after(self, old, new, by)
        return self._tables[place].get(sys_id, new)

    def delete(self, table: str, sys_id: str, by: Caller) -> None:
        """Remove a row and leave a line in ``sys_audit_delete``."""
        place = self._place.get(sys_id)
        if place is None or not self.schema.is_a(place, table):
            raise missing_record()
        if not by.has("change_manager" if place == "change_request" else "itil_admin"):
            raise no_right("Delete")
        graves.bury(self, place, sys_id, by)

    def system(self, table: str, sys_id: str, values: Values) -> Row:
        """A write of the platform itself."""
        return self.update(table, sys_id, values, SYSTEM)

    def store(self, table: str, row: Row) -> Row:
        """Put a complete row in place, past rules and log: seeding and the class' own hands."""
        self._tables[table][row["sys_id"]] = row
        self._place[row["sys_id"]] = table
        if table == "sys_user":
            self._logins[row.get("user_name", "")] = row["sys_id"]
        if table == "sys_journal_field":
            self._notes.setdefault(row["element_id"], []).append(row)
        return row

    def hang(self, table: str, values: Row, by: Caller) -> Row:
        """A new row of the platform's own that belongs to a record: a journal entry, a file."""
        row = dict(values)
        self._stamp_new(table, row, by)
        self.store(table, row)
        self._veil(row, None, by)
        return row

    def drop(self, sys_id: str) -> Row:
        """Take a row away, and the content that it may have."""
        row = self._tables[self._place.pop(sys_id)].pop(sys_id)
        notes = self._notes.get(row.get("element_id", ""), [])
        notes[:] = [note for note in notes if note is not row]
        self._veiled.pop(sys_id, None)
        self.contents.pop(sys_id, None)
        return row

    def grow(self, schema: Schema, rules: Mapping[str, Rules]) -> None:
        """More tables, as a plugin brings them."""
        self.schema, self._rules = schema, {**self._rules, **rules}
        self._tables = {name: self._tables.get(name, {}) for name in schema.tables}

    def new_id(self) -> str:
        """The next sys_id: 32 hex digits in no order."""
        return f"{self._random.getrandbits(128):032x}"

    def next_number(self, prefix: str) -> str:
        """The next ticket number."""
        self._numbers[prefix] += 1
        return f"{prefix}{10000 + self._numbers[prefix]:07d}"

    # ---- the truth

    def truth(self) -> dict[str, Any]:
        """Everything, past rights and lateness."""
        with self.lock:
            records = {
                name: [dict(row) for row in rows.values()]
                for name, rows in self._tables.items()
                if name not in ("sys_journal_field", "sys_choice", "sys_dictionary")
            }
            comments = [dict(row) for row in self._tables["sys_journal_field"].values()]
            return {"side": "servicenow", "records": records, "comments": comments}

    def true_row(self, sys_id: str) -> Row | None:
        """One row past rights and lateness."""
        place = self._place.get(sys_id)
        return None if place is None else self._tables[place][sys_id]

    def true_notes(self, sys_id: str) -> list[Row]:
        """The journal entries of a record, past lateness."""
        return list(self._notes.get(sys_id, ()))

    @property
    def files(self) -> Mapping[str, Row]:
        """The rows of all attachments by sys_id, past lateness."""
        return self._tables["sys_attachment"]

    def is_hidden(self, row: Row) -> bool:
        """Whether an access rule hides a row; a file is hidden with its record."""
        if "element_id" in row and row["element"] in self.knobs.hidden_lanes:
            return True
        hidden = self.knobs.hidden_rows
        return bool(hidden) and (row["sys_id"] in hidden or row.get("table_sys_id", "") in hidden)

    # ---- inside

    def _defaults(self, table: str) -> Row:
        return {name: value for name, value in self.schema.defaults(table).items() if value}

    def _may_update(self, table: str, old: Row, values: Values, by: Caller) -> bool:
        """Agents write everything; a caller comments on his own ticket."""
        if by.has(self.schema.tables[table].write_role or "itil"):
            return True
        return bool(by.sys_id) and old.get("caller_id") == by.sys_id and set(values) == {"comments"}

    def _accept(self, table: str, old: Row, values: Values, by: Caller) -> tuple[Row, Row]:
        """The fields and journal entries that a write may touch; the rest is dropped."""
        rules = self._rules.get(table)
        fields: Row = {}
        notes: Row = {}
        for name, value in values.items():
            column, locked = self.schema.column(table, name), self.knobs.locked_fields
            if column is None or f"{table}.{name}" in locked:
                continue
            if column.read_only and by.door is not Door.SYSTEM:
                continue
            if "sys_id" in old and rules and not rules.writable(self, old, name, by):
                continue
            plain = stored(column, value)
            if column.is_journal and plain:
                notes[name] = plain
            elif not column.is_journal:
                fields[name] = plain
        return fields, notes

    def _stamp_new(self, table: str, row: Row, by: Caller) -> None:
        now = self.now()
        row["sys_id"] = self.new_id()
        row["sys_created_on"] = row["sys_updated_on"] = now
        row["sys_created_by"] = row["sys_updated_by"] = by.login
        row["sys_mod_count"] = "0"
        if "sys_class_name" in self.schema.columns(table):
            row |= {"sys_class_name": table, "sys_domain": "global"}

    def _stamp_change(self, row: Row, by: Caller) -> None:
        row |= {"sys_updated_on": self.now(), "sys_updated_by": by.login}
        row["sys_mod_count"] = str(int(row["sys_mod_count"]) + 1)

    def _write_notes(self, table: str, row: Row, notes: Row, by: Caller) -> None:
        for element, text in notes.items():
            about = {"name": table, "element": element, "element_id": row["sys_id"]}
            note = self.hang("sys_journal_field", {**about, "value": text}, by)
            self.log("journal", table, row, by, {element: ["", text]}, note["sys_id"])

    def log(
        self,
        op: str,
        table: str,
        row: Row,
        by: Caller,
        fields: Mapping[str, Iterable[str]],
        entry: str = "",
    ) -> None:
        """A line in the write log; ``entry`` is the id of what hangs on the record."""
        line: dict[str, Any] = {"entry": entry} if entry else {}
        line |= {
            "seq": len(self.write_log) + 1,
            "at": self.clock.now().isoformat(),
            "by": by.login,
            "op": op,
            "table": table,
            "key": row["sys_id"],
            "label": row.get("number", ""),
            "count": row.get("sys_mod_count", ""),
            "fields": {name: list(pair) for name, pair in fields.items()},
        }
        self.write_log.append(line)

    def _veil(self, new: Row, old: Row | None, by: Caller) -> None:
        """Hold a write back from readers; a second write does not lengthen the first one's wait."""
        seconds = self.knobs.late_visibility
        if not seconds or (self.knobs.late_logins and by.login not in self.knobs.late_logins):
            return
        if new["sys_id"] not in self._veiled:
            until = self.clock.now() + timedelta(seconds=seconds)
            self._veiled[new["sys_id"]] = (until, old)

    def _seen(self, row: Row) -> Row | None:
        veil = self._veiled.get(row["sys_id"])
        if veil is None:
            return row
        if self.clock.now() < veil[0]:
            return veil[1]
        del self._veiled[row["sys_id"]]
        return row
