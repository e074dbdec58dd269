"""Comments on their way across: what of them is untold. Pure.

A comment too long for the other side is told in numbered parts. An edited comment is told anew
where the mapping wants that: journals cannot be edited, so the edit gets an entry of its own. An
edit while the parts of a comment are on their way ends those: the text they belong to is gone, and
the edit tells the whole new one.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from connector.values import Comment
from mappings.markup.plain_writer import Names, nobody
from mappings.sides import Side
from sync.apply.common import comment_field
from sync.core.model import CommentLink
from sync.core.plan import Carried
from sync.core.tellings import Telling, Told, milliseconds, telling
from sync.engine.cases import Candidate, Case
from sync.engine.copies import arrivals, claims, copy_ids, is_copy
from sync.engine.parked import waiting_comments
from sync.engine.wording import Teller, digests, lane_of, parts_text, worded


def carried(
    case: Case, side: Side, installation: str, names: Names = nobody
) -> tuple[Carried, ...]:
    """Untold texts of a side, oldest first, in the form they take on the other side.

    ``names`` tells who is mentioned in them.
    """
    teller = Teller(case.spec, side, case.link.end(side).label, installation, names)
    told = told_of(case, side, installation)
    parked = waiting_comments(case, side.other)
    found: list[tuple[datetime, Carried]] = []
    for comment in own_words(case, side, installation):
        for one in untold(teller, comment, told.get(comment.id)):
            if comment_field(one.name) in parked:
                break
            at = comment.updated if one.edited else comment.created
            found.append((at, worded(teller, comment, one)))
    return tuple(text for _, text in sorted(found, key=lambda pair: pair[0]))


def first_remarks(
    candidate: Candidate, installation: str, names: Names = nobody
) -> tuple[Carried, ...]:
    """All comments a record already has, for its new twin."""
    spec, side = candidate.spec, candidate.side
    teller = Teller(spec, side, candidate.record.label, installation, names)
    return tuple(
        worded(teller, comment, one)
        for comment in candidate.comments
        if not is_copy(comment, {}) and lane_of(spec, comment) is not None
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
        and lane_of(case.spec, comment) is not None
        and not too_old(case, comment)
    ]


def too_old(case: Case, comment: Comment) -> bool:
    """Whether a comment was made before the link, where the mapping leaves those alone."""
    made = case.link.made_at
    return not case.spec.comments.backlog and made is not None and comment.created < made


def untold(teller: Teller, comment: Comment, told: Told | None) -> list[Telling]:
    """The texts about a comment that still have to be told, in their order."""
    if told is None:
        parts = len(parts_text(teller.side, comment.body))
        return [Telling(comment.id, part=part) for part in range(1, parts + 1)]
    if milliseconds(comment.updated) < told.seen:
        return []  # an index shows it as it was a while ago
    if unchanged(teller.side, comment, told, teller.names):
        missing = (part for part in range(1, told.parts + 1) if part not in told.latest)
        return [Telling(comment.id, told.edited, part) for part in missing]
    if told.whole and teller.spec.comments.edits == "ignore":
        return []
    edited, parts = milliseconds(comment.updated), len(parts_text(teller.side, comment.body))
    return [Telling(comment.id, edited, part) for part in range(1, parts + 1)]


def unchanged(side: Side, comment: Comment, told: Told, names: Names = nobody) -> bool:
    """Whether a comment still says what was told of it.

    Journals never change, and neither does what bears the stamp it had then. Where the stamp moved
    on, or nobody knows it, the texts are compared: Jira stamps a comment for its readers too. A
    copy that the store did not know tells who is mentioned by name.
    """
    rows = told.latest
    stamp = str(milliseconds(comment.updated))
    if side is Side.SERVICENOW or str(told.edited) == stamp:
        return True
    if all(not row.stamp and not row.digest for row in rows.values()):
        return True  # carried by a program that kept neither: it counts as told as it stands
    if any(row.stamp == stamp for row in rows.values()):
        return True
    now = [*zip(digests(side, comment.body), digests(side, comment.body, names), strict=True)]
    return len(now) == told.parts and all(row.digest in now[part - 1] for part, row in rows.items())


def learned(case: Case, installation: str) -> list[CommentLink]:
    """Known texts whose comment was heard and says the same as then: with its stamp by now."""
    found = []
    told = told_of(case, Side.JIRA, installation)
    for comment in case.comments.get(Side.JIRA, ()):
        known, at = told.get(comment.id), milliseconds(comment.updated)
        if known is None or at < known.seen or not unchanged(Side.JIRA, comment, known):
            continue
        stamp = str(at)
        rows = {part: row for part, row in known.latest.items() if row.stamp != stamp}
        now = digests(Side.JIRA, comment.body) if rows else ()
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
