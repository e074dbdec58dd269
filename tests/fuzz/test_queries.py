"""Values on their way into a query: they stay values, or they do not get in."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from connector.errors import Rejected
from connector.jira import jql
from connector.sandbox.jira.jql_parse import NotModelled as JqlNotModelled
from connector.sandbox.jira.jql_parse import parse as parse_jql
from connector.sandbox.servicenow.query import NotModelled, parse
from connector.servicenow.query import joined, one_of, term
from connector.servicenow.witness import fields_of

VALUES = st.one_of(
    st.text(max_size=60),
    st.sampled_from(["^ORactive=true", "javascript:gs.sleep(1)", "a,b", 'x" OR 1=1', "\\", "^NQ"]),
)


@given(value=VALUES)
@example(value=" JavaScript:x")
def test_a_condition_in_servicenow_stays_one_condition(value: str) -> None:
    try:
        text = joined("active=true", term("short_description", "=", value))
    except Rejected:
        return
    try:
        query = parse(text)
    except NotModelled:
        assert "^" not in value
        return
    [groups] = query.alternatives
    assert [len(group) for group in groups] == [1, 1]
    assert groups[1][0].value == value  # type: ignore[union-attr]


@given(values=st.lists(VALUES, min_size=1, max_size=4))
def test_a_list_in_servicenow_holds_only_whole_values(values: list[str]) -> None:
    try:
        text = one_of("correlation_id", values)
    except Rejected:
        return
    listed = text.removeprefix("correlation_idIN").split(",") if text else []
    assert set(listed) <= {*values, ""}


PRINTABLE = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40)


@given(labels=st.lists(PRINTABLE, min_size=1, max_size=4))
@example(labels=['x" OR 1=1'])
def test_labels_in_jira_stay_labels(labels: list[str]) -> None:
    text = jql.every(jql.project("OPS"), jql.any_label(labels))
    try:
        tree = parse_jql(jql.ordered(text, "created"))
    except JqlNotModelled:
        return
    assert str(tree).count("labels") == 1
    assert all(label in repr(tree) or repr(label)[1:-1] in repr(tree) for label in labels)


@given(scope=st.text(max_size=60))
@example(scope='labels = a) OR (project = "SECRET"')
@example(scope='labels = "a\\")')
def test_a_scope_in_jira_does_not_leave_its_project(scope: str) -> None:
    try:
        text = jql.every(jql.project("OPS"), jql.wrapped(scope))
    except Rejected:
        return
    inner = text.removeprefix('project = "OPS" AND ')
    assert inner == text or (inner.startswith("(") and inner.endswith(")"))


@given(scope=st.text(max_size=80))
@example(scope="active=true^NQpriority<3^ORDERBYnumber^EQ")
def test_the_columns_of_any_scope_can_be_named(scope: str) -> None:
    names = fields_of(scope)
    assert len(names) == len(set(names))
    assert all("^" not in name for name in names)
