"""Deletions of ours whose answer was lost: whether they happened is seen on the record itself.

One that is not there any more was deleted. One that is still there when the settle time is over was
not: it is planned anew, and nothing is sent before a person approved that plan, because somebody
may have brought the record back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from mappings.sides import Side
from sync.apply.common import LATER
from sync.apply.deletes import removed
from sync.core import marks
from sync.core.model import Intent, IntentState
from sync.engine.cases import Case
from sync.runtime import Runtime, log

UNDER_WAY = frozenset({IntentState.SENT, IntentState.UNCLEAR})


def settle_removals(runtime: Runtime, side: Side, intents: Sequence[Intent]) -> None:
    """Look once after every deletion without an answer."""
    for intent in intents:
        link = runtime.store.links.by_keys(side, [intent.parent]).get(intent.parent)
        there = runtime.read(side, intent.container, [intent.parent], fresh=True)
        if link is None:
            runtime.store.intents.drop([intent.marker])
        elif intent.parent not in there:
            removed(runtime, intent, link, "gone; the answer to its deletion was lost", "")
        elif _over(runtime, intent):
            with runtime.store.transaction():
                runtime.store.intents.drop([intent.marker])
                runtime.store.inbox.nudge(side, intent.container, [intent.parent], LATER)
            log.info("settled as not done", action="intent.settled", marker=intent.marker)
        elif intent.state is IntentState.SENT:
            runtime.store.intents.unclear([intent.marker])


def _over(runtime: Runtime, intent: Intent) -> bool:
    """Whether it would have happened by now."""
    if intent.sent_at is None:
        return True
    age = runtime.adapters[intent.side].server_now() - intent.sent_at
    return age >= timedelta(seconds=runtime.options.settle[intent.side])


def removing(runtime: Runtime, case: Case, side: Side) -> bool:
    """Whether the deletion of a link's record on that side may be under way."""
    key = case.link.end(side).key
    marker = marks.deletion(runtime.options.installation, case.spec.pair, side, key)
    intent = runtime.store.intents.get([marker]).get(marker)
    return intent is not None and intent.state in UNDER_WAY
