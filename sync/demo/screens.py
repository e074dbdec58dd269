"""What a person does at a screen: real HTTP with his own login, and the line told about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests

from connector.sandbox.people import Colleague
from mappings.sides import Side
from sync.demo.town import Town

SECONDS = 10.0
"""Patience of a person."""


class TurnedAway(Exception):
    """A system refused what a person wanted to do."""


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that somebody did. ``key`` is the record that shall rest for a while now."""

    who: str
    side: Side
    label: str
    what: str
    key: str
    refused: bool = False

    def __str__(self) -> str:
        return f"{self.who} {self.what}"


class Screens:
    """Both systems' doors, one session a person and side."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._sessions: dict[tuple[Side, str], requests.Session] = {}

    def send(
        self,
        side: Side,
        person: Colleague,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
    ) -> Any:
        """One request as that person; its parsed answer. Raises :class:`TurnedAway`."""
        url = self._town.url(side) + path
        try:
            answer = self._session(side, person).request(method, url, json=body, timeout=SECONDS)
        except requests.RequestException as error:
            raise TurnedAway(f"{method} {path}: {error}") from error
        if answer.status_code >= 400:
            raise TurnedAway(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer.json() if answer.content else {}

    def insert(self, person: Colleague, table: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        """A new row in ServiceNow."""
        path = f"/api/now/table/{table}?sysparm_fields=sys_id,number"
        found: dict[str, Any] = self.send(Side.SERVICENOW, person, "POST", path, fields)["result"]
        return found

    def update(self, person: Colleague, table: str, key: str, fields: Mapping[str, Any]) -> None:
        """Change a row in ServiceNow."""
        path = f"/api/now/table/{table}/{key}?sysparm_fields=sys_id"
        self.send(Side.SERVICENOW, person, "PATCH", path, fields)

    def issue(
        self,
        person: Colleague,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
    ) -> Any:
        """A request about issues in Jira; ``path`` follows ``issue``."""
        return self.send(Side.JIRA, person, method, f"/rest/api/2/issue{path}", body)

    def close(self) -> None:
        """Everybody logs out."""
        for session in self._sessions.values():
            session.close()

    def _session(self, side: Side, person: Colleague) -> requests.Session:
        found = self._sessions.get((side, person.login))
        if found is None:
            found = self._sessions[(side, person.login)] = requests.Session()
            found.trust_env = False
            found.auth = self._town.login(side, person)
            found.headers["Accept"] = "application/json"
        return found
