"""The oracle sees every planted difference, and none where there is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.sandbox.jira import Hands
from connector.values import Comment, Record
from mappings.sides import Side
from sync.demo.content import Content, Logged, Truth, fit
from sync.demo.couples import Couple, Marks, Names
from sync.demo.truth import compare, differences
from tests.unit.demo.conftest import Linked

Plant = Callable[[Truth], Truth]


def judged(still: Linked, truth: Truth, waiting: Any = ()) -> list[str]:
    specs = fit(still.town, still.runtime.specs)
    return differences(truth, specs, still.runtime.options, waiting)


def couples(still: Linked, truth: Truth, table: str = "incident") -> list[Couple]:
    options = still.runtime.options
    names = Names(options.installation, options.jira_host)
    found = Marks(truth, fit(still.town, still.runtime.specs), names).couples()
    return [one for one in found if one.servicenow.container == table]


def on(truth: Truth, side: Side, **changes: Any) -> Truth:
    """A copy with another content on a side."""
    content: Content = replace(truth.of(side), **changes)
    return replace(truth, **{side.value: content})


def with_fields(truth: Truth, side: Side, key: str, **fields: Any) -> Truth:
    """A copy in which one record holds other values."""
    records = dict(truth.of(side).records)
    record: Record = records[key]
    records[key] = replace(record, fields={**record.fields, **fields})
    return on(truth, side, records=records)


def with_comments(
    truth: Truth, side: Side, key: str, change: Callable[[tuple[Comment, ...]], Any]
) -> Truth:
    """A copy in which one record has other comments."""
    held: Mapping[str, tuple[Comment, ...]] = truth.of(side).comments
    return on(truth, side, comments={**held, key: tuple(change(held[key]))})


def without_twin(truth: Truth) -> Record:
    """An issue that has nothing to do with ServiceNow."""
    return next(one for key, one in truth.jira.records.items() if key not in truth.jira.properties)


def talked_about(still: Linked, truth: Truth, least: int) -> Couple:
    """A couple whose ticket has that many entries, each in a second of its own."""
    for one in couples(still, truth):
        heard = truth.servicenow.comments[one.servicenow.key]
        if len({comment.created for comment in heard}) >= least:
            return one
    raise AssertionError("nobody talks enough in this company")


def test_a_linked_town_has_no_differences(linked: Linked) -> None:
    assert compare(linked.town, linked.runtime.specs, linked.runtime.options) == []
    assert len(couples(linked, linked.truth())) >= 5


def test_an_unlinked_town_has_nothing_but_missing_twins(still: Linked) -> None:
    truth = still.truth()
    bare = on(truth, Side.JIRA, records={}, properties={}, comments={}, own={}, scoped={})

    found = judged(still, bare)

    wanted = sum(len(keys) for keys in truth.servicenow.scoped.values())
    assert sum("has no twin in jira" in line for line in found) == wanted > 20


def test_a_record_that_is_to_have_a_twin_is_missed(still: Linked) -> None:
    truth = still.truth()
    loose = without_twin(truth)
    scoped = {**truth.jira.scoped, "incident-story": frozenset({loose.key})}

    found = judged(still, on(truth, Side.JIRA, scoped=scoped))

    assert found == [f"{loose.label} is in scope of incident-story and has no twin in servicenow"]
    assert judged(still, on(truth, Side.JIRA, scoped=scoped), {(loose.label, "")}) == []


def test_a_second_twin_in_jira_is_seen_by_its_label(still: Linked) -> None:
    truth = still.truth()
    one = couples(still, truth)[0]
    again = replace(one.jira, key="99999", label="OPS-9999")

    found = judged(still, on(truth, Side.JIRA, records={**truth.jira.records, "99999": again}))

    assert f"{one.servicenow.label} has 2 twins in jira: {one.jira.label}, OPS-9999" in found


def test_a_clone_made_by_a_person_is_no_twin(still: Linked) -> None:
    truth = still.truth()
    one = couples(still, truth)[0]
    clone = replace(one.jira, key="99999", label="OPS-9999", created_by="somebody")

    assert not judged(still, on(truth, Side.JIRA, records={**truth.jira.records, "99999": clone}))


def test_a_second_twin_in_servicenow_is_seen_by_its_correlation(still: Linked) -> None:
    truth = still.truth()
    one = couples(still, truth)[0]
    me = truth.servicenow.me
    again = replace(one.servicenow, key="f" * 32, label="INC0099999", created_by=me)
    records = {**truth.servicenow.records, again.key: again}

    found = judged(still, on(truth, Side.SERVICENOW, records=records))

    assert (
        f"{one.jira.label} has 2 twins in servicenow: {one.servicenow.label}, INC0099999" in found
    )


FIELDS = [
    (Side.JIRA, {"summary": "Something else"}, "summary is"),
    (Side.SERVICENOW, {"description": "Not what it was"}, "description is"),
    (Side.JIRA, {"priority": "Lowest"}, "priority is"),
    (Side.JIRA, {"assignee": None}, "assignee is"),
    (Side.SERVICENOW, {"state": "1"}, "status is '1'"),
    (Side.JIRA, {"parent": None}, "parent is PRB"),
]


@pytest.mark.parametrize(("side", "fields", "said"), FIELDS, ids=[said for _, _, said in FIELDS])
def test_a_field_that_does_not_fit_is_named(
    still: Linked, side: Side, fields: dict[str, Any], said: str
) -> None:
    truth = still.truth()
    one = next(
        each
        for each in couples(still, truth)
        if each.servicenow.fields["problem_id"]
        and each.servicenow.fields["state"] == "2"
        and each.jira.fields["priority"] != "Lowest"
    )

    found = judged(still, with_fields(truth, side, one.of(side).key, **fields))

    assert [line for line in found if said in line and line.startswith(str(one))] == found != []


def test_what_waits_for_a_person_is_no_difference(still: Linked) -> None:
    truth = still.truth()
    one = couples(still, truth)[0]
    broken = with_fields(truth, Side.JIRA, one.jira.key, summary="Something else")

    assert len(judged(still, broken)) == 1
    assert judged(still, broken, {(one.servicenow.label, "summary")}) == []
    assert judged(still, broken, {(one.jira.label, "summary")}) == []
    assert len(judged(still, broken, {(one.jira.label, "priority")})) == 1


def test_two_states_on_one_status_are_no_difference(still: Linked) -> None:
    truth = still.truth()
    one = next(c for c in couples(still, truth) if c.servicenow.fields["state"] == "2")

    assert not judged(still, with_fields(truth, Side.SERVICENOW, one.servicenow.key, state="3"))


def test_a_missing_comment_is_told(still: Linked) -> None:
    truth = still.truth()
    one = talked_about(still, truth, 1)

    found = judged(still, with_comments(truth, Side.JIRA, one.jira.key, lambda rows: rows[1:]))

    assert len(found) == 1
    assert "is missing in jira" in found[0]


def test_a_comment_that_stands_twice_is_told(still: Linked) -> None:
    truth = still.truth()
    one = talked_about(still, truth, 1)

    found = judged(
        still, with_comments(truth, Side.JIRA, one.jira.key, lambda rows: (*rows, rows[-1]))
    )

    assert len(found) == 1
    assert "stands 2 times in jira" in found[0]


def test_comments_out_of_order_are_told(still: Linked) -> None:
    truth = still.truth()
    one = talked_about(still, truth, 2)

    found = judged(still, with_comments(truth, Side.JIRA, one.jira.key, lambda rows: rows[::-1]))

    assert found == [f"{one}: the comments of servicenow stand out of order in jira"]


def test_other_words_author_or_time_are_told(still: Linked) -> None:
    truth = still.truth()
    one = talked_about(still, truth, 1)

    def reworded(rows: tuple[Comment, ...]) -> list[Comment]:
        return [replace(rows[0], body=rows[0].body + " and more"), *rows[1:]]

    def later(rows: tuple[Comment, ...]) -> list[Comment]:
        return [replace(rows[0], created=rows[0].created - timedelta(days=1)), *rows[1:]]

    words = judged(still, with_comments(truth, Side.JIRA, one.jira.key, reworded))
    stamp = judged(still, with_comments(truth, Side.SERVICENOW, one.servicenow.key, later))

    assert len(words) == len(stamp) == 1
    assert "has other words in jira" in words[0]
    assert "lost its author or time in jira" in stamp[0]


def test_a_copy_that_customers_can_read_is_told(still: Linked) -> None:
    truth = still.truth()
    one = talked_about(still, truth, 1)

    def public(rows: tuple[Comment, ...]) -> list[Comment]:
        return [replace(rows[0], internal=False), *rows[1:]]

    found = judged(still, with_comments(truth, Side.JIRA, one.jira.key, public))

    assert len(found) == 1
    assert "may be read by customers" in found[0]


def test_a_copy_of_nothing_is_told(still: Linked) -> None:
    truth = still.truth()
    one = talked_about(still, truth, 1)

    found = judged(
        still,
        with_comments(truth, Side.SERVICENOW, one.servicenow.key, lambda rows: rows[1:]),
    )

    assert len(found) == 1
    assert "is a copy of nothing" in found[0]


@pytest.mark.parametrize("mark", ["correlation_id", "correlation_display", "label", "property"])
def test_a_missing_mark_is_told(still: Linked, mark: str) -> None:
    truth = still.truth()
    one = couples(still, truth)[0]
    if mark == "property":
        held = {k: v for k, v in truth.jira.properties.items() if k != one.jira.key}
        broken = on(truth, Side.JIRA, properties=held)
    elif mark == "label":
        broken = with_fields(truth, Side.JIRA, one.jira.key, labels=())
    else:
        broken = with_fields(truth, Side.SERVICENOW, one.servicenow.key, **{mark: None})

    found = judged(still, broken)

    assert len(found) == 1
    assert mark in found[0]


def test_a_foreign_correlation_is_left_alone(still: Linked) -> None:
    truth = still.truth()
    key = couples(still, truth)[0].servicenow.key

    broken = with_fields(
        truth, Side.SERVICENOW, key, correlation_id="monitoring:4711", correlation_display="x"
    )

    assert judged(still, broken) == []


def test_a_write_to_a_record_without_twin_is_told(still: Linked) -> None:
    truth = still.truth()
    loose = without_twin(truth)

    found = judged(still, on(truth, Side.JIRA, touched=truth.jira.touched | {loose.key}))

    assert found == [f"{loose.label} was written to and has no twin"]


def there_and_back(still: Linked, truth: Truth, *between: Logged) -> list[str]:
    """What is found when we closed a ticket and opened it again."""
    one = couples(still, truth)[0]
    at = datetime(2030, 1, 1, tzinfo=UTC)
    writes = (
        Logged(at, True, "state", "2", "6"),
        *between,
        Logged(at + timedelta(minutes=1), True, "state", "6", "2"),
    )
    key = one.servicenow.key
    return judged(still, on(truth, Side.SERVICENOW, log={**truth.servicenow.log, key: writes}))


def test_a_write_that_we_took_back_ourselves_is_told(still: Linked) -> None:
    found = there_and_back(still, still.truth())

    assert len(found) == 1
    assert "state in servicenow was set from '2' to '6' and back to '2'" in found[0]


def test_a_write_taken_back_because_somebody_acted_is_no_bounce(still: Linked) -> None:
    moment = datetime(2030, 1, 1, 0, 0, 30, tzinfo=UTC)
    assert not there_and_back(still, still.truth(), Logged(moment, False, "comments", "", "no!"))


def test_labels_that_people_gave_have_to_stay(linked: Linked) -> None:
    one = couples(linked, linked.truth())[0]
    world = linked.town.jira.world
    mei = Hands(world, "mei.chen")
    mei.label(one.jira.key, add=("quick-win", "customer"))
    mei.label(one.jira.key, remove=("customer",))
    linked.sync()
    truth = linked.truth()
    assert truth.jira.own[one.jira.key] == {"quick-win"}
    assert judged(linked, truth) == []

    Hands(world, "tandem").label(one.jira.key, remove=("quick-win",))

    assert judged(linked, linked.truth()) == [
        f"{one.jira.label}: people's own label quick-win is gone"
    ]


def test_true_edits_that_were_not_synced_are_seen(linked: Linked) -> None:
    one = couples(linked, linked.truth())[0]
    mei = Hands(linked.town.jira.world, "mei.chen")
    mei.edit(one.jira.key, summary="Only here")
    mei.comment(one.jira.key, "A word that nobody carried")

    options = linked.runtime.options
    found = compare(linked.town, linked.runtime.specs, options)
    assert len(found) == 2
    assert any("summary is" in line for line in found)
    assert any("the comment of Mei Chen" in line for line in found)

    linked.sync()
    assert compare(linked.town, linked.runtime.specs, options) == []
