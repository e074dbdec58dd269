"""Deleted records: the line that a deletion leaves, and the way back.

A deletion leaves a row of ``sys_audit_delete`` with all that the record held, and one of
``sys_audit`` that says ``DELETED``; a job that cleans tables leaves neither (servicenow-api 12).
Who undeletes a record gets it back under its old ``sys_id``, without its files; ``sys_audit``
says ``RECOVERED`` then. Nothing says that the first row goes away or that the stamp moves:
neither happens here, so that nobody learns to lean on it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from connector.sandbox.servicenow.refusal import missing_record
from connector.sandbox.servicenow.schema import Row

if TYPE_CHECKING:
    from connector.sandbox.servicenow.knobs import Caller
    from connector.sandbox.servicenow.world import World

TABLE = "sys_audit_delete"
LONGEST = 65_000
"""Characters that the column of a deleted record's content takes."""


def bury(world: World, table: str, sys_id: str, by: Caller) -> None:
    """Take a record and its files away, and leave what a deletion leaves."""
    row = world.drop(sys_id)
    for file in [one for one in world.files.values() if one["table_sys_id"] == sys_id]:
        world.drop(file["sys_id"])
    world.log("delete", table, row, by, {name: [value, ""] for name, value in row.items() if value})
    world.hang(
        TABLE,
        {
            "tablename": table,
            "documentkey": sys_id,
            "display_value": row.get(world.schema.display(table), ""),
            "payload": json.dumps(row)[:LONGEST],
        },
        by,
    )


def clean(world: World, sys_id: str) -> None:
    """A job that cleans tables takes a record away, and leaves no line."""
    world.drop(sys_id)


def undelete(world: World, sys_id: str, by: Caller) -> Row:
    """Bring the record back that was deleted last under this ``sys_id``."""
    graves = [row for row in world.rows(TABLE) if row["documentkey"] == sys_id]
    if not graves or world.true_row(sys_id) is not None:
        raise missing_record()
    row: Row = json.loads(graves[-1]["payload"])
    table = graves[-1]["tablename"]
    world.store(table, row)
    world.log("undelete", table, row, by, {name: ["", value] for name, value in row.items()})
    return row
