"""What really happened on both sides, in one order: the write logs of both sandboxes, merged.

Every call into a sandbox writes on one side only, so draining both logs after every call gives the
true order over both. An entry keeps the record's state right after the write, in Jira after the
call; both sandboxes replace states and never change them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connector.articles import ARTICLE, speaking
from connector.sandbox.jira.app import JiraSandbox
from connector.sandbox.jira.model import Issue
from connector.sandbox.people import INTEGRATION
from connector.sandbox.servicenow import knowledge_rules as hands
from connector.sandbox.servicenow.app import ServiceNowSandbox
from mappings.sides import Side

TABLES = frozenset({"incident", "problem", "change_request", "problem_task", "rm_defect"})
SPOKEN = frozenset({"comment", "comment_edit", "comment_delete"})
FILED = frozenset({"attach", "detach"})
State = Mapping[str, Any] | Issue | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One write that took effect. ``cause`` is who was at work: a person, the engine, or a request
    of the engine's that was done late. ``comment`` is the id of the comment or file."""

    n: int
    at: datetime
    side: Side
    key: str
    label: str
    ours: bool
    cause: str
    op: str
    what: str
    state: State
    comment: str = ""
    call: int = 0


@dataclass(slots=True)
class Sheet:
    """A file of a record, from entry ``born`` on. ``gone`` is the entry that took it away, alone:
    one that went with its record has none."""

    side: Side
    key: str
    id: str
    data: bytes
    ours: bool
    born: int
    gone: Entry | None = None


@dataclass
class Journal:
    """All entries so far, and all files that ever were."""

    servicenow: ServiceNowSandbox
    jira: JiraSandbox
    entries: list[Entry] = field(default_factory=list)
    sheets: dict[tuple[Side, str], Sheet] = field(default_factory=dict)
    call: int = 0
    _made: dict[Side, dict[str, None]] = field(default_factory=lambda: {s: {} for s in Side})
    _read: dict[Side, int] = field(default_factory=lambda: dict.fromkeys(Side, 0))

    def drain(self, cause: str) -> list[Entry]:
        """Take in what was written since the last time, by whom ``cause`` says."""
        found = []
        if len(self.servicenow.world.write_log) != self._read[Side.SERVICENOW]:
            found += self._servicenow(cause)
        if len(self.jira.world.write_log) != self._read[Side.JIRA]:
            found += self._jira(cause)
        return found

    def of(self, side: Side, key: str) -> Iterator[Entry]:
        """Everything about one record, in order."""
        return (one for one in self.entries if one.side is side and one.key == key)

    def keys(self, side: Side) -> tuple[str, ...]:
        """Every record that was ever made on a side, in order."""
        return tuple(self._made[side])

    def _servicenow(self, cause: str) -> Iterator[Entry]:
        world = self.servicenow.world
        lines = world.write_log[self._read[Side.SERVICENOW] :]
        for line, state in zip(lines, self._states(lines), strict=True):
            if line["table"] == ARTICLE:
                yield self._article(line, cause)
            elif line["table"] in TABLES:
                yield self._add(
                    datetime.fromisoformat(line["at"]),
                    Side.SERVICENOW,
                    line["key"],
                    line["label"],
                    ours=line["by"] == INTEGRATION,
                    cause=cause,
                    op={"insert": "create", "journal": "comment"}.get(line["op"], line["op"]),
                    what=_changed(line["fields"]),
                    state=state,
                    comment=line.get("entry", ""),
                )
        self._read[Side.SERVICENOW] = len(world.write_log)

    def _states(self, lines: Sequence[Mapping[str, Any]]) -> list[State]:
        """What each record of these writes held after its own: one call may write a record, and
        then another whose rules write the first one again."""
        now: dict[str, Mapping[str, Any] | None] = {}
        found = []
        for line in reversed(lines):
            key = line["key"]
            row = now[key] if key in now else self.servicenow.world.true_row(key)
            found.append(row)
            before = {name: old for name, (old, _) in line["fields"].items()}
            now[key] = {**row, **before} if row and line["op"] == "update" else row
        return found[::-1]

    def _article(self, line: Mapping[str, Any], cause: str) -> Entry:
        """A write of an article: all versions are one record, by its number."""
        number, world = line["label"], self.servicenow.world
        made = line["op"] == "insert" and number not in self._made[Side.SERVICENOW]
        rows = hands.versions(world, number)
        return self._add(
            datetime.fromisoformat(line["at"]),
            Side.SERVICENOW,
            number,
            number,
            ours=line["by"] == INTEGRATION,
            cause=cause,
            op="create" if made else "update",
            what=_changed(line["fields"]),
            state={name: str(held) for name, held in speaking(rows).items()},
        )

    def _jira(self, cause: str) -> Iterator[Entry]:
        world = self.jira.world
        for line in world.write_log[self._read[Side.JIRA] :]:
            kind = line["kind"]
            issue = world.issues.get(line["id"])
            yield self._add(
                datetime.fromisoformat(line["at"]),
                Side.JIRA,
                line["id"],
                line["key"],
                ours=line["by"] == world.site.me,
                cause=cause,
                op="update" if kind in ("edit", "transition", "move") else kind,
                what="; ".join(f"{n}: {a!r} -> {b!r}" for n, a, b in line["changes"])
                or line["detail"],
                state=issue,
                comment=line["detail"] if kind in SPOKEN or kind in FILED else "",
            )
        self._read[Side.JIRA] = len(world.write_log)

    def _add(self, at: datetime, side: Side, key: str, label: str, **more: Any) -> Entry:
        entry = Entry(len(self.entries), at, side, key, label, **more, call=self.call)
        self.entries.append(entry)
        if entry.op == "create":
            self._made[side][key] = None
        elif entry.op == "attach":
            self._attached(entry)
        elif entry.op == "detach":
            self.sheets[(side, entry.comment)].gone = entry
        return entry

    def _attached(self, entry: Entry) -> None:
        """Remember a file's content: nobody can ask for it once it is gone."""
        side, number = entry.side, entry.comment
        if isinstance(entry.state, Issue):
            held = {one.id: one.content for one in entry.state.attachments}
        else:
            held = self.servicenow.world.contents
        data = held[number].whole()
        self.sheets[(side, number)] = Sheet(side, entry.key, number, data, entry.ours, entry.n)


_DULL = frozenset(
    {"sys_updated_on", "sys_updated_by", "sys_mod_count", "sys_created_on", "sys_created_by"}
    | {"sys_id", "sys_class_name", "sys_domain", "opened_at", "opened_by", "active"}
)


def _changed(fields: Mapping[str, list[str]]) -> str:
    rows = ((name, *pair) for name, pair in fields.items() if name not in _DULL)
    return "; ".join(f"{name}: {old!r} -> {new!r}" for name, old, new in rows)
