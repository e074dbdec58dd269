"""A first load, a pass at rest, and the preview of a changed mapping, over HTTP on SQLite."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from tests.bench.cost import Ran, Row
from tests.bench.stand import Stand, stand

AT_REST = 7
"""Requests of a pass that has nothing to do, however much is linked."""

FIELDS = "\nfields:\n"
LABELS = '  service: {servicenow: category, as: labels, prefix: "desk-", flow: to_jira}\n'
"""One field more: every linked issue would get a label."""


class Moving:
    """The three of them; two that want the same company share its load."""

    def __init__(self, *, quick: bool) -> None:
        self._quick = quick
        self._exit = ExitStack()
        self._loaded: dict[int, tuple[Stand, Row]] = {}

    def __enter__(self) -> Moving:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._exit.close()

    def load(self) -> Iterator[Row]:
        """The first load of a company: twins with their marks, then the remote links."""
        _, row = self._company(30 if self._quick else 1_000)
        yield row

    def rest(self) -> Iterator[Row]:
        """A pass with nothing to do, so long after the load that Jira's search caught up."""
        size = 30 if self._quick else 1_000
        place, _ = self._company(size)
        for _ in range(2):
            place.later(75)
            place.tandem("sync", "--yes", "--json")
        place.later(4)  # what is asked every quarter of an hour counts next to nothing
        ran = place.tandem("sync", "--yes", "--json")
        reads, writes = requests(ran)
        held = reads + writes <= AT_REST
        row = _row("rest", f"{size:,} links", ran, (reads, writes))
        yield replace(row, bar=f"{AT_REST} requests", held=held)

    def plan(self) -> Iterator[Row]:
        """What a changed mapping would do to every link there is."""
        # Imported here and not above: other benches need no part of the program in this process.
        from mappings.defaults import shipped

        size = 30 if self._quick else 2_000
        place, _ = self._company(size)
        draft = place.folder / "draft"
        draft.mkdir()
        for name, text in shipped().items():
            more = (
                text.replace(FIELDS, FIELDS + LABELS, 1) if name.endswith("incident.yaml") else text
            )
            (draft / Path(name).name).write_text(more, encoding="utf-8")
        place.requests(forget=True)
        ran = place.tandem("plan", "--mappings", str(draft), "--json")
        found = sum(one["action"] == "update" for one in ran.data["actions"])
        _expect(found == size, f"{found} of {size} links would be updated")
        yield _row("plan --mappings", f"{size:,} links", ran, (place.requests(), 0))

    def _company(self, size: int) -> tuple[Stand, Row]:
        if size not in self._loaded:
            place = self._exit.enter_context(stand(size))
            ran = place.tandem("sync", "--yes", "--json")
            made = ran.data["created"]["jira"]
            _expect(made == size, f"{made} issues of {size} were made")
            asked = requests(ran)
            told = f"{size:,} incidents, {sum(asked) / size:.2f} requests each"
            row = _row("load", told, ran, asked)
            self._loaded[size] = place, row
        return self._loaded[size]


def requests(ran: Ran) -> tuple[int, int]:
    """Reads and writes (remote links among them) of a run, to both sides."""
    told = ran.data["requests"].values()
    return sum(one["read"] for one in told), sum(one["write"] + one["decoration"] for one in told)


def _row(what: str, size: str, ran: Ran, asked: tuple[int, int]) -> Row:
    return Row(what, size, ran.cpu, ran.wall, *asked, ran.peak_mb)


def _expect(true: bool, else_: str) -> None:
    if not true:
        raise RuntimeError(else_)
