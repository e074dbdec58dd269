"""Checks of value tables: every value has its counterpart, and no row contradicts another. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mappings.nodes import Document, Path
from mappings.schema import FieldPart, RowPart
from mappings.sides import Side
from mappings.tables import CATEGORY, IMPACT_AND_URGENCY
from mappings.templates import sound

CATEGORIES = ("new", "indeterminate", "done")
_NEED = frozenset({"value", "status"})


def tables(document: Document, path: Path, part: FieldPart) -> None:
    """Judge the table of one field."""
    if part.as_ in _NEED and not part.table:
        document.complain(path, f"`as: {part.as_}` needs a table", "Add `table:` with rows.")
    for index, row in enumerate(part.table):
        where = (*path, "table", index)
        for text, remedy in (*_twice(row), *_categories(part, row), *_priorities(part, row)):
            document.complain(where, text, remedy)
    for index, first in _repeated(part.table):
        document.complain(
            (*path, "table", index), f"this row repeats row {first + 1}", "Remove one of them."
        )
    if part.closing:
        _closing(document, (*path, "closing"), part)


def _twice(row: RowPart) -> Iterator[tuple[str, str]]:
    for names in (row.servicenow, [*row.jira, *(row.or_else or ())]):
        folded = [name.casefold() for name in names]
        for name in dict.fromkeys(name for name in folded if folded.count(name) > 1):
            yield f"{name!r} stands twice in this row", "Name each alternative once."


def _categories(part: FieldPart, row: RowPart) -> Iterator[tuple[str, str]]:
    for name in (*row.servicenow, *row.jira, *(row.or_else or ())):
        if not name.startswith(CATEGORY):
            continue
        if name.removeprefix(CATEGORY) not in CATEGORIES:
            yield f"unknown status category {name!r}", f"One of: {', '.join(CATEGORIES)}."
        elif part.as_ != "status" or name in row.servicenow:
            yield f"{name!r} is for Jira statuses only", "Name the values."


def _priorities(part: FieldPart, row: RowPart) -> Iterator[tuple[str, str]]:
    if part.as_ == "priority":
        for value in row.servicenow:
            if value not in IMPACT_AND_URGENCY:
                yield f"unknown ServiceNow priority {value!r}", "Use 1 to 5."


def _repeated(rows: Sequence[RowPart]) -> Iterator[tuple[int, int]]:
    """Rows that say what an earlier one says: its values would never be chosen."""
    for index, row in enumerate(rows):
        for first, other in enumerate(rows[:index]):
            if _same(row.servicenow, other.servicenow) and _same(row.jira, other.jira):
                yield index, first
                break


def _same(names: Sequence[str], others: Sequence[str]) -> bool:
    return {name.casefold() for name in names} == {name.casefold() for name in others}


def _closing(document: Document, path: Path, part: FieldPart) -> None:
    known = {value for row in part.table for value in row.servicenow}
    given = part.closing
    if given is None:
        return
    for key, states in (("states", given.states), ("resolutions", list(given.resolutions))):
        for state in states:
            if part.table and state not in known:
                document.complain(
                    (*path, key), f"the state {state!r} stands in no row", "Add a row for it."
                )


def entering(document: Document, path: Path, part: FieldPart) -> None:
    """Judge what goes along with a move."""
    for index, one in enumerate(part.entering):
        where = (*path, "entering", index)
        rows = [row.servicenow if one.side is Side.SERVICENOW else row.jira for row in part.table]
        known = {value for names in rows for value in names}
        for state in one.states:
            if part.table and state not in known:
                document.complain(where, f"the state {state!r} stands in no row", "Add a row.")
        if not all(map(sound, one.set.values())):
            document.complain(where, "a template takes plain {names} only", "Correct the braces.")
