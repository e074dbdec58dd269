"""Rules that contradict themselves or each other are found before anything runs."""

from __future__ import annotations

from typing import Any

import pytest

from mappings.loader import MappingProblems, load
from tests.support.mapping import a_file, complaints, loaded, problems, written

ROW = {"servicenow": "1", "jira": "A"}
STATUS: dict[str, Any] = {"as": "status", "table": [ROW]}
CODES = [{"servicenow": "x", "jira": "Done"}]


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ({"jira": None}, "no jira field"),
        ({"servicenow": None}, "no servicenow field"),
        ({"as": "value"}, "needs a table"),
        ({"as": "status"}, "needs a table"),
        ({"as": "text", "table": [ROW]}, "`table` says nothing with `as: text`"),
        ({"as": "line", "closing": {"states": "1", "codes": CODES}}, "It belongs to `as: status`"),
        ({"as": "line", "prefix": "x-"}, "`prefix` says nothing"),
        ({"as": "value", "table": [ROW], "direct": True}, "`direct` says nothing"),
        ({"flow": "to_jira", "owner": "jira"}, "owned by jira"),
        ({"as": "labels", "prefix": "x-"}, "one way only"),
        ({"as": "labels", "prefix": "x-", "flow": "to_servicenow"}, "flow to Jira only"),
        ({"as": "labels", "flow": "to_jira"}, "prefix or a table"),
        ({"as": "labels", "prefix": "tandem-x", "flow": "to_jira"}, "our mark"),
        ({"as": "labels", "prefix": "a b", "flow": "to_jira"}, "No blanks"),
        ({"as": "issue_link"}, "nobody knows which table"),
        ({"as": "issue_link", "servicenow": "parent_incident", "jira": "Relates to"},
         "reads alike on both ends"),
        ({"as": "line", "to": "problem"}, "`to` says nothing with `as: line`"),
        ({"as": "priority"}, "about the field priority"),
        ({"as": "priority", "servicenow": "priority", "table": [{**ROW, "servicenow": "0"}]},
         "unknown ServiceNow priority '0'"),
        ({"as": "template", "flow": "to_jira"}, "needs a {field}"),
        ({"as": "template", "text": "{number}"}, "one way only"),
        ({"as": "template", "text": "{label}", "flow": "to_jira"}, "close notes only"),
        ({"as": "template", "text": "{a.b}", "flow": "to_jira"}, "plain {names}"),
        ({"as": "constant"}, "needs `side` and `set`"),
        ({"as": "constant", "side": "jira", "set": {"a": "b"}, "flow": "to_servicenow"},
         "flows to its side"),
        ({"as": "constant", "side": "jira", "set": {"a": "b"}, "owner": "jira"}, "owned by jira"),
        ({"servicenow": "sys_id"}, "set by the system"),
        ({"servicenow": "correlation_id"}, "own mark"),
        ({"jira": "issuetype"}, "set by the system"),
        ({**STATUS, "table": [ROW, ROW]}, "repeats row 1"),
        ({**STATUS, "table": [{**ROW, "jira": ["A", "a"]}]}, "'a' stands twice"),
        ({**STATUS, "table": [{**ROW, "or_else": "A"}]}, "stands twice"),
        ({**STATUS, "table": [{**ROW, "jira": "category:open"}]}, "unknown status category"),
        ({**STATUS, "table": [{**ROW, "servicenow": "category:new"}]}, "Jira statuses only"),
        ({"as": "value", "table": [{**ROW, "jira": "category:new"}]}, "Jira statuses only"),
        ({**STATUS, "closing": {"states": "6", "codes": CODES}}, "'6' stands in no row"),
        ({**STATUS, "closing": {"states": "1", "codes": CODES, "resolutions": {"8": "x"}}},
         "'8' stands in no row"),
        ({**STATUS, "closing": {"states": "1", "codes": CODES, "text": "{a!r}"}}, "plain {names}"),
        ({**STATUS, "entering": [{"side": "jira", "states": "B", "set": {"a": "b"}}]},
         "'B' stands in no row"),
        ({**STATUS, "entering": [{"side": "servicenow", "states": "1", "set": {"a": "{"}}]},
         "plain {names}"),
    ],
)  # fmt: skip
def test_a_field_that_cannot_work(part: dict[str, Any], told: str) -> None:
    assert told in complaints(**part)


@pytest.mark.parametrize(
    "part",
    [
        {},
        {"flow": "to_jira", "owner": "servicenow"},
        {"servicenow": "number", "flow": "to_jira"},
        STATUS,
        {**STATUS, "table": [ROW, {"servicenow": "1", "jira": "B"}]},
        {"as": "priority", "servicenow": "priority", "direct": True},
        {"as": "labels", "jira": None, "prefix": "x-", "flow": "to_jira"},
        {"as": "constant", "servicenow": None, "jira": None, "side": "jira", "set": {"a": "b"}},
        {"as": "template", "servicenow": None, "text": "{number}", "flow": "to_jira"},
        {"as": "template", "jira": None, "text": "{summary}", "flow": "to_servicenow"},
        {"as": "flag", "when_true": "Ja", "when_false": "Nein"},
        {"as": "datetime"},
    ],
)
def test_a_field_that_works(part: dict[str, Any]) -> None:
    assert complaints(**part) == ""


def test_two_fields_that_write_the_same_place_would_fight() -> None:
    one = {"servicenow": "short_description", "jira": "summary"}
    two = {"servicenow": "description", "jira": "summary"}
    found = problems(a_file({"one": one, "two": two}))
    assert [(p.path, "one and two both write the jira field summary" in p.text) for p in found] == [
        ("fields.two", True)
    ]


def test_two_fields_that_only_read_the_same_place_do_not() -> None:
    one = {"servicenow": "short_description", "jira": "summary", "flow": "to_jira"}
    two = {"servicenow": "short_description", "jira": "environment", "flow": "to_jira"}
    assert not problems(a_file({"one": one, "two": two}))


def test_a_constant_that_holds_always_fights_with_a_field() -> None:
    one = {"servicenow": "category", "jira": "environment"}
    two = {"as": "constant", "side": "servicenow", "set": {"category": "x"}}
    assert not problems(a_file({"one": one, "two": two}))
    assert problems(a_file({"one": one, "two": {**two, "always": True}}))


def test_every_issue_would_get_a_record_without_a_scope() -> None:
    found = problems(a_file(jira={"issue_type": "Story"}, create={"in_servicenow": True}))
    assert ["scope" in one.remedy for one in found] == [True]


def across(*changes: dict[str, Any]) -> str:
    texts = {
        f"{place}.yaml": written(a_file(**{"pair": f"pair-{place}", **change}))
        for place, change in enumerate(changes)
    }
    try:
        load(texts, project="OPS")
    except MappingProblems as found:
        return str(found)
    return ""


BOTH = {"in_jira": True, "in_servicenow": True}


def test_a_pairs_name_is_its_own() -> None:
    other = {"servicenow": {"table": "problem"}}
    found = across({"pair": "same"}, {"pair": "same", **other})
    assert "the pair same is in 0.yaml too" in found


def test_two_pairs_cannot_take_the_same_records() -> None:
    assert "same ServiceNow records" in across({}, {})
    narrower = {"servicenow": {"table": "incident", "scope": "priority=1"}}
    assert across({}, narrower) == ""
    assert across({}, {"jira": {"project": "ABC", "issue_type": "Story"}}) == ""


def test_two_pairs_cannot_take_the_same_issues() -> None:
    problem = {"servicenow": {"table": "problem"}, "create": BOTH}
    assert "same Jira issues" in across({"create": BOTH}, problem)
    other = {"issue_type": "Story", "scope": "labels = to-problem"}
    assert across({"create": BOTH}, {**problem, "jira": other}) == ""


def test_to_follow_edits_is_said_to_be_a_note() -> None:
    [hint] = loaded(a_file(comments={"edits": "follow"})).hints
    assert (hint.path, hint.line > 1) == ("comments.edits", True)
    assert "journal entries cannot be edited. Write `edits: note`." in str(hint)
    assert loaded(a_file(comments={"edits": "note"})).hints == ()


def test_no_comment_is_deleted_for_another() -> None:
    [found] = problems(a_file(comments={"deletes": "follow"}))
    assert found.remedy == "No comment is deleted for another: write note or ignore."
    assert loaded(a_file(comments={"deletes": "note"})).comments.deletes == "note"
    assert loaded(a_file()).comments.deletes == "ignore"


def test_off_needs_no_quotes() -> None:
    text = written(a_file()) + "comments: {work_notes: off, comments: off, jira: off}\n"
    [spec] = load({"a.yaml": text}, project="OPS")
    assert (spec.comments.work_notes, spec.comments.comments, spec.comments.jira) == ("off",) * 3


def test_closing_a_twin_needs_a_status() -> None:
    [problem] = problems(a_file(on_delete="close"))
    assert "on_delete: close needs a field" in str(problem)
    status = {
        "servicenow": "state", "jira": "status", "as": "status",
        "table": [{"servicenow": "1", "jira": "To Do"}, {"servicenow": "6", "jira": "Done"}],
    }  # fmt: skip
    assert problems(a_file({"status": status}, on_delete="close")) == []
    assert problems(a_file(on_delete="delete")) == []
