"""The sandbox's company has troubles that come back, and they are found in its incidents."""

from __future__ import annotations

from datetime import UTC, datetime

from connector.sandbox.clock import ManualClock
from connector.sandbox.servicenow.instance import new_world
from connector.sandbox.servicenow.schema import Row
from connector.sandbox.servicenow.seed import seed
from connector.sandbox.servicenow.stories import RECURRING
from connector.sandbox.servicenow.values import moment
from sync.insight.facts import IncidentFact
from sync.insight.model import Fix
from sync.insight.recurrence.proposals import recurring

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ALIKE = ("Need access to the finance share", "Monitor stays black")
"""Everyday tickets of the same items that ask or say the same."""


def company(count: int) -> tuple[list[Row], dict[str, str]]:
    """Its incidents with so many that come back, and the names of its items."""
    world = new_world(ManualClock(NOW), 1)
    seed(world, now=NOW, recurring=count)
    names = {row["sys_id"]: row["name"] for row in world.rows("cmdb_ci")}
    return list(world.rows("incident")), names


def fact(row: Row, names: dict[str, str]) -> IncidentFact:
    return IncidentFact(
        row["sys_id"], row["number"], moment(row["opened_at"]), item=row["cmdb_ci"],
        item_name=names[row["cmdb_ci"]], summary=row["short_description"],
    )  # fmt: skip


def test_minor_troubles_that_come_back_are_told_apart_from_everyday_ones() -> None:
    rows, names = company(45)
    plain, _ = company(0)
    assert len(rows) == len(plain) + 45
    mine = rows[len(plain) :]
    proposals = recurring([fact(row, names) for row in rows], (), NOW)
    for cluster in RECURRING:
        own = {row["number"] for row in mine if row["short_description"] in cluster.words}
        best = max(proposals, key=lambda one: len(own & set(one.incidents)))
        assert len(own) == 15
        assert len(own & set(best.incidents)) >= 12
        alike = {row["number"] for row in rows if row["short_description"] in ALIKE}
        assert set(best.incidents) <= own | alike
        asks = cluster.item == "file-srv-03"
        assert best.fix is (Fix.AUTOMATION if asks else Fix.DEFECT)


def test_without_asking_for_them_the_company_is_what_it_was() -> None:
    rows, _ = company(0)
    told = {words for cluster in RECURRING for words in cluster.words}
    assert not [row for row in rows if row["short_description"] in told]
