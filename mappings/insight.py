"""The insight file: what insight runs are told by an admin. Pure.

One file beside the pair files, for all pairs. It says what a problem's score is made of, which Jira
fields show trends, and whether proposals wait for a person. Whatever it leaves out
holds as in the shipped ``defaults/insight.yaml``, which writes down every value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import Field

from mappings.beside import INSIGHT, found, shaped
from mappings.improvement import Improving
from mappings.nodes import Document, Problem
from mappings.schema import Strict

CLASS_LABELS = ("backlog-urgent", "backlog-planned", "backlog-strategic")
"""Labels of the class of a problem on its epic."""

Weight = Annotated[int, Field(strict=True, ge=0, le=100)]
Points = Annotated[int, Field(strict=True, ge=0, le=100)]
Half = Annotated[int, Field(strict=True, ge=1, le=100_000)]


class WeightsPart(Strict):
    """How much each part counts, against the others."""

    value: Weight = Field(30, description="Business value: the problem's priority.")
    impact: Weight = Field(35, description="Customer impact: incidents of 30 days, open ones.")
    risk: Weight = Field(20, description="Risk reduction: major incidents, failed changes, a rise.")
    effort: Weight = Field(15, description="Little effort counts, against the usual one.")


class ClassesPart(Strict):
    """From which score on a problem is urgent, and planned; below it is strategic."""

    urgent: Points = Field(60, description="Urgent from this score on.")
    planned: Points = Field(35, description="Planned from this score on.")


class HalfPart(Strict):
    """How many count half: of twice as many come two thirds, it never is all."""

    incidents: Half = Field(10, description="Incidents in 30 days.")
    open: Half = Field(5, description="Incidents that are open.")
    majors: Half = Field(1, description="Major incidents.")
    change_failures: Half = Field(2, description="Incidents that changes caused.")


class BacklogPart(Strict):
    """The score of a problem."""

    weights: WeightsPart = Field(default_factory=lambda: WeightsPart.model_validate({}))
    classes: ClassesPart = Field(default_factory=lambda: ClassesPart.model_validate({}))
    half: HalfPart = Field(default_factory=lambda: HalfPart.model_validate({}))


class FieldsPart(Strict):
    """Jira fields on the epics of problems, by name or ``customfield_12345``; empty: none."""

    incidents_7d: str = Field("", description="Number: incidents of 7 days.")
    incidents_30d: str = Field("", description="Number: incidents of 30 days.")
    incidents_90d: str = Field("", description="Number: incidents of 90 days.")
    share: str = Field("", description="Number: part of all incidents, in percent.")
    restore_hours: str = Field("", description="Number: median hours to restore.")
    trend: str = Field("", description="Text: rising, with the window, or steady.")
    score: str = Field("", description="Number: the score in the backlog, 0 to 100.")


class RecurrencePart(Strict):
    """What becomes of incidents that keep coming back."""

    accept: Literal["ask", "allow"] = Field(
        "ask", description="A problem for them: after `tandem insight accept`, or by itself."
    )


class TellingPart(Strict):
    """What insight runs write."""

    notes: bool = Field(True, description="Delivery status as a work note, without our columns.")
    charts: bool = Field(True, description="One image of the trend on each epic.")


class InsightFile(Strict):
    """The insight file of a mapping folder."""

    backlog: BacklogPart = Field(default_factory=lambda: BacklogPart.model_validate({}))
    fields: FieldsPart = Field(default_factory=lambda: FieldsPart.model_validate({}))
    recurrence: RecurrencePart = Field(default_factory=lambda: RecurrencePart.model_validate({}))
    telling: TellingPart = Field(default_factory=lambda: TellingPart.model_validate({}))


@dataclass(frozen=True, slots=True)
class Backlog:
    """What a problem's score is made of: by :class:`WeightsPart`, ``classes`` and ``half``."""

    weights: Mapping[str, int] = field(
        default_factory=lambda: WeightsPart.model_validate({}).model_dump()
    )
    urgent: int = 60
    planned: int = 35
    half: Mapping[str, int] = field(
        default_factory=lambda: HalfPart.model_validate({}).model_dump()
    )


@dataclass(frozen=True, slots=True)
class Rules:
    """All that the file says. ``fields`` are Jira's by what they show, as far as they are named;
    ``accepts``: proposals become problems by themselves; ``notes`` and ``charts`` are written.
    ``improving`` is what the improvement file says. ``file`` and ``lines`` tell where each of the
    fields is named, for problems that only the live systems show."""

    backlog: Backlog = Backlog()
    fields: Mapping[str, str] = field(default_factory=dict)
    accepts: bool = False
    notes: bool = True
    charts: bool = True
    file: str = field(default=INSIGHT, compare=False)
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)
    improving: Improving = field(default_factory=Improving)


def parsed(texts: Mapping[str, str]) -> tuple[Rules, list[Problem]]:
    """The insight file among these texts, and everything that is wrong with it."""
    document = found(INSIGHT, texts)
    if document is None:
        return Rules(), []
    shape = shaped(document, InsightFile, INSIGHT, "backlog")
    if shape is None:
        return Rules(), document.problems
    _judge(document, shape.backlog)
    return _rules(document, shape), document.problems


def _rules(document: Document, shape: InsightFile) -> Rules:
    part = shape.backlog
    backlog = Backlog(
        part.weights.model_dump(), part.classes.urgent, part.classes.planned, part.half.model_dump()
    )
    fields = {name: held for name, held in shape.fields.model_dump().items() if held}
    accepts, telling = shape.recurrence.accept == "allow", shape.telling
    lines = {name: document.line(("fields", name)) for name in fields}
    notes, charts = telling.notes, telling.charts
    return Rules(backlog, fields, accepts, notes, charts, document.file, lines)


def _judge(document: Document, part: BacklogPart) -> None:
    if not any(part.weights.model_dump().values()):
        document.complain(
            ("backlog", "weights"), "nothing counts", "Give at least one part a weight above 0."
        )
    if part.classes.planned >= part.classes.urgent:
        document.complain(
            ("backlog", "classes"),
            f"planned ({part.classes.planned}) must be below urgent ({part.classes.urgent})",
            "Lower planned or raise urgent.",
        )
