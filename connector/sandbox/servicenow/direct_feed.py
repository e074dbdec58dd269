"""Streams of the direct adapter: the table, stamp and conditions behind each, and its rows."""

from __future__ import annotations

from collections.abc import Callable, Collection

from connector.articles import ARTICLE, ATTACHED, MOVED, PROBLEM, TIE
from connector.errors import AccessLost
from connector.sandbox.servicenow import attachments
from connector.sandbox.servicenow import direct_shapes as shapes
from connector.sandbox.servicenow.direct_articles import sighting as told
from connector.sandbox.servicenow.schema import Row
from connector.sandbox.servicenow.values import moment
from connector.sandbox.servicenow.world import World
from connector.values import Comment, Sighting, Stream, StreamKind

LANES = ("work_notes", "comments")
APPROVERS = "sysapproval_approver"
DECIDED = "stateINapproved,rejected"
APPROVALS = Stream("approvals", StreamKind.COMMENTS, ("change_request",), "approval")


def feed(stream: Stream) -> tuple[str, str, str]:
    """The table of a stream, its stamp, and the conditions before it."""
    names = ",".join(stream.containers)
    if stream == MOVED:
        return ARTICLE, "sys_updated_on", ""
    if stream == ATTACHED:
        return TIE, "sys_created_on", f"task.sys_class_name={PROBLEM}^"
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
    if stream in (MOVED, ATTACHED):
        return told(row, tied=stream == ATTACHED)
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


def decisions(
    world: World, select: Callable[[str, str, int], list[Row]], keys: Collection[str]
) -> list[Comment]:
    """Approvers' answers about these changes; none where we may not read them."""
    query = f"sysapprovalIN{','.join(keys)}^{DECIDED}"
    try:
        rows = select(APPROVERS, query, len(keys))
    except AccessLost:
        return []
    return [shapes.approval(world, row) for row in rows]
