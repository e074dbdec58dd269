"""What changed, told the way the changelog tells it: an id and a text for before and after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.sandbox.jira.model import ChangeItem, FieldDef, Project
from connector.sandbox.jira.world import World, names_of

Told = tuple[str | None, str | None]

_NAMES = {
    "fixVersions": "Fix Version",
    "components": "Component",
    "versions": "Version",
}


def items(
    world: World, project: Project, before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[ChangeItem, ...]:
    """One item for each field that differs, in a stable order."""
    found = []
    for name in sorted(after):
        field = world.fields.get(name)
        if field is None or field.kind == "stamp" or before.get(name) == after[name]:
            continue
        old = _told(world, project, field, before.get(name))
        new = _told(world, project, field, after[name])
        found.append(ChangeItem(_title(world, field), field.id, *old, *new))
    return tuple(found)


def moved(world: World, old: str, new: str) -> ChangeItem:
    """A change of status."""
    names = world.statuses
    return ChangeItem("status", "status", old, names[old].name, new, names[new].name)


def _title(world: World, field: FieldDef) -> str:
    if field.custom:
        return field.name
    if field.id == "parent" and world.site.cloud:
        return "IssueParentAssociation"
    return _NAMES.get(field.id, field.id)


def _told(world: World, project: Project, field: FieldDef, raw: Any) -> Told:
    if raw is None or raw == ():
        return (None, "" if field.kind == "labels" else None)
    if field.kind == "user":
        return raw, world.users[raw].name
    if field.kind in ("priority", "resolution"):
        rows = world.priorities if field.kind == "priority" else world.resolutions
        return raw, rows[raw].name
    if field.kind == "sprint":
        return ", ".join(raw), ", ".join(world.sprints[int(key)].name for key in raw)
    if field.kind in ("parent", "epic"):
        above = world.issues.get(raw)
        return raw, above.key if above else raw
    return _told_plainly(project, field, raw)


def cascade_text(field: FieldDef, raw: str, first: str = "{}", second: str = "{}") -> str:
    """Both levels of a cascade in words, each with its name and id filled into a text."""
    above, _, below = raw.partition("/")
    told = first.format(names_of(field.options, (above,))[0], above)
    if not below:
        return told
    return told + second.format(names_of(field.below[above], (below,))[0], below)


def _told_plainly(project: Project, field: FieldDef, raw: Any) -> Told:
    if field.kind == "labels":
        return None, " ".join(raw)
    if field.kind in ("components", "versions"):
        rows = project.components if field.kind == "components" else project.versions
        return ", ".join(raw), ", ".join(names_of(rows, raw))
    if field.kind == "option":
        return raw, names_of(field.options, (raw,))[0]
    if field.kind == "options":
        return ", ".join(raw), ", ".join(names_of(field.options, raw))
    if field.kind == "cascade":
        return raw, cascade_text(field, raw, "Parent values: {}({})", "Level 1 values: {}({})")
    if field.kind in ("date", "moment"):
        return raw, raw
    return None, f"{raw:g}" if isinstance(raw, float) else str(raw)
