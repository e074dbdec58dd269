"""What is said of improvements, in words. Pure."""

from __future__ import annotations

from sync.insight.improving.measuring import length
from sync.insight.improving.values import Improvement, Taken, Verdict, Wanted
from sync.insight.report.tables import amount
from sync.insight.words import short


def sent_back(one: Improvement) -> str:
    """Why an improvement is sent back."""
    lines = [f"- {lack.text}." for lack in one.lacks]
    head = "This improvement is too vague to be carried out and judged:"
    foot = "Said once, and again only when its title, its measure or what it lacks changes."
    return "\n".join([head, "", *lines, "", foot])


def result(one: Improvement, wanted: Wanted, window: str) -> str:
    """What was measured before it was begun and after it was done."""
    figure, days = wanted.figure, length(window).days
    of = f" of {short(wanted.subject)}" if wanted.subject else ""
    lines = [
        f"Measured: {figure.name}{of}, {days} days before it was begun and {days} days after it "
        "was done.",
        "",
        f"Before: {valued(one.before, figure.unit, figure.sample)}",
        f"After: {valued(one.after, figure.unit, figure.sample)}",
        f"Goal: {wanted.goal.said}: {verdict(one.verdict)}",
        "",
        f"What it is: {figure.definition}",
    ]
    return "\n".join(lines)


def asked(one: Improvement) -> str:
    """What is said of a measure that people take."""
    return (
        "This improvement is done. Its success measure is none that can be computed here: "
        f"{first_line(one.measure)}\n\n"
        "Please add the value before and after."
    )


def valued(taken: Taken | None, unit: str, sample: str) -> str:
    """A value with its sample and window; why there is none, where there is none."""
    if taken is None:
        return "not measured"
    span = f"{taken.begin:%Y-%m-%d} to {taken.end:%Y-%m-%d}"
    quality = f"; {taken.quality}" if taken.quality else ""
    if taken.value is None:
        return f"no value, {span}{quality}"
    return f"{amount(taken.value, unit)} (n = {taken.n} {sample}, {span}{quality})"


def verdict(one: Verdict) -> str:
    """A verdict, as people say it."""
    return {
        Verdict.REACHED: "reached",
        Verdict.MISSED: "not reached",
        Verdict.UNKNOWN: "cannot be told",
    }[one]


def first_line(text: str) -> str:
    """The first line of a text, not too long."""
    line = next((one.strip() for one in text.split("\n") if one.strip()), "")
    return short(line)
