"""Copies of carried comments: which they are, and of what. Pure.

A carried text begins with one line that names its author, its time and a reference. The reference
is computed from the text's name (:mod:`sync.core.tellings`), so it is the same in every attempt: by
it a copy is recognised even when the store forgot, and never travels back. People share accounts
and quote each other, so neither the author nor a reference further down decides anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from connector.values import Comment
from mappings.sides import Side
from sync.core import marks
from sync.core.model import CommentLink
from sync.core.tellings import Telling, bears, digest_of_copy, milliseconds, parts_of, telling
from sync.engine.cases import Case
from sync.engine.wording import Teller

MANY = 64
"""Parts that are looked for; a person may write any number behind a reference."""


def copies(comments: Iterable[Comment]) -> dict[str, Comment]:
    """Carried comments by reference."""
    found = ((bears(comment.body), comment) for comment in comments)
    return {reference: comment for reference, comment in found if reference}


def copy_ids(known: Iterable[CommentLink], side: Side) -> frozenset[str]:
    """Ids of the comments on a side that we made."""
    return frozenset(row.copy_id for row in known if row.source is not side)


def claims(case: Case, side: Side, installation: str) -> dict[str, str]:
    """References of known copies on a side, with the copy that bears each rightly."""
    return {
        marks.reference(installation, case.spec.pair, row.source, row.source_id): row.copy_id
        for row in case.known
        if row.source is side.other
    }


def is_copy(comment: Comment, claimed: Mapping[str, str]) -> bool:
    """Whether a comment is one that was carried here, not a person's quote of one."""
    reference = bears(comment.body)
    return reference is not None and claimed.get(reference, comment.id) == comment.id


def arrivals(case: Case, side: Side, installation: str) -> list[CommentLink]:
    """Copies on a side that the store does not know: they rode with a create, or a crash came in
    between. What they are copies of is heard on the other side."""
    claimed = claims(case, side, installation)
    here = copies(case.comments.get(side, ()))
    strange = {reference: copy for reference, copy in here.items() if reference not in claimed}
    if not strange:
        return []
    teller = Teller(case.spec, side.other, "", installation)
    most = min(max(parts_of(copy.body) for copy in strange.values()), MANY)
    wordings = _wordings(case.known, side.other)
    return [
        row
        for original in case.comments.get(side.other, ())
        for one in _possible(original, wordings.get(original.id, {0}), most)
        if (copy := strange.get(teller.reference(one))) is not None
        for row in [_arrival(case.link.id, side.other, one, copy)]
    ]


def _wordings(known: Iterable[CommentLink], source: Side) -> dict[str, set[int]]:
    """Which wordings of a side's comments are known to have been told, be it in part."""
    found: dict[str, set[int]] = {}
    for one in (telling(row.source_id) for row in known if row.source is source):
        found.setdefault(one.comment, {0}).add(one.edited)
    return found


def _possible(comment: Comment, wordings: set[int], parts: int) -> list[Telling]:
    """Everything that may have been told of a comment: earlier wordings, and the present one."""
    edited = milliseconds(comment.updated) if comment.updated > comment.created else 0
    return [
        Telling(comment.id, wording, part)
        for wording in sorted(wordings | {edited})
        for part in range(1, parts + 1)
    ]


def _arrival(link_id: int, source: Side, one: Telling, copy: Comment) -> CommentLink:
    parts, text = parts_of(copy.body), digest_of_copy(copy.body)
    return CommentLink(link_id, source, one.name, copy.id, copy.lane, "", text, parts)
