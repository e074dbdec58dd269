"""The fields that JQL can ask for: how each reads an issue and what its values may be called.

A field the real product has and the sandbox does not model raises
:class:`~connector.sandbox.jira.jql_parse.NotModelled`; one that nobody has resolves to ``None``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connector.sandbox.jira.jql_parse import NotModelled
from connector.sandbox.jira.jql_vendor import VENDOR_FIELDS
from connector.sandbox.jira.model import FieldDef, Issue, LinkType, Named
from connector.sandbox.jira.workflows import CATEGORIES
from connector.sandbox.jira.world import World

Read = Callable[[Issue], Any]
Resolve = Callable[[str], Iterable[Any]]


@dataclass(frozen=True, slots=True)
class Searched:
    """One searchable field. ``resolve`` gives the raw values a written value can mean."""

    kind: str
    read: Read
    resolve: Resolve = tuple
    rank: Read | None = None


def resolve(world: World, name: str) -> Searched | None:
    """The field of that name, if the site has it."""
    wanted = name.lower()
    make = _SYSTEM.get(wanted)
    if make is not None:
        return make(world)
    if wanted.startswith("issue.property"):
        raise NotModelled("searching by issue property")
    custom = _custom(world, wanted)
    if custom is not None:
        return _of_custom(world, custom)
    if wanted in VENDOR_FIELDS:
        raise NotModelled(f"the field '{name}'")
    return None


def _custom(world: World, wanted: str) -> FieldDef | None:
    match = re.fullmatch(r"cf\[(\d+)\]", wanted)
    number = f"customfield_{match[1]}" if match else wanted
    for field in world.fields.values():
        if field.custom and (field.id == number or field.name.lower() == wanted):
            return field
    return None


_NO_SEARCH = frozenset({"cascade", "sprint", "moment", "user", "labels"})


def _of_custom(world: World, field: FieldDef) -> Searched:
    if field.kind == "epic":
        held = "parent" if world.site.cloud else field.id
        return Searched("key", _value(held), _issue_ids(world))
    if field.kind in _NO_SEARCH:
        raise NotModelled(f"a search by the field {field.name}")
    read = _value(field.id)
    if field.kind in ("line", "text"):
        return Searched("text", read)
    if field.kind == "number":
        return Searched("number", read)
    if field.kind == "date":
        return Searched("day", read)
    options = {row.id: row for row in field.options}
    return Searched("named", read, _by_name(options))


def _value(name: str) -> Read:
    return lambda issue: issue.fields.get(name)


def _by_name(rows: Mapping[str, Named]) -> Resolve:
    def find(text: str) -> list[str]:
        wanted = text.lower()
        found = [row.id for row in rows.values() if row.name.lower() == wanted]
        return found or [row.id for row in rows.values() if row.id == text]

    return find


def _issue_ids(world: World) -> Resolve:
    def find(text: str) -> tuple[str, ...]:
        held = world.issue(text)
        seen = held is not None and held.id not in world.hidden
        return (held.id,) if held is not None and seen else ()

    return find


def _projects(world: World) -> Resolve:
    def find(text: str) -> list[str]:
        wanted = text.lower()
        return [
            row.id
            for row in world.projects.values()
            if row.id not in world.hidden_projects
            and wanted in (row.id, row.key.lower(), row.name.lower())
        ]

    return find


def _types(world: World) -> Resolve:
    def find(text: str) -> set[str]:
        wanted = text.lower()
        return {
            kind.id
            for project in world.projects.values()
            for kind in project.types
            if wanted in (kind.id, kind.name.lower())
        }

    return find


def _statuses(world: World) -> Resolve:
    def find(text: str) -> list[str]:
        wanted = text.lower()
        return [row.id for row in world.statuses.values() if wanted in (row.id, row.name.lower())]

    return find


def _categories(text: str) -> list[str]:
    wanted = text.lower()
    return [
        key
        for key, (number, name, _) in CATEGORIES.items()
        if wanted in (key, str(number), name.lower())
    ]


def _people(world: World) -> Resolve:
    def find(text: str) -> list[str]:
        wanted = text.lower()
        return [
            user.key
            for user in world.users.values()
            if wanted in (user.key.lower(), user.name.lower())
            or (world.site.cloud and wanted == user.email.lower())
        ]

    return find


def _resolution(world: World) -> Searched:
    named = _by_name(world.resolutions)
    return Searched(
        "named",
        _value("resolution"),
        lambda text: (None,) if text.lower() == "unresolved" else named(text),
    )


def _labels(_world: World) -> Searched:
    return Searched(
        "labels",
        lambda issue: tuple(label.lower() for label in issue.fields["labels"]),
        lambda text: (text.lower(),),
    )


def _text(_world: World) -> Searched:
    def read(issue: Issue) -> str:
        bodies = (remark.body for remark in issue.comments if remark.visibility is None)
        parts = (issue.fields.get("summary"), issue.fields.get("description"), *bodies)
        return "\n".join(part for part in parts if part)

    return Searched("text", read)


def _key(world: World) -> Searched:
    return Searched(
        "key",
        lambda issue: issue.id,
        _issue_ids(world),
        lambda issue: (world.projects[issue.project].key, issue.number),
    )


def _priority(world: World) -> Searched:
    return Searched("named", _value("priority"), _by_name(world.priorities), _urgency)


def _urgency(issue: Issue) -> int:
    """Sorts the lowest first."""
    return -int(issue.fields["priority"] or 0)


def _stamp(read: Callable[[Issue], datetime]) -> Callable[[World], Searched]:
    return lambda _world: Searched("moment", read)


def _issue_id(world: World) -> Searched:
    return Searched("key", lambda issue: issue.id, _issue_ids(world), lambda issue: int(issue.id))


def _type(world: World) -> Searched:
    return Searched("named", lambda issue: issue.type_id, _types(world))


def _link_type(world: World) -> Searched:
    """How an issue's links read on it; the name of a type stands for both of its ends."""
    kinds = {kind.id: kind for kind in world.link_types}
    known = {text.lower() for kind in kinds.values() for text in _texts_of(kind)}

    def read(issue: Issue) -> tuple[str, ...]:
        found = set()
        for link in issue.links:
            kind = kinds[link.type_id]
            reads = kind.outward if link.inward == issue.id else kind.inward
            found |= {kind.name.lower(), reads.lower()}
        return tuple(sorted(found))

    return Searched("named", read, lambda text: [text.lower()] if text.lower() in known else [])


def _texts_of(kind: LinkType) -> tuple[str, str, str]:
    return kind.name, kind.outward, kind.inward


_SYSTEM: dict[str, Callable[[World], Searched]] = {
    "project": lambda world: Searched("named", lambda issue: issue.project, _projects(world)),
    "issuetype": _type,
    "type": _type,
    "status": lambda world: Searched("named", lambda issue: issue.status, _statuses(world)),
    "statuscategory": lambda world: Searched(
        "named", lambda issue: world.statuses[issue.status].category, _categories
    ),
    "labels": _labels,
    "key": _key,
    "issuekey": _key,
    "issue": _key,
    "id": _issue_id,
    "parent": lambda world: Searched("key", _value("parent"), _issue_ids(world)),
    "assignee": lambda world: Searched("user", _value("assignee"), _people(world)),
    "reporter": lambda world: Searched("user", _value("reporter"), _people(world)),
    "priority": _priority,
    "resolution": _resolution,
    "issuelinktype": _link_type,
    "created": _stamp(lambda issue: issue.created),
    "createddate": _stamp(lambda issue: issue.created),
    "updated": _stamp(lambda issue: issue.updated),
    "updateddate": _stamp(lambda issue: issue.updated),
    "summary": lambda _world: Searched("text", _value("summary")),
    "description": lambda _world: Searched("text", _value("description")),
    "text": _text,
    "duedate": lambda _world: Searched("day", _value("duedate")),
    "due": lambda _world: Searched("day", _value("duedate")),
    "component": lambda world: Searched(
        "named", _value("components"), _per_project(world, lambda row: row.components)
    ),
    "fixversion": lambda world: Searched(
        "named", _value("fixVersions"), _per_project(world, lambda row: row.versions)
    ),
}


def _per_project(world: World, rows: Callable[[Any], tuple[Named, ...]]) -> Resolve:
    return lambda text: [
        key
        for project in world.projects.values()
        for key in _by_name({row.id: row for row in rows(project)})(text)
    ]


def words(text: str) -> list[str]:
    """The words of a text, as the index knows them."""
    return re.findall(r"\w+", text.lower())


def contains(held: list[str], wanted: list[str]) -> bool:
    """Whether all wanted words occur."""
    return bool(wanted) and set(wanted) <= set(held)
