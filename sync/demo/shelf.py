"""Knowledge articles as the fake instance truly holds them: all versions of a number, one record.

Read past rights and lateness; what an article says of itself, and the problem that it hangs on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from connector import articles as terms
from connector.articles import ARTICLE, PROBLEM, TIE
from connector.sandbox.servicenow import direct_shapes as shapes
from connector.sandbox.servicenow.schema import Row
from connector.sandbox.servicenow.values import moment
from connector.sandbox.servicenow.world import World
from connector.values import Record, Value


def articles(world: World, names: Iterable[str]) -> dict[str, Record]:
    """All articles by number."""
    rows = world.truth()["records"]
    by_number: dict[str, list[Row]] = defaultdict(list)
    for row in rows[ARTICLE]:
        by_number[row["number"]].append(row)
    wanted = tuple(names)
    return {
        number: _article(world, versions, wanted, rows[TIE])
        for number, versions in by_number.items()
    }


def _article(world: World, rows: list[Row], names: Iterable[str], ties: list[Row]) -> Record:
    row = {name: str(value) for name, value in terms.speaking(rows).items()}
    begun = terms.first(rows)
    known = world.schema.columns(ARTICLE)
    fields: dict[str, Value] = {
        name: shapes.column(world, row, name) for name in names if name.partition(".")[0] in known
    }
    if terms.SOURCE in fields:
        fields[terms.SOURCE] = fields[terms.SOURCE] or _home(world, rows, ties)
    mark = terms.correlation(row.get(terms.META))
    if mark:
        fields["correlation_id"] = mark
    return Record(
        ARTICLE,
        row["number"],
        row["number"],
        ARTICLE,
        f"{row['sys_id']}:{shapes.version(row)}",
        moment(str(begun["sys_created_on"])),
        moment(row["sys_updated_on"]),
        "",
        str(begun["sys_created_by"]),
        row["sys_updated_by"],
        fields,
    )


def _home(world: World, rows: list[Row], ties: list[Row]) -> str | None:
    """The first problem that an article was attached to."""
    own = {row["sys_id"] for row in rows}
    mine = sorted(
        (tie["sys_created_on"], tie["sys_id"], tie["task"])
        for tie in ties
        if tie["kb_knowledge"] in own
    )
    tasks = (world.true_row(task) or {} for _, _, task in mine)
    return next((row["sys_id"] for row in tasks if row.get("sys_class_name") == PROBLEM), None)
