"""Which mappings work on these two systems: an ``optional`` one is off where it cannot.

A plugin brings its tables, a project its issue types, a site its kinds of links. What is missing
turns an optional pair off, is told by ``tandem doctor``, and never troubles the other pairs. Found
out once a day and remembered, so that a pass asks for nothing; what cannot be found out now leaves
things as they were. A side that is away or refuses us is asked once, not once a pair: where nothing
is known yet that ends the run, as it would end a moment later.

A pair with ``unless`` makes nothing where that other table is there; what it made before that table
came keeps flowing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from connector.base import Adapter
from connector.errors import AccessLost, BrokenAnswer, ConnectorError, NotThere, RetryLater
from connector.values import KindInfo
from mappings.model import Create, MappingSpec
from mappings.references import IssueLink
from sync.fitting import chosen, vouch
from sync.store import Store

KEPT = timedelta(days=1)
"""How long what was found out is believed."""

AGAIN = timedelta(minutes=5)
"""When what could not be found out is asked for again."""

AWAY = (RetryLater, AccessLost, BrokenAnswer)
"""What says nothing of a table but much of its side."""

Offered = Callable[[str], Sequence[KindInfo]]
"""What can be made in a Jira project."""

SOON = timedelta(seconds=15)
"""The same where nothing was ever found out."""

_NOBODY = "0" * 32
"""The key of no record."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether a pair works here, and why. ``makes``: whether it may make records; ``warn``: whether
    somebody ought to do something about it; ``without``: the table that is of no use to us."""

    pair: str
    on: bool
    told: str
    makes: bool = True
    remedy: str = ""
    warn: bool = False
    without: str = ""


def found(spec: MappingSpec, servicenow: Adapter, offered: Offered) -> Finding:
    """Ask both sides. Raises ``ConnectorError`` where that cannot be found out now."""
    table = spec.servicenow.table
    missing = _missing(servicenow, table, spec.pair)
    if missing is not None:
        return missing
    closed = servicenow.witness.closed(table)
    if closed:
        return Finding(spec.pair, on=False, told=closed)
    project = offered(spec.jira.project)
    try:
        servicenow.witness.heed(table, spec.servicenow.scope)
        vouch(spec, servicenow.kinds(table))
        kind = chosen(spec, project)
    except NotThere as error:
        return Finding(spec.pair, on=False, told=error.what, remedy=error.remedy)
    if spec.create.only_linked and not _can_be_linked(spec, kind):
        return Finding(spec.pair, on=False, told="Jira has none of its kinds of issue links")
    other = spec.servicenow.unless
    if other and _missing(servicenow, other, spec.pair) is None:
        told = f"{other} is there, so no {table} is made"
        return Finding(spec.pair, on=True, told=told, makes=False)
    why = f" ({other} is not)" if other else ""
    return Finding(spec.pair, on=True, told=f"{table} is there{why}")


def _missing(servicenow: Adapter, table: str, pair: str) -> Finding | None:
    """Why a table is of no use to us. One that we may not read is no sign of a plugin that is
    missing, unless we have lost all access."""
    try:
        servicenow.read(table, [_NOBODY], ())
    except NotThere:
        told = f"the instance has no table {table}"
        return Finding(pair, on=False, told=told, without=table)
    except AccessLost as error:
        servicenow.identity()
        remedy = f"Give the account the right to read {table}, or remove the mapping."
        told = f"{table} may not be read: {error.what}"
        return Finding(pair, on=False, told=told, remedy=remedy, warn=True, without=table)
    return None


def _can_be_linked(spec: MappingSpec, kind: KindInfo) -> bool:
    names = {field.name for field in kind.fields}
    relations = (rule.relation for rule in spec.rules)
    return any(
        one.kind == "link" or (isinstance(one, IssueLink) and one.within(names))
        for one in relations
    )


class Pairs:
    """The mappings that work here. ``blocked`` is why nobody knows yet, where a side is away."""

    def __init__(
        self,
        given: Sequence[MappingSpec],
        store: Store,
        servicenow: Adapter,
        offered: Offered,
        clock: Callable[[], datetime],
    ) -> None:
        self._given = tuple(given)
        self._store = store
        self._servicenow = servicenow
        self._offered = offered
        self._clock = clock
        self._chosen: tuple[MappingSpec, ...] | None = None
        self._due: datetime | None = None
        self._trouble: ConnectorError | None = None
        self.blocked: ConnectorError | None = None

    def chosen(self) -> tuple[MappingSpec, ...]:
        """Those that are on, in working order."""
        if self._chosen is None:
            self.look()
        return self._chosen or ()

    def look(self, *, anew: bool = False) -> bool:
        """Find out what is due; whether that changed anything in this process."""
        now, before = self._clock(), self._chosen
        if before is not None and not anew and (self._due is None or now < self._due):
            return False
        self._due = self._trouble = self.blocked = None
        findings = {one.pair: self._finding(one, now, anew=anew) for one in self._optional()}
        self._chosen = tuple(self._as_found(findings))
        return before is not None and before != self._chosen

    def findings(self) -> list[Finding]:
        """What is known about the optional ones, asked anew."""
        self.look(anew=True)
        return [self._finding(spec, self._clock(), anew=False) for spec in self._optional()]

    def _optional(self) -> Iterator[MappingSpec]:
        return (spec for spec in self._given if spec.optional)

    def _as_found(self, findings: Mapping[str, Finding]) -> Iterator[MappingSpec]:
        for spec in self._given:
            one = findings.get(spec.pair)
            if one is None or (one.on and one.makes):
                yield spec
            elif one.on and self._store.links.count(spec.pair):
                nothing = Create(in_jira=False, in_servicenow=False, only_linked=True)
                yield replace(spec, create=nothing)

    def _finding(self, spec: MappingSpec, now: datetime, *, anew: bool) -> Finding:
        at, known = self._remembered(spec)
        if known is not None and at is not None and not anew and now - at < KEPT:
            self._until(at + KEPT)
            return known
        if self._trouble is not None:
            return known or self._open(spec, self._trouble)
        try:
            fresh = found(spec, self._servicenow, self._offered)
        except ConnectorError as error:
            self._until(now + AGAIN if known else self._clock() + SOON)
            if isinstance(error, AWAY):
                self._trouble = error
            return known or self._open(spec, error)
        self._until(now + KEPT)
        row = {"at": now.isoformat(), "like": spec.fingerprint(), **asdict(fresh)}
        self._store.meta.put(f"optional:{spec.pair}", json.dumps(row))
        return fresh

    def _open(self, spec: MappingSpec, error: ConnectorError) -> Finding:
        """Off for now: nothing was ever found out about it. A side that is away stands in the way
        of more than this."""
        self.blocked = self._trouble
        return Finding(spec.pair, on=False, told=f"not known yet: {error.what}")

    def _remembered(self, spec: MappingSpec) -> tuple[datetime | None, Finding | None]:
        row = json.loads(self._store.meta.get(f"optional:{spec.pair}") or "{}")
        if row.pop("like", None) != spec.fingerprint():
            return None, None
        return datetime.fromisoformat(row.pop("at")), Finding(**row)

    def _until(self, due: datetime) -> None:
        self._due = due if self._due is None else min(self._due, due)
