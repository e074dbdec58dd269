"""A document as HTML of a small set of tags, which ServiceNow's sanitiser lets through. Pure.

Everything a person wrote is escaped. The only attributes are where a link leads (``http``,
``https``, ``mailto``) and the language of code (reliability: S-18).

``read_html(write_html(document))`` is the same document, if that is normal.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from itertools import groupby

from mappings.markup.document import (
    Block,
    Break,
    Cell,
    Code,
    Document,
    Heading,
    List,
    Paragraph,
    Quote,
    Rule,
    Span,
    Spans,
    Style,
    Table,
    Words,
)
from mappings.markup.normal import normal

TAGS = {
    Style.BOLD: "strong",
    Style.ITALIC: "em",
    Style.UNDERLINE: "u",
    Style.STRIKE: "s",
    Style.MONO: "code",
}
"""The tag of each look, the outer ones first."""


def write_html(document: Document) -> str:
    """HTML of a document."""
    return "\n".join(_WRITE[type(block)](block) for block in normal(document))


def _paragraph(block: Paragraph) -> str:
    return f"<p>{_inside(block.spans)}</p>"


def _heading(block: Heading) -> str:
    return f"<h{block.level}>{_inside(block.spans)}</h{block.level}>"


def _list(block: List) -> str:
    tag = "ol" if block.mark == "#" else "ul"
    items = (
        f"<li>{_inside(item.spans)}{''.join(_list(inner) for inner in item.lists)}</li>"
        for item in block.items
    )
    return f"<{tag}>{''.join(items)}</{tag}>"


def _table(block: Table) -> str:
    rows = (f"<tr>{''.join(_cell(cell) for cell in row)}</tr>" for row in block.rows)
    return f"<table><tbody>{''.join(rows)}</tbody></table>"


def _cell(cell: Cell) -> str:
    tag = "th" if cell.head else "td"
    return f"<{tag}>{_inside(cell.spans)}</{tag}>"


def _code(block: Code) -> str:
    told = f' class="language-{escape(block.language)}"' if block.language else ""
    return f"<pre{told}>{escape(block.text, quote=False)}</pre>"


def _quote(block: Quote) -> str:
    return f"<blockquote>{write_html(block.blocks)}</blockquote>"


_WRITE: dict[type[Block], Callable[..., str]] = {
    Paragraph: _paragraph,
    Heading: _heading,
    List: _list,
    Table: _table,
    Code: _code,
    Quote: _quote,
    Rule: lambda _block: "<hr>",
}


def _inside(spans: Spans) -> str:
    """Spans, neighbours that lead to one place within one link."""
    found = ""
    for address, run in groupby(spans, _leads):
        words = "".join(map(_span, run))
        found += f'<a href="{escape(address)}">{words}</a>' if address else words
    return found


def _leads(span: Span) -> str:
    return span.address if isinstance(span, Words) else ""


def _span(span: Span) -> str:
    if isinstance(span, Break):
        return "<br>"
    if not isinstance(span, Words):
        return ""
    tags = [tag for style, tag in TAGS.items() if style in span.styles]
    opened, closed = "".join(f"<{tag}>" for tag in tags), "".join(f"</{t}>" for t in reversed(tags))
    return f"{opened}{escape(span.text, quote=False)}{closed}"
