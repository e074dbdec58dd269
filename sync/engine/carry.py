"""Comments on their way across: what is untold, what it looks like on the other side. Pure.

A carried text begins with one line that names its author, its time and a reference. The reference
is computed from the text's name (:mod:`sync.core.tellings`), so it is the same in every attempt: by
it a copy is recognised even when the store forgot, and never travels back. People share accounts
and quote each other, so neither the author nor a reference further down decides anything.

A comment too long for the other side is told in numbered parts. An edited comment is told anew
where the mapping wants that: journals cannot be edited, so the edit gets an entry of its own. An
edit while the parts of a comment are on their way ends those: the text they belong to is gone, and
the edit tells the whole new one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from connector.values import Comment
from mappings.model import MappingSpec
from mappings.sides import Side
from mappings.splitting import split
from mappings.text import canonical_text, from_wiki, size, to_journal, to_wiki
from sync.apply.common import comment_field
from sync.core import marks
from sync.core.model import CommentLink
from sync.core.plan import Carried
from sync.core.tellings import (
    Telling,
    Told,
    bears,
    digest,
    digest_of_copy,
    milliseconds,
    parts_of,
    telling,
)
from sync.engine.cases import Candidate, Case
from sync.engine.parked import waiting_comments

LIMIT = 30_000
"""Longest part, as it is sent. Jira refuses more than 32,767 characters (jira-api 7), and our first
line comes on top; in whole comments of that length ServiceNow's journals show no fault."""

NAME = 100
"""Longest name of a person in a first line."""


@dataclass(frozen=True, slots=True)
class Teller:
    """What telling the comments of one side of a link needs besides the comments."""

    spec: MappingSpec
    side: Side
    label: str
    installation: str

    def reference(self, one: Telling) -> str:
        """The reference of a text."""
        return marks.reference(self.installation, self.spec.pair, self.side, one.name)


def carried(case: Case, side: Side, installation: str) -> tuple[Carried, ...]:
    """Untold texts of a side, oldest first, in the form they take on the other side."""
    teller = Teller(case.spec, side, case.link.end(side).label, installation)
    told = told_of(case, side, installation)
    parked = waiting_comments(case, side.other)
    found: list[tuple[datetime, Carried]] = []
    for comment in own_words(case, side, installation):
        for one in untold(teller, comment, told.get(comment.id)):
            if comment_field(one.name) in parked:
                break
            at = comment.updated if one.edited else comment.created
            found.append((at, _carry(teller, comment, one)))
    return tuple(text for _, text in sorted(found, key=lambda pair: pair[0]))


def first_remarks(candidate: Candidate, installation: str) -> tuple[Carried, ...]:
    """All comments a record already has, for its new twin."""
    spec, side = candidate.spec, candidate.side
    teller = Teller(spec, side, candidate.record.label, installation)
    return tuple(
        _carry(teller, comment, one)
        for comment in candidate.comments
        if not is_copy(comment, {}) and _lane(spec, comment) is not None
        for one in untold(teller, comment, None)
    )


def own_words(case: Case, side: Side, installation: str) -> list[Comment]:
    """A side's comments that people wrote and that are to be told on the other side."""
    ours, claimed = copy_ids(case.known, side), claims(case, side, installation)
    return [
        comment
        for comment in case.comments.get(side, ())
        if comment.id not in ours
        and not is_copy(comment, claimed)
        and _lane(case.spec, comment) is not None
    ]


def untold(teller: Teller, comment: Comment, told: Told | None) -> list[Telling]:
    """The texts about a comment that still have to be told, in their order."""
    if told is None:
        parts = len(parts_text(teller.side, comment.body))
        return [Telling(comment.id, part=part) for part in range(1, parts + 1)]
    if unchanged(teller.side, comment, told):
        missing = (part for part in range(1, told.parts + 1) if part not in told.latest)
        return [Telling(comment.id, told.edited, part) for part in missing]
    if told.whole and teller.spec.comments.edits == "ignore":
        return []
    edited, parts = milliseconds(comment.updated), len(parts_text(teller.side, comment.body))
    return [Telling(comment.id, edited, part) for part in range(1, parts + 1)]


def unchanged(side: Side, comment: Comment, told: Told) -> bool:
    """Whether a comment still says what was told of it.

    Journals never change, and neither does what bears the stamp it had then. Where the stamp moved
    on, or nobody knows it, the texts are compared: Jira stamps a comment for its readers too.
    """
    rows = told.latest
    stamp = str(milliseconds(comment.updated))
    if side is Side.SERVICENOW or str(told.edited) == stamp:
        return True
    if all(not row.stamp and not row.digest for row in rows.values()):
        return True  # carried by a program that kept neither: it counts as told as it stands
    if any(row.stamp == stamp for row in rows.values()):
        return True
    now = _digests(side, comment.body)
    return len(now) == told.parts and all(now[part - 1] == row.digest for part, row in rows.items())


def learned(case: Case, installation: str) -> list[CommentLink]:
    """Known texts whose comment was heard and says the same as then: with its stamp by now."""
    found = []
    told = told_of(case, Side.JIRA, installation)
    for comment in case.comments.get(Side.JIRA, ()):
        known = told.get(comment.id)
        if known is None or not unchanged(Side.JIRA, comment, known):
            continue
        stamp = str(milliseconds(comment.updated))
        rows = {part: row for part, row in known.latest.items() if row.stamp != stamp}
        now = _digests(Side.JIRA, comment.body) if rows else ()
        found += [
            replace(row, stamp=stamp, digest=row.digest or now[part - 1])
            for part, row in rows.items()
            if part <= len(now)
        ]
    return found


def told_of(case: Case, side: Side, installation: str) -> dict[str, Told]:
    """What is known of each comment of a side, copies that only the other side shows included."""
    rows: dict[str, list[CommentLink]] = {}
    for row in (*case.known, *arrivals(case, side.other, installation)):
        if row.source is side:
            rows.setdefault(telling(row.source_id).comment, []).append(row)
    return {comment: Told(found) for comment, found in rows.items()}


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
    most = max(parts_of(copy.body) for copy in strange.values())
    return [
        row
        for original in case.comments.get(side.other, ())
        for one in _possible(side.other, original, most)
        if (copy := strange.get(teller.reference(one))) is not None
        for row in [_arrival(case.link.id, side.other, one, copy)]
    ]


def _possible(side: Side, comment: Comment, parts: int) -> list[Telling]:
    """Everything that may have been told of a comment as it stands."""
    edited = milliseconds(comment.updated) if comment.updated > comment.created else 0
    versions = {0} if side is Side.SERVICENOW else {0, edited}
    return [
        Telling(comment.id, version, part)
        for version in sorted(versions)
        for part in range(1, parts + 1)
    ]


def _arrival(link_id: int, source: Side, one: Telling, copy: Comment) -> CommentLink:
    parts, text = parts_of(copy.body), digest_of_copy(copy.body)
    return CommentLink(link_id, source, one.name, copy.id, copy.lane, "", text, parts)


@lru_cache(maxsize=64)
def parts_text(side: Side, body: str) -> tuple[str, ...]:
    """A comment's text in parts, as it reads on the other side, before it is escaped there."""
    plain = from_wiki(body) if side is Side.JIRA else canonical_text(body) or ""
    return split(plain, LIMIT, lambda part: size(_escaped(side.other, part)))


def _digests(side: Side, body: str) -> tuple[str, ...]:
    return tuple(digest(_escaped(side.other, part)) for part in parts_text(side, body))


def _escaped(side: Side, text: str) -> str:
    """Text so that a side shows it as written."""
    return to_wiki(text) if side is Side.JIRA else to_journal(text)


def _lane(spec: MappingSpec, comment: Comment) -> str | None:
    return spec.comments.lane(comment.lane, internal=comment.internal)


def _carry(teller: Teller, comment: Comment, one: Telling) -> Carried:
    side, reference = teller.side, teller.reference(one)
    parts = parts_text(side, comment.body)
    number = f" (part {one.part} of {len(parts)})" if len(parts) > 1 else ""
    text = parts[min(one.part, len(parts)) - 1]
    body = f"{_head(teller, comment, one)} {reference}{number}\n\n{text}"
    return Carried(
        one.name,
        _lane(teller.spec, comment) or "comment",
        reference,
        _escaped(side.other, body),
        _named(comment.author_name or comment.author),
        side is Side.JIRA or teller.spec.comments.hidden(comment.lane),
        one.part > 1,
        str(milliseconds(comment.updated)),
        digest(_escaped(side.other, text)),
        len(parts),
    )


def _head(teller: Teller, comment: Comment, one: Telling) -> str:
    """The first line up to its reference; it ends with a time."""
    name, at = _named(comment.author_name or comment.author), _time(comment.created)
    if not one.edited:
        words = {"work_notes": "work note", "comments": "customer comment"}
        what = words.get(comment.lane, "comment")
        return f"{name}, {what} on {teller.label}, {at}"
    editor = _named(comment.editor_name) or name
    whose = "their comment" if editor == name else f"the comment by {name}"
    return f"{editor} edited {whose} of {at} on {teller.label}, {_time(comment.updated)}"


def _named(name: str) -> str:
    return " ".join(name.split())[:NAME]


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC")
