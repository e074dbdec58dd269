"""The end of a demonstration: counts and an honest verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from rich.table import Table
from rich.text import Text

from mappings.sides import Side


@dataclass(frozen=True, slots=True)
class Result:
    """How it went. ``differences`` are the oracle's; ``open`` says that something waits for a
    person; ``linked`` is how many couples of records there are."""

    flavour: str
    seed: int
    differences: list[str]
    open: bool
    linked: int
    acts: Mapping[str, int]
    counts: Mapping[str, Mapping[str, int]]
    requests: Mapping[str, Mapping[str, int]]
    conflicts: int
    parked: int
    unclear: int
    seconds: float

    def data(self) -> dict[str, Any]:
        """For machines."""
        return {"equal": not self.differences, **asdict(self)}


def summary_table(result: Result) -> Table:
    """What was done on each side, and what it cost."""
    rows: dict[str, Mapping[str, int]] = {"done by people": result.acts}
    rows |= {f"{name} by Tandem": n for name, n in result.counts.items() if any(n.values())}
    for kind in ("read", "write", "decoration"):
        found = {side: kinds.get(kind, 0) for side, kinds in result.requests.items()}
        rows[f"requests: {kind}"] = found
    table = Table(title="Summary", title_justify="left")
    table.add_column("")
    for side in ("ServiceNow", "Jira", "both"):
        table.add_column(side, justify="right")
    for name, numbers in rows.items():
        each = [numbers.get(side.value, 0) for side in Side]
        table.add_row(name, *map(str, each), str(sum(each)))
    table.add_section()
    singles = ("linked", result.linked), ("conflicts", result.conflicts), ("parked", result.parked)
    for word, number in (*singles, ("unclear", result.unclear)):
        table.add_row(word, "", "", str(number))
    table.add_row("seconds", "", "", f"{result.seconds:.1f}")
    return table


def verdict(result: Result) -> Text:
    """One line that says how it came out."""
    if result.differences:
        number = len(result.differences)
        word = "difference" if number == 1 else "differences"
        return Text(f"NOT EQUAL: {number} {word} in what the two sides truly hold.", "bold red")
    text = (
        f"EQUAL: {result.linked} records on both sides compared field by field and comment by "
        "comment in the two systems' own content, twins found by their marks alone."
    )
    if result.open:
        waiting = result.parked + result.unclear
        return Text(f"{text} But {waiting} of it still wait for a person.", "bold yellow")
    return Text(text, "bold green")
