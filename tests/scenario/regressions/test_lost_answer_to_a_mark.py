"""The answer to a write of our mark is lost: the mark itself tells that it went through."""

from __future__ import annotations

import pytest

from connector.sandbox.faults import Fault
from mappings.sides import Side
from tests.support.bench import Bench
from tests.support.people import Company
from tests.support.stage import FLAVOURS, Stage


def rows(stage: Stage, key: str) -> list[tuple[str, object]]:
    """What our history has of the marks that we put on a ticket."""
    link = stage.store.links.by_keys(Side.SERVICENOW, [key])[key]
    told = stage.store.ledger.history(link.id)
    return [(row.kind, row.new) for row in told if row.field == "@marks"]


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "late"])
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_mark_is_told_of_though_somebody_wrote_the_ticket_since(flavour: str, kind: str) -> None:
    """Defects are not audited: a record tells no more than who wrote it last."""
    stage = Stage(flavour, agile=True)  # type: ignore[arg-type]
    problem = stage.desk.opens_problem()
    stage.tandem.syncs()
    twin = stage.desk.opens("Disk 8 fails", "rm_defect", parent=problem.key)
    lost = Fault(kind, method="PATCH", path="/rm_defect/", seconds=40)
    stage.faults[Side.SERVICENOW].add(lost)

    def somebody() -> None:
        stage.desk.edits(twin, assigned_to="ben.okafor")

    def then() -> None:
        stage.intrude(Side.SERVICENOW, "GET", "/sys_audit", somebody)

    stage.intrude(Side.SERVICENOW, "PATCH", "/rm_defect/", then)
    stage.tandem.syncs()
    assert twin["assigned_to"], "nobody came in between"
    stage.tandem.settles()
    stage.ends()

    assert twin["correlation_display"] == twin.issue.label
    assert rows(stage, twin.key) == [
        ("update", f"{twin['correlation_id']} {twin['correlation_display']}")
    ]


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_label_of_ours_is_told_of(flavour: str) -> None:
    bench = Bench(flavour)
    company = Company(bench)
    story = company.team().create("OPS", "Story", "Mail is slow", labels=("to-incident",))
    bench.jira_faults.add(Fault("drop_after", method="PUT", path=f"/issue/{story.id}$"))
    bench.until_quiet()

    told = bench.store.ledger.history(company.link(story.id).id)
    [row] = [row for row in told if row.field == "@marks" and row.side is Side.JIRA]
    assert row.new in bench.jira.world.issues[story.id].fields["labels"]
    assert bench.store.patches.open() == ()
