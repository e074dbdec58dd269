"""One side is down for a while: the other is read on, nothing is inferred, nothing is lost."""

from __future__ import annotations

import pytest

from connector.errors import ConnectorError
from connector.sandbox.faults import Fault
from mappings.sides import Side
from sync.engine import Engine, Orders
from tests.support.bench import Bench
from tests.support.people import Company


@pytest.mark.parametrize("down", list(Side))
def test_what_happens_on_the_side_that_is_up_waits_in_the_inbox(down: Side) -> None:
    bench = Bench()
    company = Company(bench)
    keys = [company.incident(f"number {n}") for n in range(6)]
    bench.sync()
    bench.clock.advance(400)
    bench.sync()
    faults = bench.now_faults if down is Side.SERVICENOW else bench.jira_faults
    faults.add(Fault("status", status=503, times=None))
    for key in keys:
        if down is Side.JIRA:
            company.desk(key, short_description=f"desk {key}")
        else:
            company.team().edit(company.link(key).jira.key, summary=f"team {key}")

    for _ in range(8):
        bench.clock.advance(30)
        with pytest.raises(ConnectorError):
            bench.sync()
    assert bench.store.inbox.count() == 6, "one row a record, whatever the number of polls"

    faults.clear()
    bench.clock.advance(30)
    bench.sync()
    for key in keys:
        held = (company.row(key)["short_description"], company.issue(key).fields["summary"])
        assert held[0] == held[1] == (f"desk {key}" if down is Side.JIRA else f"team {key}")


def test_a_side_that_keeps_failing_is_left_alone() -> None:
    """No storm: once the circuit is open, a pass asks the broken side for nothing."""
    bench = Bench()
    company = Company(bench)
    company.incident()
    bench.sync()
    runtime = bench.connect()
    for _ in range(5):
        runtime.circuits[Side.JIRA].failed(1e12)

    with pytest.raises(ConnectorError, match="left alone"):
        Engine(runtime).run(Orders(yes=True))

    assert sum(runtime.adapters[Side.JIRA].meter.totals().values()) == 0
    assert sum(runtime.adapters[Side.SERVICENOW].meter.totals().values()) > 0
