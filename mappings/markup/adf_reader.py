"""The document format of Jira Cloud's newer interface into a document. Pure.

Texts are asked for as wiki markup (REST v2), so this is met only where an answer holds a document
all the same. Nodes that are not known give way to their text. Node and mark names:
https://developer.atlassian.com/cloud/jira/platform/apis/document/structure
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

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
    Mention,
    Paragraph,
    Quote,
    Rule,
    Span,
    Spans,
    Style,
    Table,
    Words,
)
from mappings.markup.flat import flat

_MARKS = {
    "strong": Style.BOLD,
    "em": Style.ITALIC,
    "underline": Style.UNDERLINE,
    "strike": Style.STRIKE,
    "code": Style.MONO,
}
_DEEPEST = 3 * scan.DEEPEST
_LISTS = {"bulletList": "*", "orderedList": "#", "taskList": "*", "decisionList": "*"}
_INLINE = frozenset(
    {"text", "hardBreak", "mention", "emoji", "inlineCard", "date", "status", "media"}
    | {"placeholder", "inlineExtension", "mediaInline"}
)


def document_of(text: str) -> Document | None:
    """The document that a text is in this format; nothing where it is not."""
    if not text.lstrip().startswith("{") or '"doc"' not in text or len(text) > scan.LONGEST * 10:
        return None
    try:
        node = json.loads(text)
    except (ValueError, RecursionError):
        return None
    found = isinstance(node, Mapping) and node.get("type") == "doc" and "version" in node
    return read_adf(node) if found else None


def read_adf(node: Mapping[str, Any]) -> Document:
    """A document; whatever is no node is left out."""
    return tuple(_blocks(node, 0))


def _inner(node: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    content = node.get("content")
    found = content if isinstance(content, list) else []
    return [one for one in found if isinstance(one, Mapping)]


def _told(node: Mapping[str, Any], name: str) -> str:
    """An attribute as text; empty where there is none."""
    attributes = node.get("attrs")
    value = attributes.get(name) if isinstance(attributes, Mapping) else None
    return str(value) if isinstance(value, str | int | float) else ""


def _blocks(node: Mapping[str, Any], depth: int) -> list[Block]:
    """The blocks of a node's content; loose words between them are paragraphs."""
    found: list[Block] = []
    loose: list[Span] = []
    for one in _inner(node):
        if _kind(one) in _INLINE:
            loose += _span(one)
            continue
        found += [Paragraph(tuple(loose))] if loose else []
        loose = []
        found += _block(one, depth)
    return [*found, Paragraph(tuple(loose))] if loose else found


def _kind(node: Mapping[str, Any]) -> str:
    return str(node.get("type"))


def _block(node: Mapping[str, Any], depth: int) -> list[Block]:
    kind = _kind(node)
    if depth >= _DEEPEST:
        return [Paragraph((Words(_text(node)),))]
    if kind in _LISTS:
        return [List(_LISTS[kind], tuple(i for one in _inner(node) for i in _items(one, depth)))]
    read = _READ.get(kind)
    if read is not None:
        return [read(node, depth)]
    title = _told(node, "title")
    head = [Paragraph((Words(title, frozenset({Style.BOLD})),))] if title else []
    return [*head, *_blocks(node, depth + 1)]


def _text(node: Mapping[str, Any]) -> str:
    """All words in a node that lies too deep."""
    found, waiting = [], [node]
    while waiting:
        one = waiting.pop()
        found.append(str(one.get("text") or ""))
        waiting += reversed(_inner(one))
    return " ".join(word for word in found if word)


def _heading(node: Mapping[str, Any], _depth: int) -> Block:
    level = _told(node, "level")
    return Heading(int(level) if level in tuple("123456") else 1, _spans(node))


def _code(node: Mapping[str, Any], _depth: int) -> Block:
    text = "".join(str(one.get("text") or "\n") for one in _inner(node))
    return Code(text, _told(node, "language"))


def _table(node: Mapping[str, Any], depth: int) -> Block:
    rows = (
        tuple(
            Cell(flat(_blocks(cell, depth + 1)), _kind(cell) == "tableHeader")
            for cell in _inner(row)
        )
        for row in _inner(node)
    )
    return Table(tuple(row for row in rows if row))


_READ: dict[str, Callable[[Mapping[str, Any], int], Block]] = {
    "paragraph": lambda node, _depth: Paragraph(_spans(node)),
    "heading": _heading,
    "codeBlock": _code,
    "blockquote": lambda node, depth: Quote(tuple(_blocks(node, depth + 1))),
    "rule": lambda _node, _depth: Rule(),
    "table": _table,
}


def _items(node: Mapping[str, Any], depth: int) -> list[Item]:
    """Items of a list; one that is done says so."""
    if _kind(node) in _LISTS:
        return [Item((), tuple(b for b in _block(node, depth + 1) if isinstance(b, List)))]
    blocks = _blocks(node, depth + 1)
    lists = tuple(block for block in blocks if isinstance(block, List))
    spans = flat(block for block in blocks if not isinstance(block, List))
    state = {"DONE": "[x] ", "TODO": "[ ] "}.get(_told(node, "state"), "")
    return [Item((Words(state), *spans) if state else spans, lists)]


def _spans(node: Mapping[str, Any]) -> Spans:
    return tuple(span for one in _inner(node) for span in _span(one))


def _span(node: Mapping[str, Any]) -> list[Span]:
    kind = _kind(node)
    if kind == "text":
        return [_words(node)]
    if kind == "hardBreak":
        return [Break()]
    if kind == "mention":
        return [Mention(_told(node, "id"), _told(node, "text").removeprefix("@"))]
    if kind in ("media", "mediaInline"):
        return [Image(_told(node, "alt") or _told(node, "id"))]
    if kind == "inlineCard":
        url = _told(node, "url")
        return [Words(url, NO_STYLE, scan.address(url))]
    text = _told(node, "text") or _told(node, "shortName") or _told(node, "timestamp")
    return [Words(text)] if text else [Words(str(one.get("text") or "")) for one in _inner(node)]


def _words(node: Mapping[str, Any]) -> Words:
    styles, leads = set(), ""
    held = node.get("marks")
    for mark in held if isinstance(held, list) else []:
        if isinstance(mark, Mapping):
            leads = scan.address(_told(mark, "href")) if mark.get("type") == "link" else leads
            styles |= {_MARKS[_kind(mark)]} if _kind(mark) in _MARKS else set()
    return Words(str(node.get("text") or ""), frozenset(styles), leads)
