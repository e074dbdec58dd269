"""Reading lists to their end: by key, in order, stepping over rows that are hidden from us.

The page limit applies before access control, so a short or empty page is not the end: the ``Link``
header is. Paging by offset over moving rows loses some, so each page starts behind the last row
seen (servicenow-api 1.4).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from connector.servicenow.door import Door, Page
from connector.servicenow.query import joined, stamp, term
from connector.servicenow.translate import PLAIN, honest, needed

LIMIT = 1000
Row = dict[str, Any]


def page_of(
    door: Door, table: str, query: str, fields: str, *, limit: int = LIMIT
) -> tuple[tuple[Row, ...], bool]:
    """The first page of at most so many rows, and whether there are more."""
    found = _page(door, table, query, fields, limit=limit)
    return found.rows, found.more


def _page(
    door: Door, table: str, query: str, fields: str, *, offset: int = 0, limit: int = LIMIT
) -> Page:
    params = {
        **PLAIN,
        "sysparm_query": query,
        "sysparm_fields": fields,
        "sysparm_limit": str(limit),
    }
    if offset:
        params["sysparm_offset"] = str(offset)
    found = door.page(f"/table/{table}", params)
    return replace(found, more=found.more or len(found.rows) >= LIMIT)


def stepping(door: Door, table: str, query: str, fields: str) -> tuple[tuple[Row, ...], bool]:
    """The first page of a query that shows something, with pages of hidden rows stepped over."""
    offset = 0
    while True:
        found = _page(door, table, query, fields, offset=offset)
        if found.rows or not found.more:
            return found.rows, found.more
        ahead = found.next_offset or 0
        offset = ahead if ahead > offset else offset + LIMIT


def by_id(door: Door, table: str, scope: str, fields: str) -> Iterator[tuple[Row, ...]]:
    """All rows a scope selects, by ``sys_id``."""
    last = ""
    while True:
        after = term("sys_id", ">", last) if last else ""
        rows, more = stepping(door, table, joined(scope, after, order=("sys_id",)), fields)
        if rows:
            yield rows
            last = needed(rows[-1], "sys_id")
        if not more:
            return


def by_time(
    door: Door, table: str, base: Sequence[str], stamped: str, since: datetime, fields: str
) -> Iterator[tuple[Row, ...]]:
    """All rows stamped ``since`` or later, by time and id, in two alternating phases.

    After a full page that ends at (T, I) first the rest of the second T, then what is later: one
    query with both would need an alternative and a repeated base.
    """
    floor = stamp(since)
    query = joined(*base, term(stamped, ">=", floor), order=(stamped, "sys_id"))
    while True:
        rows, more = stepping(door, table, query, fields)
        honest(rows, stamped, floor)
        if rows:
            yield rows
        if not more or not rows:
            return
        at, last = needed(rows[-1], stamped), needed(rows[-1], "sys_id")
        yield from _rest_of_second(door, table, (*base, term(stamped, "=", at)), last, fields)
        floor = at
        query = joined(*base, term(stamped, ">", at), order=(stamped, "sys_id"))


def _rest_of_second(
    door: Door, table: str, base: Sequence[str], last: str, fields: str
) -> Iterator[tuple[Row, ...]]:
    while True:
        query = joined(*base, term("sys_id", ">", last), order=("sys_id",))
        rows, more = stepping(door, table, query, fields)
        if rows:
            yield rows
            last = needed(rows[-1], "sys_id")
        if not more or not rows:
            return
