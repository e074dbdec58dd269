"""The direct adapter's writes: what the real one gets back, without the wire."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from connector.errors import ConnectorError, Gone, NotThere, Rejected
from connector.outcomes import waiting
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

        return self._wire.write("POST", path, lambda: self.attempt(path, do))

    def patch(
        self, me: Caller, patches: Sequence[Patch], fields: Collection[str]
    ) -> list[WriteResult]:
        """Some fields of some records."""
        fit = [patch for patch in patches if not (patch.add or patch.remove or patch.properties)]
        jobs = [
            self.edit(me, (patch.container, patch.key), plain(patch.fields), fields)
            for patch in fit
        ]
        done = iter(self.sent(jobs))
        refused = Refused(Rejected("ServiceNow has no labels and no properties", side=_SIDE))
        return [next(done) if patch in fit else refused for patch in patches]

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
        results = self.sent([self._note(me, draft) for draft in drafts])
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

    def edit(
        self, me: Caller, place: tuple[str, str], values: dict[str, str], fields: Collection[str]
    ) -> Job:
        """A change of some columns, still to be sent."""
        table, key = place

        def do() -> WriteResult:
            before = self._world.true_row(key)
            row = self._world.update(table, key, values, me)
            old = {} if before is None else self._shown(before, fields).fields
            replaced = {name: Replaced(value) for name, value in old.items()}
            shown = self._shown(row, fields)
            return Done(key, row.get("number", ""), shown, replaced=replaced)

        return Job(table, key, do)

    def sent(self, jobs: Sequence[Job]) -> list[WriteResult]:
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
        if self.row(job.table, job.key) is None:
            return NotSent(gone(job.key))
        return self.attempt(job.path, job.do)

    def attempt(self, where: str, do: Callable[[], WriteResult]) -> WriteResult:
        """Do it, or say why the instance does not."""
        try:
            with self._world.lock:
                return do()
        except Refusal as refusal:
            what = f"{refusal.message}: {refusal.detail}"
            names = (refusal.detail or "").partition("fields are mandatory: ")[2]
            return Refused(Rejected(what, side=_SIDE, where=where, field=names))
        except NotModelled as gap:
            return Refused(Rejected(f"sandbox: not modelled: {gap}", side=_SIDE))

    def row(self, table: str, key: str) -> Row | None:
        """A row as our account sees it."""
        if key in self._world.knobs.hidden_rows or table not in self._world.schema.tables:
            return None
        return self._world.row(table, key)


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


def gone(key: str) -> Gone:
    """What is said of a record that is not to be seen."""
    return Gone("The record is gone or hidden", side=_SIDE, where=key)


def _dropped(draft: CommentDraft) -> Rejected:
    return Rejected(
        f"ServiceNow answered 200 and dropped the {draft.lane}: the record is closed",
        side=_SIDE,
        field=draft.lane,
        remedy="Reopen it, or carry it over by hand, then `tandem parked retry ID`.",
    )
