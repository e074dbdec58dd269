"""A plan: what one pass would write, as a sorted value that can be shown, counted and hashed.

The hash covers what would be written and where, not when or in which process it was planned, so
that an approval given for one run releases exactly the same plan in the next.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

from connector.contents import File
from mappings.sides import Side
from mappings.values import Change, Unknown
from sync.core.merge import Clash, Stuck
from sync.core.model import Base, End, Link, Value

NO_TWIN = "is in scope and has no twin"
"""Ends the reason for a create."""


@dataclass(frozen=True, slots=True)
class FieldWrite:
    """One field's write inside an action; ``change`` is its native form.

    ``other`` is what the other side held when this was decided: with the read-back it becomes the
    new base, unless it is only half of what has to be written (``settles`` is false). ``agreed`` is
    what the two last agreed on. A name that starts with ``@`` is not a mapped field but one of our
    marks.
    """

    name: str
    old: Value
    new: Value
    reason: str
    other: Value = None
    change: Change = field(default_factory=Change)
    closes: bool = False
    settles: bool = True
    agreed: Base | None = None


@dataclass(frozen=True, slots=True)
class Carried:
    """A text about a comment on its way to the other side; the last three as in ``CommentLink``.

    One that ``follows`` is a later part: without the text before it, it is of no use.
    """

    source_id: str
    lane: str
    reference: str
    body: str
    author: str
    internal: bool = True
    follows: bool = False
    stamp: str = ""
    digest: str = ""
    parts: int = 1


@dataclass(frozen=True, slots=True)
class Attach:
    """Attach a copy of the other side's ``file`` on ``side``, under a name that is safe there."""

    pair: str
    side: Side
    link: Link
    file: File
    name: str
    reference: str


@dataclass(frozen=True, slots=True)
class Create:
    """Make the twin of ``origin`` on ``side``."""

    pair: str
    side: Side
    container: str
    origin: End
    marker: str
    mark: str
    writes: tuple[FieldWrite, ...]
    remarks: tuple[Carried, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Update:
    """Change the record of a link on one side.

    ``seen`` and ``version`` are what that record held when this was decided, by rule: whoever
    finds something else there afterwards knows that somebody was at work in between.
    """

    pair: str
    side: Side
    link: Link
    writes: tuple[FieldWrite, ...]
    seen: Mapping[str, Value | Unknown] = field(default_factory=dict)
    version: str = ""


@dataclass(frozen=True, slots=True)
class Adopt:
    """Join two records that already carry each other's marks; nothing is written for it.

    ``doubles`` bear the mark as well: second twins.
    """

    pair: str
    side: Side
    servicenow: End
    jira: End
    origin: Side
    reason: str
    doubles: tuple[End, ...] = ()


@dataclass(frozen=True, slots=True)
class Remark:
    """Add a comment on ``side`` of a link, whose status there was ``status`` then."""

    pair: str
    side: Side
    link: Link
    comment: Carried
    status: str = ""


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete the record of a link on ``side``, as it was at ``version``: its twin is gone, and
    ``reason`` says how that is known."""

    pair: str
    side: Side
    link: Link
    version: str
    reason: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Write the draft of an article for a problem (``origin``, linked as ``link_id``)."""

    pair: str
    side: Side
    container: str
    origin: End
    link_id: int
    marker: str
    fields: Mapping[str, Value]
    reason: str


@dataclass(frozen=True, slots=True)
class Detach:
    """Delete ``copy`` on ``side``: we made it, and its original ``source_id`` was deleted."""

    pair: str
    side: Side
    link: Link
    copy: File
    source_id: str


@dataclass(frozen=True, slots=True)
class Hang:
    """Tie an article of ours to its task."""

    pair: str
    side: Side
    container: str
    task: str
    article: str
    marker: str
    reason: str


Action: TypeAlias = "Create | Update | Adopt | Remark | Attach | Detach | Delete | Ask | Hang"


@dataclass(frozen=True, slots=True)
class Note:
    """Something a pass found out about a field that is not a write: a conflict or a dead end."""

    pair: str
    link: Link
    name: str
    finding: Clash | Stuck


@dataclass(frozen=True)  # without slots: its hash is worked out once
class Plan:
    """All actions of a pass in the order they are carried out, and the findings beside them."""

    actions: tuple[Action, ...] = ()
    notes: tuple[Note, ...] = ()

    @cached_property
    def hash(self) -> str:
        """Twelve hex digits over everything that would be written."""
        text = json.dumps([identity(action) for action in self.actions], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def counts(self) -> dict[str, dict[str, int]]:
        """Kind of action to side to number."""
        found: Counter[tuple[str, str]] = Counter()
        for action in self.actions:
            found.update({(name, action.side.value): n for name, n in _tally(action).items() if n})
        names = ("create", "update", "transition", "comment", "adopt", "detach", "delete")
        return {
            name: {side.value: found[(name, side.value)] for side in Side}
            for name in names
            if any(found[(name, side.value)] for side in Side)
        }

    def of(self, pair: str) -> Plan:
        """The part that belongs to one pair."""
        return Plan(
            tuple(action for action in self.actions if action.pair == pair),
            tuple(note for note in self.notes if note.pair == pair),
        )


ORDER = {
    Adopt: 0, Create: 1, Ask: 1, Hang: 1, Update: 2, Remark: 3, Attach: 4, Detach: 5, Delete: 6,
}  # fmt: skip


def ordered(actions: list[Action], pairs: tuple[str, ...]) -> tuple[Action, ...]:
    """Pairs in their order; adopt, create, update, comment, attach, detach, delete; then by place.

    Comments and files of one record keep the order in which they are given.
    """
    rank = {pair: place for place, pair in enumerate(pairs)}

    def place(action: Action) -> tuple[Any, ...]:
        return (rank.get(action.pair, len(rank)), ORDER[type(action)], action.side, anchor(action))

    return tuple(sorted(actions, key=place))


def anchor(action: Action) -> str:
    """The label (else key) of the ServiceNow record, or of the origin, an action is about."""
    if isinstance(action, Create | Ask):
        return action.origin.label or action.origin.key
    if isinstance(action, Hang):
        return action.article
    if isinstance(action, Adopt):
        return action.servicenow.label or action.servicenow.key
    return action.link.servicenow.label or action.link.servicenow.key


def identity(action: Action) -> list[Any]:
    """What makes an action the same action in another process."""
    if isinstance(action, Create):
        return ["create", action.pair, action.side, action.origin.key, _values(action.writes),
                [remark.reference for remark in action.remarks]]  # fmt: skip
    if isinstance(action, Update):
        return ["update", action.pair, action.side, action.link.end(action.side).key,
                _values(action.writes)]  # fmt: skip
    if isinstance(action, Adopt):
        return ["adopt", action.pair, action.servicenow.key, action.jira.key]
    if isinstance(action, Ask):
        return ["ask", action.pair, action.origin.key, sorted(action.fields.items())]
    if isinstance(action, Hang):
        return ["hang", action.pair, action.task, action.article]
    if isinstance(action, Attach):
        return ["attach", action.pair, action.side, action.link.end(action.side).key,
                action.reference]  # fmt: skip
    if isinstance(action, Detach):
        return ["detach", action.pair, action.side, action.copy.id]
    if isinstance(action, Delete):
        return ["delete", action.pair, action.side, action.link.end(action.side).key,
                action.version]  # fmt: skip
    return ["comment", action.pair, action.side, action.link.end(action.side).key,
            action.comment.reference]  # fmt: skip


def _values(writes: tuple[FieldWrite, ...]) -> list[Any]:
    return [[write.name, write.new] for write in writes]


def _tally(action: Action) -> dict[str, int]:
    if isinstance(action, Create):
        return {"create": 1, "comment": len(action.remarks)}
    if isinstance(action, Adopt):
        return {"adopt": 1}
    if isinstance(action, Ask):
        return {"create": 1}
    if isinstance(action, Remark):
        return {"comment": 1}
    if isinstance(action, Attach | Hang):
        return {"attach": 1}
    if isinstance(action, Detach):
        return {"detach": 1}
    if isinstance(action, Delete):
        return {"delete": 1}
    moves = sum(1 for write in action.writes if write.change.wish is not None)
    return {"update": int(len(action.writes) > moves), "transition": moves}
