"""Small helps for bulk statements: chunks, upserts, and one order for all writers.

Rows are written in the order of their keys, always: two transactions that touch the same rows then
wait for each other instead of stopping each other on PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import Column, ColumnElement, Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

CHUNK = 500
"""Values in one ``IN``: far below either database's limit of parameters."""

T = TypeVar("T")
RowValues: TypeAlias = Mapping[str, Any]


def chunks(values: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """The values in lists of at most ``size``, doubles dropped, order kept."""
    found = list(dict.fromkeys(values))
    for start in range(0, len(found), size):
        yield found[start : start + size]


class Upsert:
    """Insert rows; where the primary key exists, set the columns named in ``update``.

    ``update`` is a list of columns to overwrite, or maps a column to a function that gets the
    offered row and returns the expression to set. Without it, existing rows stay as they are. The
    statement is built once for each database: building it costs more than carrying it out.
    """

    def __init__(
        self,
        table: Table,
        update: Mapping[str, Callable[[Any], ColumnElement[Any]]] | Sequence[str] = (),
    ) -> None:
        self._table = table
        self._update = update
        self._keys = [column.name for column in table.primary_key]
        self._statements: dict[str, Any] = {}

    def __call__(self, connection: Connection, rows: Iterable[RowValues]) -> None:
        """Carry it out; no rows is nothing to do."""
        ordered = sorted(rows, key=lambda row: [str(row[key]) for key in self._keys])
        if not ordered:
            return
        name = connection.dialect.name
        if name not in self._statements:
            self._statements[name] = self._built(postgresql if name == "postgresql" else sqlite)
        connection.execute(self._statements[name], [dict(row) for row in ordered])

    def _built(self, module: Any) -> Any:
        statement = module.insert(self._table)
        offered = statement.excluded
        if isinstance(self._update, Mapping):
            assignments = {name: made(offered) for name, made in self._update.items()}
        else:
            assignments = {name: offered[name] for name in self._update}
        if assignments:
            return statement.on_conflict_do_update(index_elements=self._keys, set_=assignments)
        return statement.on_conflict_do_nothing(index_elements=self._keys)


def column(table: Table, name: str) -> Column[Any]:
    """A column by its name, typed for the checker."""
    return table.c[name]


def new_id(result: Any) -> int:
    """The id the database gave to an inserted row."""
    return int(result.inserted_primary_key[0])
