"""Whether all is ready when a change begins, and approved when its work is done. Pure.

A change is unready when its window opens soon and no issue with a label of knowledge or runbook
work is found at its story: the story itself, its epic, or anything below either. Where the change
has no issue, or the issue is not known, nothing is said: absence is no evidence.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta

from mappings.policy import Policy
from sync.insight.facts import ChangeFact, IssueFact
from sync.insight.figures.failures import ended
from sync.insight.model import Unapproved, Unready

APPROVED = "approved"
STANDARD = "standard"
NEW, CANCELED = "-5", "4"


def unready(
    changes: Iterable[ChangeFact],
    links: Mapping[str, str],
    issues: Collection[IssueFact],
    policy: Policy,
    now: datetime,
) -> tuple[Unready, ...]:
    """Changes whose window opens within the policy's days without such work, soonest first.
    ``links`` are issues by change, both by key."""
    until = now + timedelta(days=policy.ahead)
    soon = [
        (one.planned, one.number, one)
        for one in changes
        if one.active and one.planned is not None and now <= one.planned <= until
    ]
    known = {one.key: one for one in issues}
    prepared = _prepared(issues, frozenset(policy.labels)) if soon else frozenset()
    found = []
    for planned, _, change in sorted(soon, key=lambda row: row[:2]):
        story = known.get(links.get(change.key, ""))
        if story is not None and prepared.isdisjoint({story.key, story.parent} - {""}):
            found.append(Unready(change, _why(planned, story, known, policy)))
    return tuple(found)


def unapproved(
    changes: Iterable[ChangeFact], links: Mapping[str, str], issues: Iterable[IssueFact]
) -> tuple[Unapproved, ...]:
    """Issues that are done while their change is not approved, by number of the change. One that
    was called off, so that no work tells of it, asks for no approval."""
    done = {one.key: one for one in issues if one.resolved is not None}
    found = [
        Unapproved(done[links[one.key]], one)
        for one in changes
        if links.get(one.key) in done and not is_approved(one) and (one.active or ended(one))
    ]
    return tuple(sorted(found, key=lambda one: (one.change.number, one.change.key)))


def is_approved(change: ChangeFact) -> bool:
    """By what the change itself says; where that is not shown, by its approvers. A standard change
    is approved beforehand: it is so once it has left New."""
    if change.type.casefold() == STANDARD and change.state not in ("", NEW, CANCELED):
        return True
    if change.approval:
        return change.approval.casefold() == APPROVED
    return change.approved is not None


def _prepared(issues: Iterable[IssueFact], labels: frozenset[str]) -> frozenset[str]:
    """Issues that are such work, or that have some right below them."""
    return frozenset(
        key
        for one in issues
        if not labels.isdisjoint(label.casefold() for label in one.labels)
        for key in (one.key, one.parent)
    )


def _why(
    planned: datetime, story: IssueFact, known: Mapping[str, IssueFact], policy: Policy
) -> str:
    epic = known.get(story.parent)
    places = f"{story.label} and its epic {epic.label}" if epic else story.label
    return (
        f"The window opens {planned.astimezone(UTC):%Y-%m-%d %H:%M} UTC; at {places} there is no "
        f"work labelled {' or '.join(policy.labels)}."
    )
