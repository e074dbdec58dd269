"""A success measure as people write it, read strictly. Pure.

One of ours begins with the name of a figure of the scorecard, as it stands there or with blanks for
its underscores; then, if it is about one service, team, item or issue type, ``of`` and its name;
then its goal:

    below 5 %   at most 4 h   above 20   at least 95 %   (also < <= > >=, under, over)
    by -30 %    of the value before; a sign has to say in which direction
    by -2 days  so much in the figure's unit
    to 1 day    or: from 3 days to 1 day; there or beyond

A share is in percent, a time has its unit; a count may name what it counts. Whatever begins with
such a name and goes on otherwise is a fault. Anything else is people's own: it is sound where a
number stands with a unit (a word, a percent sign or a currency), and people measure it. Years,
dates and little words are no units: "by 2027", "3 of 4" and "on 1 May" measure nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mappings.sections import section
from mappings.text import from_wiki
from sync.insight.figures import failures, flow, stability, uptime
from sync.insight.figures.readings import Figure
from sync.insight.improving.values import Goal, Wanted, Way
from sync.insight.words import short

FIGURES: Mapping[str, Figure] = {
    one.name: one for one in (*flow.FIGURES, *stability.FIGURES, *failures.FIGURES, *uptime.FIGURES)
}
"""All that we can compute from facts."""

_NUMBER = r"\d+(?:[.,]\d+)?"
_UNIT = r"%|percent|hours?|hrs?|h|minutes?|mins?|days?|d|incidents?|issues?"
_GOAL = re.compile(
    rf"(?:of\s+(?P<subject>\S.*?)\s+)?"
    rf"(?P<way>below|under|at\s+most|above|over|at\s+least|by|to|<=|>=|<|>"
    rf"|from\s+(?P<start>{_NUMBER})\s*(?P<start_unit>{_UNIT})?\s+to)"
    rf"\s*(?P<sign>[+\u2212\u2013-])?\s*(?P<number>{_NUMBER})\s*(?P<unit>{_UNIT})?",
    re.IGNORECASE,
)
_WAYS: Mapping[str, Way] = {
    "below": Way.BELOW, "under": Way.BELOW, "<": Way.BELOW,
    "at most": Way.AT_MOST, "<=": Way.AT_MOST,
    "above": Way.ABOVE, "over": Way.ABOVE, ">": Way.ABOVE,
    "at least": Way.AT_LEAST, ">=": Way.AT_LEAST,
    "to": Way.TO,
}  # fmt: skip
_HOURS: Mapping[str, float] = {"m": 1 / 60, "h": 1, "d": 24}
"""Hours by the first letter of a unit of time."""

_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_LITTLE = (
    "a an and are as at be better but by for from if in into is it less more no not of on or out "
    "per q so st nd rd th than that the then there this to up until was we when which will with x"
)
_NO_UNIT = frozenset((*_LITTLE.split(), *_MONTHS.split("|")))
_MONEY = r"[$\u20ac\u00a3]"
_THEIRS = re.compile(
    rf"{_MONEY}\s?{_NUMBER}|(?<![\w.,-]){_NUMBER}[ \t-]?(?P<unit>%|{_MONEY}|[^\W\d_]+)"
)
_BULLET = re.compile(r"^[*#\-\s`\"']+")


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a text measures nothing, for people."""

    text: str


def stated(description: str, headings: tuple[str, ...]) -> str:
    """The success measure of a description: what stands under a heading; or, in text without any,
    behind such words and a colon, or below a line that holds nothing but them."""
    under = section(description, headings)
    if under:
        return _trimmed(under)
    lines = from_wiki(description).split("\n")
    wanted = [" ".join(one.split()).casefold() for one in headings]
    for place, line in enumerate(lines):
        head, colon, rest = line.partition(":")
        if " ".join(head.split()).strip("* \t").casefold() not in wanted:
            continue
        if colon and rest.strip(" *"):
            return rest.strip(" *")
        if not rest.strip(" *"):
            return _trimmed("\n".join(_paragraph(lines[place + 1 :])))
    return ""


def _paragraph(lines: list[str]) -> list[str]:
    """The first lines with words, up to an empty one."""
    found: list[str] = []
    for line in lines:
        if line.strip():
            found.append(line)
        elif found:
            break
    return found


def _trimmed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().split("\n"))


def understood(text: str) -> Wanted | Fault | None:
    """One of our measures; nothing for a sound one of people's own."""
    for line in text.split("\n"):
        plain = " ".join(_BULLET.sub("", line).split()).rstrip(".`\"' ")
        figure, rest = _named(plain)
        if figure is not None:
            return _ours(figure, rest)
    if any(_is_measured(found) for found in _THEIRS.finditer(text)):
        return None
    return Fault(
        "its success measure has no number with a unit, so nobody can tell when it has worked: "
        "say from what to what, such as `approval of laptops from 3 days to 1`, or name a figure, "
        "such as `reopen_rate below 5 %`"
    )


def _named(line: str) -> tuple[Figure | None, str]:
    for name in sorted(FIGURES, key=lambda one: (-len(one), one)):
        words = name.replace("_", "[ _-]")
        found = re.match(rf"{words}(?![\w-])", line, re.IGNORECASE)
        if found:
            return FIGURES[name], line[found.end() :].strip(" :,")
    return None, ""


def _ours(figure: Figure, rest: str) -> Wanted | Fault:
    found = _GOAL.fullmatch(rest)
    if found is None:
        said = f"`{figure.name} {short(rest)}`" if rest else f"`{figure.name}` alone"
        return Fault(f"its success measure {said} has no goal that can be read: {_example(figure)}")
    word, sign = " ".join(found["way"].lower().split()), found["sign"]
    said = short(rest[found.start("way") :])
    unit = (found["unit"] or found["start_unit"] or "").lower()
    if word == "by":
        return _by(figure, found, said)
    value = _value(figure, found["number"], unit)
    if value is None or sign:
        return Fault(f"its goal `{said}` does not fit {figure.name}: {_example(figure)}")
    subject, way = found["subject"] or "", _WAYS.get(word, Way.TO)
    start = None
    if found["start"]:
        start = _value(figure, found["start"], (found["start_unit"] or unit).lower())
        if start is None or start == value:
            return Fault(f"its goal `{said}` does not fit {figure.name}: {_example(figure)}")
    return Wanted(figure, Goal(way, value, said, start), subject)


def _by(figure: Figure, found: re.Match[str], said: str) -> Wanted | Fault:
    if not found["sign"]:
        return Fault(f"its goal `{said}` does not say in which direction: write by -{said[3:]}")
    sign = 1.0 if found["sign"] == "+" else -1.0
    unit = (found["unit"] or "").lower()
    if unit in ("%", "percent"):
        goal = Goal(Way.CHANGE, sign * _number(found["number"]) / 100, said)
    else:
        value = None if figure.unit == "share" else _value(figure, found["number"], unit)
        if value is None:
            return Fault(f"its goal `{said}` does not fit {figure.name}: {_example(figure)}")
        goal = Goal(Way.DIFFERENCE, sign * value, said)
    if not goal.number:
        return Fault(f"its goal `{said}` changes nothing")
    return Wanted(figure, goal, found["subject"] or "")


def _value(figure: Figure, number: str, unit: str) -> float | None:
    """A number in the figure's unit; nothing where the unit does not fit."""
    value = _number(number)
    if figure.unit == "share":
        return value / 100 if unit in ("%", "percent") and value <= 100 else None
    if figure.unit in ("hours", "days"):
        hours = _HOURS.get(unit[:1]) if unit else None
        return None if hours is None else value * hours / _HOURS[figure.unit[0]]
    return value if unit in ("", figure.unit, figure.unit.removesuffix("s")) else None


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _example(figure: Figure) -> str:
    units = {"share": "5 %", "hours": "4 h", "days": "5 days"}
    return f"write `{figure.name} below {units.get(figure.unit, '20')}` or `{figure.name} by -30 %`"


def _is_measured(found: re.Match[str]) -> bool:
    unit = found["unit"]
    return unit is None or unit.casefold() not in _NO_UNIT
