"""Issue types that a stock site's projects lack: an administrator adds them.

*Improvement* came with older company-managed projects and is missing in today's; a type of that
name works as any other.
"""

from __future__ import annotations

from dataclasses import replace

from connector.sandbox.jira.model import IssueType
from connector.sandbox.jira.world import World

IMPROVEMENT = "Improvement"


def add_type(world: World, project: str = "OPS", name: str = IMPROVEMENT) -> None:
    """A standard type with workflow and screen of the project's other ones."""
    with world.lock:
        found = world.project(project)
        if found is None or any(one.name == name for one in found.types):
            return
        like = next(one for one in found.types if one.level == 0)
        number = str(10_700 + sum(len(one.types) for one in world.projects.values()))
        added: IssueType = replace(like, id=number, name=name)
        world.projects[found.id] = replace(found, types=(*found.types, added))
