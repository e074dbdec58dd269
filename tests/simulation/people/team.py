"""Developers at work: deeds of a crowd."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.sandbox.jira import linking
from connector.sandbox.jira.model import Issue
from connector.sandbox.jira.site import PRIORITIES
from mappings.sides import Side
from tests.simulation.people import DEVELOPERS
from tests.simulation.people.texts import headline

if TYPE_CHECKING:
    from tests.simulation.people.crowd import Crowd

WORDS = ("is caused by", "is blocked by", "duplicates", "causes", "relates to")


class Team:
    """Those who work in Jira."""

    def __init__(self, crowd: Crowd) -> None:
        self.crowd, self.rig, self.dice = crowd, crowd.rig, crowd.dice
        self.jira = crowd.jira

    def asks(self) -> str | None:
        """An issue that asks for its ServiceNow record."""
        table = self.dice.choice(("incident", "incident", "problem", "change_request"))
        label = {"change_request": "to-change"}.get(table, f"to-{table}")
        kind = self.crowd.kinds[table]
        fields: dict[str, Any] = {"labels": (label,)}
        if self.dice.random() < 0.5:
            fields["description"] = self.crowd.texts.text()
        made = self.crowd.hands().create(
            self.crowd.project, kind, self.crowd.texts.line(), **fields
        )
        return f"the team opens {made.key} with {label}: {made.fields['summary']}"

    def reports(self) -> str | None:
        """A bug, mostly linked with an issue at once."""
        kind = self.crowd.kinds.get("rm_defect") or self.crowd.kinds.get("problem_task")
        if kind is None:
            return None
        other = self.crowd.pick([*self.crowd.issues(), *self.crowd.issues(), None])
        made = self.crowd.hands().create(self.crowd.project, kind, self.crowd.texts.line())
        if other is None:
            return f"the team reports {made.key}: {made.fields['summary']}"
        words = self.dice.choice(WORDS)
        self.crowd.hands().link(made.id, words, other.id)
        return f"the team reports {made.key} {words} {other.key}: {made.fields['summary']}"

    def rewords(self, issue: Issue | None = None) -> str | None:
        """Another title."""
        return self._edit(issue, "rewords", summary=self.crowd.texts.line())

    def describes(self, issue: Issue | None = None) -> str | None:
        """Another description, or none."""
        text = None if self.dice.random() < 0.2 else self.crowd.texts.text()
        return self._edit(issue, "describes", description=text)

    def works_around(self) -> str | None:
        """An epic's field of formatted text, where the project has one."""
        if self.crowd.project == "TEAM":
            return None
        word, where = self.crowd.texts.word("h"), self.crowd.issues()
        epic = self.crowd.pick(one for one in where if self.jira.type_of(one).name == "Epic")
        shapes = (f"h2. way {word}\n\n* a\n** b", f"way {word} {{color:red}}c{{color}}", None)
        text = self.dice.choice(shapes)
        return self._edit(epic, "works around", customfield_10051=text) if epic else None

    def ranks(self, issue: Issue | None = None) -> str | None:
        """Another priority, where the project has one."""
        if self.crowd.project == "TEAM" and self.jira.site.cloud:
            return None
        return self._edit(issue, "ranks", priority=self.dice.choice(PRIORITIES).name)

    def assigns(self, issue: Issue | None = None) -> str | None:
        """Another assignee, or none."""
        return self._edit(issue, "assigns", assignee=self.dice.choice((*DEVELOPERS[:4], None)))

    def labels(self, issue: Issue | None = None) -> str | None:
        """A label of the team's own."""
        issue = issue or self.crowd.pick(self.crowd.issues())
        if issue is None:
            return None
        self.crowd.hands().label(issue.id, add=(self.crowd.texts.word("l"),))
        return f"the team labels {issue.key}"

    def comments(self, issue: Issue | None = None) -> str | None:
        """A comment, sometimes an internal one."""
        issue = issue or self.crowd.pick(self.crowd.issues())
        if issue is None:
            return None
        inside = self.dice.random() < 0.3
        text = self.crowd.texts.talk()
        self.crowd.hands().comment(issue.id, text, internal=inside)
        return f"the team comments on {issue.key}: {headline(text)}"

    def moves(self, issue: Issue | None = None) -> str | None:
        """Another status, however many hops away."""
        issue = issue or self.crowd.pick(self.crowd.issues())
        if issue is None:
            return None
        flow = self.jira.type_of(issue).workflow
        status = self.jira.statuses[self.dice.choice(flow.statuses)].name
        self.crowd.hands().move_to(issue.id, status)
        return f"the team moves {issue.key} to {status}"

    def attaches(self, issue: Issue | None = None) -> str | None:
        """A story goes below another epic, or below none."""
        if self.crowd.project == "DESK":
            return None
        stories = [one for one in self.crowd.issues() if self.jira.type_of(one).level == 0]
        epics = [one for one in self.crowd.issues() if self.jira.type_of(one).level == 1]
        story, epic = self.crowd.pick(stories), self.crowd.pick([*epics, None])
        if story is None:
            return None
        return self._edit(story, "attaches", parent=epic.id if epic else None)

    def links(self, issue: Issue | None = None) -> str | None:
        """Two issues are linked, mostly in words that stand for a reference."""
        issue = issue or self.crowd.pick(self.crowd.issues())
        other = self.crowd.pick(one for one in self.crowd.issues() if issue and one.id != issue.id)
        if issue is None or other is None:
            return None
        words = self.dice.choice(WORDS)
        self.crowd.hands().link(issue.id, words, other.id)
        return f"the team links: {issue.key} {words} {other.key}"

    def unlinks(self) -> str | None:
        """A link is taken away, whoever made it."""
        found = [(one, link) for one in self.crowd.issues() for link in one.links]
        if not found:
            return None
        issue, link = self.dice.choice(found)
        if not {link.inward, link.outward} <= self.jira.issues.keys():
            return None
        linking.unlink(self.jira, self.crowd.hands().author, link)
        return f"the team takes link {link.id} from {issue.key}"

    def clones(self) -> str | None:
        """A clone, our marks and all."""
        issue = self.crowd.pick(self.crowd.issues())
        if issue is None:
            return None
        made = self.crowd.hands().clone(issue.id)
        return f"the team clones {issue.key} to {made.key}"

    def deletes(self) -> str | None:
        """An issue goes for good."""
        issue = self.crowd.pick(self.crowd.issues())
        if issue is None:
            return None
        self.crowd.note_deletion(Side.JIRA, issue.id)
        self.crowd.hands().delete(issue.id)
        return f"{issue.key} is deleted"

    def takes_elsewhere(self) -> str | None:
        """An issue moves to another project."""
        issue = self.crowd.pick(self.crowd.issues())
        if issue is None:
            return None
        moved = self.crowd.hands().move_project(issue.id, self.crowd.home)
        return f"{issue.key} moves to {moved.key}"

    def brings_back(self) -> str | None:
        """One that moved away comes back."""
        away = [
            one for one in self.jira.issues.values() if self.crowd.where(one) == self.crowd.home
        ]
        issue = self.crowd.pick(away)
        if issue is None:
            return None
        moved = self.crowd.hands().move_project(issue.id, self.crowd.project)
        return f"{issue.key} moves back to {moved.key}"

    def hides(self) -> str | None:
        """An issue goes out of our sight, or comes back."""
        self.crowd.unstamped += 1
        if self.crowd.veils.hidden(Side.JIRA):
            self.crowd.veils.lift(Side.JIRA)
            return "all issues are visible again"
        issue = self.crowd.pick(self.crowd.issues())
        if issue is None:
            return None
        self.crowd.veils.hide(Side.JIRA, [issue.id])
        return f"{issue.key} is hidden from the program"

    def _edit(self, issue: Issue | None, verb: str, **values: Any) -> str | None:
        issue = issue or self.crowd.pick(self.crowd.issues())
        if issue is None:
            return None
        self.crowd.hands().edit(issue.id, **values)
        said = ", ".join(f"{name}={value}" for name, value in values.items())
        return f"the team {verb} {issue.key}: {said}"
