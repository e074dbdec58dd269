"""Intents and comment links: nothing is sent that was not written down, nothing carried twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mappings.sides import Side
from sync.core.model import CommentLink, Intent, IntentKind, IntentState
from sync.errors import BrokenInvariant
from sync.store import Store
from tests.support.links import a_link
from tests.unit.store.conftest import NOON


def an_intent(marker: str = "m1", **changes: Any) -> Intent:
    values = {
        "marker": marker, "pair": "p", "kind": IntentKind.CREATE, "side": Side.JIRA,
        "container": "OPS", "source_key": "abc",
    }  # fmt: skip
    return Intent(**(values | changes))


def state_of(store: Store, marker: str = "m1") -> IntentState:
    return store.intents.get([marker])[marker].state


def test_an_intent_goes_its_way(store: Store) -> None:
    planned = store.intents.plan([an_intent()])["m1"]
    assert (planned.state, planned.attempt, planned.sent_at) == (IntentState.PLANNED, 0, None)
    store.intents.sent(["m1"], NOON)
    store.intents.unclear(["m1"])
    assert state_of(store) is IntentState.UNCLEAR
    later = NOON + timedelta(minutes=5)
    store.intents.sent(["m1"], later)
    sent = store.intents.get(["m1"])["m1"]
    assert (sent.attempt, sent.sent_at, sent.first_sent_at) == (2, later, NOON)
    store.intents.done("m1", "10001")
    done = store.intents.get(["m1"])["m1"]
    assert (done.state, done.result) == (IntentState.DONE, "10001")
    assert store.intents.open() == ()


def test_open_ones_are_planned_sent_or_unclear(store: Store) -> None:
    store.intents.plan([an_intent(f"m{number}") for number in range(5)])
    store.intents.sent(["m1", "m2", "m3"], NOON)
    store.intents.unclear(["m2"])
    store.intents.done("m3", "x")
    store.intents.drop(["m4"])
    assert [(intent.marker, intent.state.value) for intent in store.intents.open()] == [
        ("m0", "planned"),
        ("m1", "sent"),
        ("m2", "unclear"),
    ]


def test_creates_that_went_out_and_were_dropped_are_told_by_pair(store: Store) -> None:
    kinds = {"m3": {"kind": IntentKind.COMMENT}, "m4": {"pair": "q"}}
    markers = [f"m{number}" for number in range(6)]
    store.intents.plan([an_intent(marker, **kinds.get(marker, {})) for marker in markers])
    store.intents.sent(["m1", "m2", "m3", "m4", "m5"], NOON)
    store.intents.drop(["m0", "m1", "m3", "m4", "m5"])  # m0 never went out, m2 still may have
    assert [one.marker for one in store.intents.taken_for_lost("p")] == ["m1", "m5"]
    store.intents.plan([an_intent("m5")])
    assert [one.marker for one in store.intents.taken_for_lost("p")] == ["m1"]


def test_a_dropped_intent_is_used_again_and_remembers_that_it_was_sent(store: Store) -> None:
    store.intents.plan([an_intent()])
    store.intents.sent(["m1"], NOON)
    store.intents.drop(["m1"])
    again = store.intents.plan([an_intent(container="DEV")])["m1"]
    assert (again.state, again.attempt, again.container) == (IntentState.PLANNED, 1, "DEV")
    assert again.first_sent_at == NOON


@pytest.mark.parametrize("state", [IntentState.SENT, IntentState.UNCLEAR, IntentState.DONE])
def test_planning_anew_does_not_touch_what_may_have_happened(
    store: Store, state: IntentState
) -> None:
    store.intents.plan([an_intent()])
    store.intents.sent(["m1"], NOON)
    if state is IntentState.UNCLEAR:
        store.intents.unclear(["m1"])
    if state is IntentState.DONE:
        store.intents.done("m1", "10001")
    stands = store.intents.plan([an_intent(container="DEV"), an_intent("m2")])
    assert (stands["m1"].state, stands["m1"].container) == (state, "OPS")
    assert stands["m2"].state is IntentState.PLANNED


def test_what_an_earlier_process_sent_is_unclear(store: Store) -> None:
    store.intents.plan([an_intent("m1"), an_intent("m2"), an_intent("m3")])
    store.intents.sent(["m1", "m2"], NOON)
    store.intents.done("m2", "x")
    assert store.intents.unclear_all_sent() == 1
    assert [state_of(store, f"m{n}").value for n in (1, 2, 3)] == ["unclear", "done", "planned"]


def test_sending_what_was_never_planned_is_a_bug_and_changes_nothing(store: Store) -> None:
    store.intents.plan([an_intent()])
    with pytest.raises(BrokenInvariant, match="never planned: m2"):
        store.intents.sent(["m1", "m2"], NOON)
    assert state_of(store) is IntentState.PLANNED


def test_many_intents_at_once(store: Store) -> None:
    markers = [f"m{number}" for number in range(1201)]
    store.intents.plan([an_intent(marker) for marker in markers])
    store.intents.sent(markers, NOON)
    assert {intent.attempt for intent in store.intents.get(markers).values()} == {1}
    assert len(store.intents.open()) == 1201


def test_comment_links_by_link(store: Store) -> None:
    one, two = store.links.add(a_link(1)).id, store.links.add(a_link(2)).id
    rows = (
        CommentLink(one, Side.JIRA, "j1", "s1", "work_notes"),
        CommentLink(one, Side.SERVICENOW, "s2", "j2", "comments"),
    )
    store.comments.add(rows)
    assert store.comments.known([one, two]) == {one: rows, two: ()}


def test_a_comment_carried_twice_is_one_link_with_the_first_copy(store: Store) -> None:
    link = store.links.add(a_link()).id
    store.comments.add([CommentLink(link, Side.JIRA, "j1", "", "work_notes")])
    for copy in ("s1", "s2", ""):
        store.comments.add([CommentLink(link, Side.JIRA, "j1", copy, "work_notes")])
    assert [row.copy_id for row in store.comments.known([link])[link]] == ["s1"]


def test_what_was_told_of_a_comment_is_learned_and_not_forgotten(store: Store) -> None:
    link = store.links.add(a_link()).id
    row = CommentLink(link, Side.JIRA, "j1", "s1", "work_notes", parts=2)
    store.comments.add([row])
    store.comments.add([replace(row, stamp="7", digest="one")])
    store.comments.add([replace(row, copy_id="s2", stamp="", digest="", parts=3)])
    store.comments.add([replace(row, stamp="8")])
    assert store.comments.known([link])[link] == (replace(row, stamp="8", digest="one"),)
