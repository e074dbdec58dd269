"""Deletions for the direct adapter: what the real one does and finds out, without the wire."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import datetime

from connector.address import Address
from connector.articles import ARTICLE, NEVER_DELETED
from connector.errors import Rejected
from connector.sandbox.servicenow import audit, graves
from connector.sandbox.servicenow.attachments import TABLE as FILES
from connector.sandbox.servicenow.knobs import Caller
from connector.sandbox.servicenow.refusal import Refusal
from connector.sandbox.servicenow.values import moment
from connector.sandbox.servicenow.world import World
from connector.sandbox.weather import Wire
from connector.values import Done, Refused, WriteResult

_SIDE = "servicenow"
JOURNAL = "sys_journal_field"
_RECOVERED = audit.FATES["undelete"]


class DirectRemoving:
    """Deletes records as our account."""

    def __init__(self, world: World, wire: Wire, me: Callable[[], Caller]) -> None:
        self._world = world
        self._wire = wire
        self._me = me

    def delete(self, record: Address) -> WriteResult:
        """Delete one record; gone already is gone. Articles stay."""
        if record.container == ARTICLE:
            return Refused(NEVER_DELETED)
        path = f"/api/now/table/{record.container}/{record.key}"
        return self._wire.write("DELETE", path, lambda: self._delete(record, f"DELETE {path}"))

    def _delete(self, record: Address, where: str) -> WriteResult:
        with self._world.lock:
            row = self._world.row(record.container, record.key)
            if row is None or self._world.is_hidden(row):
                return Done(record.key)
            try:
                self._world.delete(record.container, record.key, self._me())
            except Refusal as refusal:
                what = f"{refusal.message}: {refusal.detail}"
                return Refused(Rejected(what, side=_SIDE, where=where))
        return Done(record.key)


class Graves:
    """What proves that others deleted something; ``ask`` counts a request."""

    def __init__(
        self, world: World, me: Callable[[], Caller], ask: Callable[[str, str], None]
    ) -> None:
        self._world = world
        self._me = me
        self._ask = ask

    def deleted(self, table: str, keys: Collection[str]) -> dict[str, datetime]:
        """The latest deletion of each of these, unless the record came back since."""
        self._ask("GET", f"/api/now/table/{graves.TABLE}")
        if self.silent() or not keys:
            return {}
        with self._world.lock:
            found = dict(self._stamped(graves.TABLE, table, keys))
        back = self.returned(table, found) if found else {}
        return {key: at for key, at in found.items() if key not in back or back[key] < at}

    def returned(self, table: str, keys: Collection[str]) -> dict[str, datetime]:
        """The latest return of each of these from a deletion."""
        self._ask("GET", f"/api/now/table/{audit.TABLE}")
        if audit.TABLE in self._world.knobs.denied_tables:
            return {}
        with self._world.lock:
            return dict(self._stamped(audit.TABLE, table, keys))

    def _stamped(
        self, lines: str, table: str, keys: Collection[str]
    ) -> Iterator[tuple[str, datetime]]:
        """Lines about these records, oldest first, so that the latest one stays."""
        for row in self._world.rows(lines):
            about = row["tablename"] == table and row["documentkey"] in keys
            if about and row.get("fieldname", _RECOVERED) == _RECOVERED:
                yield row["documentkey"], moment(row["sys_created_on"])

    def silent(self) -> str:
        """Why no deletion is ever proven."""
        hidden = graves.TABLE in self._world.knobs.denied_tables
        if hidden or not self._me().has("admin"):
            return f"the account may not read {graves.TABLE}, so no deletion is proven"
        return ""

    def shows(self, table: str) -> bool:
        """Whether any record of a table is visible."""
        self._ask("GET", f"/api/now/table/{table}")
        if table in self._world.knobs.denied_tables:
            return False
        with self._world.lock:
            return any(not self._world.is_hidden(row) for row in self._world.rows(table))

    def missing_files(self, numbers: Collection[str]) -> frozenset[str]:
        """Files that are answered with 404, each asked for by itself; an account that sees no file
        at all cannot tell."""
        if not numbers or not self.shows(FILES):
            return frozenset()
        return frozenset(number for number in sorted(numbers) if self._missing(number))

    def missing_comments(
        self, table: str, key: str, lane: str, numbers: Collection[str]
    ) -> frozenset[str]:
        """Entries that are not named when asked for; an account that sees no entry of that lane in
        the whole table cannot tell."""
        self._ask("GET", f"/api/now/table/{JOURNAL}")
        if JOURNAL in self._world.knobs.denied_tables:
            return frozenset()
        with self._world.lock:
            shown = [
                row
                for row in self._world.rows(JOURNAL)
                if (row["name"], row["element"]) == (table, lane) and not self._world.is_hidden(row)
            ]
        if not numbers or not shown:
            return frozenset()
        self._ask("GET", f"/api/now/table/{JOURNAL}")
        return frozenset(numbers) - {row["sys_id"] for row in shown if row["element_id"] == key}

    def _missing(self, number: str) -> bool:
        self._ask("GET", f"/api/now/attachment/{number}")
        with self._world.lock:
            row = self._world.row(FILES, number)
            return row is None or self._world.is_hidden(row)
