"""Files that only their content tells apart.

A copy that the store does not know looks like its original by name and size; so does the copy of
another file, which may be deleted since. Whichever of the two bears no hash is fetched: else a file
would count as carried that never was (reliability: I-10).
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from connector.contents import File
from connector.errors import ConnectorError, Unreachable
from mappings.sides import Side
from sync.engine.cases import Case
from sync.engine.filing import Desk, known_files, safe_name
from sync.runtime import Runtime, log

Kind = tuple[str, int]
"""Name on the other side, and size."""


def with_hashes(runtime: Runtime, cases: Sequence[Case], desk: Desk) -> list[Case]:
    """The cases with hashes of files that could be mistaken for each other."""
    return [_with(runtime, case, desk) if len(case.files) == len(Side) else case for case in cases]


def _with(runtime: Runtime, case: Case, desk: Desk) -> Case:
    files: dict[Side, tuple[File, ...]] = dict(case.files)
    for side in Side:
        originals, copies = (
            _unknown(case, side.other, desk, ours=False),
            _unknown(case, side, desk, ours=True),
        )
        for kind in originals.keys() & copies.keys():
            files[side.other] = _hashed(runtime, side.other, files[side.other], originals[kind])
            files[side] = _hashed(runtime, side, files[side], copies[kind])
    return case if files == dict(case.files) else replace(case, files=files)


def _unknown(case: Case, side: Side, desk: Desk, *, ours: bool) -> Mapping[Kind, list[File]]:
    """Files of a side of which the store knows nothing, people's or ours, by their looks."""
    settled, accounts = known_files(case.filed, side), desk.ours.get(side, frozenset())
    found: dict[Kind, list[File]] = defaultdict(list)
    for file in case.files[side]:
        if file.id not in settled and (file.author in accounts) is ours:
            found[(safe_name(file.name), file.size)].append(file)
    return found


def _hashed(
    runtime: Runtime, side: Side, files: Sequence[File], alike: Iterable[File]
) -> tuple[File, ...]:
    bare = {file.id for file in alike if not file.digest}
    return tuple(_with_hash(runtime, side, file) if file.id in bare else file for file in files)


def _with_hash(runtime: Runtime, side: Side, file: File) -> File:
    """A file with the hash of its content; as it was where that cannot be had now."""
    try:
        with tempfile.TemporaryFile(prefix="tandem-") as into:
            return replace(file, digest=runtime.adapters[side].fetch(file, into))
    except Unreachable:
        raise
    except ConnectorError as error:
        log.info("a file could not be compared", action="file.alike", why=error.what)
        return file
