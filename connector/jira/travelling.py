"""Carrying out trips: step by step, many issues at a time.

The trips advance in *waves*: in each wave every issue takes its next step, those with the same step
together where Jira has a request for that, the others side by side. No status is read in between:
a transition is only valid from the status it starts from, so Jira itself refuses a step that is out
of place, and whoever was refused anything leaves the trip.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connector.errors import ConnectorError, Gone, ReadAgain, Rejected
from connector.jira.bulk import LEAST, MOST, BulkSteps
from connector.jira.door import Door, chunks, issue_path
from connector.jira.facts import Facts
from connector.jira.trips import Sort, Trip
from connector.outcomes import Lost
from connector.values import NotSent


class Travelling:
    """Moves trips along."""

    def __init__(self, door: Door, facts: Facts) -> None:
        self._door = door
        self._bulk = BulkSteps(door, facts)

    def travel(self, trips: Sequence[Trip]) -> None:
        """Take steps until every trip has arrived or ended otherwise."""
        while going := [trip for trip in trips if trip.going]:
            alone = [trip for crowd in _crowds(going) for trip in self._together(crowd)]
            self._door.parallel(self._alone, alone)

    def _together(self, crowd: Sequence[Trip]) -> list[Trip]:
        """Take one step with all of these; those that have to take it alone are left over."""
        left: list[Trip] = []
        for some in chunks(crowd, MOST):
            fit = len(some) >= LEAST and not some[0].given[some[0].taken] and self._bulk.offered
            if not (fit and self._hauled(some)):
                left += some
        return left

    def _hauled(self, trips: Sequence[Trip]) -> bool:
        step = trips[0].way[trips[0].taken]
        try:
            haul = self._bulk.take(step.id, [trip.move.key for trip in trips])
        except ConnectorError as error:
            for trip in trips:
                trip.result = NotSent(error)
            return True
        if haul is None:
            return False
        for trip in trips:
            if trip.move.key in haul.taken:
                trip.taken += 1
            elif haul.late is not None:
                trip.late = haul.late
            else:
                trip.strayed = True
        return True

    def _alone(self, trip: Trip) -> None:
        body: dict[str, Any] = {"transition": {"id": trip.way[trip.taken].id}}
        if trip.given[trip.taken]:
            body["fields"] = trip.given[trip.taken]
        try:
            self._door.write("POST", issue_path(trip.move.key, "transitions"), body)
        except (Lost, ReadAgain):
            trip.doubts, trip.strayed = trip.doubts + 1, True
        except (Rejected, Gone):
            trip.strayed = True
        except ConnectorError as error:
            trip.result = NotSent(error)
        else:
            trip.taken += 1


def _crowds(trips: Sequence[Trip]) -> list[list[Trip]]:
    """Trips whose next step is the same; steps that bring fields along are never shared."""
    crowds: dict[tuple[Sort, str, bool], list[Trip]] = {}
    for trip in trips:
        name = trip.sort, trip.way[trip.taken].id, bool(trip.given[trip.taken])
        crowds.setdefault(name, []).append(trip)
    return list(crowds.values())
