"""The knowledge side of a :class:`~tests.support.stage.Stage`: articles, and who works on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connector.sandbox.servicenow import knowledge_rules as hands
from connector.sandbox.servicenow.knobs import Caller, Door
from connector.sandbox.servicenow.knowledge_tables import ADMIN, ARTICLE, BASE, TIE
from sync.core import marks
from tests.support.cast import Story, Ticket

if TYPE_CHECKING:
    from tests.support.stage import Stage

EDITOR = "elena.rossi"
"""Somebody of the desk who administers knowledge, so that every draft is hers to finish."""


@dataclass(frozen=True)
class Paper:
    """An article, as it truly is, whatever its versions."""

    stage: Stage = field(repr=False, compare=False)
    number: str

    @property
    def rows(self) -> Sequence[dict[str, str]]:
        """All versions, oldest first."""
        return hands.versions(self.stage.servicenow.world, self.number)

    def __getitem__(self, name: str) -> str:
        speaking = [row for row in self.rows if row["workflow_state"] != "outdated"]
        return (speaking or self.rows)[-1].get(name, "")

    @property
    def state(self) -> str:
        return self["workflow_state"]

    @property
    def base(self) -> str:
        """The title of its knowledge base."""
        return self.stage.servicenow.world.display(BASE, self["kb_knowledge_base"])

    @property
    def author(self) -> str:
        """The login of its author."""
        row = self.stage.servicenow.world.true_row(self["author"])
        return row["user_name"] if row else ""

    @property
    def tied(self) -> list[str]:
        """Keys of the tasks that it is tied to, one for each row."""
        own = {row["sys_id"] for row in self.rows}
        rows = self.stage.servicenow.world.truth()["records"][TIE]
        return [row["task"] for row in rows if row["kb_knowledge"] in own]

    @property
    def tasks(self) -> list[Story]:
        """Issues that say they are its twin."""
        return [
            Story(self.stage, issue.id)
            for issue in self.stage.jira.world.issues.values()
            if _named(issue.properties.get(marks.PROPERTY)) == self.number
        ]

    @property
    def task(self) -> Story:
        """The only one."""
        found = self.tasks
        assert len(found) == 1, f"{self.number} has {len(found)} tasks"
        return found[0]


def _named(held: object) -> str:
    inner = held.get("servicenow") if isinstance(held, dict) else None
    return str((inner or {}).get("sys_id") or "")


class Library:
    """Whoever works on knowledge in ServiceNow."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.world = stage.servicenow.world
        self.world.roles[EDITOR].add(ADMIN)

    def papers(self) -> list[Paper]:
        """All articles there are."""
        rows = self.world.truth()["records"][ARTICLE]
        return [Paper(self._stage, number) for number in sorted({row["number"] for row in rows})]

    def paper(self) -> Paper:
        """The only one."""
        found = self.papers()
        assert len(found) == 1, f"there are {len(found)} articles"
        return found[0]

    def ties(self) -> int:
        """How many rows tie articles to tasks."""
        return len(self.world.truth()["records"][TIE])

    def writes(self, task: Ticket | None = None, title: str = "Empty the store") -> Paper:
        """Somebody writes an article, at a task or at none."""
        key = task.key if task else ""
        row = hands.write(self.world, key, self._by(), short_description=title)
        return self._done(row["number"])

    def attaches(self, task: Ticket, paper: Paper) -> None:
        """Somebody attaches an article to a task."""
        hands.attach(self.world, task.key, paper.number, self._by())
        self._done(paper.number)

    def moves(self, paper: Paper, state: str) -> None:
        """Somebody publishes, submits or retires it."""
        hands.move(self.world, paper.number, state, self._by())
        self._done(paper.number)

    def revises(self, paper: Paper, title: str) -> None:
        """Somebody checks it out and words it anew."""
        row = hands.checkout(self.world, paper.number, self._by())
        self.world.update(ARTICLE, row["sys_id"], {"short_description": title}, self._by())
        self._done(paper.number)

    def closes_bases(self) -> None:
        """No knowledge base is left."""
        for row in list(self.world.rows(BASE)):
            self.world.system(BASE, row["sys_id"], {"active": "false"})

    def _by(self) -> Caller:
        return self.world.caller(EDITOR, Door.SCREEN)

    def _done(self, number: str) -> Paper:
        self._stage.clock.advance(1)
        return Paper(self._stage, number)
