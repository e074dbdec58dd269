"""Making sure of a side before its word is taken: who we are to it, and whether it hides things.

An answer can be honest and still mislead: a revoked account sees nothing, a hidden column reads as
empty, a condition on a misspelt column is passed over. None of that may blank, close or multiply
anything (reliability: I-18).
"""

from __future__ import annotations

import json
from datetime import timedelta

from connector.errors import AccessLost
from mappings.sides import Side
from sync.runtime import Runtime, log

EVERY = timedelta(minutes=10)
"""How long the answer to "who am I" is believed."""


def probe(runtime: Runtime) -> None:
    """Ask both sides who we are, now and then. Raises ``AccessLost`` where one does not know."""
    now = runtime.clock()
    for side in Side:
        last = runtime.trust.probed.get(side)
        if last is not None and now - last < EVERY:
            continue
        identity = runtime.adapters[side].identity()
        if not identity.key:
            raise AccessLost("the side answers, but not to us", side=side.value)
        runtime.trust.probed[side] = now
        _remember(runtime, side, identity.key, identity.name)


def _remember(runtime: Runtime, side: Side, *names: str) -> None:
    """All accounts we ever worked as: what they made is ours, whoever we are today."""
    held = accounts(runtime, side)
    new = frozenset(name for name in names if name) - held
    if new:
        if held:
            log.warning("working as another account", action="account.changed", side=side.value)
        runtime.store.meta.put(f"accounts:{side}", json.dumps(sorted(held | new)))


def accounts(runtime: Runtime, side: Side) -> frozenset[str]:
    """Keys and names of the accounts this store has worked as on a side."""
    return frozenset(json.loads(runtime.store.meta.get(f"accounts:{side}") or "[]"))
