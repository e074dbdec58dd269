"""Our clock jumps. Only latency may suffer: what is right is told by the systems' own clocks."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.sandbox.faults import Fault
from sync.engine import Engine, Orders
from tests.support.bench import Bench
from tests.support.people import Company


@pytest.mark.parametrize("jump", [timedelta(days=1), timedelta(days=-1)])
def test_a_jump_of_our_clock_does_not_shorten_the_settle_time(jump: timedelta) -> None:
    """The create is still under way when our clock says that a day has passed."""
    bench = Bench()
    company = Company(bench)
    company.incident()
    late = Fault("late", method="POST", path="/rest/api/2/issue(/bulk)?$", seconds=100)
    bench.jira_faults.add(late)
    bench.sync()

    runtime = bench.connect()
    runtime.clock = lambda: bench.clock.now() + jump
    Engine(runtime).run(Orders(yes=True))
    bench.clock.advance(400)
    bench.until_quiet()

    assert len(bench.jira.world.issues) == 1


@pytest.mark.parametrize("jump", [timedelta(days=1), timedelta(days=-1)])
def test_a_jump_of_our_clock_misses_no_change(jump: timedelta) -> None:
    bench = Bench()
    company = Company(bench)
    key = company.incident()
    bench.sync()
    runtime = bench.connect()
    runtime.clock = lambda: bench.clock.now() + jump
    Engine(runtime).run(Orders(yes=True))
    bench.clock.advance(30)
    company.team().edit(company.link(key).jira.key, summary="edited after the jump")
    bench.clock.advance(30)

    bench.sync()

    assert company.row(key)["short_description"] == "edited after the jump"
