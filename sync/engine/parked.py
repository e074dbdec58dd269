"""Comments that were put aside: which still wait for a person. Pure.

A journal entry on a closed incident is dropped with 200 (servicenow-api 5). It is put aside with
the status at which that happened; when the record is opened again it is tried once more by itself.
"""

from __future__ import annotations

from mappings.model import Rule
from mappings.sides import Side
from mappings.values import Unknown
from sync.apply.common import COMMENT
from sync.core.model import Parked
from sync.engine.cases import Case


def waiting_comments(case: Case, side: Side) -> frozenset[str]:
    """Names of the comments for a side that are put aside and stay so."""
    rows = (row for row in case.parked if row.side is side and not reopened(case, row))
    return frozenset(row.field for row in rows)


def reopened(case: Case, row: Parked) -> bool:
    """Whether the record of a comment that was put aside was opened again since."""
    if not row.field.startswith(COMMENT) or row.side not in case.records:
        return False
    rule, status = status_rule(case), status_of(case, row.side)
    if rule is None or not row.fingerprint or not status:
        return False
    return status != row.fingerprint and not rule.relation.closes(row.side, status)


def status_of(case: Case, side: Side) -> str:
    """A record's status as far as it is known, empty where it is not."""
    rule, record = status_rule(case), case.records.get(side)
    if rule is None:
        return ""
    if record is None:
        base = case.bases.get(rule.name)
        return "" if base is None else str(base.of(side) or "")
    value = rule.relation.canonical(side, record.fields)
    return "" if isinstance(value, Unknown) else str(value or "")


def status_rule(case: Case) -> Rule | None:
    """The rule for the status, where the pair has one."""
    return next((rule for rule in case.spec.rules if rule.relation.kind == "status"), None)
