"""The Change Management API, as far as asking for the next states goes."""

from __future__ import annotations

from typing import Any

from connector.sandbox.http import Request, Response
from connector.sandbox.servicenow.change_rules import AUTOMATIC, next_states
from connector.sandbox.servicenow.knobs import Caller
from connector.sandbox.servicenow.query import NotModelled
from connector.sandbox.servicenow.refusal import Refusal, missing_record
from connector.sandbox.servicenow.table_api import check_table
from connector.sandbox.servicenow.world import World


class ChangeApi:
    """Answers ``/api/sn_chg_rest/[v1/]change/{sys_id}/nextstates``."""

    def __init__(self, world: World) -> None:
        self._world = world

    def handle(self, request: Request, caller: Caller, parts: list[str]) -> Response:
        """One call; ``parts`` is the path without prefix and version."""
        check_table(self._world, "change_request", caller)
        match parts:
            case ["change", sys_id, "nextstates"] if request.method == "GET":
                return self._next_states(sys_id)
            case ["change", *_]:
                raise NotModelled("this call of the Change Management API")
        raise Refusal(400, "Requested URI does not represent any resource")

    def _next_states(self, sys_id: str) -> Response:
        row = self._world.row("change_request", sys_id)
        if row is None or sys_id in self._world.knobs.hidden_rows:
            raise missing_record()
        offered = next_states(row)
        automatic = AUTOMATIC.get((row.get("type", ""), row["state"]))
        steps = [_step(row["state"], to) for to in offered]
        if automatic:
            steps.append(_step(row["state"], automatic, automatic=True))
        labels = self._world.schema.allowed("change_request", "state")
        return Response.of_json(
            200,
            {
                "result": {
                    "available_states": [row["state"], *offered],
                    "state_transitions": [[step] for step in steps],
                    "state_label": {choice.value: choice.label for choice in labels},
                }
            },
        )


def _step(start: str, end: str, *, automatic: bool = False) -> dict[str, Any]:
    return {
        "sys_id": "",
        "display_value": "",
        "from_state": start,
        "to_state": end,
        "transition_available": not automatic,
        "automatic_transition": automatic,
        "conditions": [],
    }
