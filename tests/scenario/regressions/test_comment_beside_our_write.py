"""A comment whose news has not come yet when we write to its issue."""

from __future__ import annotations

from tests.support.bench import Bench
from tests.support.people import Company


def test_a_comment_is_heard_although_our_own_write_is_the_latest_news() -> None:
    bench = Bench()
    company = Company(bench)
    incident = company.incident("Mail is slow")
    bench.until_quiet()

    bench.jira.index.lag = 60
    company.team().comment(company.issue(incident).id, "It is the disk.")
    company.desk(incident, short_description="Mail is down")
    bench.clock.advance(5)
    bench.sync()
    bench.jira.index.lag = 0
    bench.until_quiet()

    notes = [note["value"] for note in bench.servicenow.world.true_notes(incident)]
    assert sum("It is the disk." in text for text in notes) == 1
