"""Copies that go with their originals, where a mapping says so, judged (I-07, I-10).

Every content is a token of its own, so the copy of a file is known by what is in it. Under
``deletes: follow`` the copy of an original that a person deleted has to be gone at rest, unless

* something is put aside about it;
* the original's record was out of our sight at some time since: what went meanwhile is taken for
  lost with its record, and the copy may be the last one (``engine/refiling.py``);
* the store of the time when the copy was made was put back: nobody knows any longer that it was a
  copy, since its original is gone;
* the answer to its sending was unclear, and the original was gone before that was cleared up: the
  same.

Nothing else may go: no copy whose original stands, or went with its record; no file of a person's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from mappings.model import MappingSpec
from mappings.sides import Side
from sync.demo.couples import Couple
from sync.engine.unfiling import followed
from tests.simulation.journal import Entry, Sheet
from tests.simulation.judges.papers import papers
from tests.simulation.people.crowd import Crowd
from tests.simulation.rig import Rig


class CompanionJudge:
    """One look at everything that was thrown away, when all is at rest."""

    def __init__(
        self, rig: Rig, crowd: Crowd, waiting: set[tuple[str, str]], excused: Counter[str]
    ) -> None:
        self.rig, self.crowd, self.waiting, self.excused = rig, crowd, waiting, excused
        self.sheets = list(rig.journal.sheets.values())

    def taken(self) -> Iterator[str]:
        """Files that we deleted without being allowed to."""
        specs = {
            (side, link.end(side).key): spec
            for spec in self.rig.specs
            for link in self.rig.store.links.of_pair(spec.pair, ended=True)
            for side in Side
        }
        for one in self.sheets:
            if one.gone is not None and one.gone.ours:
                why = self._forbidden(specs.get((one.side, one.key)), one, one.gone)
                if why:
                    yield f"I-07 we deleted {one.data!r} of {one.gone.label}: {why}"
                self.rig.reached["a copy went with its original"] += not why

    def _forbidden(self, spec: MappingSpec | None, one: Sheet, by: Entry) -> str:
        if spec is None or not followed(spec, one.side.other):
            return "no mapping says so"
        if not one.ours:
            return "a person had attached it"
        gone = [held.gone for held in self._originals(one)]
        if any(entry is None or entry.n > by.n for entry in gone):
            return "its original stands, or went with its record"
        return "" if gone else "it is nobody's copy"

    def _originals(self, copy: Sheet) -> list[Sheet]:
        return [
            one
            for one in self.sheets
            if one.side is copy.side.other and one.data == copy.data and not one.ours
        ]

    def left(self, couple: Couple) -> Iterator[str]:
        """Copies of a couple that stand although a person deleted their original."""
        for side in Side:
            if not followed(couple.spec, side):
                continue
            there = {paper.id for paper in papers(self.rig, side.other, couple.of(side.other).key)}
            for one in self.sheets:
                mine = (one.side, one.key) == (side.other, couple.of(side.other).key)
                if mine and one.ours and one.id in there:
                    yield from self._left(couple, one)

    def _left(self, couple: Couple, copy: Sheet) -> Iterator[str]:
        for original in self._originals(copy):
            if original.gone is None or original.key != couple.of(original.side).key:
                continue
            why = self._excuse(couple, original, original.gone, copy)
            if not why:
                where = original.side
                yield f"I-07 {couple}: {copy.data!r} was deleted in {where}, its copy stands"
            elif why != "put aside":
                self.excused[f"a copy stays: {why}"] += 1

    def _excuse(self, couple: Couple, original: Sheet, by: Entry, copy: Sheet) -> str:
        names = [name for s in Side for name in (couple.of(s).label, couple.of(s).key)]
        if any((name, f"file {original.id}") in self.waiting for name in names):
            return "put aside"
        if self.crowd.veils.veiled(original.side, original.key, by.n):
            return "its original went while the record was out of sight"
        if any(copy.born in window for window in self.rig.forgotten):
            return "the store of that time was put back"
        if self.rig.unclear[(copy.side, copy.key)]:
            return "its original went before the answer was clear"
        return ""
