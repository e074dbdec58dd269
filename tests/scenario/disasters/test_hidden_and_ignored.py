"""A side that misleads without lying: hidden columns, ignored conditions, a revoked token."""

from __future__ import annotations

import pytest

from connector.errors import AccessLost, NotThere
from mappings.defaults import shipped
from sync.errors import UnsafePlan
from tests.support.bench import Bench
from tests.support.people import Company


def three_assigned(bench: Bench, company: Company) -> list[str]:
    """Three linked incidents with an assignee, at rest."""
    liam = bench.servicenow.world.user_id("liam.murphy")
    keys = [company.incident(f"number {n}", assigned_to=liam) for n in range(3)]
    bench.sync()
    bench.clock.advance(400)
    bench.sync()
    return keys


def test_a_column_that_an_access_rule_hides_empties_nothing() -> None:
    """Every record suddenly reads as unassigned: too few for a limit, and all of them wrong.

    The other fields flow all the same.
    """
    bench = Bench()
    company = Company(bench)
    keys = three_assigned(bench, company)
    bench.servicenow.world.knobs.hidden_fields.add("incident.assigned_to")
    for key in keys:
        company.desk(key, description="edited, so that somebody looks")
    bench.clock.advance(15)
    bench.sync()

    assert all(company.issue(key).fields["assignee"] for key in keys)
    assert all(company.issue(key).fields["description"].startswith("edited") for key in keys)


def test_a_person_who_unassigns_a_ticket_is_still_followed() -> None:
    bench = Bench()
    company = Company(bench)
    keys = three_assigned(bench, company)
    company.desk(keys[0], assigned_to="")
    bench.clock.advance(15)
    bench.sync()
    assert company.issue(keys[0]).fields["assignee"] is None
    assert company.issue(keys[1]).fields["assignee"]


def test_a_scope_with_a_misspelt_column_makes_no_twins() -> None:
    """By default the instance passes over such a condition, so that everything is in scope."""
    mappings = {
        name: text.replace("scope: active=true", "scope: actve=true")
        for name, text in shipped().items()
    }
    bench = Bench(mappings=mappings)
    company = Company(bench)
    company.problem()

    with pytest.raises(NotThere, match="actve"):
        bench.sync()

    assert not bench.jira.world.issues


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
def test_a_revoked_token_stops_the_side_and_detaches_nothing(flavour: str) -> None:
    """Jira Cloud answers a dead token with 200 and no issues at all."""
    bench = Bench(flavour)
    company = Company(bench)
    keys = three_assigned(bench, company)
    bench.jira.access.revoked = True
    company.desk(keys[0], short_description="edited while the token is dead")
    bench.clock.advance(15)

    with pytest.raises(AccessLost):
        bench.sync()

    bench.jira.access.revoked = False
    bench.clock.advance(15)
    bench.sync()
    assert company.issue(keys[0]).fields["summary"] == "edited while the token is dead"
    assert {company.link(key).state.value for key in keys} == {"active"}


def test_a_side_that_shows_none_of_its_records_is_not_believed() -> None:
    bench = Bench()
    company = Company(bench)
    keys = [company.incident(f"number {n}") for n in range(6)]
    bench.sync()
    bench.clock.advance(400)
    bench.sync()
    bench.servicenow.world.knobs.hidden_rows.update(keys)
    for key in keys:
        company.team().edit(company.link(key).jira.key, summary="edited by the team")
    bench.clock.advance(15)

    with pytest.raises(UnsafePlan, match="none of 6 linked records is visible in servicenow"):
        bench.sync()

    bench.servicenow.world.knobs.hidden_rows.clear()
    bench.clock.advance(15)
    bench.sync()
    assert {company.row(key)["short_description"] for key in keys} == {"edited by the team"}
