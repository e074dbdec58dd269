"""YAML text to plain data that remembers its lines; only harmless YAML. Pure.

No tags, no anchors or aliases (a few of them can unfold into gigabytes), no key twice, bounded size
and depth (reliability: S-22).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import yaml
from yaml.constructor import SafeConstructor

MAX_LETTERS = 256_000
MAX_DEPTH = 20
Path: TypeAlias = "tuple[str | int, ...]"
Loader: TypeAlias = "type[yaml.SafeLoader | yaml.CSafeLoader]"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a mapping file, and what to do about it."""

    file: str
    line: int
    path: str
    text: str
    remedy: str

    def __str__(self) -> str:
        where = f"{self.path}: " if self.path else ""
        return f"{self.file}:{self.line}: {where}{self.text}. {self.remedy}"


@dataclass
class Document:
    """A file's data and the line of every path in it.

    ``broken`` says that there is no data: the file is no YAML, or none that we read.
    """

    file: str
    data: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    broken: bool = False

    def line(self, path: Path) -> int:
        """The line of a path, or of the nearest thing around it."""
        while path not in self.lines and path:
            path = path[:-1]
        return self.lines.get(path, 1)

    def complain(self, path: Path, text: str, remedy: str) -> None:
        """Note a problem at a path."""
        shown = ".".join(str(part) for part in path)
        self.problems.append(Problem(self.file, self.line(path), shown, text, remedy))


def read(file: str, text: str) -> Document:
    """Parse one file; what is wrong is in ``problems``.

    The parser in C reads a sound file in a twelfth of the time. It lets tabs pass in more places,
    and Python's says better what is wrong with a broken file.
    """
    if yaml.__with_libyaml__ and "\t" not in text:
        document = _read(file, text, yaml.CSafeLoader)
        if not document.broken:
            return document
    return _read(file, text, yaml.SafeLoader)


def _read(file: str, text: str, loader: Loader) -> Document:
    document = Document(file, broken=True)
    if len(text) > MAX_LETTERS:
        document.complain((), f"the file is longer than {MAX_LETTERS} letters", "Split it.")
        return document
    try:
        _refuse_aliases(document, text, loader)
        node = None if document.problems else yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        _syntax(document, error)
        return document
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        document.complain((), f"not YAML: {str(error).splitlines()[0]}", "Save it as UTF-8 text.")
        return document
    document.broken = bool(document.problems)
    if node is not None:
        document.data = _data(document, node, ())
    return document


def _syntax(document: Document, error: yaml.MarkedYAMLError) -> None:
    mark = error.problem_mark or error.context_mark
    document.lines[()] = mark.line + 1 if mark is not None else 1
    what = error.problem or "not YAML"
    document.complain((), f"not YAML: {what}", "Check indentation, quotes and colons.")


def _refuse_aliases(document: Document, text: str, loader: Loader) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            document.lines[()] = 1 + getattr(event.start_mark, "line", 0)
            document.complain((), "anchors and aliases are not allowed", "Write the value out.")
            return
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            document.complain((), f"nested deeper than {MAX_DEPTH}", "A mapping is flat.")
            return


_KINDS = ("str", "int", "float", "bool", "null", "timestamp", "merge", "value", "map", "seq")
_KNOWN_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in _KINDS)


def _tagged(document: Document, node: yaml.Node, path: Path) -> None:
    """A tag can ask for any object; we take none that YAML does not give by itself."""
    document.complain(path, f"the tag {node.tag} is not allowed", "Write a plain value.")


def _data(document: Document, node: yaml.Node, path: Path) -> Any:
    document.lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.CollectionNode) and node.tag not in _KNOWN_TAGS:
        return _tagged(document, node, path)
    if isinstance(node, yaml.MappingNode):
        return dict(_members(document, node, path))
    if isinstance(node, yaml.SequenceNode):
        return [_data(document, one, (*path, i)) for i, one in enumerate(node.value)]
    return _scalar(document, node, path)


def _members(document: Document, node: yaml.MappingNode, path: Path) -> Iterator[tuple[str, Any]]:
    seen: set[str] = set()
    for key, value in node.value:
        name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
        document.lines[(*path, name)] = key.start_mark.line + 1
        if name in seen:
            document.complain((*path, name), f"the key {name} stands twice", "Remove one.")
        seen.add(name)
        held = _data(document, value, (*path, name))
        document.lines[(*path, name)] = key.start_mark.line + 1
        yield name, held


def _scalar(document: Document, node: yaml.Node, path: Path) -> Any:
    if node.tag not in _KNOWN_TAGS:
        return _tagged(document, node, path)
    try:
        return SafeConstructor().construct_object(node, deep=True)
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        document.complain(path, f"not a value: {error}", "Put it in quotes.")
        return None
