"""One link's fate: what is written, remembered, parked, taken back, left alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from connector.values import Comment, Record
from mappings.sides import Side
from mappings.values import Value
from sync.apply.common import KEPT
from sync.core import marks
from sync.core.merge import Clash, Stuck
from sync.core.model import Base, LinkState, Parked
from sync.core.plan import Remark, Update, identity
from sync.engine.cases import SWEEP, Case
from sync.engine.judge import RETRY, Bench, Verdict, fingerprint, judge
from sync.engine.marking import MARKS
from sync.store.values import QueuedRow
from tests.support.links import a_link
from tests.support.mapping import NOBODY, a_file, loaded

SN, JIRA = Side.SERVICENOW, Side.JIRA
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LINK = replace(a_link(), id=1, agreed_at=NOON)
ROWS = [{"servicenow": here, "jira": there} for here, there in zip("123", "abc", strict=True)]
LEVEL = {"servicenow": "level", "jira": "level", "as": "value", "table": ROWS, "conflict": "ask"}
SPEC = loaded(
    a_file(
        {
            "summary": {"servicenow": "short_description", "jira": "summary"},
            "level": LEVEL,
        }
    )
)
MINE: dict[str, Value] = {
    "correlation_id": marks.correlation("jira.example", LINK.jira.key),
    "correlation_display": "OPS-1",
}
AGREED = {"summary": Base("s", "s"), "level": Base("1", "a")}
BENCH = Bench(NOBODY, "inst", "jira.example", NOON)


def a_record(side: Side, **fields: Value) -> Record:
    end = LINK.end(side)
    base: dict[str, Value] = {"short_description": "s", "level": "1", **MINE}
    if side is JIRA:
        base = {"summary": "s", "level": "a", "labels": ()}
    place = (end.container, end.key, end.label, "", "v2", NOON, NOON, "")
    return Record(*place, fields={**base, **fields})


def a_case(
    servicenow: Record | None = None,
    jira: Record | None = None,
    reason: str = "changed",
    **more: Any,
) -> Case:
    records = {SN: servicenow or a_record(SN), JIRA: jira or a_record(JIRA)}
    rows = (QueuedRow(SN, "incident", LINK.servicenow.key, reason),)
    return Case(SPEC, LINK, rows, records, **{"bases": AGREED, **more})


def writes(verdict: Verdict) -> Mapping[tuple[Side, str], Value]:
    return {
        (one.side, write.name): write.new
        for one in verdict.actions
        if isinstance(one, Update)
        for write in one.writes
    }


def parked(field: str, **more: Any) -> Parked:
    place = (0, SPEC.pair, JIRA, "OPS", LINK.jira.key, "OPS-1", field)
    return Parked(*place, **{"reason": "no", "remedy": "do", **more})


def test_what_is_at_rest_stays_so() -> None:
    assert judge(a_case(), BENCH) == Verdict(a_case())


def test_a_change_goes_across_with_all_that_was_seen() -> None:
    verdict = judge(a_case(a_record(SN, short_description="new")), BENCH)
    [action] = verdict.actions
    assert isinstance(action, Update)
    [write] = action.writes
    assert (write.old, write.new, write.other, write.change.fields) == (
        "s", "new", "new", {"summary": "new"},
    )  # fmt: skip
    assert action.seen == {"summary": "s", "level": "a"}
    assert action.version == "v2"
    assert identity(action) == identity(replace(action, seen={}, version=""))


def test_fields_of_one_side_go_in_one_action() -> None:
    verdict = judge(a_case(a_record(SN, short_description="new", level="2")), BENCH)
    assert writes(verdict) == {(JIRA, "summary"): "new", (JIRA, "level"): "b"}
    assert len(verdict.actions) == 1


def test_what_fits_together_is_remembered_without_traffic() -> None:
    case = a_case(a_record(SN, level="2"), a_record(JIRA, level="b"))
    verdict = judge(case, BENCH)
    assert verdict.actions == ()
    assert verdict.settled == {"level": Base("2", "b")}


def test_a_conflict_to_be_asked_is_noted_and_nothing_written() -> None:
    verdict = judge(a_case(a_record(SN, level="2"), a_record(JIRA, level="c")), BENCH)
    assert verdict.actions == ()
    [note] = verdict.notes
    assert isinstance(note.finding, Clash)
    assert note.name == "level"


def test_one_field_without_counterpart_does_not_hold_the_others_back() -> None:
    verdict = judge(a_case(a_record(SN, level="9", short_description="new")), BENCH)
    assert writes(verdict) == {(JIRA, "summary"): "new"}
    [note] = verdict.notes
    assert isinstance(note.finding, Stuck)


def test_what_is_parked_for_the_same_reason_needs_no_second_word() -> None:
    case = a_case(a_record(SN, level="9"))
    [note] = judge(case, BENCH).notes
    assert isinstance(note.finding, Stuck)
    again = replace(case, parked=(parked("level", reason=note.finding.reason),))
    assert judge(again, BENCH).notes == ()
    other = replace(case, parked=(parked("level", reason="another"),))
    assert len(judge(other, BENCH).notes) == 1


def test_a_write_refused_before_is_tried_again_when_asked_or_different_or_a_record_moved() -> None:
    row = parked("summary", fingerprint=fingerprint("s", "new"))
    moved = a_case(a_record(SN, short_description="new"), parked=(row,))
    assert writes(judge(moved, BENCH)) == {(JIRA, "summary"): "new"}
    often = replace(moved, parked=(replace(row, attempts=8),))
    assert writes(judge(often, BENCH)) == {}
    kept = replace(moved, parked=(replace(row, fingerprint=KEPT + row.fingerprint),))
    assert writes(judge(kept, BENCH)) == {}
    audit = replace(often, rows=(QueuedRow(SN, "incident", "k", SWEEP),))
    assert writes(judge(audit, BENCH)) == {(JIRA, "summary"): "new"}

    link = moved.link
    for side in Side:
        link = link.with_end(side, replace(link.end(side), version="v2"))
    case = replace(moved, link=link)
    assert writes(judge(case, BENCH)) == {}
    retried = replace(case, rows=(QueuedRow(SN, "incident", "k", f"changed+{RETRY}"),))
    assert writes(judge(retried, BENCH)) == {(JIRA, "summary"): "new"}
    other = a_case(a_record(SN, short_description="newer"), parked=(row,))
    assert writes(judge(other, BENCH)) == {(JIRA, "summary"): "newer"}


def test_a_parked_field_in_order_again_is_taken_back() -> None:
    assert judge(a_case(parked=(parked("summary"),)), BENCH).cleared == ("summary",)


@pytest.mark.parametrize("side", Side)
def test_but_not_when_only_one_side_was_seen(side: Side) -> None:
    """The other side may well differ: that is what the row is about."""
    case = a_case(parked=(parked("summary"),))
    half = replace(case, records={side: case.records[side]})
    assert judge(half, BENCH).cleared == ()


def test_parked_comments_and_records_are_not_taken_back_by_a_look() -> None:
    case = a_case(parked=(parked(""), parked("comment 7"), parked(MARKS)))
    assert judge(case, BENCH).cleared == ()


def test_a_dispute_ends_when_both_sides_fit_again() -> None:
    case = a_case(disputed=frozenset({"level", "gone"}))
    assert judge(case, BENCH).agreed == {"level"}
    apart = a_case(a_record(SN, level="2"), a_record(JIRA, level="c"), disputed=case.disputed)
    assert judge(apart, BENCH).agreed == frozenset()
    half = replace(case, records={SN: a_record(SN)})
    assert judge(half, BENCH).agreed == frozenset()


def test_a_side_that_was_not_read_holds_its_base() -> None:
    case = a_case(a_record(SN, short_description="new"))
    half = replace(case, records={SN: case.records[SN]})
    assert writes(judge(half, BENCH)) == {(JIRA, "summary"): "new"}


def test_a_field_absent_from_an_answer_says_nothing() -> None:
    hidden = a_record(JIRA)
    hidden = replace(hidden, fields={"level": "a", "labels": ()})
    case = a_case(a_record(SN, short_description="new"), hidden)
    assert writes(judge(case, BENCH)) == {}


def test_a_record_that_does_not_show_up_changes_nothing_but_the_state() -> None:
    case = a_case(a_record(SN, short_description="new"), complete=True)
    gone = replace(case, records={SN: case.records[SN]})
    verdict = judge(gone, BENCH)
    assert verdict.state is LinkState.MISSING
    assert (verdict.actions, verdict.settled, verdict.notes) == ((), {}, ())


def test_a_record_that_moved_away_freezes_the_link() -> None:
    away = replace(a_record(JIRA, summary="new"), container="OTHER")
    verdict = judge(a_case(jira=away), BENCH)
    assert verdict.state is LinkState.FROZEN
    assert verdict.actions == ()


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        ({"correlation_id": None, "correlation_display": None}, True),
        ({"correlation_id": "jira:jira.example:999", "correlation_display": "OPS-9"}, True),
        ({**MINE, "correlation_display": "OLD-1"}, True),
        (MINE, False),
        ({"correlation_id": "another tool's", "correlation_display": "x"}, False),
        ({"correlation_id": "jira:other.example:7", "correlation_display": "x"}, False),
    ],
)
def test_our_mark_is_put_where_nobody_elses_stands(held: dict[str, Value], *, wanted: bool) -> None:
    verdict = judge(a_case(a_record(SN, **held)), BENCH)
    found = [w.change.fields for a in verdict.actions if isinstance(a, Update) for w in a.writes]
    assert found == ([MINE] if wanted else [])


def test_a_correlation_we_may_not_read_is_left_alone() -> None:
    blind = replace(a_record(SN), fields={"short_description": "s", "level": "1"})
    assert judge(a_case(blind), BENCH).actions == ()


def test_new_comments_are_carried_to_the_other_side() -> None:
    comment = Comment(
        "incident", LINK.servicenow.key, "c1", "work_notes", "ann", "Ann", NOON, NOON, "hi",
        internal=True,
    )  # fmt: skip
    case = a_case(comments={SN: (comment,), JIRA: ()})
    [remark] = judge(case, BENCH).actions
    assert isinstance(remark, Remark)
    assert remark.side is JIRA
    assert remark.comment.source_id == "c1"
    head = "Ann, work note on INC0000001, 2026-03-02 12:00:00 UTC (ref "
    assert remark.comment.body.startswith(head)
    refused = replace(case, parked=(parked("comment c1"),))
    assert judge(refused, BENCH).actions == ()
