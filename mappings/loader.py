"""Mapping files to :class:`~mappings.model.MappingSpec`; every problem of every file at once.

A file is read in three steps: YAML to plain data that knows its lines, the shape, the checks across
rules. A fault in one place does not hide those in others: what is sound is judged, whatever else
is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from mappings import improvement as improvement_file
from mappings import insight as insight_file
from mappings import people as people_file
from mappings import policy as policy_file
from mappings.beside import is_beside
from mappings.build import rule
from mappings.insight import Rules
from mappings.labels import Labels
from mappings.lint import across, creates, deaths, gated, hints, symmetric, within
from mappings.lists import Listed
from mappings.model import (
    AttachmentRules,
    CommentRules,
    Create,
    JiraEnd,
    MappingSpec,
    OnDelete,
    ServiceNowEnd,
)
from mappings.nodes import Document, Problem, read
from mappings.people import People, PeopleFile
from mappings.policy import Policy
from mappings.problems import explain
from mappings.schema import (
    AttachmentsPart,
    CreatePart,
    FieldPart,
    JiraPart,
    MappingFile,
    ServiceNowPart,
)
from mappings.sides import Flow

PROJECT = "{project}"
"""Stands for the configured project's key, in ``project`` and in scopes."""

Model = TypeVar("Model", bound=BaseModel)
Said = TypeVar("Said")


class MappingProblems(Exception):
    """Everything that is wrong with the given files."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(map(str, problems)))


def load(texts: Mapping[str, str], *, project: str) -> tuple[MappingSpec, ...]:
    """File name to text, to mappings in working order; the people file, the
    insight file, the policy file and the improvement file are judged with them.

    Raises :class:`MappingProblems` with all problems.
    """
    people, problems = people_file.parsed(texts)
    policy, wrong = policy_file.parsed(texts)
    improving, vague = improvement_file.parsed(texts)
    problems += insight_file.parsed(texts)[1] + wrong + vague
    own = {*insight_file.CLASS_LABELS, *policy.acting.labels.values(), improving.label}
    loaded: list[tuple[Document, MappingSpec]] = []
    for file, text in texts.items():
        if is_beside(file):
            continue
        document = read(file, text)
        spec = None if document.broken else _spec(document, project)
        problems += document.problems
        if spec is not None:
            loaded.append((document, spec))
    problems += across(loaded)
    if problems:
        raise MappingProblems(sorted(problems, key=lambda one: (one.file, one.line)))
    return in_working_order(_told(_with_people(spec, people), frozenset(own)) for _, spec in loaded)


def load_people(texts: Mapping[str, str]) -> People:
    """What the people file among these texts says; without one, what holds then.

    Raises :class:`MappingProblems`.
    """
    return _sound(people_file.parsed(texts))


def load_insight(texts: Mapping[str, str]) -> Rules:
    """What the insight file and the improvement file among these texts say; without one, the
    shipped values.

    Raises :class:`MappingProblems`.
    """
    improving = _sound(improvement_file.parsed(texts))
    return replace(_sound(insight_file.parsed(texts)), improving=improving)


def load_policy(texts: Mapping[str, str]) -> Policy:
    """What the policy file among these texts says; without one, the shipped values.

    Raises :class:`MappingProblems`.
    """
    return _sound(policy_file.parsed(texts))


def _sound(read_as: tuple[Said, list[Problem]]) -> Said:
    said, problems = read_as
    if problems:
        raise MappingProblems(sorted(problems, key=lambda one: one.line))
    return said


def _with_people(spec: MappingSpec, people: People) -> MappingSpec:
    """What the people file says is part of every mapping that speaks of people."""
    mentioned = any(rule.relation.kind == "user" for rule in spec.rules)
    if not (mentioned and people.said):
        return spec
    return replace(spec, raw={**spec.raw, "people": people.data()})


def _told(spec: MappingSpec, own: frozenset[str]) -> MappingSpec:
    """Labels by which insight runs tell something are nobody's values; other fields may hold the
    same words."""
    rules = tuple(
        replace(rule, relation=replace(rule.relation, own=own))
        if isinstance(rule.relation, Labels | Listed)
        and rule.relation.ends.jira.casefold() == "labels"
        else rule
        for rule in spec.rules
    )
    return replace(spec, rules=rules)


def in_working_order(specs: Iterable[MappingSpec]) -> tuple[MappingSpec, ...]:
    """Pairs that others point at (problems) before those that point (incidents), and last those
    that wait for a link of others (bugs)."""

    def points(spec: MappingSpec) -> bool:
        return any(rule.relation.kind == "link" for rule in spec.rules)

    def rank(spec: MappingSpec) -> tuple[bool, bool, str]:
        return spec.create.only_linked, points(spec), spec.pair

    return tuple(sorted(specs, key=rank))


def render_schema(*, people: bool = False) -> dict[str, Any]:
    """The JSON Schema of a mapping file, or of the people file."""
    shape: type[BaseModel] = PeopleFile if people else MappingFile
    schema = shape.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _spec(document: Document, project: str) -> MappingSpec | None:
    if not isinstance(document.data, dict):
        document.complain((), "a mapping file is a group of keys", "Begin with `pair: a-name`.")
        return None
    shape = None
    try:
        shape = MappingFile.model_validate(document.data)
    except ValidationError as error:
        for problem in error.errors():
            explain(document, problem)
    _judge(document, document.data, project)
    if shape is None or document.problems:
        return None
    return _assemble(document, shape, project)


def _judge(document: Document, data: Mapping[str, Any], project: str) -> None:
    """Everything beyond the shape, part by part, so that one bad part hides no other."""
    fields = data.get("fields")
    parts = fields if isinstance(fields, dict) else {}
    tried = {str(name): _valid(FieldPart, part) for name, part in parts.items()}
    sound = {name: part for name, part in tried.items() if part is not None}
    within(document, sound)
    servicenow = _valid(ServiceNowPart, data.get("servicenow"))
    if servicenow is not None:
        symmetric(document, servicenow.table, sound)
    jira = _valid(JiraPart, data.get("jira"))
    create = _valid(CreatePart, data.get("create", {}))
    if create is not None:
        creates(document, create, jira)
    gated(document, sound)
    if data.get("on_delete") in list(OnDelete):
        deaths(document, OnDelete(data["on_delete"]), sound)
    if jira is not None and not (project or jira.project.replace(PROJECT, "")):
        document.complain(("jira",), "no project", "Set TANDEM_JIRA__PROJECT, or `project:` here.")


def _valid(model: type[Model], data: Any) -> Model | None:
    try:
        return model.model_validate(data)
    except ValidationError:
        return None


def _assemble(document: Document, shape: MappingFile, project: str) -> MappingSpec:
    jira, comments = shape.jira, shape.comments
    key = jira.project.replace(PROJECT, project) or project
    return MappingSpec(
        shape.pair,
        ServiceNowEnd(**shape.servicenow.model_dump()),
        JiraEnd(key, tuple(jira.issue_type), jira.scope.replace(PROJECT, key)),
        Create(shape.create.in_jira, shape.create.in_servicenow, bool(shape.create.only)),
        shape.on_delete,
        shape.conflict,
        tuple(rule(name, part, shape, document.file) for name, part in shape.fields.items()),
        CommentRules(**comments.model_dump()),
        _attachments(shape.attachments),
        shape.model_dump(mode="json", by_alias=True),
        document.file,
        {rule: document.line(("fields", rule)) for rule in shape.fields},
        tuple(hints(document, comments)),
        shape.optional,
    )  # fmt: skip


def _attachments(part: AttachmentsPart) -> AttachmentRules:
    flow = None if part.flow == "off" else Flow(part.flow)
    return AttachmentRules(
        flow, part.max_mb, tuple(part.only), tuple(part.never), part.backlog,
        part.deletes == "follow",
    )  # fmt: skip
