"""Twins (I-01, I-04, I-07): everybody has one who should, nobody two, none comes back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta

from connector.articles import ARTICLE, correlation
from connector.sandbox.jira.index import FLICKER_SECONDS
from connector.sandbox.jira.model import Issue
from mappings.model import MappingSpec
from mappings.references import Reference
from mappings.sides import Side
from mappings.values import Unknown
from sync.core import marks
from sync.core.model import Parked
from sync.demo.couples import Couple
from sync.demo.truth import asks
from sync.engine.doubles import TWIN
from tests.simulation.journal import Entry
from tests.simulation.judges.evidence import Evidence


class TwinJudge:
    """One look at who has a twin, when all is at rest."""

    def __init__(self, case: Evidence) -> None:
        self.case = case

    def findings(self) -> Iterator[str]:
        """Everything that is wrong with who has a twin."""
        yield from self._alone()
        yield from self._twice()

    def _alone(self) -> Iterator[str]:
        made = self._made()
        for side in Side:
            content = self.case.truth.of(side)
            for pair, keys in content.scoped.items():
                for key in sorted(keys):
                    if not asks(self.case.marked, self.case.lookup, pair, side, key):
                        continue
                    label = content.records[key].label
                    had = made.get((pair, side, key)) or self.case.marked.twins(side, key)
                    parked = any(name == label for name, _ in self.case.waiting)
                    if had or parked or self._linked(side, key):
                        continue
                    if self._by_seconds(pair, side, key):
                        self.case.excused[
                            "a record is linked with a second twin, which is told of"
                        ] += 1
                    else:
                        yield f"I-01 {label} is in scope of {pair} and has no twin"

    def _by_seconds(self, pair: str, side: Side, key: str) -> bool:
        """Whether all that asks for a twin of a record are links with second twins."""
        spec, fields = self._spec(pair), self.case.truth.of(side).records[key].fields
        held = ((rule.relation, rule.relation.canonical(side, fields)) for rule in spec.rules)
        told = [
            one
            for relation, value in held
            if isinstance(relation, Reference) and not isinstance(value, Unknown)
            for one in relation.points(side, value, self.case.lookup)
            if relation.twin(side, one, self.case.lookup)
        ]
        seconds = bool(told) and all(self.case.second(side, one) for one in told)
        return spec.create.only_linked and seconds

    def _spec(self, pair: str) -> MappingSpec:
        return next(spec for spec in self.case.specs if spec.pair == pair)

    def _linked(self, side: Side, key: str) -> bool:
        """A record that was a twin once and lost the other to a deletion."""
        return key in self.case.rig.store.links.by_keys(side, [key])

    def _made(self) -> dict[tuple[str, Side, str], list[Entry]]:
        """Creates of ours, by the record they were made for."""
        wanted = {}
        for spec in self.case.specs:
            for key in self.case.rig.journal.keys(Side.SERVICENOW):
                mark = marks.marker(self.case.names.installation, spec.pair, Side.SERVICENOW, key)
                wanted[marks.label(mark)] = (spec.pair, Side.SERVICENOW, key)
        tables = {spec.servicenow.table: spec.pair for spec in self.case.specs}
        found: dict[tuple[str, Side, str], list[Entry]] = defaultdict(list)
        for one in self.case.rig.journal.entries:
            if one.op != "create" or not one.ours:
                continue
            if isinstance(one.state, Issue):
                for label in one.state.fields["labels"]:
                    if label in wanted:
                        found[wanted[label]].append(one)
            elif one.state:
                held = one.state.get("correlation_id") or correlation(one.state.get("meta"))
                issue = marks.issue_of(held, self.case.names.jira_host)
                if issue is None and one.state["sys_class_name"] == ARTICLE:
                    continue  # asked for by a problem: its own judge counts those
                pair = tables[one.state["sys_class_name"]]
                found[(pair, Side.JIRA, str(issue))].append(one)
        return found

    def _twice(self) -> Iterator[str]:
        for (_, side, key), rows in self._made().items():
            if len(rows) < 2:
                continue
            there = self.case.truth.of(side.other).records
            live = [one for one in rows if one.key in there]
            told = {row.key for row in self.case.parked if _speaks_of_twins(row)}
            if len(live) - len(told & {one.key for one in live}) == 1:
                if self.case.crowd.unstamped:
                    self.case.excused[
                        "a twin hidden before we knew of it was made again, and told"
                    ] += 1
                    continue
                if self._died_early(side.other, live, told):
                    self.case.excused[
                        "a twin deleted before we knew of it came back, and is told of"
                    ] += 1
                    continue
                if self._blinked(*rows[:2]):
                    self.case.excused[
                        "a twin that the index left out was made again, and told"
                    ] += 1
                    continue
            names = ", ".join(one.label for one in rows)
            if len(live) > 1:
                yield f"I-04 {key} has {len(live)} live twins: {names}"
            gone = [one for one in rows[:-1] if one.key not in there]
            for one in gone:
                if self.case.forgotten(one):
                    self.case.excused["a twin was forgotten with an old store and deleted"] += 1
                elif self.case.crowd.known_at_deletion.get((side.other, one.key), True):
                    yield f"I-07 the twin {one.label} of {key} was deleted and came back: {names}"
                else:
                    self.case.excused["a twin was deleted before we knew of it"] += 1

    def _died_early(self, side: Side, live: Sequence[Entry], told: Collection[str]) -> bool:
        """Whether all second twins were deleted before we knew of them, and brought back since."""
        known = self.case.crowd.known_at_deletion
        return all(not known.get((side, one.key), True) for one in live if one.key in told)

    def _blinked(self, twin: Entry, again: Entry) -> bool:
        """Whether somebody edited a twin so shortly before it was made again that Jira's index may
        have looked away just then, long after it had shown the twin."""
        setup = self.case.rig.setup
        late = timedelta(seconds=setup.lag + setup.spread + 2 * FLICKER_SECONDS)
        edits = (one.at for one in self.case.rig.journal.of(twin.side, twin.key) if not one.ours)
        return setup.flicker > 0 and any(again.at - late < at <= again.at for at in edits)

    def marks_of(self, couple: Couple) -> Iterator[str]:
        """Our marks on a couple; a closed incident takes none, and Jira's tell the pair."""
        row = couple.servicenow
        closed = row.container == "incident" and row.fields.get("state") in ("7", "8")
        if self.case.waits(couple, "@marks"):
            return
        for one in self.case.marked.missing(couple):
            if not (closed and "correlation" in one):
                yield f"I-01 {one}"


def _speaks_of_twins(row: Parked) -> bool:
    """Whether a record is put aside because another one is the twin."""
    return row.field == TWIN or row.reason.startswith("it was made for")
