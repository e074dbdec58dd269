"""A fresh instance: the rules of its classes and the rows that describe itself."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from connector.sandbox.clock import Clock
from connector.sandbox.servicenow.change_rules import ApprovalRules, ChangeRules
from connector.sandbox.servicenow.incident_rules import IncidentRules
from connector.sandbox.servicenow.knowledge_rules import ArticleRules, TieRules
from connector.sandbox.servicenow.knowledge_tables import ARTICLE, TIE
from connector.sandbox.servicenow.problem_rules import ProblemRules
from connector.sandbox.servicenow.problem_task_rules import ProblemTaskRules
from connector.sandbox.servicenow.schema import ChoiceRow, Column, Row, Schema, Table
from connector.sandbox.servicenow.tables import SCHEMA
from connector.sandbox.servicenow.task_rules import TaskRules
from connector.sandbox.servicenow.world import Rules, World

BUILD = "glide-sandbox-04-01-2026__patch1"
_GERMAN = {"1": "Neu", "2": "In Bearbeitung", "3": "Angehalten", "6": "Gelöst", "7": "Geschlossen"}


def new_world(clock: Clock, seed: int = 1, extra: Iterable[tuple[str, Column]] = ()) -> World:
    """An instance without people or tickets; ``extra`` adds customer columns to tables."""
    rules: dict[str, Rules] = {
        "task": TaskRules(),
        "problem_task": ProblemTaskRules(),
        "incident": IncidentRules(),
        "problem": ProblemRules(),
        "change_request": ChangeRules(),
        "sysapproval_approver": ApprovalRules(),
        ARTICLE: ArticleRules(),
        TIE: TieRules(),
    }
    world = World(clock, seed, rules, _extended(extra))
    _describe(world)
    return world


def _extended(extra: Iterable[tuple[str, Column]]) -> Schema:
    added = list(extra)
    if not added:
        return SCHEMA
    tables = []
    for table in SCHEMA.tables.values():
        own = tuple(column for name, column in added if name == table.name)
        columns = (*table.columns, *own)
        tables.append(
            Table(
                table.name,
                table.label,
                columns,
                table.parent,
                table.display,
                table.prefix,
                table.read_role,
                table.write_role,
            )
        )
    return Schema(tables, SCHEMA.choices)


def _describe(world: World) -> None:
    _write(world, _description(world.schema))
    largest = str(world.knobs.largest_file // (1024 * 1024))
    known = {
        "glide.war": BUILD,
        "instance_name": "sandbox",
        "com.glide.attachment.max_size": largest,
    }
    for name, value in known.items():
        put(world, "sys_properties", {"name": name, "value": value})


def describe(world: World, tables: Iterable[Table], choices: Iterable[ChoiceRow]) -> None:
    """Write more tables, their columns and choices into the dictionary."""
    _write(world, _rows_about(world.schema, tables, choices))


def _write(world: World, rows: Iterable[tuple[str, Row]]) -> None:
    objects = {row["name"]: row["sys_id"] for row in world.rows("sys_db_object")}
    now = world.now()
    for table, row in rows:
        full = dict(row)
        if "super_class" in full:
            full["super_class"] = objects[full["super_class"]]
        sys_id = _placed(world, table, full, "system", now)["sys_id"]
        if table == "sys_db_object":
            objects[full["name"]] = sys_id


@lru_cache(maxsize=16)
def _description(schema: Schema) -> tuple[tuple[str, Row], ...]:
    """The rows in which a schema describes itself."""
    return _rows_about(schema, schema.tables.values(), schema.choices)


def _rows_about(
    schema: Schema, tables: Iterable[Table], choices: Iterable[ChoiceRow]
) -> tuple[tuple[str, Row], ...]:
    """The rows about tables and choices, without what is each instance's own; in place of its id a
    parent has its name."""
    rows: list[tuple[str, Row]] = []
    for table in tables:
        row = {"name": table.name, "label": table.label, "super_class": table.parent}
        rows.append(("sys_db_object", row))
        rows += [("sys_dictionary", _dictionary(table, column)) for column in table.columns]
    for choice in choices:
        row = {
            "name": choice.table,
            "element": choice.element,
            "value": choice.value,
            "label": choice.label,
            "language": "en",
            "inactive": "false",
            "sequence": str(choice.sequence),
            "dependent_value": choice.dependent,
        }
        rows.append(("sys_choice", row))
        if (choice.table, choice.element) == ("incident", "state"):
            label = _GERMAN.get(choice.value, choice.label)
            rows.append(("sys_choice", {**row, "language": "de", "label": label}))
    return tuple((table, _filled(schema, table, row)) for table, row in rows)


def _dictionary(table: Table, column: Column) -> Row:
    return {
        "name": table.name,
        "element": column.name,
        "internal_type": column.kind,
        "column_label": column.title,
        "reference": column.reference,
        "mandatory": str(column.mandatory).lower(),
        "read_only": str(column.read_only).lower(),
        "active": "true",
        "max_length": str(column.max_length),
        "choice": "3" if column.choice else "0",
    }


def put(world: World, table: str, row: Row, *, by: str = "system", at: str = "") -> Row:
    """Place a complete row with system columns, past rules and log."""
    return _placed(world, table, _filled(world.schema, table, row), by, at or world.now())


def _filled(schema: Schema, table: str, row: Row) -> Row:
    given = {**schema.defaults(table), **row}
    return {name: value for name, value in given.items() if value}


def _placed(world: World, table: str, full: Row, by: str, at: str) -> Row:
    full.setdefault("sys_id", world.new_id())
    full.setdefault("sys_created_on", at)
    full.setdefault("sys_created_by", by)
    full.setdefault("sys_updated_on", full["sys_created_on"])
    full.setdefault("sys_updated_by", full["sys_created_by"])
    full.setdefault("sys_mod_count", "0")
    if "sys_class_name" in world.schema.columns(table):
        full["sys_class_name"] = table
        full["sys_domain"] = "global"
    return world.store(table, full)
