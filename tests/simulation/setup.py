"""From a seed to everything that is decided before the first step.

The numbers keep to what the protocols promise for: a late commit and the index behind it are over
before the settle time has passed (reliability: 4.1), the index is inside the overlap of a poll.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Literal

from connector.sandbox.faults import Fault
from connector.sandbox.jira.index import FLICKER_SECONDS
from mappings.defaults import shipped
from mappings.loader import load
from mappings.model import MappingSpec

Mode = Literal["safety", "liveness"]

WRITES = "POST|PUT|PATCH|DELETE"
FOLLOWING = "deleted files take their copies along"
"""A variant that adds to mappings which say nothing of files: see ``_following``."""

WITHDRAWING = "comments that are gone are told"
"""Another one of that kind: see ``withdrawing``."""

VARIANTS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "shipped": (),
    "jira wins": (("conflict: owner", "conflict: jira"),),
    "servicenow wins": (("conflict: owner", "conflict: servicenow"),),
    "newest wins": (("conflict: owner", "conflict: newest"),),
    "a person decides": (("conflict: owner", "conflict: ask"),),
    "customers read along": (("jira: work_notes ", "jira: comments "),),
    "edits are ignored": (("edits: note ", "edits: ignore "),),
    "survivors are closed": (("on_delete: detach ", "on_delete: close "),),
    "survivors are deleted": (("on_delete: detach ", "on_delete: delete "),),
    "summaries flow to jira": (
        ("as: line, owner: servicenow}", "as: line, owner: servicenow, flow: to_jira}"),
    ),
    FOLLOWING: (),
    WITHDRAWING: (),
}
"""Changes to the shipped mappings, by name."""

FIRST = tuple(name for name in VARIANTS if name not in (FOLLOWING, WITHDRAWING))

MOURNING = ("survivors are closed", "survivors are deleted")
"""Variants in which a record that is not shown for seven days counts as deleted."""

WORKAROUND = """  # One field of HTML, where the project has a place for it.
  workaround: {servicenow: workaround, jira: Business impact, as: html, optional: true}

  # Current ServiceNow releases"""


@dataclass(frozen=True, slots=True)
class Setup:
    """The options of one schedule. All times are seconds, all rates are for one request."""

    seed: int
    mode: Mode = "safety"
    steps: int = 25
    flavour: Literal["cloud", "dc"] = "cloud"
    project: str = "OPS"
    variant: str = "shipped"
    tickets: int = 2
    lag: float = 0.0
    spread: float = 0.0
    flicker: float = 0.0
    late: Mapping[str, float] = field(default_factory=dict)
    rates: Mapping[str, float] = field(default_factory=dict)
    settle: Mapping[str, float] = field(default_factory=dict)
    stepwise_problems: bool = False
    direct_knowledge: bool = False
    locked: str = ""
    creates_limit: int = 50
    on_disk: bool = False
    agile: bool = False
    proofs: bool = False
    real: bool = False
    """Whether the real adapters are at work, on a line to each sandbox."""
    holidays: int = -1
    """Before which step people leave for days; before none where it is negative."""

    def told(self) -> list[str]:
        """All options, one a line."""
        return [f"{one.name} = {getattr(self, one.name)!r}" for one in fields(self)]

    def weather(self, side: str) -> list[Fault]:
        """The faults in force on a side for the whole schedule."""
        found = []
        for kind, rate in self.rates.items():
            if kind == "late":
                seconds = self.late[side]
                found += [
                    Fault("late", method=WRITES, times=None, rate=rate / 2, seconds=share)
                    for share in (seconds, seconds / 3)
                ]
            elif kind == "status":
                found += [
                    Fault("status", method=WRITES, times=None, rate=rate / 2, status=503),
                    Fault(
                        "status", method=WRITES, times=None, rate=rate / 2, status=429,
                        retry_after="7",
                    ),
                ]  # fmt: skip
            else:
                found.append(Fault(kind, method=WRITES, times=None, rate=rate))
                if kind in READING:
                    found.append(Fault(kind, method="GET", times=None, rate=rate / 12))
        return found


READING = frozenset({"drop_before", "html"})
"""Kinds that strike reads too; rarely, because a real adapter tries a read again by itself."""

KINDS = ("drop_before", "drop_after", "late", "status", "html")


def of_seed(seed: int, mode: Mode = "safety") -> Setup:
    """The setup of a seed."""
    dice = random.Random(f"setup {seed}")
    quick = dice.random() < 0.5
    settle = {"servicenow": 40.0, "jira": 100.0} if quick else {"servicenow": 120.0, "jira": 300.0}
    flicker = 0.2 if dice.random() < 0.15 else 0.0
    room = settle["jira"] - 15 - (2 * FLICKER_SECONDS if flicker else 0)
    late_in_jira = min(dice.choice((5.0, 30.0, 120.0)), room / 2)
    slow = min(dice.choice((0.0, 0.0, 10.0, 60.0)), room - late_in_jira)
    rough = dice.choice((0.0, 0.02, 0.05, 0.12))
    kinds = [kind for kind in KINDS if dice.random() < 0.6]
    steps = dice.choice((12, 25, 25, 40))
    flavour: Literal["cloud", "dc"] = dice.choice(("cloud", "cloud", "dc"))
    project = dice.choice(("OPS", "OPS", "OPS", "TEAM", "DESK"))
    variant = _variant(seed, dice.choice(("shipped", "shipped", *FIRST)))
    return Setup(
        seed,
        mode,
        steps=steps,
        flavour=flavour,
        project=project,
        variant=variant,
        tickets=dice.choice((1, 2, 3)),
        lag=slow / 2,
        spread=slow / 2,
        flicker=flicker,
        late={"servicenow": min(60.0, settle["servicenow"] - 10), "jira": late_in_jira},
        rates=dict.fromkeys(kinds, rough) if rough else {},
        settle=settle,
        stepwise_problems=dice.random() < 0.4,
        locked=dice.choice(("", "", "", "incident.assigned_to", "problem.description")),
        direct_knowledge=dice.random() < 0.4,
        creates_limit=1 if dice.random() < 0.1 else 50,
        on_disk=dice.random() < 0.01,
        agile=dice.random() < 0.5,
        proofs=dice.random() < 0.5,
        holidays=_holidays(seed, variant, steps),
    )


def _variant(seed: int, drawn: str) -> str:
    """What came later has dice of its own: it takes over seeds that would be ordinary ones."""
    later = random.Random(f"variant {seed}").random() < 0.4
    if drawn == "shipped" and later:
        return FOLLOWING
    latest = random.Random(f"withdrawing {seed}").random() < 0.4
    return WITHDRAWING if drawn == "shipped" and latest else drawn


def _holidays(seed: int, variant: str, steps: int) -> int:
    dice = random.Random(f"holidays {seed}")
    if variant not in MOURNING or dice.random() < 0.4:
        return -1
    return dice.randrange(steps // 3, steps)


@cache
def specs(variant: str, project: str) -> tuple[MappingSpec, ...]:
    """The mappings of a variant; loaded once, they are values."""
    texts = dict(shipped())
    for old, new in VARIANTS[variant]:
        without = [name for name, text in texts.items() if old not in text]
        if [name for name in without if not name.endswith("knowledge.yaml")]:
            raise ValueError(f"variant {variant}: no {old!r} in {', '.join(without)}")
        texts = {name: text.replace(old, new) for name, text in texts.items()}
    texts = {
        name: text.replace("  # Current ServiceNow releases", WORKAROUND)
        for name, text in texts.items()
    }
    if variant == FOLLOWING:
        texts = {name: _following(text) for name, text in texts.items()}
    if variant == WITHDRAWING:
        texts = {name: withdrawing(text) for name, text in texts.items()}
    if sum(WORKAROUND in text for text in texts.values()) != 1:
        raise ValueError("problems have no field of HTML")
    return load(texts, project=project)


def _following(text: str) -> str:
    """A mapping in which copies go with their originals."""
    if "\nattachments:" in text:
        old = "deletes: ignore           # a deleted file"
        return text.replace(old, old.replace("ignore", "follow"))
    return f"{text}\nattachments: {{deletes: follow}}\n"


def withdrawing(text: str) -> str:
    """A mapping that tells of carried comments which are no longer shown."""
    old = "deletes: ignore           # a carried comment"
    if old in text:
        return text.replace(old, old.replace("ignore", "note"))
    for head in ("\ncomments:\n", "\ncomments: {"):
        if head in text:
            more = "deletes: note, " if head.endswith("{") else "  deletes: note\n"
            return text.replace(head, head + more)
    raise ValueError("a mapping that says nothing of comments")
