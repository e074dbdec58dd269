"""Deletions for the direct adapter: what the real one does and finds out, without the wire."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection

from connector.address import Address
from connector.errors import Rejected
from connector.sandbox.jira import attachments, surgery
from connector.sandbox.jira.author import Author
from connector.sandbox.jira.call import Settings
from connector.sandbox.jira.extras import readable
from connector.sandbox.jira.problems import Refusal, no_deletion
from connector.sandbox.jira.world import World
from connector.sandbox.weather import Wire
from connector.values import Done, Refused, WriteResult

_SIDE = "jira"


class DirectRemoving:
    """Deletes issues as the integration account."""

    def __init__(self, world: World, settings: Settings, wire: Wire) -> None:
        self._world = world
        self._settings = settings
        self._wire = wire

    def delete(self, record: Address) -> WriteResult:
        """Delete one issue; gone already is gone."""
        path = f"/rest/api/2/issue/{record.key}"
        return self._wire.write("DELETE", path, lambda: self._delete(record, f"DELETE {path}"))

    def _delete(self, record: Address, where: str) -> WriteResult:
        with self._world.lock:
            issue = self._world.issue(record.key)
            if issue is None or self._world.is_hidden(issue):
                return Done(record.key)
            try:
                if not self._settings.may_delete:
                    raise no_deletion()
                surgery.delete(self._world, Author(self._world.site.me), issue)
            except Refusal as problem:
                said = "; ".join(json.loads(problem.response.body).get("errorMessages", ()))
                return Refused(Rejected(said, side=_SIDE, where=where))
        return Done(record.key)


class Gone:
    """What can be asked about what is gone; ``ask`` counts a request."""

    def __init__(self, world: World, ask: Callable[[str, str], None]) -> None:
        self._world = world
        self._ask = ask

    def shows(self, key: str) -> bool:
        """Whether we may see a project."""
        self._ask("GET", f"/rest/api/2/project/{key}")
        with self._world.lock:
            project = self._world.project(key)
            return project is not None and project.id not in self._world.hidden_projects

    def missing_files(self, numbers: Collection[str]) -> frozenset[str]:
        """Files that are answered with 404, each asked for by itself."""
        return frozenset(number for number in sorted(numbers) if self._missing(number))

    def missing_comments(self, key: str, numbers: Collection[str]) -> frozenset[str]:
        """Comments that are answered with 404, each asked for by itself."""
        return frozenset(number for number in sorted(numbers) if self._untold(key, number))

    def _untold(self, key: str, number: str) -> bool:
        self._ask("GET", f"/rest/api/2/issue/{key}/comment/{number}")
        with self._world.lock:
            issue = self._world.issue(key)
            if issue is None or self._world.is_hidden(issue):
                return True
            shown = readable(self._world, self._world.site.me, issue)
            return number not in {remark.id for remark in shown}

    def _missing(self, number: str) -> bool:
        self._ask("GET", f"/rest/api/2/attachment/{number}")
        with self._world.lock:
            found = attachments.found(self._world, number)
            return found is None or self._world.is_hidden(found[0])
