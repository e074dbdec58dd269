"""People at work on both sides, each deed drawn from the dice and told in one line.

Every text is a token of its own, so that the oracle can say what became of it. A deed that finds
nothing to do says so by returning nothing; one that a system refuses is told as refused.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from connector.sandbox.jira.hands import Hands
from connector.sandbox.jira.model import Issue
from connector.sandbox.jira.problems import Refusal as JiraRefusal
from connector.sandbox.servicenow.knobs import Door
from connector.sandbox.servicenow.refusal import Refusal as DeskRefusal
from connector.sandbox.servicenow.schema import Row
from mappings.sides import Side
from tests.simulation.journal import TABLES
from tests.simulation.people import AGENTS, DEVELOPERS
from tests.simulation.people.censors import Censors
from tests.simulation.people.clerks import Clerks
from tests.simulation.people.desk import Desk
from tests.simulation.people.librarians import Librarians
from tests.simulation.people.mourners import Mourners
from tests.simulation.people.team import Team
from tests.simulation.people.texts import Texts
from tests.simulation.rig import Rig
from tests.simulation.setup import FOLLOWING, WITHDRAWING
from tests.simulation.veils import Veils

ELSEWHERE = {"OPS": "TEAM", "TEAM": "OPS", "DESK": "OPS"}
Deed = Callable[[], str | None]


class Crowd:
    """Everybody, on both sides."""

    def __init__(self, rig: Rig, dice: random.Random) -> None:
        self.rig, self.dice = rig, dice
        self.now, self.jira = rig.servicenow.world, rig.jira.world
        self.project = rig.setup.project
        self.home = ELSEWHERE[self.project]
        self.known_at_deletion: dict[tuple[Side, str], bool] = {}
        self.unstamped = 0
        self.dropped: set[str] = set()
        self.withdrawn: dict[tuple[Side, str, str], tuple[bool, str]] = {}
        self.dropped_files: set[bytes] = set()
        self.edited: dict[str, list[str]] = {}
        self.scribbled: list[str] = []
        self.meddled: set[int] = set()
        self.veils = Veils(rig)
        self.mourners = Mourners(self)
        self.texts = Texts(rig, dice)
        self.kinds = {
            spec.servicenow.table: rig.runtime.kind(spec).name for spec in rig.runtime.specs
        }  # fmt: skip
        self.desk, self.team = Desk(self), Team(self)
        self.clerks, self.censors, self.librarians = Clerks(self), Censors(self), Librarians(self)

    def deeds(self) -> dict[str, tuple[Deed, int]]:
        """What there is to do, by name, and how often it happens."""
        return {
            "desk opens": (self.desk.opens, 5),
            "desk rewords": (self.desk.rewords, 8),
            "desk describes": (self.desk.describes, 3),
            "desk works around": (self.desk.works_around, 3),
            "desk ranks": (self.desk.ranks, 3),
            "desk assigns": (self.desk.assigns, 4),
            "desk notes": (self.desk.notes, 6),
            "desk moves": (self.desk.moves, 7),
            "desk attaches": (self.desk.attaches, 3),
            "desk refers": (self.desk.refers, 6),
            "desk reports": (self.desk.reports, 4),
            "desk copies": (self.desk.copies, 1),
            "desk deletes": (self.desk.deletes, 2),
            "desk hides": (self.desk.hides, 1),
            "desk undeletes": (self.mourners.undeletes, 3),
            "somebody knows of a death": (self.mourners.swears, 16),
            "team asks": (self.team.asks, 3),
            "team reports": (self.team.reports, 4),
            "team rewords": (self.team.rewords, 8),
            "team describes": (self.team.describes, 3),
            "team works around": (self.team.works_around, 2),
            "team ranks": (self.team.ranks, 3),
            "team assigns": (self.team.assigns, 4),
            "team labels": (self.team.labels, 2),
            "team comments": (self.team.comments, 6),
            "team moves": (self.team.moves, 7),
            "team attaches": (self.team.attaches, 3),
            "team links": (self.team.links, 6),
            "team unlinks": (self.team.unlinks, 4),
            "team clones": (self.team.clones, 2),
            "team deletes": (self.team.deletes, 2),
            "team takes elsewhere": (self.team.takes_elsewhere, 2),
            "team brings back": (self.team.brings_back, 2),
            "team hides": (self.team.hides, 1),
            "team drops a comment": (self.censors.team_drops_a_comment, 1),
            "team edits a comment": (self.censors.team_edits_a_comment, 4),
            "desk files": (self.clerks.desk_files, 3),
            "team files": (self.clerks.team_files, 3),
            "somebody drops a file": (self.clerks.somebody_drops_a_file, 1),
            **self.librarians.deeds(),
            **(self._clerks() if self.rig.setup.variant == FOLLOWING else {}),
            **(self._censors() if self.rig.setup.variant == WITHDRAWING else {}),
        }

    def _clerks(self) -> dict[str, tuple[Deed, int]]:
        """Those who file more, and throw more away, where that has consequences."""
        return {
            "desk files": (self.clerks.desk_files, 40),
            "team files": (self.clerks.team_files, 40),
            "somebody drops a file": (self.clerks.somebody_drops_a_file, 70),
        }

    def _censors(self) -> dict[str, tuple[Deed, int]]:
        """Those who take back what was said, where that is told."""
        return {
            "desk notes": (self.desk.notes, 40),
            "team comments": (self.team.comments, 40),
            "team drops a comment": (self.censors.team_drops_a_comment, 60),
            "desk drops an entry": (self.censors.desk_drops_an_entry, 60),
        }

    def do(self, name: str) -> bool:
        """Do one deed and tell it; whether anything was done."""
        try:
            told = self.deeds()[name][0]()
        except (JiraRefusal, DeskRefusal) as problem:
            self.rig.drain("person")
            self.rig.say(f"{name}: refused ({type(problem).__name__})")
            return True
        self.rig.drain("person")
        if told is not None:
            self.rig.say(told)
            self.rig.reached[f"deed {name}"] += 1
        return told is not None

    def show_everything(self) -> None:
        """Nothing is hidden any more."""
        for side in Side:
            self.veils.lift(side)

    # -- between our look and our write ----------------------------------------------------------

    def meddle(self, side: Side, keys: Sequence[str]) -> None:
        """Somebody edits the very record that is about to be written."""
        key = next(iter(keys), "")
        self.rig.meddle = None
        try:
            told = self._meddle(side, key)
        except (JiraRefusal, DeskRefusal):
            told = None
        self.meddled |= {one.n for one in self.rig.drain("person")}
        if told:
            self.rig.reached["somebody between look and write"] += 1
            self.rig.say(f"  meanwhile {told}")

    def _meddle(self, side: Side, key: str) -> str | None:
        if side is Side.SERVICENOW:
            row = self.now.true_row(key)
            deeds = (self.desk.rewords, self.desk.describes, self.desk.moves, self.desk.refers)
            deed = self.dice.choice(deeds)
            return deed(row) if row else None
        issue = self.jira.issues.get(key)
        moves = (self.team.rewords, self.team.describes, self.team.moves, self.team.links)
        return self.dice.choice(moves)(issue) if issue else None

    # -- inside ----------------------------------------------------------------------------------

    def tickets(self, *tables: str) -> list[Row]:
        """All tickets there are, of these tables or of all."""
        wanted = tables or TABLES
        rows = (self.now.true_row(key) for key in self.rig.journal.keys(Side.SERVICENOW))
        return [row for row in rows if row and row["sys_class_name"] in wanted]

    def issues(self) -> list[Issue]:
        """All issues of the project."""
        return [one for one in self.jira.issues.values() if self.where(one) == self.project]

    def where(self, issue: Issue) -> str:
        """The project that an issue is in."""
        return self.jira.project_of(issue).key

    def note_deletion(self, side: Side, key: str) -> None:
        """Whether we knew a record when it was deleted."""
        known = key in self.rig.store.links.by_keys(side, [key])
        self.known_at_deletion[(side, key)] = known

    def agent(self) -> Any:
        """Somebody at the desk, at his screen."""
        return self.now.caller(self.dice.choice(AGENTS), Door.SCREEN)

    def hands(self) -> Hands:
        """Somebody of a team."""
        return Hands(self.jira, self.dice.choice(DEVELOPERS))

    def kind(self, table: str) -> str:
        """The issue type that a table's twins have."""
        return self.kinds[table]

    def pick(self, items: Iterable[Any]) -> Any:
        """Any of them; nothing of none."""
        rows = list(items)
        return self.dice.choice(rows) if rows else None
