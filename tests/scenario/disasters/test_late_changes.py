"""Changes that become visible late, with an older stamp than what was read before."""

from __future__ import annotations

import pytest

from tests.support.bench import Bench
from tests.support.people import Company


def at_rest(bench: Bench, company: Company) -> list[str]:
    keys = [company.incident(f"number {n}") for n in range(2)]
    bench.sync()
    bench.clock.advance(4000)
    bench.sync()
    return keys


@pytest.mark.parametrize("late", [30, 90, 1500])
def test_a_commit_that_shows_late_is_not_missed(late: int) -> None:
    """The other record is edited later and seen first, so the cursor is past the late one."""
    bench = Bench()
    company = Company(bench)
    first, second = at_rest(bench, company)
    knobs = bench.servicenow.world.knobs
    knobs.late_visibility = late
    company.desk(first, short_description="committed late")
    knobs.late_visibility = 0
    for n in range(12):
        bench.clock.advance(late / 6)
        company.desk(second, short_description=f"edit {n}")
        bench.sync()
    bench.clock.advance(1000)
    bench.sync()

    assert company.issue(first).fields["summary"] == "committed late"
    assert company.issue(second).fields["summary"] == "edit 11"


def test_an_issue_that_the_index_shows_late_is_not_missed() -> None:
    bench = Bench()
    company = Company(bench)
    first, second = at_rest(bench, company)
    bench.jira.index.lag = 200
    company.team().edit(company.link(first).jira.key, summary="indexed late")
    bench.jira.index.lag = 0
    for n in range(8):
        bench.clock.advance(40)
        company.team().edit(company.link(second).jira.key, summary=f"edit {n}")
        bench.sync()
    bench.clock.advance(400)
    bench.sync()

    assert company.row(first)["short_description"] == "indexed late"


def test_a_stamp_in_the_future_does_not_blind_the_feed() -> None:
    """One row is stamped a day ahead: the cursor stays with the server's clock."""
    bench = Bench()
    company = Company(bench)
    first, second = at_rest(bench, company)
    row = company.row(second)
    ahead = bench.clock.now().replace(year=2027)
    row["sys_updated_on"] = ahead.strftime("%Y-%m-%d %H:%M:%S")
    row["sys_mod_count"] = str(int(row["sys_mod_count"]) + 1)
    bench.clock.advance(30)
    bench.sync()
    bench.clock.advance(4000)
    company.desk(first, short_description="edited after the odd stamp")
    bench.clock.advance(15)
    bench.sync()

    assert company.issue(first).fields["summary"] == "edited after the odd stamp"
