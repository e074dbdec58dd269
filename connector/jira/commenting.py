"""Comments: read whole, written once.

Many issues are read together: an issue's own fields hold a page of its comments, and only where
that is not all of them the issue's list is read. On Data Center the page comes from the index, as
records do; it does not tell which comments customers can read, so the issues of a service project
are read one by one.

A comment is internal unless its draft says otherwise: on a service project the platform's API makes
comments public by default, and a work note must never reach a customer. The property that hides it
is sent on every internal comment, also where no customer could read it: it does no harm there, and
an issue may have moved to a service project meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from connector.errors import BrokenAnswer, Gone
from connector.jira.answers import SIDE
from connector.jira.door import Door, issue_path
from connector.jira.facts import Facts
from connector.jira.records import FEW, Records
from connector.jira.translate import PUBLIC_PROPERTY, comment
from connector.outcomes import Lost, behind, outcome, settled, waiting
from connector.values import Comment, CommentDraft, Done, WriteResult

PAGE = 100
INTERNAL = {"key": PUBLIC_PROPERTY, "value": {"internal": True}}


def comment_body(draft: CommentDraft) -> dict[str, Any]:
    """A comment as Jira takes it, by itself or along with a new issue."""
    properties: list[dict[str, Any]] = [{"key": "tandem", "value": {"reference": draft.reference}}]
    if draft.internal:
        properties.append(INTERNAL)
    return {"body": draft.body, "properties": properties}


class Commenting:
    """Reads and adds comments."""

    def __init__(self, door: Door, facts: Facts, records: Records) -> None:
        self._door = door
        self._facts = facts
        self._records = records

    def comments(
        self, container: str, keys: Collection[str], *, fresh: bool
    ) -> tuple[Comment, ...]:
        """All comments of these issues, oldest first; the issues we cannot see have none."""
        ids = list(dict.fromkeys(keys))
        if self._facts.cloud or not (fresh or len(ids) <= FEW or self._facts.is_service(container)):
            rows = self._in_bulk(ids)
        else:
            rows = dict(zip(ids, self._door.parallel(self._all, ids), strict=True))
        dialect = self._facts.dialect()
        found = [comment(row, container, key, dialect) for key in ids for row in rows.get(key, ())]
        return tuple(sorted(found, key=lambda each: (each.created, int(each.id))))

    def comment(self, drafts: Sequence[CommentDraft]) -> list[WriteResult]:
        """Add comments: in order on one issue, side by side on several."""
        lines: dict[str, list[int]] = {}
        for place, draft in enumerate(drafts):
            lines.setdefault(draft.key, []).append(place)
        parts = self._door.parallel(
            lambda places: self._line([drafts[place] for place in places]), list(lines.values())
        )
        results: dict[int, WriteResult] = {}
        for places, part in zip(lines.values(), parts, strict=True):
            results.update(zip(places, part, strict=True))
        return settled([results[place] for place in range(len(drafts))])

    def _line(self, drafts: Sequence[CommentDraft]) -> list[WriteResult]:
        """One issue's comments; behind a doubtful one the others wait, or the order is lost."""
        results: list[WriteResult] = []
        for draft in drafts:
            if results and behind(draft, results[-1]):
                results.append(waiting(results[-1], SIDE))
            else:
                results.append(outcome(partial(self._add, draft)))
        return results

    def _add(self, draft: CommentDraft) -> Done:
        path = issue_path(draft.key, "comment")
        answer = self._door.write("POST", path, comment_body(draft))
        if not isinstance(answer, Mapping) or not answer.get("id"):
            raise Lost(BrokenAnswer("a comment without an id", side=SIDE, where=f"POST {path}"))
        return Done(str(answer["id"]))

    def _in_bulk(self, ids: Sequence[str]) -> dict[str, list[Mapping[str, Any]]]:
        rows: dict[str, list[Mapping[str, Any]]] = {}
        short: list[str] = []
        for issue in self._records.issues(ids, ["comment", "project"], fresh=False):
            fields = issue.get("fields") or {}
            page = fields.get("comment") or {}
            found = list(page.get("comments") or ())
            rows[str(issue["id"])] = found
            # The member is a page: everything else is read from the issue's own list.
            if "total" not in page or int(page["total"]) > len(found) or self._veiled(fields):
                short.append(str(issue["id"]))
        rows.update(zip(short, self._door.parallel(self._all, short), strict=True))
        return rows

    def _veiled(self, fields: Mapping[str, Any]) -> bool:
        """Whether the page leaves open which of its comments customers can read."""
        if self._facts.cloud:
            return False
        return self._facts.is_service(str((fields.get("project") or {}).get("key")))

    def _all(self, key: str) -> list[Mapping[str, Any]]:
        try:
            return list(self._pages(key))
        except Gone:
            return []

    def _pages(self, key: str) -> Iterable[Mapping[str, Any]]:
        start = 0
        while True:
            # Data Center tells only by the property whether customers can read a comment.
            params = {"startAt": str(start), "maxResults": str(PAGE), "expand": "properties"}
            page = self._door.read(issue_path(key, "comment"), params=params, absent=Gone)
            rows = page.get("comments") if isinstance(page, Mapping) else None
            if not isinstance(rows, list):
                raise BrokenAnswer("a comment page without comments", side=SIDE)
            yield from rows
            start += len(rows)
            if not rows or start >= int(page.get("total", 0)):
                return
