"""Data Center's index shows an issue before its comments: none is carried twice because of it."""

from __future__ import annotations

from collections import Counter

import pytest

from connector.sandbox.faults import Fault
from sync.core import marks
from sync.engine import Engine, Orders, Progress
from tests.support.bench import Bench
from tests.support.people import Company


class PowerCut(Exception):
    """The program dies."""


def dies_before_its_second_turn(stage: str, done: int, _of: int) -> None:
    """After the twins are made, before they are looked at."""
    if (stage, done) == ("writing", 2):
        raise PowerCut


def references(bench: Bench) -> Counter[tuple[str, str]]:
    """Every carried comment in Jira, by issue and reference."""
    return Counter(
        (issue.key, found.group(0))
        for issue in bench.jira.world.issues.values()
        for remark in issue.comments
        if (found := marks.REFERENCE.search(remark.body.split("\n", 1)[0]))
    )


def test_comments_that_rode_with_the_create_are_not_sent_again() -> None:
    bench = Bench("dc", incidents=20)
    bench.jira.index.spread = 60.0
    with pytest.raises(PowerCut):
        Engine(bench.runtime, Progress(dies_before_its_second_turn)).run(Orders(yes=True))
    bench.clock.advance(30)  # some issues are indexed now, and some of those without comments
    bench.sync()
    bench.clock.advance(100)
    bench.sync()
    carried = references(bench)
    assert len(carried) > 20
    assert set(carried.values()) == {1}


def test_a_comment_whose_answer_was_lost_is_looked_for_past_the_index() -> None:
    bench = Bench("dc")
    company = Company(bench)
    keys = [company.incident(f"Ticket {number}") for number in range(6)]
    bench.until_quiet()
    bench.jira.index.lag = 100_000.0
    for key in keys:
        company.desk(key, work_notes="Seen again.")
    bench.jira_faults.add(Fault("drop_after", method="POST", path="/comment$", times=6))
    assert bench.sync().unclear == 6
    for _ in range(4):
        bench.clock.advance(400)
        bench.sync()
    carried = references(bench)
    assert len(carried) == 6
    assert set(carried.values()) == {1}
