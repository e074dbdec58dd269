"""All that is to be known of changes, from the facts and the links of the store."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from mappings.policy import Policy
from mappings.sides import Side
from sync.core.model import Link, LinkState
from sync.insight.changing.checks import by_change, passed
from sync.insight.changing.policy import Recent, judged
from sync.insight.changing.readiness import is_approved, unapproved, unready
from sync.insight.changing.results import all_checks
from sync.insight.changing.standard import standard
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
    """Every open change judged, those that are not ready, issues done before approval, and changes
    that may go the standard path."""
    recent = Recent(changes, policy, now)
    asked = [one.key for one in changes if one.active or not is_approved(one)]
    live = {
        key: link
        for key, link in store.links.by_keys(Side.SERVICENOW, asked).items()
        if link.state is not LinkState.ENDED
    }
    names = _called(changes, live)
    checks = by_change(all_checks(store), names)
    open_ = [replace(one, checks=passed(checks.get(one.key, ()))) for one in changes if one.active]
    open_.sort(key=lambda one: (one.number, one.key))
    found = tuple(
        Judged(one, judged(one, recent.near(one), policy), checks.get(one.key, ())) for one in open_
    )
    links = {key: link.jira.key for key, link in live.items()}
    return Changes(
        found,
        unready(open_, links, issues, policy, now),
        unapproved(changes, links, issues),
        standard(found, policy.acting),
        _labelled(links, issues, frozenset(policy.acting.labels.values())),
        names,
    )


def _called(changes: Iterable[ChangeFact], links: Mapping[str, Link]) -> dict[str, str]:
    """Keys of changes by what a pipeline may call them: the number, or the key of the story."""
    names = {link.jira.label.upper(): key for key, link in links.items() if link.jira.label}
    return names | {one.number.upper(): one.key for one in changes}


def _labelled(
    links: Mapping[str, str], issues: Iterable[IssueFact], ours: frozenset[str]
) -> dict[str, tuple[str, ...]]:
    """Which of these labels the stories of changes have."""
    found = {one.key: labels for one in issues if (labels := ours.intersection(one.labels))}
    return {key: tuple(sorted(found[issue])) for key, issue in links.items() if issue in found}
