"""What is internal in one system never becomes readable for customers in the other."""

from __future__ import annotations

import pytest

from tests.support.bench import Bench
from tests.support.people import Company


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
@pytest.mark.parametrize("lane", ["work_notes", "comments"])
def test_journal_entries_are_internal_in_jira(flavour: str, lane: str) -> None:
    bench = Bench(flavour)
    company = Company(bench)
    key = company.incident()
    bench.sync()
    company.desk(key, **{lane: "the customer's password is hunter2"})
    bench.clock.advance(15)
    bench.sync()

    [remark] = company.issue(key).comments
    assert not remark.public


def test_comments_from_jira_become_work_notes() -> None:
    bench = Bench()
    company = Company(bench)
    key = company.incident()
    bench.sync()
    company.team().comment(company.link(key).jira.key, "who wrote this nonsense?")
    bench.clock.advance(15)
    bench.sync()

    [note] = bench.servicenow.world.true_notes(key)
    assert note["element"] == "work_notes"
