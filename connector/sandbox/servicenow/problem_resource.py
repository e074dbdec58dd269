"""The scripted REST API that moves a problem one step, where the instance has it.

It is what the update set in ``deploy/servicenow`` brings: an access rule of its own, the record as
the caller may see and write it, the business rules and data policies of every other write. A caller
without its role hears what ServiceNow says then (KB0686244).
"""

from __future__ import annotations

from dataclasses import replace

from connector.sandbox.http import Request, Response
from connector.sandbox.servicenow.knobs import Caller, Door
from connector.sandbox.servicenow.refusal import NO_RECORD, Refusal
from connector.sandbox.servicenow.schema import Row
from connector.sandbox.servicenow.world import World

ROLE = "tandem_problem_state"


class ProblemResource:
    """Answers ``PATCH {path}/{number}/new_state/{state}``."""

    def __init__(self, world: World) -> None:
        self._world = world

    def handle(self, request: Request, caller: Caller, parts: list[str]) -> Response:
        """One call; ``parts`` is the path behind the API's own."""
        match parts:
            case [number, "new_state", state] if request.method == "PATCH":
                row = move(self._world, number, state, caller)
                shown = {"number": row["number"], "state": row["state"]}
                return Response.of_json(200, {"result": shown})
        raise Refusal(400, "Requested URI does not represent any resource")


def move(world: World, number: str, state: str, caller: Caller) -> Row:
    """Take one step for the caller; raises ``Refusal`` as the script answers."""
    if not caller.has(ROLE):
        raise Refusal(403, "User Not Authorized", "Failed API level ACL Validation")
    row = next((one for one in world.rows("problem") if one["number"] == number), None)
    if row is None or row["sys_id"] in world.knobs.hidden_rows:
        raise Refusal(404, NO_RECORD, f"There is no problem {number} that you may see")
    try:
        inside = replace(caller, door=Door.SCREEN)
        moved = world.update("problem", row["sys_id"], {"state": state}, inside)
    except Refusal as refusal:
        why = refusal.detail or refusal.message
        raise Refusal(400, "The problem was not moved", why) from None
    if moved["state"] != state:
        raise Refusal(400, "The problem was not moved", f"It is in state {moved['state']}")
    return moved
