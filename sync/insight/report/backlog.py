"""The report's part on open problems: class, score and what it is made of. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sync.insight.facts import ProblemFact
from sync.insight.model import Class, Insight, Priority
from sync.insight.report.markup import Html, joined, tag
from sync.insight.report.tables import ROWS, table
from sync.insight.words import number_of


def standing(insight: Insight) -> list[tuple[ProblemFact, Priority]]:
    """Open problems with where they stand, the highest score first."""
    found = [
        (one, insight.priorities[one.key])
        for one in insight.problems
        if one.key in insight.priorities
    ]
    return sorted(found, key=lambda both: (-both[1].score, both[0].number, both[0].key))


def as_data(insight: Insight) -> list[dict[str, Any]]:
    """All of them as plain data."""
    return [
        {
            "problem": problem.number,
            "summary": problem.summary,
            "service": problem.service_name,
            "class": rank.class_.value,
            "score": rank.score,
            "why": list(rank.why),
        }
        for problem, rank in standing(insight)
    ]


def backlog_table(insight: Insight) -> Iterator[Html]:
    """How many there are of each class, then a row for each problem."""
    ranked = standing(insight)
    if not ranked:
        yield tag("p", "No problem is open.")
        return
    classes = [rank.class_ for _, rank in ranked]
    counts = ", ".join(f"{classes.count(one)} {one.value}" for one in Class)
    yield tag("p", f"{number_of(len(ranked), 'open problem')}: {counts}.")
    more = f" The first {ROWS} of {len(ranked)}; JSON has all." if len(ranked) > ROWS else ""
    heads = (("Problem", ""), ("Class", ""), ("Score", "num"), ("Why", "means"))
    caption = f"Scores are of 100, the highest first.{more}"
    yield table(caption, heads, map(_row, ranked[:ROWS]), "Problems by score")


def _row(both: tuple[ProblemFact, Priority]) -> Html:
    problem, rank = both
    where = tag("span", problem.service_name, kind="n") if problem.service_name else None
    return tag(
        "tr",
        tag("th", joined(f"{problem.number} {problem.summary}".strip(), where), scope="row"),
        tag("td", rank.class_.value),
        tag("td", str(rank.score), kind="num"),
        tag("td", tag("ul", *(tag("li", line) for line in rank.why)), kind="means"),
    )
