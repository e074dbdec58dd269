"""What both sides really hold, as plain values: past rights, index lag and late commits.

Read from the fake systems' own memory, never through an adapter's searches and never from the
engine's store. Everything that judges works on these values alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from connector.articles import ARTICLE
from connector.sandbox.jira import native
from connector.sandbox.jira.app import JiraSandbox
from connector.sandbox.jira.direct import DirectJira
from connector.sandbox.jira.model import Issue, Remark
from connector.sandbox.people import INTEGRATION
from connector.sandbox.servicenow import direct_shapes as shapes
from connector.sandbox.servicenow.app import ServiceNowSandbox
from connector.sandbox.servicenow.direct import DirectServiceNow
from connector.sandbox.servicenow.schema import Row
from connector.sandbox.servicenow.values import moment
from connector.sandbox.servicenow.world import World
from connector.values import Comment, Group, Person, Record
from mappings.model import Create, MappingSpec
from mappings.sides import Side
from sync.core import marks
from sync.demo import shelf
from sync.fitting import chosen, fitted
from sync.optional import found
from sync.runtime import EXTRA_FIELDS, container, creates, lasting, scope


class Worlds(Protocol):
    """Whoever has both fake systems: a town, or a test's bench."""

    @property
    def servicenow(self) -> ServiceNowSandbox: ...

    @property
    def jira(self) -> JiraSandbox: ...


@dataclass(frozen=True, slots=True)
class Logged:
    """One field's change as the system's own log has it; ``ours`` says who made it."""

    at: datetime
    ours: bool
    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Content:
    """One side. ``me`` is the integration account, as records and comments name their authors.

    ``comments`` are oldest first, by record. ``scoped`` are the records that are to have a twin, by
    pair. ``touched`` are the records that the integration wrote to; ``log`` are all changes of
    fields, oldest first, by record. Only Jira has ``properties`` (our issue property, by issue) and
    ``own`` (labels that people gave and none took back).
    """

    me: str
    records: Mapping[str, Record]
    comments: Mapping[str, tuple[Comment, ...]] = field(default_factory=dict)
    people: tuple[Person, ...] = ()
    groups: tuple[Group, ...] = ()
    scoped: Mapping[str, frozenset[str]] = field(default_factory=dict)
    touched: frozenset[str] = frozenset()
    log: Mapping[str, tuple[Logged, ...]] = field(default_factory=dict)
    properties: Mapping[str, object] = field(default_factory=dict)
    own: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Truth:
    """Both sides at one moment."""

    servicenow: Content
    jira: Content

    def of(self, side: Side) -> Content:
        """One of them."""
        return self.servicenow if side is Side.SERVICENOW else self.jira


def fit(worlds: Worlds, specs: Iterable[MappingSpec]) -> tuple[MappingSpec, ...]:
    """The mappings that work here, without rules that their project cannot hold, or that are
    told once only."""
    desk, direct = DirectServiceNow(worlds.servicenow.world), DirectJira(worlds.jira)
    there = (_working(spec, desk, direct) for spec in specs)
    on = [spec for spec in there if spec is not None]
    kinds = {spec.pair: chosen(spec, direct.kinds(spec.jira.project)) for spec in on}
    tables = {spec.pair: desk.kinds(spec.servicenow.table)[0] for spec in on}
    return tuple(lasting(fitted(spec, kinds, tables[spec.pair])[0]) for spec in on)


def _working(spec: MappingSpec, desk: DirectServiceNow, direct: DirectJira) -> MappingSpec | None:
    """A mapping as far as it works on these systems; one that is off makes nothing."""
    told = found(spec, desk, direct.kinds) if spec.optional else None
    if told is None or (told.on and told.makes):
        return spec
    nothing = Create(in_jira=False, in_servicenow=False, only_linked=True)
    return replace(spec, create=nothing) if told.on else None


def read(worlds: Worlds, specs: tuple[MappingSpec, ...], column: str = "") -> Truth:
    """Both sides as they are now; nobody writes meanwhile. ``column`` of ServiceNow's users names
    Jira's accounts."""
    with worlds.servicenow.world.lock, worlds.jira.world.lock:
        return Truth(_servicenow(worlds.servicenow, specs, column), _jira(worlds.jira, specs))


def _names(specs: Iterable[MappingSpec], side: Side) -> frozenset[str]:
    return EXTRA_FIELDS[side].union(*(spec.names(side) for spec in specs))


def _servicenow(app: ServiceNowSandbox, specs: tuple[MappingSpec, ...], column: str) -> Content:
    world = app.world
    tables = {spec.servicenow.table for spec in specs}
    names = _names(specs, Side.SERVICENOW)
    rows = world.truth()["records"]
    plain = (name for name in tables if name != ARTICLE)
    records = {row["sys_id"]: _row(app, row, names) for name in plain for row in rows[name]}
    if ARTICLE in tables:
        records |= shelf.articles(app.world, names)
    direct = DirectServiceNow(world)
    scoped = {
        spec.pair: direct.in_scope(spec.servicenow.table, spec.servicenow.scope, list(records))
        for spec in specs
        if creates(spec, Side.JIRA)
    }
    decided: dict[str, list[Comment]] = defaultdict(list)
    for row in rows["sysapproval_approver"]:
        if row["state"] in ("approved", "rejected"):
            decided[row["sysapproval"]].append(shapes.approval(world, row))
    return Content(
        INTEGRATION,
        records,
        {
            key: tuple(sorted((*_notes(world, key), *decided.get(key, ())), key=_when))
            for key in records
        },
        tuple(shapes.person(row, column) for row in rows["sys_user"]),
        tuple(map(shapes.group, rows["sys_user_group"])),
        scoped,
        frozenset(_key(line) for line in world.write_log if line["by"] == INTEGRATION),
        _log(
            (_key(line), _logged(line, INTEGRATION, (name, *pair)))
            for line in world.write_log
            for name, pair in line["fields"].items()
        ),
    )


def _key(line: Mapping[str, Any]) -> str:
    """The key of the record that a line of the log is about: an article's is its number."""
    return str(line["label"] if line["table"] == ARTICLE else line["key"])


def _notes(world: World, key: str) -> list[Comment]:
    return [shapes.comment(world, note) for note in world.true_notes(key)]


def _when(comment: Comment) -> datetime:
    return comment.created


def _log(lines: Iterable[tuple[str, Logged]]) -> dict[str, tuple[Logged, ...]]:
    found: dict[str, list[Logged]] = defaultdict(list)
    for key, line in lines:
        found[key].append(line)
    return {key: tuple(rows) for key, rows in found.items()}


def _logged(line: Mapping[str, Any], me: str, change: Sequence[Any]) -> Logged:
    """One change (name, old, new) of a line of either system's log."""
    name, old, new = change
    at = datetime.fromisoformat(line["at"])
    return Logged(at, line["by"] == me, name, old or "", new or "")


def _row(app: ServiceNowSandbox, row: Row, names: Iterable[str]) -> Record:
    known = app.world.schema.columns(row["sys_class_name"])
    return Record(
        container=row["sys_class_name"],
        key=row["sys_id"],
        label=row["number"],
        kind=row["sys_class_name"],
        version=shapes.version(row),
        created=moment(row["sys_created_on"]),
        updated=moment(row["sys_updated_on"]),
        url="",
        created_by=row["sys_created_by"],
        updated_by=row["sys_updated_by"],
        fields={
            name: shapes.column(app.world, row, name)
            for name in names
            if name.partition(".")[0] in known
        },
    )


def _jira(app: JiraSandbox, specs: tuple[MappingSpec, ...]) -> Content:
    world = app.world
    names = _names(specs, Side.JIRA)
    issues = world.issues
    remarks = {
        key: tuple(_comment(app, issue, row) for row in issue.comments)
        for key, issue in issues.items()
    }
    people = map(native.person, world.users.values())
    return Content(
        world.site.me,
        {key: native.record(world, issue, names, app.base) for key, issue in issues.items()},
        remarks,
        tuple(people),
        (),
        {spec.pair: _asked_for(app, spec) for spec in specs if creates(spec, Side.SERVICENOW)},
        frozenset(line["id"] for line in world.writes(by=world.site.me)),
        _log(
            (line["id"], _logged(line, world.site.me, change))
            for line in world.write_log
            for change in line["changes"]
        ),
        {
            key: issue.properties[marks.PROPERTY]
            for key, issue in issues.items()
            if marks.PROPERTY in issue.properties
        },
        {key: own_labels(issue, world.site.me) for key, issue in issues.items()},
    )


def _asked_for(app: JiraSandbox, spec: MappingSpec) -> frozenset[str]:
    wanted = scope(spec, Side.JIRA)
    where = container(spec, Side.JIRA)
    if not wanted:
        return frozenset()
    return DirectJira(app).in_scope(where, wanted, list(app.world.issues))


def _comment(app: JiraSandbox, issue: Issue, remark: Remark) -> Comment:
    """A comment; ``internal`` says that no customer can read it, for whatever reason."""
    world = app.world
    project = world.project_of(issue)
    hidden = not remark.public or remark.visibility is not None
    return Comment(
        container=project.key,
        key=issue.id,
        id=remark.id,
        lane="comment",
        author=remark.author,
        author_name=world.users[remark.author].name,
        created=remark.created,
        updated=remark.updated,
        body=remark.body,
        internal=hidden,
    )


def own_labels(issue: Issue, me: str) -> frozenset[str]:
    """Labels that people gave an issue and that none of them took back, from its history."""
    changes = [
        (entry.author, _split(item.old_text), _split(item.new_text))
        for entry in issue.history
        for item in entry.items
        if item.field == "labels"
    ]
    first = changes[0][1] if changes else frozenset(issue.fields["labels"])
    own = frozenset() if issue.creator == me else first
    for author, old, new in changes:
        if author != me:
            own = (own - (old - new)) | (new - old)
    return own


def _split(text: str | None) -> frozenset[str]:
    return frozenset((text or "").split())
