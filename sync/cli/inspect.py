"""Commands that look into what the engine remembers: explain, conflicts, parked, links."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from mappings.sides import Side
from sync import report, wiring
from sync.cli.app import OPEN, JsonFlag, app, configured, emit, out, say, shown, unknown_pair
from sync.cli.work import showing_what_is_held
from sync.core.model import HistoryRow, Link
from sync.core.reminders import OLD_COPY, REFUSED, WAITS
from sync.engine import Engine, Orders
from sync.engine.resolve import resolve as settle
from sync.engine.resolve import retry as try_again
from sync.errors import UserError
from sync.runtime import Runtime, plain
from sync.store import Store

conflicts_app = typer.Typer(
    help="List the fields that both sides changed apart; `resolve` decides one.\n\n"
    "Examples: `tandem conflicts`, `tandem conflicts --all --json`."
)
parked_app = typer.Typer(
    help="List the records and fields that wait for a person; `retry` looks at one again.\n\n"
    "Example: `tandem parked`."
)
app.add_typer(conflicts_app, name="conflicts")
app.add_typer(parked_app, name="parked")


class TextTable(Table):
    """A table whose cells are text and nothing else, whatever somebody wrote."""

    def add_row(self, *cells: Any, **more: Any) -> None:
        """Add a row; text in it is no markup."""
        told = (Text(shown(one)) if isinstance(one, str) else one for one in cells)
        super().add_row(*told, **more)


def table(title: str, *columns: str) -> TextTable:
    """A table whose cells fold instead of being cut."""
    made = TextTable(title=title, title_justify="left")
    for name in columns:
        made.add_column(name, overflow="fold")
    return made


def _store() -> Store:
    return wiring.open_store(configured())


@app.command()
def explain(
    record: Annotated[str, typer.Argument(metavar="RECORD")], json: JsonFlag = False
) -> None:
    """Every field of a record with the change, rule and time that put its value there.

    RECORD is a number, a Jira key or an id. Example: `tandem explain INC0010001`.
    """
    settings = configured()
    specs = {spec.pair: spec for spec in wiring.load_specs(settings)}
    with wiring.open_store(settings) as store:
        links = store.links.find(record)
        if not links:
            raise UserError(f"no link knows {record}. `tandem links` lists all.")
        data = [_explained(store, link, specs.get(link.pair)) for link in links]
    if json:
        emit(data)
        return
    for one in data:
        _show_explained(one)


def _explained(store: Store, link: Link, spec: Any) -> dict[str, Any]:
    bases = store.links.bases([link.id]).get(link.id, {})
    history = store.ledger.history(link.id)
    conflicts = store.ledger.conflicts_of([link.id]).get(link.id, ())
    rules = {rule.name: rule for rule in spec.rules} if spec else {}
    return {
        **report.link_data(link),
        "fields": [
            {
                "field": name,
                "servicenow": plain(base.servicenow),
                "jira": plain(base.jira),
                "rule": _rule(rules.get(name)),
                "last": _last(history, name),
            }
            for name, base in sorted(bases.items())
            if WAITS not in name and not name.startswith((OLD_COPY, REFUSED))
        ],
        "history": [report.history_data(row) for row in history],
        "conflicts": [report.conflict_data(row) for row in conflicts],
    }


def _rule(rule: Any) -> str:
    if rule is None:
        return "no rule any more"
    return f"{rule.relation.kind}, flows {rule.flow.value}, owner {rule.owner.value}"


def _last(history: tuple[HistoryRow, ...], name: str) -> dict[str, Any] | None:
    rows = [row for row in history if row.field == name]
    return report.history_data(rows[-1]) if rows else None


def _show_explained(one: dict[str, Any]) -> None:
    made = table(
        f"{one['number']} = {one['key']} ({one['state']}, agreed {one['agreed_at']})",
        "field", "ServiceNow", "Jira", "rule", "put there by",
    )  # fmt: skip
    for field in one["fields"]:
        last = field["last"]
        why = "the record itself, at the first look"
        if last:
            why = f"{last['at']} wrote {last['side']} {last['record']}: {last['why']}"
        made.add_row(
            field["field"],
            report.show(field["servicenow"]),
            report.show(field["jira"]),
            field["rule"],
            why,
        )
    out.print(made)
    for row in one["history"]:
        say(
            f"{row['at']} {row['side']} {row['kind']} {row['field']}: "
            f"{row['why']} ({row['outcome']})"
        )


@conflicts_app.callback(invoke_without_command=True)
def conflicts(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Decided ones too.")] = False,
    json: JsonFlag = False,
) -> None:
    """List conflicts."""
    if context.invoked_subcommand:
        return
    with _store() as store:
        rows = store.ledger.conflicts(everything)
    if json:
        emit([report.conflict_data(row) for row in rows])
        return
    made = table(
        f"{len(rows)} conflicts", "id", "record", "field", "ServiceNow", "Jira", "decision"
    )
    for row in rows:
        made.add_row(
            str(row.id),
            f"{row.number} / {row.key}",
            row.field,
            f"{report.show(row.servicenow.value)} ({row.servicenow.author})",
            f"{report.show(row.jira.value)} ({row.jira.author})",
            f"{row.decision}: {row.reason}",
        )
    out.print(made) if rows else say("No conflicts.")


@conflicts_app.command()
def resolve(
    conflict: Annotated[int, typer.Argument(metavar="ID")],
    take: Annotated[Side, typer.Option(help="The side whose value both shall hold.")],
    json: JsonFlag = False,
) -> None:
    """Decide a conflict, also one that was decided before.

    Example: `tandem conflicts resolve 3 --take jira`.
    """
    with wiring.running(configured(sides=True)) as runtime, wiring.leased(runtime.store):
        row = settle(runtime, conflict, take)
        _follow(runtime, json=json)
    emit(report.conflict_data(row)) if json else say(f"Conflict {row.id}: {row.reason}.")


@parked_app.callback(invoke_without_command=True)
def parked(context: typer.Context, json: JsonFlag = False) -> None:
    """List what waits for a person."""
    if context.invoked_subcommand:
        return
    with _store() as store:
        rows = store.ledger.parked()
    if json:
        emit([report.parked_data(row) for row in rows])
        return
    made = table(f"{len(rows)} parked", "id", "record", "field", "reason", "offered", "what to do")
    for row in rows:
        name = row.label or row.key
        made.add_row(
            str(row.id), name, row.field or "the whole record", row.reason,
            ", ".join(row.offered), row.remedy,
        )  # fmt: skip
    out.print(made) if rows else say("Nothing is parked.")


@parked_app.command()
def retry(
    row: Annotated[int, typer.Argument(metavar="ID")],
    json: JsonFlag = False,
) -> None:
    """Try a parked record again now. Example: `tandem parked retry 7`."""
    with wiring.running(configured(sides=True)) as runtime, wiring.leased(runtime.store):
        label = try_again(runtime, row)
        _follow(runtime, json=json)
        left = [one for one in runtime.store.ledger.parked() if (one.label or one.key) == label]
    emit([report.parked_data(one) for one in left]) if json else say(
        f"{label}: {'still parked: ' + left[0].reason if left else 'done'}"
    )
    if left:
        raise typer.Exit(OPEN)


def _follow(runtime: Runtime, *, json: bool) -> None:
    with showing_what_is_held(json=json):
        Engine(runtime).run(Orders())


@app.command()
def links(
    pair: Annotated[str, typer.Option(metavar="PAIR", help="Only this pair.")] = "",
    json: JsonFlag = False,
) -> None:
    """List the records that are kept in step. Example: `tandem links --pair incident-story`."""
    settings = configured()
    pairs = [spec.pair for spec in wiring.load_specs(settings)]
    if pair and pair not in pairs:
        raise unknown_pair(pair, pairs)
    with wiring.open_store(settings) as store:
        rows = [
            report.link_data(link)
            for name in pairs
            if pair in ("", name)
            for link in store.links.of_pair(name)
        ]
    if json:
        emit(rows)
        return
    made = table(f"{len(rows)} links", "pair", "number", "key", "state", "agreed at")
    for row in rows:
        made.add_row(row["pair"], row["number"], row["key"], row["state"], row["agreed_at"] or "-")
    out.print(made)
