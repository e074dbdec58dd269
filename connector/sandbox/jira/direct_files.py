"""Files for the direct adapter: what the real one gets, without the wire."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import partial
from typing import BinaryIO

from connector.contents import File, FileDraft
from connector.errors import ConnectorError, Gone, Rejected
from connector.outcomes import outcome
from connector.sandbox.content import Content
from connector.sandbox.jira import attachments
from connector.sandbox.jira.author import Author
from connector.sandbox.jira.call import Settings
from connector.sandbox.jira.model import Attachment, Issue
from connector.sandbox.jira.problems import Refusal
from connector.sandbox.jira.world import World
from connector.sandbox.weather import Wire
from connector.streaming import CHUNK, Sink, Upload
from connector.values import Done, NotSent, Refused, WriteResult

_SIDE = "jira"
_API = "/rest/api/2"


class DirectFiles:
    """Files of the integration account."""

    def __init__(self, world: World, settings: Settings, wire: Wire) -> None:
        self._world = world
        self._settings = settings
        self._wire = wire
        self._author = Author(world.site.me)

    def of_issues(self, container: str, issues: Iterable[Issue]) -> tuple[File, ...]:
        """All files of these issues, oldest first."""
        rows = [self._file(container, issue, row) for issue in issues for row in issue.attachments]
        return tuple(sorted(rows, key=lambda row: (row.created, int(row.id))))

    def _file(self, container: str, issue: Issue, row: Attachment) -> File:
        return File(
            container=container,
            key=issue.id,
            id=row.id,
            name=row.name,
            size=row.content.size,
            type=row.type,
            author=row.author,
            author_name=self._world.users[row.author].name,
            created=row.created,
        )

    def fetch(self, file: File, into: BinaryIO) -> str:
        """The content into a file; its digest."""
        place = f"attachment/content/{file.id}"
        where = f"{_API}/{place}" if self._world.site.cloud else f"/secure/attachment/{file.id}/"
        self._wire.read(where)
        with self._world.lock:
            _, row = self._held(file.id)
        sink = Sink(into, file, _SIDE)
        sink.take(row.content.chunks(), f"GET {where}")
        return sink.digest

    def attach(self, draft: FileDraft) -> WriteResult:
        """One new file."""
        try:
            Upload(draft.path, draft.size, draft.type).check(_SIDE)
        except ConnectorError as error:
            return NotSent(error)
        with draft.path.open("rb") as file:
            content = Content.gathered(iter(lambda: file.read(CHUNK), b""))
        path = f"{_API}/issue/{draft.key}/attachments"
        do = partial(self._add, draft, content)
        return self._wire.write("POST", path, lambda: self._attempt(f"POST {path}", do))

    def _add(self, draft: FileDraft, content: Content) -> Done:
        issue = self._world.issue(draft.key)
        if issue is None or self._world.is_hidden(issue) or not self._settings.attachments:
            raise Gone(f"issue {draft.key} is gone or hidden", side=_SIDE)
        attachments.check(issue, [content], self._settings.upload_limit)
        made = attachments.attach(self._world, self._author, issue, draft.name, draft.type, content)
        return Done(made.id, made.name)

    def detach(self, file: File) -> WriteResult:
        """Delete one file; gone already is gone."""
        path = f"{_API}/attachment/{file.id}"

        def do() -> Done:
            try:
                issue, row = self._held(file.id)
            except Gone:
                return Done(file.id)
            if row.author != self._author.key:
                what = "Jira lets us delete our own files only"
                raise Rejected(what, side=_SIDE, where=f"DELETE {path}", field="attachment")
            attachments.detach(self._world, self._author, issue, row)
            return Done(file.id)

        def once() -> WriteResult:
            self._wire.rewrite("DELETE", path)
            return self._attempt(f"DELETE {path}", do)

        return outcome(once)

    def limit(self) -> int:
        """The largest file in bytes."""
        self._wire.read(f"{_API}/attachment/meta")
        return self._settings.upload_limit if self._settings.attachments else 0

    def _held(self, number: str) -> tuple[Issue, Attachment]:
        found = attachments.found(self._world, number)
        if found is None or self._world.is_hidden(found[0]):
            raise Gone("the file is gone or hidden", side=_SIDE)
        return found

    def _attempt(self, where: str, do: Callable[[], Done]) -> WriteResult:
        try:
            with self._world.lock:
                return do()
        except Refusal as problem:
            said = "; ".join(json.loads(problem.response.body).get("errorMessages", ()))
            return Refused(Rejected(said, side=_SIDE, where=where, field="attachment"))
        except Gone as problem:
            return NotSent(problem)
