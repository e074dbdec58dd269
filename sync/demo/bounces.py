"""Writes of ours that a later write of ours took back although nobody had touched the record. Pure.

Both sides can be equal in the end and a ticket may still have been closed and opened again on the
way: people see that in its history, and clocks and close codes are not what they were. So the two
systems' own logs are read, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta

from mappings.sides import Side
from sync.demo.content import Logged, Truth
from sync.demo.couples import Couple

JUST_BEFORE = timedelta(seconds=2)
"""Somebody who acted so shortly before the first of two writes may be the reason for the second."""


def bounces(couple: Couple, truth: Truth) -> Iterator[str]:
    """Each pair of writes to one field of a couple that only undid each other."""
    lines = {side: truth.of(side).log.get(couple.of(side).key, ()) for side in Side}
    people = [line for side in Side for line in lines[side] if not line.ours]
    for side in Side:
        names = couple.spec.names(side)
        by_field: dict[str, list[Logged]] = defaultdict(list)
        for line in lines[side]:
            if line.ours and line.field in names:
                by_field[line.field].append(line)
        for name, writes in by_field.items():
            for first, second in _undone(writes, people):
                yield (
                    f"{couple}: {name} in {side} was set from {first.old!r} to {first.new!r} "
                    f"and back to {second.new!r} by nobody's wish"
                )


def _undone(writes: Sequence[Logged], people: Sequence[Logged]) -> Iterator[tuple[Logged, Logged]]:
    for place, first in enumerate(writes):
        for second in writes[place + 1 :]:
            asked = any(first.at - JUST_BEFORE <= one.at <= second.at for one in people)
            if second.new == first.old and not asked:
                yield first, second
                break
