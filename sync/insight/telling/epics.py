"""Telling developers: incident trends on the epic of a problem, as fields, property and chart.

Only what changed is written, the rising ones first, and at most :data:`ROOM` epics a run. The issue
property does not move the issue. The chart is one image: the new one is attached, then older ones
of ours go, so that a run that was cut short is made good by the next.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from connector.contents import File, FileDraft
from connector.values import Done, Json, Patch, Refused, Value, WriteResult
from mappings.sides import Side
from sync.core.model import FileLink, Link, LinkState
from sync.insight.model import Class, Priority, Subject, Trend
from sync.insight.parts import Parts
from sync.insight.telling.shown import Shown, shown
from sync.runtime import Runtime, chunks, log
from sync.store.values import FactRow

KIND, CHARTED = "trend", "chart"
PROPERTY = "tandem-trend"
CHART = "tandem-incidents.png"
LABEL = "backlog-"
"""Begins the label that tells the class of a problem; people filter by it."""

ROOM, CHARTS = 300, 40
"""Epics that one run writes to, and charts that it draws, at most."""

EVERY = timedelta(days=1)
"""As often as a chart is drawn anew."""

NONE = Shown()

Draw = Callable[[Trend], bytes]


@dataclass(frozen=True, slots=True)
class Epic:
    """A problem's trend, and where it is told."""

    link: Link
    trend: Trend
    priority: Priority | None = None
    shown: Shown = NONE

    @property
    def native(self) -> dict[str, Value]:
        """What goes into Jira's fields, by their names."""
        told = values(self)
        return {name: told[what] for what, name in self.shown.fields.items() if what in told}


def tell(
    runtime: Runtime,
    trends: Iterable[Trend],
    priorities: Mapping[str, Priority],
    fields: Mapping[str, str],
    draw: Draw | None,
    parts: Parts,
) -> tuple[int, int]:
    """Write what changed; how many epics, and how many charts. ``priorities`` are by problem,
    ``fields`` names Jira fields by what goes into them (:func:`values`). Without ``draw`` there are
    no charts."""
    there = shown(runtime, fields)
    epics = [
        replace(one, shown=there.get(one.link.pair, NONE))
        for one in _epics(runtime, trends, priorities)
    ]
    known = runtime.store.insight.get(KIND, [str(one.link.id) for one in epics])
    fresh = [one for one in epics if _is_news(runtime, one, known.get(str(one.link.id)))]
    written = drawn = 0
    with parts.part("trends are not told"):
        for part in runtime.pieces(chunks(fresh[:ROOM], 100)):
            written += _write(runtime, part)
    due = _undrawn(runtime, epics)[:CHARTS] if draw else []
    with parts.part("charts are not drawn"):
        for one in runtime.pieces(due):
            drawn += _chart(runtime, one, draw) if draw else 0
    return written, drawn


def data(epic: Epic) -> dict[str, Json]:
    """What the issue property tells."""
    trend, rank = epic.trend, epic.priority
    ranked: dict[str, Json] = {}
    if rank is not None:
        ranked = {"class": rank.class_.value, "score": rank.score, "why": list(rank.why)}
    return {
        "backlog": ranked,
        "windows": {name: [one.now, one.before] for name, one in trend.windows.items()},
        "weekly": list(trend.weekly),
        "restore_hours": trend.restore_hours,
        "reopen_rate": trend.reopen_rate,
        "share": round(trend.share, 4),
        "last_seen": trend.last_seen.strftime("%Y-%m-%dT%H:%M:%SZ") if trend.last_seen else None,
        "rising": trend.rising,
    }


def values(epic: Epic) -> dict[str, Value]:
    """What fields can show, by their names in the insight file; ``share`` in percent."""
    trend = epic.trend
    found: dict[str, Value] = {f"incidents_{n}": one.now for n, one in trend.windows.items()}
    found["share"] = round(100 * trend.share, 1)
    hours = trend.restore_hours
    found["restore_hours"] = None if hours is None else round(hours, 1)
    found["trend"] = f"rising ({trend.rising})" if trend.rising else "steady"
    found["score"] = epic.priority.score if epic.priority else None
    return found


def _epics(
    runtime: Runtime, trends: Iterable[Trend], priorities: Mapping[str, Priority]
) -> Iterator[Epic]:
    """The problems that have an epic, the rising ones first."""
    mine = [one for one in trends if one.subject is Subject.PROBLEM]
    links = runtime.store.links.by_keys(Side.SERVICENOW, [one.key for one in mine])
    ordered = sorted(mine, key=lambda one: (not one.rising, -one.windows["90d"].now, one.key))
    for trend in ordered:
        link = links.get(trend.key)
        if link is not None and link.state is LinkState.ACTIVE and link.agreed_at is not None:
            yield Epic(link, trend, priorities.get(trend.key))


def _digest(epic: Epic) -> str:
    words = json.dumps([data(epic), epic.native], sort_keys=True)
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def untold(runtime: Runtime) -> tuple[str, ...]:
    """Fields that Jira refused on some epics when they were told last, in words for people. Those
    are tried again every day; of one that was not for a week nothing is known any more."""
    found: dict[str, str] = {}
    since = runtime.clock() - 7 * EVERY
    for row in runtime.store.insight.all(KIND):
        if row.at < since:
            continue
        for name, why in row.data.get("left", {}).items():
            found.setdefault(name, f"field {name!r} is left out on epics: {why}")
    return tuple(found[name] for name in sorted(found))


def _is_news(runtime: Runtime, epic: Epic, row: FactRow | None) -> bool:
    """Whether a trend reads otherwise than it was told, or a field of it was refused a day ago."""
    if row is None or row.data["digest"] != _digest(epic):
        return True
    return bool(row.data.get("left")) and runtime.clock() - row.at >= EVERY


def _write(runtime: Runtime, epics: Sequence[Epic]) -> int:
    """Write trends. A field that Jira refuses is left out, so that the rest arrives."""
    written, waiting = 0, [(one, dict[str, str]()) for one in epics]
    while waiting:
        patches = [_patch(one, left) for one, left in waiting]
        runtime.store.ensure()
        results = runtime.adapters[Side.JIRA].patch(patches, ())
        again, rows = [], []
        for (one, left), result in zip(waiting, results, strict=True):
            if isinstance(result, Done):
                row = {"digest": _digest(one), "left": left}
                rows.append(FactRow(KIND, str(one.link.id), runtime.clock(), row))
                continue
            log.warning("trend not written", action="insight.refused",
                        record=one.link.jira.label, why=result.error.what)  # fmt: skip
            if more := _culprits(one, left, result):
                again.append((one, left | more))
        runtime.store.insight.put(rows)
        written, waiting = written + len(rows), again
    return written


def _patch(epic: Epic, left: Mapping[str, str]) -> Patch:
    end, (mine, others) = epic.link.jira, _labels(epic)
    native = {name: value for name, value in epic.native.items() if name not in left}
    return Patch(
        end.container, end.key, native, {"labels": mine} if mine else {}, {"labels": others},
        {PROPERTY: data(epic)},
    )  # fmt: skip


def _culprits(epic: Epic, left: Mapping[str, str], result: WriteResult) -> dict[str, str]:
    """Fields of ours because of which an epic was refused, with why: the one that is named, or all
    where none is; nothing where trying without them would not help."""
    if not isinstance(result, Refused):
        return {}
    error = result.error
    named = epic.shown.ids.get(error.field, error.field)
    tried = [name for name in epic.native if name not in left]
    return {name: error.what for name in tried if named in ("", name)}


def _labels(epic: Epic) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The label of its class, and those that go."""
    own = LABEL + epic.priority.class_.value if epic.priority else ""
    every = [LABEL + one.value for one in Class]
    return (own,) if own else (), tuple(one for one in every if one != own)


# ---- the chart


def _undrawn(runtime: Runtime, epics: Sequence[Epic]) -> list[Epic]:
    """Epics whose series moved since their chart, which is a day old, or which have none yet."""
    rows = runtime.store.insight.get(CHARTED, [str(one.link.id) for one in epics])
    return [one for one in epics if _is_stale(runtime, one, rows.get(str(one.link.id)))]


def _is_stale(runtime: Runtime, epic: Epic, row: FactRow | None) -> bool:
    if row is None:
        return any(epic.trend.weekly)
    return runtime.clock() - row.at >= EVERY and row.data["digest"] != _series(epic)


def _series(epic: Epic) -> str:
    words = json.dumps([list(epic.trend.weekly), epic.trend.rising])
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def _chart(runtime: Runtime, epic: Epic, draw: Draw) -> bool:
    """Attach a new chart, then take older ones away."""
    jira, end = runtime.adapters[Side.JIRA], epic.link.jira
    with tempfile.TemporaryDirectory(prefix="tandem-") as folder:
        path, image = Path(folder) / CHART, draw(epic.trend)
        path.write_bytes(image)
        hashed = hashlib.sha256(image).hexdigest()
        draft = FileDraft(end.container, end.key, CHART, "image/png", path, len(image), hashed)
        runtime.store.ensure()
        [result] = jira.attach([draft])
    if not isinstance(result, Done):
        log.info("chart not attached", action="insight.refused", record=end.label,
                 why=result.error.what)  # fmt: skip
        return False
    known = FileLink(epic.link.id, Side.JIRA, result.key, "", CHART, len(image), hashed)
    row = FactRow(CHARTED, str(epic.link.id), runtime.clock(), {"digest": _series(epic)})
    with runtime.store.transaction():
        runtime.store.files.add([known])  # nobody takes it for a file of people's own
        runtime.store.insight.put([row])
    _tidy(runtime, epic.link, result.key)
    return True


def _tidy(runtime: Runtime, link: Link, newest: str) -> None:
    """Delete charts of ours but the newest."""
    jira, end = runtime.adapters[Side.JIRA], link.jira
    files = jira.files(end.container, [end.key], fresh=True)
    old = [one for one in files if _is_chart(runtime, one) and one.id != newest]
    if old:
        jira.detach(old)
        gone = [FileLink(link.id, Side.JIRA, one.id, "", one.name, one.size) for one in old]
        runtime.store.files.forget(gone)


def _is_chart(runtime: Runtime, file: File) -> bool:
    me = runtime.identity(Side.JIRA)
    return file.name == CHART and file.author in (me.key, me.name)
