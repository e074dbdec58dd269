"""What an administrator of the fake Jira does: another status on a board, another field."""

from __future__ import annotations

from dataclasses import replace

from connector.sandbox.jira.model import FieldDef, IssueType, Project, Status, Transition, Workflow
from connector.sandbox.jira.world import World


def add_status(world: World, project: str, name: str, category: str = "new") -> None:
    """A status that is reached from anywhere, and left as the first one is."""
    status = Status(str(20000 + len(world.statuses)), name, category)
    world.statuses[status.id] = status
    found = _project(world, project)
    types = tuple(replace(one, workflow=_with(one.workflow, status.id)) for one in found.types)
    world.projects[found.id] = replace(found, types=types)


def add_fields(world: World, project: str, *fields: FieldDef) -> None:
    """Custom fields on the screens of all types of a project."""
    world.fields.update({field.id: field for field in fields})
    found = _project(world, project)
    types = tuple(_wider(one, fields) for one in found.types)
    world.projects[found.id] = replace(found, types=types)


def _project(world: World, key: str) -> Project:
    found = world.project(key)
    assert found is not None
    return found


def _with(flow: Workflow, status: str) -> Workflow:
    there = Transition("901", "Hand over", (), status)
    back = tuple(
        replace(edge, id=f"9{edge.id}", sources=(status,))
        for edge in flow.transitions
        if flow.first in edge.sources
    )
    return replace(
        flow,
        statuses=(*flow.statuses, status),
        transitions=(*flow.transitions, there, *back),
    )


def _wider(kind: IssueType, fields: tuple[FieldDef, ...]) -> IssueType:
    return replace(kind, screen={**kind.screen, **dict.fromkeys((f.id for f in fields), False)})
