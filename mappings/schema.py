"""The shape of a mapping file, as pydantic models: unknown keys are refused, texts explain.

These are what an admin writes; :mod:`mappings.build` turns them into relations and
:mod:`mappings.lint` judges what a shape cannot say.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from mappings.model import ConflictPolicy, OnDelete
from mappings.sides import Flow, Side

RelationName = Literal[
    "text", "html", "line", "value", "status", "priority", "user", "link", "issue_link", "labels",
    "date", "datetime", "number", "flag", "same", "constant", "template", "section", "list",
    "group",
]  # fmt: skip

NEVER = ("bat", "cmd", "com", "exe", "hta", "jar", "js", "msi", "ps1", "scr", "vbs")
"""What runs when somebody opens it, unless a mapping says otherwise."""


def _word(value: Any) -> Any:
    """YAML's numbers are meant as texts; its booleans are a trap (``no``), so they are refused."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _many(value: Any) -> Any:
    """One value or a list of them."""
    return [_word(one) for one in (value if isinstance(value, list) else [value])]


def _off(value: Any) -> Any:
    """YAML reads a bare ``off`` as false; here it can mean one thing only."""
    return "off" if value is False else value


_OFF = BeforeValidator(_off)
_ONE = {"type": ["string", "number"]}
Word = Annotated[str, BeforeValidator(_word), WithJsonSchema(_ONE)]
Names = Annotated[
    list[str],
    BeforeValidator(_many),
    Field(min_length=1),
    WithJsonSchema({"anyOf": [_ONE, {"type": "array", "items": _ONE, "minItems": 1}]}),
]
"""One value or a list of alternatives, best first."""

_SOME = {"anyOf": [_ONE, {"type": "array", "items": _ONE}]}
Words = Annotated[list[str], BeforeValidator(_many), WithJsonSchema(_SOME)]
"""One value, several, or none."""

TableName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Tables = Annotated[list[TableName], BeforeValidator(_many), WithJsonSchema(_SOME)]
"""Names of tables."""


class Strict(BaseModel):
    """Refuses unknown keys."""

    model_config = ConfigDict(extra="forbid", populate_by_name=False)


class ServiceNowPart(Strict):
    """Where the pair lives in ServiceNow."""

    table: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="Table name, such as incident.")
    scope: str = Field("", description="Encoded query: which records get a twin in Jira.")
    unless: str = Field(
        "",
        pattern=r"^([a-z][a-z0-9_]*)?$",
        description="Nothing is made where the instance has this table; needs `optional`.",
    )


class JiraPart(Strict):
    """Where the pair lives in Jira."""

    project: str = Field("", description="Project key; empty: TANDEM_JIRA__PROJECT.")
    issue_type: Names = Field(description="Issue type, or alternatives: the first that exists.")
    scope: str = Field("", description="JQL: which issues get a ServiceNow record.")


class CreatePart(Strict):
    """On which sides twins may be made."""

    in_jira: bool = True
    in_servicenow: bool = False
    only: Literal["", "linked"] = Field(
        default="", description="linked: only what refers to a record that has its twin."
    )


class RowPart(Strict):
    """One row of a value table."""

    servicenow: Names = Field(description="One value or alternatives, best first.")
    jira: Names = Field(description="The same for Jira; also category:new, :indeterminate, :done.")
    or_else: Names | None = Field(None, description="Jira values where it has none of `jira`.")
    closes: bool | None = Field(None, description="Whether this ends the work; default: by name.")


class CodePart(Strict):
    """One row of the close codes."""

    servicenow: Names
    jira: Names


class OtherwisePart(Strict):
    """What a side gets for a value of the other side that stands in no row."""

    servicenow: Word | None = None
    jira: Word | None = None


class ClosingPart(Strict):
    """What goes along when a record is closed."""

    states: Names = Field(description="ServiceNow states that demand a close code and notes.")
    code: str = Field("close_code", description='ServiceNow field of the close code; "": none.')
    notes: str = Field("close_notes", description="ServiceNow field of the notes.")
    text: str = Field("Closed in Jira {label}.", description="The notes; {field} is filled in.")
    codes: list[CodePart] = Field(min_length=1, description="Close codes and resolutions.")
    resolutions: dict[str, str] = Field(
        default_factory=dict, description="Resolution by ServiceNow state, before any code."
    )


class EnteringPart(Strict):
    """Fields that go along when a side enters one of these states."""

    side: Side
    states: Names
    set: dict[str, Word] = Field(min_length=1, description="Field to text; {field} is filled in.")


class FieldPart(Strict):
    """One field."""

    servicenow: str = Field("", description="ServiceNow column.")
    jira: str = Field("", description='Jira field: summary, "Customer impact", customfield_12345.')
    as_: RelationName = Field("line", alias="as", description="How the two values relate.")
    flow: Flow = Field(Flow.BOTH, description="Where changes go: both, to_jira, to_servicenow.")
    owner: Side | None = Field(None, description="Whose value wins; default servicenow.")
    conflict: ConflictPolicy | None = Field(None, description="Default: the pair's.")
    table: list[RowPart] = Field(default_factory=list, description="Rows of values that belong.")
    otherwise: OtherwisePart | None = Field(None, description="For values in no row.")
    closing: ClosingPart | None = Field(None, description="What closing needs (status).")
    entering: list[EnteringPart] = Field(default_factory=list, description="(status)")
    by_name: bool = Field(False, description="Equal names belong together (group).")
    direct: bool = Field(False, description="Write priority itself too (priority).")
    to: Tables = Field(
        default_factory=list,
        description="Tables that the reference points to (issue_link); stock fields know theirs.",
    )
    also: Words = Field(
        default_factory=list, description="Other words of links that count as well (issue_link)."
    )
    through: str = Field(
        "", description="Column by which other linked records lead to such a one (issue_link)."
    )
    prefix: str = Field("", description="Labels under this prefix are ours (labels).")
    max_servicenow: int | None = Field(None, ge=10, description="Longest text in ServiceNow.")
    max_jira: int | None = Field(None, ge=10, le=32_767, description="Longest text in Jira.")
    when_true: str = Field("Yes", description="Jira's option for true (flag).")
    when_false: str = Field("No", description="Jira's option for false (flag).")
    text: str = Field("", description="{field} is filled in from the other side (template).")
    set: dict[str, Word] = Field(default_factory=dict, description="Fields to set (constant).")
    side: Side | None = Field(None, description="On which side (constant).")
    heading: Names | None = Field(None, description="Heading in Jira's text (section).")
    blanks: bool = Field(True, description="Whether an empty value empties the other side.")
    optional: bool = Field(False, description="Left out where the project has no such field.")
    once: bool = Field(False, description="Told when a twin is made, and left alone afterwards.")
    always: bool = Field(False, description="Put back when changed, not only at first (constant).")


class CommentsPart(Strict):
    """Which comments are carried."""

    work_notes: Annotated[Literal["internal", "public", "off"], _OFF] = "internal"
    comments: Annotated[Literal["internal", "public", "off"], _OFF] = "internal"
    jira: Annotated[Literal["work_notes", "comments", "off"], _OFF] = "work_notes"
    backlog: bool = Field(default=True, description="Carry comments older than the link, once.")
    approvals: Annotated[Literal["internal", "public", "off"], _OFF] = Field(
        default="internal", description="Decisions of a change's approvers, as comments in Jira."
    )
    edits: Literal["follow", "note", "ignore"] = Field(
        default="note", description="Comments edited in Jira: note (a new entry) or ignore."
    )
    deletes: Literal["note", "ignore"] = Field(
        default="ignore",
        description="Carried comments no longer shown: note (a word on the twin) or ignore.",
    )


def _ending(value: Any) -> Any:
    """``.PDF`` and ``pdf`` mean the same."""
    return [str(one).lower().lstrip(".") for one in _many(value)]


Endings = Annotated[
    list[str],
    BeforeValidator(_ending),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
"""Endings of file names."""


class AttachmentsPart(Strict):
    """Which files are carried. One that is left out is told of on the twin, once."""

    flow: Literal["both", "to_jira", "to_servicenow", "off"] = "both"
    max_mb: int = Field(100, ge=1, description="Largest file; the side's own limit counts too.")
    only: Endings = Field(default_factory=list, description="Endings that are carried; none: all.")
    never: Endings = Field(
        default_factory=lambda: list(NEVER), description="Endings that are never carried."
    )
    backlog: bool = Field(default=True, description="Carry files older than the link, once.")
    deletes: Literal["ignore", "follow"] = Field(
        default="ignore", description="A deleted file: leave its copy, or delete that too (follow)."
    )


class MappingFile(Strict):
    """A mapping file: one pair of a ServiceNow table and a Jira project."""

    pair: str = Field(pattern=r"^[a-z][a-z0-9-]*$", description="The pair's name.")
    servicenow: ServiceNowPart
    jira: JiraPart
    create: CreatePart = Field(default_factory=CreatePart)
    on_delete: OnDelete = OnDelete.DETACH
    conflict: ConflictPolicy = ConflictPolicy.OWNER
    optional: bool = Field(
        default=False,
        description="Off, no fault, where table, issue type or links are missing.",
    )
    fields: dict[str, FieldPart] = Field(min_length=1)
    comments: CommentsPart = CommentsPart()
    attachments: AttachmentsPart = AttachmentsPart(max_mb=100)
