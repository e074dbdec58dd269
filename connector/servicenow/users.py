"""People and groups as ServiceNow keeps them (``sys_user``, ``sys_user_group``).

A condition on a column that does not exist is passed over and selects everybody (servicenow-api
1.2), so what comes back is compared with what was asked for, and a column that a mapping names has
to stand in every row. Groups seldom change: those that were found are kept in Memory for a day.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from connector.base import Memory
from connector.errors import NotThere
from connector.servicenow.answers import SIDE
from connector.servicenow.door import Door
from connector.servicenow.lists import page_of
from connector.servicenow.query import chunks, one_of, searchable
from connector.servicenow.translate import group, person
from connector.values import Group, Person

KEPT = timedelta(hours=24)
_PEOPLE = "sys_id,user_name,name,email,active"
_GROUPS = "sys_id,name,active"
_MEMO = "groups"


class Users:
    """Looks people and groups up."""

    def __init__(self, door: Door, memory: Memory) -> None:
        self._door = door
        self._memory = memory

    def people(self, asked: Mapping[str, Collection[str]], column: str = "") -> tuple[Person, ...]:
        """Persons by columns of ``sys_user`` and the values looked for in each."""
        fields = f"{_PEOPLE},{column}" if column else _PEOPLE
        found: dict[str, Person] = {}
        for name, values in asked.items():
            wanted = {value.casefold() for value in values}
            for row in self._rows("sys_user", name, values, fields):
                if column and column not in row:
                    raise _no_column(column)
                if str(row.get(name) or "").casefold() in wanted:
                    one = person(row, column)
                    found[one.key] = one
        return tuple(found.values())

    def groups(self, keys: Collection[str], names: Collection[str]) -> tuple[Group, ...]:
        """Groups by ``sys_id`` and by exact name; asked are those that are not remembered."""
        held = self._recalled()
        asked = {
            "sys_id": [key for key in keys if key not in held],
            "name": [name for name in names if not _called(held, name)],
        }
        fresh = [
            group(row)
            for name, values in asked.items()
            for row in self._rows("sys_user_group", name, values, _GROUPS)
        ]
        if fresh:
            held |= {one.key: one for one in fresh}
            self._keep(held)
        wanted = {name.casefold() for name in names}
        return tuple(
            one for one in held.values() if one.key in keys or one.name.casefold() in wanted
        )

    def _rows(
        self, table: str, name: str, values: Collection[str], fields: str
    ) -> Iterator[Mapping[str, Any]]:
        for part in chunks(searchable(sorted(values))):
            rows, _ = page_of(self._door, table, one_of(name, part), fields)
            yield from rows

    def _recalled(self) -> dict[str, Group]:
        """Groups that are remembered; what is old or damaged counts for nothing."""
        text = self._memory.get(f"{self._door.host}:{_MEMO}")
        if text is None:
            return {}
        try:
            held = json.loads(text)
            old = self._door.clock_now() - datetime.fromisoformat(held["at"]) > KEPT
            rows = () if old else held["rows"]
            return {row["key"]: Group(**row) for row in rows}
        except (ValueError, KeyError, TypeError, AttributeError):
            return {}

    def _keep(self, held: Mapping[str, Group]) -> None:
        at = self._door.clock_now().isoformat()
        text = json.dumps({"at": at, "rows": [asdict(one) for one in held.values()]})
        self._memory.put(f"{self._door.host}:{_MEMO}", text)


def _called(held: Mapping[str, Group], name: str) -> bool:
    return any(one.name.casefold() == name.casefold() for one in held.values())


def _no_column(column: str) -> NotThere:
    return NotThere(
        f"sys_user has no column {column} that is shown to us",
        side=SIDE,
        where="GET /api/now/table/sys_user",
        remedy="Correct people.servicenow_field in the people file, or give the account the right "
        "to read the column.",
    )
