"""An issue moves to another project and comes back; the desk goes on writing meanwhile."""

from __future__ import annotations

from sync.core.model import LinkState
from sync.engine.sweep import sweep
from tests.support.bench import Bench
from tests.support.people import Company


def test_what_was_said_meanwhile_arrives_once_it_is_back() -> None:
    bench = Bench()
    company = Company(bench)
    key = company.incident("Mail is slow")
    bench.until_quiet()
    issue = company.link(key).jira.key
    company.team().move_project(issue, "TEAM")
    bench.clock.advance(60)
    sweep(bench.connect())
    bench.sync()
    assert company.link(key).state is LinkState.FROZEN
    company.desk(key, work_notes="said while it was away")
    bench.clock.advance(60)
    bench.sync()
    assert not company.issue(key).comments

    company.team().move_project(issue, "OPS")
    bench.clock.advance(60)
    bench.until_quiet()

    [comment] = company.issue(key).comments
    assert comment.body.endswith("said while it was away")


def test_marks_and_messages_follow_its_new_key() -> None:
    bench = Bench()
    company = Company(bench)
    key = company.incident("Mail is slow")
    bench.until_quiet()
    issue = company.link(key).jira.key
    for project in ("TEAM", "OPS"):
        company.team().move_project(issue, project)
        bench.clock.advance(60)
        bench.until_quiet()

    now = company.issue(key).key
    assert now != "OPS-1"
    assert company.row(key)["correlation_display"] == now
    assert company.link(key).jira.label == now
