"""Our marks on two linked records, where they are missing. Pure."""

from __future__ import annotations

from connector.values import Record
from mappings.sides import Side
from mappings.values import Change
from sync.core import marks
from sync.core.plan import FieldWrite
from sync.engine.cases import Case

MARKS = "@marks"
"""Name of the write that puts our marks on a record."""


def mark_writes(
    case: Case, installation: str, jira_host: str, *, marking: bool
) -> dict[Side, FieldWrite]:
    """Our marks where they are missing; a foreign correlation is left alone. The label is only put
    on while ``marking``: people may take it off."""
    marker_label = marks.label(
        marks.marker(installation, case.spec.pair, Side.JIRA, case.link.jira.key)
    )
    found: dict[Side, FieldWrite] = {}
    servicenow, jira = case.records.get(Side.SERVICENOW), case.records.get(Side.JIRA)
    if servicenow is not None:
        wanted = marks.correlation(jira_host, case.link.jira.key)
        label = jira.label if jira else case.link.jira.label
        write = _correlate(servicenow, wanted, label, jira_host)
        if write is not None:
            found[Side.SERVICENOW] = write
    if jira is not None and marking and case.link.origin is Side.JIRA:
        labels = jira.fields.get("labels")
        if isinstance(labels, tuple) and marker_label not in labels:
            change = Change(add={"labels": (marker_label,)})
            found[Side.JIRA] = FieldWrite(MARKS, None, marker_label, "mark the twin", change=change)
    return found


def _correlate(record: Record, wanted: str, label: str, jira_host: str) -> FieldWrite | None:
    if not {"correlation_id", "correlation_display"} <= record.fields.keys():
        return None
    held, shown = record.fields["correlation_id"], record.fields.get("correlation_display")
    if held is not None and marks.issue_of(str(held), jira_host) is None:
        return None
    if held == wanted and shown == label:
        return None
    change = Change(fields={"correlation_id": wanted, "correlation_display": label})
    return FieldWrite(MARKS, held, f"{wanted} {label}", "mark the twin", change=change)
