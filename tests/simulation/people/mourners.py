"""People who bring deleted records back, or know of them: deeds of a crowd."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.sandbox.servicenow import graves
from connector.sandbox.servicenow.knobs import SYSTEM
from mappings.sides import Side
from sync.core.model import LinkState
from sync.engine.absent import confirm
from tests.simulation.journal import TABLES

if TYPE_CHECKING:
    from tests.simulation.people.crowd import Crowd


class Mourners:
    """Whoever deals with deleted records."""

    def __init__(self, crowd: Crowd) -> None:
        self.crowd, self.rig = crowd, crowd.rig
        self.sworn: dict[tuple[Side, str], int] = {}
        self.closings: set[tuple[Side, int]] = set()

    def undeletes(self) -> str | None:
        """An administrator brings a ticket back."""
        world = self.rig.servicenow.world
        gone = [
            row["documentkey"]
            for row in world.rows(graves.TABLE)
            if row["tablename"] in TABLES and world.true_row(row["documentkey"]) is None
        ]
        if not gone:
            return None
        row = graves.undelete(world, self.crowd.dice.choice(gone), SYSTEM)
        return f"{row['number']} is undeleted"

    def swears(self) -> str | None:
        """Somebody knows that a record which is not shown was deleted."""
        links = [
            (link, one)
            for one in self.rig.store.absences.all()
            for link in self.rig.store.links.by_ids([one.link_id]).values()
            if link.state is LinkState.MISSING
        ]
        dead = [(link, one) for link, one in links if self._dead(one.side, link.end(one.side).key)]
        both = [one for one in dead if sum(one[0].id == link.id for link, _ in links) == 1]
        if not both:
            return None
        link, absence = self.crowd.dice.choice(both)
        confirm(self.rig.store, link.end(absence.side).key, "somebody")
        self.sworn[(absence.side, link.end(absence.side).key)] = len(self.rig.journal.entries)
        return f"somebody says that {link.end(absence.side).label} was deleted"

    def _dead(self, side: Side, key: str) -> bool:
        if side is Side.JIRA:
            return key not in self.rig.jira.world.issues
        return self.rig.servicenow.world.true_row(key) is None
