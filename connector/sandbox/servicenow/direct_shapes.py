"""Rows of the world as the adapter interface's values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache

from connector.sandbox.servicenow.schema import Row, Schema
from connector.sandbox.servicenow.values import moment
from connector.sandbox.servicenow.world import World
from connector.values import Choice, Comment, FieldInfo, Group, KindInfo, Person, Record, Value


def version(row: Row) -> str:
    """The opaque token: count and stamp together, because scripts may move only one."""
    return f"{row['sys_mod_count']}/{row['sys_updated_on']}"


def record(world: World, host: str, row: Row, fields: Collection[str]) -> Record:
    """One row with the asked columns; hidden columns read as empty, unknown ones are absent."""
    table = row.get("sys_class_name", "task")
    known = world.schema.columns(table)
    hidden = world.knobs.hidden_fields
    values: dict[str, Value] = {
        name: (None if f"{table}.{name}" in hidden else column(world, row, name))
        for name in fields
        if name.partition(".")[0] in known
    }
    return Record(
        container=table,
        key=row["sys_id"],
        label=row.get("number", ""),
        kind=table,
        version=version(row),
        created=moment(row["sys_created_on"]),
        updated=moment(row["sys_updated_on"]),
        url=f"http://{host}/nav_to.do?uri={table}.do%3Fsys_id%3D{row['sys_id']}",
        created_by=row["sys_created_by"],
        updated_by=row["sys_updated_by"],
        fields=values,
    )


def in_order(table: str, rows: Iterable[Row]) -> list[Row]:
    """Rows by key; what has no class of its own is of the table that was asked for."""
    classed = ({"sys_class_name": table, **row} for row in rows)
    return sorted(classed, key=lambda row: row["sys_id"])


def column(world: World, row: Row, name: str) -> str | None:
    """A column's value, one of a referenced row after a dot."""
    own, _, beyond = name.partition(".")
    if not beyond:
        return row.get(own) or None
    there = world.true_row(row.get(own, ""))
    return column(world, there, beyond) if there else None


def plain(fields: Mapping[str, Value]) -> dict[str, str]:
    """Values as the Table API takes them."""
    return {name: _text(value) for name, value in fields.items()}


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(value) if isinstance(value, tuple) else str(value)


def comment(world: World, row: Row) -> Comment:
    """One journal entry."""
    at = moment(row["sys_created_on"])
    return Comment(
        container=row["name"],
        key=row["element_id"],
        id=row["sys_id"],
        lane=row["element"],
        author=row["sys_created_by"],
        author_name=full_name(world, row["sys_created_by"]),
        created=at,
        updated=at,
        body=row["value"],
        internal=row["element"] == "work_notes",
    )


def approval(world: World, row: Row) -> Comment:
    """One approver's decision, as a comment of its change."""
    at = moment(row["sys_updated_on"])
    login = (world.true_row(row["approver"]) or {}).get("user_name", "")
    name = full_name(world, login)
    said = f"Approval: {row['state']} by {name} at {row['sys_updated_on']} UTC."
    return Comment(
        "change_request", row["sysapproval"], f"{row['sys_id']}:{row['state']}", "approval",
        login, name, at, at, said, internal=True,
    )  # fmt: skip


def full_name(world: World, login: str) -> str:
    """The name people know, or the login where there is none."""
    return world.display("sys_user", world.user_id(login)) or login


def group(row: Row) -> Group:
    """One group."""
    return Group(row["sys_id"], row["name"], row["active"] == "true")


def person(row: Row, column: str = "") -> Person:
    """One user; ``column`` names the other side's person."""
    active, account = row.get("active") == "true", row.get(column, "") if column else ""
    told = row["sys_id"], row["name"], row.get("email", "")
    return Person(*told, active, row["user_name"], account)


@lru_cache(maxsize=64)
def kind(schema: Schema, table: str) -> KindInfo:
    """One table as the kind of its records."""
    fields = tuple(
        FieldInfo(
            column.name,
            column.title,
            column.kind,
            column.mandatory,
            not column.read_only,
            column.max_length,
            _choices(schema, table, column.name),
        )
        for column in schema.columns(table).values()
    )
    states = _choices(schema, table, "state") or _choices(schema, table, "workflow_state")
    return KindInfo(table, schema.tables[table].label, 0, fields, states)


def _choices(schema: Schema, table: str, element: str) -> tuple[Choice, ...]:
    rows = schema.allowed(table, element)
    return tuple(Choice(row.value, row.label, row.dependent) for row in rows)
