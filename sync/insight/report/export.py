"""Insight for other programs: as JSON, and as one table for a spreadsheet. Pure.

JSON holds everything. The table holds all figures, the windows of all trends and all proposals; the
weekly series of trends, where problems stand in the backlog and what is said of single changes and
improvements are no table of figures. The page holds what fits it. A cell that a spreadsheet would
take for a formula gets an apostrophe in front, also behind what some locale takes for the end of a
cell: ticket text is written by anybody.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from io import StringIO
from typing import Any

from sync.insight.figures.rising import TEST
from sync.insight.model import Insight, Measure, Proposal, Trend
from sync.insight.report import backlog, changes, improvements
from sync.insight.report.markup import plain
from sync.report import stamp

COLUMNS = ("kind", "name", "by", "window", "value", "unit", "n", "definition", "quality")

_FORMULA = re.compile(r"((?:^|[;|\t\r\n])[\s'\"\ufffd]*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")

_Row = tuple[str | float | None, ...]


def as_json(insight: Insight) -> dict[str, Any]:
    """All of it as plain data."""
    return {
        "at": stamp(insight.at),
        "measures": [_measure(one) for one in insight.measures],
        "trends": [_trend(one) for one in insight.trends],
        "rising": TEST,
        "proposals": [_proposal(one) for one in insight.proposals],
        "priorities": backlog.as_data(insight),
        "changes": changes.as_data(insight.changes),
        "improvements": improvements.as_data(insight.improvements),
        "troubles": list(insight.troubles),
    }


def _measure(one: Measure) -> dict[str, Any]:
    return {
        "name": one.name,
        "value": _number(one.value),
        "unit": one.unit,
        "window": one.window,
        "n": one.n,
        "definition": one.definition,
        "by": dict(one.by),
        "quality": one.quality,
    }


def _trend(one: Trend) -> dict[str, Any]:
    return {
        "subject": one.subject.value,
        "key": one.key,
        "name": one.name,
        "windows": {
            name: {"now": counts.now, "before": counts.before}
            for name, counts in one.windows.items()
        },
        "weekly": list(one.weekly),
        "restore_hours": _number(one.restore_hours),
        "reopen_rate": _number(one.reopen_rate),
        "resolved": one.resolved,
        "share": one.share,
        "last_seen": stamp(one.last_seen),
        "rising": one.rising,
        "p": _number(one.p),
    }


def _proposal(one: Proposal) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": one.title,
        "incidents": list(one.incidents),
        "evidence": list(one.evidence),
        "service": one.service,
        "service_name": one.service_name,
        "item": one.item,
        "item_name": one.item_name,
        "fix": one.fix.value,
        "problem": one.problem,
        "hanging": list(one.hanging),
        "joining": list(one.joining),
        "closed": list(one.closed),
    }


def _number(value: float | None) -> float | None:
    """JSON knows no infinity."""
    return value if value is None or math.isfinite(value) else None


def as_csv(insight: Insight) -> str:
    """One table, a figure a row: measures, what trends are made of, proposals with their size."""
    with StringIO(newline="") as written:
        table = csv.writer(written, quoting=csv.QUOTE_NONNUMERIC)
        table.writerow(COLUMNS)
        for row in _rows(insight):
            table.writerow([_cell(value) for value in row])
        return written.getvalue()


def _rows(insight: Insight) -> Iterator[_Row]:
    for one in insight.measures:
        figure = (_number(one.value), one.unit, one.n, one.definition, one.quality)
        yield ("measure", one.name, _by(one.by), one.window, *figure)
    for trend in insight.trends:
        yield from _trend_rows(trend)
    for cluster in insight.proposals:
        size = len(cluster.incidents)
        about = {"service": cluster.service_name, "item": cluster.item_name}
        about["problem"] = cluster.problem
        by = _by({"id": cluster.id, "fix": cluster.fix.value} | _filled(about))
        told = _lines((*cluster.evidence, "incidents: " + " ".join(cluster.incidents)))
        yield ("proposal", cluster.title, by, "90d", size, "incidents", size, told, "")


def _trend_rows(one: Trend) -> Iterator[_Row]:
    by = _by({one.subject.value: one.name, "key": one.key})

    def row(name: str, window: str, value: float | None, unit: str, *rest: str | int) -> _Row:
        return ("trend", name, by, window, _number(value), unit, *rest)

    for window, counts in one.windows.items():
        rise = f"rising, p = {one.p:.2g}" if window == one.rising and one.p is not None else ""
        told = "opened in the window"
        yield row("incidents", window, counts.now, "incidents", counts.now, told, rise)
        told = "opened in the window of the same length before"
        yield row("incidents_before", window, counts.before, "incidents", counts.before, told, "")
    told = "median of opened to resolved, of incidents resolved in the window"
    yield row("restore_hours", "90d", one.restore_hours, "h", one.resolved, told, "")
    told = "reopened at least once, of incidents resolved in the window"
    yield row("reopen_rate", "90d", one.reopen_rate, "share", one.resolved, told, "")
    now = one.windows["90d"].now
    yield row("share", "90d", one.share, "share", now, "of all incidents opened in the window", "")


def _filled(given: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in given.items() if value}


def _by(given: Mapping[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in given.items())


def _lines(texts: Iterable[str]) -> str:
    return "; ".join(texts)


def _cell(value: str | float | None) -> str | float:
    """A number as it is, a text as nothing but text."""
    if value is None:
        return ""
    return _text(value) if isinstance(value, str) else value


@lru_cache(maxsize=1024)
def _text(value: str) -> str:
    return _FORMULA.sub(r"\1'", plain(value))
