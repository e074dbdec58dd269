"""One field of a mapping file to a rule with its relation. Pure."""

from __future__ import annotations

from mappings import relations
from mappings.model import Rule
from mappings.references import Constant, Labels, LinkTo, User
from mappings.relations import Ends, Relation
from mappings.schema import ClosingPart, FieldPart, MappingFile, RowPart
from mappings.sides import Flow, Side
from mappings.tables import Closing, Priority, Row, Status, Table, Tabled

LIMITS = {
    "line": {Side.SERVICENOW: 160, Side.JIRA: 255},
    "text": {Side.SERVICENOW: 4000, Side.JIRA: 32_767},
}
"""What short_description, summary and the two descriptions take on stock systems."""

PRIORITIES = (
    ("1", "Highest"), ("2", "High"), ("3", "Medium"), ("4", "Low"), ("5", "Lowest"),
)  # fmt: skip


def rule(name: str, part: FieldPart, shape: MappingFile, file: str) -> Rule:
    """The rule of one field."""
    owner = part.owner or _natural_owner(part.flow)
    relation = _relation(name, part, file)
    return Rule(name, part.flow, owner, part.conflict or shape.conflict, relation)


def _natural_owner(flow: Flow) -> Side:
    """A one-way field is told by the side it comes from."""
    return Side.JIRA if flow is Flow.TO_SERVICENOW else Side.SERVICENOW


def _relation(name: str, part: FieldPart, file: str) -> Relation:
    ends = Ends(part.servicenow, part.jira)
    place = f"{file}: fields.{name}.table"
    match part.as_:
        case "text":
            return relations.text(ends, _limits(part))
        case "line":
            return relations.line(ends, _limits(part))
        case "date":
            return relations.date(ends)
        case "number":
            return relations.number(ends)
        case "same":
            return relations.same(ends)
        case "user":
            return User(ends)
        case "link":
            return LinkTo(ends)
        case "labels":
            return Labels(Ends(part.servicenow, part.jira or "labels"), part.prefix)
        case "constant":
            return Constant(part.side or Side.JIRA, dict(part.set))
        case "value":
            return Tabled(ends, table(part.table, place))
        case "priority":
            return Priority(ends, _priorities(part, place))
        case "status":
            closing = _closing(part.closing, place) if part.closing else None
            return Status(ends, table(part.table, place), closing=closing)


def _limits(part: FieldPart) -> dict[Side, int]:
    shipped = LIMITS[part.as_]
    return {
        Side.SERVICENOW: part.max_servicenow or shipped[Side.SERVICENOW],
        Side.JIRA: part.max_jira or shipped[Side.JIRA],
    }


def table(rows: list[RowPart], place: str) -> Table:
    """A value table."""
    return Table(tuple(Row(tuple(one.servicenow), tuple(one.jira)) for one in rows), place)


def _priorities(part: FieldPart, place: str) -> Table:
    if part.table:
        return table(part.table, place)
    return Table(tuple(Row((one,), (name,)) for one, name in PRIORITIES), place)


def _closing(part: ClosingPart, place: str) -> Closing:
    codes = table(part.codes, place.replace("table", "closing.codes"))
    return Closing(tuple(part.states), part.code, part.notes, part.text, codes)
