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
from rich.progress_bar import ProgressBar
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
_WIDE = 100
"""From this width on there is room for who did it beside what was done."""
_AROUND = 10
"""Lines for everything but records and deeds: title, note, frames, sums."""
_NAMES = {side.value: name for side, name in zip(Side, ("ServiceNow", "Jira"), strict=True)}


def plain(text: object, style: str = "") -> Text:
    """Somebody else's text: no markup, no control characters, one line."""
    return Text(escaped(str(text)), style=style, no_wrap=True, overflow="ellipsis")


@dataclass(frozen=True, slots=True)
class Line:
    """The last thing that happened to a record, in short, and all that there is to say of it."""

    what: str
    who: str
    side: Side | None
    at: float
    full: str


@dataclass
class Board:
    """What is shown. ``statuses`` looks both sides up at the moment of drawing."""

    statuses: Statuses
    title: str
    started: float = field(default_factory=monotonic)
    records: OrderedDict[str, Line] = field(default_factory=OrderedDict)
    feed: deque[Line] = field(default_factory=lambda: deque(maxlen=_KEPT))
    bars: dict[str, tuple[int, int]] = field(default_factory=dict)
    requests: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    footing: tuple[str, ...] = ()
    note: str = ""

    def person(self, act: Act, number: str) -> None:
        """Somebody did something to a ticket, or to the issue that is its twin."""
        self._add(number, Line(act.what, act.who, act.side, monotonic(), act.what))

    def daemon(self, deed: Deed) -> None:
        """The daemon did something."""
        self._add(deed.number, Line(deed.what, "Tandem", deed.side, monotonic(), str(deed)))

    def draw(self, width: int, height: int) -> RenderableType:
        """Everything, in at most that many lines, none of which is wider."""
        top = (self._title(), plain(f" {self.note}"))
        if not self.records:
            return Group(*top, *(self._bar(name, *far) for name, far in self.bars.items()))
        room = max(height - _AROUND, 6)
        rows = max(room * 2 // 5, 3)
        sums = [plain(f" {text}", "dim") for text in (*self.footing, self._requests())]
        return Group(*top, self._records(rows, width), self._feed(room - rows), *sums)

    def _add(self, number: str, line: Line) -> None:
        self.feed.append(line)
        if number:
            # An issue that got its ticket just now goes on under the ticket's number.
            self.records.pop(self.statuses(number)[0], None)
            self.records[number] = line
            self.records.move_to_end(number)
            while len(self.records) > _KEPT:
                self.records.popitem(last=False)

    def _title(self) -> RenderableType:
        line = Table.grid(expand=True)
        line.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
        line.add_column(justify="right", no_wrap=True)
        seconds = int(monotonic() - self.started)
        line.add_row(
            plain(f" {self.title}", "bold"),
            plain(f"Ctrl-C ends it   {seconds // 60}:{seconds % 60:02} ", "dim"),
        )
        return line

    def _bar(self, stage: str, done: int, of: int) -> RenderableType:
        line = Table.grid(padding=(0, 1))
        line.add_row(
            plain(f" first load: {stage:<13}"),
            ProgressBar(total=of or None, completed=done, width=36),
            plain(f"{done:>4} of {of}"),
        )
        return line

    def _records(self, rows: int, width: int) -> RenderableType:
        wide = width >= _WIDE
        status = 16 if wide else 11
        table = Table(expand=True, box=None, pad_edge=False)
        for name, size in (("number", 10), ("key", 7), ("ServiceNow", status), ("Jira", status)):
            table.add_column(name, width=size, no_wrap=True)
        table.add_column("last change", ratio=1, no_wrap=True)
        if wide:
            table.add_column("by", width=16, no_wrap=True)
        for number, line in list(reversed(self.records.items()))[:rows]:
            key, here, there = self.statuses(number)
            fresh = "bold" if monotonic() - line.at < _FRESH else ""
            who = "magenta" if line.who == "Tandem" else ""
            cells = [
                plain("" if number == key else number, fresh),
                plain(key, fresh),
                plain(here, COLOURS[Side.SERVICENOW]),
                plain(there, COLOURS[Side.JIRA]),
                plain(line.what, fresh if wide else f"{fresh} {who}".strip()),
            ]
            table.add_row(*cells, *([plain(line.who, who)] if wide else []))
        return Panel(table, title="records that move", title_align="left", height=rows + 3)

    def _feed(self, rows: int) -> RenderableType:
        lines = [self._told(line) for line in list(self.feed)[-rows:]]
        return Panel(
            Group(*lines), title="who did what, and why", title_align="left", height=rows + 2
        )

    def _told(self, line: Line) -> Text:
        style = "magenta" if line.who == "Tandem" else "bold"
        text = plain("").append(f"{line.at - self.started:6.1f} ", "dim")
        text.append_text(plain(line.who, style))
        text.append(" ")
        return text.append_text(plain(line.full, COLOURS[line.side]))

    def _requests(self) -> str:
        parts = (
            " ".join([_NAMES[side], *(f"{n} {kind}" for kind, n in kinds.items() if n)])
            for side, kinds in self.requests.items()
        )
        return f"requests: {', '.join(parts)}"
