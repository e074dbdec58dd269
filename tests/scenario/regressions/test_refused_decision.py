"""A conflict is decided, and the other side refuses the value: a person is asked, once."""

from __future__ import annotations

from connector.sandbox.faults import Fault
from mappings.sides import Side
from sync.engine.resolve import retry
from tests.support.bench import Bench
from tests.support.intruder import interrupted
from tests.support.mapping import owned_by
from tests.support.people import Company


def test_it_is_not_tried_again_whenever_the_ticket_moves() -> None:
    bench = Bench()
    company = Company(bench)
    key = company.incident("Mail is slow")
    bench.until_quiet()
    company.desk(key, short_description="")  # Jira takes no empty title
    company.team().edit(company.issue(key).id, summary="Mail is down")
    bench.clock.advance(60)
    bench.sync()
    assert company.parked() == [("OPS-1", "summary")]

    for number in range(3):
        bench.clock.advance(400)
        company.desk(key, urgency=str(number + 1))
        assert bench.sync().requests["jira"]["write"] <= 2, "one edit, and our memo"
    assert company.issue(key).fields["summary"] == "Mail is down"
    assert len(company.conflicts()) == 1

    company.desk(key, short_description="Mail is back")
    bench.clock.advance(60)
    bench.until_quiet()
    assert company.issue(key).fields["summary"] == "Mail is back"
    assert company.parked() == []


def test_a_value_to_be_brought_back_waits_for_a_person_too() -> None:
    bench = Bench(mappings=owned_by("jira"))
    company = Company(bench)
    key = company.incident("before")
    bench.until_quiet()
    issue = company.issue(key).id
    company.desk(key, short_description="from the desk")
    bench.clock.advance(60)
    refusal = Fault("status", method="PATCH", path=f"incident/{key}", status=400, times=None)
    bench.now_faults.add(refusal)
    interrupted(bench, Side.JIRA, lambda: company.team().edit(issue, summary="from the team"))
    bench.sync()
    [waiting] = bench.store.ledger.parked()

    for _ in range(3):
        bench.clock.advance(400)
        assert bench.sync().requests["servicenow"]["write"] == 0
    assert company.row(key)["short_description"] == "from the desk"
    assert [row.open for row in company.conflicts()] == [True]

    bench.now_faults.clear()
    retry(bench.runtime, waiting.id)
    bench.until_quiet()
    assert company.row(key)["short_description"] == "from the team"
    assert company.issue(key).fields["summary"] == "from the team"
