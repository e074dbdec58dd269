"""What must hold, judged from the true content and the write logs of both sides alone.

The store is asked for two things only: what its ledger *says* (conflicts, parked work, history).
Each finding begins with the invariant of the reliability contract that it breaks.

Where an invariant cannot hold with these two APIs (class D), it is exempted here, as narrowly as
the journal allows, and counted:

* a status that a person changes between our fresh look and our transition, or before one whose
  answer was lost is done late, is overwritten unseen: no answer and no look tells what a transition
  replaced (I-03; :func:`Judge._excused`);
* a reference to what is hidden takes its old link away, and gives one once that is shown (I-05);
* a step of a walk of ours that is done late leads an issue astray after it had arrived: one more
  write leads it back, or tells the other side (I-05; :func:`_strays`);
* an issue link that a person takes away comes back with a request of ours that is done late (I-03);
* a twin that a person edits within a second of its creation, before the two ever agreed, looks as
  if the edit had ridden with the create: Jira tells no last writer with an issue (I-08);
* a field of a twin that a person empties before the two ever agreed, or before they agree again
  after an old store was put back, looks as if it had never been filled (I-08);
* a store put back from an old copy has an old history and an old ledger (I-03, I-23);
* a value that a person gave and that equals the one last agreed on is no change (state-based: 1.6);
* a comment of ours that a person deleted before its answer arrived is sent once more (I-09);
* a twin that is hidden from us before we knew of it cannot be told from one that was never made:
  it is made once more, and the sweep tells of the second one, which is no twin even where it
  outlives the other; nor can one that somebody edits as the settle time ends, when Jira's index may
  leave it out for a moment (I-04, I-01);
* a twin that a person deleted before the answer to its create arrived cannot be told from one that
  was never made: the mark is gone with it, so it is made once more (I-07);
* a reference to what is deleted tells nothing, as long as nobody proves the deletion (I-01);
* the closing of a survivor replaces whatever status people gave it: a word on it says so (I-03);
* a survivor that we closed is opened where its twin is back, whichever ending it has by then: one
  that a person gave it meanwhile looks like ours (I-03);
* a story that moved to another project, or whose incident is deleted, leads its bug to the problem
  that its incident had when the two last agreed (I-01);
* a link that is taken away while the desk makes its reference point to a record without a twin is
  no conflict: each side says nothing to the other, and a new link follows the twin (I-03);
* a link to an issue without a twin says nothing until that has one: a reference that the desk
  cleared meanwhile is set then (I-03);
* a transition, or a write of nothing but labels that are no marks, whose answer was lost or died
  with the process leaves no history row: after the restart both sides agree and nothing is written
  (I-23).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from connector.articles import ARTICLE, correlation
from connector.sandbox.jira import linking, native
from connector.sandbox.jira.index import FLICKER_SECONDS
from connector.sandbox.jira.model import Issue
from connector.sandbox.servicenow import direct_shapes as shapes
from connector.sandbox.servicenow import knowledge_rules as hands
from connector.sandbox.servicenow.audit import AUDITED
from connector.values import Comment
from mappings.model import MappingSpec, Rule
from mappings.references import IssueLink, Reference, linked
from mappings.sides import Side
from mappings.values import Unknown, Value
from sync.core import marks
from sync.core.model import Conflict, HistoryRow, Parked
from sync.demo.content import Truth, fit, read
from sync.demo.couples import Couple, Marks, Names, TruthLookup, named_in
from sync.demo.truth import asks
from sync.engine.doubles import TWIN
from tests.simulation.comments import CommentJudge
from tests.simulation.companions import CompanionJudge
from tests.simulation.crowd import Crowd
from tests.simulation.deaths import harm
from tests.simulation.journal import Entry
from tests.simulation.knowledge import KnowledgeJudge
from tests.simulation.papers import faults
from tests.simulation.rig import Rig
from tests.simulation.withdrawals import words

SILENT = frozenset({"value", "priority", "status"})
"""Relations in which an empty value is no statement about the other side."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One field of one side after one write. ``fit``: whether the two sides agreed then."""

    entry: Entry
    value: Value
    fit: bool


class Judge:
    """One look at everything, when all is at rest."""

    def __init__(self, rig: Rig, crowd: Crowd) -> None:
        self.rig, self.crowd = rig, crowd
        rig.drain("person")
        self.specs = fit(rig, rig.specs)
        options = rig.runtime.options
        self.names = Names(options.installation, options.jira_host)
        self.truth: Truth = read(rig, self.specs)
        self.marked = Marks(self.truth, self.specs, self.names)
        self.lookup = TruthLookup(self.marked)
        ledger = rig.store.ledger
        self.parked: tuple[Parked, ...] = ledger.parked()
        self.conflicts: tuple[Conflict, ...] = ledger.conflicts(all=True)
        self.waiting = {(row.label, row.field) for row in self.parked}
        self.waiting |= {(row.key, row.field) for row in self.parked}
        self.waiting |= {(row.number, row.field) for row in self.conflicts if row.open}
        self.excused: Counter[str] = Counter()
        self.couples = [one for one in self.marked.couples() if not self._bereft(one)]
        # What Jira does to the children of an epic that we delete, it does in our name.
        self.cuts = {one.call for one in rig.journal.entries if one.ours and one.op == "delete"}

    def findings(self) -> list[str]:
        """Everything that is wrong."""
        found = [*self._alone(), *self._twice(), *self._taken_away(), *self._labels()]
        comments = CommentJudge(self.rig, self.crowd, self.truth, self.names.installation)
        companions = CompanionJudge(self.rig, self.crowd, self.waiting, self.excused)
        found += companions.taken()
        for couple in self.couples:
            found += self._marks(couple)
            found += companions.left(couple)
            found += self._fields(couple)
            found += comments.findings(couple)
            ours = self._ours(couple)
            written = {side: "\n".join(one.body for one in ours[side]) for side in Side}
            found += faults(self.rig, self.crowd, couple, self.waiting, written)
            found += words(self.rig, self.crowd, couple, ours, self.waiting)
            found += self._told(couple)
            entries = self._about(couple)
            for rule in couple.spec.rules:
                moments = self._moments(rule, entries)
                found += self._accounted(couple, rule, moments)
                found += self._bounded(couple, rule, moments)
        found += KnowledgeJudge(self.rig, self.crowd, self.couples, self.specs).findings()
        for reason, number in self.excused.items():
            self.rig.reached[f"excused: {reason}"] += number
        return found

    # -- twins (I-01, I-04, I-07) ----------------------------------------------------------------

    def _alone(self) -> Iterator[str]:
        made = self._made()
        for side in Side:
            content = self.truth.of(side)
            for pair, keys in content.scoped.items():
                for key in sorted(keys):
                    if not asks(self.marked, self.lookup, pair, side, key):
                        continue
                    label = content.records[key].label
                    had = made.get((pair, side, key)) or self.marked.twins(side, key)
                    parked = any(name == label for name, _ in self.waiting)
                    if had or parked or self._linked(side, key):
                        continue
                    if self._by_seconds(pair, side, key):
                        self.excused["a record is linked with a second twin, which is told of"] += 1
                    else:
                        yield f"I-01 {label} is in scope of {pair} and has no twin"

    def _by_seconds(self, pair: str, side: Side, key: str) -> bool:
        """Whether all that asks for a twin of a record are links with second twins."""
        spec, fields = self._spec(pair), self.truth.of(side).records[key].fields
        held = ((rule.relation, rule.relation.canonical(side, fields)) for rule in spec.rules)
        told = [
            one
            for relation, value in held
            if isinstance(relation, Reference) and not isinstance(value, Unknown)
            for one in relation.points(side, value, self.lookup)
            if relation.twin(side, one, self.lookup)
        ]
        seconds = bool(told) and all(self._second(side, one) for one in told)
        return spec.create.only_linked and seconds

    def _spec(self, pair: str) -> MappingSpec:
        return next(spec for spec in self.specs if spec.pair == pair)

    def _linked(self, side: Side, key: str) -> bool:
        """A record that was a twin once and lost the other to a deletion."""
        return key in self.rig.store.links.by_keys(side, [key])

    def _made(self) -> dict[tuple[str, Side, str], list[Entry]]:
        """Creates of ours, by the record they were made for."""
        wanted = {}
        for spec in self.specs:
            for key in self.rig.journal.keys(Side.SERVICENOW):
                mark = marks.marker(self.names.installation, spec.pair, Side.SERVICENOW, key)
                wanted[marks.label(mark)] = (spec.pair, Side.SERVICENOW, key)
        tables = {spec.servicenow.table: spec.pair for spec in self.specs}
        found: dict[tuple[str, Side, str], list[Entry]] = defaultdict(list)
        for one in self.rig.journal.entries:
            if one.op != "create" or not one.ours:
                continue
            if isinstance(one.state, Issue):
                for label in one.state.fields["labels"]:
                    if label in wanted:
                        found[wanted[label]].append(one)
            elif one.state:
                held = one.state.get("correlation_id") or correlation(one.state.get("meta"))
                issue = marks.issue_of(held, self.names.jira_host)
                if issue is None and one.state["sys_class_name"] == ARTICLE:
                    continue  # asked for by a problem: its own judge counts those
                pair = tables[one.state["sys_class_name"]]
                found[(pair, Side.JIRA, str(issue))].append(one)
        return found

    def _twice(self) -> Iterator[str]:
        for (_, side, key), rows in self._made().items():
            if len(rows) < 2:
                continue
            there = self.truth.of(side.other).records
            live = [one for one in rows if one.key in there]
            told = {row.key for row in self.parked if _speaks_of_twins(row)}
            if len(live) - len(told & {one.key for one in live}) == 1:
                if self.crowd.unstamped:
                    self.excused["a twin hidden before we knew of it was made again, and told"] += 1
                    continue
                if self._blinked(*rows[:2]):
                    self.excused["a twin that the index left out was made again, and told"] += 1
                    continue
            names = ", ".join(one.label for one in rows)
            if len(live) > 1:
                yield f"I-04 {key} has {len(live)} live twins: {names}"
            gone = [one for one in rows[:-1] if one.key not in there]
            for one in gone:
                if any(one.n in window for window in self.rig.forgotten):
                    self.excused["a twin was forgotten with an old store and deleted"] += 1
                elif self.crowd.known_at_deletion.get((side.other, one.key), True):
                    yield f"I-07 the twin {one.label} of {key} was deleted and came back: {names}"
                else:
                    self.excused["a twin was deleted before we knew of it"] += 1

    def _blinked(self, twin: Entry, again: Entry) -> bool:
        """Whether somebody edited a twin so shortly before it was made again that Jira's index may
        have looked away just then, long after it had shown the twin."""
        setup = self.rig.setup
        late = timedelta(seconds=setup.lag + setup.spread + 2 * FLICKER_SECONDS)
        edits = (one.at for one in self.rig.journal.of(twin.side, twin.key) if not one.ours)
        return setup.flicker > 0 and any(again.at - late < at <= again.at for at in edits)

    def _taken_away(self) -> Iterator[str]:
        for one in self.rig.journal.entries:
            if one.ours and one.op in ("comment_delete", "comment_edit"):
                yield f"I-07 we did {one.op} on {one.label}"
        yield from harm(self.rig, self.crowd.mourners, self.specs)

    def _labels(self) -> Iterator[str]:
        for key, own in self.truth.jira.own.items():
            issue = self.truth.jira.records.get(key)
            held = issue.fields.get("labels") if issue else None
            if issue is not None and isinstance(held, tuple):
                for label in sorted(own - set(held)):
                    yield f"I-03 {issue.label}: people's own label {label} is gone"

    def _marks(self, couple: Couple) -> Iterator[str]:
        """Our marks on a couple; a closed incident takes none, and Jira's tell the pair."""
        row = couple.servicenow
        closed = row.container == "incident" and row.fields.get("state") in ("7", "8")
        if any((name, "@marks") in self.waiting for name in names_of(couple)):
            return
        for one in self.marked.missing(couple):
            if not (closed and "correlation" in one):
                yield f"I-01 {one}"

    # -- fields (I-01, I-03, I-05, I-08) -----------------------------------------------------------

    def _waits(self, couple: Couple, rule: Rule) -> bool:
        return any((name, rule.name) in self.waiting for name in names_of(couple))

    def _fields(self, couple: Couple) -> Iterator[str]:
        for rule in couple.spec.rules:
            here, there = (rule.relation.canonical(s, couple.of(s).fields) for s in Side)
            if not self._fit(rule, here, there) and not self._waits(couple, rule):
                yield f"I-01 {couple}: {rule.name} is {here!r} in servicenow and {there!r} in jira"

    def _fit(self, rule: Rule, here: Value | Unknown, there: Value | Unknown) -> bool:
        if isinstance(here, Unknown) or isinstance(there, Unknown):
            return True
        if rule.relation.kind in SILENT and (here is None or there is None):
            return True
        if rule.relation.kind == "link" and there and not self.lookup.twin(Side.JIRA, str(there)):
            return True  # a story below an epic of people's own is left alone, and its incident too
        if rule.relation.kind == "link" and there in self.marked.twins(Side.SERVICENOW, str(here)):
            return True  # of two twins, which are told of, the engine keeps to its own
        if isinstance(rule.relation, IssueLink):
            there = tuple(key for key in linked(there) if not self._second(Side.JIRA, key))
        return self._untold(rule, here, there) or rule.relation.holds(here, there, self.lookup)

    def _untold(self, rule: Rule, here: Value, there: Value) -> bool:
        """A reference to what is deleted, which nobody proves; and a way by an issue that moved to
        another project, by a deleted incident, or by one whose own problem is put aside: the other
        end of the way may be an old one."""
        relation, truth = rule.relation, self.truth
        if not isinstance(relation, IssueLink):
            return False
        if here and str(here) not in truth.servicenow.records:
            return True
        others = [truth.jira.records.get(key) for key in linked(there)]
        away = any(one and one.container != self.rig.setup.project for one in others)
        named = [named_in(truth.jira.properties.get(key)) for key in linked(there)]
        bereft = any(one and one not in truth.servicenow.records for one in named)
        ways = {
            rule.name for spec in self.specs for rule in spec.rules if rule.relation.kind == "link"
        }
        stuck = any(one and {(one.label, way) for way in ways} & self.waiting for one in others)
        return bool(relation.through) and (away or bereft or stuck)

    def _about(self, couple: Couple) -> list[Entry]:
        """Every write on either record of a couple that left it there, in order."""
        keys = {side: couple.of(side).key for side in Side}
        entries = self.rig.journal.entries
        return [one for one in entries if one.key == keys[one.side] and one.state is not None]

    def _moments(self, rule: Rule, entries: list[Entry]) -> list[Moment]:
        """Every change of a field of a couple on either side, in order."""
        now: dict[Side, Value | Unknown] = {}
        found = []
        for one in entries:
            value = rule.relation.canonical(one.side, self._native(rule, one))
            if not isinstance(value, Unknown):
                value = self._said(rule, one.side, value)
            if isinstance(value, Unknown) or now.get(one.side, self) == value:
                continue
            now[one.side] = value
            fits = len(now) == 2 and self._fit(rule, now[Side.SERVICENOW], now[Side.JIRA])
            found.append(Moment(one, value, fits))
        return found

    def _said(self, rule: Rule, side: Side, value: Value) -> Value:
        """What a value says: links to people's own issues say nothing."""
        if side is Side.JIRA and isinstance(rule.relation, IssueLink):
            return tuple(key for key in linked(value) if self._speaks(rule.relation, key)) or None
        return value

    def _speaks(self, relation: IssueLink, key: str) -> bool:
        """Whether a linked issue is a twin, or may have been one at that time."""
        if self._second(Side.JIRA, key):
            return False
        issue = self.rig.jira.world.issues.get(key)
        if issue is None:  # deleted: it was a twin if we ever wrote to it
            return any(one.ours for one in self.rig.journal.of(Side.JIRA, key))
        if relation.twin(Side.JIRA, key, self.lookup):
            return True
        return marks.PROPERTY in issue.properties and not self.lookup.twin(Side.JIRA, key)

    def _second(self, side: Side, key: str) -> bool:
        """Whether a record is a second twin, which is told of and never becomes one of a couple."""
        return (key, TWIN) in self.waiting and not self.rig.store.links.by_keys(side, [key])

    def _bereft(self, couple: Couple) -> bool:
        """Whether a couple is none: a second twin that is told of, and outlived the first one."""
        told = any(self._second(side, couple.of(side).key) for side in Side)
        self.excused["a second twin outlived the first one, and is told of"] += told
        return told

    def _native(self, rule: Rule, entry: Entry) -> Mapping[str, Value]:
        names = rule.relation.names(entry.side)
        if isinstance(entry.state, Issue):
            return {n: self._held(entry.state, n) for n in names if self._has(n)}
        state = entry.state or {}
        return {name: shapes.column(self.rig.servicenow.world, state, name) for name in names}

    def _has(self, name: str) -> bool:
        return native.has(self.rig.jira.world, name)

    def _held(self, issue: Issue, name: str) -> Value:
        """A field at that time; a link to what was deleted since was there."""
        world = self.rig.jira.world
        if name.startswith(native.LINK):
            return linking.named(world, issue, name.removeprefix(native.LINK))
        return native.value_of(world, issue, name)

    def _accounted(self, couple: Couple, rule: Rule, moments: list[Moment]) -> Iterator[str]:
        """Every value that a person gave is carried, replaced by a person, or in the ledger."""
        for n, one in enumerate(moments):
            if one.entry.ours or rule.relation.kind == "constant":
                continue
            later = [m for m in moments[n + 1 :] if m.entry.side is one.entry.side]
            until = later[0] if later else None
            end = moments.index(until) if until else len(moments)
            if any(m.fit for m in moments[n:end]) or (until and not until.entry.ours):
                continue
            if _agreed_later(one, moments[n + 1 :]) or self._undone(moments[:n], one):
                continue
            if self._in_ledger(couple, rule, one, _given(one, moments[:n])):
                continue
            if until is None and self._waits(couple, rule):
                continue
            if one.value is None and rule.relation.kind in SILENT:
                continue
            if self._by_policy(rule, one) or (until is not None and self._by_policy(rule, until)):
                self.excused["a survivor was closed, with a word on it"] += 1
                continue
            if until is not None and rule.relation.kind == "link" and until.entry.call in self.cuts:
                self.excused["a deleted epic let its stories go"] += 1
                continue
            if self._closed_otherwise(rule, one, moments[:n]):
                self.excused["a person closed otherwise what we had closed"] += 1
                continue
            given = _given(one, moments[:n])
            if self._unlinked(rule, one, moments[n + 1 : end]) or _beside(given, later):
                continue
            if rule.relation.kind == "status" and one.entry.what.startswith("project: "):
                self.excused["a move to another project gave the status it begins with"] += 1
                continue
            known = {one.entry.n, until.entry.n if until else -1}
            if any(n in window for window in self.rig.forgotten for n in known):
                self.excused["the ledger of that time was put back"] += 1
                continue
            if one.value in (None, ()) and one.entry.n < self._first_agreed(couple):
                self.excused["a field was emptied before the two ever agreed"] += 1
                continue
            if until is not None and self._excused(rule.relation.kind, one, until, self._born(one)):
                continue
            if until is not None and self._spoke_later(rule, one, moments[: n + 1]):
                continue
            yield (
                f"I-03 {couple}: {rule.name} = {one.value!r}, written in {one.entry.side} at "
                f"{one.entry.at:%H:%M:%S} (entry {one.entry.n}), is lost without a word"
            )

    def _by_policy(self, rule: Rule, one: Moment) -> bool:
        """Whether a status was set by the closing of a survivor, which says so on it; that of a
        parent incident closes its children, too."""
        call = (one.entry.side, one.entry.call)
        return rule.relation.kind == "status" and call in self.crowd.mourners.closings

    def _closed_otherwise(self, rule: Rule, one: Moment, before: list[Moment]) -> bool:
        """Another ending that a person gives a survivor which we had closed."""
        side = one.entry.side
        calls = {(side, m.entry.call) for m in before if m.entry.side is side and m.entry.ours}
        ended = rule.relation.kind == "status" and rule.relation.closes(side, one.value)
        return ended and bool(calls & self.crowd.mourners.closings)

    def _unlinked(self, rule: Rule, one: Moment, meanwhile: list[Moment]) -> bool:
        """A link that the team takes away while the desk points elsewhere is gone, as both wanted;
        where the desk points to gets its link as soon as it has a twin."""
        gone = rule.relation.kind == "issue_link" and one.value is None
        if not gone or one.entry.side is not Side.JIRA:
            return False
        told = any(m.entry.side is Side.SERVICENOW and not m.entry.ours for m in meanwhile)
        self.excused["a link was taken away while the desk pointed elsewhere"] += told
        return told

    def _spoke_later(self, rule: Rule, one: Moment, before: list[Moment]) -> bool:
        """A reference that the desk cleared is set by a link that said nothing at that time: its
        issue got a twin later."""
        if rule.relation.kind != "issue_link" or one.value is not None:
            return False
        held = [m.value for m in before if m.entry.side is Side.JIRA]
        late = any(
            not any(e.ours and e.n < one.entry.n for e in self.rig.journal.of(Side.JIRA, key))
            for key in linked(held[-1] if held else None)
        )
        self.excused["a linked issue got its twin after the reference was cleared"] += late
        return late

    def _first_agreed(self, couple: Couple) -> int:
        """The journal's entry at which we put our mark on the origin: the first look was over, and
        the store has not forgotten it."""
        ours = (
            one.n
            for side in Side
            for one in self.rig.journal.of(side, couple.of(side).key)
            if one.ours and one.op == "update"
            if not any(one.n in window for window in self.rig.forgotten)
        )
        return min(ours, default=len(self.rig.journal.entries))

    def _undone(self, before: list[Moment], one: Moment) -> bool:
        """Edited and edited back between two writes of ours: no memory of states can tell it from
        untouched."""
        held: dict[Side, Value] = {}
        agreed: set[Value] = set()
        for moment in before:
            held[moment.entry.side] = moment.value
            agreed = set() if moment.entry.ours else agreed
            agreed |= {held.get(one.entry.side)} if moment.fit else set()
        return one.value in agreed

    def _in_ledger(self, couple: Couple, rule: Rule, one: Moment, given: Value) -> bool:
        for row in self.conflicts:
            if (row.field, row.number) != (rule.name, couple.servicenow.label):
                continue
            seat = row.servicenow if one.entry.side is Side.SERVICENOW else row.jira
            held = self._said(rule, one.entry.side, seat.value)
            if held == one.value or _among(given, held):
                return True
            if self._lost_untold(row, one):
                self.excused["what a table without an audit lost is told without its value"] += 1
                return True
        return False

    def _lost_untold(self, row: Conflict, one: Moment) -> bool:
        """Whether a conflict since then tells of an edit of a record whose table is not audited."""
        entry, told = one.entry, f"somebody changed the record in {one.entry.side} between"
        table = (entry.state or {}).get("sys_class_name") if isinstance(entry.state, dict) else None
        later = row.at is not None and row.at >= entry.at
        return later and table not in (None, *AUDITED) and row.reason.startswith(told)

    def _excused(self, kind: str, lost: Moment, by: Moment, born: datetime | None) -> bool:
        """Class D: see the module's docstring."""
        if by.entry.cause == "late" and kind in ("status", "issue_link"):
            self.excused["a late write of ours replaced it"] += 1
            return True
        if one_breath(lost, born):
            self.excused["a twin was edited within a second of its creation"] += 1
            return True
        if kind == "status" and lost.entry.n in self.crowd.meddled:
            self.excused["a transition of ours replaced a status unseen"] += 1
            return True
        return False

    def _born(self, one: Moment) -> datetime | None:
        """When we made this record, if it was us."""
        side, key = one.entry.side, one.entry.key
        made = (e.at for e in self.rig.journal.of(side, key) if e.ours and e.op == "create")
        return next(made, None)

    def _bounded(self, couple: Couple, rule: Rule, moments: list[Moment]) -> Iterator[str]:
        """Each write of ours needs an edit that came before it and that no other write used up."""
        edits = dict.fromkeys(Side, 0)
        spent = dict.fromkeys(Side, 0)
        seen: set[Side] = set()
        strays = 0
        for one in _calls(moments):
            side = one.entry.side
            first = side not in seen
            seen.add(side)
            if _strays(rule, one):
                strays += 1
                continue
            if not one.entry.ours or one.entry.cause == "late" or one.entry.call in self.cuts:
                edits[side] += 1  # one of ours that comes late looks like somebody's edit
                continue
            if first or any(one.entry.n in window for window in self.rig.forgotten):
                continue  # the twin was born with it; or the row that explains it was put back
            if (side, one.entry.call) in self.crowd.mourners.closings:
                for each in Side:
                    edits[each] += 1  # its twin counted as deleted; once it is back, no longer
                continue
            spent[side] += 1
            doubts = self.rig.unclear[(side, couple.of(side).key)]
            put_back = 0 if rule.flow.reaches(side.other) else edits[side]
            veiled = self.crowd.unstamped if rule.relation.kind == "issue_link" else 0
            veiled += self._ways_lost(couple, rule, one.entry) + self._twins_later(rule, moments)
            veiled += self._far(rule, one)
            contested = sum(row.field == rule.name for row in self._rows(couple))
            if spent[side] > edits[side.other] + put_back + doubts + veiled + contested:
                if strays:
                    strays, spent[side] = strays - 1, spent[side] - 1
                    self.excused["a late step of a walk of ours was answered"] += 1
                    continue
                yield (
                    f"I-05 {couple}: {rule.name} in {side} was written {spent[side]} times by us "
                    f"for {edits[side.other]} edits (entry {one.entry.n}: {one.value!r})"
                )
                return

    def _far(self, rule: Rule, one: Moment) -> bool:
        """Whether a parent was in another project when it was written: such a one does not ride
        with the create, which Jira may refuse for it."""
        held = [
            e.state for e in self.rig.journal.of(Side.JIRA, str(one.value)) if e.n < one.entry.n
        ]
        epic = held[-1] if held and rule.relation.kind == "link" else None
        project = epic.key.partition("-")[0] if isinstance(epic, Issue) else ""
        return project not in ("", self.rig.setup.project)

    def _ways_lost(self, couple: Couple, rule: Rule, until: Entry) -> int:
        """How often a linked issue led to another record and then no longer did, since the one by
        which it did was deleted, or let go of it: only a link of its own can mend that."""
        relation = rule.relation
        if not (isinstance(relation, IssueLink) and relation.through):
            return 0
        entries = [one for one in self._about(couple) if one.side is Side.JIRA and one.n < until.n]
        values = [relation.canonical(Side.JIRA, self._native(rule, one)) for one in entries]
        issues = {key for value in values if isinstance(value, tuple) for key in value}
        records = {named_in(self.truth.jira.properties.get(key)) for key in issues} - {None}
        return sum(self._let_go(str(key), relation.through, until) for key in records)

    def _let_go(self, key: str, column: str, until: Entry) -> int:
        """How often a record was deleted, or its reference in that column emptied, before then."""
        held, found = "", 0
        for one in self.rig.journal.of(Side.SERVICENOW, key):
            if one.n >= until.n:
                break
            now = one.state.get(column, "") if isinstance(one.state, Mapping) else held
            found += one.op == "delete" or bool(held and not now)
            held = now
        return found

    def _twins_later(self, rule: Rule, moments: list[Moment]) -> int:
        """How often the desk pointed at a record that got its issue afterwards: the old link goes
        at once, and the new one comes with the issue."""
        if rule.relation.kind != "issue_link":
            return 0
        told = [m for m in moments if m.entry.side is Side.SERVICENOW and m.value]
        return sum(
            next(self.rig.journal.of(Side.JIRA, issue)).n > one.entry.n
            for one in told
            for issue in self.marked.twins(Side.SERVICENOW, str(one.value))
        )

    def _rows(self, couple: Couple) -> list[Conflict]:
        return [row for row in self.conflicts if row.number == couple.servicenow.label]

    def _ours(self, couple: Couple) -> dict[Side, list[Comment]]:
        """All that we ever said on either side of a couple."""
        return {
            side: [
                comment
                for comment in self.truth.of(side).comments.get(couple.of(side).key, ())
                if comment.author == self.truth.of(side).me
            ]
            for side in Side
        }

    # -- history (I-23) ----------------------------------------------------------------------------

    def _told(self, couple: Couple) -> Iterator[str]:
        """Every write of ours that had a clear answer stands in the history."""
        rows = self._history(couple)
        for side in Side if not self.rig.forgotten else ():
            key = couple.of(side).key
            ours = [one for one in self.rig.journal.of(side, key) if one.ours]
            told = Counter(row.kind for row in rows if row.side is side)
            born = {one.call for one in ours if one.op == "create"}  # what rides has its call
            done = Counter(
                one.op
                for one in ours
                if one.cause != "late"
                and one.call not in self.cuts
                and (one.op == "create" or one.call not in born)
            )
            if done["create"] > told["create"] and not self._was_asked(couple, side):
                yield f"I-23 {couple}: the create in {side} is not in the history"
            untold = done["comment"] - told["comment"]
            if untold and self.rig.unclear[(side, key)] and self._dropped(side):
                self.excused["a comment was deleted before we knew of it"] += 1
                untold = 0
            if untold > 0:
                yield f"I-23 {couple}: {untold} comments in {side} are not in the history"
            changes = told["update"] + told["transition"]
            if done["detach"] > told["detach"] and not self.rig.unclear[(side, key)]:
                yield f"I-23 {couple}: a file that we deleted in {side} is not in the history"
            if done["update"] and not changes and (side, key) not in self.rig.untold:
                yield f"I-23 {couple}: no update in {side} is in the history"

    def _was_asked(self, couple: Couple, side: Side) -> bool:
        """Whether the history of a problem tells that it asked for this article."""
        if side is Side.JIRA or couple.servicenow.container != ARTICLE:
            return False
        task = hands.versions(self.rig.servicenow.world, couple.servicenow.key)[0].get("source", "")
        links = self.rig.store.links.by_keys(Side.SERVICENOW, [task])
        rows = (row for link in links.values() for row in self.rig.store.ledger.history(link.id))
        return any(row.kind == "ask" and row.new == couple.servicenow.key for row in rows)

    def _dropped(self, side: Side) -> bool:
        """Whether somebody deleted a comment that we had carried to that side."""
        here = any(where is side for where, _, _ in self.crowd.withdrawn)
        return here and any("(ref " in body for body in self.crowd.dropped)

    def _history(self, couple: Couple) -> tuple[HistoryRow, ...]:
        links = self.rig.store.links.by_keys(Side.SERVICENOW, [couple.servicenow.key])
        link = links.get(couple.servicenow.key)
        return self.rig.store.ledger.history(link.id) if link else ()


def _among(value: Value, held: Value) -> bool:
    """Whether a set of linked issues stands in a larger one."""
    return isinstance(value, tuple) and isinstance(held, tuple) and set(value) <= set(held)


def _given(one: Moment, before: list[Moment]) -> Value:
    """What a person gave: of linked issues those that were not there already."""
    held = next((m.value for m in reversed(before) if m.entry.side is one.entry.side), None)
    if not (isinstance(one.value, tuple) and isinstance(held, tuple)):
        return one.value
    return tuple(key for key in one.value if key not in held) or one.value


def _speaks_of_twins(row: Parked) -> bool:
    """Whether a record is put aside because another one is the twin."""
    return row.field == TWIN or row.reason.startswith("it was made for")


def _agreed_later(one: Moment, after: Sequence[Moment]) -> bool:
    """Whether both sides came to agree on a value that was replaced, and brought back, since."""
    held = one.value
    for moment in after:
        held = moment.value if moment.entry.side is one.entry.side else held
        if moment.fit and held == one.value:
            return True
    return False


def _strays(rule: Rule, one: Moment) -> bool:
    """Whether a step of a walk of ours was done late, and led astray: it is walked back, or told to
    the other side where nobody remembers the walk."""
    late = one.entry.ours and one.entry.cause == "late" and one.entry.side is Side.JIRA
    return late and rule.relation.kind == "status" and not one.fit


def _beside(given: Value, later: list[Moment]) -> bool:
    """Whether all links of a person stand beside ours, until a person changes them: a second link
    fits."""
    person = next((n for n, moment in enumerate(later) if not moment.entry.ours), len(later))
    return all(_among(given, moment.value) for moment in later[:person]) and bool(later)


def names_of(couple: Couple) -> tuple[str, ...]:
    """What a couple's records are called; an issue's label changes when it moves."""
    both = (couple.servicenow, couple.jira)
    return tuple(name for one in both for name in (one.label, one.key))


def one_breath(lost: Moment, born: datetime | None) -> bool:
    """Whether a person edited our twin within a second of its creation."""
    return born is not None and lost.entry.at - born < timedelta(seconds=1)


def _calls(moments: list[Moment]) -> list[Moment]:
    """Only the last moment of each call of ours: a status is reached hop by hop."""
    return [
        one
        for one, after in zip(moments, [*moments[1:], None], strict=True)
        if not (
            after
            and one.entry.ours
            and after.entry.side is one.entry.side
            and after.entry.call == one.entry.call
        )
    ]


def spec_of(specs: tuple[MappingSpec, ...], table: str) -> MappingSpec:
    """The mapping of a table."""
    return next(spec for spec in specs if spec.servicenow.table == table)
