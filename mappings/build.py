"""One field of a mapping file to a rule with its relation. Pure.

How to add a relation: write it (:mod:`mappings.relations` has the protocol and the laws), name it
in :data:`mappings.schema.RelationName`, build it here, and tell :mod:`mappings.lint` which keys it
takes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from mappings import plain
from mappings.fixed import Constant, Template
from mappings.formatted import Html
from mappings.groups import Group
from mappings.labels import Labels
from mappings.lists import Listed
from mappings.model import Rule
from mappings.references import IssueLink, LinkTo, User
from mappings.relations import Ends, Plain, Relation
from mappings.schema import ClosingPart, CodePart, FieldPart, MappingFile, RowPart
from mappings.sections import Section
from mappings.sides import Flow, Side
from mappings.status import Closing, Entering, Status
from mappings.tables import Priority, Row, Table, Tabled

LIMITS = {
    "line": {Side.SERVICENOW: 160, Side.JIRA: 255},
    "text": {Side.SERVICENOW: 4000, Side.JIRA: 32_767},
    "section": {Side.SERVICENOW: 4000, Side.JIRA: 32_767},
    "html": {Side.SERVICENOW: 4000, Side.JIRA: 32_767},
}
"""What short_description, summary and the two descriptions take on stock systems."""

PRIORITIES = (
    ("1", ("Highest", "Blocker")),
    ("2", ("High", "Critical")),
    ("3", ("Medium", "Major")),
    ("4", ("Low", "Minor")),
    ("5", ("Lowest", "Trivial")),
)
"""Jira's names of today, and those of older sites."""


STOCK_REFERENCES = {
    "caused_by": "change_request",
    "rfc": "change_request",
    "parent_incident": "incident",
    "duplicate_of": "problem",
    "problem_id": "problem",
}
"""Where the references of stock tables point to."""

LINK = "link:"
"""Begins the name of a set of linked issues; the rest is how people read the link on the issue."""


def rule(name: str, part: FieldPart, shape: MappingFile, file: str) -> Rule:
    """The rule of one field."""
    flow = flow_of(part)
    owner = part.owner or _natural_owner(flow)
    relation = _relation(part, f"{file}: fields.{name}")
    conflict = part.conflict or shape.conflict
    return Rule(name, flow, owner, conflict, relation, part.optional, part.once)


def flow_of(part: FieldPart) -> Flow:
    """Where a field flows; a constant goes to its own side only."""
    if part.as_ == "constant" and part.side is not None:
        return Flow(f"to_{part.side.value}")
    return part.flow


def _natural_owner(flow: Flow) -> Side:
    """A one-way field is told by the side it comes from."""
    return Side.JIRA if flow is Flow.TO_SERVICENOW else Side.SERVICENOW


def _relation(part: FieldPart, place: str) -> Relation:
    made = _MAKERS[part.as_](part, Ends(part.servicenow, part.jira), place)
    if isinstance(made, Plain) and not part.blanks:
        return replace(made, teller=_natural_owner(part.flow))
    return made


def _limits(part: FieldPart) -> dict[Side, int]:
    shipped = LIMITS[part.as_]
    return {
        Side.SERVICENOW: part.max_servicenow or shipped[Side.SERVICENOW],
        Side.JIRA: part.max_jira or shipped[Side.JIRA],
    }


def table(part: FieldPart, place: str) -> Table:
    """A field's value table."""
    rows = tuple(_row(one) for one in part.table)
    other = part.otherwise
    told = {Side.SERVICENOW: other.servicenow, Side.JIRA: other.jira} if other else {}
    otherwise = {side: value for side, value in told.items() if value is not None}
    return Table(rows, f"{place}.table", otherwise)


def _row(part: RowPart) -> Row:
    return Row(tuple(part.servicenow), tuple(part.jira), tuple(part.or_else or ()), part.closes)


def _codes(parts: Sequence[CodePart], place: str) -> Table:
    return Table(tuple(Row(tuple(p.servicenow), tuple(p.jira)) for p in parts), place)


def _priority(part: FieldPart, ends: Ends, place: str) -> Relation:
    own = table(part, place)
    stock = Table(tuple(Row((one,), names) for one, names in PRIORITIES), place, own.otherwise)
    return Priority(ends, own if part.table else stock, direct=part.direct)


def _status(part: FieldPart, ends: Ends, place: str) -> Relation:
    closing = _closing(part.closing, place) if part.closing else None
    entering = tuple(Entering(p.side, tuple(p.states), dict(p.set)) for p in part.entering)
    return Status(ends, table(part, place), closing=closing, entering=entering)


def _closing(part: ClosingPart, place: str) -> Closing:
    codes = _codes(part.codes, f"{place}.closing.codes")
    states, resolutions = tuple(part.states), dict(part.resolutions)
    return Closing(states, part.code, part.notes, part.text, codes, resolutions)


def _issue_link(part: FieldPart, ends: Ends, _place: str) -> Relation:
    named = Ends(ends.servicenow, LINK + ends.jira.casefold())
    also = tuple(LINK + words.casefold() for words in part.also)
    return IssueLink(named, points_to(part), also, part.through)


def points_to(part: FieldPart) -> tuple[str, ...]:
    """The tables that a reference points to; none where nobody knows."""
    stock = STOCK_REFERENCES.get(part.servicenow)
    return tuple(part.to) or ((stock,) if stock else ())


def _labels(part: FieldPart, ends: Ends, place: str) -> Relation:
    named = Ends(ends.servicenow, ends.jira or "labels")
    return Labels(named, part.prefix, table(part, place) if part.table else None)


def _section(part: FieldPart, ends: Ends) -> Relation:
    return Section(ends, tuple(part.heading or ()), _limits(part)[Side.SERVICENOW])


def _listed(part: FieldPart, ends: Ends, place: str) -> Relation:
    return Listed(ends, table(part, place) if part.table or part.otherwise else None)


def _constant(part: FieldPart) -> Relation:
    return Constant(part.side or Side.JIRA, dict(part.set), part.always)


def _template(part: FieldPart, ends: Ends, _place: str) -> Relation:
    to = Side.SERVICENOW if part.flow is Flow.TO_SERVICENOW else Side.JIRA
    own = part.max_servicenow if to is Side.SERVICENOW else part.max_jira
    return Template(to, ends.of(to), part.text, own or LIMITS["line"][to])


_MAKERS: Mapping[str, Callable[[FieldPart, Ends, str], Relation]] = {
    "text": lambda part, ends, _: plain.text(ends, _limits(part)),
    "html": lambda part, ends, _: Html(ends, _limits(part)),
    "line": lambda part, ends, _: plain.line(ends, _limits(part)),
    "date": lambda _part, ends, _: plain.date(ends),
    "datetime": lambda _part, ends, _: plain.moment(ends),
    "number": lambda _part, ends, _: plain.number(ends),
    "flag": lambda part, ends, _: plain.Flag(ends, part.when_true, part.when_false),
    "same": lambda _part, ends, _: plain.same(ends),
    "user": lambda _part, ends, _: User(ends),
    "link": lambda _part, ends, _: LinkTo(ends),
    "issue_link": _issue_link,
    "labels": _labels,
    "list": _listed,
    "group": lambda part, ends, place: Group(ends, table(part, place), part.by_name),
    "value": lambda part, ends, place: Tabled(ends, table(part, place)),
    "priority": _priority,
    "status": _status,
    "constant": lambda part, _ends, _: _constant(part),
    "template": _template,
    "section": lambda part, ends, _: _section(part, ends),
}  # fmt: skip
