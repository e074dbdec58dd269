"""A conflict is decided, and the second of the two writes that carry it out is lost."""

from __future__ import annotations

import pytest

from connector.sandbox.faults import Fault
from mappings.sides import Side
from sync.engine.resolve import resolve
from sync.errors import UserError
from tests.support.bench import Bench
from tests.support.people import Company


def test_the_row_stays_open_until_both_sides_hold_the_value() -> None:
    bench = Bench()
    company = Company(bench)
    key = company.incident("before")
    bench.until_quiet()
    issue = company.link(key).jira.key
    company.desk(key, short_description="from the desk")
    company.team().edit(issue, summary="from the team")
    bench.clock.advance(60)
    bench.until_quiet()
    [row] = company.conflicts()
    assert company.issue(key).fields["summary"] == "from the desk"

    bench.jira_faults.add(Fault("drop_before", "PUT", r"/issue/[^/]+$"))
    with pytest.raises(UserError, match="could not be written"):
        resolve(bench.connect(), row.id, Side.JIRA)
    assert company.row(key)["short_description"] == "from the team"
    base = bench.store.links.bases([company.link(key).id])[company.link(key).id]["summary"]
    assert base.servicenow == "from the desk", "half a decision was taken for an agreement"

    assert not resolve(bench.connect(), row.id, Side.JIRA).open
    bench.clock.advance(60)
    bench.until_quiet()
    assert company.issue(key).fields["summary"] == "from the team"
    assert company.row(key)["short_description"] == "from the team"
