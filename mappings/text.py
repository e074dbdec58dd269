r"""Text on its way between ServiceNow (plain) and Jira (wiki markup, REST v2). Pure.

Text from ServiceNow must be inert in Jira: no macro runs, nobody is mentioned, no image is fetched
(reliability: S-19), and a person reads there what was written here. So the characters that open
markup are escaped: with a backslash where wiki markup knows that, and as a character reference
where it does not (a backslash itself, because ``\\`` is a line break; ``&``; the ``.`` of ``h1.``).

Text from Jira becomes readable plain text: macros, links, mentions and images lose their brackets,
headings their prefix; emphasis, lists and tables stay, people write those in plain text too.

``from_wiki(to_wiki(text)) == canonical_text(text)`` for every text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

CUT_MARK = "…"
"""Ends a text that was too long for the other side."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_CODE_TAG = re.compile(r"\[(/?)code\]", re.IGNORECASE)

_SIGNS = r"{}\[\]!*_+^~?|-"
"""What a backslash takes the meaning from."""
_EMPHASIS = "|".join(
    rf"(?<![\w{sign}]){sign}(?=[^\s{sign}](?:[^\n{sign}]*[^\s{sign}])?{sign}(?!\w))"
    for sign in map(re.escape, "*_+^~-")
)
_LIVE = re.compile(
    r"(?P<url>https?://[^\s{\[!\\&|]+)"
    rf"|(?P<coded>&(?=\#?\w{{1,31}};)|\\(?=[\\{_SIGNS}])|(?<=\\)\\)"
    rf"|(?P<escaped>[{{\[]|!(?=[^\s!][^\n!]*!)|{_EMPHASIS})"
    r"|^(?P<indent>[ \t]*)(?P<row>\|)"
    r"|^(?P<begin>[ \t]*(?:(?:h[1-6]|bq)(?=\.\s))?)(?P<lead>(?<=[1-6q])\.|\#(?=\#*[ \t]))",
    re.MULTILINE,
)


def canonical_text(text: str) -> str | None:
    """Normal form of a text: composed characters, plain line ends, no blanks at line ends."""
    lines = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    composed = unicodedata.normalize("NFC", lines)
    return "\n".join(line.rstrip() for line in composed.split("\n")).rstrip() or None


def canonical_line(text: str) -> str | None:
    """Normal form of a single line."""
    return " ".join((canonical_text(text) or "").split()) or None


def to_wiki(text: str) -> str:
    """Plain text as wiki markup that shows exactly this text."""
    return _LIVE.sub(_inert, canonical_text(text) or "")


def _inert(found: re.Match[str]) -> str:
    for name, before in (("coded", ""), ("lead", "begin")):
        if found[name]:
            return f"{found[before] if before else ''}&#{ord(found[name])};"
    if found["row"]:
        return f"{found['indent']}\\|"
    return found["url"] or "\\" + found["escaped"]


def _block(found: re.Match[str]) -> str:
    return found["inside"].strip("\n")


def _link(found: re.Match[str]) -> str:
    words, _, rest = found["link"].partition("|")
    address = rest.partition("|")[0]
    return words if address in ("", words) else f"{words} ({address})"


_MARKUP: tuple[tuple[str, str, Callable[[re.Match[str]], str]], ...] = (
    ("line", r"(?P<line>\\\\(?:[ \t]*\n|[ \t]+|\Z))", lambda _: "\n"),
    ("escape", rf"\\(?P<escape>[{_SIGNS}])", lambda m: m["escape"]),
    ("number", r"&\#(?P<number>35|38|46|92);", lambda m: chr(int(m["number"]))),
    ("inside", r"\{(?P<code>code|noformat)(?::[^{}\n]*)?\}(?P<inside>.*?)\{(?P=code)\}", _block),
    ("macro", r"(?P<macro>\{(?:quote|panel|color|info|note|tip|warning|expand)(?::[^{}\n]*)?\})",
     lambda _: ""),
    ("mono", r"\{\{(?P<mono>[^{}\n]+)\}\}", lambda m: from_wiki(m["mono"])),
    ("person", r"\[~(?:accountid:)?(?P<person>[^\]\s|]+)\]", lambda m: "@" + m["person"]),
    ("file", r"\[\^(?P<file>[^\]\n|]+)[^\]\n]*\]", lambda m: m["file"]),
    ("link", r"\[(?P<link>(?:[^\]\[\n|\\]+\|)?(?:https?://|mailto:)[^\]\s]*)\]", _link),
    ("image", r"(?<!\w)!(?P<image>[^\s!|][^\n!|]*\.\w{2,4})(?:\|[^\n!]*)?!", lambda m: m["image"]),
    ("head", r"^(?P<head>[ \t]*h[1-6]\.[ \t]+)", lambda _: ""),
    ("cite", r"^(?P<cite>[ \t]*bq\.[ \t]+)", lambda _: "> "),
)  # fmt: skip
_PLAIN = {name: read for name, _, read in _MARKUP}
_WIKI = re.compile("|".join(pattern for _, pattern, _ in _MARKUP), re.MULTILINE | re.DOTALL)


def from_wiki(text: str) -> str:
    """Wiki markup as readable plain text."""
    return canonical_text(_WIKI.sub(_readable, text.replace("\r\n", "\n"))) or ""


def _readable(found: re.Match[str]) -> str:
    name = next(name for name in _PLAIN if found[name] is not None)
    return _PLAIN[name](found)


def to_journal(text: str) -> str:
    """Text for a ServiceNow journal, whose ``[code]`` would be rendered as HTML (S-18)."""
    return _CODE_TAG.sub(r"[ \1code ]", canonical_text(text) or "")


def size(text: str) -> int:
    """Length as both vendors count it: characters beyond the first plane count twice."""
    return len(text) + sum(1 for char in text if char > "\uffff")


def cut(text: str, limit: int, measure: Callable[[str], int] = size) -> str:
    """A text that measures at most ``limit``; a shortened one ends with our mark."""
    if measure(text) <= limit:
        return text
    room = limit
    while True:
        short = text[: max(room - len(CUT_MARK), 0)].rstrip() + CUT_MARK
        measured = measure(short)
        if measured <= limit or room <= 0:
            return short
        room = min(room - 1, room * limit // measured)


def is_cut(short: str, long: str, limit: int) -> bool:
    """Whether one text is the other, cut with our mark near the limit."""
    begun = short.removesuffix(CUT_MARK)
    return begun != short and limit // 2 < len(short) and long.startswith(begun)
