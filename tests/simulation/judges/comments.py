"""What must hold for comments: each told once, whole, in order, to nobody beyond (I-09, I-22).

A comment is known by the token in its first line; somebody who edits one gives it another. So every
wording that a comment ever had can be looked for: the last one has to be told, none twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from connector.values import Comment
from mappings.sides import Side
from sync.core import marks
from sync.core.tellings import Telling, bears, milliseconds, parts_of
from sync.demo.content import Truth
from sync.demo.couples import Couple
from tests.simulation.people.crowd import Crowd
from tests.simulation.people.texts import headline
from tests.simulation.rig import Rig


class CommentJudge:
    """One look at all comments, when all is at rest."""

    def __init__(self, rig: Rig, crowd: Crowd, truth: Truth, installation: str) -> None:
        self.rig, self.crowd, self.truth, self.installation = rig, crowd, truth, installation

    def findings(self, couple: Couple) -> Iterator[str]:
        """Everything that is wrong with the comments of a couple."""
        for side in Side if couple.spec.comments.jira != "off" else ():
            me, mine = self.truth.of(side).me, self.truth.of(side).comments
            own = [one for one in mine.get(couple.of(side).key, ()) if one.author != me]
            there = self.truth.of(side.other).comments.get(couple.of(side.other).key, ())
            copies = [one for one in there if one.author == self.truth.of(side.other).me]
            yield from self._copies(couple, side.other, copies)
            order = []
            for one in own:
                told = self._told_of(side, one, copies)
                alike = sum(headline(other.body) == headline(one.body) for other in own)
                yield from self._comment(couple, side, one, told, alike)
                hits = [n for found in told.values() for n in found]
                # One that was put aside comes when a person asks again; one whose copy a person
                # deleted before we knew of it comes once more.
                gone = any(token in body for token in told for body in self.crowd.dropped)
                if hits and not self._put_aside(one) and not gone:
                    order.append((min(hits), one.created.replace(microsecond=0)))
                yield from self._hidden(couple, side, one, [copies[n] for n in hits])
                yield from self._torn(couple, side, one, copies)
            moments = [at for _, at in sorted(order)]
            if moments != sorted(moments):
                yield f"I-09 {couple}: comments of {side} stand out of order in {side.other}"

    def _copies(self, couple: Couple, side: Side, copies: list[Comment]) -> Iterator[str]:
        """Each text stands once, and what people add to ours stays where it is."""
        for reference, number in Counter(bears(one.body) for one in copies).items():
            if number > 1:
                yield f"I-09 {couple}: {reference} stands {number} times in {side}"
        for word in self.crowd.scribbled if side is Side.SERVICENOW else ():
            if any(f"and {word}" in one.body for one in copies):
                yield f"I-09 {couple}: {word}, added to a copy of ours, came back"

    def _told_of(self, side: Side, one: Comment, copies: list[Comment]) -> dict[str, list[int]]:
        """Every wording that a comment ever had, the last one last, and the copies that tell it."""
        edited = self.crowd.edited.get(one.id, []) if side is Side.JIRA else []
        tokens = dict.fromkeys([*edited, headline(one.body)])
        bodies = [f"{copy.body}\n" for copy in copies]
        return {
            token: [n for n, body in enumerate(bodies) if f"\n{token}\n" in body]
            for token in tokens
        }

    def _comment(
        self, couple: Couple, side: Side, one: Comment, told: dict[str, list[int]], alike: int
    ) -> Iterator[str]:
        """The last wording was told, and none twice; two approvals of one second are ``alike``."""
        *before, last = told
        for token in before:
            if len(told[token]) > 1:
                yield f"I-09 {couple}: {token!r} of {side} stands {len(told[token])} times"
        hits = len(told[last])
        self.rig.reached["an edit was told"] += bool(before and hits)
        gone = any(last in body for body in self.crowd.dropped)
        unwanted = couple.spec.comments.edits == "ignore" and any(told.values())
        missed = hits < alike and not gone and not unwanted
        if (missed or hits > alike) and not self._comment_waits(couple, one.id):
            yield f"I-09 {couple}: {last!r} of {side} stands {hits} times in {side.other}"

    def _hidden(
        self, couple: Couple, side: Side, one: Comment, copies: list[Comment]
    ) -> Iterator[str]:
        """No customer reads what is internal."""
        if side is Side.SERVICENOW and any(not copy.internal for copy in copies):
            yield f"I-22 {couple}: {headline(one.body)!r} may be read by customers"
        if side is Side.JIRA and one.internal and any(c.lane == "comments" for c in copies):
            yield f"I-22 {couple}: {headline(one.body)!r} is internal and among the comments"

    def _torn(
        self, couple: Couple, side: Side, one: Comment, copies: list[Comment]
    ) -> Iterator[str]:
        """All parts of the last wording are there where the first one is."""
        by_reference = {bears(copy.body): copy for copy in copies}
        for edited in (0, milliseconds(one.updated)):
            names = [Telling(one.id, edited, part) for part in range(1, 6)]
            found = [by_reference.get(self._reference(couple, side, name)) for name in names]
            if found[0] is None or f"\n{headline(one.body)}" not in found[0].body:
                continue
            for n in range(parts_of(found[0].body)):
                reference = self._reference(couple, side, names[n])
                gone = any(reference in body for body in self.crowd.dropped)
                if found[n] is None and not gone and not self._comment_waits(couple, one.id):
                    yield f"I-09 {couple}: {headline(one.body)!r} of {side} lacks part {n + 1}"

    def _reference(self, couple: Couple, side: Side, name: Telling) -> str:
        return marks.reference(self.installation, couple.spec.pair, side, name.name)

    def _put_aside(self, one: Comment) -> bool:
        names = (f"field=comment {one.id},", f"field=comment {one.id} ")
        return any(name in line for line in self.rig.trace for name in names)

    def _comment_waits(self, couple: Couple, comment: str) -> bool:
        both = (couple.servicenow, couple.jira)
        names = {name for one in both for name in (one.label, one.key)}
        return any(
            bool({row.label, row.key} & names) and f"{row.field} ".startswith(f"comment {comment} ")
            for row in self.rig.store.ledger.parked()
        )
