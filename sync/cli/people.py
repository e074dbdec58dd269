"""The command that tells who is who."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from sync import wiring
from sync.cli.app import JsonFlag, app, configured, emit, out, say
from sync.cli.inspect import table
from sync.people import Acquainted, roll


@app.command()
def people(
    live: Annotated[bool, typer.Option("--live", help="Ask both systems anew.")] = False,
    json: JsonFlag = False,
) -> None:
    """List the people that records mention: who is who, what told so, and who could not be matched.

    Examples: `tandem people`, `tandem people --live --json`.
    """
    with wiring.running(configured(sides=True)) as runtime:
        rows = roll(runtime, live=live)
    if json:
        emit([person_data(one) for one in rows])
        return
    made = table(
        f"{len(rows)} people", "side", "name", "e-mail", "active", "on the other side", "records"
    )
    for one in rows:
        made.add_row(
            one.side.value, one.row.name, one.row.email or "-", "yes" if one.row.active else "no",
            f"{one.match} ({one.by})" if one.by else f"nobody ({one.why}): {one.reason}",
            str(one.records),
        )  # fmt: skip
    out.print(made)
    say(_summed(rows))


def _summed(rows: Sequence[Acquainted]) -> str:
    lost = [one for one in rows if one.why]
    if not lost:
        return "Everybody is matched."
    remedies = dict.fromkeys(one.remedy for one in lost)
    records = sum(one.records for one in lost)
    return f"{len(lost)} could not be matched, in {records} records. {' '.join(remedies)}"


def person_data(one: Acquainted) -> dict[str, Any]:
    """One person as machines get it."""
    return {
        "side": one.side.value,
        "key": one.row.key,
        "name": one.row.name,
        "email": one.row.email,
        "active": one.row.active,
        "matched": one.match,
        "by": one.by.value if one.by else "",
        "why": one.why.value if one.why else "",
        "reason": one.reason,
        "remedy": one.remedy,
        "records": one.records,
    }
