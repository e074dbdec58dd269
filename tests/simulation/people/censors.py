"""People who take back or rewrite what was said: deeds of a crowd."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.sandbox.jira import extras
from connector.sandbox.jira.author import Author
from connector.sandbox.servicenow.knobs import SYSTEM
from mappings.sides import Side
from sync.core import marks
from tests.simulation.people.texts import headline

if TYPE_CHECKING:
    from tests.simulation.people.crowd import Crowd


class Censors:
    """Those who delete comments and entries, and edit them."""

    def __init__(self, crowd: Crowd) -> None:
        self.crowd, self.rig, self.dice = crowd, crowd.rig, crowd.dice
        self.now, self.jira = crowd.now, crowd.jira

    def team_drops_a_comment(self) -> str | None:
        """Somebody deletes a comment, ours or a person's."""
        found = [(one, row) for one in self.crowd.issues() for row in one.comments]
        if not found:
            return None
        issue, remark = self.dice.choice(found)
        self.crowd.dropped.add(remark.body)
        self._note_drop(Side.JIRA, issue.id, remark.id, "comment")
        extras.drop_remark(self.jira, Author(self.crowd.hands().author.key), issue, remark)
        return f"somebody deletes a comment of {issue.key}"

    def desk_drops_an_entry(self) -> str | None:
        """An administrator deletes an entry of a journal, a person's or a copy of ours."""
        notes = [
            note for row in self.crowd.tickets() for note in self.now.true_notes(row["sys_id"])
        ]
        note = self.crowd.pick(one for one in notes if not one["value"].startswith(marks.VOICE))
        if note is None:
            return None
        self.crowd.dropped.add(note["value"])
        place = (Side.SERVICENOW, note["element_id"], note["sys_id"])
        self._note_drop(*place, f"{note['name']} {note['element']}")
        self.now.delete("sys_journal_field", note["sys_id"], SYSTEM)
        return f"somebody deletes an entry at the desk: {headline(note['value'])}"

    def _note_drop(self, side: Side, key: str, number: str, lane: str) -> None:
        """Whether we knew that a comment was carried when it was deleted, and its lane."""
        link = self.rig.store.links.by_keys(side, [key]).get(key)
        known = self.rig.store.comments.known([link.id])[link.id] if link else ()
        mine = any(row.source is side and row.source_id == number for row in known)
        self.crowd.withdrawn[(side, key, number)] = mine, lane

    def team_edits_a_comment(self) -> str | None:
        """Somebody rewrites a comment, or adds to one of ours."""
        found = [(one, row) for one in self.crowd.issues() for row in one.comments]
        if not found:
            return None
        issue, remark = self.dice.choice(found)
        if remark.author == self.jira.site.me:
            self.crowd.scribbled.append(self.crowd.texts.word("s"))
            text = f"{remark.body}\nand {self.crowd.scribbled[-1]}"
        else:
            text = self.crowd.texts.talk()
            self.crowd.edited.setdefault(remark.id, []).append(headline(remark.body))
        self.crowd.hands().edit_comment(issue.id, remark.id, text)
        return f"somebody edits comment {remark.id} of {issue.key}: {headline(text)}"
