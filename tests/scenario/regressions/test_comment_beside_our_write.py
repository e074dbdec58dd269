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


def test_data_center_hears_a_comment_that_its_index_does_not_show_yet() -> None:
    bench = Bench(flavour="dc")
    company = Company(bench)
    incidents = [company.incident(f"Mail is slow in house {n}") for n in range(5)]
    bench.until_quiet()

    bench.jira.index.lag = 60
    company.team().comment(company.issue(incidents[0]).id, "It is the disk.")
    for incident in incidents:
        company.desk(incident, short_description="Mail is down")
    bench.clock.advance(5)
    bench.sync()
    bench.jira.index.lag = 0
    bench.until_quiet()

    notes = [note["value"] for note in bench.servicenow.world.true_notes(incidents[0])]
    assert sum("It is the disk." in text for text in notes) == 1


def test_data_center_hears_them_all_where_each_was_covered() -> None:
    bench = Bench(flavour="dc")
    company = Company(bench)
    incidents = [company.incident(f"Mail is slow in house {n}") for n in range(5)]
    bench.until_quiet()

    bench.jira.index.lag = 60
    for incident in incidents:
        company.team().comment(company.issue(incident).id, "It is the disk.")
        company.desk(incident, short_description="Mail is down")
    bench.clock.advance(5)
    bench.sync()
    bench.jira.index.lag = 0
    bench.until_quiet()

    for incident in incidents:
        notes = [note["value"] for note in bench.servicenow.world.true_notes(incident)]
        assert sum("It is the disk." in text for text in notes) == 1


def test_our_own_comments_are_no_news_once_the_index_shows_them() -> None:
    bench = Bench(flavour="dc")
    company = Company(bench)
    incidents = [company.incident(f"Mail is slow in house {n}") for n in range(5)]
    bench.until_quiet()

    bench.jira.index.lag = 60
    for incident in incidents:
        company.desk(incident, work_notes="We look at the disk.")
    bench.clock.advance(5)
    bench.sync()
    bench.clock.advance(100)
    rest = bench.sync().requests["jira"]["read"]
    bench.clock.advance(400)

    assert rest == bench.sync().requests["jira"]["read"]
    assert {len(company.issue(one).comments) for one in incidents} == {1}
