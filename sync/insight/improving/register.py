"""All improvements, judged and measured: from Jira's issues of their types and the facts.

Jira alone is asked: an initiative of ServiceNow's register has its issue, and where there is no
register the issues are all there is. A project without such a type is not asked for anything. What
was measured is kept by the store: before, from when it was begun; after, from when it was done and
the window was over. A measure that was reworded since is taken anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from math import ceil
from typing import Any

from connector.errors import AccessLost, NotThere, Rejected
from connector.values import KindInfo, Record
from mappings.improvement import Improving
from mappings.sides import Side
from sync.core.model import Link, LinkState
from sync.insight.collecting import collect, issues
from sync.insight.collecting.collect import HORIZON
from sync.insight.facts import IssueFact, Kind
from sync.insight.figures.flow import course
from sync.insight.figures.readings import DAY
from sync.insight.figures.scorecard import AllFacts
from sync.insight.improving.judging import lacks, wanted
from sync.insight.improving.measuring import kind as kind_of
from sync.insight.improving.measuring import length, names, taken
from sync.insight.improving.values import Improvement, Standing, Taken, Wanted
from sync.insight.improving.wording import stated
from sync.runtime import Runtime
from sync.store import Store
from sync.store.values import FactRow

KIND = "improvement"
"""Rows of the store: what was measured."""

FIELDS = ("summary", "description", "assignee", "duedate", "resolution", "labels")
SETTABLE = {"owner": "assignee", "due": "duedate"}
"""What an issue type may have no field for: then it is not asked of its issues."""

GIVEN_UP = frozenset(
    {"won't do", "won't fix", "duplicate", "cannot reproduce", "declined", "incomplete"}
    | {"canceled", "cancelled"}
)
"""Resolutions of improvements that nobody carried out."""

ROOM = 20
"""Values that one run takes, at most."""


@dataclass
class Desk:
    """What improvements are judged and measured by in one run."""

    facts: AllFacts
    rules: Improving
    now: datetime
    reached: Mapping[Kind, datetime | None] = field(default_factory=dict)
    room: int = ROOM
    troubles: list[str] = field(default_factory=list)

    @cached_property
    def names(self) -> frozenset[str]:
        """What the facts name; looked through once, and only where a measure names something."""
        return names(self.facts)

    def knows(self, name: str) -> bool:
        """Whether something of this name stands in the facts."""
        return name.casefold() in self.names

    def reaches(self, wanted: Wanted, end: datetime) -> bool:
        """Whether all that a measure counts was read up to then; what is never read is empty."""
        until = self.reached.get(kind_of(wanted))
        return until is None or end <= until


def surveyed(
    runtime: Runtime, facts: AllFacts, rules: Improving, now: datetime
) -> tuple[tuple[Improvement, ...], tuple[str, ...]]:
    """All improvements that are open or were done within half a year, by project and number; and
    what could not be read."""
    reached = {one: collect.reached(runtime.store, one) for one in Kind}
    reached[Kind.ISSUE] = issues.reached(runtime)
    desk, found = Desk(facts, rules, now, reached), list[Improvement]()
    for project in runtime.containers(Side.JIRA):
        found += _project(runtime, project, desk)
    links = runtime.store.links.by_keys(Side.JIRA, [one.key for one in found])
    ways = {one.key: one for one in facts.issues if one.kind in rules.types}
    placed = (_placed(one, links.get(one.key), ways.get(one.key)) for one in found)
    return tuple(sorted(_measured(runtime.store, placed, desk), key=_order)), tuple(desk.troubles)


def _order(one: Improvement) -> tuple[str, int, str]:
    head, _, number = one.label.rpartition("-")
    return head, int(number) if number.isdigit() else 0, one.key


def _project(runtime: Runtime, project: str, desk: Desk) -> Iterator[Improvement]:
    jira, rules = runtime.adapters[Side.JIRA], desk.rules
    try:
        kinds = {one.name: one for one in runtime.offered(project) if one.name in rules.types}
        if not kinds:
            return
        asked = (*FIELDS, *_own_field(runtime, project, next(iter(kinds)), desk))
        for page in jira.listed(project, _scope(list(kinds), rules.scope), asked):
            people = {str(one.fields["assignee"]) for one in page if one.fields.get("assignee")}
            runtime.directory.meet(Side.JIRA, sorted(people), runtime.clock())
            for record in page:
                yield _judged(runtime, record, kinds.get(record.kind), desk)
    except NotThere:
        return  # said by whoever reads its facts
    except (AccessLost, Rejected) as error:
        where = " (`scope` in improvement.yaml)" if rules.scope else ""
        desk.troubles.append(f"improvements of {project}{where} are not read: {error}")


def _own_field(runtime: Runtime, project: str, kind: str, desk: Desk) -> tuple[str, ...]:
    """The field that the measure stands in; none where its name stands for none or for several:
    then nobody can be told that it is empty."""
    name = desk.rules.field
    if not name:
        return ()
    ids = runtime.adapters[Side.JIRA].placings(project, kind, [name])[name].ids
    if len(ids) == 1:
        return (name,)
    what = f"{len(ids)} fields are called" if ids else "there is no field"
    desk.troubles.append(f"improvement.yaml: {what} {name!r} in Jira: measures are not judged")
    return ()


def _scope(types: Iterable[str], more: str) -> str:
    named = ", ".join('"{}"'.format(one.replace('"', '\\"')) for one in types)
    young = f"(statusCategory != Done OR updated >= -{HORIZON.days}d)"
    scope = f"issuetype in ({named}) AND {young}"
    return f"{scope} AND ({more})" if more else scope


def _judged(runtime: Runtime, record: Record, kind: KindInfo | None, desk: Desk) -> Improvement:
    """An improvement with what it lacks. What a side does not show, it does not lack."""
    rules, held = desk.rules, record.fields
    title, owner, due = (_text(held.get(name)) for name in ("summary", "assignee", "duedate"))
    measure = _text(held.get(rules.field)).strip() if rules.field else ""
    measure = measure or stated(_text(held.get("description")), rules.headings)
    fields = {one.name for one in kind.fields} if kind else set()
    unshown = {need for need, name in SETTABLE.items() if name not in held or name not in fields}
    if not measure and not {"description", *filter(None, [rules.field])} <= held.keys():
        unshown.add("measure")
    missing = lacks(title, owner, due, measure, rules, desk.knows)
    name = runtime.directory.name(Side.JIRA, owner) if owner else ""
    gone = _text(held.get("resolution")).casefold() in GIVEN_UP
    return Improvement(
        record.key, record.label, record.container, title, measure, wanted(measure),
        tuple(one for one in missing if one.need not in unshown), name, due[:10],
        Standing.DROPPED if gone else Standing.OPEN,
        labels=labels if isinstance(labels := held.get("labels"), tuple) else (),
    )  # fmt: skip


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _placed(one: Improvement, link: Link | None, fact: IssueFact | None) -> Improvement:
    """With how far it is, and the record that it is kept in step with."""
    if link is not None and link.state is LinkState.ACTIVE:
        one = replace(one, number=link.servicenow.label, origin=link.origin)
    if fact is None:
        return one
    way = course(fact)
    if way.done is None:
        standing = Standing.RUNNING if way.began else Standing.OPEN
        return replace(one, began=way.began, standing=standing)
    standing = one.standing if one.standing is Standing.DROPPED else Standing.DONE
    return replace(one, began=way.began or way.done, done=way.done, standing=standing)


# ---- measuring, once


def _measured(store: Store, given: Iterable[Improvement], desk: Desk) -> Iterator[Improvement]:
    some = list(given)
    rows = store.insight.get(KIND, [one.key for one in some])
    for one in some:
        if one.wanted is None or one.began is None or one.standing is Standing.DROPPED:
            yield one
            continue
        row = rows.get(one.key)
        kept = dict(row.data) if row else {}
        fresh = _kept(kept, one, desk)
        if fresh != kept:
            store.insight.put([FactRow(KIND, one.key, one.began, fresh)])
        before, after = fresh.get("before"), fresh.get("after")
        yield replace(one, before=_taken(before), after=_taken(after), waits=_waits(one, desk))


def _kept(kept: Mapping[str, Any], one: Improvement, desk: Desk) -> dict[str, Any]:
    """What is known of its values: as before, and what it is time for now."""
    like = [repr(one.wanted), desk.rules.window, _seconds(one.began)]
    fresh: dict[str, Any] = dict(kept) if kept.get("like") == like else {"like": like}
    if one.began is not None and "before" not in fresh:
        _take(fresh, "before", one, one.began, desk)
    if one.done is None or fresh.get("done") != _seconds(one.done):
        fresh.pop("after", None)
        fresh.pop("done", None)
    over = one.done is not None and not _waits(one, desk)
    if one.done is not None and over and "after" not in fresh:
        _take(fresh, "after", one, one.done + length(desk.rules.window), desk)
        if "after" in fresh:
            fresh["done"] = _seconds(one.done)
    return fresh


def _take(into: dict[str, Any], name: str, one: Improvement, end: datetime, desk: Desk) -> None:
    if one.wanted is None or desk.room <= 0 or not desk.reaches(one.wanted, end):
        return
    desk.room -= 1
    found = taken(one.wanted, desk.facts, desk.rules.window, end, desk.now - HORIZON)
    into[name] = {
        "value": found.value,
        "n": found.n,
        "begin": found.begin.isoformat(),
        "end": found.end.isoformat(),
        "quality": found.quality,
    }


def _taken(data: Mapping[str, Any] | None) -> Taken | None:
    if data is None:
        return None
    begin, end = (datetime.fromisoformat(data[name]) for name in ("begin", "end"))
    return Taken(data["value"], data["n"], begin, end, data["quality"])


def _waits(one: Improvement, desk: Desk) -> int:
    """Days until the window after it is over."""
    if one.done is None:
        return 0
    left = one.done + length(desk.rules.window) - desk.now
    return ceil(left / DAY) if left > timedelta(0) else 0


def _seconds(at: datetime | None) -> int | None:
    return None if at is None else int(at.timestamp())
