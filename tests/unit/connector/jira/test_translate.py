"""Issues become records and values become what Jira's schemas want."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from connector.errors import BrokenAnswer, Rejected
from connector.jira.fields import EPIC_LINK, FieldSpec, FieldTable
from connector.jira.translate import (
    Dialect,
    asked,
    comment,
    encoded,
    epic_keys,
    record,
    stamp,
    version,
)

ROWS = [
    {
        "id": "customfield_10014",
        "name": "Epic Link",
        "schema": {"type": "any", "custom": EPIC_LINK},
    },
    {"id": "customfield_10050", "name": "Team", "schema": {"type": "option"}},
    {"id": "customfield_10051", "name": "Effort", "schema": {"type": "number"}},
]
CLOUD = Dialect(True, "https://x.atlassian.net", FieldTable())
DC = Dialect(False, "https://jira.example/jira", FieldTable.of_rows(ROWS))


def an_issue(**fields: Any) -> dict[str, Any]:
    envelope = {
        "created": "2024-11-29T10:00:00.000-0800",
        "updated": "2024-11-29T10:44:51.887-0800",
        "creator": {"accountId": "a1", "name": "alice", "displayName": "Alice"},
        "issuetype": {"id": "10001", "name": "Story"},
        "project": {"key": "OPS"},
    }
    return {"id": "10010", "key": "OPS-7", "fields": {**envelope, **fields}}


def test_stamps_lose_their_zone_but_not_their_milliseconds() -> None:
    moment = stamp("2024-11-29T10:44:51.887-0800")
    assert moment == datetime(2024, 11, 29, 18, 44, 51, 887_000, tzinfo=UTC)
    assert version(moment) == "1732905891887"
    assert stamp("2024-11-29T19:44:51.887+0100") == moment


@pytest.mark.parametrize("text", ["", "yesterday", "2024-11-29T10:44:51"])
def test_a_stamp_that_is_none_breaks_the_answer(text: str) -> None:
    with pytest.raises(BrokenAnswer):
        stamp(text)


def test_the_envelope_of_a_record() -> None:
    row = record(an_issue(), [], CLOUD)
    assert (row.container, row.key, row.label, row.kind) == ("OPS", "10010", "OPS-7", "Story")
    assert row.url == "https://x.atlassian.net/browse/OPS-7"
    assert row.created_by == "a1"
    assert record(an_issue(), [], DC).created_by == "alice"


def test_native_values() -> None:
    issue = an_issue(
        summary="Disk full",
        description="",
        status={"name": "Done", "statusCategory": {"key": "done"}},
        priority={"id": "2", "name": "High"},
        assignee={"accountId": "a2", "displayName": "Bob"},
        reporter=None,
        labels=["b", "a"],
        components=[{"id": "1", "name": "Web"}],
        resolution=None,
        duedate="2024-12-01",
        parent={"id": "10001", "key": "OPS-1"},
        customfield_10050={"value": "Red"},
        customfield_10051=2.5,
    )
    names = [*issue["fields"], "status_category"]
    fields = record(issue, names, CLOUD).fields
    assert fields["summary"] == "Disk full"
    assert fields["description"] is None
    assert (fields["status"], fields["status_category"]) == ("Done", "done")
    assert (fields["priority"], fields["assignee"], fields["reporter"]) == ("High", "a2", None)
    assert fields["labels"] == ("a", "b")
    assert fields["components"] == ("Web",)
    assert fields["parent"] == "10001"
    assert fields["customfield_10050"] == "Red"
    assert fields["customfield_10051"] == 2.5


def test_a_field_that_was_not_answered_is_absent_not_empty() -> None:
    assert "priority" not in record(an_issue(), ["priority", "labels"], CLOUD).fields
    assert record(an_issue(labels=[]), ["labels"], CLOUD).fields == {"labels": ()}


def test_no_parent_is_empty() -> None:
    assert record(an_issue(), ["parent"], CLOUD).fields == {"parent": None}


def test_on_data_center_the_epic_link_is_the_parent() -> None:
    issue = an_issue(customfield_10014="OPS-1")
    assert epic_keys([issue], DC) == {"OPS-1"}
    assert record(issue, ["parent"], DC, {"OPS-1": "10001"}).fields == {"parent": "10001"}
    assert asked(["parent"], DC)[-2:] == ["parent", "customfield_10014"]


def test_an_epic_that_cannot_be_seen_is_unknown() -> None:
    assert record(an_issue(customfield_10014="HID-1"), ["parent"], DC, {}).fields == {}


def test_display_names_and_ids_find_custom_fields() -> None:
    table = DC.table
    assert table.find("effort") == table.find("customfield_10051")
    assert table.find("Nonsense") is None
    assert FieldTable().needs_list(["Effort"])
    assert not FieldTable().needs_list(["summary", "status_category", "customfield_1"])
    assert FieldTable().needs_list(["customfield_1"], schema=True)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("summary", "x", "x"),
        ("description", None, None),
        ("priority", "High", {"name": "High"}),
        ("labels", ("a", "b"), ["a", "b"]),
        ("labels", (), []),
        ("components", ("Web",), [{"name": "Web"}]),
        ("parent", "10001", {"id": "10001"}),
        ("parent", None, None),
        ("Team", "Red", {"value": "Red"}),
        ("Effort", "3", 3),
        ("Effort", 2.5, 2.5),
        ("Epic Link", "OPS-1", "OPS-1"),
    ],
)
def test_values_take_the_shape_of_their_schema(name: str, value: Any, expected: Any) -> None:
    spec = DC.table.find(name)
    assert spec is not None
    assert encoded(spec, value, DC) == expected


def test_people_are_addressed_as_the_flavour_wants() -> None:
    spec = FieldSpec("assignee", "Assignee", "user")
    assert encoded(spec, "a1", CLOUD) == {"accountId": "a1"}
    assert encoded(spec, "alice", DC) == {"name": "alice"}


def test_several_values_for_one_are_refused() -> None:
    with pytest.raises(Rejected):
        encoded(FieldSpec("summary", "Summary", "string"), ("a", "b"), CLOUD)


def test_restricted_and_agent_only_comments_are_internal() -> None:
    row = {
        "id": "5",
        "author": {"accountId": "a1", "displayName": "Alice"},
        "created": "2024-11-29T10:00:00.000+0000",
        "body": "hello",
    }
    assert not comment({**row, "jsdPublic": True}, "OPS", "1", CLOUD).internal
    assert comment(row, "OPS", "1", CLOUD).internal, "Cloud always says who may read it"
    assert not comment(row, "OPS", "1", DC).internal
    assert comment({**row, "jsdPublic": False}, "OPS", "1", CLOUD).internal
    assert comment({**row, "visibility": {"type": "role"}}, "OPS", "1", CLOUD).internal
