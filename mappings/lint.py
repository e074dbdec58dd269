"""Checks beyond the shape of a file: rules that contradict themselves or each other. Pure.

:func:`within` judges one file, :func:`across` files beside each other. Value tables have a judge of
their own (:mod:`mappings.lint_tables`).
"""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from mappings.build import flow_of, points_to
from mappings.groups import SEVERAL
from mappings.lint_tables import entering, tables
from mappings.model import MappingSpec, OnDelete
from mappings.nodes import Document, Path, Problem
from mappings.relations import MARK_PREFIX
from mappings.schema import CommentsPart, CreatePart, FieldPart, JiraPart
from mappings.sides import Flow, Side
from mappings.templates import placeholders, sound

TAKES: Mapping[str, frozenset[str]] = {
    "text": frozenset({"max_servicenow", "max_jira", "blanks"}),
    "html": frozenset({"max_servicenow", "max_jira"}),
    "line": frozenset({"max_servicenow", "max_jira", "blanks"}),
    "date": frozenset({"blanks"}),
    "datetime": frozenset({"blanks"}),
    "number": frozenset({"blanks"}),
    "same": frozenset({"blanks"}),
    "section": frozenset({"heading", "max_servicenow"}),
    "value": frozenset({"table", "otherwise"}),
    "status": frozenset({"table", "otherwise", "closing", "entering"}),
    "priority": frozenset({"table", "otherwise", "direct"}),
    "issue_link": frozenset({"to", "also", "through"}),
    "labels": frozenset({"prefix", "table"}),
    "list": frozenset({"table", "otherwise"}),
    "group": frozenset({"table", "by_name"}),
    "flag": frozenset({"when_true", "when_false"}),
    "constant": frozenset({"set", "side", "always"}),
    "template": frozenset({"text", "max_servicenow", "max_jira"}),
}
"""Keys that mean something only with certain relations."""

ALIKE = frozenset({"relates to"})
"""Words of stock issue links that stand on both ends."""

_SPECIAL = frozenset().union(*TAKES.values())
_ONE_WAY = {"labels": "to_jira", "template": "to_jira", "section": "to_servicenow"}
_READ_ONLY = frozenset({"number", "sys_id", "sys_created_on", "sys_updated_on", "opened_at"})
_MARKS = frozenset({"correlation_id", "correlation_display"})
_JIRA_READ_ONLY = frozenset({"key", "project", "issuetype", "created", "updated", "creator"})


def within(document: Document, fields: Mapping[str, FieldPart]) -> None:
    """Judge the fields of one file that have the right shape."""
    for name, part in fields.items():
        path: Path = ("fields", name)
        _ends(document, path, part)
        _keys(document, path, part)
        _flow(document, path, part)
        _own(document, path, part)
        tables(document, path, part)
        entering(document, path, part)
    _twice(document, fields)


def creates(document: Document, create: CreatePart, jira: JiraPart | None) -> None:
    """Judge on which sides twins are made."""
    if create.in_servicenow and jira is not None and not jira.scope:
        document.complain(
            ("jira",),
            "create.in_servicenow without a Jira scope would copy every issue",
            "Say which issues: `scope: labels = to-incident`.",
        )
    if not create.in_servicenow and not create.in_jira:
        document.complain(("create",), "no side may create", "Allow in_jira or in_servicenow.")


def gated(document: Document, fields: Mapping[str, FieldPart]) -> None:
    """Judge what is made only of what is linked, and what works without its table."""
    data = document.data if isinstance(document.data, dict) else {}
    create, servicenow = data.get("create"), data.get("servicenow")
    only = isinstance(create, dict) and create.get("only") == "linked"
    if only and not any(part.as_ in ("link", "issue_link") for part in fields.values()):
        document.complain(
            ("create",), "`only: linked` without a field that links", "Add one `as: issue_link`."
        )
    unless = isinstance(servicenow, dict) and servicenow.get("unless")
    if unless and data.get("optional") is not True:
        what = "`unless` is for a pair that may be off"
        document.complain(("servicenow",), what, "Add `optional: true`.")


def deaths(document: Document, on_delete: OnDelete, fields: Mapping[str, FieldPart]) -> None:
    """Judge whether a twin can be closed where its record was deleted."""
    if on_delete is OnDelete.CLOSE and not any(one.as_ == "status" for one in fields.values()):
        document.complain(
            ("on_delete",),
            "on_delete: close needs a field with `as: status`: by it the twin is closed",
            "Map the status, or write `on_delete: detach`.",
        )


def hints(document: Document, comments: CommentsPart) -> Iterator[Problem]:
    """What works otherwise than it may read; no reason to stop."""
    if comments.edits == "follow":
        yield _problem(
            document,
            ("comments", "edits"),
            "`follow` works as `note`: ServiceNow's journal entries cannot be edited",
            "Write `edits: note`.",
        )


def _ends(document: Document, path: Path, part: FieldPart) -> None:
    if part.as_ == "constant":
        if not part.set or part.side is None:
            document.complain(path, "a constant needs `side` and `set`", "Name both.")
        return
    for side in Side:
        made = part.as_ == "labels" and side is Side.JIRA
        read = part.as_ == "template" and not part.flow.reaches(side)
        if not getattr(part, side.value) and not made and not read:
            document.complain(path, f"no {side} field", f"Add `{side}: field_name`.")
    _not_writable(document, path, part)


def _not_writable(document: Document, path: Path, part: FieldPart) -> None:
    forbidden = {Side.SERVICENOW: _READ_ONLY | _MARKS, Side.JIRA: _JIRA_READ_ONLY}
    for side, names in forbidden.items():
        held = getattr(part, side.value)
        if held in names and part.flow.reaches(side):
            why = "the product's own mark" if held in _MARKS else "set by the system itself"
            document.complain(
                (*path, side.value), f"the {side} field {held} is {why}", "Write another field."
            )


def _keys(document: Document, path: Path, part: FieldPart) -> None:
    given = part.model_fields_set & _SPECIAL
    for key in sorted(given - TAKES.get(part.as_, frozenset())):
        fitting = sorted(name for name, keys in TAKES.items() if key in keys)
        document.complain(
            (*path, key),
            f"`{key}` says nothing with `as: {part.as_}`",
            f"It belongs to `as: {'`, `as: '.join(fitting)}`.",
        )


def _flow(document: Document, path: Path, part: FieldPart) -> None:
    told = {Flow.TO_JIRA: Side.SERVICENOW, Flow.TO_SERVICENOW: Side.JIRA}.get(flow_of(part))
    if told is not None and part.owner not in (None, told):
        document.complain(
            path,
            f"flows {flow_of(part).value} but is owned by {part.owner}",
            f"A one-way field is owned by the side it comes from: {told}.",
        )
    if part.as_ in _ONE_WAY and part.flow is Flow.BOTH:
        way = _ONE_WAY[part.as_]
        document.complain(path, f"`as: {part.as_}` flows one way only", f"Add `flow: {way}`.")
    if part.as_ == "section" and part.flow is Flow.TO_JIRA:
        document.complain(path, "sections flow to ServiceNow only", "Write `flow: to_servicenow`.")
    if "." in part.servicenow and part.flow is not Flow.TO_JIRA:
        what = f"{part.servicenow} belongs to another record and is only read"
        document.complain((*path, "servicenow"), what, "Add `flow: to_jira`.")
    if not part.blanks and part.flow is Flow.BOTH:
        document.complain(
            (*path, "blanks"), "`blanks: false` is for a field that flows one way", "Add `flow:`."
        )  # fmt: skip
    if part.as_ == "labels" and part.flow is Flow.TO_SERVICENOW:
        document.complain(path, "labels flow to Jira only", "Write `flow: to_jira`.")
    if part.as_ == "constant" and "flow" in part.model_fields_set and part.flow != flow_of(part):
        document.complain(
            (*path, "flow"), f"a constant flows to its side, {part.side}", "Remove `flow`."
        )


def _own(document: Document, path: Path, part: FieldPart) -> None:
    """What single relations demand."""
    if part.as_ == "labels" and not part.prefix and not part.table:
        document.complain(
            path, "labels need a prefix or a table", "Add one: it tells ours from people's."
        )
    if part.prefix.startswith(MARK_PREFIX) or any(c.isspace() for c in part.prefix):
        what = f"labels cannot begin with {part.prefix!r}"
        document.complain((*path, "prefix"), what, f"No blanks, and {MARK_PREFIX} is our mark.")
    if part.as_ == "priority" and part.servicenow not in ("", "priority"):
        document.complain(
            path, "`as: priority` is about the field priority", "Use `as: value` for others."
        )
    if part.as_ == "issue_link" and part.servicenow and not points_to(part):
        what = f"nobody knows which table {part.servicenow} points to"
        document.complain(path, what, "Name it: `to: change_request`.")
    if part.as_ == "section" and not part.heading:
        document.complain(path, "a section needs its heading", "Add `heading: Backout plan`.")
    if part.as_ == "group":
        _group(document, path, part)
    if part.as_ == "template":
        _template(document, (*path, "text"), part.text)
    if part.closing:
        _sound(document, (*path, "closing", "text"), part.closing.text)


def symmetric(document: Document, table: str, fields: Mapping[str, FieldPart]) -> None:
    """Words that read alike on both ends cannot tell which of two records of one table refers."""
    for name, part in fields.items():
        words = next((one for one in (part.jira, *part.also) if one.casefold() in ALIKE), "")
        if part.as_ == "issue_link" and words and table in points_to(part):
            document.complain(
                ("fields", name, "jira"),
                f"{words!r} reads alike on both ends, and both are of the table {table}",
                "Take words with a direction, such as `duplicates`.",
            )


def _group(document: Document, path: Path, part: FieldPart) -> None:
    if not part.table and not part.by_name:
        document.complain(
            path, "groups need a table or equal names", "Add `table:`, or `by_name: true`."
        )
    if part.jira in SEVERAL and part.flow is not Flow.TO_JIRA:
        told = f"{part.jira} may hold several values, a record has one group"
        document.complain(path, told, "Add `flow: to_jira`.")


def _template(document: Document, path: Path, text: str) -> None:
    if not placeholders(text):
        document.complain(path, "a template needs a {field}", "Use `as: constant` for fixed text.")
    if "label" in placeholders(text):
        document.complain(path, "{label} is known to close notes only", "Name a field: {number}.")
    _sound(document, path, text)


def _sound(document: Document, path: Path, text: str) -> None:
    if not sound(text):
        document.complain(path, "a template takes plain {names} only", "Correct the braces.")


def _twice(document: Document, fields: Mapping[str, FieldPart]) -> None:
    """Two rules that write the same native field would fight."""
    users: dict[tuple[Side, str], list[str]] = defaultdict(list)
    for name, part in fields.items():
        for side, held in _written(part):
            users[(side, held)].append(name)
    for (side, held), names in users.items():
        if len(names) > 1:
            document.complain(
                ("fields", names[1]),
                f"{' and '.join(names)} both write the {side} field {held}",
                "Keep one, or let one flow the other way only.",
            )


def _written(part: FieldPart) -> Iterator[tuple[Side, str]]:
    if part.as_ == "constant" and part.side is not None:
        yield from ((part.side, name) for name in part.set if part.always)
        return
    for side in Side:
        held = getattr(part, side.value)
        if held and part.flow.reaches(side) and part.as_ != "labels":
            yield from ((side, name) for name in (_shared(part) if side is Side.JIRA else [held]))


def _shared(part: FieldPart) -> list[str]:
    """Links in the same words may serve several references, each to tables of its own."""
    if part.as_ != "issue_link":
        return [part.jira]
    words = (part.jira, *part.also)
    return [f"{one} ({table})" for one in words for table in points_to(part)]


def across(loaded: Sequence[tuple[Document, MappingSpec]]) -> Iterator[Problem]:
    """Judge files beside each other."""
    for index, (document, spec) in enumerate(loaded):
        for other_document, other in loaded[:index]:
            if spec.pair == other.pair:
                told = f"the pair {spec.pair} is in {other_document.file} too"
                yield _problem(document, ("pair",), told, "Rename one.")
            for path, told in _same_records(spec, other):
                yield _problem(document, path, told, "Tell them apart by scope.")


def _same_records(spec: MappingSpec, other: MappingSpec) -> Iterator[tuple[Path, str]]:
    both = f"{other.pair} and {spec.pair}"
    if spec.jira.project != other.jira.project:
        return
    if spec.servicenow == other.servicenow and spec.create.in_jira and other.create.in_jira:
        yield ("servicenow",), f"{both} select the same ServiceNow records"
    types = {name.casefold() for name in spec.jira.issue_types}
    shared = types & {name.casefold() for name in other.jira.issue_types}
    made = spec.create.in_servicenow and other.create.in_servicenow
    ends = (spec.servicenow, other.servicenow)
    if any(one.unless == two.table for one in ends for two in ends):
        return  # never both at once
    if shared and made and spec.jira.scope == other.jira.scope:
        yield ("jira",), f"{both} select the same Jira issues"


def _problem(document: Document, path: Path, text: str, remedy: str) -> Problem:
    shown = ".".join(map(str, path))
    return Problem(document.file, document.line(path), shown, text, remedy)


def nearest(word: str, known: Sequence[str]) -> str:
    """A hint for a word that is not known."""
    near = difflib.get_close_matches(word, known, 1)
    return f"Did you mean {near[0]}?" if near else f"Known: {', '.join(sorted(known))}."
