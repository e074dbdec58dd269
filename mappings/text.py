"""Text on its way between ServiceNow (plain) and Jira (wiki markup, REST v2). Pure.

Text from ServiceNow must be inert in Jira: no macro runs, nobody is mentioned, no image is fetched
(reliability: S-19). So the characters that open one are escaped, and nothing else: what a person
reads stays what was written. ``from_wiki(to_wiki(text)) == canonical_text(text)`` for every text.
"""

from __future__ import annotations

import re
import unicodedata

CUT_MARK = "…"

_OPENERS = re.compile(r"[{\[]|(?<=\\)!|!(?=\S[^\n]*!)")
_ESCAPED = re.compile(r"\\([{\[!])")
_CODE = re.compile(r"\[(/?)code\]", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def canonical_text(text: str) -> str | None:
    """Normal form of a text: composed characters, plain line ends, no blanks at line ends."""
    plain = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    lines = [line.rstrip() for line in _CONTROL.sub("", plain).split("\n")]
    return "\n".join(lines).rstrip() or None


def canonical_line(text: str) -> str | None:
    """Normal form of a single line."""
    return " ".join((canonical_text(text) or "").split()) or None


def to_wiki(text: str) -> str:
    """Plain text as wiki markup that shows exactly this text."""
    return _OPENERS.sub(lambda found: "\\" + found.group(0), canonical_text(text) or "")


def from_wiki(text: str) -> str:
    """Wiki markup as plain text; markup that people typed stays readable as it is."""
    return canonical_text(_ESCAPED.sub(r"\1", text)) or ""


def to_journal(text: str) -> str:
    """Text for a ServiceNow journal, whose ``[code]`` would be rendered as HTML (S-18)."""
    return _CODE.sub(r"[ \1code ]", canonical_text(text) or "")


def cut(text: str, limit: int) -> str:
    """A text in at most ``limit`` characters; a shortened one ends with our mark."""
    return text if len(text) <= limit else text[: limit - len(CUT_MARK)].rstrip() + CUT_MARK
