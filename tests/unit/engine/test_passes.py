"""Whole passes: what is gathered, proposed and carried out, and what stays in the inbox."""

from __future__ import annotations

from typing import Any

import pytest

from connector.sandbox.faults import Fault
from mappings.defaults import shipped
from mappings.sides import Side
from sync.core import marks
from sync.core.model import LinkState
from sync.core.plan import Adopt, Create
from sync.core.safety import Limits
from sync.engine import Engine, Orders
from sync.engine.study import study
from sync.errors import UnsafePlan
from sync.feed import poll
from tests.support.bench import Bench
from tests.support.people import Company

SN, JIRA = Side.SERVICENOW, Side.JIRA
ONE = {"incident.yaml": next(text for text in shipped().values() if "pair: incident-story" in text)}


def a_bench(**options: Any) -> tuple[Bench, Company]:
    bench = Bench(mappings=ONE, options=options)
    return bench, Company(bench)


def linked(**options: Any) -> tuple[Bench, Company, str]:
    bench, company = a_bench(**options)
    key = company.incident("before")
    bench.until_quiet()
    bench.clock.advance(700)
    return bench, company, key


def proposals(bench: Bench) -> list[object]:
    """What the next pass would do about records without a twin."""
    runtime = bench.connect()
    poll(runtime)
    found = study(runtime, runtime.store.inbox.rows(1000, bench.clock.now()))
    return [one.action for one in found.proposals]


def test_a_record_in_scope_is_proposed_with_first_values_and_mark() -> None:
    bench, company = a_bench()
    key = company.incident("Mail is slow", description="since noon")
    [create] = proposals(bench)
    assert isinstance(create, Create)
    values = {write.name: write.new for write in create.writes}
    assert values["summary"] == "Mail is slow"
    assert values["description"] == "since noon"
    assert values["priority"] == "High"
    assert create.mark == marks.label(create.marker)
    assert create.origin.key == key


def test_planning_writes_nothing_however_often() -> None:
    bench, company = a_bench()
    company.incident()
    writes = bench.writes()
    plans = [Engine(bench.connect()).plan().plan.hash for _ in range(2)]
    assert plans[0] == plans[1]
    assert bench.writes() == writes
    assert bench.store.inbox.count() == 1


def test_a_twin_that_bears_our_mark_is_adopted_and_not_made_again() -> None:
    """The store was lost: marks on both sides tell what belongs together."""
    bench, company, key = linked()
    issue = company.link(key).jira.key
    again = Bench(mappings=ONE)
    again.servicenow, again.jira, again.clock = bench.servicenow, bench.jira, bench.clock
    [adopt] = proposals(again)
    assert isinstance(adopt, Adopt)
    assert adopt.jira.key == issue
    again.sync()
    assert Company(again).link(key).jira.key == issue
    assert len(bench.jira.world.issues) == 1


def test_a_clone_is_told_from_its_original_and_parked() -> None:
    bench, company, key = linked()
    clone = company.team().clone(company.link(key).jira.key)
    company.team().label(clone.id, add=("to-incident",))
    bench.clock.advance(60)
    bench.sync()
    [row] = bench.store.ledger.parked()
    assert (row.label, row.field) == (clone.key, "")
    assert "as a clone does" in row.reason


def test_a_listed_record_that_left_the_scope_meanwhile_gets_no_twin() -> None:
    """The first load waits for a person; before he agrees, it turns out to be minor."""
    bench, company = a_bench()
    keys = [company.incident("stays"), company.incident("goes")]
    with pytest.raises(UnsafePlan):
        bench.sync(yes=False)
    bench.clock.advance(60)
    company.desk(keys[1], impact="3", urgency="3")
    bench.sync()
    assert [issue.fields["summary"] for issue in bench.jira.world.issues.values()] == ["stays"]


def test_rows_of_a_held_pair_stay_and_those_of_others_go_on() -> None:
    bench = Bench()
    company = Company(bench)
    company.incident()
    company.problem()
    bench.until_quiet()
    before = len(bench.jira.world.issues)
    bench.options = {"limits": Limits(creates=1)}
    for number in range(2):
        company.incident(f"n{number}")
    company.problem("Another")
    bench.clock.advance(60)
    Engine(bench.connect()).run(Orders(partly=True))
    made = list(bench.jira.world.issues.values())[before:]
    assert [issue.fields["summary"] for issue in made] == ["Another"]
    assert bench.store.inbox.count() == 2


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(creates=0), "1 creates"),
        (Limits(closings=0), "1 closings"),
        (Limits(blanks=0), "empty description"),
        (Limits(update_share=0.0, update_floor=0), "1 of 1 links"),
    ],
    ids=["creates", "closings", "blanks", "share"],
)
def test_over_a_limit_nothing_of_the_pass_is_written(limits: Limits, reason: str) -> None:
    bench, company = a_bench()
    key = company.incident("before", description="there")
    bench.until_quiet()
    bench.clock.advance(700)
    bench.options = {"limits": limits}
    if limits.creates == 0:
        company.incident("another")
    elif limits.closings == 0:
        company.team().move_to(company.link(key).jira.key, "Done")
    elif limits.blanks == 0:
        company.desk(key, description="")
    else:
        company.desk(key, short_description="new")
    before = bench.writes()
    with pytest.raises(UnsafePlan, match=reason):
        bench.sync(yes=False)
    assert bench.writes() == before


def test_a_hash_releases_exactly_its_plan() -> None:
    bench, company = a_bench()
    company.incident("one")
    with pytest.raises(UnsafePlan) as held:
        bench.sync(yes=False)
    company.incident("two")
    with pytest.raises(UnsafePlan, match="no longer applies"):
        bench.sync(yes=False, approve=held.value.plan)
    assert not bench.jira.world.issues
    with pytest.raises(UnsafePlan) as now:
        bench.sync(yes=False)
    bench.sync(yes=False, approve=now.value.plan)
    assert len(bench.jira.world.issues) == 2


def test_a_changed_mapping_has_every_link_judged_anew_and_asks_first() -> None:
    bench, company, key = linked()
    changed = ONE["incident.yaml"].replace("backlog: true", "backlog: false")
    bench.mappings = {"incident.yaml": changed}
    company.desk(key, short_description="new")
    with pytest.raises(UnsafePlan, match="its mapping changed"):
        bench.sync(yes=False)
    bench.sync()
    assert company.issue(key).fields["summary"] == "new"
    bench.clock.advance(60)
    company.desk(key, short_description="newer")
    bench.sync(yes=False)
    assert company.issue(key).fields["summary"] == "newer"


def test_one_refused_record_does_not_stop_the_others() -> None:
    bench, company = a_bench()
    for number in range(3):
        company.incident(f"n{number}")
    bad = company.incident("x" * 100, short_description="")
    summary = bench.sync()
    made = {link.servicenow.key for link in bench.store.links.of_pair("incident-story")}
    assert len(made) == 3
    assert bad not in made
    assert summary.parked == 1


def test_a_refused_create_is_tried_again_when_its_record_changes_and_then_forgotten() -> None:
    bench, company = a_bench()
    key = company.incident(short_description="")
    bench.sync()
    assert [row.key for row in bench.store.ledger.parked()] == [key]
    bench.clock.advance(60)
    company.desk(key, short_description="now it has one")
    bench.sync()
    assert company.issue(key).fields["summary"] == "now it has one"
    assert company.parked() == []


def test_a_create_that_was_put_off_stays_in_the_inbox() -> None:
    bench, company = a_bench()
    bench.jira_faults.add(
        Fault("status", method="POST", path="/issue$", status=429, retry_after="60")
    )
    key = company.incident()
    assert bench.sync().waiting == 1
    bench.clock.advance(70)
    bench.sync()
    assert company.link(key).jira.label == "OPS-1"


def test_a_link_whose_record_hides_is_missing_and_comes_back() -> None:
    bench, company, key = linked()
    issue = company.link(key).jira.key
    company.team().hide(issue)
    company.desk(key, short_description="new")
    bench.sync()
    assert company.link(key).state is LinkState.MISSING
    company.team().hide(issue, hidden=False)
    bench.clock.advance(60)
    company.desk(key, description="more")
    bench.sync()
    assert company.link(key).state is LinkState.ACTIVE
    assert company.issue(key).fields["summary"] == "new"


def test_decoration_comes_once_and_can_be_switched_off() -> None:
    bench, company, key = linked(remote_links=False)
    assert not company.issue(key).remote
    bench.options = {"remote_links": True}
    for _ in range(2):
        bench.clock.advance(60)
        bench.sync()
    [link] = company.issue(key).remote
    assert company.row(key)["number"] in str(link)


def test_comments_of_both_sides_arrive_once_with_author_and_time() -> None:
    bench, company, key = linked()
    company.desk(key, work_notes="restarted it")
    company.team().comment(company.link(key).jira.key, "thanks")
    for _ in range(3):
        bench.sync()
        bench.clock.advance(200)
    there = [comment.body for comment in company.issue(key).comments]
    here = [row["value"] for row in bench.servicenow.world.true_notes(key)]
    assert len(there) == len(here) == 2
    [copy] = [body for body in there if "restarted it" in body]
    assert copy.startswith("Ben Okafor, work note on INC")
    [copy] = [body for body in here if "thanks" in body]
    assert "comment on OPS-1" in copy


def test_counts_ride_along_with_a_problems_epic() -> None:
    bench = Bench()
    company = Company(bench)
    problem = company.problem()
    for days in (1, 20, 60, 100):
        bench.clock.advance(-days * 86_400)
        key = company.incident(f"{days} days ago", problem_id=problem)
        company.platform(key, active="false")
        bench.clock.advance(days * 86_400)
    bench.sync()
    held = company.issue(problem).properties[marks.PROPERTY]
    assert held["incidents"] == {"7d": 1, "30d": 2, "90d": 3}
