"""Commands about records that are not shown any more: which, and a person's word on one."""

from __future__ import annotations

import getpass
from typing import Annotated, Any

import typer

from sync import report, wiring
from sync.cli.app import JsonFlag, app, configured, emit, out, say
from sync.cli.inspect import table
from sync.core.model import Absence, Link
from sync.engine.absent import confirm, lost


@app.command()
def gone(
    record: Annotated[str, typer.Argument(metavar="RECORD", help="Either record of the two.")],
    json: JsonFlag = False,
) -> None:
    """Say that a record which is not shown was deleted, so that `on_delete` applies to its twin.

    What follows from it is planned, shown and limited like everything else: `tandem plan` tells.

    Example: `tandem gone INC0010001`.
    """
    with wiring.open_store(configured()) as store, wiring.leased(store):
        link, absence = confirm(store, record, getpass.getuser())
    if json:
        emit(missing_data(link, absence))
        return
    label = link.end(absence.side).label
    say(f"{label} counts as deleted. `tandem plan {record}` shows what follows from it.")


@app.command()
def missing(json: JsonFlag = False) -> None:
    """List the linked records that are not shown: deleted, or hidden from the account.

    Example: `tandem missing`.
    """
    with wiring.open_store(configured()) as store:
        rows = [missing_data(link, absence) for link, absence in lost(store)]
    if json:
        emit(rows)
        return
    made = table(f"{len(rows)} missing", "record", "not shown since", "looks", "twin", "state")
    for row in rows:
        since = row["since"] or "-"
        made.add_row(row["record"], since, str(row["looks"]), row["twin"], row["state"])
    out.print(made) if rows else say("Every linked record is shown.")


def missing_data(link: Link, absence: Absence) -> dict[str, Any]:
    """A record that is not shown, as plain data."""
    return {
        "pair": link.pair,
        "side": absence.side.value,
        "record": link.end(absence.side).label,
        "twin": link.end(absence.side.other).label,
        "state": link.state.value,
        "since": report.stamp(absence.since),
        "looks": absence.looks,
        "word": absence.word,
    }
