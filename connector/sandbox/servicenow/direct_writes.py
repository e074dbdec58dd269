"""The direct adapter's writes: what the real one gets back, without the wire."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from connector.errors import Gone, ReadAgain, Rejected
from connector.sandbox.servicenow.change_rules import next_states
from connector.sandbox.servicenow.direct_shapes import plain
from connector.sandbox.servicenow.knobs import Caller
from connector.sandbox.servicenow.query import NotModelled
from connector.sandbox.servicenow.refusal import Refusal
from connector.sandbox.servicenow.schema import Row
from connector.sandbox.servicenow.world import World
from connector.sandbox.weather import Weather
from connector.values import (
    CommentDraft,
    Done,
    Draft,
    Move,
    NotSent,
    Patch,
    Record,
    Refused,
    Replaced,
    WriteResult,
)

_SIDE = "servicenow"
_OPEN_STATES = ("1", "2", "3")
Shown = Callable[[Row, Collection[str]], Record]


class Writes:
    """Creates, patches, moves and comments for one account."""

    def __init__(
        self, world: World, weather: Weather, sleep: Callable[[float], None], shown: Shown
    ) -> None:
        self._world = world
        self._weather = weather
        self._sleep = sleep
        self._shown = shown
        self._noted: dict[str, str] = {}

    def create(self, me: Caller, draft: Draft) -> WriteResult:
        """One record; the first entry of each lane rides along, an open state too."""
        values = plain(draft.fields)
        if draft.container == "incident" and draft.targets[:1]:
            self._ride(values, draft.targets[0])
        for entry in draft.comments:
            if entry.lane in values:
                break
            values[entry.lane] = entry.body

        def do() -> WriteResult:
            row = self._world.insert(draft.container, values, me)
            record = self._shown(row, tuple(draft.fields))
            return Done(row["sys_id"], row.get("number", ""), record)

        return self._guarded("POST", draft.container, "", do)

    def patch(self, me: Caller, patch: Patch, fields: Collection[str]) -> WriteResult:
        """Some fields of one record."""
        if patch.add or patch.remove:
            return Refused(Rejected("ServiceNow has no set-like fields", side=_SIDE))
        return self._update(me, patch.container, patch.key, plain(patch.fields), fields)

    def move(self, me: Caller, move: Move, fields: Collection[str]) -> WriteResult:
        """One step to the first wanted state that is offered."""
        row = self._row(move.container, move.key)
        if row is None:
            return Refused(_gone(move.key))
        offered = self._offered(move.container, row)
        state = row.get(move.name, "")
        if move.targets[:1] == (state,):
            return Done(move.key, row.get("number", ""), self._shown(row, fields))
        target = next((one for one in move.targets if one in offered), None)
        if target is None:
            return Refused(_not_offered(row, move, offered))
        values = {**plain(move.fields), move.name: target}
        result = self._update(me, move.container, move.key, values, fields)
        now = self._row(move.container, move.key) or row
        if isinstance(result, Done) and now.get(move.name) != target:
            return Refused(_not_offered(row, move, ()))
        if isinstance(result, Done):
            return Done(result.key, result.label, result.record, (target,))
        if isinstance(result, Refused) and not result.error.offered:
            result.error.offered = offered
        return result

    def comment(self, me: Caller, drafts: Sequence[CommentDraft]) -> list[WriteResult]:
        """Entries in the given order; after one that is not done, its record's others wait."""
        stuck: set[str] = set()
        results: list[WriteResult] = []
        for draft in drafts:
            if draft.key in stuck:
                error = ReadAgain("An earlier comment of this record is not settled", side=_SIDE)
                results.append(NotSent(error))
                continue
            result = self._note(me, draft)
            if not isinstance(result, Done):
                stuck.add(draft.key)
            results.append(result)
        return results

    def _note(self, me: Caller, draft: CommentDraft) -> WriteResult:
        """Entries of one second have no order, so the next one waits for the next second."""
        while self._noted.get(draft.key) == self._world.now():
            self._sleep(1.0 - self._world.clock.now().microsecond / 1e6)
        self._noted[draft.key] = self._world.now()

        def do() -> WriteResult:
            before = len(self._world.true_notes(draft.key))
            self._world.update(draft.container, draft.key, {draft.lane: draft.body}, me)
            notes = self._world.true_notes(draft.key)
            if len(notes) == before:
                return Refused(Rejected("The journal entry was dropped", side=_SIDE))
            return Done(notes[-1]["sys_id"])

        with self._world.lock:
            return self._guarded("PATCH", draft.container, draft.key, do)

    def _update(
        self, me: Caller, table: str, key: str, values: dict[str, str], fields: Collection[str]
    ) -> WriteResult:
        def do() -> WriteResult:
            before = self._world.true_row(key)
            row = self._world.update(table, key, values, me)
            old = {} if before is None else self._shown(before, fields).fields
            replaced = {name: Replaced(value) for name, value in old.items()}
            shown = self._shown(row, fields)
            return Done(key, row.get("number", ""), shown, replaced=replaced)

        return self._guarded("PATCH", table, key, do)

    def _guarded(
        self, method: str, table: str, key: str, do: Callable[[], WriteResult]
    ) -> WriteResult:
        where = f"/api/now/table/{table}" + (f"/{key}" if key else "")

        def attempt() -> WriteResult:
            if key and self._row(table, key) is None:
                return Refused(_gone(key))
            try:
                return do()
            except Refusal as refusal:
                what = f"{refusal.message}: {refusal.detail}"
                return Refused(Rejected(what, side=_SIDE, where=f"{method} {where}"))
            except NotModelled as gap:
                return Refused(Rejected(f"sandbox: not modelled: {gap}", side=_SIDE))

        return self._weather.write(method, where, attempt)

    def _row(self, table: str, key: str) -> Row | None:
        if key in self._world.knobs.hidden_rows or table not in self._world.schema.tables:
            return None
        return self._world.row(table, key)

    def _offered(self, table: str, row: Row) -> tuple[str, ...]:
        if table == "change_request":
            return (row["state"], *next_states(row))
        return tuple(choice.value for choice in self._world.schema.allowed(table, "state"))

    def _ride(self, values: dict[str, str], target: str) -> None:
        closing = values.get("close_code") and values.get("close_notes")
        if target in _OPEN_STATES or (closing and target in ("6", "7")):
            values["state"] = target


def _gone(key: str) -> Rejected:
    lost = Gone("The record is gone or hidden", side=_SIDE, where=key)
    return Rejected(lost.what, side=_SIDE, where=key, remedy=lost.remedy)


def _not_offered(row: Row, move: Move, offered: tuple[str, ...]) -> Rejected:
    wanted = " or ".join(move.targets)
    return Rejected(
        f"{row.get('number', move.key)} does not go from {row.get(move.name)} to {wanted}",
        side=_SIDE,
        field=move.name,
        offered=offered,
    )
