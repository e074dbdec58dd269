"""What must hold, judged from the true content and the write logs of both sides alone.

The store is asked for two things only: what its ledger *says* (conflicts, parked work, history).
Each finding begins with the invariant of the reliability contract that it breaks.

Where an invariant cannot hold with these two APIs (class D), it is exempted here, as narrowly as
the journal allows, and counted:

* a status that a person changes between our fresh look and our transition, or before one whose
  answer was lost is done late, is overwritten unseen: no answer and no look tells what a transition
  replaced (I-03; :mod:`~tests.simulation.judges.accounts`);
* a reference to what is hidden takes its old link away, and gives one once that is shown (I-05);
* a step of a walk of ours that is done late leads an issue astray after it had arrived: one more
  write leads it back, or tells the other side (I-05; :mod:`~tests.simulation.judges.bounds`);
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
  was never made: the mark is gone with it, so it is made once more (I-07); brought back since, it
  is a second twin, which is told of (I-04);
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

from collections.abc import Iterator

from mappings.sides import Side
from sync.demo.couples import Couple
from tests.simulation.judges.accounts import AccountJudge
from tests.simulation.judges.bounds import BoundJudge
from tests.simulation.judges.comments import CommentJudge
from tests.simulation.judges.companions import CompanionJudge
from tests.simulation.judges.evidence import Evidence
from tests.simulation.judges.histories import HistoryJudge
from tests.simulation.judges.knowledge import KnowledgeJudge
from tests.simulation.judges.moments import Reader
from tests.simulation.judges.papers import faults
from tests.simulation.judges.survivors import harm
from tests.simulation.judges.twins import TwinJudge
from tests.simulation.judges.withdrawals import words
from tests.simulation.people.crowd import Crowd
from tests.simulation.rig import Rig


class Judge:
    """One look at everything, when all is at rest."""

    def __init__(self, rig: Rig, crowd: Crowd) -> None:
        self.case = case = Evidence(rig, crowd)
        self.reader = Reader(case)
        self.twins = TwinJudge(case)
        self.accounts = AccountJudge(case, self.reader)
        self.bounds = BoundJudge(case, self.reader)
        self.histories = HistoryJudge(case)
        self.comments = CommentJudge(rig, crowd, case.truth, case.names.installation)
        self.companions = CompanionJudge(rig, crowd, case.waiting, case.excused)
        self.knowledge = KnowledgeJudge(rig, crowd, case.couples, case.specs)

    def findings(self) -> list[str]:
        """Everything that is wrong."""
        found = [*self.twins.findings(), *self._taken_away(), *self._labels()]
        found += self.companions.taken()
        for couple in self.case.couples:
            found += self._couple(couple)
            found += self._rules(couple)
        found += self.knowledge.findings()
        for reason, number in self.case.excused.items():
            self.case.rig.reached[f"excused: {reason}"] += number
        return found

    def _couple(self, couple: Couple) -> Iterator[str]:
        """What is wrong with all of a couple but its fields."""
        case, ours = self.case, self.case.ours(couple)
        written = {side: "\n".join(one.body for one in ours[side]) for side in Side}
        yield from self.twins.marks_of(couple)
        yield from self.companions.left(couple)
        yield from self.comments.findings(couple)
        yield from faults(case.rig, case.crowd, couple, case.waiting, written)
        yield from words(case.rig, case.crowd, couple, ours, case.waiting)
        yield from self.histories.findings(couple)

    def _rules(self, couple: Couple) -> Iterator[str]:
        """What is wrong with the fields of a couple."""
        entries = self.case.about(couple)
        yield from self._differing(couple)
        for rule in couple.spec.rules:
            moments = self.reader.moments(rule, entries)
            yield from self.accounts.findings(couple, rule, moments)
            yield from self.bounds.findings(couple, rule, moments)

    def _taken_away(self) -> Iterator[str]:
        for one in self.case.rig.journal.entries:
            if one.ours and one.op in ("comment_delete", "comment_edit"):
                yield f"I-07 we did {one.op} on {one.label}"
        yield from harm(self.case.rig, self.case.crowd.mourners, self.case.specs)

    def _labels(self) -> Iterator[str]:
        for key, own in self.case.truth.jira.own.items():
            issue = self.case.truth.jira.records.get(key)
            held = issue.fields.get("labels") if issue else None
            if issue is not None and isinstance(held, tuple):
                for label in sorted(own - set(held)):
                    yield f"I-03 {issue.label}: people's own label {label} is gone"

    def _differing(self, couple: Couple) -> Iterator[str]:
        for rule in couple.spec.rules:
            here, there = (rule.relation.canonical(s, couple.of(s).fields) for s in Side)
            if not self.reader.fit(rule, here, there) and not self.case.waits(couple, rule.name):
                yield f"I-01 {couple}: {rule.name} is {here!r} in servicenow and {there!r} in jira"
