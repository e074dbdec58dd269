"""Somebody edits between the plan and the second look: the plan is made anew."""

from __future__ import annotations

from sync.engine.execute import execute
from sync.engine.study import study
from tests.support.bench import Bench
from tests.support.people import Company


def test_what_was_planned_on_an_old_look_is_not_written() -> None:
    bench = Bench()
    company = Company(bench)
    key = company.incident("before")
    bench.sync()
    bench.clock.advance(400)
    bench.sync()
    issue = company.link(key).jira.key
    company.desk(key, short_description="from the desk")
    bench.clock.advance(15)
    runtime = bench.connect()
    from sync.feed import poll

    poll(runtime)
    found = study(runtime, runtime.store.inbox.rows(100, runtime.clock()))

    company.team().edit(issue, summary="from the team, just now")
    execute(runtime, found)

    assert company.issue(key).fields["summary"] == "from the team, just now"
    bench.clock.advance(15)
    bench.sync()
    [row] = company.conflicts()
    values = (row.servicenow.value, row.jira.value)
    assert values == ("from the desk", "from the team, just now")
