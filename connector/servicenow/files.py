"""Attachments: their data by the Table API, their contents by the Attachment API.

Lists read ``sys_attachment`` as every other table is read: the page limit comes before access
rules, and stamps have whole seconds. A content may be held back by the virus scan; no document says
how the Attachment API answers then, so after any refusal the row itself is asked for its ``state``.
An upload is answered with the new row; a lost answer leaves it open whether there is one.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import BinaryIO
from urllib.parse import quote

from connector.contents import File, FileDraft
from connector.errors import (
    AccessLost,
    BrokenAnswer,
    ConnectorError,
    Gone,
    NotThere,
    Rejected,
    RetryLater,
)
from connector.outcomes import Lost, outcome
from connector.servicenow.answers import SIDE
from connector.servicenow.door import Door
from connector.servicenow.facts import Facts
from connector.servicenow.lists import Row, by_id, by_time, page_of
from connector.servicenow.query import chunks, joined, one_of, searchable, term
from connector.servicenow.translate import PASTED, file, file_sighting
from connector.streaming import Sink, Upload, content_type
from connector.values import Done, Sighting, WriteResult
from connector.wire import NeverSent

TABLE = "sys_attachment"
FIELDS = (
    "sys_id,table_name,table_sys_id,file_name,size_bytes,content_type,hash,"
    "sys_created_on,sys_created_by"
)
SIGHTED = "sys_id,table_name,table_sys_id,sys_created_on"
LIMIT = "com.glide.attachment.max_size"
MEGABYTE = 1024 * 1024
READY = ("", "available", "available_conditionally")
"""States of a file that nothing holds back."""


class Files:
    """Files on records."""

    def __init__(self, door: Door, facts: Facts) -> None:
        self._door = door
        self._facts = facts
        self._lock = threading.Lock()
        self._asked = False
        self._limit: int | None = None

    def changed(self, tables: Sequence[str], since: datetime) -> Iterator[tuple[Sighting, ...]]:
        """New files on these tables since then, oldest first, in pages."""
        base = (one_of("table_name", tables),)
        for rows in by_time(self._door, TABLE, base, "sys_created_on", since, SIGHTED):
            yield tuple(map(file_sighting, rows))

    def read(self, table: str, keys: Collection[str]) -> tuple[File, ...]:
        """All files of these records, oldest first."""
        parts = list(chunks(searchable(sorted(keys))))
        lists = self._door.parallel(lambda part: self._rows(table, part), parts)
        rows = [row for one in lists for row in one]
        names = self._facts.names(str(row.get("sys_created_by") or "") for row in rows)
        found = [file(row, names) for row in rows]
        return tuple(sorted(found, key=lambda one: (one.created, one.id)))

    def _rows(self, table: str, keys: Sequence[str]) -> list[Row]:
        tables = one_of("table_name", (table, f"{PASTED}{table}"))
        query = joined(one_of("table_sys_id", keys), tables)
        return [row for page in by_id(self._door, TABLE, query, FIELDS) for row in page]

    def fetch(self, file: File, into: BinaryIO) -> str:
        """The content into a file; its digest."""
        sink = Sink(into, file, SIDE)
        path = f"{_path(file)}/file"
        try:
            self._door.fetch(path, sink)
        except (AccessLost, Gone, Rejected, NotThere) as error:
            raise self._kept_back(file, f"GET /api/now{path}", error) from error
        return sink.digest

    def _kept_back(self, file: File, where: str, error: ConnectorError) -> ConnectorError:
        """Why a content is not given out: gone, held back by a scan, or whatever was said."""
        rows, _ = page_of(self._door, TABLE, term("sys_id", "=", file.id), "sys_id,state")
        if not rows:
            return Gone("the file is not visible", side=SIDE, where=where)
        state = str(rows[0].get("state") or "")
        if state == "not_available":
            remedy = "Ask who looks after Antivirus Scanning there; nothing else can be done."
            what = "ServiceNow gives this file to nobody: its virus scan says so"
            return Rejected(what, side=SIDE, where=where, field="attachment", remedy=remedy)
        if state not in READY:
            what = f"ServiceNow does not give this file out yet: it is {state}"
            return RetryLater(what, side=SIDE, where=where)
        return error

    def attach(self, draft: FileDraft) -> WriteResult:
        """One new file; never sent again when its fate is unclear."""
        return outcome(lambda: self._attach(draft))

    def _attach(self, draft: FileDraft) -> Done:
        params = {
            "table_name": draft.container,
            "table_sys_id": draft.key,
            "file_name": draft.name,
        }
        path = "/attachment/file"
        upload = Upload(draft.path, draft.size, content_type(draft.type))
        row = self._door.upload(path, params, upload)
        if not isinstance(row, dict) or not row.get("sys_id"):
            what = "the answer to an upload names no file"
            raise Lost(BrokenAnswer(what, side=SIDE, where=f"POST /api/now{path}"))
        name, digest = str(row.get("file_name") or draft.name), str(row.get("hash") or "")
        return Done(str(row["sys_id"]), name, digest=digest)

    def detach(self, file: File) -> WriteResult:
        """Delete one file; gone already is gone."""
        return outcome(lambda: self._detach(file))

    def _detach(self, file: File) -> Done:
        try:
            self._door.delete(_path(file))
        except Gone:
            return Done(file.id)
        except NeverSent:
            raise
        except (RetryLater, BrokenAnswer) as error:
            raise Lost(error) from error
        return Done(file.id)

    def limit(self) -> int | None:
        """The largest file in bytes, asked for once; the property counts in megabytes."""
        with self._lock:
            if not self._asked:
                self._limit = self._property()
                self._asked = True
            return self._limit

    def _property(self) -> int | None:
        try:
            rows, _ = page_of(
                self._door, "sys_properties", term("name", "=", LIMIT), "sys_id,value"
            )
        except (AccessLost, NotThere):
            return None
        text = str(rows[0].get("value") or "") if rows else ""
        return int(text) * MEGABYTE if text.isdigit() and int(text) else None


def _path(file: File) -> str:
    return f"/attachment/{quote(file.id, safe='')}"
