"""Which Jira fields there are, and what a mapping's name for one means. Pure.

A mapping names a field by its native name (``summary``), by its id (``customfield_10050``) or by
the name people see (``Story Points``). System fields need no look-up; the others are found in the
site's field list, read once and remembered. Nothing keeps two fields from having one name: then
only their ids tell them apart.

On Data Center a story hangs on its epic by a custom field, ``Epic Link``, found by its schema and
never by name or number: both differ between sites.

``link:is blocked by`` is the set of issues that are linked to an issue in these words, by id. All
such names share the one field ``issuelinks``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connector.errors import NotThere

EPIC_LINK = "com.pyxis.greenhopper.jira:gh-epic-link"
EPIC_NAME = "com.pyxis.greenhopper.jira:gh-epic-label"
SPRINT = "com.pyxis.greenhopper.jira:gh-sprint"
CASCADE = "option-with-child"
"""The type of a field with two levels of options."""

ALIASES = {"status_category": "status"}
LINK = "link:"
"""Begins the native name of a set of linked issues; the rest is how the link reads on the issue."""

CUSTOM = re.compile(r"customfield_\d+")


def is_link(name: str) -> bool:
    """Whether a native name means linked issues, not a field of its own."""
    return name.startswith(LINK)


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field: ``type`` and ``items`` from its schema, ``custom`` its custom type or empty."""

    id: str
    name: str
    type: str
    items: str = ""
    custom: str = ""

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> FieldSpec:
        """From a row of the field list or of a screen's metadata."""
        schema = row.get("schema") or {}
        return cls(
            str(row.get("fieldId") or row.get("id") or row.get("key") or ""),
            str(row.get("name") or ""),
            str(schema.get("type") or ""),
            str(schema.get("items") or ""),
            str(schema.get("custom") or ""),
        )


_SYSTEM = (
    FieldSpec("summary", "Summary", "string"),
    FieldSpec("description", "Description", "string"),
    FieldSpec("environment", "Environment", "string"),
    FieldSpec("status", "Status", "status"),
    FieldSpec("priority", "Priority", "priority"),
    FieldSpec("resolution", "Resolution", "resolution"),
    FieldSpec("assignee", "Assignee", "user"),
    FieldSpec("reporter", "Reporter", "user"),
    FieldSpec("creator", "Creator", "user"),
    FieldSpec("issuetype", "Issue Type", "issuetype"),
    FieldSpec("project", "Project", "project"),
    FieldSpec("parent", "Parent", "issuelink"),
    FieldSpec("labels", "Labels", "array", "string"),
    FieldSpec("components", "Components", "array", "component"),
    FieldSpec("fixVersions", "Fix versions", "array", "version"),
    FieldSpec("versions", "Affects versions", "array", "version"),
    FieldSpec("issuelinks", "Linked Issues", "array", "issuelinks"),
    FieldSpec("duedate", "Due date", "date"),
    FieldSpec("created", "Created", "datetime"),
    FieldSpec("updated", "Updated", "datetime"),
    FieldSpec("resolutiondate", "Resolved", "datetime"),
    FieldSpec("attachment", "Attachment", "array", "attachment"),
)


@dataclass(frozen=True, slots=True)
class FieldTable:
    """The fields known so far; without a look-up only the system fields."""

    by_id: Mapping[str, FieldSpec] = field(default_factory=lambda: {s.id: s for s in _SYSTEM})
    complete: bool = False

    @classmethod
    def of_rows(cls, rows: Iterable[Mapping[str, Any]]) -> FieldTable:
        """The table of a whole site; our own notion of the system fields stays."""
        listed = {spec.id: spec for spec in map(FieldSpec.of, rows)}
        return cls({**listed, **{spec.id: spec for spec in _SYSTEM}}, complete=True)

    def needs_list(self, names: Iterable[str], *, schema: bool = False) -> bool:
        """Whether these names cannot be understood without the site's field list."""
        if self.complete:
            return False
        return any(not self._understood(name, schema) for name in names)

    def _understood(self, name: str, schema: bool) -> bool:
        if is_link(name) or ALIASES.get(name, name) in self.by_id:
            return True
        return bool(CUSTOM.fullmatch(name)) and not schema

    def named(self, name: str) -> tuple[FieldSpec, ...]:
        """All fields a native name, id or display name may stand for, by id."""
        if is_link(name):
            return (self.by_id["issuelinks"],)
        wanted = ALIASES.get(name, name)
        if wanted in self.by_id:
            return (self.by_id[wanted],)
        folded = wanted.casefold()
        found = (spec for spec in self.by_id.values() if spec.name.casefold() == folded)
        rows = tuple(sorted(found, key=lambda spec: spec.id))
        return rows or ((FieldSpec(wanted, wanted, ""),) if CUSTOM.fullmatch(wanted) else ())

    def find(self, name: str) -> FieldSpec | None:
        """The field a name stands for. Raises ``NotThere`` where that may be several."""
        rows = self.named(name)
        if len(rows) > 1:
            ids = ", ".join(spec.id for spec in rows)
            raise NotThere(
                f"{len(rows)} fields are called {name!r}: {ids}",
                side="jira",
                remedy="Name the one that is meant by its id in the mapping.",
            )
        return rows[0] if rows else None

    def of_custom(self, custom: str) -> FieldSpec | None:
        """The first field of a custom type, such as the Epic Link."""
        found = [spec for spec in self.by_id.values() if spec.custom == custom]
        return min(found, key=lambda spec: spec.id, default=None)
