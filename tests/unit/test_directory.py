"""People, twins and categories: matched by e-mail only, asked for seldom, healed when corrected."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.values import Person
from mappings.sides import Side
from mappings.values import Unmappable
from sync.directory import RETRY_UNKNOWN, Directory
from sync.store import Store
from tests.support.links import a_link

SN, JIRA = Side.SERVICENOW, Side.JIRA
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Book:
    """A side that knows people and counts how often it was asked."""

    def __init__(self, *people: Person) -> None:
        self.there = list(people)
        self.asked = 0

    def people(
        self,
        *,
        keys: Collection[str] = (),
        emails: Collection[str] = (),
        logins: Collection[str] = (),
        accounts: Collection[str] = (),
        column: str = "",
    ) -> tuple[Person, ...]:
        self.asked += 1
        wanted = {email.casefold() for email in emails}
        told = (replace(p, account=p.account if column else "") for p in self.there)
        return tuple(
            p
            for p in told
            if p.key in keys
            or p.email.casefold() in wanted
            or p.login in logins
            or (column and p.account in accounts)
        )

    def now(self, **changes: Any) -> None:
        """The first person is corrected."""
        first = self.there[0]
        values = {"name": first.name, "email": first.email, "active": first.active, **changes}
        self.there[0] = Person(first.key, **values)


def ann(key: str, email: str = "ann@example.com", *, active: bool = True) -> Person:
    return Person(key, "Ann", email, active)


@pytest.fixture
def store() -> Iterator[Store]:
    with Store.open("sqlite://", clock=lambda: NOON) as opened:
        yield opened


def met(store: Store, here: Book, there: Book) -> Directory:
    found = Directory(store, {SN: here, JIRA: there})  # type: ignore[dict-item]
    found.prepare({SN: ["sn-ann"]}, NOON)
    return found


def test_one_person_with_the_same_address_is_the_same_person(store: Store) -> None:
    found = met(store, Book(ann("sn-ann")), Book(ann("j-ann", "ANN@Example.com")))
    assert found.person(SN, "sn-ann") == "j-ann"
    assert found.person(JIRA, "j-ann") == "sn-ann"
    assert found.name(SN, "sn-ann") == "Ann"


@pytest.mark.parametrize(
    ("there", "why"),
    [
        ([], "nobody active"),
        ([ann("j1", active=False)], "nobody active"),
        ([ann("j1"), ann("j2")], "2 active persons"),
        ([ann("j1", "ann@example.org")], "nobody active"),
    ],
)
def test_doubt_is_never_decided_by_guessing(store: Store, there: list[Person], why: str) -> None:
    told = met(store, Book(ann("sn-ann")), Book(*there)).person(SN, "sn-ann")
    assert isinstance(told, Unmappable)
    assert why in told.reason
    assert told.remedy


def test_one_active_person_wins_over_inactive_ones(store: Store) -> None:
    found = met(store, Book(ann("sn-ann")), Book(ann("old", active=False), ann("new")))
    assert found.person(SN, "sn-ann") == "new"


def test_who_has_no_address_cannot_be_matched(store: Store) -> None:
    told = met(store, Book(ann("sn-ann", "")), Book(ann("j1", ""))).person(SN, "sn-ann")
    assert isinstance(told, Unmappable)
    assert "no known e-mail" in told.reason


def test_a_stranger_is_named_by_his_key(store: Store) -> None:
    found = met(store, Book(), Book())
    assert found.name(SN, "sn-ann") == "sn-ann"
    assert isinstance(found.person(SN, "sn-ann"), Unmappable)


def test_who_was_matched_is_not_asked_for_again_even_after_a_restart(store: Store) -> None:
    here, there = Book(ann("sn-ann")), Book(ann("j-ann"))
    met(store, here, there)
    again = met(store, here, there)
    again.prepare({SN: ["sn-ann"]}, NOON + timedelta(days=9))
    assert (here.asked, there.asked) == (2, 1), "by key and for namesakes; by address"
    assert again.person(SN, "sn-ann") == "j-ann"


def test_who_was_not_matched_is_asked_for_again_after_a_while(store: Store) -> None:
    here, there = Book(ann("sn-ann")), Book()
    found = met(store, here, there)
    found.prepare({SN: ["sn-ann"]}, NOON + RETRY_UNKNOWN - timedelta(seconds=1))
    assert there.asked == 1
    there.there = [ann("j-ann")]
    found.prepare({SN: ["sn-ann"]}, NOON + RETRY_UNKNOWN)
    assert found.person(SN, "sn-ann") == "j-ann"


@pytest.mark.parametrize("restarted", [True, False])
def test_an_address_corrected_on_either_side_heals_the_match(
    store: Store, *, restarted: bool
) -> None:
    """What the remedy asks for has to help: the wrong address is not remembered for good."""
    here, there = Book(ann("sn-ann", "an@example.com")), Book(ann("j-ann"))
    found = met(store, here, there)
    assert isinstance(found.person(SN, "sn-ann"), Unmappable)
    here.now(email="ann@example.com")
    if restarted:
        found = Directory(store, {SN: here, JIRA: there})  # type: ignore[dict-item]
    found.prepare({SN: ["sn-ann"]}, NOON + RETRY_UNKNOWN)
    assert found.person(SN, "sn-ann") == "j-ann"


def test_somebody_who_comes_back_is_matched_again(store: Store) -> None:
    here, there = Book(ann("sn-ann")), Book(ann("j-ann", active=False))
    found = met(store, here, there)
    assert isinstance(found.person(SN, "sn-ann"), Unmappable)
    there.now(active=True)
    found.prepare({SN: ["sn-ann"]}, NOON + RETRY_UNKNOWN)
    assert found.person(SN, "sn-ann") == "j-ann"


def test_twins_come_from_links_both_ways(store: Store) -> None:
    link = store.links.add(a_link())
    found = met(store, Book(), Book())
    assert found.twin(SN, link.servicenow.key) == link.jira.key
    assert found.twin(JIRA, link.jira.key) == link.servicenow.key
    assert found.twin(SN, "none") is None


def test_categories_are_learnt_from_records(store: Store) -> None:
    found = met(store, Book(), Book())
    found.learn_statuses(
        [{"status": "QA", "status_category": "indeterminate"}, {"status": None}, {}]
    )
    assert found.category("QA") == "indeterminate"
    assert found.category("Other") is None
