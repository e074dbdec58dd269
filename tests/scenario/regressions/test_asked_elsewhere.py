"""An issue that asked for its ticket moves to another project before we know that it was made."""

from __future__ import annotations

from connector.sandbox.faults import Fault
from tests.support.bench import Bench
from tests.support.people import Company


def test_it_flows_once_it_is_back_where_it_asked() -> None:
    bench = Bench()
    company = Company(bench)
    bench.sync()
    story = company.team().create("OPS", "Story", "Mail is slow", labels=("to-incident",)).id
    bench.now_faults.add(Fault("drop_after", method="POST", path="incident$"))
    bench.sync()
    [row] = bench.servicenow.world.rows("incident")
    company.team().move_project(story, "TEAM")
    bench.clock.advance(400)
    bench.until_quiet()

    company.team().edit(story, summary="Mail is down")
    company.team().move_project(story, "OPS")
    bench.clock.advance(60)
    bench.until_quiet()
    assert company.row(row["sys_id"])["short_description"] == "Mail is down"

    company.desk(row["sys_id"], description="It is the disk.")
    bench.clock.advance(60)
    bench.until_quiet()
    assert bench.jira.world.issues[story].fields["description"] == "It is the disk."
    assert len(list(bench.servicenow.world.rows("incident"))) == 1
