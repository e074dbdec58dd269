"""People of the service desk at work: deeds of a crowd."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.sandbox.servicenow.change_rules import AUTOMATIC, approve, next_states
from connector.sandbox.servicenow.knobs import SYSTEM
from connector.sandbox.servicenow.problem_rules import STEPS
from connector.sandbox.servicenow.schema import Row
from mappings.sides import Side
from tests.simulation.people import DEVELOPERS
from tests.simulation.people.texts import headline

if TYPE_CHECKING:
    from tests.simulation.people.crowd import Crowd

STATES = ("1", "2", "3", "6", "8")
REFERENCES = {
    "incident": (
        ("caused_by", "change_request"), ("rfc", "change_request"), ("parent_incident", "incident"),
    ),
    "problem": (("duplicate_of", "problem"),),
    "problem_task": (("problem", "problem"),),
    "rm_defect": (("parent", "problem"), ("parent", "incident"), ("parent", "change_request")),
}  # fmt: skip
RANKED = frozenset({"change_request", "problem_task", "rm_defect"})
"""Tables that do not calculate their priority."""
TASK_STATES, DEFECT_STATES = ("151", "152", "154", "157"), ("-6", "-5", "2", "-8", "-1", "3", "4")


class Desk:
    """Those who work in ServiceNow."""

    def __init__(self, crowd: Crowd) -> None:
        self.crowd, self.rig, self.dice = crowd, crowd.rig, crowd.dice
        self.now = crowd.now

    def opens(self) -> str | None:
        """A new ticket."""
        table = self.dice.choice(("incident", "incident", "problem", "change_request"))
        fields = {"short_description": self.crowd.texts.line(), "impact": "1", "urgency": "2"}
        if table == "change_request":
            fields["type"] = self.dice.choice(("normal", "standard", "emergency"))
            fields["priority"] = "3"
        if self.dice.random() < 0.5:
            fields["description"] = self.crowd.texts.text()
        if table == "incident" and self.dice.random() < 0.5:
            problem = self.crowd.pick(self.crowd.tickets("problem"))
            fields |= {"problem_id": problem["sys_id"]} if problem else {}
        if self.dice.random() < 0.4:
            fields["work_notes"] = self.crowd.texts.comment()
        row = self.now.insert(table, fields, self.crowd.agent())
        return f"the desk opens {row['number']}: {fields['short_description']}"

    def rewords(self, row: Row | None = None) -> str | None:
        """Another title."""
        return self._edit(row, "rewords", short_description=self.crowd.texts.line())

    def describes(self, row: Row | None = None) -> str | None:
        """Another description, or none."""
        text = "" if self.dice.random() < 0.2 else self.crowd.texts.text()
        return self._edit(row, "describes", description=text)

    def works_around(self) -> str | None:
        """A problem's workaround, which is HTML, or none any more."""
        row = self.crowd.pick(self.crowd.tickets("problem"))
        word = self.crowd.texts.word("h")
        shapes = (
            f"<p>way {word}</p>", f"<h2>way {word}</h2><ul><li>a</li><li><em>b</em></li></ul>",
            f'<p style="color:red">way {word} <a href="https://kb.test/1">page</a></p>', "",
        )  # fmt: skip
        return self._edit(row, "works around", workaround=self.dice.choice(shapes)) if row else None

    def ranks(self, row: Row | None = None) -> str | None:
        """Another priority."""
        row = row or self.crowd.pick(self.crowd.tickets())
        impact, urgency = self.dice.choice("123"), self.dice.choice("123")
        more = {"priority": impact} if row and row["sys_class_name"] in RANKED else {}
        return self._edit(row, "ranks", impact=impact, urgency=urgency, **more)

    def assigns(self, row: Row | None = None) -> str | None:
        """Another assignee, or none."""
        login = self.dice.choice((*DEVELOPERS[:4], ""))
        return self._edit(row, "assigns", assigned_to=self.now.user_id(login) if login else "")

    def notes(self, row: Row | None = None) -> str | None:
        """A work note or a customer comment."""
        lane = self.dice.choice(("work_notes", "comments"))
        return self._edit(row, "notes", **{lane: self.crowd.texts.note()})

    def moves(self, row: Row | None = None) -> str | None:
        """Another state, as the table allows it."""
        row = row or self.crowd.pick(self.crowd.tickets())
        if row is None:
            return None
        table = row["sys_class_name"]
        if table == "change_request":
            return self._moves_change(row)
        if table == "problem":
            return self._moves_problem(row)
        if table in ("problem_task", "rm_defect"):
            return self._moves_task(row)
        state = self.dice.choice(STATES)
        more = {"state": state}
        if state == "6":
            more |= {"close_code": "Known error", "close_notes": self.crowd.texts.line()}
        if state == "3":
            more["hold_reason"] = "3"
        return self._edit(row, f"moves to {state}", **more)

    def _moves_change(self, row: Row) -> str | None:
        if (row.get("type", ""), row["state"]) in AUTOMATIC and self.dice.random() < 0.6:
            approve(self.now, row["sys_id"])
            return f"an approver agrees to {row['number']}"
        state = self.crowd.pick(next_states(row))
        more = {"close_code": "successful", "close_notes": "ok"} if state == "3" else {}
        return self._edit(row, f"moves to {state}", state=state, **more) if state else None

    def _moves_task(self, row: Row) -> str | None:
        if row["sys_class_name"] == "rm_defect":
            state = self.dice.choice(DEFECT_STATES)
            return self._edit(row, f"moves to {state}", state=state)
        state = self.dice.choice(TASK_STATES)
        more = {"assigned_to": row.get("assigned_to") or self.now.user_id("hiro.tanaka")}
        if state == "157":
            more |= {"close_code": "completed", "close_notes": "done"}
        return self._edit(row, f"moves to {state}", state=state, **more)

    def _moves_problem(self, row: Row) -> str | None:
        state = self.crowd.pick(STEPS[row["state"]])
        more = {
            "assigned_to": row.get("assigned_to") or self.now.user_id("hiro.tanaka"),
            "cause_notes": "cause", "fix_notes": "fix", "close_notes": "close",
        }  # fmt: skip
        if state in ("106", "107"):
            code = "fix_applied" if row["state"] in ("104", "106") else "canceled"
            more["resolution_code"] = code
        return self._edit(row, f"moves to {state}", state=str(state), **more)

    def attaches(self, row: Row | None = None) -> str | None:
        """An incident belongs to another problem, or to none."""
        row = row if row and row["sys_class_name"] == "incident" else None
        row = row or self.crowd.pick(self.crowd.tickets("incident"))
        problem = self.crowd.pick([*self.crowd.tickets("problem"), None])
        key = problem["sys_id"] if problem else ""
        return self._edit(row, "attaches", problem_id=key) if row else None

    def refers(self, row: Row | None = None) -> str | None:
        """A ticket refers to another one, or to none any more."""
        row = row if row and row["sys_class_name"] in REFERENCES else None
        row = row or self.crowd.pick(self.crowd.tickets(*REFERENCES))
        if row is None:
            return None
        name, table = self.dice.choice(REFERENCES[row["sys_class_name"]])
        others = [one for one in self.crowd.tickets(table) if one["sys_id"] != row["sys_id"]]
        other = self.crowd.pick([*others, None])
        return self._edit(row, "refers", **{name: other["sys_id"] if other else ""})

    def reports(self) -> str | None:
        """A defect, or a task of a problem, of a ticket or of none."""
        table = "rm_defect" if self.rig.setup.agile else "problem_task"
        name, against = self.dice.choice(REFERENCES[table])
        ticket = self.crowd.pick([*self.crowd.tickets(against), None])
        fields = {
            "short_description": self.crowd.texts.line(),
            "priority": self.dice.choice("12345"),
        }
        fields |= {name: ticket["sys_id"]} if ticket else {}
        row = self.now.insert(table, fields, self.crowd.agent())
        of = ticket["number"] if ticket else "nothing"
        return f"the desk reports {row['number']} of {of}: {fields['short_description']}"

    def copies(self) -> str | None:
        """A copy of a ticket, correlation and all."""
        row = self.crowd.pick(self.crowd.tickets("incident"))
        if row is None:
            return None
        kept = ("impact", "urgency", "description", "correlation_id", "correlation_display")
        fields = {name: row.get(name, "") for name in kept}
        fields["short_description"] = self.crowd.texts.line()
        made = self.now.insert("incident", fields, self.crowd.agent())
        return f"the desk copies {row['number']} to {made['number']}"

    def deletes(self) -> str | None:
        """A ticket goes for good."""
        row = self.crowd.pick(self.crowd.tickets())
        if row is None:
            return None
        self.crowd.note_deletion(Side.SERVICENOW, row["sys_id"])
        self.now.delete(row["sys_class_name"], row["sys_id"], SYSTEM)
        return f"{row['number']} is deleted"

    def hides(self) -> str | None:
        """A row goes out of our sight, or comes back."""
        self.crowd.unstamped += 1
        if self.crowd.veils.hidden(Side.SERVICENOW):
            self.crowd.veils.lift(Side.SERVICENOW)
            return "all rows are visible again"
        row = self.crowd.pick(self.crowd.tickets())
        if row is None:
            return None
        self.crowd.veils.hide(Side.SERVICENOW, [row["sys_id"]])
        return f"{row['number']} is hidden from the program"

    def _edit(self, row: Row | None, verb: str, **values: str) -> str | None:
        row = row or self.crowd.pick(self.crowd.tickets())
        if row is None:
            return None
        self.now.update(row["sys_class_name"], row["sys_id"], values, self.crowd.agent())
        said = ", ".join(f"{name}={headline(value)}" for name, value in values.items())
        return f"the desk {verb} {row['number']}: {said}"
