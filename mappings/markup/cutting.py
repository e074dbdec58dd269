"""A document that is too long for a side: cut there with a mark, and its end put back. Pure.

It is cut between blocks, items, rows or words. Where a person edits what is left, the part that was
never shown goes behind the edit, as long as the mark still stands at its end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from mappings.markup.document import Block, Code, Document, List, Paragraph, Spans, Table, Words
from mappings.markup.normal import normal

MARK = "…"
"""Ends what was too long for the other side."""

Fits = Callable[[Document], bool]
"""Whether a side has room for a document."""

_APART = Paragraph((Words(MARK),))


@dataclass(frozen=True, slots=True)
class Cut:
    """A document in two. ``within`` says that the cut goes through a block, whose second part
    begins the rest."""

    shown: Document
    rest: Document
    within: bool = False

    def marked(self) -> Document:
        """What is shown, with the mark at its end."""
        last = self.shown[-1] if self.shown else None
        if self.within and isinstance(last, Paragraph):
            last = Paragraph((*last.spans, Words(MARK)), last.gap)
        elif self.within and isinstance(last, Code):
            last = replace(last, text=last.text + MARK)
        else:
            return (*self.shown, _APART)
        return normal((*self.shown[:-1], last))


def cut(document: Document, fits: Fits) -> Cut:
    """As much of a document as fits with the mark."""
    if fits(document):
        return Cut(document, ())

    def room(count: int) -> bool:
        return fits(Cut(document[:count], document[count:]).marked())

    whole = _most(len(document) - 1, room)
    head, block, behind = document[:whole], document[whole], document[whole + 1 :]

    def through(count: int) -> Cut:
        first, second = _divided(block, count)
        return Cut((*head, first), (second, *behind), within=True)

    parts = _most(_length(block) - 1, lambda count: count == 0 or fits(through(count).marked()))
    return through(parts) if parts else Cut(head, document[whole:])


def _most(highest: int, holds: Callable[[int], bool]) -> int:
    """The highest number up to ``highest`` for which it still holds; 0 where it holds for none."""
    low, high = 0, max(highest, 0)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if holds(middle) else (low, middle - 1)
    return low


def _length(block: Block) -> int:
    """How many places there are in a block where it may be cut, plus one."""
    if isinstance(block, Paragraph):
        return sum(len(span.text) if isinstance(span, Words) else 1 for span in block.spans)
    if isinstance(block, Code):
        return len(block.text)
    if isinstance(block, List):
        return len(block.items)
    return len(block.rows) if isinstance(block, Table) else 0


def _divided(block: Block, count: int) -> tuple[Block, Block]:
    if isinstance(block, Code):
        return replace(block, text=block.text[:count]), replace(block, text=block.text[count:])
    if isinstance(block, List):
        return replace(block, items=block.items[:count]), replace(block, items=block.items[count:])
    if isinstance(block, Table):
        return replace(block, rows=block.rows[:count]), replace(block, rows=block.rows[count:])
    spans = block.spans if isinstance(block, Paragraph) else ()
    first, second = _unblanked(*_spans(spans, count))
    return Paragraph(first, block.gap), Paragraph(second, 0)


def _spans(spans: Spans, count: int) -> tuple[Spans, Spans]:
    for place, span in enumerate(spans):
        length = len(span.text) if isinstance(span, Words) else 1
        if count < length:
            if not isinstance(span, Words) or not count:
                return spans[:place], spans[place:]
            first, second = (
                replace(span, text=span.text[:count]),
                replace(span, text=span.text[count:]),
            )
            return (*spans[:place], first), (second, *spans[place + 1 :])
        count -= length
    return spans, ()


def _unblanked(first: Spans, second: Spans) -> tuple[Spans, Spans]:
    """A blank at the cut goes with what follows it: the mark stands right behind a word."""
    last = first[-1] if first else None
    if not isinstance(last, Words) or not last.text.endswith(" "):
        return first, second
    bare = last.text.rstrip(" ")
    kept = (replace(last, text=bare),) if bare else ()
    return (*first[:-1], *kept), (replace(last, text=" "), *second)


def unmarked(document: Document) -> tuple[Document, bool] | None:
    """A document without the mark at its end, and whether it stood within the last block; nothing
    where there is no mark."""
    last = document[-1] if document else None
    if last == _APART:
        return document[:-1], False
    if isinstance(last, Code) and last.text.endswith(MARK):
        return (*document[:-1], replace(last, text=last.text.removesuffix(MARK))), True
    end = last.spans[-1] if isinstance(last, Paragraph) and last.spans else None
    if isinstance(last, Paragraph) and isinstance(end, Words) and end.text.endswith(MARK):
        short = replace(end, text=end.text.removesuffix(MARK))
        spans = (*last.spans[:-1], *((short,) if short.text else ()))
        return (*document[:-1], Paragraph(spans, last.gap)), True
    return None


def begins(short: Document, long: Document) -> bool:
    """Whether a document is the beginning of another, cut with the mark."""
    found = unmarked(short)
    if found is None or len(found[0]) > len(long):
        return False
    head = found[0]
    if not head:
        return True
    same = head[:-1] == long[: len(head) - 1]
    return same and _starts(head[-1], long[len(head) - 1])


def _starts(first: Block, whole: Block) -> bool:
    if isinstance(first, Paragraph) and isinstance(whole, Paragraph):
        return _spans_start(first.spans, whole.spans)
    if isinstance(first, Code) and isinstance(whole, Code):
        return first.language == whole.language and whole.text.startswith(first.text)
    if isinstance(first, List) and isinstance(whole, List):
        return first.mark == whole.mark and first.items == whole.items[: len(first.items)]
    if isinstance(first, Table) and isinstance(whole, Table):
        return first.rows == whole.rows[: len(first.rows)]
    return first == whole


def _spans_start(first: Spans, whole: Spans) -> bool:
    if not first:
        return True
    before, last = first[:-1], first[-1]
    if whole[: len(before)] != before or len(whole) <= len(before):
        return False
    there = whole[len(before)]
    if not isinstance(last, Words) or not isinstance(there, Words):
        return last == there
    alike = (last.styles, last.address) == (there.styles, there.address)
    return alike and there.text.startswith(last.text.rstrip())


def put_back(edited: Document, cut_: Cut) -> Document | None:
    """An edited beginning with the part that was never shown; nothing where the mark is gone."""
    found = unmarked(edited)
    if found is None:
        return None
    head, rest = found[0], cut_.rest
    if not (head and rest and cut_.within):
        return normal((*head, *rest))
    joint = _joint(head[-1], rest[0])
    return normal((*head[:-1], joint, *rest[1:]) if joint else (*head, *rest))


def _joint(first: Block, second: Block) -> Block | None:
    """Both parts of a block as one again."""
    if isinstance(first, Paragraph) and isinstance(second, Paragraph):
        return Paragraph((*first.spans, *second.spans), first.gap)
    if isinstance(first, Code) and isinstance(second, Code):
        return replace(first, text=first.text + second.text)
    if isinstance(first, List) and isinstance(second, List) and first.mark == second.mark:
        return replace(first, items=first.items + second.items)
    if isinstance(first, Table) and isinstance(second, Table):
        return replace(first, rows=first.rows + second.rows)
    return None
