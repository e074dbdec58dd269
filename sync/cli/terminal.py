"""Insight in a terminal: the scorecard, what rises, what comes first, what keeps coming back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync.cli.app import complain, out, say
from sync.cli.inspect import table

if TYPE_CHECKING:
    from sync.insight.model import Insight, Trend
    from sync.insight.run import Told

SHOWN, SPAN = 12, 13
"""Trends and weeks that a terminal shows; all of them are in the report and in ``--json``."""

BARS = " ▁▂▃▄▅▆▇█"


def show(found: Insight, told: Told) -> None:
    """All of it in few lines, and what was told."""
    out.print(_scorecard(found)) if found.measures else say("No figures yet.")
    rising = [one for one in found.trends if one.rising]
    busiest = sorted(found.trends, key=lambda one: (not one.rising, -one.windows["30d"].now))
    out.print(_trends(busiest[:SHOWN])) if busiest else say("No incidents yet.")
    if rising:
        say(f"{len(rising)} rise by more than chance would explain.")
    if found.proposals:
        out.print(_proposals(found))
    for trouble in dict.fromkeys((*found.troubles, *told.troubles)):
        complain(trouble)
    say(
        f"Told: {told.delivery} records, {told.trends} epics, {told.charts} charts; "
        f"{told.accepted} proposals accepted. "
        "`tandem insight report FILE` has all of it with definitions."
    )


def _proposals(found: Insight) -> object:
    """The largest ones; `accept` takes any."""
    shown, whole = found.proposals[:SHOWN], len(found.proposals)
    more = f", the {len(shown)} largest" if whole > len(shown) else ""
    made = table(
        f"{whole} proposals: what keeps coming back{more}", "id", "incidents", "what", "fix"
    )
    for one in shown:
        title = f"{one.title} (on {one.problem})" if one.problem else one.title
        made.add_row(one.id, str(len(one.incidents)), title, one.fix.value)
    return made


def _scorecard(found: Insight) -> object:
    """The figures of all together, over the rolling windows."""
    from sync.insight.model import WINDOWS
    from sync.insight.report.tables import amount, readable

    whole = [one for one in found.measures if not one.by and one.window.endswith("d")]
    windows = list(dict.fromkeys(one.window for one in whole))
    longest = max(windows, key=lambda window: WINDOWS.get(window, 0), default="")
    made = table("Scorecard", "figure", *windows, f"sample, {longest}")
    for name in dict.fromkeys(one.name for one in whole):
        mine = {one.window: one for one in whole if one.name == name}
        cells = [amount(mine[w].value, mine[w].unit) if w in mine else "" for w in windows]
        made.add_row(readable(name), *cells, f"{mine[longest].n:,}" if longest in mine else "")
    return made


def _trends(found: list[Trend]) -> object:
    made = table("Incidents", "of", "", "7 days", "30 days", "90 days", f"{SPAN} weeks", "rises")
    made.columns[5].no_wrap = True
    for one in found:
        counts = [f"{c.now} ({c.now - c.before:+d})" for c in one.windows.values()]
        series = _bars(one.weekly[-SPAN:])
        made.add_row(one.subject.value, one.name or one.key, *counts, series, one.rising)
    return made


def _bars(series: tuple[int, ...]) -> str:
    most = max(series, default=0)
    steps = len(BARS) - 1
    return "".join(BARS[-(-number * steps // most)] if most else BARS[0] for number in series)
