"""People who file, and throw files away: deeds of a crowd."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from connector.sandbox.content import Content
from connector.sandbox.jira.model import Issue
from connector.sandbox.servicenow import attachments
from connector.sandbox.servicenow.schema import Row
from tests.simulation.journal import TABLES
from tests.simulation.setup import FOLLOWING

if TYPE_CHECKING:
    from tests.simulation.people.crowd import Crowd


class Clerks:
    """Those who attach files on both sides, and delete them."""

    def __init__(self, crowd: Crowd) -> None:
        self.crowd, self.rig, self.dice = crowd, crowd.rig, crowd.dice
        self.now, self.jira = crowd.now, crowd.jira

    def desk_files(self, row: Row | None = None) -> str | None:
        """The desk attaches a file to a ticket."""
        row = row or self.crowd.pick(self.crowd.tickets())
        if row is None:
            return None
        name, data = self._file()
        place = (row["sys_class_name"], row["sys_id"])
        attachments.attach(
            self.now, self.crowd.agent(), place, name, "text/plain", Content.of(data)
        )
        return f"the desk files {name} with {row['number']}"

    def team_files(self, issue: Issue | None = None) -> str | None:
        """The team attaches a file to an issue."""
        issue = issue or self.crowd.pick(self.crowd.issues())
        if issue is None:
            return None
        name, data = self._file()
        self.crowd.hands().attach(issue.id, name, data)
        return f"the team files {name} with {issue.key}"

    def somebody_drops_a_file(self) -> str | None:
        """A file goes for good, ours or a person's."""
        there = [(one, file) for one in self.crowd.issues() for file in one.attachments]
        if self.dice.random() < 0.5 and there:
            issue, file = self.dice.choice(there)
            self.crowd.hands().detach(file.id)
            self.crowd.dropped_files.add(file.content.whole())
            return f"somebody deletes {file.name} of {issue.key}"
        files: Iterable[Row] = self.now.files.values()
        if self.rig.setup.variant == FOLLOWING:  # nobody tries in vain to delete the picture
            files = [one for one in files if one["table_name"] in TABLES]
        row = self.crowd.pick(files)
        if row is None:
            return None
        data = self.now.contents[row["sys_id"]].whole()
        attachments.detach(self.now, self.crowd.agent(), row["sys_id"])
        self.crowd.dropped_files.add(data)
        return f"somebody deletes {row['file_name']} at the desk"

    def _file(self) -> tuple[str, bytes]:
        """Names meet, contents never do."""
        word = self.crowd.texts.word("f")
        name = self.dice.choice(("log.txt", "shot.png", "log.txt", f"setup-{word}.exe"))
        return name, f"content {word}".encode()
