"""Moving records through their states: one step, many records in one request.

A change is asked first which states its model offers; the other tables do not tell and answer an
impossible one with a refusal, or with 200 and the old state (servicenow-api 6). The edits then go
out together, like any others: they touch different records, and each has its own answer. Problems
that keep their state have a way of their own (:mod:`connector.servicenow.problems`).

A change is not closed without a code and notes: only a form demands them, REST takes it without
(servicenow-api 7).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from connector.errors import AccessLost, ConnectorError, Gone, Kept, NotThere, Rejected
from connector.servicenow.answers import SIDE
from connector.servicenow.batch import Item, Row, patch_all
from connector.servicenow.door import Door
from connector.servicenow.problems import PROBLEM, ProblemStates
from connector.servicenow.records import Records
from connector.servicenow.translate import PLAIN, columns, payload, value
from connector.values import Done, Fields, Move, NotSent, Record, Refused, WriteResult

CHANGE = "change_request"
CLOSED = "3"
"""The state of a change that was carried out."""


@dataclass(frozen=True, slots=True)
class Step:
    """One move of ``held`` made ready. ``offered`` are a change's next states with their labels."""

    move: Move
    held: Record
    wanted: str
    offered: Mapping[str, str] | None

    @property
    def body(self) -> dict[str, str]:
        """What is written."""
        return {self.move.name: self.wanted, **payload(self.move.fields)}

    @property
    def of_problem(self) -> bool:
        """Whether it moves a problem."""
        return self.move.container == PROBLEM


class Moving:
    """Carries out moves."""

    def __init__(self, door: Door, records: Records, problems: ProblemStates) -> None:
        self._door = door
        self._records = records
        self._problems = problems

    def move(self, moves: Sequence[Move], fields: Collection[str]) -> list[WriteResult]:
        """Set the states; what the instance keeps or forbids is refused, with its offers."""
        names = {*fields, *(move.name for move in moves)}
        try:
            held = self._held(moves, names)
        except ConnectorError as error:
            return [NotSent(error) for _ in moves]
        ready = self._door.parallel(lambda move: self._step(move, held.get(move.key)), moves)
        steps = [one for one in ready if isinstance(one, Step)]
        results = iter(self._taken(steps, names))
        return [next(results) if isinstance(one, Step) else one for one in ready]

    def _held(self, moves: Sequence[Move], names: Collection[str]) -> dict[str, Record]:
        """The records as they are: as the caller has read them, or read now."""
        held = {move.key: move.present for move in moves if move.present is not None}
        for table in dict.fromkeys(move.container for move in moves):
            keys = [m.key for m in moves if m.container == table and m.key not in held]
            if keys:
                held.update(self._records.read(table, keys, names))
        return held

    def _step(self, move: Move, held: Record | None) -> Step | WriteResult:
        if held is None:
            return NotSent(Gone("the record is not visible", side=SIDE))
        if held.fields.get(move.name) in move.targets:
            return Done(held.key, held.label, held)
        try:
            offered = self._offered(move)
        except ConnectorError as error:
            return NotSent(error)
        wanted = _reachable(move.targets, offered)
        if wanted is None:
            what = f"the change model does not offer {' or '.join(move.targets)} now"
            return Refused(Rejected(what, side=SIDE, field=move.name, offered=_labels(offered)))
        if move.container == CHANGE and wanted == CLOSED and (missing := _missing(move, held)):
            return Refused(_unclosed(missing))
        return Step(move, held, wanted, offered)

    def _offered(self, move: Move) -> Mapping[str, str] | None:
        """States a change may take now, with their labels; other tables do not tell, nor does an
        instance without that API or one that keeps it from us."""
        if move.container != CHANGE:
            return None
        path = f"/v1/change/{move.key}/nextstates"
        try:
            result = self._door.result(path, "/api/sn_chg_rest") or {}
        except (Rejected, NotThere, AccessLost):
            return None
        labels = result.get("state_label") or {}
        states = [str(state) for state in result.get("available_states") or ()]
        return {state: str(labels.get(state) or state) for state in states}

    def _taken(self, steps: Sequence[Step], names: Collection[str]) -> list[WriteResult]:
        known = any(one.of_problem for one in steps) and self._problems.are_kept()
        led = [place for place, one in enumerate(steps) if known and one.of_problem]
        sent = [place for place in range(len(steps)) if place not in led]
        bodies = [steps[place].body for place in sent]
        rows = self._written([steps[place] for place in sent], bodies, names)
        found = {
            place: self._moved(steps[place], row, names)
            for place, row in zip(sent, rows, strict=True)
        }
        kept = [place for place, one in found.items() if _is_kept(one)]
        if kept:
            self._problems.were_kept()
        some = [steps[place] for place in (*led, *kept)]
        bare = [steps[place] for place in led]
        found.update(zip((*led, *kept), self._led(some, bare, names), strict=True))
        return [found[place] for place in range(len(steps))]

    def _written(
        self, steps: Sequence[Step], bodies: Sequence[Mapping[str, str]], names: Collection[str]
    ) -> Sequence[Row | WriteResult]:
        """Edits of these records: one by itself, several together."""
        if len(steps) == 1:
            move = steps[0].move
            return [self._records.patch_one(move.container, move.key, bodies[0], names)]
        params = urlencode({**PLAIN, "sysparm_fields": columns(names)})
        return patch_all(
            self._door,
            [
                Item(one.move.container, one.move.key, body, params)
                for one, body in zip(steps, bodies, strict=True)
            ],
        )

    def _led(
        self, steps: Sequence[Step], bare: Sequence[Step], names: Collection[str]
    ) -> list[WriteResult]:
        """Problems through the scripted resource. What goes along with ``bare`` ones is still to
        be written: the data policy wants it first."""
        if not self._problems.scripted:
            return [Refused(self._problems.refusal(one.move.name)) for one in steps]
        ahead = [one for one in bare if one.move.fields]
        rows = self._written(ahead, [payload(one.move.fields) for one in ahead], names)
        stopped = {
            one.move.key: row
            for one, row in zip(ahead, rows, strict=True)
            if not isinstance(row, dict | Done)
        }

        def lead(one: Step) -> WriteResult:
            failed = stopped.get(one.move.key)
            return failed or self._problems.lead(one.move, one.held, one.wanted)

        results = self._door.parallel(lead, steps)
        return self._looked_at(steps, results, names)

    def _looked_at(
        self, steps: Sequence[Step], results: Sequence[WriteResult], names: Collection[str]
    ) -> list[WriteResult]:
        """The results with what the records hold now; the resource's own answer proves nothing."""
        keys = [result.key for result in results if isinstance(result, Done)]
        try:
            held = self._records.read(PROBLEM, keys, names) if keys else {}
        except ConnectorError:
            return list(results)
        return [
            _arrived(step, held[result.key])
            if isinstance(result, Done) and result.key in held
            else result
            for step, result in zip(steps, results, strict=True)
        ]

    def _moved(self, step: Step, row: Row | WriteResult, names: Collection[str]) -> WriteResult:
        move = step.move
        if isinstance(row, Refused) and step.offered is not None:
            offered = _labels(step.offered)
            return Refused(Rejected(row.error.what, side=SIDE, field=move.name, offered=offered))
        if not isinstance(row, dict):
            return row
        if value(row.get(move.name)) != step.wanted:
            kept = self._problems.refusal(move.name) if step.of_problem else _kept(move.name)
            return Refused(kept)
        stored = self._records.shown(move.container, row, names)
        return Done(move.key, stored.label if stored else "", stored, (step.wanted,))


def _reachable(targets: Sequence[str], offered: Mapping[str, str] | None) -> str | None:
    if offered is None:
        return targets[0]
    return next((target for target in targets if target in offered), None)


def _labels(offered: Mapping[str, str] | None) -> tuple[str, ...]:
    return tuple(f"{label} ({state})" for state, label in (offered or {}).items())


def _kept(name: str, by: str = "") -> Rejected:
    return Rejected(
        f"ServiceNow answered 200 and kept {name} as it was{by}",
        side=SIDE,
        field=name,
        remedy="Look for a business rule or an ACL that holds it back, then "
        "`tandem parked retry ID`.",
    )


def _is_kept(result: WriteResult) -> bool:
    return isinstance(result, Refused) and isinstance(result.error, Kept)


def _arrived(step: Step, held: Record) -> WriteResult:
    """What became of a step through the scripted resource, by what the record shows."""
    if held.fields.get(step.move.name) != step.wanted:
        return Refused(_kept(step.move.name, " after the scripted resource had taken it"))
    return Done(held.key, held.label, held, (step.wanted,))


def _missing(move: Move, held: Record) -> list[str]:
    """What closing a change needs and neither the move nor the record has."""
    along: Fields = {**held.fields, **move.fields}
    return [name for name in ("close_code", "close_notes") if not along.get(name)]


def _unclosed(missing: Sequence[str]) -> Rejected:
    return Rejected(
        f"a change is not closed without {' and '.join(missing)}",
        side=SIDE,
        field=", ".join(missing),
        remedy="Give the mapping's status a `closing:`, as the shipped change.yaml has it, then "
        "`tandem parked retry ID`.",
    )
