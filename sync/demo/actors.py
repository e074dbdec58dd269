"""People at work on both sides, the same for the same seed: who does what next.

Their choices depend on the seed and on what they find. Nobody touches a record that somebody just
worked on, with one exception: :meth:`Office.clash` has two people rename one record at the same
moment, to show what becomes of that.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from connector.sandbox.people import of_team
from mappings.sides import Side
from sync.demo.desk import Desk
from sync.demo.screens import Act, Screens, TurnedAway
from sync.demo.sight import Sight
from sync.demo.team import Team
from sync.demo.town import Town

TRIES = 20
"""How often somebody looks for something else to do before taking a break."""


class Office:
    """Everybody at work. Not for several threads at once."""

    def __init__(
        self,
        town: Town,
        seed: int = 1,
        rest: float = 6.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - the same day at work every time
        self._sight = Sight(town, self.dice, rest, clock)
        self._screens = Screens(town)
        desk, team = Desk(self._sight, self._screens), Team(self._sight, self._screens)
        self._acts = [desk.acts(), team.acts()]

    def act(self) -> Act | None:
        """Somebody on either side does one thing; nothing when there is nothing to do."""
        for _ in range(TRIES):
            acts = self.dice.choice(self._acts)
            (work,) = self.dice.choices(list(acts), list(acts.values()))
            done = self._tried(work)
            if done is not None:
                self._sight.worked_on(done.key)
                return done
        return None

    def clash(self) -> tuple[Act, ...]:
        """Two people give one record different titles before anybody could carry either across."""
        one = self._sight.pick(self._sight.linked("incident", ("1", "2", "3")))
        if one is None:
            return ()
        agent = self.dice.choice(of_team("desk"))
        developer = self.dice.choice(of_team("apps"))
        words = str(one.row["short_description"])
        here, there = f"{words} (all branches)", f"{words} (one branch only)"
        number, key = one.row["number"], one.issue.key
        sys_id = one.row["sys_id"]
        self._screens.update(agent, "incident", sys_id, {"short_description": here})
        body = {"fields": {"summary": there}}
        self._screens.issue(developer, "PUT", f"/{one.issue.id}", body)
        self._sight.worked_on(sys_id)
        return (
            Act(agent.name, Side.SERVICENOW, number, f"renamed {number}: {here}", sys_id),
            Act(developer.name, Side.JIRA, key, f"renamed {key}: {there}", sys_id),
        )

    def close(self) -> None:
        """Everybody goes home."""
        self._screens.close()

    def _tried(self, work: Callable[[], Act | None]) -> Act | None:
        try:
            return work()
        except TurnedAway as refusal:
            return Act("Somebody", Side.SERVICENOW, "", f"was turned away: {refusal}", "", True)
