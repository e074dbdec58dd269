"""What all readers share: limits, control characters, addresses, entities. Pure.

Limits keep hostile text harmless (reliability: S-19). A text longer than :data:`LONGEST` is read as
markup up to there, and as it stands from there on: nothing is lost but looks.
"""

from __future__ import annotations

import html
import html.entities
import re
import unicodedata

LONGEST = 70_000
"""Characters that are read as markup: more than twice what Jira holds in a field."""

DEEPEST = 8
"""Levels of lists, quotes and tables within each other; what is deeper moves up to this level."""

URL = re.compile(r"https?://[^\s{\[!\\&|<>\"]+", re.IGNORECASE)
"""An address within running text."""

SCHEMES = ("http://", "https://", "mailto:")
"""What a link may lead to (reliability: S-19)."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_ENTITY = re.compile(
    r"&(?:#(?P<number>\d{1,7})|#[xX](?P<hex>[0-9a-fA-F]{1,6})|(?P<name>\w{2,31}));"
)
_UNSAFE = re.compile(r"[\s\[\]{}|\\^`\"<>!]")
_BLANKS = re.compile(r"[\s\x00-\x20\x7f-\xa0]+")


def clean(text: str) -> str:
    """A text of composed characters, with one kind of line ends and no control characters."""
    bare = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return unicodedata.normalize("NFC", bare)


def parted(text: str) -> tuple[str, str]:
    """What is read as markup, and the rest of a text that is too long; split at a line's end."""
    if len(text) <= LONGEST:
        return text, ""
    place = text.rfind("\n", 0, LONGEST)
    place = place if place > 0 else LONGEST
    return text[:place], text[place:].removeprefix("\n")


def decoded(text: str) -> str:
    """A text with character references as the characters they stand for."""
    return _ENTITY.sub(_character, text) if "&" in text else text


def _character(found: re.Match[str]) -> str:
    """Only a whole reference counts; what would be a control character is left out."""
    if found["name"]:
        return html.entities.html5.get(found["name"] + ";", found.group())
    number = int(found["number"]) if found["number"] else int(found["hex"], 16)
    return " " if number in (9, 10, 13) else clean(html.unescape(f"&#{number};"))


def address(text: str) -> str:
    """Where a link leads, in one spelling; empty where nobody should be led."""
    found = _BLANKS.sub(lambda blanks: "%20" * blanks.group().count(" "), clean(text).strip())
    if not found.casefold().startswith(SCHEMES):
        return ""
    scheme, sign, rest = found.partition(":")
    whole = f"{scheme.casefold()}{sign}{rest}"
    whole = _UNSAFE.sub(lambda sign: "".join(f"%{b:02X}" for b in sign.group().encode()), whole)
    return whole if len(whole) <= 2_000 and whole.strip("/") not in ("http:", "https:") else ""


def runs(place: str) -> bool:
    """Whether an address would run a program or carry its own content."""
    bare = _BLANKS.sub("", place).casefold()
    return bare.startswith(("javascript:", "vbscript:", "data:"))


def file_name(place: str) -> str:
    """What people call the file behind an address."""
    if place.strip().casefold().startswith("data:"):
        return ""
    return place.split("?")[0].split("#")[0].rstrip("/").rpartition("/")[2].strip()
