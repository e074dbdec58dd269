"""The people of a :class:`~tests.support.stage.Stage`, and the things they work on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from connector.sandbox.jira.hands import Hands
from connector.sandbox.jira.model import Issue, Remark
from connector.sandbox.servicenow.change_rules import answer_approval
from connector.sandbox.servicenow.knobs import SYSTEM, Door
from sync.core import marks

if TYPE_CHECKING:
    from tests.support.stage import Stage

STATES = {
    "incident": {"New": "1", "In Progress": "2", "On Hold": "3", "Resolved": "6", "Closed": "7"}
    | {"Canceled": "8"},
    "problem": {"New": "101", "Assess": "102", "Analysis": "103", "Fix": "104"}
    | {"Resolved": "106", "Closed": "107"},
    "change_request": {"New": "-5", "Assess": "-4", "Authorize": "-3", "Scheduled": "-2"}
    | {"Implement": "-1", "Review": "0", "Closed": "3", "Canceled": "4"},
    "problem_task": {"New": "151", "Assess": "152", "Work": "154", "Closed": "157"},
    "rm_defect": {"Draft": "-6", "Scoping": "-5", "Approval": "-4", "Work": "2", "Testing": "-8"}
    | {"Deploy": "-9", "Complete": "3", "Hold": "-1", "Cancelled": "4"},
}
PRIORITY = {"1": ("1", "1"), "2": ("1", "2"), "3": ("2", "2"), "4": ("2", "3"), "5": ("3", "3")}


@dataclass(frozen=True)
class Ticket:
    """A record in ServiceNow, as it truly is."""

    stage: Stage = field(repr=False, compare=False)
    key: str

    def __getitem__(self, name: str) -> str:
        row = self.stage.servicenow.world.true_row(self.key)
        assert row is not None
        return row.get(name, "")

    @property
    def table(self) -> str:
        return self["sys_class_name"]

    @property
    def number(self) -> str:
        return self["number"]

    @property
    def state(self) -> str:
        """The state as people read it."""
        return {value: name for name, value in STATES[self.table].items()}[self["state"]]

    @property
    def assignee(self) -> str:
        """The login of the assignee, empty for nobody."""
        row = self.stage.servicenow.world.true_row(self["assigned_to"])
        return row["user_name"] if row else ""

    def entries(self, lane: str = "work_notes") -> list[str]:
        """Texts of work notes or comments, oldest first."""
        notes = self.stage.servicenow.world.true_notes(self.key)
        return [note["value"] for note in notes if note["element"] == lane]

    @property
    def notes(self) -> list[str]:
        return self.entries()

    @property
    def issues(self) -> list[Story]:
        """Issues that say they are this ticket's twin."""
        return [
            Story(self.stage, issue.id)
            for issue in self.stage.jira.world.issues.values()
            if _named(issue) == self.key
        ]

    @property
    def issue(self) -> Story:
        """The only twin."""
        found = self.issues
        assert len(found) == 1, f"{self.number} has {len(found)} twins"
        return found[0]


@dataclass(frozen=True)
class Story:
    """An issue in Jira, as it truly is."""

    stage: Stage = field(repr=False, compare=False)
    key: str

    @property
    def raw(self) -> Issue:
        return self.stage.jira.world.issues[self.key]

    def __getitem__(self, name: str) -> Any:
        return Hands(self.stage.jira.world, "mei.chen").see(self.key, name)

    @property
    def label(self) -> str:
        """The issue's key, which may change."""
        return self.raw.key

    @property
    def kind(self) -> str:
        return self.stage.jira.world.type_of(self.raw).name

    @property
    def status(self) -> str:
        return self.stage.jira.world.status_of(self.raw).name

    @property
    def assignee(self) -> str:
        """The login of the assignee, empty for nobody."""
        held = self.stage.jira.world.users.get(str(self["assignee"]))
        return held.login if held else ""

    @property
    def labels(self) -> set[str]:
        """Labels without our marks."""
        held = self.raw.fields["labels"]
        return set(held) - set(marks.own_labels(held))

    @property
    def marks(self) -> set[str]:
        """Our marks among the labels."""
        return set(marks.own_labels(self.raw.fields["labels"]))

    @property
    def remarks(self) -> tuple[Remark, ...]:
        return self.raw.comments

    @property
    def comments(self) -> list[str]:
        """Texts of the comments, oldest first."""
        return [remark.body for remark in self.remarks]

    def linked(self, words: str) -> list[Story]:
        """The issues that are linked with it in these words."""
        return [Story(self.stage, key) for key in self[f"link:{words}"]]

    @property
    def epic(self) -> Story | None:
        """What it is a child of."""
        above = self["parent"]
        return Story(self.stage, str(above)) if above else None

    @property
    def tickets(self) -> list[Ticket]:
        """Records that say they are this issue's twin."""
        rows = self.stage.servicenow.world.truth()["records"]
        return [
            Ticket(self.stage, row["sys_id"])
            for table in STATES
            for row in rows.get(table, ())
            if row.get("correlation_id", "").endswith(f":{self.key}")
        ]

    @property
    def ticket(self) -> Ticket:
        """The only twin."""
        found = self.tickets
        assert len(found) == 1, f"{self.label} has {len(found)} twins"
        return found[0]


def _named(issue: Issue) -> str:
    held = issue.properties.get(marks.PROPERTY) or {}
    return str((held.get("servicenow") or {}).get("sys_id") or "")


class Desk:
    """Everybody who works in ServiceNow. ``by`` is a login."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    @property
    def world(self) -> Any:
        return self._stage.servicenow.world

    def opens(
        self, text: str = "Mail is slow", table: str = "incident", priority: str = "2", **more: str
    ) -> Ticket:
        """A new record."""
        impact, urgency = PRIORITY[priority]
        own = {} if table in ("incident", "problem") else {"priority": priority}
        values = {"short_description": text, "impact": impact, "urgency": urgency, **own, **more}
        by = self.world.caller("amira.haddad", Door.SCREEN)
        row = self.world.insert(table, self._plain(values), by)
        self._stage.clock.advance(1)
        return Ticket(self._stage, row["sys_id"])

    def opens_problem(self, text: str = "Mail store too small", **more: str) -> Ticket:
        """A new problem."""
        return self.opens(text, "problem", **more)

    def opens_change(self, text: str = "Move the mail store", **more: str) -> Ticket:
        """A new change."""
        return self.opens(text, "change_request", **more)

    def edits(self, ticket: Ticket, by: str = "ben.okafor", **values: Any) -> None:
        """Somebody changes a record at his screen; people by login, records as tickets."""
        door = self.world.caller(by, Door.SCREEN)
        self.world.update(ticket.table, ticket.key, self._plain(values), door)
        self._stage.clock.advance(1)

    def rates(self, ticket: Ticket, priority: str) -> None:
        """Another impact and urgency, from which the priority follows."""
        impact, urgency = PRIORITY[priority]
        self.edits(ticket, impact=impact, urgency=urgency)

    def moves(self, ticket: Ticket, state: str, **along: Any) -> None:
        """The next state."""
        self.edits(ticket, state=STATES[ticket.table][state], **along)

    def resolves(
        self, ticket: Ticket, code: str = "Solution provided", notes: str = "Restarted it."
    ) -> None:
        """An incident is resolved, with what that demands."""
        self.moves(ticket, "Resolved", close_code=code, close_notes=notes)

    def closes(self, ticket: Ticket) -> None:
        """The nightly job closes a resolved incident."""
        self.platform(ticket, state=STATES[ticket.table]["Closed"])

    def notes(self, ticket: Ticket, text: str, by: str = "ben.okafor") -> None:
        """A work note."""
        self.edits(ticket, by, work_notes=text)

    def answers(self, ticket: Ticket, text: str, by: str = "ben.okafor") -> None:
        """A comment that the customer reads."""
        self.edits(ticket, by, comments=text)

    def drops(self, ticket: Ticket, text: str) -> None:
        """An administrator deletes the entry of a journal that holds a text."""
        [entry] = [one for one in self.world.true_notes(ticket.key) if text in one["value"]]
        self.world.delete("sys_journal_field", entry["sys_id"], SYSTEM)
        self._stage.clock.advance(1)

    def approves(self, change: Ticket) -> None:
        """A change manager agrees."""
        answer_approval(self.world, change.key)
        self._stage.clock.advance(1)

    def platform(self, ticket: Ticket, **values: Any) -> None:
        """A job or a business rule."""
        self.world.update(ticket.table, ticket.key, self._plain(values), SYSTEM)
        self._stage.clock.advance(1)

    def person(self, login: str, **values: str) -> None:
        """An administrator changes somebody's account."""
        self.world.update("sys_user", self.world.user_id(login), values, SYSTEM)

    def tickets(self, table: str = "incident") -> list[Ticket]:
        """All records of a table."""
        rows = self.world.truth()["records"].get(table, ())
        return [Ticket(self._stage, row["sys_id"]) for row in rows]

    def _plain(self, values: dict[str, Any]) -> dict[str, str]:
        found = {}
        for name, value in values.items():
            if isinstance(value, Ticket):
                value = value.key
            if name == "assigned_to" and value:
                value = self.world.user_id(value) or value
            found[name] = value
        return found


class Team:
    """Everybody who works in Jira. ``by`` is a login."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    @property
    def world(self) -> Any:
        return self._stage.jira.world

    def hands(self, by: str) -> Hands:
        """One person's hands."""
        self._stage.clock.advance(1)
        return Hands(self.world, by)

    def writes(
        self, text: str = "Tidy up", kind: str = "Story", by: str = "mei.chen", **fields: Any
    ) -> Story:
        """A new issue."""
        project = fields.pop("project", self._stage.project)
        issue = self.hands(by).create(project, kind, text, **_plain(fields))
        return Story(self._stage, issue.id)

    def edits(self, story: Story, by: str = "mei.chen", **fields: Any) -> None:
        """Somebody changes fields; people by login, issues as stories."""
        self.hands(by).edit(story.key, **_plain(fields))

    def moves(
        self, story: Story, status: str, resolution: str = "Done", by: str = "mei.chen"
    ) -> None:
        """Somebody walks an issue to a status."""
        self.hands(by).move_to(story.key, status, resolution)

    def comments(self, story: Story, text: str, by: str = "mei.chen", **more: Any) -> str:
        """A comment; its id."""
        return self.hands(by).comment(story.key, text, **more)

    def rewrites(
        self, story: Story, number: str, text: str, by: str = "mei.chen", **more: Any
    ) -> None:
        """Somebody edits a comment."""
        self.hands(by).edit_comment(story.key, number, text, **more)

    def drops(self, story: Story, number: str, by: str = "mei.chen") -> None:
        """Somebody deletes a comment."""
        self.hands(by).drop_comment(story.key, number)

    def labels(self, story: Story, *labels: str, by: str = "mei.chen") -> None:
        """Labels are added."""
        self.hands(by).label(story.key, add=labels)

    def unlabels(self, story: Story, *labels: str, by: str = "mei.chen") -> None:
        """Labels are taken away."""
        self.hands(by).label(story.key, remove=labels)

    def links(self, story: Story, words: str, other: Story, by: str = "mei.chen") -> None:
        """Two issues are linked, in the words that stand on the first."""
        self.hands(by).link(story.key, words, other.key)

    def unlinks(self, story: Story, words: str, other: Story, by: str = "mei.chen") -> None:
        """A link is taken away."""
        self.hands(by).unlink(story.key, words, other.key)

    def account(self, login: str, **changes: Any) -> None:
        """An administrator changes an account."""
        world = self.world
        user = next(one for one in world.users.values() if one.login == login)
        world.configure(user=replace(user, **changes))

    def clones(self, story: Story, by: str = "noah.fischer") -> Story:
        """A copy."""
        return Story(self._stage, self.hands(by).clone(story.key).id)

    def issues(self) -> list[Story]:
        """All issues there are."""
        return [Story(self._stage, key) for key in self.world.issues]


def _plain(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.key if isinstance(value, Story) else value for name, value in fields.items()
    }
