"""A document as text that reads well without any markup. Pure.

Bold, italic and struck words keep the signs that people type for them (a struck word without its
sign would say the opposite); bullets keep theirs, which is what both people and Jira take for a
bullet. Everything else becomes words: numbers, ``|`` between cells, ``>`` before quotes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import takewhile

from mappings.markup import scan
from mappings.markup.document import (
    NO_STYLE,
    Block,
    Break,
    Code,
    Document,
    Heading,
    Image,
    List,
    Mention,
    Paragraph,
    Quote,
    Span,
    Spans,
    Style,
    Table,
    Words,
)
from mappings.markup.normal import said, shown

SIGNS = {Style.BOLD: "*", Style.ITALIC: "_", Style.STRIKE: "-"}
"""Looks that keep their sign."""

Names = Callable[[str], "str | None"]
"""What people call the person behind a key, if it is known."""


def nobody(_key: str) -> str | None:
    """Knows nobody's name."""
    return None


def write_plain(document: Document, names: Names = nobody) -> str:
    """Readable text. ``names`` tells who is mentioned."""
    return "\n".join(line for block in document for line in _spaced(block, names))


def _spaced(block: Block, names: Names) -> Iterator[str]:
    for _ in range(block.gap):
        yield ""
    yield from _block(block, names)


def _block(block: Block, names: Names) -> Iterator[str]:
    if isinstance(block, Paragraph | Heading):
        yield from plain_line(block.spans, names).split("\n")
    elif isinstance(block, List):
        yield from _list(block, names, "")
    elif isinstance(block, Table):
        for row in block.rows:
            yield " | ".join(plain_line(cell.spans, names).replace("\n", " ") for cell in row)
    elif isinstance(block, Code):
        yield from block.text.split("\n")
    elif isinstance(block, Quote):
        for line in write_plain(block.blocks, names).lstrip("\n").split("\n"):
            yield f"> {line}".rstrip()
    else:
        yield "----"


def _list(block: List, names: Names, indent: str) -> Iterator[str]:
    for number, item in enumerate(block.items, 1):
        mark = f"{number}. " if block.mark == "#" else f"{block.mark} "
        first, *more = plain_line(item.spans, names).split("\n")
        yield f"{indent}{mark}{first}"
        deeper = indent + " " * len(mark)
        yield from (deeper + line for line in more)
        for inner in item.lists:
            yield from _list(inner, names, deeper)


def plain_line(spans: Spans, names: Names = nobody) -> str:
    """Spans as text; a break is a line's end."""
    found: list[str] = []
    held: tuple[Style, ...] = ()
    for place, span in enumerate(spans):
        wanted = _signed(span)
        kept = tuple(takewhile(wanted.__contains__, held))
        found += [SIGNS[style] for style in reversed(held[len(kept) :])]
        opened = [style for style in SIGNS if style in wanted and style not in kept]
        found += [SIGNS[style] for style in opened]
        held = (*kept, *opened)
        follows = spans[place + 1] if place + 1 < len(spans) else None
        found.append(_said(span, follows, names))
    found += [SIGNS[style] for style in reversed(held)]
    return "".join(found)


def _signed(span: Span) -> frozenset[Style]:
    return NO_STYLE if isinstance(span, Break) else span.styles


def _said(span: Span, follows: Span | None, names: Names) -> str:
    """One span; a link tells where it leads behind its last word."""
    if isinstance(span, Words):
        ends = not isinstance(follows, Words) or follows.address != span.address
        return span.text + (_leads(span) if span.address and ends else "")
    if isinstance(span, Mention):
        return said(Mention(span.key, span.name or names(span.key) or ""))
    return shown(span) if isinstance(span, Image) else "\n"


def _leads(words: Words) -> str:
    told = scan.address(words.text) or scan.address(f"mailto:{words.text}")
    return "" if words.address in (told, words.text) else f" ({words.address})"
