"""Making sure of a side before its word is taken: who we are to it, and whether it hides things.

An answer can be honest and still mislead: a revoked account sees nothing, a hidden column reads as
empty, a condition on a misspelt column is passed over. None of that may blank, close or multiply
anything (reliability: I-18).
"""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import timedelta

from connector.errors import AccessLost
from mappings.model import MappingSpec
from mappings.sides import Side
from sync.core.plan import Plan, Update
from sync.runtime import Runtime, container, log

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


def hidden_fields(runtime: Runtime, spec: MappingSpec, plan: Plan) -> list[str]:
    """Fields that a plan would empty because the other side hides them from us."""
    names: dict[Side, set[str]] = defaultdict(set)
    rules = {rule.name: rule for rule in spec.rules}
    for action in plan.actions:
        if isinstance(action, Update):
            for write in action.writes:
                if write.new in (None, "", ()) and write.old and write.name in rules:
                    teller = action.side.other
                    names[teller] |= rules[write.name].relation.names(teller)
    return [
        f"{side} shows an empty {name} on every record of {container(spec, side)}: it looks hidden"
        for side, wanted in names.items()
        for name in sorted(
            wanted - runtime.adapters[side].witness.shown(container(spec, side), sorted(wanted))
        )
    ]
