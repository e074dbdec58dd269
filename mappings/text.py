r"""Text on its way between ServiceNow (plain) and Jira (wiki markup, REST v2). Pure.

Text from ServiceNow must be inert in Jira: no macro runs, nobody is mentioned, no image is fetched
(reliability: S-19), and a person reads there what was written here. So the characters that open
markup are escaped: with a backslash where wiki markup knows that, and as a character reference
where it does not (a backslash itself, because ``\\`` is a line break; ``&``; the ``.`` of ``h1.``).

Text from Jira becomes readable plain text (:mod:`mappings.markup.plain_writer`).

``from_wiki(to_wiki(text)) == canonical_text(text)`` for every text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from mappings.markup.journal import parts, wiki_of_html
from mappings.markup.plain_writer import Names, nobody, write_plain
from mappings.markup.scan import URL, clean
from mappings.markup.wiki_inline import ESCAPED, opener
from mappings.markup.wiki_reader import read_jira

CUT_MARK = "…"
"""Ends a text that was too long for the other side."""

_CODE_TAG = re.compile(r"\[(/?)code\]", re.IGNORECASE)

_PERSON = re.compile(r"\[~(?:accountid:)?([^\]\[\s|]{1,200})\]")
_CALLED = re.compile(r"(?<![\w.@])@(?P<key>\w[\w.:-]{0,199})")
_SHOUTS = re.compile(r"(?<!\\)!")
_BLANK_LINES = re.compile(r"\n{3,}")
_EMPHASIS = "|".join(map(opener, "*_+^~-"))
_LIVE = re.compile(
    rf"(?P<url>{URL.pattern})"
    rf"|(?P<coded>&(?=\#?\w{{1,31}};)|\\(?=[\\{ESCAPED}])|(?<=\\)\\)"
    rf"|(?P<escaped>[{{\[]+|!(?=[^\s!][^\n!]*!)|{_EMPHASIS})"
    r"|^(?P<indent>[ \t]*)(?P<row>\|)"
    r"|^(?P<begin>[ \t]*(?:(?:h[1-6]|bq)(?=\.\s))?)(?P<lead>(?<=[1-6q])\.|\#(?=[*\#]*-?[ \t])"
    r"|\*(?=[*\#]+-?[ ]|-[ ])|(?<=[ \t])[*-](?=[ ]))",
    re.MULTILINE | re.IGNORECASE,
)


def canonical_text(text: str) -> str | None:
    """Normal form of a text: composed characters, plain line ends, no blanks at line ends."""
    return "\n".join(line.rstrip() for line in clean(text).split("\n")).rstrip() or None


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
    return found["url"] or "".join("\\" + sign for sign in found["escaped"])


def from_wiki(text: str, names: Names = nobody) -> str:
    """Wiki markup as readable plain text. ``names`` tells who is mentioned."""
    return _read_plainly(text) if names is nobody else _told(text, names)


@lru_cache(maxsize=128)  # one look at a record asks for its texts several times
def _read_plainly(text: str) -> str:
    return _told(text, nobody)


def _told(text: str, names: Names) -> str:
    return canonical_text(write_plain(read_jira(text), names)) or ""


def to_journal(text: str) -> str:
    """Text for a ServiceNow journal, whose ``[code]`` would be rendered as HTML (S-18)."""
    return _CODE_TAG.sub(r"[ \1code ]", canonical_text(text) or "")


def journal_to_wiki(text: str) -> str:
    """A ServiceNow journal entry as wiki markup: what it shows as HTML keeps its form."""
    whole = "".join(
        wiki_of_html(part) if html else _still(part) for html, part in parts(clean(text))
    )
    return _BLANK_LINES.sub("\n\n", whole).strip("\n")


def _still(text: str) -> str:
    """Plain text beside markup: a sign at its end must not find a partner there."""
    bare = text.rstrip(" \t")
    return _SHOUTS.sub(r"\!", to_wiki(bare) + text[len(bare) :]) if bare.strip() else text


def mentioned(wiki: str) -> frozenset[str]:
    """Keys of the people whom a text in Jira mentions."""
    return frozenset(_PERSON.findall(wiki))


def named(text: str, names: Names, written: Callable[[str], str] = str) -> str:
    """A text in which people are called by name instead of by key, where the name is known."""

    def called(found: re.Match[str]) -> str:
        key = found["key"].rstrip(".:-")
        name = names(key)
        return f"@{written(name)}{found['key'][len(key) :]}" if name else found.group()

    return _CALLED.sub(called, text) if "@" in text else text


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
