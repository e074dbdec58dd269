"""The policy file: by what changes are judged. Pure.

One file beside the pair files, for all pairs. It says what counts as repeated, which changes are
standard and which emergencies (all others are normal), what each class demands, from where on a
person has to look, and what is written where people work (:mod:`mappings.acting`). Whatever it
leaves out holds as in the shipped ``defaults/policy.yaml``, which writes down every value; a list
that it gives replaces the shipped one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field

from mappings.acting import Acting, FlagsPart, NotesPart, StandardPart, acting
from mappings.beside import POLICY, found, shaped
from mappings.nodes import Document, Path, Problem
from mappings.schema import Strict, Word, Words

RISKS: Mapping[str, str] = {"1": "very high", "2": "high", "3": "moderate", "4": "low"}
"""ServiceNow's risks by their value, as the file names them; ``unknown`` is any other."""

UNKNOWN = "unknown"

Risk = Literal["very high", "high", "moderate", "low", "unknown"]
Plan = Literal["impact", "backout", "test"]
ClassName = Literal["standard", "normal", "emergency"]
Count = Annotated[int, Field(strict=True, ge=0, le=1_000)]


class ChangeClass(StrEnum):
    """How a change may go: pre-approved, assessed, or at once to keep things running."""

    STANDARD = "standard"
    NORMAL = "normal"
    EMERGENCY = "emergency"


class RepeatPart(Strict):
    """Which earlier changes count as the same kind: same type, same item or service, alike title;
    and for how long."""

    days: Annotated[int, Field(strict=True, ge=1, le=180)] = Field(
        180, description="Changes that were closed within so many days count."
    )
    alike: Annotated[int, Field(strict=True, ge=50, le=100)] = Field(
        80, description="Percent of the words of two titles that have to be the same."
    )


class WhenPart(Strict):
    """What a change has to be like; what is left out does not matter."""

    rule: Word = Field(min_length=1, description="The rule's name, as people read it.")
    types: Words = Field(default_factory=list, description="Its type in ServiceNow is one of them.")
    risks: list[Risk] = Field(default_factory=list, description="Its risk is one of them.")
    least_succeeded: Count = Field(0, description="So many of its kind succeeded, or more.")
    least_failed: Count = Field(0, description="So many of its kind failed, or more.")
    most_failed: Count | None = Field(None, description="Not more of its kind failed.")


class ClassPart(WhenPart):
    """A rule that gives a class; the first that fits decides."""

    becomes: ClassName = Field(description="The class of a change that is like this.")


class EscalatePart(WhenPart):
    """A rule by which a person has to look; the first that fits is named."""

    classes: list[ClassName] = Field(default_factory=list, description="Its class is one of them.")
    who: Word = Field("change manager", min_length=1, description="Who has to look.")


class DemandPart(Strict):
    """What has to stand on a change."""

    plans: list[Plan] = Field(default_factory=list, description="impact, backout, test.")
    checks: Words = Field(default_factory=list, description="Automated checks by their names.")


def _demand(*plans: str) -> Any:
    return lambda: DemandPart.model_validate({"plans": list(plans)})


class DemandsPart(Strict):
    """What each class demands."""

    standard: DemandPart = Field(default_factory=_demand("backout"))
    normal: DemandPart = Field(default_factory=_demand("impact", "backout", "test"))
    emergency: DemandPart = Field(default_factory=_demand("impact", "backout"))


class ReadinessPart(Strict):
    """What has to be ready before the window of a change opens."""

    days: Annotated[int, Field(strict=True, ge=1, le=60)] = Field(
        7, description="Told so many days before."
    )
    labels: Words = Field(
        default_factory=lambda: ["knowledge", "runbook"],
        min_length=1,
        description="Labels of knowledge and runbook work in Jira.",
    )


_CLASSES: Sequence[Mapping[str, Any]] = (
    {"rule": "emergency by type", "types": ["emergency"], "becomes": "emergency"},
    {
        "rule": "standard by type, risk low or moderate, none failed",
        "types": ["standard"],
        "risks": ["low", "moderate"],
        "most_failed": 0,
        "becomes": "standard",
    },
    {
        "rule": "low risk, done three times, none failed",
        "types": ["normal"],
        "risks": ["low"],
        "least_succeeded": 3,
        "most_failed": 0,
        "becomes": "standard",
    },
)
_ESCALATE: Sequence[Mapping[str, Any]] = (
    {"rule": "emergency", "classes": ["emergency"]},
    {"rule": "risk high or very high", "risks": ["high", "very high"]},
    {"rule": "risk not assessed", "risks": ["unknown"]},
    {"rule": "its kind failed before", "least_failed": 1},
    {"rule": "standard by type only", "types": ["standard"], "classes": ["normal"]},
)


class PolicyFile(Strict):
    """The policy file of a mapping folder."""

    repeat: RepeatPart = Field(default_factory=lambda: RepeatPart.model_validate({}))
    classes: list[ClassPart] = Field(
        default_factory=lambda: [ClassPart.model_validate(one) for one in _CLASSES]
    )
    demands: DemandsPart = Field(default_factory=lambda: DemandsPart.model_validate({}))
    escalate: list[EscalatePart] = Field(
        default_factory=lambda: [EscalatePart.model_validate(one) for one in _ESCALATE]
    )
    readiness: ReadinessPart = Field(default_factory=lambda: ReadinessPart.model_validate({}))
    flags: FlagsPart = Field(default_factory=lambda: FlagsPart.model_validate({}))
    standard: StandardPart = Field(default_factory=lambda: StandardPart.model_validate({}))
    notes: NotesPart = Field(default_factory=lambda: NotesPart.model_validate({}))


@dataclass(frozen=True, slots=True)
class When:
    """What a change has to be like, as in :class:`WhenPart`; empty: any. ``classes`` are those of
    :class:`EscalatePart`."""

    types: frozenset[str] = frozenset()
    risks: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()
    least_succeeded: int = 0
    least_failed: int = 0
    most_failed: int | None = None

    @property
    def fits_all(self) -> bool:
        """Whether it asks for nothing at all."""
        return self == When()


@dataclass(frozen=True, slots=True)
class ClassRule:
    """A change that is like this is of this class."""

    name: str
    when: When
    becomes: ChangeClass


@dataclass(frozen=True, slots=True)
class EscalateRule:
    """At a change that is like this somebody has to look."""

    name: str
    when: When
    who: str


@dataclass(frozen=True, slots=True)
class Demand:
    """Plans and checks that have to be there."""

    plans: tuple[str, ...]
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """All that the file says; ``days`` and ``alike`` are those of :class:`RepeatPart`, ``ahead``
    and ``labels`` of :class:`ReadinessPart`."""

    days: int
    alike: int
    classes: tuple[ClassRule, ...]
    demands: Mapping[ChangeClass, Demand]
    escalate: tuple[EscalateRule, ...]
    ahead: int
    labels: tuple[str, ...]
    acting: Acting


def parsed(texts: Mapping[str, str]) -> tuple[Policy, list[Problem]]:
    """The policy file among these texts, and everything that is wrong with it."""
    document = found(POLICY, texts)
    if document is None:
        return SHIPPED, []
    shape = shaped(document, PolicyFile, POLICY, "classes")
    if shape is None:
        return SHIPPED, document.problems
    _judge(document, "classes", shape.classes)
    _judge(document, "escalate", shape.escalate)
    _judge_acting(document, shape)
    return _policy(shape), document.problems


def _policy(shape: PolicyFile) -> Policy:
    demands = {name: getattr(shape.demands, name.value) for name in ChangeClass}
    return Policy(
        shape.repeat.days,
        shape.repeat.alike,
        tuple(ClassRule(p.rule, _when(p), ChangeClass(p.becomes)) for p in shape.classes),
        {name: Demand(tuple(p.plans), tuple(p.checks)) for name, p in demands.items()},
        tuple(EscalateRule(p.rule, _when(p), p.who) for p in shape.escalate),
        shape.readiness.days,
        tuple(label.casefold() for label in shape.readiness.labels),
        acting(shape.flags, shape.standard, shape.notes),
    )


def _when(part: WhenPart) -> When:
    return When(
        frozenset(name.casefold() for name in part.types),
        frozenset(part.risks),
        frozenset(part.classes if isinstance(part, EscalatePart) else ()),
        part.least_succeeded,
        part.least_failed,
        part.most_failed,
    )


def _judge(document: Document, group: str, parts: Sequence[WhenPart]) -> None:
    """What a shape cannot say of a list of rules."""
    names = Counter(part.rule for part in parts)
    for place, part in enumerate(parts):
        path: Path = (group, place)
        if _when(part).fits_all:
            text = f"the rule {part.rule!r} fits every change"
            document.complain(path, text, "Say what a change has to be like: `risks: [low]`.")
        if part.most_failed is not None and part.least_failed > part.most_failed:
            text = f"the rule {part.rule!r} fits no change: least_failed is above most_failed"
            document.complain(path, text, "Lower least_failed.")
        if names[part.rule] > 1:
            names[part.rule] = 0
            text = f"the rule {part.rule!r} stands twice"
            document.complain(
                (*path, "rule"), text, "People know rules by their names: change one."
            )


def _judge_acting(document: Document, shape: PolicyFile) -> None:
    """Flags that could not be told apart, and templates for what is no standard change."""
    labels = shape.flags.labels
    if labels.unready and labels.unready == labels.unapproved:
        text = f"both flags have the label {labels.unready!r}"
        document.complain(("flags", "labels"), text, "Give each a label of its own.")
    known = [part.rule for part in shape.classes if part.becomes == "standard"]
    for name in shape.standard.templates:
        if name not in known:
            text = f"no rule {name!r} makes a change standard"
            remedy = f"Name one of: {'; '.join(known)}." if known else "Write such a rule first."
            document.complain(("standard", "templates", name), text, remedy)


SHIPPED = _policy(PolicyFile.model_validate({}))
"""What holds without a file."""
