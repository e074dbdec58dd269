"""Small plans that never end: what a mapping that runs away writes in an hour is bounded."""

from __future__ import annotations

import pytest

from connector.sandbox.jira.more_types import add_type
from connector.sandbox.servicenow.register import activate
from sync.core.safety import Limits
from sync.errors import UnsafePlan
from tests.support.bench import Bench
from tests.support.people import Company

LIMITS = Limits(
    creates=10, creates_hour=40, closings=5, closings_hour=12, comments=20, comments_hour=50,
    blanks=5, blanks_hour=8, same_text=6,
)  # fmt: skip


def town(incidents: int = 1, **limits: object) -> tuple[Bench, Company, list[str]]:
    """A first load that a person approved, and an hour of nothing."""
    bench = Bench(options={"limits": LIMITS})
    company = Company(bench)
    keys = [company.incident(f"Mail {n}", description=f"Slow {n}.") for n in range(incidents)]
    bench.sync()
    bench.until_quiet()
    bench.clock.advance(3700)
    return bench, company, keys


def issues(bench: Bench) -> int:
    return len(bench.jira.world.issues)


def unasked(bench: Bench, *, partly: bool = False) -> list[str]:
    """A pass of the daemon, or of a person who approves nothing; why it was held."""
    bench.clock.advance(60)
    try:
        held = bench.sync(yes=False, partly=partly).held
        return [one.reason for one in held]
    except UnsafePlan as error:
        return list(error.reasons)


@pytest.mark.parametrize("partly", [True, False])
def test_a_runaway_of_small_passes_is_stopped_within_the_hour(partly: bool) -> None:
    bench, company, _ = town()
    reasons: list[str] = []
    for turn in range(20):
        for number in range(9):
            company.incident(f"alarm {turn}.{number}")
        reasons = unasked(bench, partly=partly)
        if reasons:
            break

    assert "9 creates after 36 in the last hour, allowed 40" in reasons[0]
    assert issues(bench) == 1 + 36
    assert issues(bench) <= 1 + LIMITS.creates_hour

    bench.sync(yes=False, approve=bench_plan(bench))
    assert issues(bench) == 1 + 45
    company.incident("one more")
    assert unasked(bench, partly=partly) == [], "counted anew from a person's word"


def bench_plan(bench: Bench) -> str:
    """The plan that `tandem plan` shows."""
    from sync.engine import Engine

    return Engine(bench.connect()).plan().plan.hash


def test_an_hour_later_it_goes_on_by_itself() -> None:
    bench, company, _ = town()
    for turn in range(5):
        for number in range(9):
            company.incident(f"alarm {turn}.{number}")
        held = unasked(bench)
    assert held
    bench.clock.advance(3600)
    assert unasked(bench) == []
    assert issues(bench) == 1 + 45


def test_a_first_load_that_a_person_approved_stands_in_nobodys_way() -> None:
    bench = Bench(options={"limits": LIMITS})
    company = Company(bench)
    keys = [company.incident(f"Mail {n}", work_notes=f"Note {n}") for n in range(70)]
    bench.sync(yes=False, approve=bench_plan(bench))
    bench.clock.advance(400)
    bench.sync(yes=False)

    for number in range(9):
        company.incident(f"alarm {number}")
    for key in keys[:9]:
        company.desk(key, short_description=f"{key} is slow", work_notes="Still.")
    assert unasked(bench) == []
    assert issues(bench) == 79


def test_a_first_load_done_unasked_stands_in_nobodys_way_either() -> None:
    bench = Bench(options={"limits": LIMITS})
    company = Company(bench)
    for number in range(70):
        company.incident(f"Mail {number}", work_notes=f"Note {number}")
    bench.sync(yes=False, partly=True, first_run_allowed=True)
    for number in range(9):
        company.incident(f"alarm {number}")
    assert unasked(bench, partly=True) == []
    assert issues(bench) == 79


def aged(number: int) -> tuple[Bench, Company, list[str]]:
    """Links that are no longer young."""
    bench, company, keys = town(number)
    bench.clock.advance(25 * 3600)
    bench.until_quiet()
    return bench, company, keys


def test_closings_comments_and_blanks_add_up_too() -> None:
    bench, company, keys = aged(40)
    closed: list[str] = []
    for start in range(0, 40, 4):
        for key in keys[start : start + 4]:
            company.desk(key, state="6", close_code="Known error", close_notes="ok")
        closed = unasked(bench)
        if closed:
            break
    assert "4 closings after 12 in the last hour, allowed 12" in closed[0]
    assert sum(company.status(key) == "Done" for key in keys) == 12


def test_closings_add_up_where_a_mapping_names_states_as_people_read_them() -> None:
    bench = Bench(options={"limits": LIMITS})
    add_type(bench.jira.world)
    activate(bench.servicenow.world)
    bench.servicenow.world.knobs.register_state = "direct"
    team = Company(bench).team()
    issues = [team.create("OPS", "Improvement", f"Approve laptops {n}").id for n in range(20)]
    bench.until_quiet()
    bench.clock.advance(25 * 3600)
    bench.until_quiet()
    closed: list[str] = []
    for start in range(0, 20, 4):
        for issue in issues[start : start + 4]:
            team.move_to(issue, "Done")
        closed = unasked(bench)
        if closed:
            break
    assert ["4 closings after 12 in the last hour, allowed 12" in one for one in closed] == [True]


def test_comments_add_up() -> None:
    bench, company, keys = aged(20)
    held: list[str] = []
    for turn in range(5):
        for key in keys[:18]:
            company.desk(key, work_notes=f"note {turn} of {key}")
        held = unasked(bench)
        if held:
            break
    assert "18 comments after 36 in the last hour, allowed 50" in held[0]


def test_blanks_add_up() -> None:
    bench, company, keys = aged(60)
    held: list[str] = []
    for start in range(0, 20, 4):
        for key in keys[start : start + 4]:
            company.desk(key, description="")
        held = unasked(bench)
        if held:
            break
    assert "4 records with an empty description after 8 in the last hour, allowed 8" in held[0]


def test_half_of_all_links_is_much_for_an_hour() -> None:
    bench, company, keys = aged(30)
    held: list[str] = []
    for start in range(0, 30, 6):
        for key in keys[start : start + 6]:
            company.desk(key, short_description=f"{key} is down")
        held = unasked(bench)
        if held:
            break
    assert "18 of 30 links updated within an hour, allowed 50% of them" in held[0]
    again = [key for key in keys if "is down" in company.issue(key).fields["summary"]]
    assert len(again) == 12


@pytest.mark.parametrize("each", [3, 7])
def test_the_same_text_on_many_records_looks_like_a_template(each: int) -> None:
    bench, company, keys = aged(40)
    held: list[str] = []
    for start in range(0, 21, each):
        for key in keys[start : start + each]:
            company.desk(key, short_description="[object Object]")
        held = unasked(bench)
        if held:
            break
    assert "records get the same summary, allowed 6" in held[0]
    hit = [key for key in keys if "object" in company.issue(key).fields["summary"]]
    assert len(hit) <= LIMITS.same_text


def test_an_approval_is_good_for_an_hour_only() -> None:
    bench, company, _ = town()
    for number in range(12):
        company.incident(f"alarm {number}")
    bench.clock.advance(60)
    with pytest.raises(UnsafePlan) as held:
        bench.sync(yes=False)
    bench.clock.advance(3700)

    with pytest.raises(UnsafePlan, match="was not shown within the last 60 minutes") as late:
        bench.sync(yes=False, approve=held.value.plan)
    assert issues(bench) == 1
    assert late.value.plan == held.value.plan

    bench.sync(yes=False, approve=late.value.plan)
    assert issues(bench) == 13
