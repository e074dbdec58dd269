"""HTML into a document, by what is allowed: everything else gives way to its text. Pure.

Tolerant, as browsers are: what is never closed ends where its surroundings end, ends without a
beginning are passed over. Scripts, styles, comments and all attributes but a few go away; links
lead to ``http``, ``https`` and ``mailto`` only (reliability: S-18). Levels are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from mappings.markup import scan
from mappings.markup.document import (
    NO_STYLE,
    Block,
    Break,
    Cell,
    Code,
    Document,
    Heading,
    Image,
    Item,
    List,
    Paragraph,
    Quote,
    Rule,
    Span,
    Style,
    Table,
    Words,
)
from mappings.markup.flat import flat
from mappings.markup.html_tokens import Tag, tokens
from mappings.markup.normal import lines, normal

_LOOKS = {
    "b": Style.BOLD, "strong": Style.BOLD,
    "i": Style.ITALIC, "em": Style.ITALIC, "cite": Style.ITALIC, "dfn": Style.ITALIC,
    "u": Style.UNDERLINE, "ins": Style.UNDERLINE,
    "s": Style.STRIKE, "strike": Style.STRIKE, "del": Style.STRIKE,
    "code": Style.MONO, "tt": Style.MONO, "kbd": Style.MONO, "samp": Style.MONO,
}  # fmt: skip
_INLINE = frozenset({*_LOOKS, "a", "span", "font"})
_SPOKEN = (
    (re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE), Style.BOLD),
    (re.compile(r"font-style\s*:\s*italic", re.IGNORECASE), Style.ITALIC),
    (re.compile(r"text-decoration[a-z-]*\s*:[^;]{0,40}underline", re.IGNORECASE), Style.UNDERLINE),
    (re.compile(r"text-decoration[a-z-]*\s*:[^;]{0,40}line-through", re.IGNORECASE), Style.STRIKE),
)
"""Looks that the rich text editor writes as styles of a ``span``."""

_LISTS = frozenset({"ul", "ol"})
_CELLS = frozenset({"td", "th"})
_HEADS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_FRAMES = _LISTS | _CELLS | {"li", "table", "tr", "blockquote"}
_SPACED = _HEADS | _LISTS | {"p", "table", "pre", "blockquote", "hr", "dl"}
"""What stands apart from what comes before it."""

_BLOCKS = _SPACED | _FRAMES | frozenset(
    {"div", "section", "article", "header", "footer", "center", "address", "dt", "dd", "figure"}
    | {"fieldset", "form", "body", "html", "head", "main", "aside", "nav", "tbody", "thead"}
    | {"tfoot", "caption", "figcaption"}
)  # fmt: skip
_DEEPEST_LOOK = 24


def read_html(html: str) -> Document:
    """The document of some HTML, in normal form; every text is one."""
    markup, rest = scan.parted(html)
    reader = _Reader()
    for token in tokens(markup):
        reader.read(token)
    document = reader.ended()
    bare = scan.decoded(re.sub(r"<[^<>]*+>", " ", rest))
    return (*document, *normal([Code(bare)])) if rest else document


@dataclass(slots=True)
class _Frame:
    """An element that is open, and what stands in it: blocks, items, rows or cells."""

    tag: str
    parts: list[Block | Item | Cell | tuple[Cell, ...]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Look:
    """An element that changes how words look."""

    tag: str
    styles: frozenset[Style] = NO_STYLE
    address: str = ""


@dataclass(slots=True)
class _Reader:
    """Elements from start to end."""

    frames: list[_Frame] = field(default_factory=lambda: [_Frame("")])
    spans: list[Span] = field(default_factory=list)
    looks: list[_Look] = field(default_factory=list)
    kept: list[str] | None = None
    """The text of a ``pre`` that is open."""

    language: str = ""
    level: int = 0
    gap: int = 0

    def read(self, token: Tag | str) -> None:
        if isinstance(token, str):
            self._say(token)
        elif self.kept is not None:
            self._keep(token)
        elif token.name in _INLINE:
            self._look(token)
        elif token.name in _BLOCKS:
            self._block(token)
        elif token.name == "br":
            self.spans.append(Break())
        elif token.name == "img":
            self.spans.append(Image(_pictured(token)))

    def ended(self) -> Document:
        self._kept()
        self._flush()
        while len(self.frames) > 1:
            self._pop()
        return normal(_blocks(self.frames[0]))

    def _say(self, text: str) -> None:
        if self.kept is not None:
            self.kept.append(text)
        else:
            styles = NO_STYLE.union(*(look.styles for look in self.looks))
            leads = next((one.address for one in reversed(self.looks) if one.address), "")
            self.spans.append(Words(text, styles, leads))

    def _look(self, tag: Tag) -> None:
        if not tag.end:
            if len(self.looks) < _DEEPEST_LOOK:
                self.looks.append(_looking(tag))
            return
        for place in range(len(self.looks) - 1, -1, -1):
            if self.looks[place].tag == tag.name:
                del self.looks[place]
                return

    def _keep(self, tag: Tag) -> None:
        """Within a ``pre``: line by line as it is, until it ends."""
        if tag.name == "pre" and tag.end:
            self._kept()
        elif tag.name == "br" or tag.name in _BLOCKS:
            self._say("\n" if tag.name == "br" or tag.end else "")
        elif tag.name == "code" and not tag.end:
            self.language = self.language or _language(tag)

    def _kept(self) -> None:
        if self.kept is not None:
            self._add(Code("".join(self.kept), self.language, self.gap))
            self.kept, self.gap = None, 1

    def _block(self, tag: Tag) -> None:
        self._flush()
        self.gap = 1 if tag.name in _SPACED else self.gap
        if tag.name in _HEADS:
            self.level = 0 if tag.end else int(tag.name[1])
        elif tag.name in _FRAMES:
            (self._close if tag.end else self._open)(tag.name)
        elif tag.name == "pre" and not tag.end:
            self.kept, self.language = [], _language(tag)
        elif tag.name == "hr":
            self._add(Rule(self.gap))

    def _flush(self) -> None:
        """What was said so far becomes a block."""
        spans = tuple(self.spans)
        self.spans.clear()
        if not lines(spans):
            return
        level, gap = self.level, self.gap if len(self.frames) > 1 or self.frames[0].parts else 0
        self._add(Heading(level, spans, gap) if level else Paragraph(spans, gap))
        self.gap = 0

    def _open(self, tag: str) -> None:
        """A frame, with those around it that it needs; its like before it ends."""
        if len(self.frames) > 3 * scan.DEEPEST:
            return
        if tag in _CELLS | {"tr", "li"}:
            like = _CELLS if tag in _CELLS else {tag}
            self._close_any(like | (_CELLS if tag == "tr" else frozenset()), _STOPS[tag])
        top = self.frames[-1].tag
        if tag == "li" and top not in _LISTS:
            self.frames.append(_Frame("ul"))
        if tag in _CELLS | {"tr"} and top not in ("table", "tr"):
            self.frames.append(_Frame("table"))
        if tag in _CELLS and self.frames[-1].tag != "tr":
            self.frames.append(_Frame("tr"))
        self.frames.append(_Frame(tag))

    def _close(self, tag: str) -> None:
        self._close_any({tag}, _STOPS.get(tag, _CELLS))

    def _close_any(self, tags: Iterable[str], stops: Iterable[str]) -> None:
        """End the outermost open frame of these tags that does not lie beyond a stop."""
        wanted, ends, found = frozenset(tags), frozenset(stops), 0
        for place in range(len(self.frames) - 1, 0, -1):
            tag = self.frames[place].tag
            if tag in wanted:
                found = place
            if tag in ends or (found and len(wanted) == 1):
                break
        while found and len(self.frames) > found:
            self._pop()

    def _pop(self) -> None:
        frame = self.frames.pop()
        self.gap = 1 if frame.tag in _SPACED else self.gap
        if frame.tag == "li":
            self.frames[-1].parts += _items(_blocks(frame))
        elif frame.tag in _CELLS:
            self.frames[-1].parts.append(Cell(flat(_blocks(frame)), frame.tag == "th"))
        elif frame.tag == "tr":
            row = tuple(part for part in frame.parts if isinstance(part, Cell))
            self.frames[-1].parts += [row] if row else []
        else:
            self._add(_whole(frame))

    def _add(self, block: Block) -> None:
        """A block where it belongs: what stands between items or cells is one itself."""
        parts, tag = self.frames[-1].parts, self.frames[-1].tag
        if tag in _LISTS:
            last = parts[-1] if parts else None
            if isinstance(block, List) and isinstance(last, Item):
                parts[-1] = Item(last.spans, (*last.lists, block))
            else:
                parts += _items([block])
        elif tag == "tr":
            parts.append(Cell(flat([block])))
        elif tag == "table":
            parts.append((Cell(flat([block])),))
        else:
            parts.append(block)


_STOPS: dict[str, frozenset[str]] = {
    "li": _LISTS | {"table"},
    "tr": frozenset({"table"}),
    "td": frozenset({"table"}),
    "th": frozenset({"table"}),
}
"""Where the search for what an end tag ends comes to its end."""


def _blocks(frame: _Frame) -> list[Block]:
    return [part for part in frame.parts if not isinstance(part, Item | Cell | tuple)]


def _whole(frame: _Frame) -> Block:
    if frame.tag in _LISTS:
        items = tuple(part for part in frame.parts if isinstance(part, Item))
        return List("#" if frame.tag == "ol" else "*", items)
    if frame.tag == "table":
        return Table(tuple(part for part in frame.parts if isinstance(part, tuple)))
    return Quote(tuple(_blocks(frame)))


def _items(blocks: Iterable[Block]) -> list[Item]:
    """Blocks within an item: text that follows a list is an item of its own, to stay behind it."""
    found = [Item(())]
    for block in blocks:
        last = found[-1]
        if isinstance(block, List):
            found[-1] = Item(last.spans, (*last.lists, block))
        elif last.lists:
            found.append(Item(flat([block])))
        else:
            found[-1] = Item((*last.spans, Break(), *flat([block])))
    return found


def _looking(tag: Tag) -> _Look:
    """What an element does to the words in it."""
    if tag.name == "a":
        return _Look("a", NO_STYLE, scan.address(tag.attribute("href")))
    spoken = tag.attribute("style") if tag.told else ""
    styles = {style for pattern, style in _SPOKEN if spoken and pattern.search(spoken)}
    own = {_LOOKS[tag.name]} if tag.name in _LOOKS else set()
    return _Look(tag.name, frozenset(styles | own))


def _language(tag: Tag) -> str:
    found = re.search(r"\blang(?:uage)?-([\w+#.-]{1,20})", tag.attribute("class"))
    return found[1] if found else ""


def _pictured(tag: Tag) -> str:
    """What stands for an image: its words, its file, or the id of the attachment behind it."""
    place = tag.attribute("src")
    attached = re.search(r"sys_id=(\w{1,40})", place)
    return tag.attribute("alt").strip() or (attached[1] if attached else scan.file_name(place))
