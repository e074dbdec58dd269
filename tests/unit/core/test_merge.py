"""The decision table, row by row: one field, two sides, one base."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from mappings.model import Rule
from mappings.sides import Side
from mappings.values import UNKNOWN, Unknown
from sync.core.merge import CLOCK_DOUBT, Clash, Decision, Keep, Question, Stuck, Write, decide
from sync.core.model import Base
from tests.support.mapping import NOBODY, a_rule

SN, JIRA = Side.SERVICENOW, Side.JIRA
AB = Base("1", "a")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TABLE = [
    {"servicenow": "1", "jira": "a"},
    {"servicenow": ["2", "3"], "jira": "b"},
    {"servicenow": "4", "jira": ["c", "d"]},
]


LINES = """
nothing moved                                         | 1 a | 1 a |                  | keep
both moved to what fits: agreed without traffic       | 1 a | 2 b |                  | base 2 b
one moved inside its row: what fits stays             | 2 b | 3 b |                  | base 3 b
no base, and it fits                                  |     | 2 b |                  | base 2 b
first link: the origin tells                          |     | 1 b |                  | write jira a
first link from Jira                                  |     | 1 b | first=jira       | write servicenow 2
first link, but it flows the other way                |     | 1 b | to_servicenow    | write servicenow 2
first link from Jira, but it flows the other way      |     | 1 b | to_jira first=jira | write jira a
an accepted drift stays                               | 1 b | 1 b |                  | keep
a drift is repaired on demand: the owner tells        | 1 b | 1 b | repair           | write jira a
a drift is repaired on demand: Jira owns it           | 1 b | 1 b | repair owner=jira | write servicenow 2
ServiceNow changed                                    | 1 a | 2 a |                  | write jira b
Jira changed                                          | 1 a | 1 b |                  | write servicenow 2
it flows there                                        | 1 a | 2 a | to_jira          | write jira b
ServiceNow changed what only Jira tells: put back     | 1 a | 2 a | to_servicenow    | clash jira -> servicenow 1
Jira changed what only ServiceNow tells: put back     | 1 a | 1 b | to_jira          | clash servicenow -> jira a
conflict: the owner wins                              | 1 a | 2 c |                  | clash servicenow -> jira b
conflict: Jira owns it                                | 1 a | 2 c | owner=jira       | clash jira -> servicenow 4
conflict: the mapping prefers Jira                    | 1 a | 2 c | conflict=jira    | clash jira -> servicenow 4
conflict: the mapping prefers ServiceNow | 1 a | 2 c | owner=jira conflict=servicenow | clash servicenow -> jira b
conflict: a person is asked, nothing is written       | 1 a | 2 c | conflict=ask     | clash ask
conflict: newest without stamps falls to the owner    | 1 a | 2 c | conflict=newest  | clash servicenow -> jira b
conflict: a one-way field has one teller              | 1 a | 2 c | to_jira conflict=ask | clash servicenow -> jira b
the changed value has no counterpart                  | 1 a | 9 a |                  | stuck jira
nor has the other side's                              | 1 a | 1 z |                  | stuck servicenow
a conflict won by a value without counterpart         | 1 a | 9 c |                  | stuck jira
ServiceNow does not show what Jira changed             | 1 a | ? b |                  | stuck servicenow
Jira does not show what ServiceNow changed             | 1 a | 2 ? |                  | stuck jira
ServiceNow's field is absent from the answer          | 1 a | ? a |                  | keep
Jira's field is absent from the answer                | 1 a | 1 ? |                  | keep
absent, and no base yet                               |     | ? ? |                  | keep
an emptied value without a row says nothing           | 1 a | - a |                  | keep
"""  # noqa: E501 - a table is read across
VALUES: dict[str, str | Unknown | None] = {"?": UNKNOWN, "-": None}


@dataclass(frozen=True)
class Row:
    """One row of the table: what stood there, what stands there, the rule, what is to be done."""

    story: str
    base: Base | None
    now: tuple[str | Unknown | None, ...]
    rule: str = ""
    then: str = ""

    def option(self, name: str, otherwise: str) -> str:
        """One of the rule's options."""
        given = dict(word.split("=") for word in self.rule.split() if "=" in word)
        return given.get(name, otherwise)


def row_of(line: str) -> Row:
    story, base, now, rule, then = (cell.strip() for cell in line.split("|"))
    there = tuple(VALUES.get(value, value) for value in now.split())
    return Row(story, Base(*base.split()) if base else None, there, rule, then)


ROWS = [row_of(line) for line in LINES.strip().splitlines()]


@cache
def rule_of(flow: str, owner: str, conflict: str) -> Rule:
    return a_rule(**{"as": "value"}, table=TABLE, flow=flow, owner=owner, conflict=conflict)


def question(row: Row, stamps: dict[Side, datetime] | None = None) -> Question:
    flow = next((word for word in row.rule.split() if word.startswith("to_")), "both")
    owner = row.option("owner", "jira" if flow == "to_servicenow" else "servicenow")
    rule = rule_of(flow, owner, row.option("conflict", "owner"))
    first, repair = Side(row.option("first", "servicenow")), "repair" in row.rule
    return Question(rule, row.base, row.now[0], row.now[1], first, repair, stamps)


def told(decision: Decision) -> str:
    """A decision in the words of the table."""
    if isinstance(decision, Keep):
        return f"base {decision.base.servicenow} {decision.base.jira}" if decision.base else "keep"
    if isinstance(decision, Write):
        return f"write {decision.side} {decision.wanted}"
    if isinstance(decision, Stuck):
        return f"stuck {decision.side}"
    write = decision.write
    return f"clash {decision.decision}" + (f" -> {write.side} {write.wanted}" if write else "")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.story)
def test_the_table(row: Row) -> None:
    assert told(decide(question(row), NOBODY)) == row.then


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.story)
def test_a_write_names_what_it_replaces_and_why(row: Row) -> None:
    decision = decide(question(row), NOBODY)
    write = decision.write if isinstance(decision, Clash) else decision
    if isinstance(write, Write):
        assert write.old == dict(zip(Side, row.now, strict=True))[write.side]
        assert write.old != write.wanted
        assert write.reason
    if isinstance(decision, Clash):
        assert decision.values == Base(*row.now)  # type: ignore[arg-type]
        assert decision.reason
    if isinstance(decision, Stuck):
        assert decision.reason
        assert decision.remedy


@pytest.mark.parametrize(
    ("apart", "winner"),
    [
        (CLOCK_DOUBT, "servicenow"),  # not more than the clocks can be wrong: the owner
        (-CLOCK_DOUBT, "servicenow"),
        (timedelta(), "servicenow"),
        (-CLOCK_DOUBT - timedelta(seconds=1), "jira"),
        (timedelta(days=2), "servicenow"),
    ],
)
def test_newest_wins_only_beyond_the_doubt_of_clocks(apart: timedelta, winner: str) -> None:
    row = Row("", AB, ("2", "c"), "conflict=newest")
    decision = decide(question(row, {SN: NOON + apart, JIRA: NOON}), NOBODY)
    assert isinstance(decision, Clash)
    assert decision.decision == winner


def test_newest_wins_against_the_owner_beyond_the_doubt() -> None:
    row = Row("", AB, ("2", "c"), "owner=jira conflict=newest")
    later = NOON + CLOCK_DOUBT + timedelta(seconds=1)
    decision = decide(question(row, {SN: later, JIRA: NOON}), NOBODY)
    assert told(decision) == "clash servicenow -> jira b"
    assert "13 s" in decision.reason  # type: ignore[union-attr]


def test_one_stamp_alone_decides_nothing() -> None:
    row = Row("", AB, ("2", "c"), "owner=jira conflict=newest")
    assert told(decide(question(row, {SN: NOON}), NOBODY)) == "clash jira -> servicenow 4"
