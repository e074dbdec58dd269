"""Data Center's index shows our own last write late: that is no change made by a person."""

from __future__ import annotations

from tests.support.bench import Bench
from tests.support.people import Company


def test_an_old_state_in_the_index_is_not_carried_back() -> None:
    bench = Bench("dc")
    company = Company(bench)
    keys = [company.incident(f"number {n}") for n in range(8)]
    bench.sync()
    bench.clock.advance(400)
    bench.sync()
    bench.jira.index.lag = 45
    for key in keys:
        company.desk(key, short_description=f"renamed {key[:4]}", state="2")
    for _ in range(12):
        bench.clock.advance(10)
        bench.sync()
    bench.jira.index.lag = 0
    bench.clock.advance(400)
    bench.sync()

    assert all(company.row(key)["short_description"].startswith("renamed") for key in keys)
    assert {company.row(key)["state"] for key in keys} == {"2"}
    theirs = [line for line in bench.servicenow.world.write_log if line["by"] == "tandem"]
    touched = {name for line in theirs for name in line["fields"] if line["table"] == "incident"}
    assert touched <= {"correlation_id", "correlation_display"}
