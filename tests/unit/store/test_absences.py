"""Absences: one for each side of a link, found by link and by when they are due."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from mappings.sides import Side
from sync.core.model import Absence
from sync.errors import StoreUnusable, SyncError
from sync.store import Store
from tests.support.links import a_link
from tests.unit.store.conftest import NOON

HOUR = timedelta(hours=1)


def test_what_is_known_of_a_record_takes_the_place_of_what_was(store: Store) -> None:
    link = store.links.add(a_link()).id
    first = Absence(link, Side.JIRA, NOON, 0, NOON, NOON + HOUR)
    other = Absence(link, Side.SERVICENOW, None, back_at=NOON, closed=True)
    store.absences.save([first, other])
    assert store.absences.of([link, 99]) == {link: {Side.JIRA: first, Side.SERVICENOW: other}}

    later = replace(first, looks=1, looked_at=NOON + HOUR, due=None, word="ben \u00e4")
    store.absences.save([later])
    assert store.absences.of([link])[link][Side.JIRA] == later


def test_those_that_are_due_and_those_that_are_missing(store: Store) -> None:
    one, two = (store.links.add(a_link(number)).id for number in (1, 2))
    due = Absence(one, Side.JIRA, NOON, 0, NOON, NOON)
    later = Absence(two, Side.JIRA, NOON, 3, NOON, NOON + HOUR)
    back = Absence(two, Side.SERVICENOW, None, back_at=NOON)
    store.absences.save([due, later, back])
    assert store.absences.due(NOON - HOUR) == ()
    assert store.absences.due(NOON) == (due,)
    assert store.absences.due(NOON + HOUR) == (due, later)
    assert store.absences.all() == (due, later)


def test_of_a_link_that_is_not_there_nothing_is_kept(store: Store) -> None:
    with pytest.raises((SyncError, StoreUnusable)):
        store.absences.save([Absence(7, Side.JIRA, NOON)])
    assert store.absences.all() == ()
