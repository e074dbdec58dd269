"""Checks beyond the shape of a file: rules that contradict themselves or each other. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from mappings.model import MappingSpec
from mappings.nodes import Document, Path, Problem
from mappings.schema import FieldPart, MappingFile, RowPart
from mappings.sides import Flow, Side
from mappings.tables import CATEGORY, IMPACT_AND_URGENCY
from mappings.templates import sound

CATEGORIES = ("new", "indeterminate", "done")
NEEDS_TABLE = ("value", "status")


def within(document: Document, shape: MappingFile | Mapping[str, FieldPart]) -> None:
    """Judge one file that has the right shape, or the fields of one that do."""
    fields = shape.fields if isinstance(shape, MappingFile) else shape
    if isinstance(shape, MappingFile):
        _creates(document, shape)
    for name, part in fields.items():
        path: Path = ("fields", name)
        _ends(document, path, part)
        _tables(document, path, part)
        _owner(document, path, part)
    _twice(document, fields)


def _creates(document: Document, shape: MappingFile) -> None:
    if shape.create.in_servicenow and not shape.jira.scope:
        document.complain(
            ("jira",),
            "create.in_servicenow without a Jira scope would copy every issue",
            "Say which issues: `scope: labels = to-incident`.",
        )
    if not shape.create.in_servicenow and not shape.create.in_jira:
        document.complain(("create",), "no side may create", "Allow in_jira or in_servicenow.")


def _ends(document: Document, path: Path, part: FieldPart) -> None:
    if part.as_ == "constant":
        if not part.set or part.side is None:
            document.complain(path, "a constant needs `side` and `set`", "Name both.")
        return
    for side in Side:
        if not getattr(part, side.value) and not (part.as_ == "labels" and side is Side.JIRA):
            document.complain(path, f"no {side} field", f"Add `{side}: field_name`.")
    if part.as_ == "labels" and not part.prefix:
        document.complain(path, "labels without a prefix", "Add one: it tells ours from people's.")


def _tables(document: Document, path: Path, part: FieldPart) -> None:
    if part.as_ in NEEDS_TABLE and not part.table:
        document.complain(path, f"`as: {part.as_}` needs a table", "Add `table:` with rows.")
    if part.table and part.as_ not in (*NEEDS_TABLE, "priority"):
        document.complain(
            (*path, "table"), f"a table says nothing with `as: {part.as_}`", "Use `as: value`."
        )
    if part.closing and part.as_ != "status":
        document.complain((*path, "closing"), "closing belongs to `as: status`", "Move it there.")
    if part.closing and not sound(part.closing.text):
        document.complain(
            (*path, "closing", "text"), "a template takes plain {names} only", "Correct the braces."
        )
    for index, row in enumerate(part.table):
        _row(document, (*path, "table", index), part, row)


def _row(document: Document, path: Path, part: FieldPart, row: RowPart) -> None:
    for value in row.jira:
        if value.startswith(CATEGORY) and value.removeprefix(CATEGORY) not in CATEGORIES:
            document.complain(
                path, f"unknown status category {value!r}", f"One of: {', '.join(CATEGORIES)}."
            )
    if part.as_ == "priority":
        for value in row.servicenow:
            if value not in IMPACT_AND_URGENCY:
                document.complain(path, f"unknown ServiceNow priority {value!r}", "Use 1 to 5.")


def _owner(document: Document, path: Path, part: FieldPart) -> None:
    told = {Flow.TO_JIRA: Side.SERVICENOW, Flow.TO_SERVICENOW: Side.JIRA}.get(part.flow)
    if told is not None and part.owner not in (None, told):
        document.complain(
            path,
            f"flows {part.flow.value} but is owned by {part.owner}",
            f"A one-way field is owned by the side it comes from: {told}.",
        )


def _twice(document: Document, fields: Mapping[str, FieldPart]) -> None:
    """Two rules that write the same native field would fight."""
    users: dict[tuple[Side, str], list[str]] = defaultdict(list)
    for name, part in fields.items():
        for side in Side:
            held = getattr(part, side.value)
            if held and part.flow.reaches(side) and part.as_ != "labels":
                users[(side, held)].append(name)
    for (side, held), names in users.items():
        if len(names) > 1:
            document.complain(
                ("fields", names[1]),
                f"{' and '.join(names)} both write the {side} field {held}",
                "Keep one, or let one flow the other way only.",
            )


def across(loaded: Sequence[tuple[Document, MappingSpec]]) -> Iterator[Problem]:
    """Judge files beside each other."""
    pairs: dict[str, Document] = {}
    scopes: dict[tuple[str, str, str], str] = {}
    for document, spec in loaded:
        if spec.pair in pairs:
            yield Problem(
                document.file, document.line(("pair",)), "pair",
                f"the pair {spec.pair} is in {pairs[spec.pair].file} too", "Rename one.",
            )  # fmt: skip
        pairs.setdefault(spec.pair, document)
        place = (spec.servicenow.table, spec.servicenow.scope, spec.jira.project)
        if place in scopes:
            yield Problem(
                document.file, document.line(("servicenow",)), "servicenow",
                f"{spec.pair} and {scopes[place]} select the same records",
                "Tell them apart by scope.",
            )  # fmt: skip
        scopes.setdefault(place, spec.pair)
