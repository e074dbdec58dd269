"""Moving records through their states: one step, many records in one request.

A change is asked first which states its model offers; the other tables do not tell and answer an
impossible one with a refusal, or with 200 and the old state (servicenow-api 6). The edits then go
out together, like any others: they touch different records, and each has its own answer.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from connector.errors import AccessLost, ConnectorError, Gone, NotThere, Rejected
from connector.servicenow.answers import SIDE
from connector.servicenow.batch import Item, Row, patch_all
from connector.servicenow.door import Door
from connector.servicenow.records import Records
from connector.servicenow.translate import PLAIN, columns, payload, value
from connector.values import Done, Move, NotSent, Record, Refused, WriteResult

CHANGE = "change_request"


@dataclass(frozen=True, slots=True)
class Step:
    """One move made ready. ``offered`` are a change's next states with their labels."""

    move: Move
    wanted: str
    offered: Mapping[str, str] | None

    @property
    def body(self) -> dict[str, str]:
        """What is written."""
        return {self.move.name: self.wanted, **payload(self.move.fields)}


class Moving:
    """Carries out moves."""

    def __init__(self, door: Door, records: Records) -> None:
        self._door = door
        self._records = records

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
        return Step(move, wanted, offered)

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
        rows: list[Row | WriteResult]
        if len(steps) == 1:
            move = steps[0].move
            rows = [self._records.patch_one(move.container, move.key, steps[0].body, names)]
        else:
            params = urlencode({**PLAIN, "sysparm_fields": columns(names)})
            items = [Item(s.move.container, s.move.key, s.body, params) for s in steps]
            rows = patch_all(self._door, items)
        return [self._moved(step, row, names) for step, row in zip(steps, rows, strict=True)]

    def _moved(self, step: Step, row: Row | WriteResult, names: Collection[str]) -> WriteResult:
        move = step.move
        if isinstance(row, Refused) and step.offered is not None:
            offered = _labels(step.offered)
            return Refused(Rejected(row.error.what, side=SIDE, field=move.name, offered=offered))
        if not isinstance(row, dict):
            return row
        if value(row.get(move.name)) != step.wanted:
            return Refused(_kept(move))
        stored = self._records.shown(move.container, row, names)
        return Done(move.key, stored.label if stored else "", stored, (step.wanted,))


def _reachable(targets: Sequence[str], offered: Mapping[str, str] | None) -> str | None:
    if offered is None:
        return targets[0]
    return next((target for target in targets if target in offered), None)


def _labels(offered: Mapping[str, str] | None) -> tuple[str, ...]:
    return tuple(f"{label} ({state})" for state, label in (offered or {}).items())


def _kept(move: Move) -> Rejected:
    return Rejected(
        f"ServiceNow answered 200 and kept {move.name} as it was",
        side=SIDE,
        field=move.name,
        remedy=(
            "Current releases do not move a problem's state through the Table API: move it in "
            "ServiceNow, then `tandem parked retry ID`."
        ),
    )
