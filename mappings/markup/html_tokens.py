"""HTML as tags and texts. Pure.

The parser of the standard library takes time that grows with the square of some texts (tags and
comments that are never closed), so these few lines do what is needed of it. What is no whole tag
is text. Comments, declarations and what browsers keep out of sight are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mappings.markup import scan

_TAG = re.compile(
    r"<(?:(?P<comment>!--)|[!?][^<>]*+>"
    r"|(?P<end>/?)(?P<name>[a-z][a-z0-9:-]{0,30}+)"
    r"(?P<told>(?:\s(?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+|[\s/][^<>]*+|))/?>)",
    re.IGNORECASE,
)
_TOLD = re.compile(
    r"(?P<name>[a-z][\w:-]{0,30}+)\s*+=\s*+(?:\"(?P<double>[^\"]*+)\"|'(?P<single>[^']*+)'|(?P<bare>[^\s\"'>]++))",
    re.IGNORECASE,
)
_HIDDEN = frozenset(
    {"script", "style", "title", "template", "iframe", "object", "svg", "math", "noembed"}
)
"""Tags whose content nobody sees."""


@dataclass(frozen=True, slots=True)
class Tag:
    """The start of an element, or its end. Of its attributes only those that are looked at."""

    name: str
    end: bool = False
    told: str = ""

    def attribute(self, name: str) -> str:
        """An attribute's value, decoded; empty where there is none."""
        for found in _TOLD.finditer(self.told):
            if found["name"].casefold() == name:
                value = found["double"] or found["single"] or found["bare"] or ""
                return scan.decoded(value)
        return ""


def tokens(html: str) -> Iterator[Tag | str]:
    """Tags, and the texts between them with their character references decoded."""
    at, hidden, last_comment = 0, "", html.rfind("-->")
    place = 0
    while found := _TAG.search(html, place):
        if found.start() > at and not hidden:
            yield scan.clean(scan.decoded(html[at : found.start()]))
        at = place = found.end()
        name = (found["name"] or "").casefold()
        if found["comment"] and found.start() <= last_comment:
            at = place = html.index("-->", found.end() - 2) + 3
        elif hidden:
            hidden = "" if found["end"] and name == hidden else hidden
        elif name in _HIDDEN and not found["end"]:
            hidden = name
        elif name:
            yield Tag(name, bool(found["end"]), found["told"])
    if not hidden:
        yield scan.clean(scan.decoded(html[at:]))
