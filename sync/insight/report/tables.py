"""The report's tables: figures with definition, window, sample and quality; trends. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence

from sync.insight.model import WINDOWS, Counts, Measure, Subject, Trend
from sync.insight.report.markup import Html, joined, tag
from sync.insight.telling.charts import svg

ROWS, CALM, REMARKS = 40, 25, 8
"""Rows of a table by something; trends of a kind that do not rise; remarks below a table."""

NOTHING = "\N{EN DASH}"
Cells = tuple[str, ...]
"""One row of a listing, its name first."""

_WEEK = re.compile(r"\d{4}-W\d\d")
_SHORT = {"hours": "h", "days": "d", "h": "h", "d": "d"}


def amount(value: float | None, unit: str) -> str:
    """A value as people read it; a share as a percentage."""
    if value is None or not math.isfinite(value):
        return NOTHING
    if unit in ("days", "d") and 0 < value < 1:
        return amount(value * 24, "hours")
    if unit in ("hours", "h") and 0 < value < 1:
        return f"{value * 60:.0f} min"
    if unit == "share":
        return f"{value * 100:.{2 if 0.99 <= value < 1 else 1}f} %"
    return f"{_digits(value)} {_SHORT[unit]}" if unit in _SHORT else _digits(value)


def _digits(value: float) -> str:
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 1 else f"{value:.2g}"


def readable(name: str) -> str:
    """``lead_time_p50`` as people say it."""
    return re.sub(r" p(\d\d)$", r" (p\1)", name.replace("_", " ")).capitalize()


def overall(measures: Sequence[Measure]) -> Html:
    """A row for each figure: its rolling windows, its weeks as a plot, what it means."""
    whole = [one for one in measures if not one.by]
    names = _distinct(one.name for one in measures)
    if not names:
        return tag("p", "No figures of this kind.")
    windows = _windows(whole)
    series = any(_WEEK.fullmatch(one.window) for one in whole)
    heads = [("Figure", ""), *((name, "num") for name in windows)]
    heads += [("By week", "series")] * series + [("What it means", "means")]
    rows = [_figure(name, measures, windows, series) for name in names]
    return table("", heads, rows, "All together")


def _figure(name: str, measures: Sequence[Measure], windows: Sequence[str], series: bool) -> Html:
    mine = [one for one in measures if one.name == name]
    whole = [one for one in mine if not one.by]
    at = {one.window: one for one in whole}
    weeks = [one for one in whole if _WEEK.fullmatch(one.window)]
    cells = [_value(at.get(window)) for window in windows]
    if series:
        cells.append(tag("td", _by_week(name, weeks), kind="series"))
    means = tag("td", tag("div", mine[0].definition), *_quality(_remarks(whole)), kind="means")
    label = tag("th", readable(name), scope="row", id=f"figure-{name}")
    return tag("tr", label, *cells, means)


def _remarks(measures: Iterable[Measure]) -> list[str]:
    """What is wrong with the data, each once with its windows."""
    found: dict[str, list[str]] = {}
    for one in measures:
        if _is_window(one):
            found.setdefault(one.quality, []).append(one.window)
    return [f"{', '.join(_distinct(windows))}: {said}" for said, windows in found.items()]


def _is_window(one: Measure) -> bool:
    """Remarks on single weeks would only repeat themselves."""
    return bool(one.quality) and not _WEEK.fullmatch(one.window)


def _value(one: Measure | None) -> Html:
    if one is None:
        return tag("td", NOTHING, kind="num")
    sample = "" if one.value == one.n else tag("span", f"n = {one.n:,}", kind="n")
    return tag("td", amount(one.value, one.unit), sample, kind="num")


def _by_week(name: str, weeks: Sequence[Measure]) -> Html:
    if all(one.value is None for one in weeks):
        return Html(NOTHING)
    ordered = sorted(weeks, key=lambda one: one.window)
    first, last = ordered[0], ordered[-1]
    told = f"{readable(name)} by week, {first.window} to {last.window}: " + ", ".join(
        amount(one.value, one.unit) for one in ordered
    )
    span = tag("span", f"{first.window} to {last.window}", kind="n")
    return joined(Html(svg([one.value for one in ordered], told)), span)


def _quality(remarks: Sequence[str]) -> Iterator[Html]:
    for remark in remarks[:REMARKS]:
        yield tag("div", f"Data: {remark}", kind="poor")
    if len(remarks) > REMARKS:
        yield tag("div", f"Data: {len(remarks) - REMARKS} more remarks", kind="poor")


def by_kinds(measures: Sequence[Measure]) -> Iterator[Html]:
    """A table for each of what figures are counted by: its values are rows, the figures columns."""
    for kind in _distinct(_kind(one) for one in measures if one.by):
        yield tag("h3", f"By {kind.replace('_', ' ')}")
        yield _by_kind(kind, [one for one in measures if one.by and _kind(one) == kind])


def _by_kind(kind: str, measures: Sequence[Measure]) -> Html:
    window = max(_windows(measures), key=lambda name: WINDOWS.get(name, 0), default="")
    mine = [one for one in measures if one.window == window]
    names = _distinct(one.name for one in mine)
    at = {(_label(one), one.name): one for one in mine}
    labels = sorted(_weights(mine, names).items(), key=lambda one: ([-n for n in one[1]], one[0]))
    rows = [
        tag("tr", tag("th", label, scope="row"), *(_value(at.get((label, name))) for name in names))
        for label, _ in labels[:ROWS]
    ]
    more = f" The {ROWS} largest of {len(labels)}." if len(labels) > ROWS else ""
    caption = (
        f"Window {window}. What a figure means is said where it is given for all together; a dash "
        f"stands for too few to say anything.{more}"
    )
    heads = [(readable(kind), ""), *((readable(name), "num") for name in names)]
    remarks = [
        f"{_label(one)}, {readable(one.name)}: {one.quality}" for one in mine if _is_worth_it(one)
    ]
    return joined(table(caption, heads, rows), *_quality(remarks))


def _is_worth_it(one: Measure) -> bool:
    """A dash with its sample tells by itself that there are too few."""
    return bool(one.quality) and one.value is not None


def _weights(measures: Iterable[Measure], names: Sequence[str]) -> dict[str, list[int]]:
    """The samples of each row, column by column: the largest rows come first."""
    found: dict[str, list[int]] = {}
    places = {name: place for place, name in enumerate(names)}
    for one in measures:
        found.setdefault(_label(one), [0] * len(names))[places[one.name]] = one.n
    return found


def _kind(one: Measure) -> str:
    return " and ".join(sorted(one.by))


def _label(one: Measure) -> str:
    return " / ".join(one.by[kind] for kind in sorted(one.by))


def trend_table(trends: Sequence[Trend]) -> Html:
    """What rises first, by certainty; then the largest of each kind."""
    rising = sorted(
        (one for one in trends if one.rising), key=lambda one: (one.p or 0.0, *_size(one))
    )
    calm = sorted((one for one in trends if not one.rising), key=_size)
    alive = [one for one in calm if any(counts != Counts() for counts in one.windows.values())]
    shown = [*rising, *_largest(alive)]
    if not shown:
        return tag("p", "No incidents in the last 180 days.")
    heads = [("Incidents of", ""), ("26 weeks", "series")]
    heads += [(name, "num") for name in WINDOWS]
    heads += [
        ("Time to restore", "num"),
        ("Reopened", "num"),
        ("Share", "num"),
        ("Last seen", "num"),
    ]
    caption = (
        "Incidents opened in the rolling window, and in the one of the same length before; bars "
        "are weeks ending now. Time to restore (median of opened to resolved) and reopened (at "
        "least once) are of the incidents resolved in 90 days, share is of all opened in 90 days."
    )
    rest = len(trends) - len(shown)
    more = tag("p", f"{rest} quieter ones stand in JSON and CSV.", kind="small") if rest else Html()
    return joined(table(caption, heads, map(_trend, shown)), more)


def _size(one: Trend) -> tuple[int, int, str, str]:
    return -one.windows["30d"].now, -one.windows["90d"].now, one.subject, one.key


def _largest(ordered: Iterable[Trend]) -> list[Trend]:
    left = dict.fromkeys(Subject, CALM)
    found = []
    for one in ordered:
        if left[one.subject]:
            left[one.subject] -= 1
            found.append(one)
    return found


def _trend(one: Trend) -> Html:
    marked = -(-WINDOWS[one.rising] // 7) if one.rising else 0
    said = f"Incidents by week, oldest first: {', '.join(map(str, one.weekly))}"
    name = [one.name, tag("span", one.subject.value, kind="n")]
    if one.rising and one.p is not None:
        sure = f"p = {one.p:.1g}" if one.p >= 0.0001 else "p < 0.0001"
        name.append(tag("span", f"\u25b2 rising, {one.rising}, {sure}", kind="up-word"))
    cells = [
        tag("th", *name, scope="row"),
        tag("td", Html(svg(one.weekly, said, marked)), kind="series"),
        *(_counts(counts) for counts in one.windows.values()),
        _sampled(amount(one.restore_hours, "h"), one.resolved),
        _sampled(amount(one.reopen_rate, "share"), one.resolved),
        tag("td", amount(one.share, "share"), kind="num"),
        tag("td", f"{one.last_seen:%Y-%m-%d}" if one.last_seen else NOTHING, kind="num"),
    ]
    return tag("tr", *cells, kind="up" if one.rising else "")


def _sampled(text: str, n: int) -> Html:
    return tag("td", text, tag("span", f"n = {n:,}", kind="n"), kind="num")


def _counts(counts: Counts) -> Html:
    before = tag("span", f"before {counts.before:,}", kind="n")
    return tag("td", f"{counts.now:,}", before, kind="num")


def table(
    caption: str, heads: Sequence[tuple[str, str]], rows: Iterable[Html], label: str = ""
) -> Html:
    """A table that scrolls by itself where it is wider than the page; where the page is narrow, one
    of words stands cell below cell. ``label`` names it for those who hear it, else the caption's
    first sentence does."""
    kinds = {kind for _, kind in heads}
    shape = "figures" if "num" in kinds and "means" not in kinds else "prose"
    top = tag("tr", *(tag("th", text, scope="col", kind=kind) for text, kind in heads))
    said = tag("caption", tag("span", caption)) if caption else ""
    inside = (said, tag("thead", top), tag("tbody", *rows))
    return tag("div", tag("table", *inside), kind=f"wide {shape}", tabindex="0", role="region",
               aria_label=label or caption.partition(".")[0])  # fmt: skip


def _windows(measures: Iterable[Measure]) -> list[str]:
    found = {one.window for one in measures if not _WEEK.fullmatch(one.window)}
    return sorted(found, key=lambda name: (WINDOWS.get(name, 0), name))


def _distinct(texts: Iterable[str]) -> list[str]:
    """In the order of their first appearance."""
    return list(dict.fromkeys(texts))


def listing(title: str, heads: Sequence[str], rows: Sequence[Cells], none: str) -> Iterator[Html]:
    """A heading and a table of texts; a sentence instead where there are no rows."""
    yield tag("h3", title)
    if not rows:
        yield tag("p", none)
        return
    more = f"The first {ROWS} of {len(rows)}; JSON has all." if len(rows) > ROWS else ""
    lines = [
        tag("tr", tag("th", first, scope="row"), *(tag("td", text) for text in rest))
        for first, *rest in rows[:ROWS]
    ]
    yield table(more, [(head, "") for head in heads], lines, title)
