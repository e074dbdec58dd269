"""Ways that are known before anybody looks: from where an issue stands to where it is wanted.

A *trip* is one move along such a way, with what each screen on it is given. It is planned from what
the caller has read and from the learned workflow alone, so planning costs no request. Where
anything is missing there is no trip, and the issue is walked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from connector.errors import ConnectorError, NotThere, Rejected
from connector.jira.facts import Facts
from connector.jira.steps import filled, filled_names
from connector.jira.translate import Dialect
from connector.jira.workflow import Status, Step, harmless, path, tiers
from connector.values import Move, WriteResult

Sort = tuple[str, str]
"""Project key and issue type id: what a workflow belongs to."""


@dataclass(slots=True)
class Trip:
    """One issue on a known way.

    ``given`` is what goes along with each step, ``taken`` how many steps are behind it. ``result``
    ends it early. ``strayed``: a step was refused or left a doubt, so it is looked after by
    walking. ``late`` is why the next step may still happen by itself.
    """

    move: Move
    sort: Sort
    targets: tuple[str, ...]
    way: tuple[Step, ...]
    given: tuple[dict[str, Any], ...]
    taken: int = 0
    doubts: int = 0
    strayed: bool = False
    late: ConnectorError | None = None
    result: WriteResult | None = None

    @property
    def arrived(self) -> bool:
        """Whether all steps are taken."""
        return self.taken == len(self.way)

    @property
    def going(self) -> bool:
        """Whether there is a step to take now."""
        stopped = self.strayed or self.late is not None or self.result is not None
        return not stopped and not self.arrived

    @property
    def hops(self) -> tuple[str, ...]:
        """The steps taken, as people read them."""
        return tuple(map(str, self.way[: self.taken]))


class Atlas:
    """Plans trips."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    def trip(self, move: Move) -> Trip | None:
        """The known way of a move, ``None`` where it has to be found."""
        try:
            return self._trip(move)
        except ConnectorError:
            return None  # whoever walks meets the same trouble and tells it

    def strangers(self, moves: Sequence[Move]) -> Iterable[list[int]]:
        """Places of moves that need the same unknown way, where there are several.

        The longest ways come first: whoever goes them learns the shorter ones.
        """
        alike: dict[object, list[int]] = {}
        for place, move in enumerate(moves):
            present = move.present
            if present is not None and self.trip(move) is None:
                names = tuple(sorted(n for n, value in move.fields.items() if value is not None))
                where = (present.container, present.kind, present.fields.get("status"))
                alike.setdefault((where, move.targets, names), []).append(place)
        crowds = [places for places in alike.values() if len(places) > 1]
        return sorted(crowds, key=lambda places: self._depth(moves[places[0]]), reverse=True)

    def harmless(self, trip: Trip) -> bool:
        """Whether the trip's next step may still happen when the issue has gone on."""
        return harmless(self._facts.graph(*trip.sort), trip.way, trip.taken)

    def _depth(self, move: Move) -> int:
        """How far on the wanted status is, as the project lists its statuses."""
        try:
            known = self._facts.statuses(move.container).values()
        except ConnectorError:
            return 0
        places = [n for each in known for n, s in enumerate(each) if s.is_one_of(move.targets[:1])]
        return max(places, default=0)

    def _trip(self, move: Move) -> Trip | None:
        name = move.present.fields.get("status") if move.present else None
        if move.present is None or not isinstance(name, str):
            return None
        project = move.present.container
        sort = (project, self._facts.type_id(project, move.present.kind))
        known = self._facts.statuses(project).get(sort[1], [])
        order = tiers(move.targets, known)
        status = next((each for each in known if each.name == name), None)
        if not order or status is None:
            return None
        dialect = self._facts.dialect(move.fields, schema=True)
        way = self._way(sort, status, order[0], filled_names(move.fields, dialect))
        given = _given(way, move, dialect) if way is not None else None
        if way is None or given is None:
            return None
        return Trip(move, sort, order[0], way, given)

    def _way(
        self, sort: Sort, status: Status, targets: Sequence[str], filled: frozenset[str]
    ) -> tuple[Step, ...] | None:
        return path(self._facts.graph(*sort), status, targets, filled)


def _given(way: Sequence[Step], move: Move, dialect: Dialect) -> tuple[dict[str, Any], ...] | None:
    """What every screen on the way gets; nothing where one is unknown or cannot be filled."""
    if any(step.screen is None for step in way):
        return None
    try:
        return tuple(filled(step, move.fields, dialect, last=step is way[-1]) for step in way)
    except (Rejected, NotThere):
        return None
