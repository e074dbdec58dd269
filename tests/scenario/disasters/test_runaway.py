"""A runaway mapping, a bulk edit, a mass closing: shown and held, never written by itself."""

from __future__ import annotations

import pytest

from mappings.defaults import shipped
from sync.errors import UnsafePlan
from tests.support.bench import Bench
from tests.support.people import Company


def thirty(bench: Bench, company: Company) -> list[str]:
    keys = [company.incident(f"number {n}", description=f"text {n}") for n in range(30)]
    bench.sync()
    bench.clock.advance(400)
    bench.sync()
    return keys


def test_a_bulk_edit_is_held_and_released_by_its_hash() -> None:
    bench = Bench()
    company = Company(bench)
    keys = thirty(bench, company)
    for key in keys[:12]:
        company.desk(key, short_description="overwritten by a careless script")
    bench.clock.advance(15)

    with pytest.raises(UnsafePlan, match="12 of 30 links updated") as held:
        bench.sync(yes=False)
    assert not [key for key in keys if "careless" in company.issue(key).fields["summary"]]

    bench.sync(yes=False, approve=held.value.plan)
    assert len([key for key in keys if "careless" in company.issue(key).fields["summary"]]) == 12


def test_the_hash_of_another_plan_releases_nothing() -> None:
    bench = Bench()
    company = Company(bench)
    keys = thirty(bench, company)
    for key in keys[:12]:
        company.desk(key, short_description="one thing")
    bench.clock.advance(15)
    with pytest.raises(UnsafePlan) as held:
        bench.sync(yes=False)
    company.desk(keys[0], short_description="another thing")
    bench.clock.advance(15)

    with pytest.raises(UnsafePlan, match="no longer applies"):
        bench.sync(yes=False, approve=held.value.plan)
    assert company.issue(keys[1]).fields["summary"] == "number 1"


def test_a_mass_blanking_is_held() -> None:
    bench = Bench()
    company = Company(bench)
    keys = thirty(bench, company)
    for key in keys[:11]:
        company.desk(key, description="")
    bench.clock.advance(15)
    with pytest.raises(UnsafePlan, match="11 records would get an empty description"):
        bench.sync(yes=False)
    assert all(company.issue(key).fields["description"] for key in keys)


def test_a_changed_mapping_asks_before_it_writes() -> None:
    bench = Bench()
    company = Company(bench)
    keys = thirty(bench, company)
    bench.mappings = {
        name: text.replace(
            "servicenow: description, jira: description, as: text",
            "servicenow: category, jira: description, as: text",
        )
        if "incident" in name
        else text
        for name, text in shipped().items()
    }
    with pytest.raises(UnsafePlan, match="its mapping changed"):
        bench.sync(yes=False)
    assert company.issue(keys[3]).fields["description"] == "text 3"
