r"""A document as Jira's wiki markup, in which nothing that a person wrote comes alive. Pure.

Only what the document says is markup. Words are escaped (reliability: S-19): with a backslash where
wiki markup knows that, and as a character reference where it does not. Mentions and images are the
words that stand for them. Emphasis within a word takes braces, ``{*}``, as Jira writes it itself.

``read_wiki(write_wiki(document))`` is the same document, if that is normal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import groupby

from mappings.markup import scan
from mappings.markup.document import (
    Block,
    Cell,
    Code,
    Document,
    Heading,
    List,
    Paragraph,
    Quote,
    Rule,
    Spans,
    Style,
    Table,
    Words,
)
from mappings.markup.normal import lines, normal
from mappings.markup.wiki_reader import MACROS

_SIGNS = {
    Style.BOLD: "*",
    Style.ITALIC: "_",
    Style.UNDERLINE: "+",
    Style.STRIKE: "-",
    Style.MONO: "",
}
"""Signs of looks, the outer ones first; the innermost has brackets of its own."""

_ESCAPES = r"""
    (?P<numbered> \\ | &(?=\#?\w{{0,31}}(?:;|\Z)) | (?<=http):(?=//) | (?<=https):(?=//) )
    | [{{}}\[\]|]+ | !(?=\S|\Z) | (?<![^\W_])[*_+^~-]{opens}
"""
_OPEN = re.compile(_ESCAPES.format(opens=r"(?=\S|\Z)"), re.VERBOSE | re.IGNORECASE)
_INSIDE = re.compile(_ESCAPES.format(opens=r"|[*_+^~-](?![^\W_])"), re.VERBOSE | re.IGNORECASE)
"""What is escaped in words without a look, and within one, where a sign would end it too."""

_LEAD = re.compile(r"(?:h[1-6]|bq)(?P<dot>\.)(?=\s)|(?P<mark>[*#-])(?=[*#-]*\s)")
_PAUSE = re.compile(r"[.,;:?)']*(?:\s|\Z)")
_NAMING = re.compile(r"\A(?P<numbered>[\^~])")
"""Begins a file's or a person's name where a link's words stand."""


def write_wiki(document: Document) -> str:
    """Wiki markup of a document."""
    return "\n\n".join(_block(block) for block in normal(document))


def _block(block: Block) -> str:
    return _WRITE[type(block)](block)


def _paragraph(block: Paragraph) -> str:
    return "\n".join(_lead(_line(row)) for row in lines(block.spans))


def _lead(line: str) -> str:
    """A line that begins no heading and no list."""
    found = _LEAD.match(line)
    if found is None:
        return line
    place = found.start(found.lastgroup or 0)
    return f"{line[:place]}&#{ord(line[place])};{line[place + 1 :]}"


def _heading(block: Heading) -> str:
    return f"h{block.level}. {_dense(block.spans)}"


def _list(block: List, above: str = "") -> str:
    marks = above + block.mark
    found: list[str] = []
    for item in block.items:
        found.append(f"{marks} {_dense(item.spans)}")
        found += [_list(inner, marks) for inner in item.lists]
    return "\n".join(found)


def _dense(spans: Spans) -> str:
    r"""Several lines in one: ``\\`` ends each."""
    return r"\\ ".join(_line(row) for row in lines(spans))


def _table(block: Table) -> str:
    return "\n".join(_row(row) for row in block.rows)


def _row(row: tuple[Cell, ...]) -> str:
    cells = (f"{'||' if cell.head else '|'} {_dense(cell.spans)} " for cell in row)
    return "".join(cells) + ("||" if row[-1].head else "|")


def _code(block: Code) -> str:
    if "{code" in block.text.casefold():
        return f"{{noformat}}\n{block.text}\n{{noformat}}"
    told = f":{block.language}" if block.language else ""
    return f"{{code{told}}}\n{block.text}\n{{code}}"


def _quote(block: Quote) -> str:
    return f"{{quote}}\n{write_wiki(block.blocks)}\n{{quote}}"


_WRITE: dict[type[Block], Callable[..., str]] = {
    Paragraph: _paragraph,
    Heading: _heading,
    List: _list,
    Table: _table,
    Code: _code,
    Quote: _quote,
    Rule: lambda _block: "----",
}


def _line(row: Spans) -> str:
    return _dressed([span for span in row if isinstance(span, Words)], tuple(_SIGNS))


def _dressed(words: Sequence[Words], order: tuple[Style, ...]) -> str:
    """Words in their looks, one look after the other from the outermost to the innermost."""
    if not order:
        return "".join(_told(one, words[place + 1 :]) for place, one in enumerate(words))
    style, *inner = order
    found, at = "", 0
    for inside, run in groupby(words, lambda one: style in one.styles):
        same = tuple(run)
        at += len(same)
        if not inside:
            found += _dressed(same, tuple(inner))
            continue
        text = _dressed(same, tuple(inner))
        following = words[at].text[:1] if at < len(words) else ""
        found += _wrapped(text, style, _before(words[: at - len(same)], found), following)
    return found


def _before(words: Sequence[Words], written: str) -> str:
    """The sign before a look. An address never ends at a sign of ours, whatever its own last is."""
    return "]" if words and words[-1].address else written[-1:]


def _wrapped(text: str, style: Style, before: str, after: str) -> str:
    """A look around words: by its sign alone where that counts, else by its sign in braces."""
    if style is Style.MONO:
        if text.split(":")[0].casefold() in MACROS:  # in braces it would be one
            text = f"&#{ord(text[0])};{text[1:]}"
        return f"{{{{{text}}}}}"
    sign = _SIGNS[style]
    if sign in text or before not in ("", " ", "(") or after not in ("", " ", ".", ",", ")"):
        return f"{{{sign}}}{text}{{{sign}}}"
    return f"{sign}{text}{sign}"


def _told(words: Words, following: Sequence[Words]) -> str:
    """Words or a link. A bare address stands alone where it ends by itself."""
    if not words.address:
        return _escaped(words)
    if words.address == f"mailto:{words.text}":
        return f"[{words.address}]"
    if words.text == words.address and scan.URL.match(words.text):
        rest = "".join(one.text for one in following[:2])
        bare = not words.styles and scan.URL.fullmatch(words.text) and _PAUSE.match(rest)
        return words.text if bare else f"[{words.text}]"
    return f"[{_NAMING.sub(_inert, _escaped(words))}|{words.address}]"


def _escaped(words: Words) -> str:
    pattern = _INSIDE if words.styles else _OPEN
    return pattern.sub(_inert, words.text)


def _inert(found: re.Match[str]) -> str:
    if found["numbered"]:
        return f"&#{ord(found.group())};"
    return "".join("\\" + sign for sign in found.group())
