"""What every part of a running engine shares: the store, both adapters, the mappings, the clock.

Built by :mod:`sync.wiring`, never elsewhere. Everything that is not deterministic comes in here, so
that a test or a simulation can hand in its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog

from connector.articles import ARTICLE
from connector.base import Adapter
from connector.values import Identity, KindInfo, Record
from mappings.model import MappingSpec
from mappings.sides import Side
from sync.core.circuit import Circuit
from sync.core.knowledge import LOOKED_AT
from sync.core.model import Value
from sync.core.safety import Doubt, Limits
from sync.directory import Directory
from sync.fitting import by_label, chosen, fitted
from sync.optional import Pairs
from sync.store import Store

log = structlog.get_logger("tandem")

Item = TypeVar("Item")

EXTRA_FIELDS: Mapping[Side, frozenset[str]] = {
    Side.SERVICENOW: frozenset({"correlation_id", "correlation_display"}),
    Side.JIRA: frozenset({"attachment", "labels", "status", "status_category"}),
}
"""Native fields read with every record: our marks, what the status relation leans on, and which
files there are."""


@dataclass(frozen=True, slots=True)
class Options:
    """The settings the engine acts on. ``settle`` is seconds for each side."""

    servicenow_host: str
    jira_host: str
    settle: Mapping[Side, float]
    limits: Limits = field(default_factory=Limits)
    approval: timedelta = timedelta(hours=1)
    first_run_allowed: bool = False
    remote_links: bool = True
    hot_window: Mapping[Side, float] = field(
        default_factory=lambda: {Side.SERVICENOW: 120.0, Side.JIRA: 300.0}
    )
    warm_window: float = 3600.0
    warm_every: float = 900.0

    @property
    def installation(self) -> str:
        """Names the two systems, so that a lost store finds its old marks again and a cloned
        instance does not."""
        return f"{self.servicenow_host}|{self.jira_host}"


class Tally:
    """Counts what was done, for each side."""

    NAMES = ("created", "updated", "transitioned", "commented", "attached", "detached", "deleted")

    def __init__(self) -> None:
        self._numbers: Counter[tuple[str, Side]] = Counter()

    def add(self, name: str, side: Side, number: int = 1) -> None:
        """Count something done on a side."""
        self._numbers[(name, side)] += number

    def data(self) -> dict[str, dict[str, int]]:
        """Name to side to number."""
        return {
            name: {side.value: self._numbers[(name, side)] for side in Side} for name in self.NAMES
        }


@dataclass(frozen=True, slots=True)
class Look:
    """How often an unclear write was looked for in this process, and when it is due again."""

    count: int
    due: datetime


@dataclass
class Trust:
    """What this process has found out about both sides, and when. ``met`` are the epochs that they
    remembered."""

    probed: dict[Side, datetime] = field(default_factory=dict)
    heeded: set[tuple[str, str]] = field(default_factory=set)
    examined: bool = False
    doubt: Doubt | None = None
    readopted: bool = False
    met: frozenset[int] = frozenset()
    announced: datetime | None = None


def _go_on() -> None:
    """Nobody wants an end."""


@dataclass
class Runtime:
    """The engine's surroundings. ``given`` are all mappings there are, ``specs`` those that work
    on these two systems. ``go_on`` is called amid work that is long and can be left: it raises
    ``CutShort`` where the process is to end."""

    store: Store
    adapters: Mapping[Side, Adapter]
    given: tuple[MappingSpec, ...]
    options: Options
    clock: Callable[[], datetime]
    sleep: Callable[[float], None]
    directory: Directory
    tally: Tally = field(default_factory=Tally)
    trust: Trust = field(default_factory=Trust)
    looks: dict[str, Look] = field(default_factory=dict)
    circuits: dict[Side, Circuit] = field(default_factory=lambda: {s: Circuit() for s in Side})
    go_on: Callable[[], None] = _go_on
    _identities: dict[Side, Identity] = field(default_factory=dict)
    _kinds: dict[str, KindInfo] = field(default_factory=dict)
    _projects: dict[str, Sequence[KindInfo]] = field(default_factory=dict)
    _fitted: dict[str, MappingSpec] = field(default_factory=dict)
    _fingerprints: dict[str, str] = field(default_factory=dict)
    optional: Pairs = field(init=False)

    def __post_init__(self) -> None:
        servicenow = self.adapters[Side.SERVICENOW]
        self.optional = Pairs(self.given, self.store, servicenow, self.offered, self.clock)
        self.directory.ways = {
            (spec.pair, name): rule.name
            for spec in self.given
            for rule in spec.rules
            for name in rule.relation.names(Side.SERVICENOW)
        }

    def pieces(self, work: Iterable[Item]) -> Iterator[Item]:
        """Long work piece by piece: it can be left between two of them."""
        for piece in work:
            yield piece
            self.go_on()

    @property
    def specs(self) -> tuple[MappingSpec, ...]:
        """The mappings that work here, in working order."""
        return self.optional.chosen()

    def look_around(self, *, anew: bool = False) -> None:
        """Find out, where it is time, which mappings work here. Raises what kept a side from
        telling where nothing was ever known: it is away, and need not be waited for twice."""
        if anew:
            self._projects.clear()
        if self.optional.look(anew=anew):
            self._fitted.clear()
        if self.optional.blocked is not None:
            raise self.optional.blocked

    def spec(self, pair: str) -> MappingSpec | None:
        """The mapping of a pair, if it still exists."""
        return next((spec for spec in self.specs if spec.pair == pair), None)

    def kind(self, spec: MappingSpec) -> KindInfo:
        """The issue type a pair works with; found out once in a process."""
        if spec.pair not in self._kinds:
            self._kinds[spec.pair] = chosen(spec, self.offered(spec.jira.project))
        return self._kinds[spec.pair]

    def offered(self, project: str) -> Sequence[KindInfo]:
        """What can be made in a Jira project; asked once in a process."""
        if project not in self._projects:
            self._projects[project] = self.adapters[Side.JIRA].kinds(project)
        return self._projects[project]

    def fitted(self, spec: MappingSpec) -> MappingSpec:
        """The mapping without what its project cannot hold; said once in a process."""
        if spec.pair not in self._fitted:
            kinds = {one.pair: self.kind(one) for one in self.specs}
            table = self._table(spec) if by_label(spec) else None
            self._fitted[spec.pair], left_out = fitted(spec, kinds, table)
            if left_out:
                log.info(
                    "the project does not offer these fields",
                    action="rules.left_out",
                    pair=spec.pair,
                    rules=left_out,
                )
        return self._fitted[spec.pair]

    def _table(self, spec: MappingSpec) -> KindInfo:
        return self.adapters[Side.SERVICENOW].kinds(spec.servicenow.table)[0]

    def fingerprint(self, spec: MappingSpec) -> str:
        """A mapping's fingerprint; worked out once in a process, whose mappings never change."""
        if spec.pair not in self._fingerprints:
            self._fingerprints[spec.pair] = spec.fingerprint()
        return self._fingerprints[spec.pair]

    @property
    def knowledge(self) -> MappingSpec | None:
        """The mapping of knowledge articles, where one is at work."""
        return next((spec for spec in self.specs if spec.servicenow.table == ARTICLE), None)

    @property
    def pairs(self) -> tuple[str, ...]:
        """All pairs in working order: those others point at come first."""
        return tuple(spec.pair for spec in self.specs)

    def identity(self, side: Side) -> Identity:
        """Who we are on a side; asked once in a process."""
        if side not in self._identities:
            self._identities[side] = self.adapters[side].identity()
        return self._identities[side]

    def containers(self, side: Side) -> tuple[str, ...]:
        """All tables or projects that mappings speak of."""
        return tuple(dict.fromkeys(container(spec, side) for spec in self.specs))

    def read(
        self, side: Side, where: str, keys: Sequence[str], *, fresh: bool = False
    ) -> dict[str, Record]:
        """Records with everything the mappings of that container look at."""
        if not keys:
            return {}
        found = self.adapters[side].read(where, keys, self.names(side, where), fresh=fresh)
        if side is Side.JIRA:
            self.directory.learn_statuses(record.fields for record in found.values())
        return found

    def heed(self, spec: MappingSpec, side: Side) -> None:
        """Make sure, once in a process, that a side follows every condition of a scope."""
        place = (container(spec, side), scope(spec, side))
        if place not in self.trust.heeded:
            self.adapters[side].witness.heed(*place)
            self.trust.heeded.add(place)

    def names(self, side: Side, where: str) -> frozenset[str]:
        """All native fields that mappings of one container read, as far as they fit."""
        specs = [self._fitted.get(spec.pair, spec) for spec in self.specs]
        names = [spec.names(side) for spec in specs if container(spec, side) == where]
        more = LOOKED_AT.get(where, ()) if side is Side.SERVICENOW and self.knowledge else ()
        return EXTRA_FIELDS[side].union(*names, more)


def lasting(spec: MappingSpec) -> MappingSpec:
    """The mapping of two records that are linked, without what is only told to a new twin."""
    rules = tuple(rule for rule in spec.rules if not rule.once)
    return replace(spec, rules=rules) if len(rules) < len(spec.rules) else spec


def container(spec: MappingSpec, side: Side) -> str:
    """The table or project of a mapping."""
    return spec.servicenow.table if side is Side.SERVICENOW else spec.jira.project


def scope(spec: MappingSpec, side: Side) -> str:
    """The query that says which records of a side get a twin."""
    return spec.servicenow.scope if side is Side.SERVICENOW else spec.jira.scope


def creates(spec: MappingSpec, side: Side) -> bool:
    """Whether a mapping may make records on a side."""
    return spec.create.in_servicenow if side is Side.SERVICENOW else spec.create.in_jira


def chunks(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """Slices of at most ``size``."""
    return (items[start : start + size] for start in range(0, len(items), size))


def plain(value: Value) -> Any:
    """A value as JSON knows it."""
    return list(value) if isinstance(value, tuple) else value
