"""Counts and histories for the direct adapter: what the real one finds out, without the wire."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from connector.articles import ARTICLE
from connector.counts import TOTAL, Count
from connector.errors import AccessLost, ConnectorError, NotThere
from connector.histories import Step
from connector.sandbox.servicenow import audit
from connector.sandbox.servicenow.knobs import Caller
from connector.sandbox.servicenow.query import NotModelled
from connector.sandbox.servicenow.refusal import Refusal
from connector.sandbox.servicenow.schema import Row
from connector.sandbox.servicenow.stats_api import counted
from connector.sandbox.servicenow.values import moment
from connector.sandbox.servicenow.world import World
from connector.sandbox.weather import Wire

_SIDE = "servicenow"
_BATCH = 20


class _Direct(Protocol):
    """What the direct adapter has for this."""

    world: World
    _wire: Wire

    def _known(self) -> Caller: ...

    def _select(self, table: str, query: str, chunk: int = 1) -> list[Row]: ...


class Counted:
    """Numbers and steps, as a part of the direct adapter."""

    def counts(
        self: _Direct, container: str, questions: Sequence[Count]
    ) -> list[Mapping[str, int]]:
        """Counted past the rights of single rows, several questions in batches."""
        if container == ARTICLE and questions:
            raise NotThere("ServiceNow counts no knowledge articles", side=_SIDE)
        for start in range(0, len(questions), _BATCH):
            one = len(questions) - start == 1
            path = f"/api/now/stats/{container}" if one else "/api/now/v1/batch"
            self._wire.read(path, "GET" if one else "POST")
        return [_count(self.world, self._known(), container, one) for one in questions]

    def histories(
        self: _Direct, container: str, keys: Collection[str], fields: Collection[str]
    ) -> Mapping[str, tuple[Step, ...]]:
        """From ``sys_audit``, where our account may read it."""
        if not keys or not fields:
            return {}
        if container == ARTICLE:
            raise NotThere("ServiceNow audits no article under its number", side=_SIDE)
        self._known()
        if container not in self.world.schema.tables:
            raise NotThere(f"Invalid table {container}", side=_SIDE)
        known = self.world.schema.columns(container)
        if strange := sorted(name for name in fields if name not in known):
            raise NotThere(f"{container} has no column {', '.join(strange)}", side=_SIDE)
        try:
            rows = self._select(audit.TABLE, f"tablename={container}", len(keys))
        except AccessLost as error:
            self._select(container, "sys_id=none")  # an account that is shut out is another matter
            raise NotThere(f"the account may not read {audit.TABLE}", side=_SIDE) from error
        if not rows:
            raise NotThere(f"{audit.TABLE} shows no line about {container}", side=_SIDE)
        found: dict[str, tuple[Step, ...]] = {}
        for row in sorted(rows, key=_order):
            if row["documentkey"] in keys and row["fieldname"] in fields:
                key = row["documentkey"]
                found[key] = (*found.get(key, ()), _step(self.world, container, row))
        return found


def _count(world: World, me: Caller, table: str, question: Count) -> Mapping[str, int]:
    names = (question.by,) if question.by else ()
    scope = "^".join(part for part in question.scope.split("^") if not part.startswith("ORDERBY"))
    try:
        with world.lock:
            groups = counted(world, me, table, scope, names)
    except Refusal as refusal:
        kind = NotThere if refusal.status == 400 else AccessLost
        raise kind(refusal.message, side=_SIDE, where=f"GET stats/{table}") from None
    except NotModelled as gap:
        raise ConnectorError(f"sandbox: not modelled: {gap}", side=_SIDE) from None
    if not names:
        return {TOTAL: groups.total()}
    return {values[0]: number for values, number in groups.items()}


def _order(row: Row) -> tuple[str, int, str]:
    return row["sys_created_on"], int(row["record_checkpoint"]), row["sys_id"]


def _step(world: World, table: str, row: Row) -> Step:
    name = row["fieldname"]
    before, after = row["oldvalue"] or None, row["newvalue"] or None
    told = {
        value: world.schema.choice_label(table, name, value) for value in (before, after) if value
    }
    at = moment(row["sys_created_on"])
    return Step(at, name, told.get(before or ""), told.get(after or ""), before, after)
