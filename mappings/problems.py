"""What pydantic finds wrong with a file's shape, said in an admin's words. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel

from mappings.lint import nearest
from mappings.nodes import Document, Path
from mappings.schema import (
    AttachmentsPart,
    ClosingPart,
    CodePart,
    CommentsPart,
    CreatePart,
    EnteringPart,
    FieldPart,
    JiraPart,
    MappingFile,
    OtherwisePart,
    RowPart,
    ServiceNowPart,
)

_TOP: Mapping[str, type[BaseModel]] = {
    "servicenow": ServiceNowPart,
    "jira": JiraPart,
    "create": CreatePart,
    "comments": CommentsPart,
    "attachments": AttachmentsPart,
}
_IN_FIELD: Mapping[str, type[BaseModel]] = {
    "table": RowPart,
    "closing": ClosingPart,
    "codes": CodePart,
    "entering": EnteringPart,
    "otherwise": OtherwisePart,
}
_QUOTES = "Write a text; put it in quotes where YAML reads it as something else (yes, no, dates)."
_SAID: Mapping[str, tuple[str, str]] = {
    "string_type": ("must be a text", _QUOTES),
    "bool_type": ("must be true or false", "Write true or false."),
    "bool_parsing": ("must be true or false", "Write true or false."),
    "model_type": ("must be a group of keys", "Write `key: value` lines below it."),
    "model_attributes_type": ("must be a group of keys", "Write `key: value` lines below it."),
    "dict_type": ("must be a group of keys", "Write `key: value` lines below it."),
    "list_type": ("must be a list", "Begin each entry with a dash."),
    "int_type": ("must be a whole number", "Write digits only."),
    "int_parsing": ("must be a whole number", "Write digits only."),
    "int_from_float": ("must be a whole number", "Write digits only."),
    "too_short": ("must not be empty", "Name at least one."),
}
_PATTERNS: Mapping[str, str] = {
    "pair": "Use small letters, digits and dashes, a letter first.",
    "table": "Use the table's name, such as change_request, not its label.",
}
_REASONS: Mapping[Path, str] = {
    ("comments", "deletes"): "No comment is deleted for another: write note or ignore.",
}


def explain(document: Document, error: Any, whole: type[BaseModel] = MappingFile) -> None:
    """Note one error of pydantic's at its line; ``whole`` is the shape of the file."""
    path: Path = tuple(part for part in error["loc"] if part != "as_")
    given = error.get("input")
    shown = f" (given: {given!r})" if isinstance(given, str | int | float | bool) else ""
    kind = str(error["type"])
    if kind == "extra_forbidden":
        document.complain(path, "unknown key", nearest(str(path[-1]), _known(path, whole)))
    elif kind == "missing":
        document.complain(path, "missing", "Add it; `tandem mappings schema` tells its form.")
    elif kind in ("literal_error", "enum"):
        known = str(error["ctx"]["expected"]).replace(" or ", ", ").replace("'", "").split(", ")
        remedy = _REASONS.get(path, nearest(str(given), known))
        document.complain(path, f"must be one of its words{shown}", remedy)
    elif kind == "string_pattern_mismatch":
        remedy = _PATTERNS.get(str(path[-1]), "Correct the value.")
        document.complain(path, f"is no possible name{shown}", remedy)
    else:
        text, remedy = _SAID.get(kind, (str(error["msg"]), "Correct the value."))
        document.complain(path, text + shown, remedy)


def _known(path: Path, whole: type[BaseModel]) -> list[str]:
    """The keys that are known where a path ends."""
    return _keys(path) if whole is MappingFile else list(_aliases(_inside(path, whole)))


def _inside(path: Path, whole: type[BaseModel]) -> type[BaseModel]:
    """The model that a path's last key belongs to, found by its annotations."""
    model = whole
    for part in path[:-1]:
        info = model.model_fields.get(part) if isinstance(part, str) else None
        inner = get_args(info.annotation)[:1] or (info.annotation,) if info else ()
        model = next((one for one in inner if isinstance(one, type)), model)
    return model


def _keys(path: Path) -> list[str]:
    """The keys that are known where a path of a mapping file ends."""
    names = [part for part in path[:-1] if isinstance(part, str)]
    if not names:
        return list(_aliases(MappingFile))
    if names[0] != "fields":
        return list(_aliases(_TOP.get(names[0], MappingFile)))
    return list(_aliases(_IN_FIELD.get(names[-1], FieldPart) if len(names) > 2 else FieldPart))


def _aliases(model: type[BaseModel]) -> Iterator[str]:
    for name, info in model.model_fields.items():
        yield info.alias or name
