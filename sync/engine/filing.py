"""Files on their way across: which are new, what they are called there, which are left out. Pure.

A copy is known by what the store remembers. Where it forgot, a file that our account made is the
copy of one of the same name, size and content on the other side. One that fits nothing there is
never carried: its original may be gone, and what a person deleted does not come back (reliability:
I-07, I-10). So people do not attach files with the account of this program.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from connector.contents import File
from mappings.model import AttachmentRules
from mappings.sides import Side
from mappings.text import to_journal, to_wiki
from sync.apply.common import comment_field, file_field
from sync.core import marks
from sync.core.model import FileLink
from sync.core.plan import Attach, Carried
from sync.core.tellings import bears
from sync.engine.cases import Case
from sync.engine.parked import waiting_comments

LONGEST_NAME = 100
"""Characters that ServiceNow keeps of a file's name (``sys_attachment.file_name``)."""

NOTICE = "file:"
"""Begins the name of a word on a file that was left out."""

MEGABYTE = 1_000_000
_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')


@dataclass(frozen=True, slots=True)
class Desk:
    """What judging files needs besides the case: our accounts on both sides, and the largest file
    in bytes that each side takes, where it tells."""

    installation: str
    ours: Mapping[Side, frozenset[str]] = field(default_factory=dict)
    limits: Mapping[Side, int | None] = field(default_factory=dict)


NO_FILES = Desk("")
"""For whoever looks at no files."""


def attached(case: Case, side: Side, desk: Desk) -> tuple[Attach, ...]:
    """New files of a side that are carried, oldest first; none unless both sides were listed."""
    if side.other not in case.files:
        return ()
    there = {source_id for source_id, _ in arrivals(case, side.other, desk)}
    return tuple(
        Attach(
            case.spec.pair,
            side.other,
            case.link,
            file,
            safe_name(file.name),
            file_reference(desk.installation, case.spec.pair, side, file.id),
        )
        for file in _new(case, side, desk)
        if file.id not in there and left_out(case.spec.attachments, side, file, desk) is None
    )


def notices(case: Case, side: Side, desk: Desk) -> tuple[Carried, ...]:
    """A word on the twin for each new file that is left out, once: it says where the file is. None
    before the twin was heard, since it may stand there although the store forgot."""
    if side.other not in case.comments:
        return ()
    there = {bears(comment.body) for comment in case.comments[side.other]}
    return tuple(one for one in unnoticed(case, side, desk) if one.reference not in there)


def unnoticed(case: Case, side: Side, desk: Desk) -> list[Carried]:
    """The words on files left out that are still to be said, as far as the store knows; those that
    were put aside for a person are not."""
    told = {comment_field(row.source_id) for row in case.known if row.source is side}
    settled = told | waiting_comments(case, side.other)
    found = []
    for file in _new(case, side, desk):
        why = left_out(case.spec.attachments, side, file, desk)
        if why is not None and comment_field(_notice_id(file)) not in settled:
            found.append(_notice(case, side, file, why, desk.installation))
    return found


def left_out(rules: AttachmentRules, side: Side, file: File, desk: Desk) -> str | None:
    """Why a file is not carried, in words for both teams; nothing where it is."""
    ending = file.name.rpartition(".")[2].lower() if "." in file.name else ""
    wished, own = rules.max_mb * MEGABYTE, desk.limits.get(side.other)
    limit = wished if own is None else min(wished, own)
    if ending in rules.never or (rules.only and ending not in rules.only):
        return f"files of the type {ending or 'without an ending'} are not carried"
    if file.size > limit:
        return f"it has {file.size:,} bytes, and at most {limit:,} are carried"
    return None


def arrivals(case: Case, side: Side, desk: Desk) -> list[tuple[str, File]]:
    """Copies on a side that the store does not know: id of the original, copy."""
    settled = known_files(case.filed, side.other)
    originals = [
        file
        for file in case.files.get(side.other, ())
        if file.id not in settled and file.author not in desk.ours.get(side.other, frozenset())
    ]
    found = []
    for copy in _unknown_of_ours(case, side, desk):
        match = next((one for one in originals if _same(one, copy)), None)
        if match is not None:
            originals.remove(match)
            found.append((match.id, copy))
    return found


def _same(original: File, copy: File) -> bool:
    """Whether a file of ours can be the copy of that one."""
    if original.digest and copy.digest and original.digest != copy.digest:
        return False
    return safe_name(original.name) == copy.name and original.size == copy.size


def _unknown_of_ours(case: Case, side: Side, desk: Desk) -> list[File]:
    settled, ours = known_files(case.filed, side), desk.ours.get(side, frozenset())
    return [
        file for file in case.files.get(side, ()) if file.id not in settled and file.author in ours
    ]


def _new(case: Case, side: Side, desk: Desk) -> Iterator[File]:
    """Files of a side that nothing is known of and that may be carried."""
    rules, made = case.spec.attachments, case.link.made_at
    settled = known_files(case.filed, side)
    parked = {row.field for row in case.parked}
    if rules.flow is None or not rules.flow.reaches(side.other):
        return
    for file in case.files.get(side, ()):
        if file.id in settled or file_field(file.id) in parked:
            continue
        before = made is not None and file.created < made
        ours = file.author in desk.ours.get(side, frozenset())
        if not ours and (rules.backlog or not before):
            yield file


def known_files(filed: tuple[FileLink, ...], side: Side) -> frozenset[str]:
    """File ids of a side that are settled: carried away from it, or made by us on it."""
    return frozenset(row.source_id if row.source is side else row.copy_id for row in filed)


def file_reference(installation: str, pair: str, side: Side, file_id: str) -> str:
    """The marker of a file on its way; it stands in the store only."""
    return marks.reference(installation, pair, side, NOTICE + file_id)


def safe_name(name: str) -> str:
    """A file's name without a path, control or direction characters; its ending is kept."""
    plain = unicodedata.normalize("NFC", name)
    shown = "".join(one for one in plain if unicodedata.category(one) not in ("Cc", "Cf", "Cs"))
    clean = _UNSAFE.sub("_", shown).strip(" .") or "file"
    if len(clean) <= LONGEST_NAME:
        return clean
    stem, dot, ending = clean.rpartition(".")
    if not dot or len(ending) > 10:
        return clean[:LONGEST_NAME]
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"


def _notice_id(file: File) -> str:
    return NOTICE + file.id


def _notice(case: Case, side: Side, file: File, why: str, installation: str) -> Carried:
    reference = file_reference(installation, case.spec.pair, side, file.id)
    stamp = file.created.strftime("%Y-%m-%d %H:%M:%S UTC")
    author = file.author_name or file.author
    label = case.link.end(side).label
    head = f"{author}, file on {label}, {stamp} {reference}"
    where = "ServiceNow" if side is Side.SERVICENOW else "Jira"
    body = f"{head}\n\n{safe_name(file.name)} stands in {where} only: {why}."
    lane = "comment" if side is Side.SERVICENOW else "work_notes"
    text = to_wiki(body) if side is Side.SERVICENOW else to_journal(body)
    return Carried(_notice_id(file), lane, reference, text, author)
