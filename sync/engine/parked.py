"""What was put aside: which of it still waits for a person. Pure.

A journal entry on a closed incident is dropped with 200 (servicenow-api 5). It is put aside with
the status at which that happened; when the record is opened again it is tried once more by itself.

What refuses the value of a field may go away as well (somebody is assigned, a rule is mended): the
write is tried once more whenever one of the two records moves, a few times for each value, and in
every full audit (reliability: I-16); a walk through Jira's workflow moves its issue itself, so
there the ticket's moves count only. One that only people can do on that side is theirs between two
audits.
"""

from __future__ import annotations

from mappings.model import Rule
from mappings.sides import Side
from mappings.values import Unknown
from sync.apply.common import COMMENT, KEPT
from sync.core.model import Parked
from sync.engine.cases import SWEEP, Case, reasons

MOST = 8
"""So many attempts are made because a record moved: one that moves at every try ends them, too."""


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


def tried_again(case: Case, row: Parked) -> bool:
    """Whether a refused write of a field is worth another try at this look."""
    if SWEEP in case.reasons:
        return _due_in_audit(case, row)
    if row.fingerprint.startswith(KEPT) or row.attempts >= MOST:
        return False
    moved = (
        side for side, one in case.records.items() if one.version != case.link.end(side).version
    )
    return any(side is not row.side or not _walked(case, row) for side in moved)


def _due_in_audit(case: Case, row: Parked) -> bool:
    """Whether it was not refused since the audit asked: what else wakes the record meanwhile finds
    the audit's word still there."""
    asked = (one.since for one in case.rows if SWEEP in reasons(one))
    return row.at is None or any(since is None or row.at < since for since in asked)


def _walked(case: Case, row: Parked) -> bool:
    """Whether a refused walk may have moved its record itself: Jira's statuses have steps."""
    rule = status_rule(case)
    return rule is not None and row.side is Side.JIRA and row.field == rule.name


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
