"""Files for the direct adapter: what the real one gets, without the wire."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import BinaryIO

from connector.contents import File, FileDraft
from connector.errors import ConnectorError, Gone, Rejected, RetryLater
from connector.outcomes import outcome
from connector.sandbox.content import Content
from connector.sandbox.servicenow import attachments
from connector.sandbox.servicenow.attachments import PASTED, PENDING, TABLE, WITHHELD
from connector.sandbox.servicenow.direct_shapes import full_name
from connector.sandbox.servicenow.knobs import Caller
from connector.sandbox.servicenow.refusal import Refusal
from connector.sandbox.servicenow.schema import Row
from connector.sandbox.servicenow.values import moment
from connector.sandbox.servicenow.world import World
from connector.sandbox.weather import Wire
from connector.streaming import CHUNK, Sink, Upload
from connector.values import Done, NotSent, Refused, WriteResult

_SIDE = "servicenow"
_API = "/api/now/attachment"
Select = Callable[[str, str, int], list[Row]]


class DirectFiles:
    """Files of one account. ``select`` is a query on a table for so many keys."""

    def __init__(self, world: World, wire: Wire, me: Callable[[], Caller], select: Select) -> None:
        self._world = world
        self._wire = wire
        self._me = me
        self._select = select

    def read(self, table: str, keys: Collection[str]) -> tuple[File, ...]:
        """All files of these records, oldest first."""
        query = f"table_sys_idIN{','.join(keys)}^table_nameIN{table},{PASTED}{table}"
        rows = self._select(TABLE, query, len(keys))
        rows.sort(key=lambda row: (row["sys_created_on"], row["sys_id"]))
        return tuple(self._file(row) for row in rows)

    def _file(self, row: Row) -> File:
        login = row["sys_created_by"]
        return File(
            container=row["table_name"].removeprefix(PASTED),
            key=row["table_sys_id"],
            id=row["sys_id"],
            name=row["file_name"],
            size=int(row["size_bytes"]),
            type=row["content_type"],
            author=login,
            author_name=full_name(self._world, login),
            created=moment(row["sys_created_on"]),
            digest=row["hash"],
            inline=row["table_name"].startswith(PASTED),
        )

    def fetch(self, file: File, into: BinaryIO) -> str:
        """The content into a file; its digest."""
        path = f"{_API}/{file.id}/file"
        self._wire.read(path)
        with self._world.lock:
            row = self._world.row(TABLE, file.id)
            if row is None or self._world.is_hidden(row):
                raise Gone("the file is not visible", side=_SIDE, where=f"GET {path}")
            _check_scan(row, f"GET {path}")
            held = attachments.content(self._world, row)
        sink = Sink(into, file, _SIDE)
        sink.take(held.chunks(), f"GET {path}")
        return sink.digest

    def attach(self, draft: FileDraft) -> WriteResult:
        """One new file."""
        try:
            Upload(draft.path, draft.size, draft.type).check(_SIDE)
        except ConnectorError as error:
            return NotSent(error)
        with draft.path.open("rb") as file:
            content = Content.gathered(iter(lambda: file.read(CHUNK), b""))

        def do() -> WriteResult:
            place = (draft.container, draft.key)
            if draft.key in self._world.knobs.hidden_rows:
                return NotSent(_gone(f"POST {_API}/file"))
            row = attachments.attach(
                self._world, self._me(), place, draft.name, draft.type, content
            )
            return Done(row["sys_id"], row["file_name"], digest=row["hash"])

        path = f"{_API}/file"
        return self._wire.write("POST", path, lambda: self._attempt(f"POST {path}", do))

    def detach(self, file: File) -> WriteResult:
        """Delete one file; gone already is gone."""
        path = f"{_API}/{file.id}"

        def do() -> WriteResult:
            row = self._world.row(TABLE, file.id)
            if row is not None and not self._world.is_hidden(row):
                attachments.detach(self._world, self._me(), file.id)
            return Done(file.id)

        def once() -> WriteResult:
            self._wire.rewrite("DELETE", path)
            return self._attempt(f"DELETE {path}", do)

        return outcome(once)

    def _attempt(self, where: str, do: Callable[[], WriteResult]) -> WriteResult:
        try:
            with self._world.lock:
                return do()
        except Refusal as refusal:
            if refusal.status == 404:
                return NotSent(_gone(where))
            what = f"{refusal.message}: {refusal.detail}"
            return Refused(Rejected(what, side=_SIDE, where=where, field="attachment"))


def _gone(where: str) -> Gone:
    return Gone("the record is gone or hidden", side=_SIDE, where=where)


def _check_scan(row: Row, where: str) -> None:
    if row["state"] == PENDING:
        raise RetryLater("this file is being scanned", side=_SIDE, where=where)
    if row["state"] == WITHHELD:
        raise Rejected("this file is withheld", side=_SIDE, where=where, field="attachment")
