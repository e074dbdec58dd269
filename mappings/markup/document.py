"""The document that every form of text is read into and written from: blocks of spans, frozen.

``gap`` counts the blank lines before a block. It is layout, so it never makes two documents differ.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias


class Style(StrEnum):
    """How words look; several may apply."""

    BOLD = "bold"
    ITALIC = "italic"
    UNDERLINE = "underline"
    STRIKE = "strike"
    MONO = "mono"


NO_STYLE: frozenset[Style] = frozenset()


@dataclass(frozen=True, slots=True)
class Words:
    """Words of one look. With an ``address`` they are a link; where both are equal, a bare one."""

    text: str
    styles: frozenset[Style] = NO_STYLE
    address: str = ""


@dataclass(frozen=True, slots=True)
class Mention:
    """A person by key: an account id, or a login name. ``name`` where the form tells it."""

    key: str
    name: str = ""
    styles: frozenset[Style] = NO_STYLE


@dataclass(frozen=True, slots=True)
class Image:
    """A reference to an image: the name of its file, or what stands for it."""

    name: str
    styles: frozenset[Style] = NO_STYLE


@dataclass(frozen=True, slots=True)
class Break:
    """A line ends."""


Span: TypeAlias = "Words | Mention | Image | Break"
Spans: TypeAlias = "tuple[Span, ...]"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines of text."""

    spans: Spans
    gap: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading, of ``level`` 1 to 6."""

    level: int
    spans: Spans
    gap: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list, and the lists below it."""

    spans: Spans
    lists: tuple[List, ...] = ()


@dataclass(frozen=True, slots=True)
class List:
    """A list. ``mark`` is wiki's sign: ``#`` numbers, ``*`` and ``-`` are bullets and dashes."""

    mark: str
    items: tuple[Item, ...]
    gap: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table; ``head`` for one that names its column or row."""

    spans: Spans
    head: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells."""

    rows: tuple[tuple[Cell, ...], ...]
    gap: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Code:
    """Text kept as it is, line by line; ``language`` may be empty."""

    text: str
    language: str = ""
    gap: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody else's words."""

    blocks: Document
    gap: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across."""

    gap: int = field(default=1, compare=False)


Block: TypeAlias = "Paragraph | Heading | List | Table | Code | Quote | Rule"
Document: TypeAlias = "tuple[Block, ...]"
