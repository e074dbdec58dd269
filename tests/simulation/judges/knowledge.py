"""Knowledge, judged: asked for once, tied once, told of once, and nobody who asks is left out.

Asked from the true rows alone: an article that we wrote for a problem bears the mark of that wish,
one that a task made bears the issue's. (I-04, I-09, I-01.)

Exempt, as narrowly as can be told: a word of ours that a person deleted; a problem or an incident
whose link is not at work, or on which something waits for a person; an article that was retired
meanwhile.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from connector.articles import ARTICLE, TIE, words
from connector.sandbox.people import INTEGRATION
from connector.sandbox.servicenow.schema import Row
from mappings.model import MappingSpec
from mappings.sides import Side
from sync.core import marks
from sync.core.knowledge import INCIDENT, PROBLEM, asks
from sync.core.model import LinkState
from sync.demo.couples import Couple
from tests.simulation.people.crowd import Crowd
from tests.simulation.rig import Rig


class KnowledgeJudge:
    """One look at all articles, when all is at rest."""

    def __init__(
        self, rig: Rig, crowd: Crowd, couples: Sequence[Couple], specs: Sequence[MappingSpec]
    ) -> None:
        self.rig, self.crowd = rig, crowd
        rows = rig.servicenow.world.truth()["records"]
        self.versions: dict[str, list[Row]] = defaultdict(list)
        for row in rows[ARTICLE]:
            self.versions[row["number"]].append(row)
        self.number = {row["sys_id"]: row["number"] for row in rows[ARTICLE]}
        self.ties: list[Row] = rows[TIE]
        self.couples = {couple.servicenow.key: couple for couple in couples}
        self.at_work = any(spec.servicenow.table == ARTICLE for spec in specs)

    def findings(self) -> Iterator[str]:
        """Everything that is wrong."""
        if self.at_work:
            yield from self._asked_once()
            yield from self._tied_once()
            yield from self._left_out()
            yield from self._told()

    # -- asked and tied (I-04) -----------------------------------------------------------------

    def _asked_once(self) -> Iterator[str]:
        made: dict[str, set[str]] = defaultdict(set)
        for number, rows in self.versions.items():
            first = min(rows, key=_age)
            if first["sys_created_by"] == INTEGRATION:
                for mark in marks.own_labels(tuple(words(first.get("meta")))):
                    made[mark].add(number)
        for mark, numbers in made.items():
            if len(numbers) > 1:
                yield f"I-04 {mark} asked for {len(numbers)} articles: {', '.join(sorted(numbers))}"

    def _tied_once(self) -> Iterator[str]:
        ours = Counter(
            (tie["task"], self.number[tie["kb_knowledge"]])
            for tie in self.ties
            if tie["sys_created_by"] == INTEGRATION
        )
        for (task, number), times in ours.items():
            if times > 1:
                yield f"I-04 {number} is tied {times} times to {self._label(task)} by us"

    # -- nobody is left out (I-01) -------------------------------------------------------------

    def _left_out(self) -> Iterator[str]:
        for couple in self.couples.values():
            row = self._row(couple)
            if couple.servicenow.container != PROBLEM or row is None or not self._flows(couple):
                continue
            if asks(row) and not self._hanging(row["sys_id"]):
                yield f"I-01 {row['number']} asks for an article and has none"
        for number, rows in self.versions.items():
            first, source = min(rows, key=_age), rows[-1].get("source", "")
            tied = any(
                tie["task"] == source and self.number[tie["kb_knowledge"]] == number
                for tie in self.ties
            )
            there = self.rig.servicenow.world.true_row(source) is not None
            ours = first["sys_created_by"] == INTEGRATION and there
            if ours and source and not tied and number in self.couples and self._sure(number):
                yield f"I-01 {number} of ours is not tied to {self._label(source)}"

    # -- told (I-09) ---------------------------------------------------------------------------

    def _told(self) -> Iterator[str]:
        for number, rows in self.versions.items():
            states = {row["workflow_state"] for row in rows}
            for task in self._tasks(number, rows):
                couple = self.couples.get(task)
                for one in self._readers(task) if couple is not None else ():
                    times = self._times(one, number)
                    self.rig.reached["an article was told of"] += times
                    if times > 1:
                        yield f"I-09 {one} is told {times} times of {number}"
                    due = "published" in states and self._is_due(one, number)
                    if due and not times:
                        yield f"I-09 {one} is not told that {number} is published"
            loose = min(rows, key=_age)["sys_created_by"] != INTEGRATION
            self.rig.reached["an article was taken up"] += loose and number in self.couples

    def _tasks(self, number: str, rows: Sequence[Row]) -> set[str]:
        found = {tie["task"] for tie in self.ties if self.number[tie["kb_knowledge"]] == number}
        return found | {row["source"] for row in rows if row.get("source")}

    def _readers(self, task: str) -> Iterator[Couple]:
        """A problem, and the incidents that hang on it; or the incident itself."""
        yield self.couples[task]
        for couple in self.couples.values():
            row = self._row(couple)
            here = couple.servicenow.container == INCIDENT and row is not None
            if here and row is not None and row.get("problem_id") == task:
                yield couple

    def _times(self, couple: Couple, number: str) -> int:
        head = f"{marks.VOICE}{number},"
        if couple.servicenow.container == PROBLEM:
            issue = self.rig.jira.world.issues[couple.jira.key]
            return sum(remark.body.startswith(head) for remark in issue.comments)
        notes = self.rig.servicenow.world.true_notes(couple.servicenow.key)
        return sum(note["value"].startswith(head) for note in notes)

    def _is_due(self, couple: Couple, number: str) -> bool:
        row = self._row(couple)
        if row is None or not self._flows(couple) or number not in self.couples:
            return False
        if couple.servicenow.container == INCIDENT and row.get("active") != "true":
            return False
        head = f"{marks.VOICE}{number},"
        return not any(body.startswith(head) for body in self.crowd.dropped)

    # -- inside --------------------------------------------------------------------------------

    def _hanging(self, task: str) -> bool:
        return any(tie["task"] == task for tie in self.ties) or any(
            row.get("source") == task for rows in self.versions.values() for row in rows
        )

    def _flows(self, couple: Couple) -> bool:
        """Whether a couple is linked and nothing of it waits."""
        links = self.rig.store.links.by_keys(Side.SERVICENOW, [couple.servicenow.key])
        link = links.get(couple.servicenow.key)
        at_work = link is not None and link.state is LinkState.ACTIVE
        return at_work and self._sure(couple.servicenow.key) and self._sure(couple.jira.key)

    def _sure(self, key: str) -> bool:
        return all(row.key != key for row in self.rig.store.ledger.parked())

    def _row(self, couple: Couple) -> Row | None:
        return self.rig.servicenow.world.true_row(couple.servicenow.key)

    def _label(self, task: str) -> str:
        row = self.rig.servicenow.world.true_row(task)
        return row["number"] if row else task


def _age(row: Row) -> tuple[str, str]:
    return row["sys_created_on"], row["sys_id"]
