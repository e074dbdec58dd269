"""Facts go into the store and come back as they were."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.insight.facts import (
    ChangeFact,
    Fact,
    IncidentFact,
    IssueFact,
    Kind,
    OutageFact,
    ProblemFact,
    Step,
    packed,
    unpacked,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
FACTS: list[tuple[Kind, Fact]] = [
    (Kind.INCIDENT, IncidentFact("a", "INC1", NOON)),
    (Kind.INCIDENT, IncidentFact("a", "INC1", NOON, NOON + HOUR, active=False, reopened=2)),
    (Kind.PROBLEM, ProblemFact("p", "PRB1", NOON, service="s", service_name="Mail")),
    (Kind.CHANGE, ChangeFact("c", "CHG1", NOON, planned=NOON + HOUR, approved=NOON)),
    (
        Kind.CHANGE,
        ChangeFact("c", "CHG1", NOON, approval="x", impact=True, test=False, checks=("a", "b")),
    ),
    (Kind.OUTAGE, OutageFact("o", "OUT1", NOON, item="i", item_name="db01")),
    (
        Kind.ISSUE,
        IssueFact("1", "OPS-1", "Story", NOON, (Step(NOON, "To Do", "new"),), NOON + HOUR),
    ),
    (Kind.ISSUE, IssueFact("1", "OPS-1", "Story", NOON, labels=("knowledge", "x"))),
]


@pytest.mark.parametrize(("kind", "fact"), FACTS)
def test_a_fact_comes_back(kind: Kind, fact: Fact) -> None:
    assert unpacked(kind, json.loads(json.dumps(packed(fact)))) == fact


def test_what_is_empty_takes_no_room() -> None:
    assert set(packed(IncidentFact("a", "INC1", NOON))) == {"key", "number", "opened"}


@given(
    st.text(),
    st.integers(0, 4_102_444_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    st.integers(0, 9),
)
def test_any_words_and_times_come_back(text: str, at: datetime, count: int) -> None:
    fact = IncidentFact("k", text, at, at, category=text, reopened=count, summary=text)
    assert unpacked(Kind.INCIDENT, packed(fact)) == fact
