"""Documents in normal form: two that look the same are the same. Pure.

A normal document holds what both HTML and wiki markup can show, so that either can stand for it.
Blanks run together, what is empty goes away, addresses in running text are links, mentions and
images are the words that stand for them: no form may ring a person up or fetch a picture on the
other side (reliability: S-19).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from mappings.markup import scan
from mappings.markup.document import (
    Block,
    Break,
    Cell,
    Code,
    Document,
    Heading,
    Image,
    Item,
    List,
    Mention,
    Paragraph,
    Quote,
    Rule,
    Span,
    Spans,
    Style,
    Table,
    Words,
)

_BLANKS = re.compile(r"\s+")
_ENCLOSES = re.compile(r"\{noformat", re.IGNORECASE)
_AT_THE_END = ".,;:?)'*_+-"
"""Signs that belong to the sentence around an address rather than to the address."""


def normal(document: Iterable[Block]) -> Document:
    """The normal form of a document."""
    return tuple(found for block in document for found in _NORMAL[type(block)](block))


def said(mention: Mention) -> str:
    """A mention in words: whom people know by name, else what is known."""
    return "@" + (mention.name or mention.key)


def shown(image: Image) -> str:
    """An image in words."""
    return f"[image: {image.name}]" if image.name else "[image]"


def lines(spans: Spans) -> tuple[Spans, ...]:
    """Spans in normal form, line by line, without what is empty at both ends."""
    rows: list[list[Words]] = [[]]
    for span in spans:
        if isinstance(span, Break):
            rows.append([])
        else:
            rows[-1].append(_as_words(span))
    found = [_line(row) for row in rows]
    first = next((place for place, row in enumerate(found) if row), len(found))
    last = next((place for place in range(len(found), first, -1) if found[place - 1]), first)
    return tuple(found[first:last])


def joined(rows: Iterable[Spans]) -> Spans:
    """Lines as spans, with a break between each two."""
    found: list[Span] = []
    for row in rows:
        found += [Break(), *row] if found else row
    return tuple(found)


def _as_words(span: Words | Mention | Image) -> Words:
    if isinstance(span, Mention):
        return Words(said(span), span.styles)
    return Words(shown(span), span.styles) if isinstance(span, Image) else span


def linked(words: Words) -> Iterator[Words]:
    """Words with the addresses among them as links."""
    if words.address or Style.MONO in words.styles:
        yield words
        return
    at = 0
    for found in scan.URL.finditer(words.text):
        bare = found.group().rstrip(_AT_THE_END)
        leads = scan.address(bare)
        if leads:
            yield replace(words, text=words.text[at : found.start()])
            yield Words(bare, words.styles, leads)
            at = found.start() + len(bare)
    yield replace(words, text=words.text[at:])


def _line(row: Sequence[Words]) -> Spans:
    """One line: neighbours of one look are one span, blanks run together, none are at the ends."""
    held = _run(row)
    if len(held) == 1 and not held[0].address and "://" not in held[0].text:
        bare = " ".join(scan.clean(held[0].text).split())
        return (Words(bare, held[0].styles),) if bare else ()
    clean = (replace(one, text=scan.clean(one.text)) for one in held)
    whole = (piece for words in clean for piece in linked(words))
    found: list[Words] = []
    for piece in (part for words in whole for part in _apart(words)):
        if piece.text != " " or (found and not found[-1].text.endswith(" ")):
            found.append(piece)
    if found and found[-1].text == " ":
        found.pop()
    return tuple(_run(found))


def _run(row: Sequence[Words]) -> list[Words]:
    """Words, where neighbours of one look are one."""
    if len(row) < 2:
        return [words for words in row if words.text]
    runs = groupby((words for words in row if words.text), lambda one: (one.styles, one.address))
    return [
        Words("".join(one.text for one in same), styles, address)
        for (styles, address), same in runs
    ]


def _apart(words: Words) -> Iterator[Words]:
    """Words without blanks at their ends, and those blanks without any look."""
    text = _BLANKS.sub(" ", scan.clean(words.text))
    bare = text.strip(" ")
    if not bare:
        yield from [Words(" ")] if text else []
        return
    if text.startswith(" "):
        yield Words(" ")
    yield replace(words, text=bare)
    if text.endswith(" "):
        yield Words(" ")


def _paragraph(block: Paragraph) -> Iterator[Block]:
    """A paragraph for each run of lines: an empty line ends one."""
    rows: list[Spans] = []
    gap = block.gap
    for row in (*lines(block.spans), ()):
        if row:
            rows.append(row)
        elif rows:
            yield Paragraph(joined(rows), gap)
            rows, gap = [], 1


def _dense(spans: Spans) -> Spans:
    """Several lines without an empty one among them."""
    return joined(row for row in lines(spans) if row)


def one_line(spans: Spans) -> Spans:
    """Spans without breaks."""
    flat = (Words(" ") if isinstance(span, Break) else span for span in spans)
    found = lines(tuple(flat))
    return found[0] if found else ()


def _heading(block: Heading) -> Iterator[Block]:
    spans = one_line(block.spans)
    if spans:
        yield Heading(min(max(block.level, 1), 6), spans, block.gap)


def _list(block: List) -> Iterator[List]:
    items = tuple(found for item in block.items for found in _item(item))
    if items:
        yield List("#" if block.mark == "#" else "*", items, block.gap)


def _item(item: Item) -> Iterator[Item]:
    """An item; where one says nothing, the items below it move up."""
    spans = _dense(item.spans)
    below = _merged(found for inner in item.lists for found in _list(inner))
    if spans:
        yield Item(spans, below)
    else:
        yield from (one for inner in below for one in inner.items)


def _merged(lists: Iterable[List]) -> tuple[List, ...]:
    """Neighbours of one mark below the same item are one list."""
    found: list[List] = []
    for one in lists:
        if found and found[-1].mark == one.mark:
            found[-1] = replace(found[-1], items=found[-1].items + one.items)
        else:
            found.append(one)
    return tuple(found)


def _table(block: Table) -> Iterator[Block]:
    rows = tuple(
        tuple(Cell(_dense(cell.spans), cell.head) for cell in row) for row in block.rows if row
    )
    if any(cell.spans for row in rows for cell in row):
        yield Table(rows, block.gap)


def _code(block: Code) -> Iterator[Block]:
    """Code as it is, but that wiki markup can enclose it in one of its two macros."""
    text = "\n".join(line.rstrip() for line in scan.clean(block.text).split("\n")).strip("\n")
    held = text.casefold()
    if "{code" in held and "{noformat" in held:
        text = _ENCLOSES.sub("{ noformat", text)
    if text:
        yield Code(text, "" if "{code" in held else language(block.language), block.gap)


def language(name: str) -> str:
    """The name of a programming language, empty where it is none."""
    found = name.strip().casefold()
    return found if re.fullmatch(r"[a-z][a-z0-9+#.-]{0,20}", found) else ""


def _quote(block: Quote) -> Iterator[Block]:
    """A quote without quotes inside: wiki markup has no such thing."""
    inner = normal(_unquoted(block.blocks))
    if inner:
        yield Quote(inner, block.gap)


def _unquoted(blocks: Iterable[Block]) -> Iterator[Block]:
    for block in blocks:
        if isinstance(block, Quote):
            yield from _unquoted(block.blocks)
        else:
            yield block


def _rule(block: Rule) -> Iterator[Block]:
    yield block


_NORMAL: dict[type[Block], Callable[..., Iterator[Block]]] = {
    Paragraph: _paragraph,
    Heading: _heading,
    List: _list,
    Table: _table,
    Code: _code,
    Quote: _quote,
    Rule: _rule,
}
