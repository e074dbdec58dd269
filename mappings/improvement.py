"""The improvement file: what an improvement has to have, and what becomes of one that has it not.
Pure.

One file beside the pair files, for all pairs. Whatever it leaves out holds as in the shipped
``defaults/improvement.yaml``, which writes down every value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from mappings.beside import IMPROVEMENT, found, shaped
from mappings.nodes import Problem
from mappings.schema import Strict, Word, Words

Need = Literal["owner", "due", "measure"]
NEEDS: tuple[Need, ...] = ("owner", "due", "measure")
HEADINGS = ("Success measure", "Measure of success")


class MeasurePart(Strict):
    """Where the success measure stands in Jira."""

    field: str = Field("", description="A field by name or customfield_12345; empty: none.")
    heading: Words = Field(
        default_factory=lambda: list(HEADINGS),
        description="Headings of the description, where the field is empty or none is named.",
    )


class BackPart(Strict):
    """How a vague improvement is sent back."""

    comment: bool = Field(True, description="Say the reason on the record, on the side it is from.")
    label: str = Field("needs-measure", description="Label in Jira while it is vague; empty: none.")
    at_most: Annotated[int, Field(strict=True, ge=1, le=1_000)] = Field(
        20, description="More in one run are not sent back but told, until a person looked."
    )


class ImprovementFile(Strict):
    """The improvement file of a mapping folder."""

    types: Words = Field(
        default_factory=lambda: ["Improvement"],
        min_length=1,
        description="Issue types of improvements; a project without them has none.",
    )
    scope: Word = Field("", description="JQL: only these; empty: all of these types.")
    needs: list[Need] = Field(
        default_factory=lambda: list(NEEDS), description="owner, due, measure: what it has to have."
    )
    measure: MeasurePart = Field(default_factory=lambda: MeasurePart.model_validate({}))
    window: Literal["7d", "30d", "90d"] = Field(
        "30d", description="Measured so long before it was begun, and after it was done."
    )
    back: BackPart = Field(default_factory=lambda: BackPart.model_validate({}))
    results: bool = Field(True, description="Say what was measured before and after.")


@dataclass(frozen=True, slots=True)
class Improving:
    """All that the file says. ``headings`` and ``field`` tell where the measure stands, ``says``,
    ``label`` and ``room`` how a vague one is sent back; ``results`` are told on the records."""

    types: tuple[str, ...] = ("Improvement",)
    scope: str = ""
    needs: frozenset[str] = frozenset(NEEDS)
    field: str = ""
    headings: tuple[str, ...] = HEADINGS
    window: str = "30d"
    says: bool = True
    label: str = "needs-measure"
    room: int = 20
    results: bool = True


def parsed(texts: Mapping[str, str]) -> tuple[Improving, list[Problem]]:
    """The improvement file among these texts, and everything that is wrong with it."""
    document = found(IMPROVEMENT, texts)
    if document is None:
        return Improving(), []
    shape = shaped(document, ImprovementFile, IMPROVEMENT, "needs")
    if shape is None:
        return Improving(), document.problems
    if "measure" in shape.needs and not (shape.measure.field or shape.measure.heading):
        document.complain(
            ("measure",), "nobody knows where the measure stands", "Name a field or a heading."
        )
    if " " in shape.back.label:
        document.complain(("back", "label"), "a label has no blanks", "Write needs-measure.")
    return _improving(shape), document.problems


def _improving(shape: ImprovementFile) -> Improving:
    return Improving(
        tuple(shape.types),
        shape.scope,
        frozenset(shape.needs),
        shape.measure.field,
        tuple(shape.measure.heading),
        shape.window,
        shape.back.comment,
        shape.back.label,
        shape.back.at_most,
        shape.results,
    )
