"""What the fake ServiceNow tells the direct adapter of people, groups and columns."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Protocol

from connector.errors import NotThere
from connector.sandbox.servicenow import direct_shapes as shapes
from connector.sandbox.servicenow.schema import Row
from connector.sandbox.servicenow.world import World
from connector.values import Group, KindInfo, Person, Placing

_SIDE = "servicenow"


class Select(Protocol):
    """Rows of a table that our account sees, read over the wire."""

    def __call__(self, table: str, query: str) -> list[Row]: ...


class DirectPeople:
    """Answers from what our account sees; ``read`` counts a request and lets the weather strike."""

    def __init__(self, world: World, select: Select, read: Callable[[str], None]) -> None:
        self._world = world
        self._select = select
        self._read = read

    def people(self, wanted: Mapping[str, Collection[str]], column: str) -> tuple[Person, ...]:
        """Persons by the wanted values of columns; ``column`` is one of the customer's own."""
        if not any(wanted.values()):
            return ()
        if column and column not in self._world.schema.columns("sys_user"):
            raise NotThere(f"sys_user has no column {column} that is shown to us", side=_SIDE)
        return tuple(shapes.person(row, column) for row in self._holding("sys_user", wanted))

    def groups(self, keys: Collection[str], names: Collection[str]) -> tuple[Group, ...]:
        """Groups by key and by name."""
        if not keys and not names:
            return ()
        rows = self._holding("sys_user_group", {"sys_id": keys, "name": names})
        return tuple(map(shapes.group, rows))

    def kinds(self, container: str) -> tuple[KindInfo, ...]:
        """The one kind of a table: its class."""
        self._read("/api/now/table/sys_dictionary")
        self._read("/api/now/table/sys_choice")
        if container not in self._world.schema.tables:
            raise NotThere(f"Invalid table {container}", side=_SIDE)
        return (shapes.kind(self._world.schema, container),)

    def placings(self, container: str, names: Collection[str]) -> dict[str, Placing]:
        """A column is there or not."""
        known = {field.name for one in self.kinds(container) for field in one.fields}
        return {name: Placing((name,) if name in known else (), edit=True) for name in names}

    def _holding(self, table: str, wanted: Mapping[str, Collection[str]]) -> list[Row]:
        """Rows that hold one of the wanted values in its column."""
        folded = {name: {one.casefold() for one in found} for name, found in wanted.items()}
        return [
            row
            for row in self._select(table, "")
            if any(row.get(name, "").casefold() in found for name, found in folded.items())
        ]
