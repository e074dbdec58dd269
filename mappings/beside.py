"""Files beside the pairs that hold for all of them, such as the people file: telling them from
pairs, finding one among the files of a folder, and reading it into its shape. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from mappings.nodes import Document, read
from mappings.problems import explain

NAMES = ("people", "insight", "policy", "improvement")
PEOPLE, INSIGHT, POLICY, IMPROVEMENT = NAMES
ENDINGS = ("yaml", "yml")

Shape = TypeVar("Shape", bound=BaseModel)


def is_beside(file: str) -> bool:
    """Whether a file of a mapping folder is one of these, and no pair."""
    return any(_is_called(name, file) for name in NAMES)


def found(name: str, texts: Mapping[str, str]) -> Document | None:
    """The file of this name among these texts; a second one is a problem."""
    files = [file for file in texts if _is_called(name, file)]
    if not files:
        return None
    document = read(files[0], texts[files[0]])
    for other in files[1:]:
        document.complain((), f"{other} is {_a(name)} file too", "Keep one of them.")
    return document


def shaped(document: Document, shape: type[Shape], name: str, first: str) -> Shape | None:
    """What the file says, in its shape; nothing where that is wrong. ``first`` is a key of it."""
    if document.broken:
        return None
    if document.data is None:
        return shape.model_validate({})
    if not isinstance(document.data, dict):
        text = f"{_a(name)} file is a group of keys"
        document.complain((), text, f"Begin with `{first}:`.")
        return None
    try:
        return shape.model_validate(document.data)
    except ValidationError as error:
        for problem in error.errors():
            explain(document, problem, shape)
        return None


def _is_called(name: str, file: str) -> bool:
    stem, _, ending = file.replace("\\", "/").rpartition("/")[2].rpartition(".")
    return stem == name and ending in ENDINGS


def _a(name: str) -> str:
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
