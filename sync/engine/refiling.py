"""Files of a record that was deleted and is back: it comes without them (servicenow-api 9).

A copy that went with it is made anew. An original that went with it leaves its copy where it is,
also where deletions are followed: nobody deleted that file by itself, and the copy may be the last
one of it. Either way nothing is known of the two any longer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from mappings.sides import Side
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
    for side in back(case) & case.files.keys():
        here = {file.id for file in case.files[side]}
        missing = {
            number: row for number, row in _standing(case, side) if number and number not in here
        }
        gone = deleted(runtime, case, side, sorted(missing))
        lost += [row for number, row in missing.items() if number in gone]
    return replace(case, lost=tuple(lost), filed=tuple(r for r in case.filed if r not in lost))


def _standing(case: Case, side: Side) -> Iterator[tuple[str, FileLink]]:
    """Ids of files that stood on a side. A copy counts where its record was surely deleted: it may
    have been taken away while the record was only hidden."""
    for row in case.filed:
        if row.source is side:
            yield row.source_id, row
        elif case.link.state is LinkState.ENDED:
            yield row.copy_id, row


def forget(runtime: Runtime, cases: Sequence[Case]) -> None:
    """Forget lost files, so that those whose original is there are carried anew."""
    rows = [(case, row) for case in cases for row in case.lost]
    if not rows:
        return
    installation = runtime.options.installation
    references = [file_reference(installation, c.spec.pair, r.source, r.source_id) for c, r in rows]
    with runtime.store.transaction():
        runtime.store.files.forget([row for _, row in rows])
        runtime.store.intents.drop(references)
