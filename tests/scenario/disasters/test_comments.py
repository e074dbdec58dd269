"""Comments under bad weather: each once, in order, and none of our own comes back."""

from __future__ import annotations

import pytest
from sqlalchemy import delete

from connector.sandbox.faults import Fault
from sync.store.tables import COMMENT_LINK, INTENT
from tests.support.bench import Bench
from tests.support.people import Company


def bodies(company: Company, key: str) -> list[str]:
    """The last lines of an issue's comments, in their order."""
    return [remark.body.splitlines()[-1] for remark in company.issue(key).comments]


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
@pytest.mark.parametrize("kind", ["drop_after", "drop_before", "late"])
def test_a_lost_answer_makes_no_second_comment(flavour: str, kind: str) -> None:
    bench = Bench(flavour)
    company = Company(bench)
    key = company.incident()
    bench.sync()
    bench.clock.advance(400)
    bench.sync()
    for n in range(3):
        company.desk(key, work_notes=f"note {n}")
        bench.clock.advance(2)
    fault = Fault(kind, method="POST", path="/comment$", seconds=60, skip=1)
    bench.jira_faults.add(fault)
    for _ in range(6):
        bench.sync()
        bench.clock.advance(200)

    assert bodies(company, key) == ["note 0", "note 1", "note 2"]


def test_what_stands_behind_one_that_is_given_up_goes_on() -> None:
    bench = Bench()
    company = Company(bench)
    key = company.incident()
    bench.until_quiet()
    company.desk(key, work_notes="note 0")
    bench.clock.advance(2)
    company.desk(key, work_notes="note 1")
    bench.jira_faults.add(Fault("drop_before", method="POST", path="/comment$", times=3))
    for _ in range(30):
        bench.clock.advance(60)
        bench.sync()

    assert bodies(company, key) == ["note 1"]
    [row] = bench.store.ledger.parked()
    assert "did not answer clearly" in row.reason


def test_a_forgotten_carry_is_recognised_by_its_reference() -> None:
    """The store lost the memory of a comment that stands on the other side already."""
    bench = Bench(store_url="sqlite://")
    company = Company(bench)
    key = company.incident()
    bench.sync()
    company.desk(key, work_notes="said once")
    bench.clock.advance(15)
    bench.sync()
    with bench.store._database.write() as connection:
        connection.execute(delete(COMMENT_LINK))
        connection.execute(delete(INTENT))
    company.desk(key, work_notes="said next")
    for _ in range(3):
        bench.clock.advance(400)
        bench.sync()

    assert bodies(company, key) == ["said once", "said next"]


def test_a_conversation_does_not_echo() -> None:
    bench = Bench()
    company = Company(bench)
    key = company.incident()
    bench.sync()
    issue = company.link(key).jira.key
    for n in range(3):
        company.desk(key, work_notes=f"desk {n}")
        bench.clock.advance(15)
        bench.sync()
        company.team().comment(issue, f"team {n}")
        bench.clock.advance(15)
        bench.sync()
    for _ in range(3):
        bench.clock.advance(400)
        bench.sync()

    said = [note["value"].splitlines()[-1] for note in bench.servicenow.world.true_notes(key)]
    assert said == ["desk 0", "team 0", "desk 1", "team 1", "desk 2", "team 2"]
    assert bodies(company, key) == said
