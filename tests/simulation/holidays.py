"""Long pauses: days on which little happens but the daily audit, in whatever weather there is.

Only so long a time makes a record that is not shown count as deleted, where the mapping says what
becomes of its twin. Before everybody leaves, something goes: for good, or only out of our sight,
and then it may come back before the week is over, or after it. The dice are of their own, so that
no other schedule changes.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from connector.articles import ARTICLE
from mappings.sides import Side

if TYPE_CHECKING:
    from tests.simulation.play import Play

DAY = 86_400.0
DAYS = (5, 8, 8, 9, 11)
LEAVING = {
    "issue deleted": 6, "ticket deleted": 3, "issue hidden": 3, "ticket hidden": 3,
    "issues hidden": 1, "tickets hidden": 1,
}  # fmt: skip


class Holidays:
    """One pause of a schedule."""

    def __init__(self, play: Play) -> None:
        self.play, self.crowd, self.rig = play, play.crowd, play.rig
        self.dice = random.Random(f"days {play.setup.seed}")

    def pass_by(self) -> None:
        """Something goes, the days go by, and some of it comes back."""
        self.rig.say("--- holidays")
        self.play.cycle()
        for _ in range(self.dice.choice((1, 1, 2))):
            self._goes(self.dice.choices(list(LEAVING), list(LEAVING.values()))[0])
        days, back = self.dice.choice(DAYS), self.dice.choice((4, 20, 20))
        for day in range(days):
            if day == back:
                self._shows_everything()
            self._day()
        if self.dice.random() < 0.5:
            self._shows_everything()
        self.rig.say("--- the holidays are over")

    def _day(self) -> None:
        if self.dice.random() < 0.2:
            self.play.people()
        if self.dice.random() < 0.1:
            self.play.crash()
        self.play.cycle(audit=True)
        if self.dice.random() < 0.7:
            self.play.consent()
        self.rig.clock.advance(DAY)

    def _goes(self, what: str) -> None:
        if what == "issue deleted":
            self.crowd.do("team deletes")
        elif what == "ticket deleted":
            self.crowd.do("desk deletes")
        else:
            side = Side.JIRA if what.startswith("issue") else Side.SERVICENOW
            self._hides(side, every="s hidden" in what)

    def _hides(self, side: Side, *, every: bool) -> None:
        """One record that has a twin, or all of its table or project. Not articles: each is rows of
        several versions, and a new one would be shown."""
        specs = {spec.pair: spec for spec in self.rig.specs}
        links = [
            link
            for pair in specs
            for link in self.rig.store.links.of_pair(pair)
            if not self.crowd.veils.away(side, link.end(side).key, len(self.rig.journal.entries))
            and link.end(side).container != ARTICLE
        ]
        if not links:
            return
        link = self.dice.choice(links)
        place = link.end(side).container
        gone = [one for one in links if one.end(side).container == place] if every else [link]
        self.crowd.unstamped += 1
        self.crowd.veils.hide(side, dict.fromkeys(one.end(side).key for one in gone))
        names = ", ".join(dict.fromkeys(one.end(side).label for one in gone))
        self.rig.say(f"{names} {'are' if every else 'is'} hidden from the program")

    def _shows_everything(self) -> None:
        if any(self.crowd.veils.hidden(side) for side in Side):
            self.crowd.unstamped += 1
            self.crowd.show_everything()
            self.rig.say("everything is visible again")
