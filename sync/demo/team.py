"""Work in Jira: the developers on the twins of tickets, and on work of their own.

As in :mod:`.desk`, each method does one thing as one person and tells it. An epic's status is left
alone: the problem behind it could not follow through the Table API.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from connector.sandbox.jira.model import Issue
from connector.sandbox.jira.site import PRIORITIES, account_id
from connector.sandbox.people import COLLEAGUES, Colleague, of_team
from mappings.sides import Side
from sync.demo import words
from sync.demo.screens import Act, Screens
from sync.demo.sight import Linked, Sight
from sync.demo.town import PROJECT

_BACKWARDS = frozenset({"Back to backlog", "Stop work", "Rework", "Reopen"})
_RESOLUTIONS = ("Done", "Done", "Done", "Won't Do", "Duplicate", "Cannot Reproduce")
_WORKING = ("1", "2", "3")
"""States of an incident whose story is still worked on."""


class Team:
    """Everybody who works in Jira."""

    def __init__(self, sight: Sight, screens: Screens) -> None:
        self._sight = sight
        self._screens = screens
        self._dice = sight.dice

    def acts(self) -> dict[Callable[[], Act | None], int]:
        """What there is to do, and how often it happens."""
        return {
            self.walks: 10,
            self.comments: 6,
            self.renames: 4,
            self.describes: 2,
            self.ranks: 2,
            self.assigns: 4,
            self.labels: 4,
            self.unlabels: 1,
            self.moves: 3,
            self.asks_for_incident: 2,
            self.reports: 1,
            self.asks_for_change: 1,
        }

    def walks(self) -> Act | None:
        """The next step of the workflow, with a resolution where the screen wants one."""
        states = (*_WORKING, "6") if self._dice.random() < 0.1 else _WORKING
        one = self._story(states)
        if one is None:
            return None
        person = self._developer()
        path = f"/{one.issue.id}/transitions"
        found = self._screens.issue(person, "GET", f"{path}?expand=transitions.fields")
        steps = found["transitions"]
        onward = [step for step in steps if step["name"] not in _BACKWARDS]
        step = self._sight.pick(onward if onward and self._dice.random() < 0.85 else steps)
        if step is None:
            return None
        body: dict[str, Any] = {"transition": {"id": step["id"]}}
        said = f"moved {one.issue.key} to {step['to']['name']}"
        if "resolution" in step.get("fields", {}):
            resolution = self._dice.choice(_RESOLUTIONS)
            body["fields"] = {"resolution": {"name": resolution}}
            said += f" ({resolution})"
        self._screens.issue(person, "POST", path, body)
        return self._told(person, one.issue, said, one.row["sys_id"])

    def comments(self) -> Act | None:
        """A word on a story or epic."""
        table = self._dice.choice(("incident", "incident", "problem", "change_request"))
        one = self._sight.pick(self._sight.linked(table))
        if one is None:
            return None
        person, text = self._developer(), self._dice.choice(words.REMARKS)
        self._screens.issue(person, "POST", f"/{one.issue.id}/comment", {"body": text})
        said = f"commented on {one.issue.key}: {text}"
        return self._told(person, one.issue, said, one.row["sys_id"])

    def renames(self) -> Act | None:
        """A title that says what is to be done."""
        one = self._story()
        if one is None:
            return None
        text = "Fix: " + str(one.issue.fields["summary"]).removeprefix("Fix: ")
        if text == one.issue.fields["summary"]:
            text = text.removeprefix("Fix: ")
        return self._edit(one, {"summary": text}, f"renamed {one.issue.key}: {text}")

    def describes(self) -> Act | None:
        """More about it, with markup."""
        one = self._story()
        if one is None:
            return None
        texts = (f"h3. Notes\n{detail}\n\n* checked in review" for detail in words.DETAILS)
        text = self._sight.other(texts, one.issue.fields["description"])
        return self._edit(one, {"description": text}, f"rewrote the description of {one.issue.key}")

    def ranks(self) -> Act | None:
        """Another priority, which becomes impact and urgency."""
        one = self._story()
        if one is None:
            return None
        held = one.issue.fields["priority"]
        name = self._sight.other(
            PRIORITIES, next((p for p in PRIORITIES if p.id == held), None)
        ).name
        return self._edit(
            one, {"priority": {"name": name}}, f"set the priority of {one.issue.key} to {name}"
        )

    def assigns(self) -> Act | None:
        """Somebody takes it."""
        one = self._story()
        if one is None:
            return None
        world = self._sight.town.jira.world
        held = world.users.get(str(one.issue.fields["assignee"]))
        logins = (person.login for person in of_team("apps", "network", "database"))
        person = _by_login(self._sight.other(logins, held.login if held else ""))
        cloud = world.site.cloud
        who = {"accountId": account_id(person.login)} if cloud else {"name": person.login}
        said = f"assigned {one.issue.key} to {person.name}"
        return self._edit(one, {"assignee": who}, said)

    def labels(self) -> Act | None:
        """A label of the team's own, which the sync must not touch."""
        one = self._story()
        if one is None:
            return None
        free = [name for name in words.LABELS if name not in one.issue.fields["labels"]]
        label = self._sight.pick(free)
        if label is None:
            return None
        return self._update(one, {"labels": [{"add": label}]}, f"labelled {one.issue.key} {label}")

    def unlabels(self) -> Act | None:
        """A label of the team's own is taken back."""
        own = [
            (one, label)
            for one in self._sight.linked("incident")
            for label in one.issue.fields["labels"]
            if label in words.LABELS
        ]
        found = self._sight.pick(own)
        if found is None:
            return None
        one, label = found
        said = f"took the label {label} from {one.issue.key}"
        return self._update(one, {"labels": [{"remove": label}]}, said)

    def moves(self) -> Act | None:
        """A story goes below another linked epic: its incident belongs to that problem now."""
        one = self._story()
        problems = [p for p in self._sight.linked("problem") if p.row["state"] < "106"]
        world = self._sight.town.jira.world
        field = "parent" if world.site.cloud else world.site.epic_link
        held = one.issue.fields.get(field) if one else None
        epic = self._sight.pick([p.issue for p in problems if p.issue.id != held])
        if one is None or epic is None:
            return None
        value: Any = {"id": epic.id} if world.site.cloud else epic.key
        return self._edit(one, {field: value}, f"moved {one.issue.key} below {epic.key}")

    def asks_for_incident(self) -> Act | None:
        """Work that the desk should know of."""
        return self._ask(("Story", "Task", "Bug"), ("new", "indeterminate"), "to-incident")

    def asks_for_change(self) -> Act | None:
        """Work that goes live by a change; not begun, since a change starts as New."""
        return self._ask(("Story", "Task"), ("new",), "to-change")

    def reports(self) -> Act | None:
        """A new bug that the desk should know of from the start."""
        person, text = self._developer(), self._dice.choice(words.FINDINGS)
        fields = {
            "project": {"key": PROJECT},
            "issuetype": {"name": "Bug"},
            "summary": text,
            "description": self._dice.choice(words.DETAILS),
            "labels": ["to-incident"],
        }
        made = self._screens.issue(person, "POST", "", {"fields": fields})
        said = f"reported {made['key']} for an incident: {text}"
        return Act(person.name, Side.JIRA, made["key"], said, made["id"])

    def _ask(self, kinds: tuple[str, ...], categories: tuple[str, ...], label: str) -> Act | None:
        issue = self._sight.pick(self._sight.loose(kinds, categories))
        if issue is None:
            return None
        person = self._developer()
        body = {"update": {"labels": [{"add": label}]}}
        self._screens.issue(person, "PUT", f"/{issue.id}", body)
        return self._told(person, issue, f"labelled {issue.key} {label}", issue.id)

    def _story(self, states: tuple[str, ...] = _WORKING) -> Linked | None:
        """A story of an incident that is worked on."""
        world = self._sight.town.jira.world
        found = self._sight.linked("incident", states)
        done = {"6"} & set(states)
        return self._sight.pick(
            [one for one in found if done or world.status_of(one.issue).category != "done"]
        )

    def _edit(self, one: Linked, fields: Mapping[str, Any], said: str) -> Act:
        return self._put(one, {"fields": fields}, said)

    def _update(self, one: Linked, verbs: Mapping[str, Any], said: str) -> Act:
        return self._put(one, {"update": verbs}, said)

    def _put(self, one: Linked, body: Mapping[str, Any], said: str) -> Act:
        person = self._developer()
        self._screens.issue(person, "PUT", f"/{one.issue.id}", body)
        return self._told(person, one.issue, said, one.row["sys_id"])

    def _told(self, person: Colleague, issue: Issue, said: str, key: str) -> Act:
        return Act(person.name, Side.JIRA, issue.key, said, key)

    def _developer(self) -> Colleague:
        return self._dice.choice(of_team("apps", "network", "database"))


def _by_login(login: str) -> Colleague:
    return next(one for one in COLLEAGUES if one.login == login)
