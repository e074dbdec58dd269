"""Insight over a large company: what its parts cost, and what collecting asks of the desk."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.bench.cost import Row, measured

CPU_SECONDS, PEAK_MB = 60, 300
"""For 100,000 incidents, everything together."""

REQUESTS, WHOLE, WHOLE_ISSUES = 200, 100_000, 20_000
"""For collecting so many incidents and issues."""


def insight(*, quick: bool) -> Iterator[Row]:
    """Half a year's facts from the store to the page, those of Jira's issues among them."""
    incidents, problems, issues = (3_000, 150, 600) if quick else (WHOLE, 5_000, 20_000)
    with tempfile.TemporaryDirectory(prefix="tandem-bench-") as name:
        folder, url = Path(name), f"sqlite:///{name}/facts.db"
        measured(folder, "fill", url, str(incidents), str(problems), str(issues))
        ran = measured(folder, "analyse", url)
    for part in ran.data:
        what = f"insight: {part['what']}"
        yield Row(what, part.get("found", ""), part["cpu"], part["wall"], peak_mb=part["peak_mb"])
    held = ran.cpu <= CPU_SECONDS and ran.peak_mb <= PEAK_MB
    size = f"{incidents:,} incidents, {problems:,} problems"
    bar = f"{CPU_SECONDS} s CPU, {PEAK_MB} MB"
    yield Row("insight", size, ran.cpu, ran.wall, None, None, ran.peak_mb, bar, held)


def collecting(*, quick: bool) -> Iterator[Row]:
    """What both sides are asked for: all at first, then what moved. Only pages grow in number, so
    from what the first and the second time ask for follows what a larger company would be.

    Whether Jira Cloud hands out labels and components a thousand issues at a time its documentation
    leaves open, so both are measured.
    """
    size, issues = (1_100, 150) if quick else (20_000, 4_000)
    for sets in ("sets", "no sets"):
        with tempfile.TemporaryDirectory(prefix="tandem-bench-") as name:
            ran = measured(Path(name), "collect", str(size), str(issues), sets)
        many = f"{size:,} incidents, {issues:,} issues, {sets}"
        for part in ran.data:
            reads = int(part["requests"])
            yield Row(f"collect, {part['what']}", many, part["cpu"], part["wall"], reads, 0)
        asked = {part["what"]: int(part["requests"]) for part in ran.data}
        if quick:
            continue  # from so few pages nothing follows
        yield from whole(asked, WHOLE / size, WHOLE_ISSUES / issues, sets)


def whole(asked: Mapping[str, int], desk: float, jira: float, sets: str) -> Iterator[Row]:
    """A first load and a refresh at rest, so many times larger."""

    def grown(side: str, times: float) -> float:
        pages = asked[f"first, {side}"] - asked[f"second, {side}"]
        return asked[f"second, {side}"] + pages * times

    counts = asked["first, desk's own counts"]
    rest = sum(asked[f"second, {side}"] for side in ("desk", "Jira")) + counts
    first = round(grown("desk", desk) + grown("Jira", jira)) + counts
    size, bar = f"{WHOLE:,} incidents, {WHOLE_ISSUES:,} issues, {sets}", f"{REQUESTS} requests"
    for what, number in (("at rest", rest), ("first load, extrapolated", first)):
        held = number <= REQUESTS
        yield Row(f"collect, {what}", size, None, None, number, 0, bar=bar, held=held)
