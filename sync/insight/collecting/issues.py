"""From Jira to facts: issues with the way each took through its statuses.

The first run reads what is open and what moved within the horizon of :mod:`.collect`, later ones
what moved since, in spans that count back from the side's now: those need no zone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain, takewhile
from math import ceil

from connector.errors import AccessLost, NotThere, Rejected
from connector.histories import Step as Change
from connector.values import Record
from mappings.sides import Side
from sync.insight.collecting.collect import BELIEVED, HORIZON, OVERLAP, REFRESH
from sync.insight.facts import IssueFact, Kind, Step, packed
from sync.runtime import Runtime, log
from sync.store.values import FactRow

FIELDS = ("status", "status_category", "parent", "summary", "components", "labels")
DONE = "done"
BATCH = 1_000
"""Issues whose ways are asked for together: Jira tells of so many in one request, and lists a
hundred in one."""


def collect(runtime: Runtime) -> tuple[str, ...]:
    """Bring the facts of all projects up to date; what could not be read, in words for people."""
    return tuple(
        why for project in runtime.containers(Side.JIRA) if (why := _project(runtime, project))
    )


def progress(facts: Sequence[IssueFact]) -> dict[str, tuple[int, int]]:
    """How many stories of each epic are done, and how many there are, by the epic's id."""
    found: dict[str, tuple[int, int]] = {}
    for one in facts:
        if one.parent:
            done, whole = found.get(one.parent, (0, 0))
            found[one.parent] = (done + (_category(one) == DONE), whole + 1)
    return found


def versions(facts: Sequence[IssueFact]) -> dict[str, str]:
    """At which version each issue was read, by its id: a comment moves it, too."""
    return {one.key: one.version for one in facts if one.version}


def reached(runtime: Runtime) -> datetime | None:
    """Up to when the issues of all projects were read; nothing where one never was."""
    names = [f"insight:issues:{one}" for one in runtime.containers(Side.JIRA)]
    told = [runtime.store.meta.get(name) for name in names]
    times = [datetime.fromisoformat(one.split()[1]) + OVERLAP for one in told if one]
    return min(times) if times and len(times) == len(names) else None


def _category(issue: IssueFact) -> str:
    return issue.steps[-1].category if issue.steps else ""


def _project(runtime: Runtime, project: str) -> str:
    jira, store, name = runtime.adapters[Side.JIRA], runtime.store, f"insight:issues:{project}"
    now = jira.server_now()
    told = store.meta.get(name)
    times, _, columns = (told or "").partition(" of ")
    begun, cursor = (datetime.fromisoformat(one) for one in times.split()) if told else (now, None)
    anew = cursor is None or now - begun >= REFRESH or columns != ",".join(FIELDS)
    seen: set[str] = set()
    try:
        categories = _categories(runtime, project)
        pages = jira.listed(project, _scope(now, None if anew else cursor), FIELDS)
        for some in _together(runtime.pieces(pages)):
            runtime.directory.learn_statuses(record.fields for record in some)
            seen.update(record.key for record in some)
            store.insight.put(_rows(runtime, project, some, categories))
    except (NotThere, AccessLost, Rejected) as error:
        log.info("no facts of this project", action="insight.skipped", project=project,
                 why=error.what)  # fmt: skip
        return f"project {project} is not read: {error.what}"
    with store.transaction():
        if anew:
            rows = (row for row in store.insight.all(Kind.ISSUE) if row.data["project"] == project)
            known = {row.key for row in rows}
            if known and not seen and now - begun < BELIEVED:
                return f"project {project} shows none of {len(known)} known issues: they are kept"
            store.insight.drop(Kind.ISSUE, known - seen)
            begun = now
        until = (now - OVERLAP).isoformat()
        store.meta.put(name, f"{begun.isoformat()} {until} of {','.join(FIELDS)}")
    return ""


def _together(pages: Iterable[Sequence[Record]]) -> Iterator[Sequence[Record]]:
    batch: list[Record] = []
    for page in pages:
        batch += page
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _scope(now: datetime, cursor: datetime | None) -> str:
    if cursor is None:
        return f"updated >= -{HORIZON.days}d OR statusCategory != Done"
    minutes = ceil((now - cursor) / timedelta(minutes=1)) + 1
    return f"updated >= -{minutes}m"


def _categories(runtime: Runtime, project: str) -> Mapping[str, str]:
    """The category of each status of a project, by its name."""
    kinds = runtime.offered(project)
    return {status.value: status.group for kind in kinds for status in kind.statuses}


def _rows(
    runtime: Runtime, project: str, records: Sequence[Record], categories: Mapping[str, str]
) -> Iterator[FactRow]:
    keys = [record.key for record in records]
    changes = runtime.adapters[Side.JIRA].histories(project, keys, ["status"])
    ids = _ids(records, changes, categories)
    for record in records:
        fact = issue(record, changes.get(record.key, ()), categories, ids)
        yield FactRow(Kind.ISSUE, record.key, record.created, packed(fact))


def _ids(
    records: Iterable[Record],
    changes: Mapping[str, Sequence[Change]],
    categories: Mapping[str, str],
) -> Mapping[str, str]:
    """The category of each status by its id, which stays when its name changes: a changelog says
    what it was called then. Known from those that are called so today, and from where issues are.
    """
    found: dict[str, str] = {}
    for one in chain.from_iterable(changes.values()):
        for id, name in ((one.before_id, one.before), (one.after_id, one.after)):
            if id and (category := categories.get(name or "")):
                found[id] = category
    for record in records:
        last = changes[record.key][-1].after_id if changes.get(record.key) else None
        if last and (here := _text(record, "status_category")):
            found[last] = here
    return found


def issue(
    record: Record,
    changes: Sequence[Change],
    categories: Mapping[str, str],
    ids: Mapping[str, str] | None = None,
) -> IssueFact:
    """An issue with its way: the status it was made in, then every one it went to. ``ids`` are
    categories by id, for statuses that are not called so any more."""
    status = _text(record, "status")
    known = {**categories, status: _text(record, "status_category")}
    first = (changes[0].before, changes[0].before_id) if changes else (status, None)
    way = [(record.created, *first), *((one.at, one.after, one.after_id) for one in changes)]
    steps = tuple(
        Step(at, name or "", known.get(name or "") or (ids or {}).get(id or "", ""))
        for at, name, id in way
    )
    over = [step.at for step in takewhile(lambda step: step.category == DONE, reversed(steps))]
    components, labels = record.fields.get("components"), record.fields.get("labels")
    return IssueFact(
        record.key,
        record.label,
        record.kind,
        record.created,
        steps,
        over[-1] if over else None,
        record.container,
        components[0] if isinstance(components, tuple) and components else "",
        _text(record, "parent"),
        _text(record, "summary"),
        labels if isinstance(labels, tuple) else (),
        record.version,
    )


def _text(record: Record, name: str) -> str:
    return str(record.fields.get(name) or "")
