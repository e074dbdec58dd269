"""The way in which this instance moves the state of a problem.

Current releases answer 200 to a new state through the Table API, save everything else and keep the
state (servicenow-api 6). Whether this one does shows in the read-back only, so it is tried once and
remembered, for a day: an upgrade may change it. From then on problems go through a scripted REST
resource where one is configured (``PATCH {path}/{number}/new_state/{state}``, one step, no body;
``deploy/servicenow`` has one), and where there is none nothing is sent at all.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from connector.base import Memory
from connector.errors import ConnectorError, Kept, NotThere, Rejected
from connector.outcomes import outcome
from connector.servicenow.answers import SIDE
from connector.servicenow.door import Door
from connector.values import Done, Move, Record, WriteResult

PROBLEM = "problem"
REMEMBERED = timedelta(hours=24)


class ProblemStates:
    """How problems are moved here. ``path`` is the scripted resource's, or empty."""

    def __init__(self, door: Door, memory: Memory, path: str) -> None:
        self._door = door
        self._memory = memory
        self._path = path
        self._kept_at: datetime | None = None

    @property
    def scripted(self) -> bool:
        """Whether there is a scripted resource to go through."""
        return bool(self._path)

    def are_kept(self) -> bool:
        """Whether the Table API was seen to keep a problem's state."""
        at = self._kept_at or self._recalled()
        return at is not None and self._door.clock_now() - at < REMEMBERED

    def were_kept(self) -> None:
        """Remember that it did."""
        self._kept_at = self._door.clock_now()
        self._memory.put(self._name, json.dumps({"at": self._kept_at.isoformat()}))

    def lead(self, move: Move, record: Record, state: str) -> WriteResult:
        """One step through the scripted resource; the record is read back by the caller."""
        return outcome(lambda: self._sent(move, record, state))

    def told(self) -> str:
        """The way in use, in words for people (:meth:`connector.base.Witness.manner`)."""
        if not self.are_kept():
            through = f", then {self._path}" if self._path else ""
            return f"states go through the Table API{through}; whether it moves them is not known"
        if self._path:
            return f"states go through {self._path}, because the Table API keeps them"
        return "states cannot be set: the Table API keeps them, and no scripted resource is set"

    def refusal(self, name: str) -> Kept:
        """What is said where nothing moves a problem."""
        return Kept(
            f"ServiceNow answered 200 and kept {name} as it was",
            side=SIDE,
            field=name,
            remedy=(
                "Current releases do not move a problem's state through the Table API: move it in "
                "ServiceNow, then `tandem parked retry ID`. Or import deploy/servicenow and set "
                "TANDEM_SERVICENOW__PROBLEM_STATE_PATH."
            ),
        )

    @property
    def _name(self) -> str:
        return f"{self._door.host}:problem states are kept"

    def _recalled(self) -> datetime | None:
        """What an earlier process saw; damaged text counts for nothing."""
        text = self._memory.get(self._name)
        try:
            self._kept_at = datetime.fromisoformat(json.loads(text)["at"]) if text else None
        except (ValueError, KeyError, TypeError):
            return None
        return self._kept_at

    def _sent(self, move: Move, record: Record, state: str) -> WriteResult:
        path = f"/{record.label}/new_state/{state}"
        try:
            self._door.write("PATCH", path, {}, {}, self._path)
        except (NotThere, Rejected) as error:
            raise self._refused(error, move.name) from error
        return Done(move.key, record.label)

    def _refused(self, error: ConnectorError, name: str) -> Rejected:
        """A resource that is not there is no reason to try for ever."""
        missing = "Import deploy/servicenow, or correct TANDEM_SERVICENOW__PROBLEM_STATE_PATH."
        absent = isinstance(error, NotThere)
        remedy = f"{missing} Then `tandem parked retry ID`." if absent else error.remedy
        return Rejected(error.what, side=SIDE, where=error.where, remedy=remedy, field=name)
