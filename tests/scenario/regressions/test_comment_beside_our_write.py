"""A comment whose news has not come yet when we write to its issue."""

from __future__ import annotations

from tests.support.bench import Bench
from tests.support.people import Company

REMARK = "It is the disk."


def houses(bench: Bench) -> tuple[Company, list[str]]:
    """Five incidents and their issues, at rest."""
    company = Company(bench)
    incidents = [company.incident(f"Mail is slow in house {n}") for n in range(5)]
    bench.until_quiet()
    return company, incidents


def pass_unseen(bench: Bench) -> None:
    """One pass while the index shows nothing new, then all that follow."""
    bench.clock.advance(5)
    bench.sync()
    bench.jira.index.lag = 0
    bench.until_quiet()


def heard(bench: Bench, incident: str) -> int:
    """How often the incident holds the remark."""
    return sum(REMARK in note["value"] for note in bench.servicenow.world.true_notes(incident))


def test_a_comment_is_heard_although_our_own_write_is_the_latest_news() -> None:
    bench = Bench()
    company = Company(bench)
    incident = company.incident("Mail is slow")
    bench.until_quiet()

    bench.jira.index.lag = 60
    company.team().comment(company.issue(incident).id, REMARK)
    company.desk(incident, short_description="Mail is down")
    pass_unseen(bench)

    assert heard(bench, incident) == 1


def test_data_center_hears_a_comment_that_its_index_does_not_show_yet() -> None:
    bench = Bench(flavour="dc")
    company, incidents = houses(bench)

    bench.jira.index.lag = 60
    company.team().comment(company.issue(incidents[0]).id, REMARK)
    for incident in incidents:
        company.desk(incident, short_description="Mail is down")
    pass_unseen(bench)

    assert heard(bench, incidents[0]) == 1


def test_data_center_hears_them_all_where_each_was_covered() -> None:
    bench = Bench(flavour="dc")
    company, incidents = houses(bench)

    bench.jira.index.lag = 60
    for incident in incidents:
        company.team().comment(company.issue(incident).id, REMARK)
        company.desk(incident, short_description="Mail is down")
    pass_unseen(bench)

    for incident in incidents:
        assert heard(bench, incident) == 1


def test_our_own_comments_are_no_news_once_the_index_shows_them() -> None:
    bench = Bench(flavour="dc")
    company, incidents = houses(bench)

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
