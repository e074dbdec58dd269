"""People at work on knowledge, on both sides: deeds of a crowd."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.sandbox.servicenow import knowledge_rules as hands
from connector.sandbox.servicenow.knobs import Door
from connector.sandbox.servicenow.knowledge_tables import ADMIN, ARTICLE

if TYPE_CHECKING:
    from tests.simulation.people.crowd import Crowd, Deed

EDITOR = "elena.rossi"
NEXT = {
    "draft": ("review", "published", "published"),
    "review": ("draft", "published"),
    "published": ("checkout", "checkout", "retired"),
}


class Librarians:
    """Those who write, attach, publish and revise articles, and those who want one."""

    def __init__(self, crowd: Crowd) -> None:
        self.crowd = crowd
        self.world = crowd.now
        self.world.roles[EDITOR].add(ADMIN)

    def deeds(self) -> dict[str, tuple[Deed, int]]:
        """What there is to do, by name, and how often it happens."""
        return {
            "desk knows": (self.desk_knows, 4),
            "desk writes an article": (self.desk_writes, 2),
            "desk attaches an article": (self.desk_attaches, 2),
            "desk moves an article": (self.desk_moves, 5),
            "team wants an article": (self.team_wants, 3),
        }

    def desk_knows(self) -> str | None:
        """A problem is a known error, or has a workaround."""
        row = self._problem()
        if row is None:
            return None
        wish = self.crowd.dice.choice(({"known_error": "true"}, {"workaround": "Try again."}))
        self.world.update("problem", row["sys_id"], wish, self.crowd.agent())
        return f"the desk knows about {row['number']}: {wish}"

    def desk_writes(self) -> str | None:
        """An article at a problem, or for no task."""
        row = self._problem() if self.crowd.dice.random() < 0.6 else None
        task = row["sys_id"] if row else ""
        title = f"title {self.crowd.texts.word('w')}"
        made = hands.write(self.world, task, self._editor(), short_description=title)
        return f"the desk writes {made['number']} at {row['number'] if row else 'no task'}: {title}"

    def desk_attaches(self) -> str | None:
        """An article that is there already, to a problem on which it does not hang."""
        pair = self.crowd.pick(self._apart())
        if pair is None:
            return None
        row, number = pair
        hands.attach(self.world, row["sys_id"], number, self._editor())
        return f"the desk attaches {number} to {row['number']}"

    def desk_moves(self) -> str | None:
        """A step in the life of an article."""
        number = self._number()
        if number is None:
            return None
        newest = hands.versions(self.world, number)[-1]
        steps = NEXT.get(newest["workflow_state"])
        if steps is None:
            return None
        step = self.crowd.dice.choice(steps)
        if step != "checkout":
            hands.move(self.world, number, step, self._editor())
            return f"the desk moves {number} to {step}"
        row = hands.checkout(self.world, number, self._editor())
        title = f"title {self.crowd.texts.word('w')}"
        self.world.update(ARTICLE, row["sys_id"], {"short_description": title}, self._editor())
        return f"the desk takes {number} in work again: {title}"

    def team_wants(self) -> str | None:
        """A labelled task below an epic, or below none."""
        epics = [one for one in self.crowd.issues() if self.crowd.jira.type_of(one).level == 1]
        epic = self.crowd.pick([*epics, None])
        kind = self.crowd.kind(ARTICLE)
        fields: dict[str, Any] = {"labels": ("knowledge",)}
        if epic is not None:
            fields["parent"] = epic.id
        title = f"title {self.crowd.texts.word('w')}"
        made = self.crowd.hands().create(self.crowd.project, kind, title, **fields)
        return f"the team wants an article with {made.key} below {epic.key if epic else 'nothing'}"

    def _problem(self) -> Any:
        return self.crowd.pick(self.crowd.tickets("problem"))

    def _numbers(self) -> list[str]:
        return sorted({row["number"] for row in self.world.truth()["records"][ARTICLE]})

    def _number(self) -> str | None:
        found = self.crowd.pick(self._numbers())
        return None if found is None else str(found)

    def _apart(self) -> list[tuple[Any, str]]:
        """Every problem with every article that does not hang on it."""
        records = self.world.truth()["records"]
        number_of = {row["sys_id"]: row["number"] for row in records[ARTICLE]}
        tied = {(tie["task"], number_of.get(tie["kb_knowledge"])) for tie in records["m2m_kb_task"]}
        return [
            (row, number)
            for row in self.crowd.tickets("problem")
            for number in self._numbers()
            if (row["sys_id"], number) not in tied
        ]

    def _editor(self) -> Any:
        return self.world.caller(EDITOR, Door.SCREEN)
