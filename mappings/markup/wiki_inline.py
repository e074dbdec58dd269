"""Jira's wiki markup within a line: emphasis, links, mentions, images, escapes. Pure.

A sign of emphasis counts where Jira counts it: no letter before it, no blank after it, and another
one in the same line that closes it; in braces (``{*}``) it counts anywhere. One that is not closed
stays what it is, a sign.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from mappings.markup import scan
from mappings.markup.document import NO_STYLE, Break, Image, Mention, Span, Spans, Style, Words

SIGNS = {
    "*": Style.BOLD,
    "_": Style.ITALIC,
    "+": Style.UNDERLINE,
    "-": Style.STRIKE,
}
"""Signs of emphasis. ``^`` and ``~`` stay: without them a power would be another number."""

ESCAPED = r"{}\[\]!*_+^~?|-"
"""What a backslash takes the meaning from."""


def opener(sign: str, last: str = "") -> str:
    """Where a sign opens emphasis, as a pattern; ``last`` stands before the sign that closes."""
    own = re.escape(sign)
    closed = rf"{last}{own}(?![^\W_])"
    return rf"(?<![^\W_])(?<!{own}){own}(?=[^\s{own}](?:[^\n{own}]*[^\s{own}])?{closed})"


_NO_ESCAPE = r"(?<!\\)"
_WORDS = r"(?:\\.|[^\]\[\n|\\])+"
_TOKENS = re.compile(
    "|".join(
        (
            r"(?P<line>\\\\(?:[ \t]+|\Z))",
            rf"\\(?P<escape>[{ESCAPED}])",
            r"(?P<number>&\#?\w{1,31};)",
            rf"(?P<url>{scan.URL.pattern})",
            r"(?P<mono>\{\{(?!\}\})|\}\})",
            r"\{(?P<forced>[*_+-])\}",
            r"\[~(?:accountid:)?(?P<person>[^\]\[\s|]+)\]",
            r"\[\^(?P<file>[^\]\[\n|]+)[^\]\[\n]*\]",
            rf"\[(?P<words>{_WORDS})\|(?P<address>[^\]\[|\n]+)(?:\|[^\]\[\n]*)?\]",
            r"\[(?P<bare>(?:https?://|mailto:)[^\]\[\s|]*)(?:\|[^\]\[\n]*)?\]",
            r"(?<!\w)!(?P<image>[^\s!|][^\n!|]*\.\w{2,4})(?:\|[^\n!]*)?!",
            rf"(?P<open>{'|'.join(opener(sign, _NO_ESCAPE) for sign in SIGNS)})",
            r"(?P<close>(?<=\S)[*_+-](?![^\W_]))",
        )
    ),
    re.IGNORECASE,
)
_KINDS = tuple(_TOKENS.groupindex)


@dataclass(frozen=True, slots=True)
class _Opened:
    """A style that was opened: before which span, by which sign, and what was open already."""

    place: int
    written: str
    styles: frozenset[Style]


@dataclass(slots=True)
class _Line:
    """What was read of a line so far."""

    base: frozenset[Style] = NO_STYLE
    address: str = ""
    spans: list[Span] = field(default_factory=list)
    opened: dict[Style, _Opened] = field(default_factory=dict)

    def styles(self) -> frozenset[Style]:
        return self.base.union(self.opened) if self.opened else self.base

    def say(self, text: str) -> None:
        if text:
            self.spans.append(Words(text, self.styles(), self.address))

    def toggle(self, style: Style, written: str) -> None:
        if style in self.opened:
            del self.opened[style]
        else:
            self.opened[style] = _Opened(len(self.spans), written, self.styles())

    def ended(self) -> Spans:
        """The spans; what was opened and never closed was no emphasis, only a sign."""
        for style, opened in reversed(self.opened.items()):
            after = [_without(span, style) for span in self.spans[opened.place :]]
            sign = Words(opened.written, opened.styles, self.address)
            self.spans[opened.place :] = [sign, *after]
        return tuple(self.spans)


def _without(span: Span, style: Style) -> Span:
    return span if isinstance(span, Break) else replace(span, styles=span.styles - {style})


def read_line(text: str) -> Spans:
    """The spans of one line."""
    return _read(text, _Line())


def _read(text: str, line: _Line) -> Spans:
    at = 0
    for found in _TOKENS.finditer(text):
        line.say(text[at : found.start()])
        kind = next(kind for kind in _KINDS if found[kind] is not None)
        _READ[kind](line, found)
        at = found.end()
    line.say(text[at:])
    return line.ended()


def _break(line: _Line, found: re.Match[str]) -> None:
    """Two backslashes; at the end of a line they say what the end says already."""
    if found.end() < len(found.string):
        line.spans.append(Break())


def _mono(line: _Line, found: re.Match[str]) -> None:
    if (found["mono"] == "{{") == (Style.MONO not in line.opened):
        line.toggle(Style.MONO, found["mono"])
    else:
        line.say(found["mono"])


def _close(line: _Line, found: re.Match[str]) -> None:
    style = SIGNS[found["close"]]
    if style in line.opened:
        line.toggle(style, found["close"])
    else:
        line.say(found["close"])


def _link(line: _Line, found: re.Match[str]) -> None:
    """A link; one that leads nowhere we go is words, and where it leads where that is harmless."""
    leads, told = scan.address(found["address"]), found["address"].strip()
    line.spans.extend(_read(found["words"], _Line(line.styles(), leads)))
    if not leads and not scan.runs(told) and not told.startswith("#"):
        line.say(f" ({told})")


def _bare(line: _Line, found: re.Match[str]) -> None:
    leads = scan.address(found["bare"])
    text = found["bare"].removeprefix("mailto:")
    line.spans.append(Words(text, line.styles(), leads))


_READ: dict[str, Callable[[_Line, re.Match[str]], None]] = {
    "line": _break,
    "escape": lambda line, found: line.say(found["escape"]),
    "number": lambda line, found: line.say(scan.decoded(found["number"])),
    "url": lambda line, found: line.say(found["url"]),
    "mono": _mono,
    "forced": lambda line, found: line.toggle(SIGNS[found["forced"]], found.group()),
    "person": lambda line, found: line.spans.append(Mention(found["person"], "", line.styles())),
    "file": lambda line, found: line.say(found["file"]),
    "words": _link,
    "bare": _bare,
    "image": lambda line, found: line.spans.append(
        Image(scan.file_name(found["image"]), line.styles())
    ),
    "open": lambda line, found: line.toggle(SIGNS[found["open"]], found["open"]),
    "close": _close,
}
