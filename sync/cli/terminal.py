"""Insight in a terminal: the scorecard, what rises, what comes first, what keeps coming back."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

from sync.cli.app import complain, out, say
from sync.cli.inspect import table
from sync.insight.words import number_of

if TYPE_CHECKING:
    from sync.insight.model import Insight
    from sync.insight.run import Told

SHOWN, SPAN, FIRST = 12, 13, 5
"""Trends, weeks and problems that a terminal shows; all are in the report and in ``--json``."""

WIDE = 80
MARK = " \N{BLACK UP-POINTING TRIANGLE}"
BARS = " ▁▂▃▄▅▆▇█"


def show(found: Insight, told: Told) -> None:
    """All of it in few lines, and what was told."""
    _scorecard(found) if found.measures else say("No figures yet.")
    _trends(found) if found.trends else say("No incidents yet.")
    if found.priorities:
        out.print(_backlog(found))
    if found.proposals:
        out.print(_proposals(found))
        say("Make a problem of one: tandem insight accept ID")
    for trouble in dict.fromkeys((*found.troubles, *told.troubles)):
        complain(trouble)
    say(
        f"Told: {told.delivery} records, {told.trends} epics, {told.charts} charts, "
        f"{told.changes} change notes; {told.accepted} proposals accepted."
    )
    if told.improvements:
        say(f"Said of improvements: {told.improvements}.")
    say("All of it, with definitions and plots: tandem insight report FILE")


def _backlog(found: Insight) -> object:
    """What to solve first."""
    from sync.insight.report.backlog import standing

    ranked = standing(found)
    more = f", the first {FIRST}" if len(ranked) > FIRST else ""
    made = table(f"{number_of(len(ranked), 'open problem')}{more}", "problem", "class", "score")
    for problem, rank in ranked[:FIRST]:
        made.add_row(f"{problem.number} {problem.summary}", rank.class_.value, str(rank.score))
    return made


def _proposals(found: Insight) -> object:
    """The largest ones; `accept` takes any."""
    shown, whole = found.proposals[:SHOWN], len(found.proposals)
    more = f", the {len(shown)} largest" if whole > len(shown) else ""
    made = table(
        f"{number_of(whole, 'proposal')}: what keeps coming back{more}",
        "id",
        "incidents",
        "what",
        "fix",
    )
    for one in shown:
        title = f"{one.title} (on {one.problem})" if one.problem else one.title
        made.add_row(one.id, str(len(one.incidents)), title, one.fix.value)
    return made


def _scorecard(found: Insight) -> None:
    """The figures of all together, over the rolling windows; those that say nothing in a line."""
    from sync.insight.model import WINDOWS
    from sync.insight.report.tables import amount, readable

    whole = [one for one in found.measures if not one.by and one.window in WINDOWS]
    windows = list(dict.fromkeys(one.window for one in whole))
    longest = max(windows, key=lambda window: WINDOWS[window], default="")
    made = table("Scorecard", "figure", *windows, f"sample, {longest}")
    silent = []
    for name in dict.fromkeys(one.name for one in whole):
        mine = {one.window: one for one in whole if one.name == name}
        if all(one.value is None for one in mine.values()):
            silent.append(readable(name))
            continue
        cells = [amount(mine[w].value, mine[w].unit) if w in mine else "" for w in windows]
        made.add_row(readable(name), *cells, f"{mine[longest].n:,}" if longest in mine else "")
    if made.row_count:
        out.print(made)
    if silent:
        said = f"Too few to say anything: {', '.join(silent)}."
        say(fill(said, WIDE, subsequent_indent="  "))


def _trends(found: Insight) -> None:
    """The busiest, those that rise first."""
    rising = sum(bool(one.rising) for one in found.trends)
    busiest = sorted(found.trends, key=lambda one: (not one.rising, -one.windows["30d"].now))
    shown = busiest[:SHOWN]
    title = "Incidents opened, and how many more than in the window before"
    made = table(title, "kind", "name", *shown[0].windows, f"{SPAN} weeks")
    made.columns[-1].no_wrap = True
    for one in shown:
        counts = [
            f"{counts.now} ({counts.now - counts.before:+d}){MARK * (window == one.rising)}"
            for window, counts in one.windows.items()
        ]
        made.add_row(one.subject.value, one.name or one.key, *counts, _bars(one.weekly[-SPAN:]))
    out.print(made)
    if rising:
        say(f"{MARK.strip()} rises by more than chance explains: {rising} of {len(found.trends)}.")


def _bars(series: tuple[int, ...]) -> str:
    most = max(series, default=0)
    steps = len(BARS) - 1
    return "".join(BARS[-(-number * steps // most)] if most else BARS[0] for number in series)
