"""A query means what it was built from, whatever people put into values and scopes."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.errors import Rejected
from connector.sandbox.servicenow.query import Condition, NotModelled, Order, parse
from connector.servicenow.query import (
    alternatives,
    chunks,
    joined,
    one_of,
    searchable,
    stamp,
    term,
)

FIELDS = st.sampled_from(["state", "sys_id", "correlation_id", "assignment_group.name"])
OPERATORS = st.sampled_from(["=", ">", ">=", "<", "IN"])
PIECES = [
    "^",
    "^OR",
    "^NQ",
    "^ORDERBYx",
    "\n",
    "\r",
    "javascript:",
    "=",
    "IN",
    "STANCEOF",
    "@",
    ",",
]
VALUES = st.one_of(st.text(), st.lists(st.sampled_from([*PIECES, "a", " ", "B"])).map("".join))
SCOPES = st.lists(
    st.sampled_from(["a=1", "ORb=2", "EQ", "NQc=3", "NQ", "ORDERBYa", "ORDERBYDESCb"]),
    max_size=6,
).map("^".join)


def conditions(query: str) -> list[tuple[str, str, str]]:
    """All conditions of a query that has no alternatives and no OR."""
    [groups] = parse(query).alternatives
    found = []
    for group in groups:
        [only] = group
        assert isinstance(only, Condition)
        found.append((only.field, only.operator, only.value))
    return found


@given(st.lists(st.tuples(FIELDS, OPERATORS, VALUES), min_size=1, max_size=4))
def test_a_query_reads_back_as_the_terms_it_was_built_from(
    parts: list[tuple[str, str, str]],
) -> None:
    built, kept = [], []
    for field, operator, value in parts:
        try:
            built.append(term(field, operator, value))
        except Rejected:
            continue
        kept.append((field, operator, value))
    query = joined(*built, order=("sys_id",))
    assert conditions(query) == kept
    assert parse(query).order == (Order("sys_id"),)


@given(st.lists(VALUES, max_size=6))
def test_a_list_holds_no_more_than_its_values(values: list[str]) -> None:
    plain = searchable(values)
    assert set(plain) <= set(values)
    if not plain or plain[0].startswith(("STANCEOF", "_HIERARCHY")):
        with pytest.raises(Rejected):
            one_of("email", values)
        return
    [(field, operator, held)] = conditions(joined(one_of("email", values)))
    assert (field, operator, held.split(",")) == ("email", "IN", plain)


@given(SCOPES)
def test_a_scope_keeps_its_conditions_and_loses_its_order(scope: str) -> None:
    query = parse(joined(scope, "x=9", order=("sys_id",)))
    assert query.order == (Order("sys_id"),)
    wanted = [groups for groups in parse(scope).alternatives if groups] or [()]
    last = (Condition("x", "=", "9"),)
    assert list(query.alternatives) == [(*groups, last) for groups in wanted]


@pytest.mark.parametrize(
    "value",
    ["a^b", "a^ORb=1", "a\nb", "a\rb", "javascript:gs.now()", " JavaScript:x", "^", "a^^b"],
)
def test_what_could_change_a_query_never_enters_one(value: str) -> None:
    with pytest.raises(Rejected, match="cannot be searched") as caught:
        term("correlation_id", "=", value)
    assert caught.value.field == "correlation_id"
    assert searchable([value, "good"]) == ["good"]


@pytest.mark.parametrize(
    ("operator", "value"),
    [("<", "=5"), (">", "=5"), ("IN", "STANCEOFincident"), ("IN", "_HIERARCHYx")],
)
def test_a_value_never_makes_another_operator_of_the_one_before_it(
    operator: str, value: str
) -> None:
    with pytest.raises(Rejected):
        term("state", operator, value)
    assert term("state", "=", value) == f"state={value}"


def test_a_condition_without_a_value_would_select_everything() -> None:
    for values in ([], [""], ["a,b"], ["x^y", " "]):
        with pytest.raises(Rejected):
            one_of("sys_id", values)


@pytest.mark.parametrize(
    ("scope", "query"),
    [
        ("", "sys_id>a^ORDERBYsys_id"),
        ("active=true", "active=true^sys_id>a^ORDERBYsys_id"),
        ("active=true^EQ", "active=true^sys_id>a^ORDERBYsys_id"),
        ("^active=true^", "active=true^sys_id>a^ORDERBYsys_id"),
        ("a=1^ORDERBYDESCnumber^EQ", "a=1^sys_id>a^ORDERBYsys_id"),
        ("a=1^GROUPBYcategory", "a=1^sys_id>a^ORDERBYsys_id"),
        ("a=1^NQb=2^ORc=3", "a=1^sys_id>a^NQb=2^ORc=3^sys_id>a^ORDERBYsys_id"),
        ("a=1^EQ^NQb=2^EQ", "a=1^sys_id>a^NQb=2^sys_id>a^ORDERBYsys_id"),
        ("a=1^NQ", "a=1^sys_id>a^ORDERBYsys_id"),
    ],
)
def test_a_scope_from_a_browser_is_paged_all_the_same(scope: str, query: str) -> None:
    assert joined(scope, term("sys_id", ">", "a"), order=("sys_id",)) == query


def test_two_parts_with_alternatives_are_multiplied_out() -> None:
    assert joined("a=1^NQb=2", "c=3^NQd=4") == "a=1^c=3^NQa=1^d=4^NQb=2^c=3^NQb=2^d=4"
    assert alternatives("a=1^NQb=2^NQ") == ["a=1", "b=2"]


def test_a_doubled_mark_is_left_to_the_instance() -> None:
    assert joined("a=x^^y", "b=2") == "a=x^^y^b=2"
    with pytest.raises(NotModelled):
        parse("a=x^^y")


def test_a_moment_is_plain_utc_text() -> None:
    zone = timezone(timedelta(hours=-8))
    assert stamp(datetime(2026, 3, 2, 1, 30, 5, 999_999, tzinfo=zone)) == "2026-03-02 09:30:05"


@given(st.lists(st.text(min_size=1, max_size=300)))
def test_runs_keep_every_value_in_order(values: list[str]) -> None:
    parts = list(chunks(values))
    assert [value for part in parts for value in part] == values
    assert all(1 <= len(part) <= 50 for part in parts)


def test_fifty_ids_are_one_run_and_long_values_fewer() -> None:
    assert [len(part) for part in chunks([f"{n:032x}" for n in range(120)])] == [50, 50, 20]
    assert max(len(part) for part in chunks(["x" * 254] * 30)) <= 7
    assert [len(part) for part in chunks(["y" * 5000, "z"])] == [1, 1]
