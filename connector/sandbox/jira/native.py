"""Between plain values (the adapter's field names and values) and what the API takes and gives.

Used by the mounts that go without HTTP: people at work and the direct adapter. Names are field ids
or display names, whatever their case; values are names people know, ids for persons and for
the parent. On Data Center a standard issue's parent is its epic.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from connector.sandbox.jira import history, linking, operations, render_setup
from connector.sandbox.jira.layout import EPIC_NAME
from connector.sandbox.jira.model import FieldDef, Issue, IssueType, Named, Project, Remark, User
from connector.sandbox.jira.world import World, names_of, sprint_of
from connector.values import (
    Choice,
    Comment,
    FieldInfo,
    Fields,
    KindInfo,
    Person,
    Placing,
    Record,
    Value,
)

_PICKED = frozenset({"priority", "resolution"})
_DERIVED: Mapping[str, Callable[[World, Issue], str]] = {
    "status": lambda world, issue: world.status_of(issue).name,
    "status_category": lambda world, issue: world.status_of(issue).category,
    "issuetype": lambda world, issue: world.type_of(issue).name,
    "project": lambda world, issue: world.project_of(issue).key,
    "creator": lambda _world, issue: issue.creator,
    "created": lambda world, issue: _stamped(world, issue.created),
    "updated": lambda world, issue: _stamped(world, issue.updated),
}


LINK = "link:"
"""Begins the name of a set of linked issues; the rest is how people read the link there."""


def field_of(world: World, name: str, kind: IssueType | None = None) -> FieldDef | None:
    """The field that a native name means for a kind of issue."""
    if name.startswith(LINK):
        return world.fields["issuelinks"]
    if name == "parent" and not world.site.cloud and (kind is None or not kind.subtask):
        return world.fields[world.site.epic_link]
    known = world.fields.get(name)
    if known is not None:
        return known
    wanted = name.casefold()
    alike = [row for row in world.fields.values() if row.name.casefold() == wanted]
    return next(iter(sorted(alike, key=lambda row: not row.custom)), None)


def payload_fields(world: World, kind: IssueType, fields: Fields) -> dict[str, Any]:
    """Native fields in the shape that requests carry; unknown names go through, to be refused."""
    row: dict[str, Any] = {}
    for name, value in fields.items():
        known = field_of(world, name, kind)
        row[known.id if known else name] = shaped(world, known, value) if known else value
    return row


def epic_name(world: World, kind: IssueType, fields: Fields) -> dict[str, Any]:
    """The name that Data Center demands for epics."""
    name = EPIC_NAME[world.site.flavour]
    return {name: fields.get("summary")} if kind.screen.get(name) else {}


def shaped(world: World, field: FieldDef, value: Value) -> Any:
    """One value as requests carry it."""
    if field.kind == "sprint":
        return None if value in (None, ()) else _sprint_number(world, value)
    if field.several:
        members = value if isinstance(value, tuple) else (() if value is None else (str(value),))
        named = {"labels": None, "options": "value"}.get(field.kind, "name")
        return [{named: member} if named else member for member in members]
    if value is None:
        return None
    if field.kind == "cascade":
        above, cut, below = str(value).partition(" / ")
        return {"value": above, "child": {"value": below}} if cut else {"value": above}
    if field.kind == "user":
        return {"accountId" if world.site.cloud else "name": value}
    if field.kind in _PICKED:
        return {"name": value}
    if field.kind == "option":
        return {"value": value}
    if field.kind == "parent":
        return {"id": value} if str(value).isdigit() else {"key": value}
    return value


def _sprint_number(world: World, value: Value) -> Any:
    """The number of an open sprint of that name; another value goes through, to be refused."""
    named = (row.id for row in world.sprints.values() if row.name == value)
    return next(named, value)


def value_of(world: World, issue: Issue, name: str, reader: str = "") -> Value:
    """One native value of an issue; a missing field is the caller's business.

    A ``reader`` sees no links to issues that are hidden from him.
    """
    known = _id_of(world, name)
    return None if known is None else _held(world, issue, known, reader)


def _held(world: World, issue: Issue, name: str, reader: str) -> Value:
    """The value of a field by its id."""
    derived = _DERIVED.get(name)
    if derived is not None:
        return derived(world, issue)
    if name == "parent":
        return _parent(world, issue)
    if name == "attachment":
        return tuple(row.id for row in issue.attachments)
    if name.startswith(LINK):
        return linking.linked(world, reader, issue, name.removeprefix(LINK))
    raw = issue.fields.get(name)
    return None if raw is None else _plain(world, issue, world.fields[name], raw)


def _id_of(world: World, name: str) -> str | None:
    """The id of a field that is called by its id or by the name that people read; none where an
    issue cannot answer with it at all."""
    if name in world.fields or name in _DERIVED or name.startswith(LINK):
        return name
    known = field_of(world, name)
    return known.id if known else None


def _stamped(world: World, at: datetime) -> str:
    """A moment as answers to our account show it."""
    site = world.site
    return _written(at, world.users[site.me].zone if site.cloud else site.zone)


@lru_cache(maxsize=4096)
def _written(at: datetime, zone: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%Y-%m-%dT%H:%M:%S}.{local.microsecond // 1000:03d}{local:%z}"


def _parent(world: World, issue: Issue) -> str | None:
    above = issue.fields.get("parent") or issue.fields.get(world.site.epic_link)
    return str(above) if above else None


def _plain(world: World, issue: Issue, field: FieldDef, raw: Any) -> Value:
    if field.kind in _PICKED:
        picked = world.priorities if field.kind == "priority" else world.resolutions
        return picked[raw].name
    if field.kind == "option":
        return names_of(field.options, (raw,))[0]
    if field.kind == "options":
        return names_of(field.options, raw) or None
    if field.kind == "cascade":
        return history.cascade_text(field, raw, second=" / {}")
    if field.kind == "sprint":
        held = sprint_of(world, raw)
        return held.name if held else None
    if field.kind in ("components", "versions"):
        project = world.project_of(issue)
        rows = project.components if field.kind == "components" else project.versions
        return names_of(rows, raw) or None
    if field.kind in ("stamp", "moment"):
        return _stamped(world, datetime.fromisoformat(raw))
    value: Value = raw
    return value


def placing(world: World, kind: IssueType, name: str, *, asked: bool) -> Placing:
    """What a name stands for; an edit screen is known where some issue could be ``asked``."""
    fields = world.fields
    alike = sorted(one.id for one in fields.values() if one.name.casefold() == name.casefold())
    ids = (name,) if name in fields else tuple(alike)
    create, edit = operations.create_screen(kind), operations.edit_screen(kind)
    editable = all(one in edit for one in ids) if asked else None
    return Placing(ids, all(one in create for one in ids), editable)


def has(world: World, name: str) -> bool:
    """Whether an issue can answer with this native name at all."""
    return _id_of(world, name) is not None


def record(
    world: World, issue: Issue, fields: Collection[str], base: str, reader: str = ""
) -> Record:
    """An issue as a record."""
    known = ((name, _id_of(world, name)) for name in fields)
    return Record(
        container=world.project_of(issue).key,
        key=issue.id,
        label=issue.key,
        kind=world.type_of(issue).name,
        version=version(issue),
        created=issue.created,
        updated=issue.updated,
        url=f"{base}/browse/{issue.key}",
        created_by=issue.creator,
        fields={name: _held(world, issue, id, reader) for name, id in known if id is not None},
    )


def version(issue: Issue) -> str:
    """The version token: ``updated`` in milliseconds."""
    return str(round(issue.updated.timestamp() * 1000))


def person(user: User) -> Person:
    """An account as an adapter tells it; on Data Center it logs in with its key."""
    email = user.email if user.email_shown else ""
    login = user.key if user.key == user.login else ""
    return Person(user.key, user.name, email, user.active, login)


def kind_info(world: World, kind: IssueType, project: Project) -> KindInfo:
    """A kind of issue with its create screen and its statuses."""
    held = (world.statuses[key] for key in kind.workflow.statuses)
    statuses = tuple(Choice(row.name, row.name, row.category) for row in held)
    screen = operations.create_screen(kind)
    fields = tuple(
        _field_info(world, world.fields[name], required, project)
        for name, required in screen.items()
    )
    links = tuple(
        _link_info(words)
        for row in world.link_types
        for words in dict.fromkeys((row.outward, row.inward))
    )
    return KindInfo(kind.id, kind.name, kind.level, fields + links, statuses)


def _levels(field: FieldDef) -> tuple[Named, ...]:
    """Every choice of a cascade, the first level alone and with each of the second."""
    rows = [
        [above, *(Named(one.id, f"{above.name} / {one.name}") for one in field.below[above.id])]
        for above in field.options
        if above.id in field.below
    ]
    return tuple(row for some in rows for row in some)


def allowed(world: World, field: FieldDef, project: Project | None) -> tuple[str, ...]:
    """The names that a screen lists for a field; a project has components and versions."""
    rows: Iterable[Named] = ()
    if field.kind == "cascade":
        rows = _levels(field)
    elif field.kind in ("option", "options"):
        rows = field.options
    elif field.kind in _PICKED:
        rows = (world.priorities if field.kind == "priority" else world.resolutions).values()
    elif field.kind in ("components", "versions") and project:
        rows = project.components if field.kind == "components" else project.versions
    return tuple(row.name for row in rows)


def _field_info(world: World, field: FieldDef, required: bool, project: Project) -> FieldInfo:
    kind = render_setup.schema_type(field)
    limit = field.limit or (32_767 if field.kind == "text" else None)
    return _info(field.id, field.name, kind, required, limit, allowed(world, field, project))


@lru_cache(maxsize=1024)
def _info(
    name: str, label: str, kind: str, required: bool, limit: int | None, choices: tuple[str, ...]
) -> FieldInfo:
    """One field; the same ones are asked for by every process."""
    told = tuple(Choice(one, one) for one in choices)
    return FieldInfo(name, label, kind, required, max_length=limit, choices=told)


@lru_cache(maxsize=64)
def _link_info(words: str) -> FieldInfo:
    return FieldInfo(LINK + words.casefold(), words, "issuelinks")


def comment(world: World, container: str, issue: Issue, remark: Remark) -> Comment:
    """A comment as an adapter tells it; one that customers or other roles may not read is
    internal."""
    return Comment(
        container=container,
        key=issue.id,
        id=remark.id,
        lane="comment",
        author=remark.author,
        author_name=world.users[remark.author].name,
        created=remark.created,
        updated=remark.updated,
        body=remark.body,
        internal=not remark.public or remark.visibility is not None,
        editor_name=world.users[remark.editor].name,
    )
