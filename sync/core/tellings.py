"""What is told of a comment on the other side, and how each such text is named. Pure.

A comment is told once as it was written, in one part or several. When somebody edits it afterwards
it may be told again, as an edit; an edit is known by the time of it (the comment's ``updated``).
Each text has a name of its own, from which its reference is computed: so every part and every edit
is looked for, sent and remembered by itself, and exactly once.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mappings.text import canonical_text
from sync.core import marks
from sync.core.model import CommentLink

PART = re.compile(r" \(part (\d{1,4}) of (\d{1,4})\)$")
"""Ends the first line of a text that is one of several."""

_NAME = re.compile(r"(?P<comment>\S+)(?: edit (?P<edited>\d+))?(?: part (?P<part>\d+))?")


@dataclass(frozen=True, slots=True, order=True)
class Telling:
    """One text about a comment. ``edited`` is the edit's time in milliseconds, 0 for the comment
    as it was first told; parts count from 1."""

    comment: str
    edited: int = 0
    part: int = 1

    @property
    def name(self) -> str:
        """The first part of what was first told bears the comment's own id."""
        edit = f" edit {self.edited}" if self.edited else ""
        part = f" part {self.part}" if self.part > 1 else ""
        return f"{self.comment}{edit}{part}"


def telling(name: str) -> Telling:
    """The text that a name stands for."""
    found = _NAME.fullmatch(name)
    if found is None:
        return Telling(name)
    return Telling(found["comment"], int(found["edited"] or 0), int(found["part"] or 1))


def milliseconds(moment: datetime) -> int:
    """A moment as edits are named by it."""
    return round(moment.timestamp() * 1000)


def first_line(body: str) -> str:
    """The line that names author, time and reference of a carried text."""
    return body.lstrip().split("\n", 1)[0].rstrip()


def bears(body: str) -> str | None:
    """The reference in a text's first line; a name that looks like one stands before it."""
    found = marks.REFERENCE.findall(first_line(body))
    return f"(ref {found[-1]})" if found else None


def parts_of(body: str) -> int:
    """Of how many parts a carried text says that it is one."""
    found = PART.search(first_line(body))
    return int(found[2]) if found else 1


def digest(text: str) -> str:
    """Sixteen digits that tell whether two texts are the same, as people see them."""
    shown = (canonical_text(text) or "").strip("\n")
    return hashlib.sha256(shown.encode(errors="replace")).hexdigest()[:16]


def digest_of_copy(body: str) -> str:
    """The digest of a carried text without its first line."""
    return digest(body.lstrip().partition("\n")[2])


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of one comment: the texts of its latest version, as far as they arrived."""

    rows: Sequence[CommentLink]

    @property
    def edited(self) -> int:
        """Which version it is."""
        return max(telling(row.source_id).edited for row in self.rows)

    @property
    def seen(self) -> int:
        """The youngest stamp of the comment that anybody saw, in milliseconds."""
        return max(self.edited, *(int(row.stamp or 0) for row in self.rows))

    @property
    def latest(self) -> dict[int, CommentLink]:
        """Its texts by part."""
        found = {telling(row.source_id): row for row in self.rows}
        return {one.part: row for one, row in found.items() if one.edited == self.edited}

    @property
    def parts(self) -> int:
        """Of how many parts it is."""
        return max(row.parts for row in self.latest.values())

    @property
    def whole(self) -> bool:
        """Whether all its parts arrived."""
        return len(self.latest) >= self.parts
