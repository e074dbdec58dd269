"""Moves: from where issues stand to where they are wanted, with as few requests as are safe.

Jira offers transitions from the present status only, so a status several steps away is reached by
walking. Where the workflow is known already, the way needs no look: the steps are taken
(:mod:`connector.jira.travelling`) and all issues are read back at the end. Where it is not known,
one issue of each sort is walked (:mod:`connector.jira.walking`), which learns the way for the
others. Whatever is refused or doubtful on a known way ends in a walk, too: a walk looks before
every step.

The read-back on Data Center goes through the index where that is as good as a look: a row stamped
after the caller's own read that shows the wanted status was indexed after our last step. Any other
row is read by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from connector.errors import ConnectorError
from connector.jira.door import Door
from connector.jira.facts import Facts
from connector.jira.records import FEW, Issue, Records
from connector.jira.scouting import Scouting
from connector.jira.translate import asked, part, stamp, status_of
from connector.jira.travelling import Travelling
from connector.jira.trips import Atlas, Trip
from connector.jira.walking import Walking
from connector.outcomes import outcome
from connector.values import Done, Move, Record, Unclear, WriteResult


class Moving:
    """Carries out moves."""

    def __init__(self, door: Door, facts: Facts, records: Records, scouting: Scouting) -> None:
        self._door = door
        self._facts = facts
        self._records = records
        self._atlas = Atlas(facts)
        self._travelling = Travelling(door, facts)
        self._walking = Walking(door, facts, records, scouting)

    def move(self, moves: Sequence[Move], names: Collection[str]) -> list[WriteResult]:
        """One result for each move, in their order."""
        results = self._scouted(moves, names)
        rest = [place for place in range(len(moves)) if place not in results]
        planned = {place: self._atlas.trip(moves[place]) for place in rest}
        trips = {place: trip for place, trip in planned.items() if trip is not None}
        self._travelling.travel(list(trips.values()))
        results.update(self._looked_back(trips, names))
        rest = [place for place in rest if place not in results]
        walked = self._door.parallel(
            lambda place: self._walk(moves[place], names, trips.get(place)), rest
        )
        results.update(zip(rest, walked, strict=True))
        return [results[place] for place in range(len(moves))]

    def _scouted(self, moves: Sequence[Move], names: Collection[str]) -> dict[int, WriteResult]:
        """Walk the first of several that need a way which nobody knows yet."""
        results: dict[int, WriteResult] = {}
        for places in self._atlas.strangers(moves):
            first = moves[places[0]]
            if self._atlas.trip(first) is None:  # an earlier scout may have learned it
                results[places[0]] = self._walk(first, names, None)
        return results

    def _walk(self, move: Move, names: Collection[str], trip: Trip | None) -> WriteResult:
        hops = trip.hops if trip else ()
        doubts = trip.doubts + (trip.late is not None) if trip else 0
        return outcome(lambda: self._walking.walk(move, names, hops, doubts))

    def _looked_back(
        self, trips: Mapping[int, Trip], names: Collection[str]
    ) -> dict[int, WriteResult]:
        """Results of the trips that ended well, in doubt, or by themselves."""
        results = {place: trip.result for place, trip in trips.items() if trip.result is not None}
        due = {p: trip for p, trip in trips.items() if trip.late is not None or trip.arrived}
        try:
            seen = self._after(list(due.values()), names)
        except ConnectorError as error:
            return {**results, **{place: _unseen(trip, error) for place, trip in due.items()}}
        for place, trip in due.items():
            issue, record = seen.get(trip.move.key, (None, None))
            if issue is not None and record is not None and _is_there(issue, trip):
                results[place] = Done(trip.move.key, record.label, record, trip.hops)
            elif trip.late is not None and not self._atlas.harmless(trip):
                results[place] = Unclear(trip.late)
        return results

    def _after(
        self, trips: Sequence[Trip], names: Collection[str]
    ) -> dict[str, tuple[Issue, Record]]:
        """The issues after their last step."""
        wanted = asked([*names, "status"], self._facts.dialect(names))
        keys = [trip.move.key for trip in trips]
        issues: list[Issue] = []
        if not self._facts.cloud and len(trips) > FEW:
            by_key = {trip.move.key: trip for trip in trips}
            found = self._records.indexed(keys, wanted)
            issues = [issue for issue in found if _is_after(issue, by_key.get(str(issue["id"])))]
        certain = {str(issue["id"]) for issue in issues}
        rest = [key for key in keys if key not in certain]
        issues += self._records.issues(rest, wanted, fresh=True)
        records = self._records.of_issues(issues, names)
        return {str(i["id"]): (i, r) for i, r in zip(issues, records, strict=True)}


def _is_there(issue: Issue, trip: Trip) -> bool:
    return status_of(part(part(issue, "fields"), "status")).is_one_of(trip.targets)


def _is_after(issue: Issue, trip: Trip | None) -> bool:
    """Whether the index shows this issue as it was after the trip's last step."""
    if trip is None or trip.move.present is None:
        return False
    later = stamp(part(issue, "fields").get("updated", "")) > trip.move.present.updated
    return later and _is_there(issue, trip)


def _unseen(trip: Trip, error: ConnectorError) -> WriteResult:
    """The steps are taken whatever becomes of the read-back."""
    if trip.late is not None:
        return Unclear(error)
    return Done(trip.move.key, hops=trip.hops)
