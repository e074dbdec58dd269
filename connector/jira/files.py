"""Attachments: told by their issues, one by one in and out.

An issue's field ``attachment`` holds all of its files, so many issues are read as records are; on
Data Center that goes through the index. A content comes from the API on Cloud, which would rather
send us to another host and is asked not to; where it does all the same, :mod:`connector.outside`
follows. On Data Center it has an address in the web interface, made here from id and name: an
address that somebody else wrote is never asked with our credentials.

An upload is a form that is read from the disk while it goes out (RFC 7578). The same name twice
makes two files, so one with an unclear fate is not sent again. Quotes and line ends of a name go
out as browsers write them, and stay so: the name that Jira shows then differs from the draft's.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any, BinaryIO
from urllib.parse import quote

from connector.contents import File, FileDraft
from connector.errors import BrokenAnswer, Gone, NotThere, RetryLater
from connector.jira.answers import SIDE
from connector.jira.client import CONTENT
from connector.jira.door import Door, issue_path
from connector.jira.facts import Facts
from connector.jira.records import Records
from connector.jira.translate import file
from connector.outcomes import Lost, outcome
from connector.streaming import Sink, Upload, content_type
from connector.values import Done, WriteResult
from connector.wire import NeverSent

FIELD = "attachment"
_ESCAPES = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})
"""What a name in a form must not hold, as browsers write it (WHATWG, multipart/form-data)."""


class Files:
    """Files on issues."""

    def __init__(self, door: Door, facts: Facts, records: Records) -> None:
        self._door = door
        self._facts = facts
        self._records = records

    def read(self, container: str, keys: Collection[str], *, fresh: bool) -> tuple[File, ...]:
        """All files of these issues, oldest first; the issues we cannot see have none."""
        issues = self._records.issues(list(dict.fromkeys(keys)), [FIELD], fresh=fresh)
        dialect = self._facts.dialect()
        found = [
            file(row, container, str(issue["id"]), dialect)
            for issue in issues
            for row in self._rows(issue)
        ]
        return tuple(sorted(found, key=lambda each: (each.created, int(each.id))))

    def _rows(self, issue: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        rows = (issue.get("fields") or {}).get(FIELD)
        if isinstance(rows, list):
            return rows
        if self._facts.upload_limit() == 0:
            return ()
        raise NotThere(
            f"Jira does not show which files hang on issue {issue.get('key') or issue.get('id')}",
            side=SIDE,
            remedy="Show the field Attachment in the project's field configuration.",
        )

    def fetch(self, file: File, into: BinaryIO) -> str:
        """The content into a file; its digest."""
        sink = Sink(into, file, SIDE)
        if self._facts.cloud:
            path = CONTENT + quote(file.id, safe="")
            self._door.fetch(path, sink, params={"redirect": "false"})
        else:
            name = quote(file.name, safe="")
            self._door.fetch(f"/secure/attachment/{quote(file.id, safe='')}/{name}", sink)
        return sink.digest

    def attach(self, draft: FileDraft) -> WriteResult:
        """One new file; never sent again when its fate is unclear."""
        return outcome(lambda: self._attach(draft))

    def _attach(self, draft: FileDraft) -> Done:
        path = issue_path(draft.key, "attachments")
        answer = self._door.upload(path, form(draft, uuid.uuid4().hex))
        row = answer[0] if isinstance(answer, list) and answer else None
        if not isinstance(row, Mapping) or not row.get("id"):
            raise Lost(BrokenAnswer("an upload without an id", side=SIDE, where=f"POST {path}"))
        return Done(str(row["id"]), str(row.get("filename") or draft.name))

    def detach(self, file: File) -> WriteResult:
        """Delete one file; gone already is gone."""
        return outcome(lambda: self._detach(file))

    def _detach(self, file: File) -> Done:
        path = f"attachment/{quote(file.id, safe='')}"
        try:
            self._door.rewrite("DELETE", path, None, absent=Gone)
        except Gone:
            return Done(file.id)
        except NeverSent:
            raise
        except (RetryLater, BrokenAnswer) as error:
            raise Lost(error) from error
        return Done(file.id)


def form(draft: FileDraft, boundary: str) -> Upload:
    """A form with one file in it; the boundary is one that no content holds by chance."""
    head = (
        f"--{boundary}\r\n"
        f'Content-Disposition: form-data; name="file"; filename="{draft.name.translate(_ESCAPES)}"'
        f"\r\nContent-Type: {content_type(draft.type)}\r\n\r\n"
    )
    tail = f"\r\n--{boundary}--\r\n"
    outer = f"multipart/form-data; boundary={boundary}"
    return Upload(draft.path, draft.size, outer, head.encode(), tail.encode())
