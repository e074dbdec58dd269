"""What is told of a comment, in words: a first line, a text in parts, the form of the other side.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache, partial

from connector.values import Comment
from mappings.markup.journal import formatted, journal_plain
from mappings.markup.plain_writer import Names, nobody
from mappings.model import MappingSpec
from mappings.relations import naming
from mappings.sides import Side
from mappings.splitting import split
from mappings.text import (
    canonical_text,
    from_wiki,
    journal_to_wiki,
    mentioned,
    named,
    size,
    to_journal,
    to_wiki,
)
from mappings.values import Lookup
from sync.core import marks
from sync.core.plan import Carried
from sync.core.tellings import Telling, digest, milliseconds

LIMIT = 30_000
"""Longest part, as it is sent. Jira refuses more than 32,767 characters (jira-api 7), and our first
line comes on top; in whole comments of that length ServiceNow's journals show no fault."""

LANES = {"work_notes": "work note", "comments": "customer comment", "approval": "approval"}
"""What ServiceNow's lanes are called for people."""

NAME = 100
"""Longest name of a person in a first line."""


@dataclass(frozen=True, slots=True)
class Teller:
    """What telling the comments of one side of a link needs besides the comments.

    ``names`` tells who is mentioned in them.
    """

    spec: MappingSpec
    side: Side
    label: str
    installation: str
    names: Names = nobody

    def reference(self, one: Telling) -> str:
        """The reference of a text."""
        return marks.reference(self.installation, self.spec.pair, self.side, one.name)


def names_in(lookup: Lookup, comments: Iterable[Comment]) -> Names:
    """What people call somebody in Jira: as the authors of comments are called, or as known."""
    authors = {comment.author: comment.author_name for comment in comments}
    known = naming(lookup)
    return lambda key: authors.get(key) or known(key)


@lru_cache(maxsize=256)
def parts_text(side: Side, body: str) -> tuple[str, ...]:
    """A comment's text in parts, as each is sent to the other side. Nobody is called by name yet:
    names become known and change, and the parts of a text stay.

    A journal entry keeps its form where that fits into one part; a longer one keeps its words.
    """
    if side is Side.SERVICENOW and formatted(body):
        wiki = journal_to_wiki(body)
        if size(wiki) <= LIMIT:
            return (wiki,)
    plain = from_wiki(body) if side is Side.JIRA else canonical_text(journal_plain(body)) or ""
    escaped = cache(partial(_escaped, side.other))
    return tuple(map(escaped, split(plain, LIMIT, lambda part: size(escaped(part)))))


def digests(side: Side, body: str, names: Names = nobody) -> tuple[str, ...]:
    """What tells the parts of a comment from those of another wording."""
    return tuple(digest(_called(side, body, part, names)) for part in parts_text(side, body))


def _called(side: Side, body: str, part: str, names: Names) -> str:
    """A part in which the people whom Jira mentions by key are called by name, where known."""
    keys = mentioned(body) if side is Side.JIRA else frozenset()
    if not keys:
        return part
    return to_journal(named(part, lambda key: names(key) if key in keys else None))


def _escaped(side: Side, text: str) -> str:
    """Text so that a side shows it as written."""
    return to_wiki(text) if side is Side.JIRA else to_journal(text)


def lane_of(spec: MappingSpec, comment: Comment) -> str | None:
    """Where a comment goes on the other side; ``None`` for nowhere."""
    return spec.comments.lane(comment.lane, internal=comment.internal)


def worded(teller: Teller, comment: Comment, one: Telling) -> Carried:
    """A text about a comment as it is sent."""
    side, reference = teller.side, teller.reference(one)
    parts = parts_text(side, comment.body)
    number = f" (part {one.part} of {len(parts)})" if len(parts) > 1 else ""
    text = parts[min(one.part, len(parts)) - 1]
    head = f"{_head(teller, comment, one)} {reference}{number}"
    return Carried(
        one.name,
        lane_of(teller.spec, comment) or "comment",
        reference,
        f"{_escaped(side.other, head)}\n\n{_called(side, comment.body, text, teller.names)}",
        _named(comment.author_name or comment.author),
        side is Side.JIRA or teller.spec.comments.hidden(comment.lane),
        one.part > 1,
        str(milliseconds(comment.updated)),
        digest(text),
        len(parts),
    )


def _head(teller: Teller, comment: Comment, one: Telling) -> str:
    """The first line up to its reference; it ends with a time."""
    name, at = _named(comment.author_name or comment.author), _time(comment.created)
    if not one.edited:
        return f"{name}, {LANES.get(comment.lane, 'comment')} on {teller.label}, {at}"
    editor = _named(comment.editor_name) or name
    whose = "their comment" if editor == name else f"the comment by {name}"
    return f"{editor} edited {whose} of {at} on {teller.label}, {_time(comment.updated)}"


def _named(name: str) -> str:
    return " ".join(name.split())[:NAME]


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC")
