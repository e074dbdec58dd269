"""The direct adapter's writes: what the real one gets back, without the wire."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from connector.errors import ConnectorError, Gone, NotThere, Rejected
from connector.outcomes import waiting
from connector.sandbox.servicenow.change_rules import next_states
from connector.sandbox.servicenow.direct_shapes import plain
from connector.sandbox.servicenow.knobs import Caller
from connector.sandbox.servicenow.query import NotModelled
from connector.sandbox.servicenow.refusal import Refusal
from connector.sandbox.servicenow.schema import Row
from connector.sandbox.servicenow.world import World
from connector.sandbox.weather import Wire
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
    Unclear,
    WriteResult,
)

BATCH = 40
TICK = 1.05
"""A little more than the grain of stamps: entries of one second have no order."""

_SIDE = "servicenow"
_OPEN_STATES = ("1", "2", "3")
Shown = Callable[[Row, Collection[str]], Record]


@dataclass(frozen=True, slots=True)
class Job:
    """One edit of one record."""

    table: str
    key: str
    do: Callable[[], WriteResult]

    @property
    def path(self) -> str:
        """Where a request of its own would go."""
        return f"/api/now/table/{self.table}/{self.key}"


@dataclass(frozen=True, slots=True)
class Step:
    """One move made ready; ``offered`` are a change's next states with their labels."""

    move: Move
    wanted: str
    offered: Mapping[str, str] | None

    @property
    def values(self) -> dict[str, str]:
        """What is written."""
        return {**plain(self.move.fields), self.move.name: self.wanted}


class Writes:
    """Creates, patches, moves and comments for one account."""

    def __init__(
        self, world: World, wire: Wire, sleep: Callable[[float], None], shown: Shown
    ) -> None:
        self._world = world
        self._wire = wire
        self._sleep = sleep
        self._shown = shown

    def create(self, me: Caller, draft: Draft) -> WriteResult:
        """One record; what may ride is left behind where the instance refuses it."""
        fields = plain(draft.fields)
        full = {**fields, **riders(draft)}
        result = self._insert(me, draft, full)
        if isinstance(result, Refused) and full != fields:
            result = self._insert(me, draft, fields)
        return result

    def _insert(self, me: Caller, draft: Draft, values: dict[str, str]) -> WriteResult:
        path = f"/api/now/table/{draft.container}"

        def do() -> WriteResult:
            if draft.container not in self._world.schema.tables:
                what = f"Invalid table {draft.container}"
                return NotSent(NotThere(what, side=_SIDE, where=path))
            row = self._world.insert(draft.container, values, me)
            record = self._shown(row, tuple(draft.fields))
            return Done(row["sys_id"], row.get("number", ""), record)

        return self._wire.write("POST", path, lambda: self._attempt(path, do))

    def patch(
        self, me: Caller, patches: Sequence[Patch], fields: Collection[str]
    ) -> list[WriteResult]:
        """Some fields of some records."""
        fit = [patch for patch in patches if not (patch.add or patch.remove or patch.properties)]
        jobs = [
            self._update(me, (patch.container, patch.key), plain(patch.fields), fields)
            for patch in fit
        ]
        done = iter(self._sent(jobs))
        refused = Refused(Rejected("ServiceNow has no labels and no properties", side=_SIDE))
        return [next(done) if patch in fit else refused for patch in patches]

    def move(self, me: Caller, moves: Sequence[Move], fields: Collection[str]) -> list[WriteResult]:
        """One step each to the first wanted state that is offered."""
        names = tuple(dict.fromkeys((*fields, *(move.name for move in moves))))
        try:
            for table in {move.container for move in moves if move.present is None}:
                self._wire.read(f"/api/now/table/{table}")
        except ConnectorError as error:
            return [NotSent(error) for _ in moves]
        ready = [self._step(move, names) for move in moves]
        steps = [one for one in ready if isinstance(one, Step)]
        jobs = [
            self._update(me, (one.move.container, one.move.key), one.values, names) for one in steps
        ]
        done = (_moved(step, one) for step, one in zip(steps, self._sent(jobs), strict=True))
        return [next(done) if isinstance(one, Step) else one for one in ready]

    def _step(self, move: Move, names: Collection[str]) -> Step | WriteResult:
        row = self._row(move.container, move.key)
        if row is None:
            return NotSent(_gone(move.key))
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
        return Step(move, target, offered)

    def comment(self, me: Caller, drafts: Sequence[CommentDraft]) -> list[WriteResult]:
        """Entries in the given order; after one that is not done, its record's others wait."""
        found: dict[int, WriteResult] = {}
        stuck: dict[str, WriteResult] = {}
        for number, wave in enumerate(_waves(drafts)):
            due = [place for place in wave if drafts[place].key not in stuck]
            if number and due:
                self._sleep(TICK)
            found.update(zip(due, self._notes(me, [drafts[at] for at in due]), strict=True))
            for place in wave:
                key = drafts[place].key
                if key in stuck:
                    found[place] = waiting(stuck[key], _SIDE)
                elif not isinstance(found[place], Done):
                    stuck[key] = found[place]
        return [found[place] for place in range(len(drafts))]

    def _notes(self, me: Caller, drafts: Sequence[CommentDraft]) -> list[WriteResult]:
        """One entry for each of several records, and the look at what arrived."""
        results = self._sent([self._note(me, draft) for draft in drafts])
        if not any(isinstance(result, Done) for result in results):
            return results
        try:
            self._wire.read("/api/now/table/sys_journal_field")
        except ConnectorError as error:
            return [Unclear(error) if isinstance(one, Done) else one for one in results]
        return results

    def _note(self, me: Caller, draft: CommentDraft) -> Job:
        def do() -> WriteResult:
            before = len(self._world.true_notes(draft.key))
            self._world.update(draft.container, draft.key, {draft.lane: draft.body}, me)
            notes = self._world.true_notes(draft.key)
            if len(notes) == before:
                return Refused(_dropped(draft))
            return Done(notes[-1]["sys_id"])

        return Job(draft.container, draft.key, do)

    def _update(
        self, me: Caller, place: tuple[str, str], values: dict[str, str], fields: Collection[str]
    ) -> Job:
        table, key = place

        def do() -> WriteResult:
            before = self._world.true_row(key)
            row = self._world.update(table, key, values, me)
            old = {} if before is None else self._shown(before, fields).fields
            replaced = {name: Replaced(value) for name, value in old.items()}
            shown = self._shown(row, fields)
            return Done(key, row.get("number", ""), shown, replaced=replaced)

        return Job(table, key, do)

    def _sent(self, jobs: Sequence[Job]) -> list[WriteResult]:
        """One edit by itself, several in batches that the weather strikes as one."""
        results: list[WriteResult] = []
        for start in range(0, len(jobs), BATCH):
            some = jobs[start : start + BATCH]
            made: list[WriteResult] = []

            def do(some: Sequence[Job] = some, made: list[WriteResult] = made) -> WriteResult:
                made.extend(self._existing(job) for job in some)
                return Done("")

            if len(jobs) == 1:
                outcome = self._wire.write("PATCH", some[0].path, do)
            else:
                outcome = self._wire.write("POST", "/api/now/v1/batch", do)
            results += made if isinstance(outcome, Done) else [outcome] * len(some)
        return results

    def _existing(self, job: Job) -> WriteResult:
        if self._row(job.table, job.key) is None:
            return NotSent(_gone(job.key))
        return self._attempt(job.path, job.do)

    def _attempt(self, where: str, do: Callable[[], WriteResult]) -> WriteResult:
        try:
            with self._world.lock:
                return do()
        except Refusal as refusal:
            what = f"{refusal.message}: {refusal.detail}"
            names = (refusal.detail or "").partition("fields are mandatory: ")[2]
            return Refused(Rejected(what, side=_SIDE, where=where, field=names))
        except NotModelled as gap:
            return Refused(Rejected(f"sandbox: not modelled: {gap}", side=_SIDE))

    def _row(self, table: str, key: str) -> Row | None:
        if key in self._world.knobs.hidden_rows or table not in self._world.schema.tables:
            return None
        return self._world.row(table, key)

    def _offered(self, move: Move, row: Row) -> dict[str, str] | None:
        """States a change may take now, with their labels; other tables do not tell."""
        if move.container != "change_request":
            return None
        self._wire.read(f"/api/sn_chg_rest/v1/change/{move.key}/nextstates")
        choices = self._world.schema.allowed(move.container, "state")
        labels = {choice.value: choice.label for choice in choices}
        return {one: labels.get(one, one) for one in (row["state"], *next_states(row))}


def riders(draft: Draft) -> dict[str, str]:
    """What may go along with a create: an open state of an incident, and the first comment."""
    values: dict[str, str] = {}
    closing = draft.fields.get("close_code") and draft.fields.get("close_notes")
    for target in draft.targets[:1]:
        if draft.container == "incident" and (target in _OPEN_STATES or closing):
            values["state"] = target
    for entry in draft.comments[:1]:
        values[entry.lane] = entry.body
    return values


def _waves(drafts: Sequence[CommentDraft]) -> list[list[int]]:
    """Places of the first draft of each record, then of the second, and so on."""
    seen: dict[str, int] = {}
    waves: list[list[int]] = []
    for place, draft in enumerate(drafts):
        depth = seen.get(draft.key, 0)
        seen[draft.key] = depth + 1
        waves += [[]] * (depth == len(waves))
        waves[depth] = [*waves[depth], place]
    return waves


def _gone(key: str) -> Gone:
    return Gone("The record is gone or hidden", side=_SIDE, where=key)


def _dropped(draft: CommentDraft) -> Rejected:
    return Rejected(
        f"ServiceNow answered 200 and dropped the {draft.lane}: the record is closed",
        side=_SIDE,
        field=draft.lane,
        remedy="Reopen it, or carry it over by hand, then `tandem parked retry ID`.",
    )


def _moved(step: Step, result: WriteResult) -> WriteResult:
    move = step.move
    if isinstance(result, Refused) and step.offered is not None:
        result.error.field, result.error.offered = move.name, _labels(step.offered)
    if not isinstance(result, Done) or result.record is None:
        return result
    if result.record.fields.get(move.name) != step.wanted:
        return Refused(_kept(move))
    return replace(result, hops=(step.wanted,))


def _kept(move: Move) -> Rejected:
    what = f"ServiceNow answered 200 and kept {move.name} as it was"
    return Rejected(what, side=_SIDE, field=move.name)


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
