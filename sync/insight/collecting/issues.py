"""From Jira to facts: issues with the way each took through its statuses.

The first run reads what is open and what moved within :data:`~sync.insight.collect.HORIZON`, later
ones what moved since, in spans that count back from the side's now: those need no zone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil

from connector.errors import NotThere
from connector.histories import Step as Change
from connector.values import Record
from mappings.sides import Side
from sync.insight.collecting.collect import HORIZON, OVERLAP, REFRESH
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


def _category(issue: IssueFact) -> str:
    return issue.steps[-1].category if issue.steps else ""


def _project(runtime: Runtime, project: str) -> str:
    jira, store, name = runtime.adapters[Side.JIRA], runtime.store, f"insight:issues:{project}"
    now = jira.server_now()
    told = store.meta.get(name)
    times, _, columns = (told or "").partition(" of ")
    begun, cursor = (datetime.fromisoformat(one) for one in times.split()) if told else (now, None)
    anew = cursor is None or now - begun >= REFRESH or columns != ",".join(FIELDS)
    categories = _categories(runtime, project)
    seen: set[str] = set()
    try:
        pages = jira.listed(project, _scope(now, None if anew else cursor), FIELDS)
        for some in _together(runtime.pieces(pages)):
            runtime.directory.learn_statuses(record.fields for record in some)
            seen.update(record.key for record in some)
            store.insight.put(_rows(runtime, project, some, categories))
    except NotThere as error:
        log.info("no facts of this project", action="insight.skipped", project=project,
                 why=error.what)  # fmt: skip
        return f"project {project} is not read: {error.what}"
    with store.transaction():
        if anew:
            begun = now
            rows = [row for row in store.insight.all(Kind.ISSUE) if row.data["project"] == project]
            store.insight.drop(Kind.ISSUE, [row.key for row in rows if row.key not in seen])
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
    for record in records:
        fact = issue(record, changes.get(record.key, ()), categories)
        yield FactRow(Kind.ISSUE, record.key, record.created, packed(fact))


def issue(record: Record, changes: Sequence[Change], categories: Mapping[str, str]) -> IssueFact:
    """An issue with its way: the status it was made in, then every one it went to."""
    status = str(record.fields.get("status") or "")
    known = {**categories, status: str(record.fields.get("status_category") or "")}
    first = changes[0].before if changes else status
    way = [(record.created, first), *((one.at, one.after) for one in changes)]
    steps = tuple(Step(at, name or "", known.get(name or "", "")) for at, name in way)
    done = [step.at for step in steps if step.category == DONE]
    components, labels = record.fields.get("components"), record.fields.get("labels")
    return IssueFact(
        record.key,
        record.label,
        record.kind,
        record.created,
        steps,
        done[-1] if done and steps[-1].category == DONE else None,
        record.container,
        components[0] if isinstance(components, tuple) and components else "",
        str(record.fields.get("parent") or ""),
        str(record.fields.get("summary") or ""),
        labels if isinstance(labels, tuple) else (),
        record.version,
    )
