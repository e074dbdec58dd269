"""Commands that work on the two systems: sync, plan, sweep."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from mappings.sides import Side
from sync import report, wiring
from sync.cli.app import OPEN, JsonFlag, app, configured, emit, err, out, say, unknown_pair
from sync.core.plan import Adopt, Ask, Create, Plan, anchor
from sync.engine import Engine, Orders, Summary
from sync.engine import Progress as EngineProgress
from sync.engine.study import MAPPING, Study, study
from sync.engine.sweep import sweep as audit
from sync.errors import UnsafePlan, UserError
from sync.runtime import Runtime, container
from sync.store.values import QueuedRow


@contextmanager
def progress_bar(*, quiet: bool) -> Iterator[EngineProgress]:
    """A progress line on stderr while something long runs; nothing for machines."""
    if quiet or not err.is_terminal:
        yield EngineProgress()
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("starting", total=None)

        def tell(stage: str, done: int, of: int) -> None:
            bar.update(task, description=stage, completed=done, total=of or None)

        yield EngineProgress(tell)


def only_pair(runtime: Runtime, pair: str) -> Runtime:
    """The runtime narrowed to one pair."""
    if not pair:
        return runtime
    spec = runtime.spec(pair)
    if spec is None:
        raise unknown_pair(pair, runtime.pairs)
    return replace(runtime, given=(spec,))


@app.command()
def sync(
    yes: Annotated[
        bool, typer.Option("--yes", help="Approve first runs and large counts.")
    ] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until unclear writes settle.")] = False,
    approve: Annotated[str, typer.Option(metavar="HASH", help="Write exactly this plan.")] = "",
    pair: Annotated[str, typer.Option(metavar="PAIR", help="Only this pair.")] = "",
    json: JsonFlag = False,
) -> None:
    """Work on all pairs until nothing is left to do now.

    Examples: `tandem sync --yes`, `tandem sync --approve 1f2e3d4c5b6a`, `tandem sync --json`.
    """
    settings = configured(sides=True)
    with wiring.running(settings) as whole:
        runtime = only_pair(whole, pair)
        with wiring.leased(runtime.store), progress_bar(quiet=json) as progress:
            orders = Orders(yes=yes, approve=approve, wait=wait)
            with showing_what_is_held(json=json):
                summary = Engine(runtime, progress).run(orders)
    show_summary(summary, json=json)
    if summary.open:
        raise typer.Exit(OPEN)


@contextmanager
def showing_what_is_held(*, json: bool) -> Iterator[None]:
    """Print a plan that a limit held: who approves it by its hash has to have read it."""
    try:
        yield
    except UnsafePlan as error:
        show_plan(error.found, json=json)
        raise


def show_plan(found: object, *, json: bool, records: frozenset[str] = frozenset()) -> None:
    """Print a plan with what holds it."""
    if not isinstance(found, Study):
        return
    plan = narrowed(found.plan, records)
    if json:
        emit(report.plan_data(plan, found.holdings))
        return
    for table in report.plan_tables(plan):
        out.print(table)
    for note in plan.notes:
        say(report.note_line(note))
    say(f"Plan {found.plan.hash}: {report.counts_line(plan)}")
    for holding in found.holdings:
        say(f"Held: {holding.pair}: {holding.reason}")


def narrowed(plan: Plan, records: frozenset[str]) -> Plan:
    """The part of a plan about some records, named by number, key or id."""
    if not records:
        return plan
    actions = tuple(one for one in plan.actions if records & _names(one))
    return Plan(actions, tuple(n for n in plan.notes if n.link.servicenow.label in records))


def _names(action: Any) -> frozenset[str]:
    ends = [action.origin] if isinstance(action, Create | Ask) else []
    if isinstance(action, Adopt):
        ends = [action.servicenow, action.jira]
    if hasattr(action, "link"):
        ends = [action.link.servicenow, action.link.jira]
    return frozenset({anchor(action), *(e.key for e in ends), *(e.label for e in ends)})


def show_summary(summary: Summary, *, json: bool) -> None:
    """Print what a run did."""
    if json:
        emit(summary_data(summary))
        return
    for name, sides in summary.counts.items():
        if sum(sides.values()):
            say(f"{name:<13} ServiceNow {sides['servicenow']:>5}   Jira {sides['jira']:>5}")
    asked = {side: sum(counts.values()) for side, counts in summary.requests.items()}
    say(
        f"Requests: ServiceNow {asked['servicenow']}, Jira {asked['jira']}; {summary.seconds:.1f} s"
    )
    if summary.open:
        say(
            f"Left open: {summary.conflicts} conflicts (`tandem conflicts`), "
            f"{summary.parked} parked (`tandem parked`), {summary.unclear} unclear writes and "
            f"{summary.waiting} put off for a moment (a later `tandem sync`, or --wait)"
        )
    elif not any(sum(sides.values()) for sides in summary.counts.values()):
        say("Nothing to do: both sides agree.")


def summary_data(summary: Summary) -> dict[str, Any]:
    """A summary as machines get it."""
    return {
        **summary.counts,
        "conflicts": summary.conflicts,
        "parked": summary.parked,
        "unclear": summary.unclear,
        "waiting": summary.waiting,
        "requests": summary.requests,
        "seconds": summary.seconds,
    }


@app.command()
def plan(
    records: Annotated[
        list[str] | None, typer.Argument(metavar="[RECORD]...", help="Numbers, Jira keys or ids.")
    ] = None,
    mappings: Annotated[
        Path | None, typer.Option(metavar="DIR", help="What these mappings would do to all links.")
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Show what a pass would write and why; writes nothing.

    Examples: `tandem plan`, `tandem plan INC0010001`, `tandem plan --mappings ./draft`.
    """
    settings = configured(sides=True)
    with wiring.running(settings, folder=mappings) as runtime, progress_bar(quiet=json) as progress:
        engine = Engine(runtime, progress)
        wanted = frozenset(records or ())
        found = whole_impact(runtime) if mappings else engine.plan(wanted)
        _unknown(runtime, found, wanted)
        show_plan(found, json=json, records=wanted)


def _unknown(runtime: Runtime, found: Study, wanted: frozenset[str]) -> None:
    """Refuse names that belong to no link and to no record in scope."""
    planned = frozenset().union(*(_names(one) for one in found.plan.actions))
    lost = [one for one in sorted(wanted - planned) if not runtime.store.links.find(one)]
    if lost:
        raise UserError(
            f"{name}: not linked, and in no pair's scope. Check the name and that the account may "
            "see it; the scopes stand in `tandem mappings show`."
            for name in lost
        )


def whole_impact(runtime: Runtime) -> Study:
    """What the mappings at hand would do to every link there is."""
    rows = [
        QueuedRow(Side.SERVICENOW, container(spec, Side.SERVICENOW), link.servicenow.key, MAPPING)
        for spec in runtime.specs
        for link in runtime.store.links.of_pair(spec.pair)
    ]
    return study(runtime, rows)


@app.command()
def sweep(
    json: JsonFlag = False,
    yes: Annotated[bool, typer.Option("--yes", help="Approve large counts.")] = False,
) -> None:
    """Audit every linked record on both sides now, and repair what differs.

    Example: `tandem sweep --json`.
    """
    settings = configured(sides=True)
    with (
        wiring.running(settings) as runtime,
        wiring.leased(runtime.store),
        progress_bar(quiet=json) as progress,
    ):
        found = audit(runtime, lambda stage, done: progress.tell(stage, done, 0))
        if not json:
            say(f"{found} records need a look")
        with showing_what_is_held(json=json):
            summary = Engine(runtime, progress).run(Orders(yes=yes))
    show_summary(summary, json=json)
    if summary.open:
        raise typer.Exit(OPEN)
