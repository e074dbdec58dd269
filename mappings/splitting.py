"""A text too long for one message, in parts that each fit. Pure.

Nothing is lost: joined, the parts are the text. A part ends behind a line where there is one near,
else behind a word, and never between a letter and what belongs to it (an accent, a joined emoji).
Escaping makes a text grow, so it is measured as it will be sent.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

JOINED = 64
"""Signs that may hang on one letter; a longer chain is nobody's writing and may be cut."""

_JOINER = "\u200d"
_SKIN = range(0x1F3FB, 0x1F400)
_FLAG = range(0x1F1E6, 0x1F200)


def split(text: str, limit: int, measure: Callable[[str], int]) -> tuple[str, ...]:
    """The text in parts that measure at most ``limit`` each; one letter is never parted."""
    found: list[str] = []
    while measure(text) > limit and len(text) > 1:
        end = _end(text, limit, measure)
        found.append(text[:end])
        text = text[end:]
    return (*found, text)


def _end(text: str, limit: int, measure: Callable[[str], int]) -> int:
    """Where the longest first part ends that fits."""
    room = min(len(text), limit)
    while True:
        end = seam(text, max(room, 1))
        measured = measure(text[:end])
        if measured <= limit or end <= 1:
            return end
        room = min(end - 1, end * limit // measured)


def seam(text: str, room: int) -> int:
    """The best place to part a text at ``room`` letters or somewhat before."""
    if room >= len(text):
        return len(text)
    line = text.rfind("\n", room // 2, room) + 1
    word = text.rfind(" ", room * 3 // 4, room) + 1
    behind = (end for end in (line, word) if end and not _belongs(text, end))
    return next(behind, 0) or _apart(text, room)


def _apart(text: str, room: int) -> int:
    for end in range(room, max(room - JOINED, 0), -1):
        if not _belongs(text, end):
            return end
    return room


def _belongs(text: str, at: int) -> bool:
    """Whether the sign at a place belongs to the letter before it."""
    sign, before = text[at], text[at - 1]
    if unicodedata.category(sign).startswith("M") or ord(sign) in _SKIN:
        return True
    return _JOINER in (sign, before) or (ord(sign) in _FLAG and ord(before) in _FLAG) or (
        "\ud800" <= before <= "\udbff" and "\udc00" <= sign <= "\udfff"
    )  # fmt: skip
