"""Flags on both sides: what was done unapproved, and what is not ready for its window.

A flag is a label on the story and a work note with the reason on the change. Both are wishes in a
row of the store, which is written first: whatever was cut short is made good by the next run, a
label by setting it again, a note by its name (:mod:`sync.insight.changing.saying`). The row counts
the rounds of a flag, so that one which goes up again is told again. It goes down only where the
facts say why: a change or a story that is not shown, and a link that rests, prove nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from connector.errors import Gone
from connector.values import Done, NotSent, Patch, Refused
from mappings.policy import Policy
from mappings.sides import Side
from sync.core.model import Link, LinkState
from sync.insight.changing.readiness import is_approved
from sync.insight.changing.saying import Note
from sync.insight.collecting import collect
from sync.insight.facts import ChangeFact, IssueFact, Kind, unpacked
from sync.insight.figures.failures import ended
from sync.insight.model import Changes
from sync.insight.parts import Parts
from sync.runtime import Runtime, chunks, log
from sync.store import Store
from sync.store.values import FactRow

KIND = "flag"
UNAPPROVED, UNREADY = "unapproved", "unready"
FLAGS = (UNAPPROVED, UNREADY)
ROOM, BATCH = 200, 100
"""Labels that one run sets or takes off, at most."""

AGAIN = timedelta(days=1)
"""When a label that was refused is tried once more."""


@dataclass(frozen=True, slots=True)
class Flag:
    """One flag of a change, as it is. ``label`` is what stands on the issue by us, ``over`` why it
    went down; ``told`` and ``closed`` say whether the notes of this round need no more telling.
    ``refused`` is when its label was refused."""

    name: str
    change: str
    project: str
    issue: str
    on: bool = True
    round: int = 1
    label: str = ""
    why: str = ""
    over: str = ""
    told: bool = False
    closed: bool = False
    refused: str = ""

    def rests(self, now: datetime) -> bool:
        """Whether its label was refused a short while ago: it must not keep others waiting."""
        return bool(self.refused) and now - datetime.fromisoformat(self.refused) < AGAIN

    @property
    def key(self) -> str:
        """By which the store keeps it."""
        return f"{self.name} {self.change}"


def update(runtime: Runtime, changes: Changes, policy: Policy, now: datetime, parts: Parts) -> None:
    """Write down which flags are up by now, and bring the labels in line."""
    _turn(runtime, changes, policy, now)
    wanted = policy.acting.labels
    wrong = (one for one in _all(runtime.store) if one.label != _label(one, wanted))
    due = [one for one in wrong if not one.rests(now)]
    for part in runtime.pieces(chunks(due[:ROOM], BATCH)):
        _labels(runtime, part, wanted, now, parts)


def notes(runtime: Runtime, policy: Policy, now: datetime) -> Iterator[Note]:
    """What is still to be said of flags, the older thing first; nothing where nobody wants it."""
    if not policy.acting.flag_notes:
        return
    found = [one for one in _all(runtime.store) if not (one.told and (one.on or one.closed))]
    links = runtime.store.links.by_keys(Side.SERVICENOW, [one.change for one in found])
    for one in found:
        link = links.get(one.change)
        if link is None or link.state is not LinkState.ACTIVE:
            continue
        name = f"flag {one.name} {one.round}"
        if not one.told:
            settle = partial(_settled, runtime.store, one.key, "told")
            yield Note(link, name, f"{_TITLES[one.name]}\n{one.why}", now, settle)
        if not one.on and not one.closed:
            settle = partial(_settled, runtime.store, one.key, "closed")
            text = f"No longer flagged: {_TITLES[one.name].rstrip('.').lower()}.\n{one.over}"
            yield Note(link, f"{name} over", text, now, settle)


_TITLES = {
    UNAPPROVED: "Done without approval.",
    UNREADY: "Not ready for its window.",
}


def _turn(runtime: Runtime, changes: Changes, policy: Policy, now: datetime) -> None:
    """Flags that go up, and those that go down."""
    store, quiet = runtime.store, not policy.acting.flag_notes
    known = {one.key: one for one in _all(store)}
    wanted = {one.key: one for one in _wanted(store, changes)}
    rows = [
        replace(
            one, round=before.round + 1 if before else 1, label=before.label if before else "",
            told=quiet, closed=quiet,
        )
        for key, one in wanted.items()
        if (before := known.get(key)) is None or not before.on
    ]  # fmt: skip
    still = {(UNAPPROVED, one.change.key) for one in changes.unapproved}
    still |= {(UNREADY, one.change.key) for one in changes.unready}
    up = [one for one in known.values() if one.on and (one.name, one.change) not in still]
    rows += _down(store, up, policy, now)
    rows += [one for one in _strays(store, changes, policy) if one.key not in known | wanted]
    store.insight.put(_row(one, now) for one in rows)


def _wanted(store: Store, changes: Changes) -> Iterator[Flag]:
    """What is flagged by now: that of changes whose story is linked."""
    found = [
        (UNAPPROVED, one.change, f"{one.issue.label} is done, and {_approval(one.change)}.")
        for one in changes.unapproved
    ]
    found += [(UNREADY, one.change, one.why) for one in changes.unready]
    links = store.links.by_keys(Side.SERVICENOW, [change.key for _, change, _ in found])
    for name, change, why in found:
        link = links.get(change.key)
        if link is not None and link.state is LinkState.ACTIVE:
            yield _flag(name, link, why)


def _flag(name: str, link: Link, why: str) -> Flag:
    jira = link.jira
    return Flag(name, link.servicenow.key, jira.container, jira.key, why=why)


def _approval(change: ChangeFact) -> str:
    told = change.approval
    return f"this change is not approved (approval: {told})" if told else "no approval is known"


def _strays(store: Store, changes: Changes, policy: Policy) -> Iterator[Flag]:
    """Labels of ours of which the store knows nothing, as after it was lost: they go."""
    names = {label: flag for flag, label in policy.acting.labels.items()}
    links = store.links.by_keys(Side.SERVICENOW, list(changes.labelled))
    for key, labels in changes.labelled.items():
        link = links.get(key)
        for label in labels if link is not None and link.state is LinkState.ACTIVE else ():
            if link is not None and label in names:
                flag = _flag(names[label], link, "")
                yield replace(flag, on=False, round=0, label=label, told=True, closed=True)


def _down(store: Store, up: Sequence[Flag], policy: Policy, now: datetime) -> Iterator[Flag]:
    """Flags that are up and not wanted any more, where the facts say why."""
    if not up:
        return
    keys = {one.change for one in up}
    facts = {one.key: one for one in collect.changes(store) if one.key in keys}
    links = store.links.by_keys(Side.SERVICENOW, keys)
    issues = store.insight.get(Kind.ISSUE, [one.issue for one in up])
    for one in up:
        link, row = links.get(one.change), issues.get(one.issue)
        fact = unpacked(Kind.ISSUE, row.data) if row else None
        issue = fact if isinstance(fact, IssueFact) else None
        if link is None or link.state is LinkState.ENDED:
            over = "The change and its story are no longer linked."
        else:
            over = why_over(one.name, facts.get(one.change), issue, policy, now)
        if over:
            yield replace(one, on=False, over=over, closed=not policy.acting.flag_notes)


def why_over(
    flag: str, change: ChangeFact | None, issue: IssueFact | None, policy: Policy, now: datetime
) -> str:
    """Why a flag that is not wanted any more goes down; empty where nobody can tell. Pure."""
    if change is None:
        return ""
    if flag == UNAPPROVED:
        if is_approved(change):
            return "The change is approved."
        if issue is not None and issue.resolved is None:
            return f"{issue.label} is open again."
        return "" if change.active or ended(change) else "The change was called off."
    if not change.active:
        return "The change is closed."
    if change.planned is None:
        return "Nothing is planned any more."
    if change.planned < now:
        return "The window has opened."
    if change.planned > now + timedelta(days=policy.ahead):
        return f"The window opens later: {change.planned.astimezone(UTC):%Y-%m-%d %H:%M} UTC."
    return "" if issue is None else "There is knowledge or runbook work by now."


def _label(flag: Flag, wanted: Mapping[str, str]) -> str:
    return wanted.get(flag.name, "") if flag.on else ""


def _labels(
    runtime: Runtime,
    flags: Sequence[Flag],
    wanted: Mapping[str, str],
    now: datetime,
    parts: Parts,
) -> None:
    """Set and take off labels: one by one, so that people's own stay."""
    patches = []
    for one in flags:
        mine = _label(one, wanted)
        patches.append(
            Patch(
                one.project, one.issue,
                add={"labels": (mine,)} if mine else {},
                remove={"labels": (one.label,)} if one.label else {},
            )
        )  # fmt: skip
    runtime.store.ensure()
    results = runtime.adapters[Side.JIRA].patch(patches, ())
    links = runtime.store.links.by_keys(Side.SERVICENOW, [one.change for one in flags])
    for one, result in zip(flags, results, strict=True):
        gone = isinstance(result, NotSent) and isinstance(result.error, Gone) and not one.on
        if isinstance(result, Done) or gone:
            runtime.store.insight.put(
                [_row(replace(one, label=_label(one, wanted), refused=""), now)]
            )
        else:
            label = links[one.change].jira.label if one.change in links else one.issue
            log.info("a flag was not set", action="insight.refused", record=label,
                     why=result.error.what)  # fmt: skip
            if isinstance(result, Refused):
                runtime.store.insight.put([_row(replace(one, refused=now.isoformat()), now)])
                parts.refused("the label of a flag was refused on", label, result.error)


def _settled(store: Store, key: str, name: str) -> None:
    row = store.insight.get(KIND, [key]).get(key)
    if row is not None:
        store.insight.put([FactRow(KIND, key, row.at, {**row.data, name: True})])


def _all(store: Store) -> list[Flag]:
    return [Flag(**row.data) for row in store.insight.all(KIND)]


def _row(flag: Flag, now: datetime) -> FactRow:
    return FactRow(KIND, flag.key, now, asdict(flag))
