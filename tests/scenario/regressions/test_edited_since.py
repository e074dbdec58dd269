"""A value that we replaced unseen is to be brought back, and people have gone on meanwhile."""

from __future__ import annotations

import pytest

from connector.sandbox.faults import Fault
from mappings.sides import Side
from tests.support.bench import Bench
from tests.support.intruder import interrupted
from tests.support.mapping import owned_by
from tests.support.people import Company

EDIT = {"method": "PUT", "path": r"/issue/[^/]+$"}


def replaced() -> tuple[Bench, Company, str, str]:
    """A title of the team's was replaced, and the answer is lost: nobody knows it yet."""
    bench = Bench(mappings=owned_by("jira"))
    company = Company(bench)
    key = company.incident("before")
    bench.until_quiet()
    issue = company.issue(key).id
    company.desk(key, short_description="from the desk")
    bench.clock.advance(60)
    bench.jira_faults.add(Fault("drop_after", **EDIT))
    interrupted(bench, Side.JIRA, lambda: company.team().edit(issue, summary="from the team"))
    assert company.issue(key).fields["summary"] == "from the desk"
    return bench, company, key, issue


def test_a_later_title_of_the_teams_stays() -> None:
    bench, company, key, issue = replaced()
    company.team().edit(issue, summary="from the team, later")
    bench.clock.advance(60)
    bench.until_quiet()

    assert company.issue(key).fields["summary"] == "from the team, later"
    assert company.row(key)["short_description"] == "from the team, later"
    rows = company.conflicts()
    assert "from the team" in [row.jira.value for row in rows]
    assert not any(row.open for row in rows)


def test_a_later_title_of_the_desks_stays() -> None:
    bench, company, key, _ = replaced()
    company.desk(key, short_description="from the desk, later")
    bench.clock.advance(60)
    bench.until_quiet()

    assert company.issue(key).fields["summary"] == "from the desk, later"
    assert company.row(key)["short_description"] == "from the desk, later"
    assert not any(row.open for row in company.conflicts())


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_half_of_bringing_it_back_is_no_agreement(kind: str) -> None:
    """The first of the two writes goes through, the second gets no answer."""
    bench, company, key, _ = replaced()
    bench.clock.advance(60)
    bench.jira_faults.add(Fault(kind, **EDIT))
    bench.sync()
    bench.until_quiet()

    assert company.issue(key).fields["summary"] == "from the team"
    assert company.row(key)["short_description"] == "from the team"
    assert not any(row.open for row in company.conflicts())
