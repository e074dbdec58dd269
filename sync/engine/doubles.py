"""Second twins: told as soon as one is seen, never deleted by us (reliability: I-04)."""

from __future__ import annotations

from connector.errors import Rejected
from sync.apply.common import Place, park
from sync.core.model import End, Link
from sync.runtime import Runtime, log

TWIN = "@twin"
"""Field name under which a second twin is put aside."""


def report(runtime: Runtime, link: Link, double: End) -> None:
    """Put a record aside that bears the mark of a link and is not its twin."""
    side = link.origin.other
    twin, origin = link.end(side), link.end(link.origin)
    error = Rejected(
        f"it is a second twin of {origin.label}, whose twin is {twin.label}",
        side=side.value,
        remedy=f"Carry over what people wrote on {double.label}, then close or delete it.",
    )
    park(runtime, Place(link.pair, side, double, TWIN), error)
    log.error("a second twin", action="twin.double", record=double.label, twin=twin.label)
