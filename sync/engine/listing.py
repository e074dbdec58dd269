"""Files of what a pass looks at: which side is asked for them, and when the other one is too.

ServiceNow has a stream of new files; in Jira a file moves its issue, and an issue is read with the
ids of its files, so only one with unknown ids is asked for more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from connector.contents import File
from connector.errors import NotThere
from mappings.sides import Side
from sync.apply.common import FILED
from sync.core.model import LinkState
from sync.engine.cases import Case, places
from sync.engine.filing import Desk, known_files
from sync.engine.likeness import with_hashes
from sync.engine.refiling import back, with_lost
from sync.engine.trust import accounts
from sync.engine.unfiling import followed, vanished, with_deleted
from sync.runtime import Runtime, log

NATIVE = "attachment"
"""Jira's field with the ids of an issue's files."""


def with_files(runtime: Runtime, cases: Sequence[Case]) -> list[Case]:
    """The cases with their files; where one is new, with those of the other side too.

    Only the other side can tell that a copy stands there already although the store forgot.
    """
    known = runtime.store.files.known([case.link.id for case in cases])
    open_cases = [replace(case, filed=known.get(case.link.id, ())) for case in cases]
    listed = _list(runtime, _list(runtime, open_cases, _to_list), _to_compare)
    return _told_apart(runtime, with_deleted(runtime, with_lost(runtime, listed)))


def both_listed(runtime: Runtime, case: Case) -> Case:
    """A case with the files of both its records."""
    known = runtime.store.files.known([case.link.id])[case.link.id]
    listed = _list(runtime, [replace(case, filed=known)], lambda _: frozenset(Side))
    return _told_apart(runtime, listed)[0]


def _told_apart(runtime: Runtime, cases: Sequence[Case]) -> list[Case]:
    both = [case for case in cases if len(case.files) == len(Side)]
    return with_hashes(runtime, cases, desk(runtime, both)) if both else list(cases)


def desk(runtime: Runtime, cases: Sequence[Case]) -> Desk:
    """What judging the files of these cases needs; limits are only asked for where it is."""
    filed = any(files for case in cases for files in case.files.values())
    limits = {side: runtime.adapters[side].file_limit() if filed else None for side in Side}
    ours = {side: accounts(runtime, side) for side in Side if filed}
    return Desk(runtime.options.installation, ours, limits)


def _to_list(case: Case) -> frozenset[Side]:
    """Sides whose files may be new."""
    flow = case.spec.attachments.flow
    if flow is None or not (case.records.keys() & case.woken or case.making):
        return frozenset()
    told = {row.side for row in case.rows if FILED in row.reason.split("+")} | _unknown(case)
    if case.making or case.forced() or case.link.state is not LinkState.ACTIVE:
        told |= frozenset(Side)
    return frozenset(side for side in told if flow.reaches(side.other))


def _unknown(case: Case) -> set[Side]:
    """Jira, where the issue shows files that nothing is known of."""
    issue = case.records.get(Side.JIRA)
    ids = issue.fields.get(NATIVE) if issue else None
    if not isinstance(ids, tuple):
        return set()
    new, lost = set(ids) - known_files(case.filed, Side.JIRA), _carried(case) - set(ids)
    return {Side.JIRA} if new or lost else set()


def _carried(case: Case) -> set[str]:
    """Jira's files that were carried, where a deletion of one is followed."""
    if not followed(case.spec, Side.JIRA):
        return set()
    return {row.source_id for row in case.filed if row.source is Side.JIRA and row.copy_id}


def _to_compare(case: Case) -> frozenset[Side]:
    listed = case.files.keys()
    new = any(
        file.id not in known_files(case.filed, side) for side in listed for file in case.files[side]
    )
    lost = any(vanished(case, side) for side in listed)
    return frozenset(Side) - listed if new or lost or back(case) else frozenset()


def _list(
    runtime: Runtime, cases: Sequence[Case], wanted: Callable[[Case], frozenset[Side]]
) -> list[Case]:
    asked = [(case, wanted(case)) for case in cases]
    found = _read(runtime, places(asked))
    return [
        replace(case, files={**case.files, **_of(case, sides, found)}) if sides else case
        for case, sides in asked
    ]


def _of(
    case: Case, sides: frozenset[Side], found: Mapping[tuple[Side, str], tuple[File, ...]]
) -> dict[Side, tuple[File, ...]]:
    keys = {side: (side, case.link.end(side).key) for side in sides}
    return {side: found[key] for side, key in keys.items() if key in found}


def _read(
    runtime: Runtime, wanted: Mapping[tuple[Side, str], Sequence[str]]
) -> dict[tuple[Side, str], tuple[File, ...]]:
    """Fresh, because a copy that an index does not show yet would be made twice. A record whose
    side does not show files at all is absent."""
    found: dict[tuple[Side, str], list[File]] = {}
    for (side, where), keys in wanted.items():
        try:
            files = runtime.adapters[side].files(where, keys, fresh=True)
        except NotThere as error:
            log.warning("no files here", action="files.none", side=side.value, why=error.what)
            continue
        found |= {(side, key): [] for key in keys}
        for file in files:
            found[(side, file.key)].append(file)
    return {place: tuple(files) for place, files in found.items()}
