"""A person's word on a conflict: carried out on both sides, or said that it was not."""

from __future__ import annotations

import pytest

from connector.sandbox.faults import Fault
from mappings.defaults import shipped
from mappings.sides import Side
from sync.core.model import Conflict
from sync.engine.resolve import resolve, retry
from sync.errors import UserError
from tests.support.bench import Bench
from tests.support.people import Company

ONE = next(text for text in shipped().values() if "pair: incident-story" in text)
ASK = {"incident.yaml": ONE.replace("as: line, owner: servicenow", "as: line, conflict: ask")}


def disputed() -> tuple[Bench, Company, str, Conflict]:
    """Both sides changed the summary, and the mapping asks a person."""
    bench = Bench(mappings=ASK)
    company = Company(bench)
    key = company.incident("before")
    bench.until_quiet()
    bench.clock.advance(700)
    company.desk(key, short_description="from the desk")
    company.team().edit(company.link(key).jira.key, summary="from the team")
    assert bench.sync().conflicts == 1
    [conflict] = company.conflicts()
    return bench, company, key, conflict


def without_summary() -> str:
    """The mapping after an admin took the summary out."""
    return "\n".join(line for line in ONE.splitlines() if "summary:" not in line)


def both(company: Company, key: str) -> tuple[object, object]:
    return company.row(key)["short_description"], company.issue(key).fields["summary"]


@pytest.mark.parametrize(
    ("take", "text"), [("servicenow", "from the desk"), ("jira", "from the team")]
)
def test_either_side_can_be_taken_and_then_all_is_at_rest(take: str, text: str) -> None:
    bench, company, key, conflict = disputed()
    assert both(company, key) == ("from the desk", "from the team")
    closed = resolve(bench.runtime, conflict.id, Side(take))
    assert both(company, key) == (text, text)
    assert (closed.open, closed.decision) == (False, take)
    bench.clock.advance(400)
    assert not bench.sync().open
    assert len(company.conflicts()) == 1


def test_a_closed_row_can_be_overturned() -> None:
    bench, company, key, conflict = disputed()
    resolve(bench.runtime, conflict.id, Side.JIRA)
    bench.clock.advance(60)
    bench.sync()
    resolve(bench.runtime, conflict.id, Side.SERVICENOW)
    assert both(company, key) == ("from the desk", "from the desk")


@pytest.mark.parametrize("status", [400, 429, 503])
def test_a_value_that_was_not_written_leaves_the_conflict_open(status: int) -> None:
    bench, company, key, conflict = disputed()
    bench.jira_faults.add(
        Fault("status", method="PUT", path="/issue/", status=status, retry_after="60")
    )
    with pytest.raises(UserError, match="could not be written"):
        resolve(bench.runtime, conflict.id, Side.SERVICENOW)
    assert both(company, key) == ("from the desk", "from the team")
    assert company.conflicts()[0].open


def test_what_people_settle_among_themselves_closes_the_row() -> None:
    bench, company, key, _ = disputed()
    company.team().edit(company.link(key).jira.key, summary="from the desk")
    bench.clock.advance(400)
    bench.sync()
    [row] = company.conflicts()
    assert (row.open, row.decision) == (False, "agreed")


@pytest.mark.parametrize("order", [("desk", "team"), ("team", "desk"), ("team",), ("desk",)])
def test_taking_ones_own_change_back_closes_the_row(order: tuple[str, ...]) -> None:
    """Back to what both agreed on: no base changes, and still nothing is left to be asked."""
    bench, company, key, _ = disputed()
    for who in order:
        if who == "desk":
            company.desk(key, short_description="before")
        else:
            company.team().edit(company.link(key).jira.key, summary="before")
        bench.clock.advance(400)
        bench.sync()
    assert not company.conflicts()[0].open
    assert len(set(both(company, key))) == 1


def test_what_is_not_there_is_said() -> None:
    bench = Bench(mappings=ASK)
    with pytest.raises(UserError, match="no conflict 9"):
        resolve(bench.runtime, 9, Side.JIRA)
    with pytest.raises(UserError, match="no parked record 9"):
        retry(bench.runtime, 9)


def test_a_field_that_left_the_mapping_is_said() -> None:
    bench, _, _, conflict = disputed()
    bench.mappings = {"incident.yaml": without_summary()}
    with pytest.raises(UserError, match="has no field summary any more"):
        resolve(bench.connect(), conflict.id, Side.JIRA)


def test_a_record_that_is_hidden_now_is_said() -> None:
    bench, company, key, conflict = disputed()
    company.team().hide(company.link(key).jira.key)
    with pytest.raises(UserError, match="does not show OPS-1 now"):
        resolve(bench.runtime, conflict.id, Side.JIRA)
    assert company.conflicts()[0].open


def test_a_refused_create_is_retried_on_demand_and_leaves_nothing_parked() -> None:
    bench = Bench(mappings=ASK)
    company = Company(bench)
    bench.jira_faults.add(Fault("status", method="POST", path="/issue$", status=400))
    key = company.incident()
    bench.sync()
    [row] = bench.store.ledger.parked()
    assert retry(bench.runtime, row.id) == company.row(key)["number"]
    bench.sync()
    assert company.link(key).jira.label == "OPS-1"
    assert company.parked() == []
