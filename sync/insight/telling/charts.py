"""Charts: one picture of a trend for an issue, and small plots for the report.

The picture is drawn without the library's global state, so that several threads may draw, and is
the same byte for byte for equal input, so that an unchanged chart need not be sent again. It brings
its own light ground: readable in a light and in a dark Jira. Nothing is told by colour alone.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from html import escape
from io import BytesIO
from statistics import median_low
from typing import TYPE_CHECKING

from sync.insight.model import WEEKS, WINDOWS, Trend

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INCHES, DPI = (6.4, 2.2), 200
"""640 x 220 at twice the density, for sharp screens."""

INK, DIM, LINE, GROUND = "#172b4d", "#505f79", "#dfe1e6", "#ffffff"
CALM, ALARM, SHADE = "#4c7fb5", "#b3261e", "#fbe9e7"
COLOURS = 64
LONGEST = 68
"""Letters of a title that fit; the rest is cut."""


def chart(trend: Trend, now: datetime) -> bytes:
    """A PNG: weekly bars, their median, what rises marked, counts of all windows above."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=INCHES, dpi=DPI, facecolor=GROUND, edgecolor=LINE, linewidth=2)
    axes = figure.add_axes((0.058, 0.135, 0.925, 0.56))
    _bars(axes, trend)
    _dates(axes, now)
    _words(figure, trend)
    return _png(figure)


def _words(figure: Figure, trend: Trend) -> None:
    middle = median_low(trend.weekly)
    lines = (
        (0.965, 9.5, "bold", INK, drawable(_title(trend), LONGEST)),
        (0.86, 7.6, "normal", INK, _counts(trend)),
        (
            0.775,
            6.4,
            "normal",
            DIM,
            f"a bar a week, dashed: their median, {middle}",
        ),
    )
    for y, size, weight, color, text in lines:
        line = figure.text(0.02, y, text, va="top", fontsize=size, fontweight=weight, color=color)
        line.set_parse_math(False)
    if trend.rising:
        figure.text(
            0.98, 0.86, _rise(trend), fontsize=7.6, weight="bold", ha="right", va="top", color=ALARM
        )


def _png(figure: Figure) -> bytes:
    """Few colours, so that it is small; no stamp of when and by what."""
    from PIL import Image

    size = (round(INCHES[0] * DPI), round(INCHES[1] * DPI))
    with BytesIO() as drawn, BytesIO() as written:
        figure.savefig(drawn, format="rgba", dpi=DPI, facecolor=GROUND, edgecolor=LINE)
        full = Image.frombytes("RGBA", size, drawn.getvalue()).convert("RGB")
        few = full.quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        few.save(written, "PNG")
        return written.getvalue()


def _title(trend: Trend) -> str:
    return f"Incidents: {trend.subject.value} {trend.name}"


def _counts(trend: Trend) -> str:
    told = (
        f"{name} {counts.now} (before {counts.before})" for name, counts in trend.windows.items()
    )
    return "   ".join(told)


def _rise(trend: Trend) -> str:
    counts = trend.windows[trend.rising]
    return f"\N{BLACK UP-POINTING TRIANGLE} rising, {trend.rising}: {counts.before} to {counts.now}"


def _bars(axes: Axes, trend: Trend) -> None:
    """Bars from 0 to 26, each one week wide, so that now is the right edge."""
    rising = WINDOWS[trend.rising] / 7 if trend.rising else 0.0
    places = [week + 0.5 for week in range(WEEKS)]
    marked = [place > WEEKS - rising for place in places]
    if rising:
        axes.axvspan(WEEKS - rising, WEEKS, color=SHADE, zorder=0)
    axes.bar(places, trend.weekly, width=0.74, color=[(CALM, ALARM)[one] for one in marked])
    top = max(4, *trend.weekly) * 1.12
    axes.set(xlim=(0, WEEKS), ylim=(0, top))
    axes.axhline(
        median_low(trend.weekly), color=INK, linewidth=0.9, linestyle=(0, (4, 2)), zorder=3
    )
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(DIM)
    axes.locator_params(axis="y", nbins=4, integer=True)
    axes.yaxis.grid(True, color=LINE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=7, length=0, colors=DIM, labelcolor=INK)


def _dates(axes: Axes, now: datetime) -> None:
    """The end of every fourth week, and of the last."""
    ends = range(WEEKS, 0, -4)
    days = [now - timedelta(weeks=WEEKS - end) for end in ends]
    axes.set_xticks(list(ends), [f"{day.day} {_MONTHS[day.month - 1]}" for day in days])
    axes.get_xticklabels()[0].set_horizontalalignment("right")


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def drawable(text: str, longest: int) -> str:
    """Text as the font can show it, in one line: no control letters, no letter without a shape."""
    known = _letters()
    line = " ".join(unicodedata.normalize("NFC", text).split())
    shown = "".join(
        letter if ord(letter) in known else "?" for letter in line if letter.isprintable()
    )
    return shown if len(shown) <= longest else shown[: longest - 1] + "\N{HORIZONTAL ELLIPSIS}"


@cache
def _letters() -> frozenset[int]:
    from matplotlib.font_manager import findfont, get_font

    return frozenset(get_font(findfont("DejaVu Sans")).get_charmap())


def svg(values: Sequence[float | None], said: str, marked: int = 0) -> str:
    """A small plot for a table: a bar a value, gaps where there is none, the last ``marked`` ones
    apart. ``said`` is what it shows, for those who cannot see it. Colours are the page's own."""
    height, step, top = 24, 6, max((value for value in values if value), default=0) or 1
    bars = []
    for place, value in enumerate(values):
        if value is None:
            continue
        tall = max(1.0, round(value / top * height, 1)) if value > 0 else 0.6
        kind = "up" if place >= len(values) - marked else "bar"
        bars.append(
            f'<rect class="{kind}" x="{place * step}" y="{height - tall:g}" '
            f'width="{step - 1.5}" height="{tall:g}"/>'
        )
    width = len(values) * step
    return (
        f'<svg class="plot" role="img" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}"><title>{escape(said)}</title>{"".join(bars)}</svg>'
    )
