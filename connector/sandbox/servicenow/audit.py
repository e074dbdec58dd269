"""``sys_audit``: one row for each field of each update of an audited table.

Made from the write log when somebody asks, so that nobody pays for it who does not. Inserts leave
no rows, as on an instance with stock settings. A deletion and an undeletion leave one each, whether
the table is audited or not.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from connector.sandbox.servicenow.values import stamp

if TYPE_CHECKING:
    from connector.sandbox.servicenow.world import World

TABLE = "sys_audit"
AUDITED = frozenset({"incident", "problem", "change_request"})
FATES = {"delete": "DELETED", "undelete": "RECOVERED"}
"""What stands in the row of a record that was deleted or came back, as field and as both values."""


def catch_up(world: World, done: int) -> int:
    """Turn the log from line ``done`` on into rows; how far it went."""
    for line in world.write_log[done:]:
        if line["op"] == "update" and line["table"] in AUDITED:
            for name, (old, new) in line["fields"].items():
                world.store(TABLE, _row(line, name, old, new))
        if fate := FATES.get(line["op"]):
            world.store(TABLE, {**_row(line, fate, fate, fate), "record_checkpoint": "-1"})
    return len(world.write_log)


def _row(line: dict[str, Any], name: str, old: str, new: str) -> dict[str, str]:
    at = stamp(datetime.fromisoformat(line["at"]))
    return {
        "sys_id": f"{line['seq']:016x}{sum(map(ord, name)):016x}",
        "sys_created_on": at,
        "sys_updated_on": at,
        "sys_created_by": line["by"],
        "sys_updated_by": line["by"],
        "sys_mod_count": "0",
        "tablename": line["table"],
        "documentkey": line["key"],
        "fieldname": name,
        "oldvalue": old,
        "newvalue": new,
        "user": line["by"],
        "record_checkpoint": line["count"],
    }
