"""What a plugin brings to a running instance: a table with its rules, choices and roles."""

from __future__ import annotations

from collections.abc import Sequence

from connector.sandbox.people import COLLEAGUES, TANDEM
from connector.sandbox.servicenow.instance import describe, put
from connector.sandbox.servicenow.schema import ChoiceRow, Schema, Table
from connector.sandbox.servicenow.world import Rules, World

WORKERS = frozenset({"desk", "network", "database", "apps", "change", "integration"})
"""Teams whose people, and the product's account, get the roles."""


def install(world: World, table: Table, rules: Rules, choices: Sequence[ChoiceRow]) -> None:
    """Switch a plugin on; its table stays, whatever comes. A second time changes nothing."""
    if table.name in world.schema.tables:
        return
    before = world.schema
    world.grow(
        Schema((*before.tables.values(), table), (*before.choices, *choices)), {table.name: rules}
    )
    describe(world, [table], choices)
    for role in (table.read_role, table.write_role):
        number = put(world, "sys_user_role", {"name": role})["sys_id"]
        for person in (*COLLEAGUES, TANDEM):
            user = world.user_id(person.login)
            if person.team in WORKERS and user:
                world.roles[person.login].add(role)
                put(world, "sys_user_has_role", {"user": user, "role": number})
