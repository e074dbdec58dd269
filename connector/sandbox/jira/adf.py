"""Between stored text and the document format of the newer API version, both ways.

Text is stored as the older API version shows it (wiki strings). The conversion is as small as the
product's use of it: paragraphs, line breaks, headings, lists, code, quotes and the common marks.
Whatever has no wiki form is reduced to its text, so a round trip may lose looks, never words.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

Node = dict[str, Any]

_MARKS = {"strong": "*", "em": "_", "strike": "-", "underline": "+"}
_INLINE = frozenset({"text", "hardBreak", "mention", "emoji", "inlineCard", "date", "status"})


def to_document(text: str) -> Node:
    """A document whose text reads back the same."""
    blocks = re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n"))
    return {"type": "doc", "version": 1, "content": [_paragraph(block) for block in blocks]}


def _paragraph(block: str) -> Node:
    content: list[Node] = []
    for number, line in enumerate(block.split("\n")):
        if number:
            content.append({"type": "hardBreak"})
        if line:
            content.append({"type": "text", "text": line})
    return {"type": "paragraph", "content": content} if content else {"type": "paragraph"}


def is_document(value: object) -> bool:
    """Whether this is a well-formed document."""
    if not isinstance(value, dict) or value.get("type") != "doc" or value.get("version") != 1:
        return False
    content = value.get("content")
    return isinstance(content, list) and all(_is_node(node) for node in content)


def _is_node(node: object) -> bool:
    if not isinstance(node, dict) or not isinstance(node.get("type"), str):
        return False
    if node["type"] == "text":
        return isinstance(node.get("text"), str) and bool(node["text"])
    content = node.get("content", [])
    return isinstance(content, list) and all(_is_node(inner) for inner in content)


def to_text(document: Node) -> str:
    """The wiki string of a document."""
    return _blocks(document.get("content", []))


def _blocks(nodes: list[Node]) -> str:
    return "\n\n".join(_block(node) for node in nodes)


def _block(node: Node) -> str:
    kind = node["type"]
    make = _BLOCKS.get(kind)
    if make is not None:
        return make(node)
    inner: list[Node] = node.get("content", [])
    if inner and all(child["type"] not in _INLINE for child in inner):
        return _blocks(inner)
    return _inline(inner)


def _heading(node: Node) -> str:
    level = node.get("attrs", {}).get("level", 1)
    return f"h{level}. {_inline(node.get('content', []))}"


def _list(mark: str) -> Callable[[Node], str]:
    def make(node: Node) -> str:
        lines = []
        for item in node.get("content", []):
            lines.append(f"{mark} " + _blocks(item.get("content", [])).replace("\n\n", "\n"))
        return "\n".join(lines)

    return make


def _code(node: Node) -> str:
    language = node.get("attrs", {}).get("language")
    head = f"{{code:{language}}}" if language else "{code}"
    return f"{head}\n{_inline(node.get('content', []))}\n{{code}}"


_BLOCKS: dict[str, Callable[[Node], str]] = {
    "heading": _heading,
    "bulletList": _list("*"),
    "orderedList": _list("#"),
    "codeBlock": _code,
    "blockquote": lambda node: "{quote}\n" + _blocks(node.get("content", [])) + "\n{quote}",
    "rule": lambda _node: "----",
}


def _inline(nodes: list[Node]) -> str:
    return "".join(_span(node) for node in nodes)


def _span(node: Node) -> str:
    kind = node["type"]
    if kind == "text":
        return _marked(node)
    if kind == "hardBreak":
        return "\n"
    attributes = node.get("attrs", {})
    if kind == "mention":
        return f"[~accountid:{attributes.get('id', '')}]"
    if kind == "inlineCard":
        return f"[{attributes.get('url', '')}]"
    text = attributes.get("text") or attributes.get("shortName") or ""
    return str(text) or _inline(node.get("content", []))


def _marked(node: Node) -> str:
    text = str(node["text"])
    for mark in node.get("marks", []):
        if mark["type"] == "link":
            text = f"[{text}|{mark['attrs']['href']}]"
        elif mark["type"] == "code":
            text = "{{" + text + "}}"
        elif sign := _MARKS.get(mark["type"]):
            text = f"{sign}{text}{sign}"
    return text
