"""HTML in which foreign text cannot become markup: whatever is not :class:`Html` is escaped. Pure.

Letters that nobody sees, but that end a line, hide text or turn its direction, are shown as one
that people see: ticket text is written by anybody.
"""

from __future__ import annotations

import re
from html import escape


class Html(str):
    """Text that is markup already, because it was made here."""

    __slots__ = ()


Inside = str | None
"""What may stand in an element: plain text, which is escaped, markup, or nothing."""

_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]"
)
_VOID = frozenset({"meta", "br"})


def plain(text: str) -> str:
    """Text without letters that deceive."""
    return _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", text)


def html(text: Inside) -> Html:
    """Text as markup."""
    if isinstance(text, Html):
        return text
    return Html(escape(plain(text or ""), quote=True))


def joined(*parts: Inside) -> Html:
    return Html("".join(map(html, parts)))


def tag(element: str, *inside: Inside, **attributes: str) -> Html:
    """An element. Attributes are named as in HTML, ``kind`` is its class."""
    given = "".join(
        f' {"class" if key == "kind" else key.replace("_", "-")}="{html(value)}"'
        for key, value in attributes.items()
        if value
    )
    end = "" if element in _VOID else f"</{element}>"
    return Html(f"<{element}{given}>{joined(*inside)}{end}")
