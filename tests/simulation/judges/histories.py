"""Every write of ours that had a clear answer stands in the history (I-23)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from connector.articles import ARTICLE
from connector.sandbox.servicenow import knowledge_rules as hands
from mappings.sides import Side
from sync.core.model import HistoryRow
from sync.demo.couples import Couple
from tests.simulation.judges.evidence import Evidence


class HistoryJudge:
    """One look at what the store tells of our writes."""

    def __init__(self, case: Evidence) -> None:
        self.case = case

    def findings(self, couple: Couple) -> Iterator[str]:
        """Every write of ours that had a clear answer stands in the history."""
        rows = self._history(couple)
        for side in Side if not self.case.rig.forgotten else ():
            key = couple.of(side).key
            ours = [one for one in self.case.rig.journal.of(side, key) if one.ours]
            told = Counter(row.kind for row in rows if row.side is side)
            born = {one.call for one in ours if one.op == "create"}  # what rides has its call
            done = Counter(
                one.op
                for one in ours
                if one.cause != "late"
                and one.call not in self.case.cuts
                and (one.op == "create" or one.call not in born)
            )
            if done["create"] > told["create"] and not self._was_asked(couple, side):
                yield f"I-23 {couple}: the create in {side} is not in the history"
            untold = done["comment"] - told["comment"]
            if untold and self.case.rig.unclear[(side, key)] and self._dropped(side):
                self.case.excused["a comment was deleted before we knew of it"] += 1
                untold = 0
            if untold > 0:
                yield f"I-23 {couple}: {untold} comments in {side} are not in the history"
            changes = told["update"] + told["transition"]
            if done["detach"] > told["detach"] and not self.case.rig.unclear[(side, key)]:
                yield f"I-23 {couple}: a file that we deleted in {side} is not in the history"
            if done["update"] and not changes and (side, key) not in self.case.rig.untold:
                yield f"I-23 {couple}: no update in {side} is in the history"

    def _was_asked(self, couple: Couple, side: Side) -> bool:
        """Whether the history of a problem tells that it asked for this article."""
        if side is Side.JIRA or couple.servicenow.container != ARTICLE:
            return False
        task = hands.versions(self.case.rig.servicenow.world, couple.servicenow.key)[0].get(
            "source", ""
        )
        links = self.case.rig.store.links.by_keys(Side.SERVICENOW, [task])
        rows = (
            row for link in links.values() for row in self.case.rig.store.ledger.history(link.id)
        )
        return any(row.kind == "ask" and row.new == couple.servicenow.key for row in rows)

    def _dropped(self, side: Side) -> bool:
        """Whether somebody deleted a comment that we had carried to that side."""
        here = any(where is side for where, _, _ in self.case.crowd.withdrawn)
        return here and any("(ref " in body for body in self.case.crowd.dropped)

    def _history(self, couple: Couple) -> tuple[HistoryRow, ...]:
        links = self.case.rig.store.links.by_keys(Side.SERVICENOW, [couple.servicenow.key])
        link = links.get(couple.servicenow.key)
        return self.case.rig.store.ledger.history(link.id) if link else ()
