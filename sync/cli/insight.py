"""Commands that show what linked records tell: trends, scorecard, delivery status, proposals."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from sync import wiring
from sync.cli.app import OPEN, JsonFlag, app, complain, configured, emit, err, say
from sync.cli.terminal import show
from sync.errors import UserError
from sync.settings import Settings

if TYPE_CHECKING:
    from mappings.insight import Rules
    from mappings.policy import Policy
    from sync.insight.model import Insight
    from sync.insight.run import Told
    from sync.runtime import Runtime

insight_app = typer.Typer(
    help="Refresh trends, scorecard and delivery status, write them to where people work, and show "
    "them.\n\nExamples: `tandem insight`, `tandem insight --json`, `tandem insight report FILE`."
)
app.add_typer(insight_app, name="insight")


@insight_app.callback(invoke_without_command=True)
def insight(
    context: typer.Context,
    json: JsonFlag = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print one table for a spreadsheet.")] = False,
) -> None:
    """Run insight now."""
    if context.invoked_subcommand:
        return
    if json and csv:
        raise UserError("--json and --csv are two forms of the same: take one.")
    settings = configured(sides=True)
    with _stages(quiet=json or csv) as stage, looking(settings, stage) as run:
        found, told = run.found, run.tell()
    # Imported here: only this command needs them.
    from sync.insight.report.export import as_csv, as_json

    if json:
        emit(as_json(found))
    elif csv:
        sys.stdout.write(as_csv(found))
    else:
        show(found, told)


@insight_app.command()
def report(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where the page is written.")],
) -> None:
    """Write one self-contained HTML page with plots; nothing is written to the two systems.

    Example: `tandem insight report insight.html`.
    """
    with _written(file):
        _try(file)
    settings = configured(sides=True)
    with _stages(quiet=False) as stage, looking(settings, stage) as run:
        found = run.found
    from sync.insight.report.page import page

    with _written(file):
        file.write_text(page(found), encoding="utf-8")
    say(f"Written: {file}")


@contextmanager
def _written(file: Path) -> Iterator[None]:
    """What keeps a file from being written is for a person to put right."""
    try:
        yield
    except OSError as error:
        raise UserError(
            f"{file} cannot be written: {error.strerror}; name a file in a folder that exists, has "
            "room and is yours to write."
        ) from error


def _try(file: Path) -> None:
    """Open it as if to write, and leave all as it is."""
    there = file.exists()
    file.open("ab").close()
    if not there:
        file.unlink()


@insight_app.command()
def accept(
    id: Annotated[str, typer.Argument(metavar="ID", help="As `tandem insight` shows it.")],
    json: JsonFlag = False,
) -> None:
    """Make a problem for incidents that keep coming back, and put them on it.

    The next pass makes its epic. A second call finds what the first one made. Example:
    `tandem insight accept 1f2e3d4c5b6a`.
    """
    from sync.insight.run import accept as make
    from sync.insight.telling.accept import Awaited
    from sync.insight.words import number_of

    settings = configured(sides=True)
    with _stages(quiet=json) as stage, looking(settings, stage) as run:
        try:
            done = make(run.runtime, run.found, id)
        except Awaited as error:
            if json:
                emit({"problem": None, "made": False, "attached": 0})
            complain(str(error))
            raise typer.Exit(OPEN) from error
    if json:
        told = {"problem": done.number, "made": done.made, "attached": done.attached}
        emit(told | {"closed": list(done.closed)})
        return
    what = "is made" if done.made else "was there already"
    attached = number_of(done.attached, "incident")
    say(f"{done.number} {what}; {attached} put on it.")
    if done.closed:
        say(
            f"Only listed in its evidence: {number_of(len(done.closed), 'closed incident')}, since "
            f"ServiceNow keeps a closed incident as it is: {', '.join(done.closed)}."
        )


@dataclass(frozen=True, slots=True)
class Run:
    """A run that found something out, and what it may be told with."""

    runtime: Runtime
    rules: Rules
    policy: Policy
    stage: Callable[[str], None]
    found: Insight

    def tell(self) -> Told:
        """Write it to where people work."""
        from sync.insight.run import publish

        return publish(self.runtime, self.found, self.rules, self.stage, self.policy)


@contextmanager
def looking(
    settings: Settings, stage: Callable[[str], None], go_on: Callable[[], None] | None = None
) -> Iterator[Run]:
    """One run under its lock, which holds as long as the block; nothing is told by itself. What
    ``go_on`` raises amid long work ends it."""
    # Imported here: other commands need none of it.
    from sync.insight.run import LEASE, refresh

    rules, policy = wiring.load_insight(settings), wiring.load_policy(settings)
    with wiring.running(settings) as runtime, wiring.leased(runtime.store, name=LEASE):
        runtime.go_on = go_on or runtime.go_on
        yield Run(runtime, rules, policy, stage, refresh(runtime, rules, stage, policy))


@contextmanager
def _stages(*, quiet: bool) -> Iterator[Callable[[str], None]]:
    """What is going on, on stderr; nothing for machines."""
    if quiet or not err.is_terminal:
        yield lambda _stage: None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("starting", total=None)
        yield lambda stage: bar.update(task, description=stage)
