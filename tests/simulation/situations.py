"""What many schedules have to come across, and the report of what they did.

A schedule counts everything that it meets under a plain name. A situation of this list that a long
run never meets is one that nobody has tested: such a run is red.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

ENOUGH = 500
"""So many schedules, a quarter of them in liveness mode, meet every situation."""

SITUATIONS = (
    "a long comment", "a record was poisoned for good", "a run ended by AccessLost",
    "a run ended by StoreUnusable", "an edit was told", "clone refused", "comment unclear",
    "conflict", "create adopted after unclear",
    "create unclear", "held by a limit", "killed a commit", "killed after a call",
    "killed before a call", "late write landed", "link changed its state", "move unclear",
    "overwritten and confessed", "parked", "parked for good", "parked then healed",
    "patch unclear", "patch without an answer had happened", "postponed",
    "somebody between look and write", "store restored", "token revoked",
    "unclear write settled as not done",
    "deed desk assigns", "deed desk attaches", "deed desk copies", "deed desk deletes",
    "deed desk describes", "deed desk undeletes", "deed somebody knows of a death",
    "deed desk hides", "deed desk moves", "deed desk notes",
    "deed desk opens", "deed desk ranks", "deed desk refers", "deed desk rewords", "deed team asks",
    "deed team assigns", "deed team attaches", "deed team clones", "deed team comments",
    "deed team deletes", "deed team describes", "deed team drops a comment",
    "deed desk drops an entry", "a deleted comment was told of",
    "deed team edits a comment", "deed team hides",
    "deed team labels", "deed team links", "deed team moves", "deed team ranks",
    "deed team rewords", "deed team takes elsewhere", "deed team unlinks", "deed desk files",
    "deed team files", "deed somebody drops a file", "attach unclear",
    "deed desk reports", "deed team reports",
    "deed desk knows", "deed desk writes an article", "deed desk attaches an article",
    "deed desk moves an article", "deed team wants an article", "tie unclear",
    "an article was told of", "an article was taken up",
    "taken for deleted after a week", "a copy went with its original",
    "fault drop_after", "fault drop_before", "fault html", "fault late", "fault status 429",
    "fault status 503",
)  # fmt: skip

_HEADS = {
    "killed ": "kills", "fault ": "faults", "deed ": "people", "excused: ": "excused by the oracle",
    "log ": "said by the engine", "": "situations",
}  # fmt: skip


def never(reached: Counter[str]) -> list[str]:
    """Situations that were not met."""
    return [name for name in SITUATIONS if not reached[name]]


def report(reached: Counter[str]) -> Iterator[str]:
    """Everything that was met, by kind, line by line."""
    left = {name: times for name, times in reached.items() if times}
    for start, head in _HEADS.items():
        mine = {name: times for name, times in sorted(left.items()) if name.startswith(start)}
        if mine:
            yield f"{head} ({sum(mine.values())}):"
            yield from (f"  {times:7}  {name.removeprefix(start)}" for name, times in mine.items())
        left = {name: times for name, times in left.items() if name not in mine}
