"""The shape of a mapping file, as pydantic models: unknown keys are refused, texts explain."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from mappings.model import ConflictPolicy, OnDelete
from mappings.sides import Flow, Side

RelationName = Literal[
    "text", "line", "value", "status", "priority", "user", "link", "labels", "date", "number",
    "same", "constant",
]  # fmt: skip


def _many(value: Any) -> Any:
    """One value or a list of them; YAML's numbers are meant as texts."""
    values = value if isinstance(value, list) else [value]
    return [str(one) if isinstance(one, int | float) and not isinstance(one, bool) else one
            for one in values]  # fmt: skip


Names = Annotated[list[str], BeforeValidator(_many), Field(min_length=1)]
"""One value or a list of alternatives, best first."""


class Strict(BaseModel):
    """Refuses unknown keys."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class ServiceNowPart(Strict):
    """Where the pair lives in ServiceNow."""

    table: str = Field(min_length=1, description="Table name, for instance incident.")
    scope: str = Field("", description="Encoded query: which records get a twin in Jira.")


class JiraPart(Strict):
    """Where the pair lives in Jira."""

    project: str = Field("", description="Project key; empty: TANDEM_JIRA__PROJECT.")
    issue_type: Names = Field(description="Issue type, or alternatives: the first that exists.")
    scope: str = Field("", description="JQL: which issues get a ServiceNow record.")


class CreatePart(Strict):
    """On which sides twins may be made."""

    in_jira: bool = True
    in_servicenow: bool = False


class RowPart(Strict):
    """One row of a value table."""

    servicenow: Names
    jira: Names


class ClosingPart(Strict):
    """What goes along when a record is closed."""

    states: Names = Field(description="ServiceNow states that demand a close code and notes.")
    code: str = "close_code"
    notes: str = "close_notes"
    text: str = Field("Closed in Jira ({label}).", description="Close notes; {field} is filled in.")
    codes: list[RowPart] = Field(min_length=1, description="Close codes and resolutions.")


class FieldPart(Strict):
    """One field."""

    servicenow: str = ""
    jira: str = ""
    as_: RelationName = Field("line", alias="as", description="How the two values relate.")
    flow: Flow = Flow.BOTH
    owner: Side | None = Field(None, description="Whose value wins; default servicenow.")
    conflict: ConflictPolicy | None = Field(None, description="Default: the pair's.")
    table: list[RowPart] = Field(default_factory=list)
    closing: ClosingPart | None = None
    prefix: str = Field("", description="Labels under this prefix are ours (labels).")
    max_servicenow: int | None = Field(None, ge=10, description="Longest text in ServiceNow.")
    max_jira: int | None = Field(None, ge=10, description="Longest text in Jira.")
    set: dict[str, str] = Field(default_factory=dict, description="Fields to set (constant).")
    side: Side | None = Field(None, description="On which side (constant).")


class CommentsPart(Strict):
    """Which comments are carried."""

    work_notes: Literal["internal", "public", "off"] = "internal"
    comments: Literal["internal", "public", "off"] = "internal"
    jira: Literal["work_notes", "comments", "off"] = "work_notes"
    backlog: bool = True


class AttachmentsPart(Strict):
    """Reserved for attachments."""

    max_mb: int = Field(10, ge=1)


class MappingFile(Strict):
    """A mapping file: one pair of a ServiceNow table and a Jira project."""

    pair: str = Field(pattern=r"^[a-z][a-z0-9-]*$", description="The pair's name.")
    servicenow: ServiceNowPart
    jira: JiraPart
    create: CreatePart = Field(default_factory=CreatePart)
    on_delete: OnDelete = OnDelete.DETACH
    conflict: ConflictPolicy = ConflictPolicy.OWNER
    fields: dict[str, FieldPart] = Field(min_length=1)
    comments: CommentsPart = Field(default_factory=CommentsPart)
    attachments: AttachmentsPart = AttachmentsPart(max_mb=10)
