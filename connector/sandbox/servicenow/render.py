"""Rows as the Table API shows them: plain or display values or both, with or without links."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from connector.sandbox.servicenow.evaluate import Evaluation
from connector.sandbox.servicenow.knobs import Caller
from connector.sandbox.servicenow.schema import Column, Row
from connector.sandbox.servicenow.values import FORMAT, moment
from connector.sandbox.servicenow.world import World

_JOURNALS = ("journal_input", "journal_list")


@dataclass(frozen=True, slots=True)
class Shape:
    """What the caller asked to see. ``display`` is ``false``, ``true`` or ``all``."""

    fields: tuple[str, ...] = ()
    display: str = "false"
    links: bool = True
    host: str = ""


class Renderer:
    """Shows rows of one table to one caller."""

    def __init__(self, world: World, table: str, caller: Caller, shape: Shape) -> None:
        self._world = world
        self._shape = shape
        wanted = shape.fields or tuple(world.schema.columns(table))
        paths = Evaluation(world, table, caller)
        found = ((name, paths.path(name)) for name in dict.fromkeys(wanted))
        self._cells: list[tuple[str, Callable[[Row], str], Column, str]] = [
            (name, path[0], path[1], path[2]) for name, path in found if path is not None
        ]

    def show(self, row: Row) -> dict[str, Any]:
        """One row; unknown names are left out, hidden columns read as empty."""
        return {
            name: self._cell(row, get(row), column, owner)
            for name, get, column, owner in self._cells
        }

    def _cell(self, row: Row, value: str, column: Column, owner: str) -> Any:
        hidden = self._world.knobs.hidden_fields
        kept = value
        if hidden and f"{owner}.{column.name}" in hidden:
            kept = ""
        if self._shape.display == "false":
            return self._plain(kept, column)
        shown = self._displayed(row, kept, column, owner)
        if self._shape.display == "all":
            return self._both(kept, shown, column)
        if column.kind == "reference" and kept and self._shape.links:
            return {"display_value": shown, "link": self._link(column, kept)}
        return shown or ""

    def _plain(self, value: str, column: Column) -> Any:
        if column.kind == "reference" and value and self._shape.links:
            return {"link": self._link(column, value), "value": value}
        return value

    def _both(self, value: str, shown: str | None, column: Column) -> dict[str, Any]:
        both: dict[str, Any] = {"display_value": shown, "value": value}
        if column.kind == "reference" and value and self._shape.links:
            both["link"] = self._link(column, value)
        return both

    def _link(self, column: Column, value: str) -> str:
        return f"{self._shape.host}/api/now/table/{column.reference}/{value}"

    def _displayed(self, row: Row, value: str, column: Column, owner: str) -> str | None:
        if column.kind in _JOURNALS:
            return self._journal(row, column)
        if column.kind == "reference":
            return self._world.display(column.reference, value) if value else ""
        if column.choice:
            table = row.get("sys_class_name") or owner
            return self._world.schema.choice_label(table, column.name, value) if value else None
        if column.kind == "glide_date_time" and value:
            return self._local(value)
        if column.kind == "boolean":
            return value or "false"
        if column.kind == "integer" and value:
            return f"{int(value):,}"
        return value

    def _local(self, value: str) -> str:
        hours = timedelta(hours=self._world.knobs.time_zone_hours)
        return (moment(value) + hours).strftime(FORMAT)

    def _journal(self, row: Row, column: Column) -> str:
        parts = []
        for note in reversed(self._world.notes(row["sys_id"])):
            if column.kind == "journal_list" or note["element"] == column.name:
                author = self._world.user_id(note["sys_created_by"])
                name = self._world.display("sys_user", author) or note["sys_created_by"]
                owner = self._world.schema.column(note["name"], note["element"])
                title = owner.title if owner else note["element"]
                head = f"{self._local(note['sys_created_on'])} - {name} ({title})"
                parts.append(f"{head}\n{note['value']}\n\n")
        return "".join(parts)
