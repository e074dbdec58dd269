"""What an instance is made of: columns and choices of a table; our own account, authors' names.

Asked once and kept in Memory for a day; a table's columns come from its whole class hierarchy, the
nearest class first (``sys_dictionary``, ``sys_choice``; servicenow-api 8).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from connector.base import Memory
from connector.errors import NotThere
from connector.servicenow.answers import SIDE
from connector.servicenow.door import Door
from connector.servicenow.lists import Row, by_id, page_of
from connector.servicenow.query import chunks, joined, one_of, searchable, term
from connector.servicenow.translate import needed, person
from connector.values import Choice, FieldInfo, KindInfo, Person

KEPT = timedelta(hours=24)
AGAIN = timedelta(minutes=5)
"""How long what was read about a class serves for other tables that extend it."""

_PEOPLE = "sys_id,user_name,name,email,active"
_DICTIONARY = "sys_id,name,element,column_label,internal_type,mandatory,read_only,max_length"
_CHOICE = "sys_id,name,element,value,label,dependent_value,sequence"


class Facts:
    """Slow-moving knowledge about one instance."""

    def __init__(self, door: Door, memory: Memory) -> None:
        self._door = door
        self._memory = memory
        self._names: dict[str, str] = {}
        self._self: Person | None = None
        self._classes: dict[tuple[str, str], tuple[datetime, list[Row]]] = {}

    def kind(self, table: str) -> KindInfo:
        """A table with its columns and choices. Raises ``NotThere``."""
        known = self._recall(table)
        if known is not None:
            return known
        chain = self._chain(table)
        held = {"fields": self._columns(chain), "choices": self._choices(chain)}
        self._keep(f"kind:{table}", held)
        return _kind(table, held)

    def names(self, logins: Iterable[str]) -> Mapping[str, str]:
        """Login names to the names people know."""
        asked = {login for login in logins if login}
        unknown = sorted(asked - self._names.keys())
        for part in chunks(searchable(unknown)):
            rows = self._users(one_of("user_name", part))
            named = {str(row.get("user_name")): str(row.get("name") or "") for row in rows}
            self._names.update({login: named.get(login, "") for login in part})
        return {login: self._names.get(login) or login for login in asked}

    def me(self, user: str) -> Person | None:
        """Our own account: by login where we know it, else as the instance sees us."""
        query = term("user_name", "=", user) if user else "sys_id=javascript:gs.getUserID()"
        rows = self._users(query)
        self._self = person(rows[0]) if rows else None
        return self._self

    def myself(self, user: str) -> Person | None:
        """Our own account, asked for once."""
        return self._self or self.me(user)

    def _users(self, query: str) -> tuple[dict[str, Any], ...]:
        rows, _ = page_of(self._door, "sys_user", query, _PEOPLE)
        return rows

    def _chain(self, table: str) -> list[str]:
        """The table and the classes it extends, nearest first."""
        chain, name = [], table
        while name and name not in chain:
            fields = "sys_id,name,super_class.name"
            rows = self._about([name], "sys_db_object", "", fields)
            if not rows:
                break
            chain.append(str(rows[0].get("name") or name))
            name = str(rows[0].get("super_class.name") or "")
        if not chain:
            raise NotThere(f"there is no table {table}", side=SIDE)
        return chain

    def _columns(self, chain: list[str]) -> list[dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        rows = self._about(chain, "sys_dictionary", term("element", "ISNOTEMPTY", ""), _DICTIONARY)
        for row in rows:
            found.setdefault(needed(row, "element"), row)
        return [found[name] for name in sorted(found)]

    def _about(self, chain: list[str], source: str, condition: str, fields: str) -> list[Row]:
        """Rows about these classes, those of the nearest one first. A class is asked for once in a
        while: most tables share all that ``task`` has. Case does not matter in their names."""
        now, known = self._door.clock_now(), self._classes
        chain = [name.casefold() for name in chain]
        unknown = [
            name
            for name in chain
            if (source, name) not in known or now - known[source, name][0] >= AGAIN
        ]
        if unknown:
            found: dict[str, list[Row]] = {name: [] for name in unknown}
            query = joined(one_of("name", unknown), condition)
            for row in (row for page in by_id(self._door, source, query, fields) for row in page):
                found[needed(row, "name").casefold()].append(row)
            known.update({(source, name): (now, rows) for name, rows in found.items()})
        return [row for name in chain for row in known[source, name][1]]

    def _choices(self, chain: list[str]) -> dict[str, list[list[str]]]:
        condition = joined(term("inactive", "=", "false"), "language=en")
        by_class: dict[tuple[str, str], list[list[str]]] = defaultdict(list)
        rows = self._about(chain, "sys_choice", condition, _CHOICE)
        for row in sorted(rows, key=_sequence):
            place = (needed(row, "element"), needed(row, "name"))
            dependent = str(row.get("dependent_value") or "")
            shown = [str(row.get(name) or "") for name in ("value", "label")]
            by_class[place].append([*shown, dependent])
        found: dict[str, list[list[str]]] = {}
        for name in chain:
            for (element, owner), choices in by_class.items():
                if owner == name:
                    found.setdefault(element, choices)
        return found

    def _recall(self, table: str) -> KindInfo | None:
        """What is remembered; text that is damaged, or of another version, counts for nothing."""
        text = self._memory.get(f"{self._door.host}:kind:{table}")
        if text is None:
            return None
        now = self._door.clock_now()
        try:
            held = json.loads(text)
            age = now - datetime.fromisoformat(held["at"])
            return _kind(table, held) if age < KEPT else None
        except (ValueError, KeyError, TypeError, AttributeError):
            return None

    def _keep(self, name: str, held: dict[str, Any]) -> None:
        at = self._door.clock_now().isoformat()
        self._memory.put(f"{self._door.host}:{name}", json.dumps({**held, "at": at}))


def _sequence(row: Mapping[str, Any]) -> tuple[int, str]:
    """The order in which people see choices; one without a number comes first."""
    text = str(row.get("sequence") or "")
    return int(text) if text.isdigit() else 0, str(row.get("label") or "")


def _kind(table: str, held: Mapping[str, Any]) -> KindInfo:
    choices = held["choices"]
    fields = tuple(_field(row, choices.get(str(row["element"]), [])) for row in held["fields"])
    states = tuple(
        Choice(*row) for row in choices.get("state") or choices.get("workflow_state", [])
    )
    return KindInfo(table, table, fields=fields, statuses=states)


def _field(row: Mapping[str, Any], choices: list[list[str]]) -> FieldInfo:
    length = str(row.get("max_length") or "")
    return FieldInfo(
        str(row["element"]),
        str(row.get("column_label") or row["element"]),
        str(row.get("internal_type") or ""),
        required=row.get("mandatory") == "true",
        writable=row.get("read_only") != "true",
        max_length=int(length) if length.isdigit() else None,
        choices=tuple(Choice(*one) for one in choices),
    )
