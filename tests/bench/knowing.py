"""Insight over a large company: what its parts cost, and what collecting asks of the desk."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench.cost import Row, measured

CPU_SECONDS, PEAK_MB = 60, 300
"""For 100,000 incidents, everything together."""

REQUESTS, WHOLE = 200, 100_000
"""For the first collecting of so many incidents."""


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
    from what the first and the second time ask for follows what a larger desk would be."""
    size, issues = (1_100, 150) if quick else (20_000, 4_000)
    with tempfile.TemporaryDirectory(prefix="tandem-bench-") as name:
        ran = measured(Path(name), "collect", str(size), str(issues))
    asked = {part["what"]: int(part["requests"]) for part in ran.data}
    many = f"{size:,} incidents, {issues:,} issues"
    for part in ran.data:
        reads = asked[part["what"]]
        yield Row(f"collect, {part['what']}", many, part["cpu"], part["wall"], reads, 0)
    pages = (asked["first, desk"] - asked["second, desk"]) * WHOLE / size
    whole = round(asked["second, desk"] + pages) + asked["first, desk's own counts"]
    yield Row("collect, first, desk", f"{WHOLE:,} incidents, extrapolated", None, None, whole, 0,
              bar=f"{REQUESTS} requests", held=whole <= REQUESTS)  # fmt: skip
