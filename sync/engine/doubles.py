"""Second twins: told as soon as one is seen, never deleted by us (reliability: I-04)."""

from __future__ import annotations

from connector.errors import Rejected
from mappings.sides import Side
from sync.apply.common import Place, park
from sync.core import marks
from sync.core.model import End, Link, LinkState, Parked
from sync.runtime import Runtime, log

TWIN = "@twin"
"""Field name under which a second twin is put aside."""


def report(runtime: Runtime, link: Link, double: End) -> None:
    """Put a record aside that bears the mark of a link and is not its twin."""
    side = link.origin.other
    twin, origin = link.end(side), link.end(link.origin)
    mark = "its label tandem-..." if side is Side.JIRA else "its correlation_id"
    verb = "was" if link.state is LinkState.ENDED else "is"
    error = Rejected(
        f"it is a second twin of {origin.label}, whose twin {verb} {twin.label}",
        side=side.value,
        remedy=f"Carry over what people wrote on {double.label}, then delete it or remove {mark}.",
    )
    park(runtime, Place(link.pair, side, double, TWIN), error)
    log.error("a second twin", action="twin.double", record=double.label, twin=twin.label)


def stays(runtime: Runtime, row: Parked) -> bool:
    """Whether a record that was put aside as a second twin is there and still bears a mark."""
    found = runtime.read(row.side, row.container, [row.key], fresh=True).get(row.key)
    if row.field != TWIN or found is None:
        return False
    if row.side is Side.SERVICENOW:
        held = str(found.fields.get("correlation_id") or "")
        return marks.issue_of(held, runtime.options.jira_host) is not None
    labels = found.fields.get("labels")
    return isinstance(labels, tuple) and bool(marks.own_labels(labels))
