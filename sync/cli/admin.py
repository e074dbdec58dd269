"""Commands for whoever sets Tandem up: doctor, mappings, db."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sync import wiring
from sync.cli.app import OPEN, UNREACHABLE, USAGE, JsonFlag, app, complain, configured, emit, say
from sync.doctor import Rung, examine, live_problems
from sync.errors import UserError

mappings_app = typer.Typer(
    help="Check and show the mapping files. Example: `tandem mappings check`.", no_args_is_help=True
)
db_app = typer.Typer(help="Look after the store. Example: `tandem db check`.", no_args_is_help=True)
app.add_typer(mappings_app, name="mappings")
app.add_typer(db_app, name="db")

SIGN = {"ok": "ok  ", "warn": "warn", "fail": "FAIL", "skip": "-   "}
EXIT = {"usage": USAGE, "unreachable": UNREACHABLE}


@app.command()
def doctor(json: JsonFlag = False) -> None:
    """Climb the health ladder; each failing rung names its remedy.

    Settings, store, mappings, reachability, identity, clocks, rights, fields.
    Example: `tandem doctor`.
    """
    rungs: list[Rung] = []
    for rung in examine(lambda: configured(sides=True)):
        rungs.append(rung)
        if not json:
            tail = f" {rung.remedy}" if rung.remedy else ""
            say(f"{SIGN[rung.state]} {rung.name}: {rung.told}{tail}")
    if json:
        emit(
            [{"rung": r.name, "state": r.state, "told": r.told, "remedy": r.remedy} for r in rungs]
        )
    failed = [rung for rung in rungs if rung.state == "fail"]
    if failed:
        raise typer.Exit(EXIT[failed[0].kind])
    if any(rung.state == "warn" for rung in rungs):
        raise typer.Exit(OPEN)


@mappings_app.command()
def check(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="Default: the configured ones.")
    ] = None,
    live: Annotated[bool, typer.Option("--live", help="Ask both systems too.")] = False,
    json: JsonFlag = False,
) -> None:
    """Check mapping files; problems as `file:line: text. remedy`.

    Examples: `tandem mappings check ./mine`, `tandem mappings check --live`.
    """
    settings = configured(sides=live)
    problems: list[str] = []
    notes: list[str] = []
    try:
        specs = wiring.load_specs(settings, folder)
    except UserError as error:
        problems = error.problems
    else:
        if live:
            problems, notes = live_problems(settings, folder)
    if json:
        emit(problems)
    for problem in problems if not json else ():
        complain(problem)
    if problems:
        raise typer.Exit(USAGE)
    for hint in (hint for spec in specs for hint in spec.hints if not json):
        complain(str(hint))
    if not json:
        for note in notes:
            say(note)
        say(f"{len(specs)} mappings are sound: {', '.join(spec.pair for spec in specs)}")


@mappings_app.command()
def schema(
    people: Annotated[bool, typer.Option("--people", help="Of the people file.")] = False,
) -> None:
    """Print the JSON Schema of a mapping file, or of the people file, for editors.

    Examples: `tandem mappings schema > tandem.schema.json`, `tandem mappings schema --people`.
    """
    from mappings.loader import render_schema

    emit(render_schema(people=people))


@mappings_app.command()
def show(json: JsonFlag = False) -> None:
    """Print the mapping files as they hold. Example: `tandem mappings show`."""
    settings = configured()
    chosen = Path(settings.mappings.dir) if settings.mappings.dir else None
    texts = wiring.mapping_texts(chosen)
    specs = wiring.load_specs(settings)
    if json:
        emit([spec.data() for spec in specs])
        return
    for name, text in texts.items():
        say(f"# {name}")
        say(text)


@db_app.command()
def upgrade() -> None:
    """Bring the store's schema up to this program's (a backup is made first).

    Example: `tandem db upgrade`.
    """
    with wiring.open_store(configured()) as store:
        say(f"store {store.where} is at schema {store.maintenance.schema_version()}")


@db_app.command()
def backup(file: Annotated[Path, typer.Argument(metavar="FILE")]) -> None:
    """Copy the store into FILE while it is in use. Example: `tandem db backup tandem-copy.db`."""
    with wiring.open_store(configured()) as store:
        say(f"copied to {store.maintenance.backup(file)}")


@db_app.command("check")
def check_store(json: JsonFlag = False) -> None:
    """Check whether the store is whole. Example: `tandem db check --json`."""
    with wiring.open_store(configured()) as store:
        problems = store.maintenance.check()
    if json:
        emit(problems)
    elif problems:
        for problem in problems:
            complain(problem)
    else:
        say("the store is sound")
    if problems:
        raise typer.Exit(USAGE)
