"""What is told of a comment, in words: a first line, a text in parts, the form of the other side.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from connector.values import Comment
from mappings.model import MappingSpec
from mappings.sides import Side
from mappings.splitting import split
from mappings.text import canonical_text, from_wiki, size, to_journal, to_wiki
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
    """What telling the comments of one side of a link needs besides the comments."""

    spec: MappingSpec
    side: Side
    label: str
    installation: str

    def reference(self, one: Telling) -> str:
        """The reference of a text."""
        return marks.reference(self.installation, self.spec.pair, self.side, one.name)


@lru_cache(maxsize=64)
def parts_text(side: Side, body: str) -> tuple[str, ...]:
    """A comment's text in parts, as it reads on the other side, before it is escaped there."""
    plain = from_wiki(body) if side is Side.JIRA else canonical_text(body) or ""
    return split(plain, LIMIT, lambda part: size(_escaped(side.other, part)))


def digests(side: Side, body: str) -> tuple[str, ...]:
    """What tells the parts of a comment from those of another wording."""
    return tuple(digest(_escaped(side.other, part)) for part in parts_text(side, body))


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
    body = f"{_head(teller, comment, one)} {reference}{number}\n\n{text}"
    return Carried(
        one.name,
        lane_of(teller.spec, comment) or "comment",
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
        return f"{name}, {LANES.get(comment.lane, 'comment')} on {teller.label}, {at}"
    editor = _named(comment.editor_name) or name
    whose = "their comment" if editor == name else f"the comment by {name}"
    return f"{editor} edited {whose} of {at} on {teller.label}, {_time(comment.updated)}"


def _named(name: str) -> str:
    return " ".join(name.split())[:NAME]


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC")
