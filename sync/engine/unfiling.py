"""Files whose original was deleted: what proves that, and which copies go with them.

Only where the mapping says ``deletes: follow``. A file that is not in its record's list is asked
for by itself; it counts as deleted when it is not there either while its record is shown, unless it
went with the record, which was deleted and brought back between two looks, as far as ServiceNow
tells. What goes is the copy that we made, as we made it: one that somebody else attached, or
changed, stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from mappings.model import MappingSpec
from mappings.sides import Side
from sync.apply.common import FILED, file_field
from sync.core.merge import CLOCK_DOUBT
from sync.core.model import FileLink, Link
from sync.core.plan import Detach
from sync.engine.cases import Case
from sync.engine.filing import Desk
from sync.runtime import Runtime, chunks, container


def followed(spec: MappingSpec, side: Side) -> bool:
    """Whether a deleted file of a side takes its copy along."""
    rules = spec.attachments
    return rules.follow and rules.flow is not None and rules.flow.reaches(side.other)


def vanished(case: Case, side: Side) -> tuple[FileLink, ...]:
    """Files of a listed side that were carried and are not in its list."""
    if not followed(case.spec, side) or side not in case.files or side not in case.records:
        return ()
    here = {file.id for file in case.files[side]}
    return tuple(
        row
        for row in case.filed
        if row.source is side and row.copy_id and row.source_id not in here
    )


def with_deleted(runtime: Runtime, cases: Sequence[Case]) -> list[Case]:
    """The cases with those of their files that are deleted beyond doubt."""
    return [
        _with(runtime, case) if any(vanished(case, s) for s in Side) else case for case in cases
    ]


def _with(runtime: Runtime, case: Case) -> Case:
    found: list[FileLink] = []
    lost: list[FileLink] = []
    for side in Side:
        rows = vanished(case, side)
        gone = deleted(runtime, case, side, [row.source_id for row in rows])
        rows = tuple(row for row in rows if row.source_id in gone)
        along = _went_along(runtime, case, side, rows)
        found += [row for row in rows if row not in along]
        lost += along
    filed = tuple(row for row in case.filed if row not in lost)
    return replace(case, unfiled=tuple(found), lost=(*case.lost, *lost), filed=filed)


def _went_along(
    runtime: Runtime, case: Case, side: Side, rows: Sequence[FileLink]
) -> list[FileLink]:
    """Those that were there before their record was deleted and brought back, between two looks:
    they went with it, and the copy may be the last one (servicenow-api 9 and 12)."""
    end, witness = case.link.end(side), runtime.adapters[side].witness
    back = witness.returned(end.container, [end.key]).get(end.key) if rows else None
    if back is None:
        return []
    history = runtime.store.ledger.history(case.link.id)
    carried = {row.new: row.at for row in history if row.kind == "attach"}
    return [row for row in rows if not _later(carried.get(row.copy_id), back)]


def _later(at: datetime | None, back: datetime) -> bool:
    """Whether our clock's time is surely after a time of the side's."""
    return at is not None and at > back + CLOCK_DOUBT


def deleted(runtime: Runtime, case: Case, side: Side, numbers: Sequence[str]) -> frozenset[str]:
    """Those of a record's files that are not there when asked for by themselves, while the record
    is shown."""
    gone = runtime.adapters[side].witness.missing_files(numbers) if numbers else frozenset()
    end = case.link.end(side)
    shown = gone and end.key in runtime.read(side, end.container, [end.key], fresh=True)
    return gone if shown else frozenset()


def detached(case: Case, desk: Desk) -> tuple[Detach, ...]:
    """Copies that go: ours, and as we made them."""
    return tuple(
        Detach(case.spec.pair, row.source.other, case.link, copy, row.source_id)
        for row in case.unfiled
        for copy in case.files.get(row.source.other, ())
        if copy.id == row.copy_id and _untouched(row, copy.size, copy.digest)
        if copy.author in desk.ours.get(row.source.other, frozenset())
        if not _aside(case, row)
    )


def _untouched(row: FileLink, size: int, digest: str) -> bool:
    return size == row.size and (not digest or not row.digest or digest == row.digest)


def _aside(case: Case, row: FileLink) -> bool:
    name = file_field(row.source_id)
    return any(one.side is row.source.other and one.field == name for one in case.parked)


def over(case: Case) -> Iterator[FileLink]:
    """Deleted files whose copy is gone, too; a record that is not shown shows no files either."""
    for row in case.unfiled:
        side = row.source.other
        shown = side in case.files and side in case.records
        if shown and row.copy_id not in {file.id for file in case.files[side]}:
            yield row


def missed(runtime: Runtime, spec: MappingSpec, links: Sequence[Link]) -> int:
    """For the audit: no stream of ServiceNow's tells that a file was deleted, so the lists do."""
    side = Side.SERVICENOW
    if not followed(spec, side):
        return 0
    found = 0
    for part in chunks(links, 100):
        known = runtime.store.files.known([link.id for link in part])
        carried = {
            link.end(side).key: {
                row.source_id for row in known[link.id] if row.source is side and row.copy_id
            }
            for link in part
        }
        keys = [key for key, numbers in carried.items() if numbers]
        files = runtime.adapters[side].files(container(spec, side), keys) if keys else ()
        there = {file.id for file in files}
        lost = [key for key in keys if carried[key] - there]
        runtime.store.inbox.nudge(side, container(spec, side), lost, FILED)
        found += len(lost)
    return found
