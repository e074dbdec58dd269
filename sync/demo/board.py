"""The picture of both sides at work: records that move, who did what, what the daemon did and why.

Ticket text is not ours: it becomes :class:`rich.text.Text`, in which nothing counts as markup, with
control characters made visible.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from mappings.sides import Side
from sync.demo.diary import Deed
from sync.demo.screens import Act
from sync.log import escaped

Statuses = Callable[[str], tuple[str, str, str]]
"""From a ticket's number to its issue's key and the status on both sides, as they are now."""

COLOURS = {Side.SERVICENOW: "green", Side.JIRA: "cyan", None: "yellow"}
_KEPT = 200
_FRESH = 4.0
"""Seconds for which a record that just moved stands out."""


def plain(text: object, style: str = "") -> Text:
    """Somebody else's text: no markup, no control characters, one line."""
    return Text(escaped(str(text)), style=style, no_wrap=True, overflow="ellipsis")


@dataclass(frozen=True, slots=True)
class Line:
    """The last thing that happened to a record."""

    what: str
    who: str
    side: Side | None
    at: float


@dataclass
class Board:
    """What is shown. ``statuses`` looks both sides up at the moment of drawing."""

    statuses: Statuses
    title: str
    started: float = field(default_factory=monotonic)
    records: OrderedDict[str, Line] = field(default_factory=OrderedDict)
    feed: deque[tuple[str, Line]] = field(default_factory=lambda: deque(maxlen=_KEPT))
    requests: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    footing: str = ""

    def person(self, act: Act, number: str) -> None:
        """Somebody did something to a ticket, or to the issue that is its twin."""
        self._add(number, Line(act.what, act.who, act.side, monotonic()))

    def daemon(self, deed: Deed) -> None:
        """The daemon did something."""
        self._add(deed.number, Line(str(deed), "Tandem", deed.side, monotonic()))

    def draw(self, height: int) -> RenderableType:
        """Everything, in at most that many lines."""
        room = max(height - 12, 6)
        rows = max(room * 2 // 5, 3)
        return Group(
            self._records(rows),
            self._feed(max(room - rows, 3)),
            plain(f" {self.footing}", "dim"),
            plain(f" {self._requests()}", "dim"),
        )

    def _add(self, number: str, line: Line) -> None:
        self.feed.append((number, line))
        if number:
            self.records[number] = line
            self.records.move_to_end(number)
            while len(self.records) > _KEPT:
                self.records.popitem(last=False)

    def _records(self, rows: int) -> RenderableType:
        table = Table(expand=True, box=None, pad_edge=False)
        for name, ratio in (("number", 3), ("key", 2), ("ServiceNow", 3), ("Jira", 5)):
            table.add_column(name, ratio=ratio, no_wrap=True)
        table.add_column("last change", ratio=12, no_wrap=True)
        table.add_column("by", ratio=4, no_wrap=True)
        for number, line in list(reversed(self.records.items()))[:rows]:
            key, here, there = self.statuses(number)
            fresh = "bold" if monotonic() - line.at < _FRESH else ""
            table.add_row(
                plain(number, fresh),
                plain(key, fresh),
                plain(here, COLOURS[Side.SERVICENOW]),
                plain(there, COLOURS[Side.JIRA]),
                plain(line.what, fresh),
                plain(line.who, "magenta" if line.who == "Tandem" else ""),
            )
        return Panel(table, title=self.title, title_align="left", height=rows + 3)

    def _feed(self, rows: int) -> RenderableType:
        lines = [self._told(line) for _, line in list(self.feed)[-rows:]]
        return Panel(
            Group(*lines), title="who did what, and why", title_align="left", height=rows + 2
        )

    def _told(self, line: Line) -> Text:
        style = "magenta" if line.who == "Tandem" else "bold"
        text = plain(f"{line.at - self.started:6.1f} ", "dim")
        text.append_text(plain(line.who, style))
        text.append(" ")
        return text.append_text(plain(line.what, COLOURS[line.side]))

    def _requests(self) -> str:
        parts = [
            f"{side}: {', '.join(f'{number} {name}' for name, number in kinds.items() if number)}"
            for side, kinds in self.requests.items()
        ]
        return "requests: " + "   ".join(parts)
