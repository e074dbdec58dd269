"""The report's part on improvements: which are vague, what runs, what came of the rest. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sync.insight.improving.notes import first_line, valued, verdict
from sync.insight.improving.values import Improvement, Standing, Taken
from sync.insight.report.markup import Html, tag
from sync.insight.report.tables import NOTHING, listing
from sync.insight.words import number_of
from sync.report import stamp

PEOPLE = "measured by people"


def improvement_section(improvements: Sequence[Improvement]) -> Html:
    """A section with a table for each thing that somebody has to do or wants to know."""
    about = (
        f"{len(improvements)} that are open or were done within half a year. Before is the window "
        "that ended when work began, after the one that began when it was done."
    )
    return tag(
        "section",
        tag("h2", "Improvements", id="improvements-title"),
        tag("p", about if improvements else "No project has any.", kind="dim"),
        *(_tables(improvements) if improvements else ()),
        id="improvements",
        aria_labelledby="improvements-title",
    )


def _tables(improvements: Sequence[Improvement]) -> Iterator[Html]:
    yield from listing(
        "Too vague",
        ("Improvement", "Owner", "Due", "Why"),
        [
            (_name(one), one.owner or NOTHING, one.due or NOTHING, _why(one))
            for one in improvements if one.is_vague
        ],
        "No open improvement is vague.",
    )  # fmt: skip
    yield from listing(
        "Sound and open",
        ("Improvement", "Owner", "Due", "Success measure", "Before"),
        [
            (_name(one), one.owner or NOTHING, one.due or NOTHING, _measure(one),
             _valued(one, one.before))
            for one in improvements
            if one.standing in (Standing.OPEN, Standing.RUNNING) and not one.is_vague
        ],
        "No sound improvement is open.",
    )  # fmt: skip
    yield from listing(
        "Done",
        ("Improvement", "Success measure", "Before", "After", "Goal"),
        [
            (_name(one), _measure(one), _valued(one, one.before), _after(one), _came(one))
            for one in improvements if one.standing is Standing.DONE
        ],
        "None was done within half a year.",
    )  # fmt: skip


def _name(one: Improvement) -> str:
    return " ".join(filter(None, (one.label, one.number, one.summary)))


def _why(one: Improvement) -> str:
    return "; ".join(lack.text for lack in one.lacks)


def _measure(one: Improvement) -> str:
    return f"{first_line(one.measure) or NOTHING}{f' ({PEOPLE})' if one.by_people else ''}"


def _valued(one: Improvement, taken: Taken | None) -> str:
    if one.wanted is None:
        return NOTHING
    return valued(taken, one.wanted.figure.unit, one.wanted.figure.sample)


def _after(one: Improvement) -> str:
    waits = one.wanted is not None and one.waits > 0
    return f"not yet: {number_of(one.waits, 'day')} more" if waits else _valued(one, one.after)


def _came(one: Improvement) -> str:
    if one.wanted is None or one.after is None:
        return NOTHING
    return f"{one.wanted.goal.said}: {verdict(one.verdict)}"


def as_data(improvements: Sequence[Improvement]) -> list[dict[str, Any]]:
    """All of it as plain data."""
    return [
        {
            "issue": one.label,
            "number": one.number,
            "summary": one.summary,
            "owner": one.owner,
            "due": one.due,
            "standing": one.standing.value,
            "vague": [lack.text for lack in one.lacks],
            "measure": one.measure,
            "measured_by": "people" if one.by_people else "tandem" if one.wanted else "",
            "name": one.wanted.figure.name if one.wanted else "",
            "of": one.wanted.subject if one.wanted else "",
            "unit": one.wanted.figure.unit if one.wanted else "",
            "definition": one.wanted.figure.definition if one.wanted else "",
            "goal": one.wanted.goal.said if one.wanted else "",
            "before": _data(one.before),
            "after": _data(one.after),
            "days_to_wait": one.waits,
            "verdict": one.verdict.value if one.after else "",
        }
        for one in improvements
    ]


def _data(taken: Taken | None) -> dict[str, Any] | None:
    if taken is None:
        return None
    return {
        "value": taken.value,
        "n": taken.n,
        "begin": stamp(taken.begin),
        "end": stamp(taken.end),
        "quality": taken.quality,
    }
