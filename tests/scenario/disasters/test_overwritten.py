"""Somebody writes in the moment between our look and our write: seen, kept, and put right."""

from __future__ import annotations

import pytest

from connector.sandbox.faults import Fault
from mappings.defaults import shipped
from mappings.sides import Side
from tests.support.bench import Bench
from tests.support.intruder import interrupted
from tests.support.mapping import owned_by
from tests.support.people import Company


def both_edit(bench: Bench, *faults: Fault, rest: float = 400) -> tuple[Company, str]:
    """The desk rewords an incident, and the team the story just before our write reaches it; then
    all comes to rest. The people, and the incident."""
    company = Company(bench)
    key = company.incident("before")
    bench.sync()
    issue = company.link(key).jira.key
    company.desk(key, short_description="from the desk")
    bench.clock.advance(15)
    for fault in faults:
        bench.jira_faults.add(fault)
    interrupted(bench, Side.JIRA, lambda: company.team().edit(issue, summary="from the team"))
    bench.clock.advance(rest)
    bench.sync()
    return company, key


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
def test_the_overwritten_value_is_brought_back_where_its_side_owns_the_field(flavour: str) -> None:
    bench = Bench(flavour, mappings=owned_by("jira"))
    company, key = both_edit(bench)

    assert company.issue(key).fields["summary"] == "from the team"
    assert company.row(key)["short_description"] == "from the team"
    [row] = company.conflicts()
    assert (row.servicenow.value, row.jira.value) == ("from the desk", "from the team")
    assert row.decision == "jira"
    assert row.reason.endswith("the mapping prefers jira")
    assert not row.open


def test_otherwise_it_stays_in_the_ledger_and_can_be_taken() -> None:
    bench = Bench(mappings=owned_by("servicenow"))
    company, key = both_edit(bench)

    assert company.issue(key).fields["summary"] == "from the desk"
    [row] = company.conflicts()
    assert row.jira.value == "from the team"
    assert not row.open


def test_a_field_that_flows_one_way_is_not_brought_back_the_other_way() -> None:
    """Whom the policy prefers is no question where only one side may tell."""
    one_way = {
        name: text.replace(
            "as: line, owner: servicenow", "as: line, flow: to_jira, conflict: newest"
        )
        for name, text in shipped().items()
    }
    bench = Bench(mappings=one_way)
    company, key = both_edit(bench)

    assert company.row(key)["short_description"] == "from the desk"
    assert company.issue(key).fields["summary"] == "from the desk"
    [row] = company.conflicts()
    assert (row.jira.value, row.decision, row.open) == ("from the team", "servicenow", False)


def test_who_writes_as_the_overwritten_value_is_brought_back_is_told_of_apart() -> None:
    """That is in the ledger for as long as its decision is half carried out."""
    wins = {
        name: text.replace("conflict: owner", "conflict: jira") for name, text in shipped().items()
    }
    bench = Bench(mappings=wins)
    company = Company(bench)
    key = company.incident("before")
    bench.sync()
    issue = company.link(key).jira.key
    company.desk(key, short_description="from the desk")
    bench.clock.advance(15)
    interrupted(bench, Side.JIRA, lambda: company.team().edit(issue, summary="from the team"))
    act = lambda: company.desk(key, short_description="once more")  # noqa: E731
    bench.clock.advance(15)
    interrupted(bench, Side.SERVICENOW, act)
    bench.clock.advance(400)
    bench.sync()

    assert company.row(key)["short_description"] == "from the team"
    assert company.issue(key).fields["summary"] == "from the team"
    first, second = company.conflicts()
    assert (first.servicenow.value, first.jira.value) == ("from the desk", "from the team")
    assert second.servicenow.value == "once more"
    assert [one.open for one in (first, second)] == [False, False]


def test_it_is_seen_in_servicenow_too() -> None:
    bench = Bench(mappings=owned_by("servicenow"))
    company = Company(bench)
    key = company.incident("before")
    bench.sync()
    issue = company.link(key).jira.key
    company.team().edit(issue, summary="from the team")
    bench.clock.advance(15)

    act = lambda: company.desk(key, short_description="from the desk")  # noqa: E731
    interrupted(bench, Side.SERVICENOW, act)
    bench.clock.advance(400)
    bench.sync()

    assert company.row(key)["short_description"] == "from the desk"
    assert company.issue(key).fields["summary"] == "from the desk"
    [row] = company.conflicts()
    assert (row.servicenow.value, row.jira.value) == ("from the desk", "from the team")


def test_writes_that_nobody_interrupts_leave_no_row() -> None:
    bench = Bench()
    company = Company(bench)
    key = company.incident("before")
    bench.sync()
    for text in ("one", "two", "three"):
        company.desk(key, short_description=text)
        bench.clock.advance(700)
        bench.sync()
    assert company.conflicts() == []


EDIT = {"method": "PUT", "path": r"/rest/api/2/issue/[^/]+$"}


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
def test_a_lost_answer_does_not_hide_what_the_write_replaced(flavour: str) -> None:
    bench = Bench(flavour, mappings=owned_by("jira"))
    company, key = both_edit(bench, Fault("drop_after", **EDIT), rest=60)

    assert company.issue(key).fields["summary"] == "from the team"
    assert company.row(key)["short_description"] == "from the team"
    [row] = company.conflicts()
    assert (row.servicenow.value, row.jira.value) == ("from the desk", "from the team")
    assert row.jira.author
    rows = bench.store.ledger.history(company.link(key).id)
    told = [(one.old, one.new) for one in rows if one.side is Side.JIRA]
    assert ("before", "from the desk") in told


def test_a_write_that_comes_late_is_owned_up_to() -> None:
    """Its answer was lost, a person wrote meanwhile, and then it happened after all."""
    bench = Bench(mappings=owned_by("servicenow"))
    company = Company(bench)
    key = company.incident("before")
    bench.sync()
    issue = company.link(key).jira.key
    company.desk(key, short_description="from the desk")
    bench.clock.advance(15)
    bench.jira_faults.add(Fault("late", seconds=40, **EDIT))
    bench.sync()
    company.team().edit(issue, summary="from the team")
    bench.clock.advance(60)
    bench.until_quiet()

    assert company.issue(key).fields["summary"] == "from the desk"
    assert "from the team" in {row.jira.value for row in company.conflicts()}


def test_a_write_that_never_happened_is_forgotten_and_made_anew() -> None:
    bench = Bench()
    company = Company(bench)
    key = company.incident("before")
    bench.sync()
    company.desk(key, short_description="from the desk")
    bench.clock.advance(15)
    bench.jira_faults.add(Fault("drop_before", **EDIT))
    bench.sync()
    assert bench.store.patches.open()
    bench.clock.advance(400)
    bench.sync()

    assert company.issue(key).fields["summary"] == "from the desk"
    assert company.conflicts() == []
    assert bench.store.patches.open() == ()
