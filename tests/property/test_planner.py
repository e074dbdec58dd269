"""The laws of deciding: one base, perturbed on both sides, with the relations of real mappings.

For every field: what is written restores agreement (correct); what agrees is left alone
(Hippocratic); the side that changed alone is never written (least change); swapping the sides swaps
the decision (symmetric); deciding again and again comes to rest (terminates); and what one field
gets does not depend on when it is asked (order).
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.defaults import shipped
from mappings.loader import load
from mappings.model import ConflictPolicy, Rule
from mappings.relations import Ends, Relation
from mappings.sides import Flow, Side
from mappings.tables import Row, Table, Tabled
from mappings.values import UNKNOWN, Unmappable, Value
from sync.core.merge import Clash, Decision, Keep, Question, Stuck, Write, decide
from sync.core.model import Base
from tests.support.mapping import Facts

SN, JIRA = Side.SERVICENOW, Side.JIRA
LOOKUP = Facts(
    people={"ann": "acc-1", "bob": "acc-2", "eve": "acc-3"}, twins={"prb1": "101", "prb2": "102"}
)
KEPT_SILENT = {"link"}
"""Relations in which a value that is nobody's twin says nothing about the other side."""


def rules() -> dict[str, Rule]:
    """Every two-way rule of the shipped mappings, by pair and name."""
    found = {
        f"{spec.pair}.{rule.name}": rule
        for spec in load(dict(shipped()), project="OPS")
        for rule in spec.rules
        if rule.flow is Flow.BOTH and rule.relation.kind not in ("constant", "template")
    }
    assert len(found) > 10
    return found


RULES = rules()
POLICIES = [policy for policy in ConflictPolicy if policy is not ConflictPolicy.NEWEST]
TEXTS = ["one", "two words", "three\n\nlines", "ü😀", "a" * 200, "end", None]


def pools(relation: Relation) -> dict[Side, list[Value]]:
    """Values that each side may hold, in its own vocabulary."""
    if isinstance(relation, Tabled):
        rows = relation.table.rows
        names = {side: {one for row in rows for one in row.of(side)} for side in Side}
        known = {s: sorted(n for n in names[s] if not n.startswith("category:")) for s in Side}
        return {SN: [*known[SN]], JIRA: [*known[JIRA]]}
    if relation.kind == "user":
        return {SN: [None, *LOOKUP.people], JIRA: [None, *LOOKUP.people.values()]}
    if relation.kind == "link":
        return {SN: [None, *LOOKUP.twins], JIRA: [None, *LOOKUP.twins.values()]}
    if relation.kind == "issue_link":
        one, two = LOOKUP.twins.values()
        sets = [(), (one,), (two,), (one, two), ("900",), (one, "900"), ("900", "901")]
        return {SN: [None, *LOOKUP.twins, "prb9"], JIRA: [*sets]}
    if relation.kind == "date":
        return {side: [None, "2026-01-01", "2026-02-02", "2026-03-03"] for side in Side}
    if relation.kind == "datetime":
        return {side: [None, "2026-01-01 00:00:00", "2026-02-02 10:20:30"] for side in Side}
    return {side: [seen(relation, side, text) for text in TEXTS] for side in Side}


def seen(relation: Relation, side: Side, text: str | None) -> Value:
    native = min(relation.names(side))
    found = relation.canonical(side, {native: text})
    assert found is not UNKNOWN
    return found  # type: ignore[return-value]


@st.composite
def perturbed(draw: st.DrawFn) -> Question:
    """A base that agrees, moved on neither, one or both sides."""
    rule = RULES[draw(st.sampled_from(sorted(RULES)))]
    rule = replace(
        rule,
        owner=draw(st.sampled_from(Side)),
        conflict=draw(
            st.sampled_from([p for p in ConflictPolicy if p is not ConflictPolicy.NEWEST])
        ),
    )
    there = pools(rule.relation)
    here = draw(st.sampled_from(there[SN]))
    fitting = rule.relation.translate(JIRA, here, draw(st.sampled_from(there[JIRA])), LOOKUP)
    assert not isinstance(fitting, Unmappable)
    base = Base(here, fitting)
    servicenow = draw(st.sampled_from([here, *there[SN]]))
    jira = draw(st.sampled_from([fitting, *there[JIRA]]))
    known = draw(st.integers(0, 9)) > 0
    first = draw(st.sampled_from(Side))
    return Question(rule, base if known else None, servicenow, jira, first)


def written(decision: Decision) -> Write | None:
    if isinstance(decision, Clash):
        return decision.write
    return decision if isinstance(decision, Write) else None


def fits(question: Question) -> bool:
    return question.rule.relation.holds(question.now(SN), question.now(JIRA), LOOKUP)


def after(question: Question, decision: Decision) -> Question:
    """The same field once the decision was carried out and remembered."""
    write = written(decision)
    if write is None:
        kept = decision.base if isinstance(decision, Keep) else None
        return replace(question, base=kept or question.base)
    now = {side: question.now(side) for side in Side} | {write.side: write.wanted}
    return replace(question, servicenow=now[SN], jira=now[JIRA], base=Base(now[SN], now[JIRA]))


@given(perturbed())
def test_what_is_written_restores_agreement(question: Question) -> None:
    decision = decide(question, LOOKUP)
    if written(decision) and question.rule.relation.kind not in KEPT_SILENT:
        assert fits(after(question, decision))


@given(perturbed())
def test_what_agrees_is_never_written(question: Question) -> None:
    decision = decide(question, LOOKUP)
    if fits(question):
        assert isinstance(decision, Keep)
        assert after(question, decision).base == Base(question.now(SN), question.now(JIRA))


@given(perturbed())
def test_who_changed_alone_is_not_overruled(question: Question) -> None:
    """Two-way fields only; whoever changed is what the other side gets."""
    moved = [side for side in Side if question.changed(side)]
    write = written(decide(question, LOOKUP))
    if question.base is not None and len(moved) == 1 and write:
        assert write.side is moved[0].other


@given(perturbed())
def test_a_write_is_the_least_change(question: Question) -> None:
    """Only one side is written, and only with another value than it holds."""
    write = written(decide(question, LOOKUP))
    if write:
        assert write.old == question.now(write.side)
        assert write.wanted != write.old
        assert not fits(question)


@given(perturbed())
def test_a_conflict_is_never_silent(question: Question) -> None:
    """Both moved and do not fit: a row with both values, or a person is told what is missing."""
    both = question.base is not None and all(question.changed(side) for side in Side)
    if both and not fits(question):
        decision = decide(question, LOOKUP)
        if isinstance(decision, Clash):
            assert decision.values == Base(question.now(SN), question.now(JIRA))
            assert (decision.write is None) == (question.rule.conflict is ConflictPolicy.ASK)
        else:
            assert isinstance(decision, Stuck) or question.rule.relation.kind in KEPT_SILENT


@given(perturbed())
def test_it_comes_to_rest_and_stays_there(question: Question) -> None:
    writes = 0
    for _ in range(5):
        decision = decide(question, LOOKUP)
        writes += written(decision) is not None
        question = after(question, decision)
    assert writes <= 1
    assert written(decide(question, LOOKUP)) is None
    assert fits(question) or not isinstance(decide(question, LOOKUP), Keep) or (
        question.rule.relation.kind in KEPT_SILENT
    )  # fmt: skip


@given(st.lists(perturbed(), max_size=6), st.randoms())
def test_the_order_of_questions_is_irrelevant(questions: list[Question], shuffle: object) -> None:
    told = {id(one): decide(one, LOOKUP) for one in questions}
    shuffle.shuffle(questions)  # type: ignore[attr-defined]
    assert told == {id(one): decide(one, LOOKUP) for one in questions}


MIRROR_ROWS = st.lists(
    st.builds(
        Row,
        st.lists(st.sampled_from("1234"), min_size=1, max_size=3, unique=True).map(tuple),
        st.lists(st.sampled_from("abcd"), min_size=1, max_size=3, unique=True).map(tuple),
    ),
    min_size=1,
    max_size=5,
)


def mirrored(question: Question) -> Question:
    """The same question with the sides swapped, rule and all."""
    relation = question.rule.relation
    assert isinstance(relation, Tabled)
    rows = tuple(Row(row.jira, row.servicenow) for row in relation.table.rows)
    policy = question.rule.conflict
    if policy in (ConflictPolicy.SERVICENOW, ConflictPolicy.JIRA):
        policy = ConflictPolicy(Side(policy.value).other.value)
    back = {Flow.TO_JIRA: Flow.TO_SERVICENOW, Flow.TO_SERVICENOW: Flow.TO_JIRA}
    flow = back.get(question.rule.flow, Flow.BOTH)
    rule = replace(
        question.rule, relation=replace(relation, table=Table(rows, "here")),
        owner=question.rule.owner.other, conflict=policy, flow=flow,
    )  # fmt: skip
    base = question.base and Base(question.base.jira, question.base.servicenow)
    return Question(
        rule, base, question.jira, question.servicenow, question.first.other, question.repair
    )


def shape(decision: Decision, *, swapped: bool) -> tuple[object, ...]:
    """A decision without words, as seen from the other side if ``swapped``."""
    if isinstance(decision, Keep):
        base = decision.base
        values = () if base is None else (base.servicenow, base.jira)
        return ("keep", *(values[::-1] if swapped else values))
    if isinstance(decision, Stuck):
        return ("stuck", decision.side.other if swapped else decision.side)
    write = written(decision)
    place = write and (write.side.other if swapped else write.side)
    return (type(decision), place, write and write.wanted, write and write.old)


@given(
    MIRROR_ROWS,
    st.tuples(*[st.sampled_from("1234"), st.sampled_from("abcd")] * 2),
    st.tuples(st.sampled_from(Flow), st.sampled_from(Side), st.sampled_from(ConflictPolicy)),
    st.tuples(st.booleans(), st.booleans(), st.sampled_from(Side)),
)
def test_swapping_the_sides_swaps_the_decision(
    rows: list[Row],
    values: tuple[str, str, str, str],
    how: tuple[Flow, Side, ConflictPolicy],
    rest: tuple[bool, bool, Side],
) -> None:
    relation = Tabled(Ends("here", "there"), Table(tuple(rows), "here"))
    rule = Rule("one", *how, relation)
    base = Base(values[0], values[1]) if rest[0] else None
    question = Question(rule, base, values[2], values[3], rest[2], rest[1])
    there = mirrored(question)
    assert shape(decide(question, LOOKUP), swapped=False) == shape(
        decide(there, LOOKUP), swapped=True
    )


@pytest.mark.parametrize("name", sorted(RULES))
def test_every_rule_has_something_to_perturb(name: str) -> None:
    """Otherwise the laws above would hold for want of examples."""
    there = pools(RULES[name].relation)
    assert all(len(set(there[side])) > 1 for side in Side)
