"""The direct adapter's moves: one step each, to the first wanted state that is offered."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from connector.errors import ConnectorError, Kept, Rejected
from connector.sandbox.servicenow import problem_resource
from connector.sandbox.servicenow.change_rules import CLOSED, next_states
from connector.sandbox.servicenow.direct_shapes import plain
from connector.sandbox.servicenow.direct_writes import Shown, Writes, gone
from connector.sandbox.servicenow.knobs import Caller
from connector.sandbox.servicenow.schema import Row
from connector.sandbox.servicenow.world import World
from connector.sandbox.weather import Wire
from connector.values import Done, Move, NotSent, Refused, WriteResult

_SIDE = "servicenow"
_CLOSING = ("close_code", "close_notes")
_KEPT = "ServiceNow answered 200 and kept {} as it was"


@dataclass(frozen=True, slots=True)
class Step:
    """One move made ready; ``offered`` are a change's next states with their labels."""

    move: Move
    number: str
    wanted: str
    offered: Mapping[str, str] | None

    @property
    def values(self) -> dict[str, str]:
        """What is written."""
        return {**plain(self.move.fields), self.move.name: self.wanted}


class Moves:
    """Moves for one account. ``path`` is the scripted resource's for problems, or empty."""

    def __init__(self, world: World, wire: Wire, writes: Writes, shown: Shown, path: str) -> None:
        self._world = world
        self._wire = wire
        self._writes = writes
        self._shown = shown
        self._path = path

    def move(self, me: Caller, moves: Sequence[Move], fields: Collection[str]) -> list[WriteResult]:
        """One step each."""
        names = tuple(dict.fromkeys((*fields, *(move.name for move in moves))))
        try:
            for table in {move.container for move in moves if move.present is None}:
                self._wire.read(f"/api/now/table/{table}")
        except ConnectorError as error:
            return [NotSent(error) for _ in moves]
        ready = [self._step(move, names) for move in moves]
        steps = [one for one in ready if isinstance(one, Step)]
        jobs = [
            self._writes.edit(me, (one.move.container, one.move.key), one.values, names)
            for one in steps
        ]
        sent = zip(steps, self._writes.sent(jobs), strict=True)
        done = (self._led(me, step, _moved(step, one), names) for step, one in sent)
        return [next(done) if isinstance(one, Step) else one for one in ready]

    def _step(self, move: Move, names: Collection[str]) -> Step | WriteResult:
        row = self._writes.row(move.container, move.key)
        if row is None:
            return NotSent(gone(move.key))
        if row.get(move.name, "") in move.targets:
            return Done(move.key, row.get("number", ""), self._shown(row, names))
        try:
            offered = self._offered(move, row)
        except ConnectorError as error:
            return NotSent(error)
        target: str | None = move.targets[0]
        if offered is not None:
            target = next((one for one in move.targets if one in offered), None)
        if target is None:
            return Refused(_not_offered(row, move, offered or {}))
        closing = move.container == "change_request" and target == CLOSED
        if closing and (missing := [name for name in _CLOSING if not _along(move, row, name)]):
            return Refused(_unclosed(missing))
        return Step(move, row.get("number", ""), target, offered)

    def _offered(self, move: Move, row: Row) -> dict[str, str] | None:
        """States a change may take now, with their labels; other tables do not tell."""
        if move.container != "change_request":
            return None
        self._wire.read(f"/api/sn_chg_rest/v1/change/{move.key}/nextstates")
        choices = self._world.schema.allowed(move.container, "state")
        labels = {choice.value: choice.label for choice in choices}
        return {one: labels.get(one, one) for one in (row["state"], *next_states(row))}

    def _led(
        self, me: Caller, step: Step, result: WriteResult, names: Collection[str]
    ) -> WriteResult:
        """A problem whose state was kept, through the scripted resource where there is one."""
        kept = isinstance(result, Refused) and isinstance(result.error, Kept)
        if not (kept and self._path):
            return result
        path = f"{self._path}/{step.number}/new_state/{step.wanted}"

        def do() -> WriteResult:
            if self._world.knobs.problem_resource != self._path:
                what = "Requested URI does not represent any resource"
                return Refused(Rejected(what, side=_SIDE, where=path, field=step.move.name))
            row = problem_resource.move(self._world, step.number, step.wanted, me)
            return Done(step.move.key, step.number, self._shown(row, names), (step.wanted,))

        return self._wire.write("PATCH", path, lambda: self._writes.attempt(path, do))


def _along(move: Move, row: Row, name: str) -> bool:
    return bool(move.fields.get(name) or row.get(name))


def _moved(step: Step, result: WriteResult) -> WriteResult:
    move = step.move
    if isinstance(result, Refused) and step.offered is not None:
        result.error.field, result.error.offered = move.name, _labels(step.offered)
    if not isinstance(result, Done) or result.record is None:
        return result
    if result.record.fields.get(move.name) != step.wanted:
        kind = Kept if move.container == "problem" else Rejected
        return Refused(kind(_KEPT.format(move.name), side=_SIDE, field=move.name))
    return replace(result, hops=(step.wanted,))


def _labels(offered: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(f"{label} ({state})" for state, label in offered.items())


def _not_offered(row: Row, move: Move, offered: Mapping[str, str]) -> Rejected:
    wanted = " or ".join(move.targets)
    return Rejected(
        f"{row.get('number', move.key)} does not go from {row.get(move.name)} to {wanted}",
        side=_SIDE,
        field=move.name,
        offered=_labels(offered),
    )


def _unclosed(missing: Sequence[str]) -> Rejected:
    what = f"a change is not closed without {' and '.join(missing)}"
    return Rejected(what, side=_SIDE, field=", ".join(missing))
