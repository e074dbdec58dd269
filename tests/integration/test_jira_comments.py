"""Comments of many issues at once: whole where they are read, and no fresher than promised."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from connector.values import CommentDraft, Done
from tests.support.jira import JiraStage
from tests.support.jira_moves import sent, some


@pytest.fixture(params=["cloud", "dc"])
def stage(request: pytest.FixtureRequest) -> JiraStage:
    made = JiraStage(request.param)
    made.sandbox.limits.per_issue = False
    return made


@pytest.fixture
def data_center() -> JiraStage:
    return JiraStage("dc")


def said(stage: JiraStage, key: str, number: int, project: str = "OPS") -> None:
    """So many comments on one issue."""
    drafts = [CommentDraft(project, key, "comment", f"{n} [r{n}]", f"r{n}") for n in range(number)]
    assert all(isinstance(one, Done) for one in stage.adapter.comment(drafts))


def test_the_comments_of_many_issues_come_in_one_request(stage: JiraStage) -> None:
    keys = some(stage, 6)
    for n, key in enumerate(keys):
        said(stage, key, n)
    sent(stage)
    rows = stage.adapter.comments("OPS", keys)
    asked = {"cloud": "POST issue/bulkfetch", "dc": "POST search"}[stage.flavour]
    assert sent(stage) - Counter(["GET project/OPS"]) == {asked: 1}
    assert [sum(row.key == key for row in rows) for key in keys] == list(range(6))
    assert [row.created for row in rows] == sorted(row.created for row in rows)


def test_only_the_issue_whose_page_is_short_is_read_by_itself(stage: JiraStage) -> None:
    keys = some(stage, 6)
    said(stage, keys[2], 45)
    said(stage, keys[4], 20)
    stage.adapter.comments("OPS", keys)
    sent(stage)
    rows = stage.adapter.comments("OPS", keys)
    assert sent(stage)["GET issue/ID/comment"] == 1
    assert [row.body.split()[0] for row in rows if row.key == keys[2]] == [
        str(n) for n in range(45)
    ]
    assert sum(row.key == keys[4] for row in rows) == 20


def test_a_page_that_does_not_tell_its_total_is_not_trusted(data_center: JiraStage) -> None:
    keys = some(data_center, 5)
    for key in keys:
        said(data_center, key, 1)
    pages = [{"id": key, "fields": {"comment": {"comments": []}}} for key in keys]
    body = json.dumps({"issues": pages, "total": 5, "startAt": 0, "maxResults": 5})
    data_center.adapter.comments("OPS", keys)
    data_center.weather("status", status=200, body=body, path="/search$")
    assert len(data_center.adapter.comments("OPS", keys)) == 5


def test_what_the_index_has_not_seen_is_told_only_when_asked_for(data_center: JiraStage) -> None:
    keys = some(data_center, 5)
    data_center.sandbox.index.lag = 60
    said(data_center, keys[0], 1)
    assert data_center.adapter.comments("OPS", keys) == ()
    fresh = data_center.adapter.comments("OPS", keys, fresh=True)
    assert [row.key for row in fresh] == [keys[0]]
    data_center.clock.advance(61)
    assert [row.key for row in data_center.adapter.comments("OPS", keys)] == [keys[0]]


def test_issues_the_index_does_not_know_are_read_by_themselves(data_center: JiraStage) -> None:
    data_center.sandbox.index.lag = 60
    keys = some(data_center, 5)
    said(data_center, keys[0], 1)
    assert [row.key for row in data_center.adapter.comments("OPS", keys)] == [keys[0]]


def test_where_customers_read_along_every_comment_tells_who_may(data_center: JiraStage) -> None:
    keys = some(data_center, 5, container="DESK", kind="Task")
    for key in keys:
        said(data_center, key, 1, "DESK")
    rows = data_center.adapter.comments("DESK", keys)
    assert [row.internal for row in rows] == [True] * 5
    moved = some(data_center, 4)
    assert [row.internal for row in data_center.adapter.comments("OPS", [*moved, *keys])] == (
        [True] * 5
    )
