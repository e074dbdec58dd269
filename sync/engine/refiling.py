"""Files of a record that was deleted and is back: it comes without them (servicenow-api 9).

A copy that went with it is made anew. An original that went with it leaves its copy where it is,
also where deletions are followed: nobody deleted that file by itself, and the copy may be the last
one of it. Either way nothing is known of the two any longer.

Where the record did not count as deleted and ServiceNow's audit does not tell either, a copy that
is gone may as well have been taken away by somebody: a person is asked. Not where a file is left
that stood there before: then the record was hidden. Nor in Jira, which brings no record back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from connector.errors import Rejected
from mappings.sides import Side
from sync.apply.common import Place, file_field, park
from sync.core.model import FileLink, LinkState
from sync.engine.cases import Case
from sync.engine.filing import file_reference
from sync.engine.unfiling import deleted
from sync.runtime import Runtime


def back(case: Case) -> frozenset[Side]:
    """Sides whose record is shown again."""
    if case.link.state not in (LinkState.MISSING, LinkState.ENDED):
        return frozenset()
    noted = ((side, case.noted.get(side)) for side in case.records)
    return frozenset(side for side, one in noted if one is not None and one.since is not None)


def with_lost(runtime: Runtime, cases: Sequence[Case]) -> list[Case]:
    """The cases with files that went with their record; they count as unknown from here on."""
    return [_with(runtime, case) if back(case) else case for case in cases]


def _with(runtime: Runtime, case: Case) -> Case:
    lost: list[FileLink] = []
    doubtful: list[FileLink] = []
    for side in back(case) & case.files.keys():
        here = _listed(case, side)
        missing = {
            number: row for number, row in _standing(case, side) if number and number not in here
        }
        gone = deleted(runtime, case, side, sorted(missing))
        rows = [row for number, row in missing.items() if number in gone]
        went = bool(rows) and _died(runtime, case, side)
        lost += [row for row in rows if went or row.source is side]
        doubtful += [row for row in rows if not (went or row.source is side)]
    known = tuple(row for row in case.filed if row not in lost)
    return replace(case, lost=tuple(lost), doubtful=tuple(doubtful), filed=known)


def _listed(case: Case, side: Side) -> frozenset[str]:
    return frozenset(file.id for file in case.files.get(side, ()))


def _standing(case: Case, side: Side) -> Iterator[tuple[str, FileLink]]:
    """Ids of files that stood on a side and may have gone with its record. A copy is only doubted
    while its original is there to be carried anew."""
    died = case.link.state is LinkState.ENDED
    doubted = side is Side.SERVICENOW and not _was_there(case, side)
    for row in case.filed:
        if row.source is side:
            yield row.source_id, row
        elif died or (doubted and row.source_id in _listed(case, row.source)):
            yield row.copy_id, row


def _died(runtime: Runtime, case: Case, side: Side) -> bool:
    """Whether a record was surely deleted while it was not shown."""
    if case.link.state is LinkState.ENDED:
        return True
    end, since = case.link.end(side), case.noted[side].since
    back = runtime.adapters[side].witness.returned(end.container, [end.key]).get(end.key)
    return back is not None and since is not None and back >= since


def _was_there(case: Case, side: Side) -> bool:
    """Whether a file tells that its record was not deleted: it is older than the absence."""
    since = case.noted[side].since
    return since is not None and any(file.created < since for file in case.files[side])


def forget(runtime: Runtime, cases: Sequence[Case]) -> None:
    """Forget lost files, so that those whose original is there are carried anew; of a doubtful one
    a person says whether."""
    rows = [(case, row) for case in cases for row in (*case.lost, *case.doubtful)]
    if not rows:
        return
    installation = runtime.options.installation
    references = [file_reference(installation, c.spec.pair, r.source, r.source_id) for c, r in rows]
    with runtime.store.transaction():
        runtime.store.files.forget([row for _, row in rows])
        runtime.store.intents.drop(references)
        for case in cases:
            for row in case.doubtful:
                _ask(runtime, case, row)


def _ask(runtime: Runtime, case: Case, row: FileLink) -> None:
    copy, original = case.link.end(row.source.other), case.link.end(row.source)
    error = Rejected(
        f"the copy of {row.name} is gone since {copy.label} was not shown: it went with a deletion "
        "of the record, or somebody deleted it",
        side=row.source.other.value,
        remedy="`tandem parked retry ID` carries it anew. If it is not wanted there, delete it on "
        f"{original.label} before that.",
    )
    park(runtime, Place(case.spec.pair, row.source.other, copy, file_field(row.source_id)), error)
