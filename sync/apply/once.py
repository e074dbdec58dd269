"""Sending what must not be repeated blindly: creates, comments, files (reliability: 6.2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from connector.errors import ConnectorError
from connector.values import WriteResult
from mappings.sides import Side
from sync.core.model import Intent
from sync.runtime import Runtime


def once(
    runtime: Runtime,
    side: Side,
    intents: Sequence[Intent],
    send: Callable[[], list[WriteResult]],
) -> list[WriteResult]:
    """Send with durable intents: they are marked as sent before, and dropped where the whole side
    is in trouble and nothing was sent. What came of each is the caller's to write down."""
    markers = [intent.marker for intent in intents]
    with runtime.store.transaction():
        runtime.store.intents.plan(intents)
        runtime.store.intents.sent(markers, runtime.adapters[side].server_now())
    runtime.store.ensure()
    try:
        return send()
    except ConnectorError:
        runtime.store.intents.drop(markers)
        raise
