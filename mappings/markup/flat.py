"""Blocks as lines of words, for items and cells: wiki markup has no blocks within those. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from mappings.markup.document import Block, Break, Heading, Paragraph, Span, Spans, Words
from mappings.markup.normal import joined, lines, normal
from mappings.markup.plain_writer import write_plain


def flat(blocks: Iterable[Block]) -> Spans:
    """Blocks as lines, where no blocks can stand."""
    found: list[Span] = []
    for block in blocks:
        if isinstance(block, Paragraph | Heading):
            found += [Break(), *block.spans]
        else:
            told = write_plain(normal([block])).split("\n")
            found += [span for line in told for span in (Break(), Words(line))]
    return joined(row for row in lines(tuple(found)) if row)
