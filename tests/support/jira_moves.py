"""Issues of OPS on their way: made, led and counted for tests of moves."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence

from connector.values import Move, WriteResult
from tests.support.jira import JiraStage, a_draft

SEEN = ("status", "status_category")


def some(stage: JiraStage, number: int, **options: str) -> list[str]:
    """New issues in the first status."""
    taken = len(stage.sandbox.world.issues)
    return stage.created(*[a_draft(taken + n, **options) for n in range(number)])


def moves(
    stage: JiraStage, keys: Sequence[str], target: str, *more: str, **fields: str
) -> list[Move]:
    """What the engine would ask for: it has just read the issues."""
    held = stage.adapter.read("OPS", keys, SEEN, fresh=True)
    return [Move("OPS", key, "status", (target, *more), fields, held[key]) for key in keys]


def led(stage: JiraStage, keys: Sequence[str], target: str, **fields: str) -> list[WriteResult]:
    """Issues led to a status."""
    return stage.adapter.move(moves(stage, keys, target, **fields), SEEN)


def taught(stage: JiraStage, target: str = "Done") -> None:
    """Let the adapter learn the delivery workflow from an issue that goes all the way."""
    led(stage, some(stage, 1), target, resolution="Done")


def sent(stage: JiraStage) -> Counter[str]:
    """Requests since the last call, by method and path; ids are left out."""
    shapes = [
        f"{one.method} {re.sub(r'/[0-9]+(?=/|$)', '/ID', one.path.split('/rest/api/')[-1])}"
        for one in stage.wire.requests
    ]
    stage.wire.requests.clear()
    return Counter(shape.split(" ")[0] + " " + shape.split(" ")[1][2:] for shape in shapes)


def bulk_bodies(stage: JiraStage) -> list[dict[str, object]]:
    """The bulk transitions that were sent."""
    return [
        json.loads(one.body)
        for one in stage.wire.requests
        if one.method == "POST" and one.path.endswith("bulk/issues/transition")
    ]


def hops(stage: JiraStage, key: str) -> list[str]:
    """The names of the transitions an issue has gone through, in truth."""
    return [row["detail"] for row in stage.sandbox.world.writes(kind="transition", issue=key)]


def status(stage: JiraStage, key: str) -> str:
    """Where an issue stands, in truth."""
    return stage.sandbox.world.status_of(stage.issue(key)).name
