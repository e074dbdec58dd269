"""Streams of the direct adapter: the table, stamp and conditions behind each, and its rows."""

from __future__ import annotations

from connector.sandbox.servicenow import attachments
from connector.sandbox.servicenow import direct_shapes as shapes
from connector.sandbox.servicenow.schema import Row
from connector.sandbox.servicenow.values import moment
from connector.values import Sighting, Stream, StreamKind

LANES = ("work_notes", "comments")
APPROVERS = "sysapproval_approver"
DECIDED = "stateINapproved,rejected"
APPROVALS = Stream("approvals", StreamKind.COMMENTS, ("change_request",), "approval")


def feed(stream: Stream) -> tuple[str, str, str]:
    """The table of a stream, its stamp, and the conditions before it."""
    names = ",".join(stream.containers)
    if stream == APPROVALS:
        base = f"sysapproval.sys_class_name=change_request^{DECIDED}^"
        return APPROVERS, "sys_updated_on", base
    if stream.kind is StreamKind.COMMENTS:
        base = f"nameIN{names}^elementIN{','.join(LANES)}^"
        return "sys_journal_field", "sys_created_on", base
    if stream.kind is StreamKind.FILES:
        return attachments.TABLE, "sys_created_on", f"table_nameIN{names}^"
    return stream.containers[0], "sys_updated_on", ""


def sighting(stream: Stream, row: Row) -> Sighting:
    """A row as news of a record."""
    if stream == APPROVALS:
        at = moment(row["sys_updated_on"])
        version = f"{row['sys_id']}:{row['state']}"
        return Sighting("change_request", row["sysapproval"], version, at)
    if stream.kind is StreamKind.FILES:
        at = moment(row["sys_created_on"])
        return Sighting(row["table_name"], row["table_sys_id"], row["sys_id"], at)
    if stream.kind is StreamKind.COMMENTS:
        at = moment(row["sys_created_on"])
        return Sighting(row["name"], row["element_id"], row["sys_id"], at)
    at = moment(row["sys_updated_on"])
    return Sighting(stream.containers[0], row["sys_id"], shapes.version(row), at)
