"""Two files of one name and size, and one of the two uploads without an answer happened."""

from __future__ import annotations

import pytest

from connector.sandbox.faults import Fault
from mappings.sides import Side
from tests.support.bench import Bench
from tests.support.people import Company

FIRST, SECOND = ("shot.png", b"first one"), ("shot.png", b"other one")


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("kinds", [("drop_before", "drop_after"), ("drop_after", "drop_before")])
def test_both_arrive_whole_and_once(flavour: str, side: Side, kinds: tuple[str, str]) -> None:
    bench = Bench(flavour)
    company = Company(bench)
    key = company.incident()
    bench.until_quiet()
    bench.clock.advance(60)
    issue = company.link(key).jira.key
    for name, data in (FIRST, SECOND):
        if side is Side.SERVICENOW:
            company.file(key, name, data)
        else:
            company.team().attach(issue, name, data)
        bench.clock.advance(1)
    weather = bench.jira_faults if side is Side.SERVICENOW else bench.now_faults
    for kind in kinds:
        weather.add(Fault(kind, "POST", "/attachment", times=1))
    bench.until_quiet()

    assert not weather.active()
    there = company.twin_files(key) if side is Side.SERVICENOW else company.files(key)
    assert sorted(there) == [FIRST, SECOND]
