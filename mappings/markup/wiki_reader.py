"""Jira's wiki markup into a document. Pure.

What both Jira flavours render: headings, lists, tables, code, quotes, panels, rules. Macros that
only dress their content (a colour, a panel, an unknown one with parameters) give way to it; a title
stays, as a line. What has no partner stays as it was typed: it is somebody's own words.

A document that is read from lines without any markup gives those lines back exactly.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import groupby
from typing import TypeAlias

from mappings.markup import scan
from mappings.markup.adf_reader import document_of
from mappings.markup.document import Block, Code, Document, Paragraph, Quote, Style, Words
from mappings.markup.wiki_lines import read_lines

_MACRO = re.compile(r"(?<![\\{])\{(?P<name>[a-z][\w-]{0,30})(?::(?P<told>[^{}\n]{0,400}))?\}")
_KEPT = frozenset({"code", "noformat"})
"""Macros whose content is no markup."""

_BOXES = frozenset({"panel", "info", "note", "tip", "warning", "expand", "section", "column"})
_DRESS = frozenset({"color", "anchor", "toc", "html", "div", "span", "center", "status"})
MACROS = _KEPT | _BOXES | _DRESS | {"quote"}
"""The macros that are known."""

_TITLE = re.compile(r"(?:^|\|)\s*title=(?P<title>[^|]*)")


@dataclass(frozen=True, slots=True)
class _Edge:
    """Where a quote or a box begins or ends: what follows begins a line."""

    quote: bool = False


_Piece: TypeAlias = "str | Block | _Edge"


@lru_cache(maxsize=128)  # one look at a record asks for its texts several times
def read_wiki(text: str) -> Document:
    """The document of a text; every text is one."""
    markup, rest = scan.parted(scan.clean(text))
    builder = _Builder()
    for same, pieces in groupby(_pieces(markup), lambda piece: isinstance(piece, str)):
        if same:
            builder.say("".join(map(str, pieces)))
        else:
            for piece in pieces:
                builder.put(piece)
    document = builder.ended()
    return (*document, Code(rest, gap=0)) if rest else document


def read_jira(text: str) -> Document:
    """The document of a text as Jira answers it: wiki markup, or its document format."""
    found = document_of(text)
    return read_wiki(text) if found is None else found


def _pieces(text: str) -> Iterator[_Piece]:
    """A text cut at its macros, those that only dress their content left out."""
    macros = list(_MACRO.finditer(text))
    left = Counter(found["name"] for found in macros)
    told = {one["name"] for one in macros if one["told"]}
    paired = {name for name, times in left.items() if times > 1}
    dress = told & paired | _DRESS & (told | paired)
    boxes = _BOXES & (told | paired) | {"quote"}
    quotes = left["quote"] // 2 * 2
    at, kept = 0, None
    for found in macros:
        name = found["name"]
        left[name] -= 1
        if kept is not None:
            if kept["name"] == name:
                yield from _code(kept, text[kept.end() : found.start()])
                kept, at = None, found.end()
        elif name in _KEPT and left[name]:
            yield text[at : found.start()]
            kept = found
        elif name in boxes or name in dress:
            yield text[at : found.start()]
            at = found.end()
            if name == "quote":
                quotes -= 1
                yield _Edge(quote=quotes >= 0)
            elif name in boxes:
                yield _Edge()
                yield from _title(found)
    yield text[at:]


def _title(found: re.Match[str]) -> Iterator[Block]:
    title = _TITLE.search(found["told"] or "")
    if title and title["title"].strip():
        yield Paragraph((Words(title["title"].strip(), frozenset({Style.BOLD})),), 0)


def _code(opener: re.Match[str], text: str) -> Iterator[Block]:
    yield from _title(opener)
    told = [one.strip() for one in (opener["told"] or "").split("|")]
    named = [one.partition("=")[2] for one in told if one.startswith("language=")]
    bare = [one for one in told if one and "=" not in one]
    yield Code(text.strip("\n"), (named + bare + [""])[0])


@dataclass(slots=True)
class _Builder:
    """Blocks from top to bottom. ``outside`` are those before an open quote, and its gap."""

    blocks: list[Block] = field(default_factory=list)
    outside: tuple[list[Block], int] | None = None
    gap: int = 0
    begun: bool = False
    """Whether a block ended within the line: what follows begins one."""

    def say(self, text: str) -> None:
        lines = text.split("\n")
        if self.begun:
            first = lines[0].lstrip(" \t")
            lines = [first, *lines[1:]] if first else lines[1:]
        blocks, self.gap = read_lines(lines, self.gap)
        self.blocks += blocks
        self.begun = False

    def put(self, piece: _Piece) -> None:
        """A block or an edge; the line before it ends here."""
        if not self.begun and self.gap:
            self.gap -= 1
        self.begun = True
        if isinstance(piece, _Edge):
            if piece.quote:
                self._turn()
        elif not isinstance(piece, str):
            self.blocks.append(replace(piece, gap=self.gap))
            self.gap = 0

    def _turn(self) -> None:
        """A quote begins or ends."""
        if self.outside is None:
            self.outside, self.blocks, self.gap = (self.blocks, self.gap), [], 0
        else:
            before, gap = self.outside
            self.blocks = [*before, Quote(tuple(self.blocks), gap)]
            self.outside, self.gap = None, 0

    def ended(self) -> Document:
        if self.outside is not None:
            self._turn()
        return tuple(self.blocks)
