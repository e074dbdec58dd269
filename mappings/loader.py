"""Mapping files to :class:`~mappings.model.MappingSpec`; every problem of every file at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from mappings.build import rule
from mappings.lint import across, within
from mappings.model import (
    CommentRules,
    Create,
    JiraEnd,
    MappingSpec,
    ServiceNowEnd,
)
from mappings.nodes import Document, Path, Problem, read
from mappings.schema import (
    ClosingPart,
    CommentsPart,
    CreatePart,
    FieldPart,
    JiraPart,
    MappingFile,
    RowPart,
    ServiceNowPart,
)


class MappingProblems(Exception):
    """Everything that is wrong with the given files."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(map(str, problems)))


def load(texts: Mapping[str, str], *, project: str) -> tuple[MappingSpec, ...]:
    """File name to text, to mappings in working order.

    Raises :class:`MappingProblems` with all problems.
    """
    problems: list[Problem] = []
    loaded: list[tuple[Document, MappingSpec]] = []
    for file, text in texts.items():
        document = read(file, text)
        spec = None if document.problems else _spec(document, project)
        problems += document.problems
        if spec is not None:
            loaded.append((document, spec))
    problems += across(loaded)
    if problems:
        raise MappingProblems(sorted(problems, key=lambda one: (one.file, one.line)))
    return in_working_order(spec for _, spec in loaded)


def in_working_order(specs: Iterable[MappingSpec]) -> tuple[MappingSpec, ...]:
    """Pairs that others point at (problems) before those that point (incidents)."""

    def points(spec: MappingSpec) -> bool:
        return any(rule.relation.kind == "link" for rule in spec.rules)

    return tuple(sorted(specs, key=lambda spec: (points(spec), spec.pair)))


def render_schema() -> dict[str, Any]:
    """The JSON Schema of a mapping file."""
    schema = MappingFile.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _spec(document: Document, project: str) -> MappingSpec | None:
    if not isinstance(document.data, dict):
        document.complain((), "a mapping file is a list of keys", "Begin with `pair: a-name`.")
        return None
    try:
        shape = MappingFile.model_validate(document.data)
    except ValidationError as error:
        for problem in error.errors():
            _explain(document, problem)
        _second_look(document)
        return None
    within(document, shape)
    if not project and not shape.jira.project:
        document.complain(("jira",), "no project", "Set TANDEM_JIRA__PROJECT, or `project:` here.")
    return None if document.problems else _assemble(document, shape, project)


def _second_look(document: Document) -> None:
    """Judge the fields that are well-formed, although others are not."""
    fields = document.data.get("fields")
    if not isinstance(fields, dict):
        return
    sound = {}
    for name, part in fields.items():
        try:
            sound[str(name)] = FieldPart.model_validate(part)
        except ValidationError:
            continue
    if sound:
        within(document, sound)


def _assemble(document: Document, shape: MappingFile, project: str) -> MappingSpec:
    jira, comments = shape.jira, shape.comments
    return MappingSpec(
        shape.pair,
        ServiceNowEnd(shape.servicenow.table, shape.servicenow.scope),
        JiraEnd(jira.project or project, tuple(jira.issue_type), jira.scope),
        Create(shape.create.in_jira, shape.create.in_servicenow),
        shape.on_delete,
        shape.conflict,
        tuple(rule(name, part, shape, document.file) for name, part in shape.fields.items()),
        CommentRules(comments.work_notes, comments.comments, comments.jira, comments.backlog),
        shape.model_dump(mode="json", by_alias=True),
        document.file,
    )


_MODELS: Mapping[str, type[BaseModel]] = {
    "servicenow": ServiceNowPart,
    "jira": JiraPart,
    "create": CreatePart,
    "comments": CommentsPart,
    "closing": ClosingPart,
    "table": RowPart,
    "codes": RowPart,
}


def _explain(document: Document, error: Any) -> None:
    path: Path = tuple(part for part in error["loc"] if part != "as_")
    if error["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(path[-1]), _keys(path), 1)
        hint = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(sorted(_keys(path)))}."
        document.complain(path, "unknown key", hint)
    elif error["type"] == "missing":
        document.complain(path, "missing", "Add it; `tandem mappings schema` tells its form.")
    else:
        text = str(error["msg"]).removeprefix("Value error, ")
        given = error.get("input")
        shown = f" (given: {given!r})" if isinstance(given, str | int | float | bool) else ""
        document.complain(path, text + shown, "Correct the value.")


def _keys(path: Path) -> list[str]:
    """The keys that are known where a path ends."""
    names = [part for part in path[:-1] if isinstance(part, str)]
    if not names:
        return list(_aliases(MappingFile))
    if names[0] == "fields" and len(names) == 2:
        return list(_aliases(FieldPart))
    return list(_aliases(_MODELS.get(names[-1], MappingFile)))


def _aliases(model: type[BaseModel]) -> Iterator[str]:
    for name, info in model.model_fields.items():
        yield info.alias or name
