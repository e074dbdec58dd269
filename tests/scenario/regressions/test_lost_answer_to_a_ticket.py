"""The answer to the create of a ticket is lost: its mark tells that it is ours."""

from __future__ import annotations

from connector.sandbox.faults import Fault
from tests.support.bench import Bench
from tests.support.people import Company


def test_a_ticket_whose_answer_was_lost_is_found_by_its_mark() -> None:
    bench = Bench()
    company = Company(bench)
    bench.sync()
    story = company.team().create("OPS", "Story", "Mail is slow", labels=("to-incident",))
    bench.now_faults.add(Fault("drop_after", method="POST", path="incident"))
    bench.sync()
    bench.clock.advance(200)
    bench.until_quiet()

    made = list(bench.servicenow.world.rows("incident"))
    assert [row["short_description"] for row in made] == ["Mail is slow"]
    assert company.link(story.id).servicenow.key == made[0]["sys_id"]
