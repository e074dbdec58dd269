"""Walking an issue to a wanted status with care: by looking before every step.

Jira offers transitions from the present status only, so a status several steps away is reached by
walking: look, choose, step, look again. What was offered on the way is learned and kept, so that
the next issue of that sort is led straight. A hop may be repeated after a lost answer, because the
status is read again before every step. A walk ends after ``MAX_HOPS`` hops and enters no unknown
status twice.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connector.errors import ConnectorError, Gone, ReadAgain, Rejected
from connector.jira.answers import SIDE
from connector.jira.door import Door, issue_path
from connector.jira.facts import Facts
from connector.jira.records import Records
from connector.jira.scouting import Scouting
from connector.jira.steps import filled, filled_names, step_of
from connector.jira.translate import Dialect, asked, status_of
from connector.jira.workflow import CATEGORY, MAX_HOPS, Status, Step, explore, path, tiers
from connector.outcomes import Lost
from connector.values import Done, Move, Record

DOUBTS = 2
"""Lost answers in one walk before the walk itself is called unclear."""


@dataclass(slots=True)
class Walk:
    """One issue on its way. ``offered`` are the steps that lead on from here."""

    move: Move
    issue: Mapping[str, Any]
    names: Collection[str]
    dialect: Dialect
    visited: set[str] = field(default_factory=set)
    hops: list[str] = field(default_factory=list)
    doubts: int = 0
    offered: tuple[Step, ...] = ()

    @property
    def status(self) -> Status:
        """Where the issue is."""
        return status_of(self.issue["fields"]["status"])

    @property
    def sort(self) -> tuple[str, str]:
        """Project key and issue type id: what a workflow belongs to."""
        fields = self.issue["fields"]
        return str(fields["project"]["key"]), str(fields["issuetype"]["id"])


class Walking:
    """Walks issues one by one, whatever is known of their workflow."""

    def __init__(self, door: Door, facts: Facts, records: Records, scouting: Scouting) -> None:
        self._door = door
        self._facts = facts
        self._records = records
        self._scouting = scouting

    def walk(
        self, move: Move, names: Collection[str], hops: Sequence[str] = (), doubts: int = 0
    ) -> Done:
        """Walk to the nearest of the targets; named ones before categories.

        ``hops`` were taken before, ``doubts`` are those among them that may still arrive.
        """
        dialect = self._facts.dialect([*names, *move.fields], schema=True)
        walk = Walk(move, {}, names, dialect, hops=list(hops), doubts=doubts)
        self._look(walk)
        known = self._facts.statuses(walk.sort[0]).get(walk.sort[1], [])
        for targets in tiers(move.targets, known):
            if self._reach(walk, targets, known):
                after = self._record(walk)
                taken, doubted = tuple(walk.hops), walk.doubts > 0
                return Done(move.key, after.label, after, taken, doubted=doubted)
        if not walk.offered:
            self._offers(walk)
        raise self._no_way(walk)

    def _reach(self, walk: Walk, targets: Sequence[str], known: Sequence[Status]) -> bool:
        """Step until one of these targets is reached; false where no step helps."""
        while not walk.status.is_one_of(targets):
            self._offers(walk)
            step = self._next(walk, targets, known)
            if step is None or len(walk.hops) >= MAX_HOPS:
                return False
            self._hop(walk, step, last=step.to.is_one_of(targets))
        return True

    def _next(self, walk: Walk, targets: Sequence[str], known: Sequence[Status]) -> Step | None:
        given = filled_names(walk.move.fields, walk.dialect)
        graph = self._scouting.widen(walk.sort, walk.status, targets, given)
        way = path(graph, walk.status, targets, given)
        if way:
            return way[0]
        return explore(walk.offered, walk.visited, _category(targets, known), graph)

    def _hop(self, walk: Walk, step: Step, *, last: bool) -> None:
        try:
            offer = next(each for each in walk.offered if each.id == step.id)
            given = filled(offer, walk.move.fields, walk.dialect, last=last)
        except Rejected as error:
            error.offered = tuple(map(str, walk.offered))
            raise
        body: dict[str, Any] = {"transition": {"id": step.id}}
        if given:
            body["fields"] = given
        before = walk.status.name
        try:
            self._door.write("POST", issue_path(walk.move.key, "transitions"), body)
        except (Lost, ReadAgain) as doubt:
            self._doubt(walk, doubt)
        except Rejected:
            # An earlier hop with a lost answer may have arrived only now.
            self._look(walk)
            if not walk.doubts or walk.status.name == before:
                raise
        else:
            self._look(walk)
            if walk.status.name == before and step.to.name != before:
                what = f"{step} was accepted, but the status is still {before}"
                raise Rejected(what, side=SIDE, offered=tuple(map(str, walk.offered)))
        if walk.status.name != before:
            walk.hops.append(str(step))

    def _doubt(self, walk: Walk, doubt: Lost | ReadAgain) -> None:
        """After a lost answer or a collision the status itself tells what happened."""
        walk.doubts += 1
        if walk.doubts > DOUBTS:
            raise doubt
        try:
            self._look(walk)
        except ConnectorError as error:
            raise doubt from error

    def _look(self, walk: Walk) -> None:
        wanted = asked([*walk.names, "status"], walk.dialect)
        walk.issue = self._records.issue(walk.move.key, wanted)
        walk.visited.add(walk.status.name.casefold())

    def _offers(self, walk: Walk) -> None:
        path_ = issue_path(walk.move.key, "transitions")
        answer = self._door.read(path_, params={"expand": "transitions.fields"}, absent=Gone)
        walk.offered = tuple(step_of(row) for row in answer.get("transitions") or ())
        self._facts.learn(*walk.sort, lambda g: g.learned(walk.status, walk.offered))

    def _record(self, walk: Walk) -> Record:
        return self._records.of_issues([walk.issue], walk.names)[0]

    def _no_way(self, walk: Walk) -> Rejected:
        offered = tuple(str(step) for step in walk.offered)
        wanted = " or ".join(walk.move.targets)
        choice = ", ".join(offered) or "nothing"
        what = f"no way from {walk.status.name!r} to {wanted}; Jira offers {choice}"
        return Rejected(what, field=walk.move.name, side=SIDE, offered=offered)


def _category(targets: Sequence[str], known: Sequence[Status]) -> str:
    """The category to walk towards when the way is not known."""
    for target in targets:
        if target.startswith(CATEGORY):
            return target.removeprefix(CATEGORY)
        for status in known:
            if status.is_one_of((target,)):
                return status.category
    return "indeterminate"
