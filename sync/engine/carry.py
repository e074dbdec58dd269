"""Comments on their way across: which are new, what they look like on the other side. Pure.

A carried comment begins with one line that names its author, its time and a reference. The
reference is computed from the original's id, so it is the same in every attempt: by it a copy is
recognised even when the store forgot, and never travels back. People share accounts and quote each
other, so neither the author nor a reference further down decides anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from connector.values import Comment
from mappings.markup.journal import formatted, journal_plain
from mappings.markup.plain_writer import Names, nobody
from mappings.model import MappingSpec
from mappings.relations import naming
from mappings.sides import Side
from mappings.text import cut, from_wiki, journal_to_wiki, size, to_journal, to_wiki
from mappings.values import Lookup
from sync.apply.common import comment_field
from sync.core import marks
from sync.core.model import CommentLink
from sync.core.plan import Carried
from sync.engine.cases import Candidate, Case

LIMIT = 30_000
"""Longest text carried: Jira refuses more than 32,767 characters, the first line included."""

ROOM = 32_000
"""What a carried text may measure in Jira, escapes included, so that the first line fits on top."""

CUT = "\n[... cut here; the rest stands in the other system]"


def names_in(lookup: Lookup, comments: Iterable[Comment]) -> Names:
    """What people call somebody in Jira: as the authors of comments are called, or as known."""
    authors = {comment.author: comment.author_name for comment in comments}
    known = naming(lookup)
    return lambda key: authors.get(key) or known(key)


def carried(
    case: Case, side: Side, installation: str, names: Names = nobody
) -> tuple[Carried, ...]:
    """New comments of a side, oldest first, in the form they take on the other side.

    ``names`` tells who is mentioned in them.
    """
    label = case.link.end(side).label
    parked = {row.field for row in case.parked}
    settled = known_ids(case.known, side)
    claimed = claims(case, side, installation)
    there = {reference for reference, _, _ in arrivals(case, side.other, installation)}
    return tuple(
        carry
        for comment in case.comments.get(side, ())
        if comment.id not in settled
        and not is_copy(comment, claimed)
        and _lane(case.spec, side, comment) is not None
        and comment_field(comment.id) not in parked
        for carry in [_carry(case.spec, side, comment, label, installation, names)]
        if carry.reference not in there
    )


def first_remarks(
    candidate: Candidate, installation: str, names: Names = nobody
) -> tuple[Carried, ...]:
    """All comments a record already has, for its new twin."""
    spec, side, label = candidate.spec, candidate.side, candidate.record.label
    return tuple(
        _carry(spec, side, comment, label, installation, names)
        for comment in candidate.comments
        if not is_copy(comment, {}) and _lane(candidate.spec, candidate.side, comment) is not None
    )


def copies(comments: Iterable[Comment]) -> dict[str, Comment]:
    """Carried comments by reference."""
    found = ((marks.REFERENCE.search(_first_line(comment)), comment) for comment in comments)
    return {match.group(0): comment for match, comment in found if match}


def known_ids(known: Iterable[CommentLink], side: Side) -> frozenset[str]:
    """Comment ids of a side that are settled: carried away from it, or made by us on it."""
    return frozenset(row.source_id if row.source is side else row.copy_id for row in known)


def claims(case: Case, side: Side, installation: str) -> dict[str, str]:
    """References of known copies on a side, with the copy that bears each rightly."""
    return {
        marks.reference(installation, case.spec.pair, row.source, row.source_id): row.copy_id
        for row in case.known
        if row.source is side.other
    }


def is_copy(comment: Comment, claimed: Mapping[str, str]) -> bool:
    """Whether a comment is one that was carried here, not a person's quote of one."""
    match = marks.REFERENCE.search(_first_line(comment))
    return match is not None and claimed.get(match.group(0), comment.id) == comment.id


def arrivals(case: Case, side: Side, installation: str) -> list[tuple[str, str, Comment]]:
    """Copies on a side that the store does not know: they rode with a create, or a crash came in
    between. Reference, id of the original (heard on the other side), copy."""
    claimed = claims(case, side, installation)
    here = copies(case.comments.get(side, ()))
    found = []
    for original in case.comments.get(side.other, ()):
        reference = marks.reference(installation, case.spec.pair, side.other, original.id)
        if reference in here and reference not in claimed:
            found.append((reference, original.id, here[reference]))
    return found


def _first_line(comment: Comment) -> str:
    return comment.body.lstrip().split("\n", 1)[0]


def _lane(spec: MappingSpec, side: Side, comment: Comment) -> str | None:
    """Where a comment goes on the other side, or nothing."""
    rules = spec.comments
    if side is Side.JIRA:
        return None if rules.jira == "off" else rules.jira
    wish = rules.work_notes if comment.lane == "work_notes" else rules.comments
    return None if wish == "off" else "comment"


def _internal(spec: MappingSpec, side: Side, comment: Comment) -> bool:
    if side is Side.JIRA:
        return spec.comments.jira == "work_notes"
    wish = spec.comments.work_notes if comment.lane == "work_notes" else spec.comments.comments
    return wish != "public"


def _carry(
    spec: MappingSpec, side: Side, comment: Comment, label: str, installation: str, names: Names
) -> Carried:
    reference = marks.reference(installation, spec.pair, side, comment.id)
    stamp = comment.created.strftime("%Y-%m-%d %H:%M:%S UTC")
    what = {"work_notes": "work note", "comments": "customer comment"}.get(comment.lane, "comment")
    head = f"{comment.author_name or comment.author}, {what} on {label}, {stamp} {reference}"
    if side is Side.SERVICENOW:
        body = f"{to_wiki(head)}\n\n{_in_jira(comment.body)}"
    else:
        body = to_journal(f"{head}\n\n{_shortened(from_wiki(comment.body, names))}")
    return Carried(
        comment.id,
        _lane(spec, side, comment) or "comment",
        reference,
        body,
        comment.author_name or comment.author,
        _internal(spec, side, comment),
    )


def _in_jira(entry: str) -> str:
    """A journal entry as wiki markup; one that is too long for Jira keeps its words only."""
    if formatted(entry) and len(entry) <= LIMIT:
        wiki = journal_to_wiki(entry)
    else:
        wiki = to_wiki(_shortened(journal_plain(entry)))
    if size(wiki) <= ROOM:
        return wiki
    return to_wiki(cut(journal_plain(entry), ROOM - len(CUT), _escaped_size) + CUT)


def _escaped_size(text: str) -> int:
    return size(to_wiki(text))


def _shortened(text: str) -> str:
    return text if len(text) <= LIMIT else text[:LIMIT] + CUT
