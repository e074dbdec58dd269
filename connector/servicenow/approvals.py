"""Decisions about changes: who approved or rejected, and when.

A change asks its approvers through rows of ``sysapproval_approver`` (servicenow-api 7). Every row
that holds a decision is read like a comment of the change, in a lane of its own: its id is made of
the row and the decision, so one that is decided anew is another comment. That a decision moves the
change is the rule, but nothing promises it (a group where all have to agree stays as it is), so the
rows have a stream of their own. An account that may not read them misses nothing else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from connector.errors import AccessLost, NotThere, Rejected
from connector.servicenow.door import Door
from connector.servicenow.lists import by_id, by_time
from connector.servicenow.query import chunks, one_of, searchable, term
from connector.servicenow.translate import moment, needed
from connector.values import Comment, Sighting, Stream, StreamKind

CHANGE = "change_request"
TABLE = "sysapproval_approver"
LANE = "approval"
DECISIONS = ("approved", "rejected")
STREAM = Stream("approvals", StreamKind.COMMENTS, (CHANGE,), LANE)
_FIELDS = "sys_id,sysapproval,state,sys_updated_on,approver.name,approver.user_name"
_SIGHTED = "sys_id,sysapproval,state,sys_updated_on"

Row = Mapping[str, Any]


class Approvals:
    """Approvers' answers."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def read(self, keys: Collection[str]) -> tuple[Comment, ...]:
        """All decisions about these changes; none where we may not read them."""
        parts = list(chunks(searchable(sorted(keys))))
        try:
            lists = self._door.parallel(self._rows, parts)
        except (AccessLost, NotThere, Rejected):
            return ()
        return tuple(_comment(row) for one in lists for row in one)

    def _rows(self, keys: Sequence[str]) -> list[Row]:
        query = f"{one_of('sysapproval', keys)}^{one_of('state', DECISIONS)}"
        return [row for page in by_id(self._door, TABLE, query, _FIELDS) for row in page]

    def changed(self, since: datetime) -> Iterator[tuple[Sighting, ...]]:
        """Decisions made since then, oldest first, in pages."""
        base = (
            term("sysapproval.sys_class_name", "=", CHANGE),
            one_of("state", DECISIONS),
        )
        for rows in by_time(self._door, TABLE, base, "sys_updated_on", since, _SIGHTED):
            yield tuple(
                Sighting(CHANGE, needed(row, "sysapproval"), _id(row), _at(row)) for row in rows
            )


def _id(row: Row) -> str:
    return f"{needed(row, 'sys_id')}:{needed(row, 'state')}"


def _at(row: Row) -> datetime:
    return moment(needed(row, "sys_updated_on"))


def _comment(row: Row) -> Comment:
    login, at = str(row.get("approver.user_name") or ""), _at(row)
    name = str(row.get("approver.name") or login)
    return Comment(
        CHANGE, needed(row, "sysapproval"), _id(row), LANE, login, name, at, at,
        f"Approval: {row['state']} by {name} at {at:%Y-%m-%d %H:%M:%S} UTC.", internal=True,
    )  # fmt: skip
