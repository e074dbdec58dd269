"""Work in ServiceNow: the service desk, callers, problem and change people.

Each method does one thing through HTTP as one person and tells it, or gives nothing when there is
nothing of the kind to do. Steps that a real instance refuses (a problem's state through the Table
API, a change past its approval) are not tried.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product

from connector.sandbox.people import COLLEAGUES, Colleague, of_team
from connector.sandbox.servicenow.schema import Row
from mappings.sides import Side
from sync.demo import words
from sync.demo.screens import Act, Screens
from sync.demo.sight import Sight

_NEXT = {"1": ("2", "2", "6"), "2": ("3", "6"), "3": ("2",), "6": ("2",)}
"""Which state an incident may be brought to, the likely ones twice."""

_STEPS = {"-2": "-1", "-1": "0", "0": "3"}
"""A change's late states, one step at a time."""


class Desk:
    """Everybody who works in ServiceNow."""

    def __init__(self, sight: Sight, screens: Screens) -> None:
        self._sight = sight
        self._screens = screens
        self._dice = sight.dice

    def acts(self) -> dict[Callable[[], Act | None], int]:
        """What there is to do, and how often it happens."""
        return {
            self.opens_incident: 4,
            self.rewords: 4,
            self.describes: 2,
            self.rates: 3,
            self.assigns: 4,
            self.moves: 7,
            self.notes: 6,
            self.asks: 3,
            self.attaches: 4,
            self.investigates: 2,
            self.opens_problem: 1,
            self.approves: 2,
            self.advances: 2,
        }

    def opens_incident(self) -> Act | None:
        """A new incident, mostly one that concerns developers."""
        text, item, category, impact, urgency = self._dice.choice(words.TROUBLES)
        agent, caller = self._dice.choice(of_team("desk")), self._dice.choice(of_team("business"))
        fields = {
            "short_description": text,
            "description": self._dice.choice(words.DETAILS),
            "category": category,
            "impact": impact,
            "urgency": urgency,
            "caller_id": self._sight.user_id(caller.login),
            "cmdb_ci": self._item(item),
        }
        made = self._screens.insert(agent, "incident", fields)
        return self._told(agent, made, f"opened {made['number']}: {text}")

    def rewords(self) -> Act | None:
        """A better title."""
        row = self._sight.pick(self._sight.tickets("incident", ("1", "2", "3")))
        if row is None:
            return None
        bare = row["short_description"]
        for ending in words.ADDITIONS:
            bare = bare.removesuffix(ending)
        endings = (bare + ending for ending in words.ADDITIONS)
        text = self._sight.other(endings, row["short_description"])
        return self._change(
            self._agent(), row, {"short_description": text}, f"renamed {row['number']}: {text}"
        )

    def describes(self) -> Act | None:
        """More about it."""
        row = self._sight.pick(self._sight.tickets("incident", ("1", "2", "3")))
        if row is None:
            return None
        text = self._sight.other(words.DETAILS, row.get("description", ""))
        return self._change(
            self._agent(), row, {"description": text}, f"rewrote the description of {row['number']}"
        )

    def rates(self) -> Act | None:
        """Another impact and urgency, from which the priority follows."""
        row = self._sight.pick(self._sight.tickets("incident", ("1", "2", "3")))
        if row is None:
            return None
        held = (row["impact"], row["urgency"])
        impact, urgency = self._sight.other(product("123", repeat=2), held)
        fields = {"impact": impact, "urgency": urgency}
        said = f"set impact {fields['impact']} and urgency {fields['urgency']} on {row['number']}"
        return self._change(self._agent(), row, fields, said)

    def assigns(self) -> Act | None:
        """Somebody else takes over."""
        row = self._sight.pick(self._sight.tickets("incident", ("1", "2", "3")))
        if row is None:
            return None
        login = self._login(row.get("assigned_to", ""))
        people = of_team("desk", "network", "database", "apps")
        person = self._sight.other(people, _person(login))
        fields = {"assigned_to": self._sight.user_id(person.login)}
        said = f"assigned {row['number']} to {person.name}"
        return self._change(self._agent(), row, fields, said)

    def moves(self) -> Act | None:
        """The next state, with what that state demands."""
        # A resolved incident is only seldom opened again.
        states = ("1", "2", "3", "6") if self._dice.random() < 0.2 else ("1", "2", "3")
        row = self._sight.pick(self._sight.tickets("incident", states))
        if row is None:
            return None
        state = self._dice.choice(_NEXT[row["state"]])
        fields = {"state": state}
        if state == "3":
            fields["hold_reason"] = self._dice.choice(("3", "4", "5"))
        if state == "6":
            code, text = self._dice.choice(words.CLOSINGS)
            fields |= {"close_code": code, "close_notes": text}
        said = f"set {row['number']} to {words.INCIDENT_STATES[state]}"
        return self._change(self._agent(), row, fields, said)

    def notes(self) -> Act | None:
        """A work note, also on changes and problems."""
        table = self._dice.choice(("incident", "incident", "problem", "change_request"))
        row = self._sight.pick(self._sight.tickets(table))
        if row is None:
            return None
        text = self._dice.choice(words.WORK_NOTES)
        return self._change(
            self._agent(), row, {"work_notes": text}, f"noted on {row['number']}: {text}"
        )

    def asks(self) -> Act | None:
        """A caller writes on his own ticket."""
        row = self._sight.pick(self._sight.tickets("incident", ("1", "2", "3")))
        caller = _person(self._login(row.get("caller_id", ""))) if row else None
        if row is None or caller is None:
            return None
        text = self._dice.choice(words.CUSTOMER_WORDS)
        return self._change(caller, row, {"comments": text}, f"wrote on {row['number']}: {text}")

    def attaches(self) -> Act | None:
        """An incident turns out to belong to a problem, or to another one, or to none."""
        row = self._sight.pick(self._sight.tickets("incident", ("1", "2", "3")))
        if row is None:
            return None
        problems = [one for one in self._sight.tickets("problem") if one["state"] < "106"]
        others = [one for one in problems if one["sys_id"] != row.get("problem_id")]
        if row.get("problem_id") and self._dice.random() < 0.2:
            said = f"detached {row['number']} from its problem"
            return self._change(self._agent(), row, {"problem_id": ""}, said)
        problem = self._sight.pick(others)
        if problem is None:
            return None
        said = f"attached {row['number']} to {problem['number']}"
        return self._change(self._agent(), row, {"problem_id": problem["sys_id"]}, said)

    def investigates(self) -> Act | None:
        """Problem management says more about a cause."""
        row = self._sight.pick(self._sight.tickets("problem"))
        if row is None:
            return None
        person = self._dice.choice(of_team("network", "database"))
        text = self._sight.other(words.DETAILS, row.get("description", ""))
        said = f"described the cause of {row['number']}"
        return self._change(person, row, {"description": text}, said)

    def opens_problem(self) -> Act | None:
        """A new problem, which becomes an epic."""
        text, item = self._dice.choice(words.CAUSES)
        person = self._dice.choice(of_team("network", "database"))
        fields = {
            "short_description": text,
            "description": f"{text}.\n\nSeen several times this week.",
            "impact": "2",
            "urgency": "2",
            "cmdb_ci": self._item(item),
        }
        made = self._screens.insert(person, "problem", fields)
        return self._told(person, made, f"opened {made['number']}: {text}")

    def approves(self) -> Act | None:
        """One of those who were asked agrees to a change."""
        world = self._sight.town.servicenow.world
        changes = {row["sys_id"]: row for row in self._sight.tickets("change_request")}
        with world.lock:
            open_now = [
                row
                for row in world.rows("sysapproval_approver")
                if row["state"] == "requested" and row["sysapproval"] in changes
            ]
        asked = self._sight.pick(open_now)
        person = _person(self._login(asked["approver"])) if asked else None
        if asked is None or person is None:
            return None
        change = changes[asked["sysapproval"]]
        table = "sysapproval_approver"
        self._screens.update(person, table, asked["sys_id"], {"state": "approved"})
        return self._told(person, change, f"approved {change['number']}")

    def advances(self) -> Act | None:
        """A change goes one step on."""
        row = self._sight.pick(self._sight.tickets("change_request", tuple(_STEPS)))
        if row is None:
            return None
        state = _STEPS[row["state"]]
        fields = {"state": state}
        if state == "3":
            fields |= {"close_code": "successful", "close_notes": "Done as planned."}
        person = self._dice.choice(of_team("change"))
        said = f"set {row['number']} to {words.CHANGE_STATES[state]}"
        return self._change(person, row, fields, said)

    def _change(self, person: Colleague, row: Row, fields: Mapping[str, str], said: str) -> Act:
        self._screens.update(person, row["sys_class_name"], row["sys_id"], fields)
        return self._told(person, row, said)

    def _told(self, person: Colleague, row: Mapping[str, str], said: str) -> Act:
        return Act(person.name, Side.SERVICENOW, row["number"], said, row["sys_id"])

    def _agent(self) -> Colleague:
        return self._dice.choice(of_team("desk"))

    def _item(self, name: str) -> str:
        world = self._sight.town.servicenow.world
        with world.lock:
            return next((r["sys_id"] for r in world.rows("cmdb_ci") if r["name"] == name), "")

    def _login(self, sys_id: str) -> str:
        row = self._sight.town.servicenow.world.true_row(sys_id) if sys_id else None
        return row["user_name"] if row else ""


def _person(login: str) -> Colleague | None:
    return next((one for one in COLLEAGUES if one.login == login and one.active), None)
