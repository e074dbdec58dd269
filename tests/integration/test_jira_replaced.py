"""What an edit replaced, as the issue's own history tells it afterwards."""

from __future__ import annotations

import pytest

from connector.sandbox.jira.hands import Hands
from connector.sandbox.jira.model import Flavour
from connector.values import Done, Patch, Value
from tests.support.jira import JiraStage, a_draft


@pytest.fixture(params=["cloud", "dc"])
def stage(request: pytest.FixtureRequest) -> JiraStage:
    flavour: Flavour = request.param
    return JiraStage(flavour)


def edited(stage: JiraStage, key: str, **fields: Value) -> Done:
    """Our edit's result."""
    [result] = stage.adapter.patch([Patch("OPS", key, fields)], ["summary", "priority"])
    assert isinstance(result, Done), result
    return result


def test_a_value_that_came_in_between_is_told_with_its_author(stage: JiraStage) -> None:
    [key] = stage.created(a_draft(1))
    mei = Hands(stage.sandbox.world, "mei.chen")
    mei.edit(key, summary="by Mei", priority="Low")

    result = edited(stage, key, summary="by us", priority="High")

    told = {name: (one.value, one.author) for name, one in result.replaced.items()}
    assert told == {"summary": ("by Mei", "Mei Chen"), "priority": ("Low", "Mei Chen")}


def test_persons_and_epics_are_told_by_key(stage: JiraStage) -> None:
    [key] = stage.created(a_draft(1))
    hands = Hands(stage.sandbox.world, "mei.chen")
    epic, other = (hands.create("OPS", "Epic", name) for name in ("one", "two"))
    hands.edit(key, parent=epic.id, assignee="liam.murphy")
    liam = hands.see(key, "assignee")
    hands.edit(key, assignee="mei.chen")
    mei = hands.see(key, "assignee")

    result = edited(stage, key, parent=other.id, assignee=liam)

    assert {name: one.value for name, one in result.replaced.items()} == {
        "parent": epic.id,
        "assignee": mei,
    }


def test_an_edit_that_changes_nothing_replaced_nothing(stage: JiraStage) -> None:
    [key] = stage.created(a_draft(1))
    result = edited(stage, key, summary="issue 1")
    assert "summary" not in result.replaced


def test_the_property_rides_with_the_edit(stage: JiraStage) -> None:
    """One request, not two."""
    [key] = stage.created(a_draft(1))
    before = stage.writes()
    patch = Patch("OPS", key, {"summary": "new"}, properties={"tandem": {"n": 1}})

    [result] = stage.adapter.patch([patch], ["summary"])

    assert isinstance(result, Done)
    assert stage.writes() == before + 1
    assert stage.issue(key).properties["tandem"] == {"n": 1}
