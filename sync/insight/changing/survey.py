"""All that is to be known of changes, from the facts and the links of the store."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from mappings.policy import Policy
from mappings.sides import Side
from sync.core.model import LinkState
from sync.insight.changing.policy import Recent, judged
from sync.insight.changing.readiness import is_approved, unapproved, unready
from sync.insight.facts import ChangeFact, IssueFact
from sync.insight.model import Changes, Judged
from sync.store import Store


def surveyed(
    store: Store,
    changes: Collection[ChangeFact],
    issues: Collection[IssueFact],
    policy: Policy,
    now: datetime,
) -> Changes:
    """Every open change judged, those that are not ready, and issues done before approval."""
    recent = Recent(changes, policy, now)
    open_ = sorted((one for one in changes if one.active), key=lambda one: (one.number, one.key))
    asked = [one.key for one in changes if one.active or not is_approved(one)]
    links = {
        key: link.jira.key
        for key, link in store.links.by_keys(Side.SERVICENOW, asked).items()
        if link.state is not LinkState.ENDED
    }
    return Changes(
        tuple(Judged(one, judged(one, recent.near(one), policy)) for one in open_),
        unready(open_, links, issues, policy, now),
        unapproved(changes, links, issues),
    )
