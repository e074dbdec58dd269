"""People at work in a :class:`~tests.support.bench.Bench`: what a test lets them do, in a word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from connector.sandbox.content import Content
from connector.sandbox.jira.hands import Hands
from connector.sandbox.jira.model import Issue
from connector.sandbox.servicenow import attachments
from connector.sandbox.servicenow.knobs import SYSTEM, Door
from mappings.sides import Side
from sync.core.model import Link
from tests.support.bench import Bench


@dataclass(frozen=True)
class Company:
    """The desk on one side, the team on the other."""

    bench: Bench

    def incident(self, short: str = "Mail is slow", **more: str) -> str:
        """The desk opens an incident of priority 2; its sys_id."""
        values = {"short_description": short, "impact": "1", "urgency": "2", **more}
        return self._desk_insert("incident", values)

    def problem(self, short: str = "Mail store too small", **more: str) -> str:
        """The desk opens a problem; its sys_id."""
        return self._desk_insert(
            "problem", {"short_description": short, "impact": "1", "urgency": "2", **more}
        )

    def change(self, short: str = "Move the mail store") -> str:
        """The desk opens a change; its sys_id."""
        values = {"short_description": short, "type": "normal", "priority": "3"}
        return self._desk_insert("change_request", values)

    def _desk_insert(self, table: str, values: dict[str, str]) -> str:
        world = self.bench.servicenow.world
        by = world.caller("amira.haddad", Door.SCREEN)
        return str(world.insert(table, values, by)["sys_id"])

    def desk(self, key: str, **values: str) -> None:
        """Somebody at the desk changes a ticket."""
        world = self.bench.servicenow.world
        row = world.true_row(key)
        assert row is not None
        by = world.caller("ben.okafor", Door.SCREEN)
        world.update(row["sys_class_name"], key, values, by)

    def file(self, key: str, name: str, data: bytes, kind: str = "text/plain") -> str:
        """Somebody at the desk attaches a file to a ticket; its sys_id."""
        world = self.bench.servicenow.world
        row = self.row(key)
        by = world.caller("ben.okafor", Door.SCREEN)
        place = (row["sys_class_name"], key)
        return attachments.attach(world, by, place, name, kind, Content.of(data))["sys_id"]

    def files(self, key: str) -> list[tuple[str, bytes]]:
        """Name and content of all files on a ticket, oldest first."""
        world = self.bench.servicenow.world
        rows = [row for row in world.files.values() if row["table_sys_id"] == key]
        rows.sort(key=lambda row: row["sys_created_on"])
        return [(row["file_name"], world.contents[row["sys_id"]].whole()) for row in rows]

    def twin_files(self, key: str) -> list[tuple[str, bytes]]:
        """The same of a ticket's issue."""
        return [(row.name, row.content.whole()) for row in self.issue(key).attachments]

    def platform(self, key: str, **values: str) -> None:
        """A business rule or a job changes a ticket."""
        row = self.row(key)
        self.bench.servicenow.world.update(row["sys_class_name"], key, values, SYSTEM)

    def row(self, key: str) -> dict[str, str]:
        """A ticket's true content."""
        row = self.bench.servicenow.world.true_row(key)
        assert row is not None
        return row

    def team(self, login: str = "mei.chen") -> Hands:
        """A developer."""
        return Hands(self.bench.jira.world, login)

    def link(self, key: str) -> Link:
        """The link of a ticket or an issue."""
        for side in Side:
            found = self.bench.store.links.by_keys(side, [key])
            if key in found:
                return found[key]
        raise AssertionError(f"{key} is not linked")

    def issue(self, key: str) -> Issue:
        """The issue of a ticket."""
        return self.bench.jira.world.issues[self.link(key).jira.key]

    def status(self, key: str) -> str:
        """Where the issue of a ticket stands."""
        return self.bench.jira.world.status_of(self.issue(key)).name

    def parked(self) -> list[tuple[str, str]]:
        """Label and field of everything that waits for a person."""
        return [(row.label, row.field) for row in self.bench.store.ledger.parked()]

    def conflicts(self) -> list[Any]:
        """All conflicts there ever were."""
        return list(self.bench.store.ledger.conflicts(all=True))
