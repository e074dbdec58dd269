"""Value tables exhaustively (reliability 4.2): every pair of maps, start and edit comes to rest.

Four states against three statuses: no pair of functions is a bijection, so copying on change would
damage something in every one of the 5,184 pairs. With a base and a relation none oscillates,
nobody's own value is overwritten, and an edit costs one write at most.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from itertools import product

import pytest

from mappings.defaults import shipped
from mappings.loader import load
from mappings.model import ConflictPolicy, Rule
from mappings.relations import Ends
from mappings.sides import Flow, Side
from mappings.tables import Row, Table, Tabled
from sync.core.merge import Keep, Question, Write, decide
from sync.core.model import Base
from tests.support.mapping import CATEGORIES, NOBODY

SN, JIRA = Side.SERVICENOW, Side.JIRA
STATES, STATUSES = "1234", "abc"


def both(forward: tuple[str, ...], back: tuple[str, ...]) -> frozenset[tuple[str, str]]:
    """The pairs that count as equal: R is what either map says."""
    return frozenset({*zip(STATES, forward, strict=True), *zip(back, STATUSES, strict=True)})


@cache
def row(state: str, status: str) -> Row:
    return Row((state,), (status,))


def rule_for(forward: tuple[str, ...], back: tuple[str, ...]) -> Rule:
    """Both maps as rows of a table: the forward ones first, as an admin would write them."""
    pairs = [*zip(STATES, forward, strict=True), *zip(back, STATUSES, strict=True)]
    table = Table(tuple(row(*pair) for pair in dict.fromkeys(pairs)), "here")
    relation = Tabled(Ends("here", "there"), table)
    return Rule("one", Flow.BOTH, SN, ConflictPolicy.OWNER, relation)


def edits(
    start: tuple[str, str], states: Iterable[str], statuses: Iterable[str]
) -> Iterator[tuple[Side, str]]:
    """Every single edit on either side."""
    yield from ((SN, value) for value in states if value != start[0])
    yield from ((JIRA, value) for value in statuses if value != start[1])


def after_edit(rule: Rule, start: tuple[str, str], edited: Side, value: str) -> int:
    """Writes that one edit causes until all is at rest; the edit itself has to stand."""
    servicenow, jira = (value, start[1]) if edited is SN else (start[0], value)
    decision = decide(Question(rule, Base(*start), servicenow, jira, SN), NOBODY)
    if isinstance(decision, Keep):
        assert decision.base == Base(servicenow, jira)
        return 0
    assert isinstance(decision, Write)
    assert decision.side is edited.other, "the editor's own value would be overwritten"
    wanted = str(decision.wanted)
    servicenow, jira = (servicenow, wanted) if edited is SN else (wanted, jira)
    base = Base(servicenow, jira)
    assert decide(Question(rule, base, servicenow, jira, SN), NOBODY) == Keep(), "it goes on"
    return 1


def test_all_pairs_of_maps_are_stable_with_at_most_one_write() -> None:
    tried = writes = 0
    for forward in product(STATUSES, repeat=len(STATES)):
        for back in product(STATES, repeat=len(STATUSES)):
            relation, rule = both(forward, back), rule_for(forward, back)
            for start in relation:
                for edited, value in edits(start, STATES, STATUSES):
                    tried += 1
                    writes += after_edit(rule, start, edited, value)
    assert tried > 100_000
    assert 0 < writes < tried


def tables() -> dict[str, Rule]:
    """Every table of the shipped mappings, whole and cut to what a usual project has."""
    boards = {
        "whole": {},
        "plain board": {JIRA: ["To Do", "In Progress", "Done"]},
        "service board": {JIRA: ["Open", "Work in progress", "Waiting for customer", "Resolved"]},
    }
    found = {}
    for spec in load(dict(shipped()), project="OPS"):
        for rule in (one for one in spec.rules if isinstance(one.relation, Tabled)):
            for name, known in boards.items():
                cut = rule.relation.fitted(known)  # type: ignore[attr-defined, arg-type]
                found[f"{spec.pair} {rule.name} {name}"] = replace(
                    rule, relation=cut, flow=Flow.BOTH
                )
    return found


TABLES = tables()


def names(rule: Rule, side: Side) -> list[str]:
    """The values a table knows on a side; a category counts through one status of its own."""
    assert isinstance(rule.relation, Tabled)
    rows = rule.relation.table.rows
    named = {one for row in rows for one in row.of(side) if not one.startswith("category:")}
    return sorted(named | (set(CATEGORIES) if side is JIRA and rule.name == "status" else set()))


@pytest.mark.parametrize("name", TABLES)
def test_every_shipped_table_is_stable(name: str) -> None:
    rule = TABLES[name]
    states, statuses = names(rule, SN), names(rule, JIRA)
    starts = [
        pair for pair in product(states, statuses) if rule.relation.holds(pair[0], pair[1], NOBODY)
    ]
    assert starts
    for start in starts:
        for edited, value in edits(start, states, statuses):
            assert after_edit(rule, start, edited, value) <= 1


@pytest.mark.parametrize("name", TABLES)
def test_no_value_of_a_shipped_table_is_without_counterpart(name: str) -> None:
    rule = TABLES[name]
    for side in Side:
        for value in names(rule, side):
            wanted = rule.relation.translate(side.other, value, None, NOBODY)
            assert isinstance(wanted, str), f"{side} {value}: {wanted}"
