"""The report's part on changes: how many of which class, who has to look, what is missing. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from mappings.policy import ChangeClass
from sync.insight.changing.policy import risk
from sync.insight.model import Changes, Judged
from sync.insight.report.markup import Html, tag
from sync.insight.report.tables import NOTHING, listing
from sync.report import stamp


def classes(changes: Changes) -> dict[str, int]:
    """How many open changes are of each class."""
    found = [one.judgement.class_ for one in changes.judged]
    return {name.value: found.count(name) for name in ChangeClass}


def change_tables(changes: Changes) -> Iterator[Html]:
    """Class counts in a line, then a table for each thing that somebody has to do."""
    counts = ", ".join(f"{count} {name}" for name, count in classes(changes).items())
    yield tag("h3", "Open changes by the policy")
    yield tag("p", f"{len(changes.judged)} open: {counts}.")
    yield from listing(
        "A person has to look",
        ("Change", "Class", "Who", "Rule", "Why"),
        [
            (_name(one), one.judgement.class_.value, one.judgement.who, one.judgement.escalates,
             " ".join(one.judgement.why))
            for one in changes.judged if one.judgement.escalates
        ],
        "No open change is above the threshold.",
    )  # fmt: skip
    yield from listing(
        "What changes lack",
        ("Change", "Class", "Missing"),
        [
            (_name(one), one.judgement.class_.value, ", ".join(one.judgement.demands))
            for one in changes.judged if one.judgement.demands
        ],
        "No open change lacks what its class demands.",
    )  # fmt: skip
    yield from listing(
        "Unready for their window",
        ("Change", "Why"),
        [(_titled(one.change.number, one.change.summary), one.why) for one in changes.unready],
        "No change opens soon without knowledge or runbook work.",
    )
    yield from listing(
        "Done without an approved change",
        ("Issue", "Done", "Change", "Approval"),
        [
            (_titled(one.issue.label, one.issue.summary), _moment(one.issue.resolved),
             one.change.number, one.change.approval or NOTHING)
            for one in changes.unapproved
        ],
        "No issue is done while its change is not approved.",
    )  # fmt: skip
    yield from listing(
        "May go the standard path",
        ("Change", "Type", "Rule", "Template"),
        [
            (_titled(one.change.number, one.change.summary), one.change.type, one.rule,
             one.template or NOTHING)
            for one in changes.standard
        ],
        "No new change may go the standard path without further ado.",
    )  # fmt: skip


def as_data(changes: Changes) -> dict[str, Any]:
    """All of it as plain data."""
    return {
        "classes": classes(changes),
        "judged": [_judged(one) for one in changes.judged],
        "unready": [
            {"change": one.change.number, "planned": stamp(one.change.planned), "why": one.why}
            for one in changes.unready
        ],
        "unapproved": [
            {
                "issue": one.issue.label,
                "done": stamp(one.issue.resolved),
                "change": one.change.number,
                "approval": one.change.approval,
            }
            for one in changes.unapproved
        ],
        "standard": [
            {
                "change": one.change.number,
                "type": one.change.type,
                "rule": one.rule,
                "template": one.template,
            }
            for one in changes.standard
        ],
    }


def _judged(one: Judged) -> dict[str, Any]:
    change, told = one.change, one.judgement
    return {
        "change": change.number,
        "summary": change.summary,
        "type": change.type,
        "risk": risk(change),
        "planned": stamp(change.planned),
        "class": told.class_.value,
        "missing": list(told.demands),
        "escalates": told.escalates,
        "who": told.who,
        "why": list(told.why),
        "checks": [
            {
                "name": check.name,
                "result": check.result.value,
                "at": stamp(check.at),
                "link": check.link,
            }
            for check in one.checks
        ],
    }


def _name(one: Judged) -> str:
    return _titled(one.change.number, one.change.summary)


def _titled(label: str, summary: str) -> str:
    return f"{label} {summary}".strip()


def _moment(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}" if at else NOTHING
