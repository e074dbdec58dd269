"""People at work on both sides, each deed drawn from the dice and told in one line.

Every text is a token of its own, so that the oracle can say what became of it. A deed that finds
nothing to do says so by returning nothing; one that a system refuses is told as refused.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from connector.sandbox.content import Content
from connector.sandbox.jira import extras, linking
from connector.sandbox.jira.author import Author
from connector.sandbox.jira.hands import Hands
from connector.sandbox.jira.model import Issue
from connector.sandbox.jira.problems import Refusal as JiraRefusal
from connector.sandbox.jira.site import PRIORITIES
from connector.sandbox.people import of_team
from connector.sandbox.servicenow import attachments
from connector.sandbox.servicenow.change_rules import AUTOMATIC, approve, next_states
from connector.sandbox.servicenow.knobs import SYSTEM, Door
from connector.sandbox.servicenow.problem_rules import STEPS
from connector.sandbox.servicenow.refusal import Refusal as DeskRefusal
from connector.sandbox.servicenow.schema import Row
from mappings.sides import Side
from sync.core import marks
from tests.simulation.deaths import Mourners
from tests.simulation.journal import TABLES
from tests.simulation.librarians import Librarians
from tests.simulation.rig import Rig
from tests.simulation.setup import FOLLOWING, WITHDRAWING
from tests.simulation.veils import Veils

DESK = [one.login for one in of_team("desk", "network", "change")]
TEAM = [one.login for one in of_team("apps", "database", "network")]
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
WORDS = ("is caused by", "is blocked by", "duplicates", "causes", "relates to")
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
        self._words = 0
        self.library = Librarians(self)
        self._kinds = {
            spec.servicenow.table: rig.runtime.kind(spec).name for spec in rig.runtime.specs
        }  # fmt: skip

    def deeds(self) -> dict[str, tuple[Deed, int]]:
        """What there is to do, by name, and how often it happens."""
        return {
            "desk opens": (self.desk_opens, 5),
            "desk rewords": (self.desk_rewords, 8),
            "desk describes": (self.desk_describes, 3),
            "desk works around": (self.desk_works_around, 3),
            "desk ranks": (self.desk_ranks, 3),
            "desk assigns": (self.desk_assigns, 4),
            "desk notes": (self.desk_notes, 6),
            "desk moves": (self.desk_moves, 7),
            "desk attaches": (self.desk_attaches, 3),
            "desk refers": (self.desk_refers, 6),
            "desk reports": (self.desk_reports, 4),
            "desk copies": (self.desk_copies, 1),
            "desk deletes": (self.desk_deletes, 2),
            "desk hides": (self.desk_hides, 1),
            "desk undeletes": (self.mourners.undeletes, 3),
            "somebody knows of a death": (self.mourners.swears, 16),
            "team asks": (self.team_asks, 3),
            "team reports": (self.team_reports, 4),
            "team rewords": (self.team_rewords, 8),
            "team describes": (self.team_describes, 3),
            "team works around": (self.team_works_around, 2),
            "team ranks": (self.team_ranks, 3),
            "team assigns": (self.team_assigns, 4),
            "team labels": (self.team_labels, 2),
            "team comments": (self.team_comments, 6),
            "team moves": (self.team_moves, 7),
            "team attaches": (self.team_attaches, 3),
            "team links": (self.team_links, 6),
            "team unlinks": (self.team_unlinks, 4),
            "team clones": (self.team_clones, 2),
            "team deletes": (self.team_deletes, 2),
            "team takes elsewhere": (self.team_takes_elsewhere, 2),
            "team brings back": (self.team_brings_back, 2),
            "team hides": (self.team_hides, 1),
            "team drops a comment": (self.team_drops_a_comment, 1),
            "team edits a comment": (self.team_edits_a_comment, 4),
            "desk files": (self.desk_files, 3),
            "team files": (self.team_files, 3),
            "somebody drops a file": (self.somebody_drops_a_file, 1),
            **self.library.deeds(),
            **(self._clerks() if self.rig.setup.variant == FOLLOWING else {}),
            **(self._censors() if self.rig.setup.variant == WITHDRAWING else {}),
        }

    def _clerks(self) -> dict[str, tuple[Deed, int]]:
        """Those who file more, and throw more away, where that has consequences."""
        return {
            "desk files": (self.desk_files, 40),
            "team files": (self.team_files, 40),
            "somebody drops a file": (self.somebody_drops_a_file, 70),
        }

    def _censors(self) -> dict[str, tuple[Deed, int]]:
        """Those who take back what was said, where that is told."""
        return {
            "desk notes": (self.desk_notes, 40),
            "team comments": (self.team_comments, 40),
            "team drops a comment": (self.team_drops_a_comment, 60),
            "desk drops an entry": (self.desk_drops_an_entry, 60),
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

    # -- the desk ------------------------------------------------------------------------------

    def desk_opens(self) -> str | None:
        """A new ticket."""
        table = self.dice.choice(("incident", "incident", "problem", "change_request"))
        fields = {"short_description": self._line(), "impact": "1", "urgency": "2"}
        if table == "change_request":
            fields["type"] = self.dice.choice(("normal", "standard", "emergency"))
            fields["priority"] = "3"
        if self.dice.random() < 0.5:
            fields["description"] = self._text()
        if table == "incident" and self.dice.random() < 0.5:
            problem = self.pick(self.tickets("problem"))
            fields |= {"problem_id": problem["sys_id"]} if problem else {}
        if self.dice.random() < 0.4:
            fields["work_notes"] = self._comment()
        row = self.now.insert(table, fields, self.agent())
        return f"the desk opens {row['number']}: {fields['short_description']}"

    def desk_rewords(self, row: Row | None = None) -> str | None:
        """Another title."""
        return self._desk(row, "rewords", short_description=self._line())

    def desk_describes(self, row: Row | None = None) -> str | None:
        """Another description, or none."""
        text = "" if self.dice.random() < 0.2 else self._text()
        return self._desk(row, "describes", description=text)

    def desk_works_around(self) -> str | None:
        """A problem's workaround, which is HTML, or none any more."""
        row = self.pick(self.tickets("problem"))
        word = self.word("h")
        shapes = (
            f"<p>way {word}</p>", f"<h2>way {word}</h2><ul><li>a</li><li><em>b</em></li></ul>",
            f'<p style="color:red">way {word} <a href="https://kb.test/1">page</a></p>', "",
        )  # fmt: skip
        return self._desk(row, "works around", workaround=self.dice.choice(shapes)) if row else None

    def desk_ranks(self, row: Row | None = None) -> str | None:
        """Another priority."""
        row = row or self.pick(self.tickets())
        impact, urgency = self.dice.choice("123"), self.dice.choice("123")
        more = {"priority": impact} if row and row["sys_class_name"] in RANKED else {}
        return self._desk(row, "ranks", impact=impact, urgency=urgency, **more)

    def desk_assigns(self, row: Row | None = None) -> str | None:
        """Another assignee, or none."""
        login = self.dice.choice((*TEAM[:4], ""))
        return self._desk(row, "assigns", assigned_to=self.now.user_id(login) if login else "")

    def desk_notes(self, row: Row | None = None) -> str | None:
        """A work note or a customer comment."""
        lane = self.dice.choice(("work_notes", "comments"))
        return self._desk(row, "notes", **{lane: self._note()})

    def desk_moves(self, row: Row | None = None) -> str | None:
        """Another state, as the table allows it."""
        row = row or self.pick(self.tickets())
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
            more |= {"close_code": "Known error", "close_notes": self._line()}
        if state == "3":
            more["hold_reason"] = "3"
        return self._desk(row, f"moves to {state}", **more)

    def _moves_change(self, row: Row) -> str | None:
        if (row.get("type", ""), row["state"]) in AUTOMATIC and self.dice.random() < 0.6:
            approve(self.now, row["sys_id"])
            return f"an approver agrees to {row['number']}"
        state = self.pick(next_states(row))
        more = {"close_code": "successful", "close_notes": "ok"} if state == "3" else {}
        return self._desk(row, f"moves to {state}", state=state, **more) if state else None

    def _moves_task(self, row: Row) -> str | None:
        if row["sys_class_name"] == "rm_defect":
            state = self.dice.choice(DEFECT_STATES)
            return self._desk(row, f"moves to {state}", state=state)
        state = self.dice.choice(TASK_STATES)
        more = {"assigned_to": row.get("assigned_to") or self.now.user_id("hiro.tanaka")}
        if state == "157":
            more |= {"close_code": "completed", "close_notes": "done"}
        return self._desk(row, f"moves to {state}", state=state, **more)

    def _moves_problem(self, row: Row) -> str | None:
        state = self.pick(STEPS[row["state"]])
        more = {
            "assigned_to": row.get("assigned_to") or self.now.user_id("hiro.tanaka"),
            "cause_notes": "cause", "fix_notes": "fix", "close_notes": "close",
        }  # fmt: skip
        if state in ("106", "107"):
            code = "fix_applied" if row["state"] in ("104", "106") else "canceled"
            more["resolution_code"] = code
        return self._desk(row, f"moves to {state}", state=str(state), **more)

    def desk_attaches(self, row: Row | None = None) -> str | None:
        """An incident belongs to another problem, or to none."""
        row = row if row and row["sys_class_name"] == "incident" else None
        row = row or self.pick(self.tickets("incident"))
        problem = self.pick([*self.tickets("problem"), None])
        key = problem["sys_id"] if problem else ""
        return self._desk(row, "attaches", problem_id=key) if row else None

    def desk_refers(self, row: Row | None = None) -> str | None:
        """A ticket refers to another one, or to none any more."""
        row = row if row and row["sys_class_name"] in REFERENCES else None
        row = row or self.pick(self.tickets(*REFERENCES))
        if row is None:
            return None
        name, table = self.dice.choice(REFERENCES[row["sys_class_name"]])
        others = [one for one in self.tickets(table) if one["sys_id"] != row["sys_id"]]
        other = self.pick([*others, None])
        return self._desk(row, "refers", **{name: other["sys_id"] if other else ""})

    def desk_reports(self) -> str | None:
        """A defect, or a task of a problem, of a ticket or of none."""
        table = "rm_defect" if self.rig.setup.agile else "problem_task"
        name, against = self.dice.choice(REFERENCES[table])
        ticket = self.pick([*self.tickets(against), None])
        fields = {"short_description": self._line(), "priority": self.dice.choice("12345")}
        fields |= {name: ticket["sys_id"]} if ticket else {}
        row = self.now.insert(table, fields, self.agent())
        of = ticket["number"] if ticket else "nothing"
        return f"the desk reports {row['number']} of {of}: {fields['short_description']}"

    def desk_copies(self) -> str | None:
        """A copy of a ticket, correlation and all."""
        row = self.pick(self.tickets("incident"))
        if row is None:
            return None
        kept = ("impact", "urgency", "description", "correlation_id", "correlation_display")
        fields = {name: row.get(name, "") for name in kept}
        fields["short_description"] = self._line()
        made = self.now.insert("incident", fields, self.agent())
        return f"the desk copies {row['number']} to {made['number']}"

    def desk_deletes(self) -> str | None:
        """A ticket goes for good."""
        row = self.pick(self.tickets())
        if row is None:
            return None
        self.note_deletion(Side.SERVICENOW, row["sys_id"])
        self.now.delete(row["sys_class_name"], row["sys_id"], SYSTEM)
        return f"{row['number']} is deleted"

    def desk_hides(self) -> str | None:
        """A row goes out of our sight, or comes back."""
        self.unstamped += 1
        if self.veils.hidden(Side.SERVICENOW):
            self.veils.lift(Side.SERVICENOW)
            return "all rows are visible again"
        row = self.pick(self.tickets())
        if row is None:
            return None
        self.veils.hide(Side.SERVICENOW, [row["sys_id"]])
        return f"{row['number']} is hidden from the program"

    # -- the team ------------------------------------------------------------------------------

    def team_asks(self) -> str | None:
        """An issue that asks for its ServiceNow record."""
        table = self.dice.choice(("incident", "incident", "problem", "change_request"))
        label = {"change_request": "to-change"}.get(table, f"to-{table}")
        kind = self._kinds[table]
        fields: dict[str, Any] = {"labels": (label,)}
        if self.dice.random() < 0.5:
            fields["description"] = self._text()
        made = self.hands().create(self.project, kind, self._line(), **fields)
        return f"the team opens {made.key} with {label}: {made.fields['summary']}"

    def team_reports(self) -> str | None:
        """A bug, mostly linked with an issue at once."""
        kind = self._kinds.get("rm_defect") or self._kinds.get("problem_task")
        if kind is None:
            return None
        other = self.pick([*self.issues(), *self.issues(), None])
        made = self.hands().create(self.project, kind, self._line())
        if other is None:
            return f"the team reports {made.key}: {made.fields['summary']}"
        words = self.dice.choice(WORDS)
        self.hands().link(made.id, words, other.id)
        return f"the team reports {made.key} {words} {other.key}: {made.fields['summary']}"

    def team_rewords(self, issue: Issue | None = None) -> str | None:
        """Another title."""
        return self._team(issue, "rewords", summary=self._line())

    def team_describes(self, issue: Issue | None = None) -> str | None:
        """Another description, or none."""
        text = None if self.dice.random() < 0.2 else self._text()
        return self._team(issue, "describes", description=text)

    def team_works_around(self) -> str | None:
        """An epic's field of formatted text, where the project has one."""
        if self.project == "TEAM":
            return None
        word, where = self.word("h"), self.issues()
        epic = self.pick(one for one in where if self.jira.type_of(one).name == "Epic")
        shapes = (f"h2. way {word}\n\n* a\n** b", f"way {word} {{color:red}}c{{color}}", None)
        text = self.dice.choice(shapes)
        return self._team(epic, "works around", customfield_10051=text) if epic else None

    def team_ranks(self, issue: Issue | None = None) -> str | None:
        """Another priority, where the project has one."""
        if self.project == "TEAM" and self.jira.site.cloud:
            return None
        return self._team(issue, "ranks", priority=self.dice.choice(PRIORITIES).name)

    def team_assigns(self, issue: Issue | None = None) -> str | None:
        """Another assignee, or none."""
        return self._team(issue, "assigns", assignee=self.dice.choice((*TEAM[:4], None)))

    def team_labels(self, issue: Issue | None = None) -> str | None:
        """A label of the team's own."""
        issue = issue or self.pick(self.issues())
        if issue is None:
            return None
        self.hands().label(issue.id, add=(self.word("l"),))
        return f"the team labels {issue.key}"

    def team_comments(self, issue: Issue | None = None) -> str | None:
        """A comment, sometimes an internal one."""
        issue = issue or self.pick(self.issues())
        if issue is None:
            return None
        inside = self.dice.random() < 0.3
        text = self._talk()
        self.hands().comment(issue.id, text, internal=inside)
        return f"the team comments on {issue.key}: {headline(text)}"

    def team_moves(self, issue: Issue | None = None) -> str | None:
        """Another status, however many hops away."""
        issue = issue or self.pick(self.issues())
        if issue is None:
            return None
        flow = self.jira.type_of(issue).workflow
        status = self.jira.statuses[self.dice.choice(flow.statuses)].name
        self.hands().move_to(issue.id, status)
        return f"the team moves {issue.key} to {status}"

    def team_attaches(self, issue: Issue | None = None) -> str | None:
        """A story goes below another epic, or below none."""
        if self.project == "DESK":
            return None
        stories = [one for one in self.issues() if self.jira.type_of(one).level == 0]
        epics = [one for one in self.issues() if self.jira.type_of(one).level == 1]
        story, epic = self.pick(stories), self.pick([*epics, None])
        if story is None:
            return None
        return self._team(story, "attaches", parent=epic.id if epic else None)

    def team_links(self, issue: Issue | None = None) -> str | None:
        """Two issues are linked, mostly in words that stand for a reference."""
        issue = issue or self.pick(self.issues())
        other = self.pick(one for one in self.issues() if issue and one.id != issue.id)
        if issue is None or other is None:
            return None
        words = self.dice.choice(WORDS)
        self.hands().link(issue.id, words, other.id)
        return f"the team links: {issue.key} {words} {other.key}"

    def team_unlinks(self) -> str | None:
        """A link is taken away, whoever made it."""
        found = [(one, link) for one in self.issues() for link in one.links]
        if not found:
            return None
        issue, link = self.dice.choice(found)
        if not {link.inward, link.outward} <= self.jira.issues.keys():
            return None
        linking.unlink(self.jira, self.hands().author, link)
        return f"the team takes link {link.id} from {issue.key}"

    def team_clones(self) -> str | None:
        """A clone, our marks and all."""
        issue = self.pick(self.issues())
        if issue is None:
            return None
        made = self.hands().clone(issue.id)
        return f"the team clones {issue.key} to {made.key}"

    def team_deletes(self) -> str | None:
        """An issue goes for good."""
        issue = self.pick(self.issues())
        if issue is None:
            return None
        self.note_deletion(Side.JIRA, issue.id)
        self.hands().delete(issue.id)
        return f"{issue.key} is deleted"

    def team_takes_elsewhere(self) -> str | None:
        """An issue moves to another project."""
        issue = self.pick(self.issues())
        if issue is None:
            return None
        moved = self.hands().move_project(issue.id, self.home)
        return f"{issue.key} moves to {moved.key}"

    def team_brings_back(self) -> str | None:
        """One that moved away comes back."""
        away = [one for one in self.jira.issues.values() if self._where(one) == self.home]
        issue = self.pick(away)
        if issue is None:
            return None
        moved = self.hands().move_project(issue.id, self.project)
        return f"{issue.key} moves back to {moved.key}"

    def team_hides(self) -> str | None:
        """An issue goes out of our sight, or comes back."""
        self.unstamped += 1
        if self.veils.hidden(Side.JIRA):
            self.veils.lift(Side.JIRA)
            return "all issues are visible again"
        issue = self.pick(self.issues())
        if issue is None:
            return None
        self.veils.hide(Side.JIRA, [issue.id])
        return f"{issue.key} is hidden from the program"

    def team_drops_a_comment(self) -> str | None:
        """Somebody deletes a comment, ours or a person's."""
        found = [(one, row) for one in self.issues() for row in one.comments]
        if not found:
            return None
        issue, remark = self.dice.choice(found)
        self.dropped.add(remark.body)
        self._note_drop(Side.JIRA, issue.id, remark.id, "comment")
        extras.drop_remark(self.jira, Author(self.hands().author.key), issue, remark)
        return f"somebody deletes a comment of {issue.key}"

    def desk_drops_an_entry(self) -> str | None:
        """An administrator deletes an entry of a journal, a person's or a copy of ours."""
        notes = [note for row in self.tickets() for note in self.now.true_notes(row["sys_id"])]
        note = self.pick(one for one in notes if not one["value"].startswith(marks.VOICE))
        if note is None:
            return None
        self.dropped.add(note["value"])
        place = (Side.SERVICENOW, note["element_id"], note["sys_id"])
        self._note_drop(*place, f"{note['name']} {note['element']}")
        self.now.delete("sys_journal_field", note["sys_id"], SYSTEM)
        return f"somebody deletes an entry at the desk: {headline(note['value'])}"

    def _note_drop(self, side: Side, key: str, number: str, lane: str) -> None:
        """Whether we knew that a comment was carried when it was deleted, and its lane."""
        link = self.rig.store.links.by_keys(side, [key]).get(key)
        known = self.rig.store.comments.known([link.id])[link.id] if link else ()
        mine = any(row.source is side and row.source_id == number for row in known)
        self.withdrawn[(side, key, number)] = mine, lane

    def team_edits_a_comment(self) -> str | None:
        """Somebody rewrites a comment, or adds to one of ours."""
        found = [(one, row) for one in self.issues() for row in one.comments]
        if not found:
            return None
        issue, remark = self.dice.choice(found)
        if remark.author == self.jira.site.me:
            self.scribbled.append(self.word("s"))
            text = f"{remark.body}\nand {self.scribbled[-1]}"
        else:
            text = self._talk()
            self.edited.setdefault(remark.id, []).append(headline(remark.body))
        self.hands().edit_comment(issue.id, remark.id, text)
        return f"somebody edits comment {remark.id} of {issue.key}: {headline(text)}"

    # -- files -----------------------------------------------------------------------------------

    def desk_files(self, row: Row | None = None) -> str | None:
        """The desk attaches a file to a ticket."""
        row = row or self.pick(self.tickets())
        if row is None:
            return None
        name, data = self._file()
        place = (row["sys_class_name"], row["sys_id"])
        attachments.attach(self.now, self.agent(), place, name, "text/plain", Content.of(data))
        return f"the desk files {name} with {row['number']}"

    def team_files(self, issue: Issue | None = None) -> str | None:
        """The team attaches a file to an issue."""
        issue = issue or self.pick(self.issues())
        if issue is None:
            return None
        name, data = self._file()
        self.hands().attach(issue.id, name, data)
        return f"the team files {name} with {issue.key}"

    def somebody_drops_a_file(self) -> str | None:
        """A file goes for good, ours or a person's."""
        there = [(one, file) for one in self.issues() for file in one.attachments]
        if self.dice.random() < 0.5 and there:
            issue, file = self.dice.choice(there)
            self.hands().detach(file.id)
            self.dropped_files.add(file.content.whole())
            return f"somebody deletes {file.name} of {issue.key}"
        files: Iterable[Row] = self.now.files.values()
        if self.rig.setup.variant == FOLLOWING:  # nobody tries in vain to delete the picture
            files = [one for one in files if one["table_name"] in TABLES]
        row = self.pick(files)
        if row is None:
            return None
        data = self.now.contents[row["sys_id"]].whole()
        attachments.detach(self.now, self.agent(), row["sys_id"])
        self.dropped_files.add(data)
        return f"somebody deletes {row['file_name']} at the desk"

    def _file(self) -> tuple[str, bytes]:
        """Names meet, contents never do."""
        word = self.word("f")
        name = self.dice.choice(("log.txt", "shot.png", "log.txt", f"setup-{word}.exe"))
        return name, f"content {word}".encode()

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
            deeds = (self.desk_rewords, self.desk_describes, self.desk_moves, self.desk_refers)
            deed = self.dice.choice(deeds)
            return deed(row) if row else None
        issue = self.jira.issues.get(key)
        moves = (self.team_rewords, self.team_describes, self.team_moves, self.team_links)
        return self.dice.choice(moves)(issue) if issue else None

    # -- inside ----------------------------------------------------------------------------------

    def _desk(self, row: Row | None, verb: str, **values: str) -> str | None:
        row = row or self.pick(self.tickets())
        if row is None:
            return None
        self.now.update(row["sys_class_name"], row["sys_id"], values, self.agent())
        said = ", ".join(f"{name}={headline(value)}" for name, value in values.items())
        return f"the desk {verb} {row['number']}: {said}"

    def _team(self, issue: Issue | None, verb: str, **values: Any) -> str | None:
        issue = issue or self.pick(self.issues())
        if issue is None:
            return None
        self.hands().edit(issue.id, **values)
        said = ", ".join(f"{name}={value}" for name, value in values.items())
        return f"the team {verb} {issue.key}: {said}"

    def tickets(self, *tables: str) -> list[Row]:
        """All tickets there are, of these tables or of all."""
        wanted = tables or TABLES
        rows = (self.now.true_row(key) for key in self.rig.journal.keys(Side.SERVICENOW))
        return [row for row in rows if row and row["sys_class_name"] in wanted]

    def issues(self) -> list[Issue]:
        """All issues of the project."""
        return [one for one in self.jira.issues.values() if self._where(one) == self.project]

    def _where(self, issue: Issue) -> str:
        return self.jira.project_of(issue).key

    def note_deletion(self, side: Side, key: str) -> None:
        """Whether we knew a record when it was deleted."""
        known = key in self.rig.store.links.by_keys(side, [key])
        self.known_at_deletion[(side, key)] = known

    def agent(self) -> Any:
        """Somebody at the desk, at his screen."""
        return self.now.caller(self.dice.choice(DESK), Door.SCREEN)

    def hands(self) -> Hands:
        """Somebody of a team."""
        return Hands(self.jira, self.dice.choice(TEAM))

    def kind(self, table: str) -> str:
        """The issue type that a table's twins have."""
        return self._kinds[table]

    def pick(self, items: Iterable[Any]) -> Any:
        """Any of them; nothing of none."""
        rows = list(items)
        return self.dice.choice(rows) if rows else None

    def word(self, letter: str) -> str:
        """A word that nobody used before."""
        self._words += 1
        return f"{letter}{self._words:03d}"

    def _line(self) -> str:
        return f"title {self.word('w')}"

    def _text(self) -> str:
        return f"text {self.word('w')}\n\n{self.dice.choice(('and more', 'a *b* c', '1 < 2'))}"

    def _comment(self) -> str:
        text = f"remark {self.word('c')}"
        if self.dice.random() < 0.06:
            self.rig.reached["a long comment"] += 1
            text += "\n" + "a *b* line {of} the log\n" * 1320 + f"end of {text}"
        return text

    def _note(self) -> str:
        """A journal entry, sometimes with HTML in it."""
        formed = "\n[code]<ul><li>a</li></ul> <a href='https://kb.test/1'>page</a>[/code]"
        return self._comment() + (formed if self.dice.random() < 0.15 else "")

    def _talk(self) -> str:
        """A comment in Jira, sometimes with a mention."""
        user = next(one for one in self.jira.users.values() if one.login == TEAM[0])
        key = f"accountid:{user.key}" if self.jira.site.cloud else user.key
        return self._comment() + (f"\n[~{key}] h2. *b*" if self.dice.random() < 0.15 else "")


def headline(text: str) -> str:
    """The first line of a text: it holds the token."""
    return text.split("\n", 1)[0]


def is_mark(label: str) -> bool:
    """Whether a label is one of ours."""
    return bool(marks.own_labels((label,)))
