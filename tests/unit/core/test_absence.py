"""What the absence of a record proves, row for row of the table in ``sync/core/absence.py``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mappings.model import OnDelete
from mappings.sides import Side
from sync.core.absence import Signs, gone, lasting, next_look, observed
from sync.core.model import Absence

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EARLIER, LATER = NOON - HOUR, NOON + HOUR
DETACH, CLOSE, DELETE = OnDelete.DETACH, OnDelete.CLOSE, OnDelete.DELETE
LONG, SHORT = 7 * DAY, 7 * DAY - timedelta(seconds=1)

ROWS = [
    # proof, came back, word, rule, looks, age, shown: gone?
    (EARLIER, None, "", DETACH, 0, 0 * DAY, False, True),
    (EARLIER, None, "", CLOSE, 0, 0 * DAY, False, True),
    (EARLIER, None, "", DELETE, 0, 0 * DAY, False, True),
    (EARLIER, NOON, "", DETACH, 9, LONG, True, False),
    (LATER, NOON, "", DETACH, 0, 0 * DAY, False, True),
    (NOON, NOON, "", DETACH, 0, 0 * DAY, False, True),
    (None, None, "ben", DETACH, 0, 0 * DAY, False, True),
    (None, None, "ben", DELETE, 0, 0 * DAY, False, True),
    (None, None, "", DETACH, 9, 90 * DAY, True, False),
    (None, None, "", CLOSE, 3, LONG, True, True),
    (None, None, "", DELETE, 3, LONG, True, True),
    (None, None, "", CLOSE, 3, LONG, False, False),
    (None, None, "", DELETE, 3, LONG, False, False),
    (None, None, "", CLOSE, 2, LONG, True, False),
    (None, None, "", CLOSE, 3, SHORT, True, False),
    (None, None, "", DELETE, 2, LONG, True, False),
    (None, None, "", DELETE, 3, SHORT, True, False),
    (EARLIER, NOON, "", CLOSE, 3, LONG, True, True),
]


@pytest.mark.parametrize(("proof", "back", "word", "rule", "looks", "age", "shown", "told"), ROWS)
def test_the_table(
    proof: datetime | None,
    back: datetime | None,
    word: str,
    rule: OnDelete,
    looks: int,
    age: timedelta,
    shown: bool,
    told: bool,
) -> None:
    absence = Absence(1, Side.JIRA, NOON, looks, NOON, word=word, back_at=back)
    assert bool(gone(Signs(absence, NOON + age, rule, proof, shown))) is told


@pytest.mark.parametrize("rule", list(OnDelete))
def test_what_is_there_is_not_gone_whatever_was_said_of_it(rule: OnDelete) -> None:
    here = Absence(1, Side.JIRA, None, 9, NOON, word="ben")
    assert gone(Signs(here, NOON + 90 * DAY, rule, LATER, True)) == ""


def test_looks_count_when_they_are_hours_apart() -> None:
    one = observed(None, 1, Side.JIRA, NOON, seen=False)
    assert one == Absence(1, Side.JIRA, NOON, 0, NOON)
    assert observed(one, 1, Side.JIRA, NOON + 7 * HOUR, seen=False) == one
    two = observed(one, 1, Side.JIRA, NOON + 8 * HOUR, seen=False)
    assert (two.looks, two.looked_at, two.since) == (1, NOON + 8 * HOUR, NOON)
    three = observed(two, 1, Side.JIRA, NOON + 16 * HOUR, seen=False)
    four = observed(three, 1, Side.JIRA, NOON + DAY, seen=False)
    assert [lasting(known) for known in (one, two, three, four)] == [False, False, False, True]


def test_a_record_that_comes_back_begins_anew() -> None:
    held = Absence(1, Side.JIRA, NOON, 3, LATER, LATER, word="ben", closed=True)
    back = observed(held, 1, Side.JIRA, LATER, seen=True)
    assert back == Absence(1, Side.JIRA, back_at=LATER, closed=True)
    assert observed(back, 1, Side.JIRA, LATER + DAY, seen=True) == back
    again = observed(back, 1, Side.JIRA, LATER + DAY, seen=False)
    assert (again.since, again.looks, again.word) == (LATER + DAY, 0, "")
    assert again.back_at == LATER


def test_when_to_look_again() -> None:
    absence = observed(None, 1, Side.JIRA, NOON, seen=False)

    def wait(rule: OnDelete, later: timedelta) -> timedelta | None:
        return next_look(Signs(absence, NOON + later, rule))

    assert wait(DETACH, HOUR) == 7 * HOUR
    assert wait(DETACH, DAY) == timedelta()
    for number in (1, 2, 3):
        absence = observed(absence, 1, Side.JIRA, NOON + number * 8 * HOUR, seen=False)
    assert wait(DETACH, DAY) is None
    assert wait(CLOSE, DAY) == wait(DELETE, DAY) == 6 * DAY
    assert wait(CLOSE, 7 * DAY) is None
    absence = observed(absence, 1, Side.JIRA, NOON + DAY, seen=True)
    assert wait(CLOSE, DAY) is None
