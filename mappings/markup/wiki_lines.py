"""Lines of wiki markup as blocks: headings, lists, tables, rules, paragraphs. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from mappings.markup import scan
from mappings.markup.document import (
    Block,
    Break,
    Cell,
    Heading,
    Item,
    List,
    Paragraph,
    Quote,
    Rule,
    Span,
    Spans,
    Table,
)
from mappings.markup.wiki_inline import read_line

_LINE = re.compile(
    r"(?P<blank>[ \t]*)\Z"
    r"|[ \t]*h(?P<level>[1-6])\.[ \t]+(?P<heading>.*)"
    r"|[ \t]*bq\.[ \t]+(?P<cited>.*)"
    r"|[ \t]*(?P<marks>[*#]{1,30}-?|-) (?P<item>.*)"
    r"|[ \t]*(?P<row>\|.*)"
    r"|(?P<rule>----)\Z"
    r"|(?P<said>.*)",
    re.DOTALL,
)
_KINDS = ("blank", "heading", "cited", "item", "row", "rule", "said")
_CELL = re.compile(
    r"(?P<bar>\|\|?)|\\.|\[(?:\\.|[^\[\]\n\\])*\]|\{\{[^{}\n]*\}\}|(?<!\w)![^\s!|][^!\n]*!|[^|\\\[{!]+|.",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class _Row:
    """An item of a list as it stands in its line."""

    depth: int
    mark: str
    spans: Spans


def read_lines(lines: Sequence[str], gap: int = 0) -> tuple[list[Block], int]:
    """The blocks of some lines after ``gap`` empty ones, and the empty lines at their end."""
    blocks: list[Block] = []
    found = (_LINE.match(line) for line in _whole_rows(lines))
    for kind, run in groupby((one for one in found if one), _kind):
        if kind == "blank":
            gap += sum(1 for _ in run)
        else:
            blocks += _READ[kind](list(run), gap)
            gap = 0
    return blocks, gap


def _kind(found: re.Match[str]) -> str:
    return next(kind for kind in _KINDS if found[kind] is not None)


def _whole_rows(lines: Sequence[str]) -> Iterator[str]:
    """Lines, where a row of a table goes on until its last bar."""
    row: list[str] = []
    for line in lines:
        if row and not line.strip():
            yield "\n".join(row)
            row = []
        if row or line.lstrip(" \t").startswith("|"):
            row.append(line.rstrip())
            if row[-1].endswith("|"):
                yield "\n".join(row)
                row = []
        else:
            yield line
    if row:
        yield "\n".join(row)


def _said(run: list[re.Match[str]], gap: int) -> Iterator[Block]:
    yield Paragraph(_joined([one["said"] for one in run]), gap)


def _joined(lines: Sequence[str]) -> Spans:
    spans: list[Span] = []
    for place, line in enumerate(lines):
        spans += [Break(), *read_line(line)] if place else read_line(line)
    return tuple(spans)


def _headings(run: list[re.Match[str]], gap: int) -> Iterator[Block]:
    for place, one in enumerate(run):
        yield Heading(int(one["level"]), read_line(one["heading"]), 0 if place else gap)


def _cited(run: list[re.Match[str]], gap: int) -> Iterator[Block]:
    yield Quote((Paragraph(_joined([one["cited"] for one in run]), 0),), gap)


def _rules(run: list[re.Match[str]], gap: int) -> Iterator[Block]:
    for place, _ in enumerate(run):
        yield Rule(0 if place else gap)


def _items(run: list[re.Match[str]], gap: int) -> Iterator[Block]:
    rows: list[_Row] = []
    for one in run:
        deepest = min(rows[-1].depth + 1 if rows else 0, scan.DEEPEST - 1)
        depth = min(len(one["marks"]) - 1, deepest)
        rows.append(_Row(depth, one["marks"][-1], read_line(one["item"])))
    yield from lists(rows, gap)


def lists(rows: Sequence[_Row], gap: int, depth: int = 0) -> tuple[List, ...]:
    """Rows as lists: a deeper row belongs to the item before it, another mark begins a list."""
    starts = [place for place, row in enumerate(rows) if row.depth <= depth]
    ends = [*starts, len(rows)][1:]
    items = [
        (rows[start].mark, Item(rows[start].spans, lists(rows[start + 1 : end], 0, depth + 1)))
        for start, end in zip(starts, ends, strict=True)
    ]
    runs = [(mark, [item for _, item in same]) for mark, same in groupby(items, lambda one: one[0])]
    return tuple(
        List(mark, tuple(same), 0 if place else gap) for place, (mark, same) in enumerate(runs)
    )


def _table(run: list[re.Match[str]], gap: int) -> Iterator[Block]:
    yield Table(tuple(tuple(_cells(one["row"])) for one in run), gap)


def _cells(row: str) -> Iterator[Cell]:
    """Cells between bars; a bar within a link, an image or behind a backslash is none."""
    bar, text = "", ""
    for found in _CELL.finditer(row.rstrip()):
        if not found["bar"]:
            text += found.group()
        elif bar:
            yield _cell(bar, text)
            bar, text = found["bar"], ""
        else:
            bar = found["bar"]
    if text.strip():
        yield _cell(bar, text)


def _cell(bar: str, text: str) -> Cell:
    return Cell(_joined(text.strip().split("\n")) if text.strip() else (), bar == "||")


_READ: dict[str, Callable[[list[re.Match[str]], int], Iterator[Block]]] = {
    "said": _said,
    "heading": _headings,
    "cited": _cited,
    "item": _items,
    "row": _table,
    "rule": _rules,
}
