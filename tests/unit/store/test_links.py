"""Links and bases: found again by every name, one live link a record, values as they were."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from mappings.sides import Side
from sync.core.model import Base, End, LinkState, Value
from sync.errors import BrokenInvariant
from sync.store import Store
from tests.support.links import a_link


def test_a_link_comes_back_as_it_was_stored(store: Store) -> None:
    east = timezone(timedelta(hours=2))
    link = store.links.add(a_link(origin=Side.JIRA, made_at=datetime(2025, 1, 1, 2, tzinfo=east)))
    assert link.id > 0
    found = store.links.by_ids([link.id])[link.id]
    assert found == link
    assert found.made_at == datetime(2025, 1, 1, tzinfo=UTC)
    assert found.agreed_at is None


def test_adding_the_same_link_twice_gives_the_first_one(store: Store) -> None:
    first = store.links.add(a_link())
    assert store.links.add(a_link()).id == first.id
    assert store.links.count("incident-story") == 1


@pytest.mark.parametrize(
    "other",
    [
        a_link(2, servicenow=a_link(1).servicenow),
        a_link(2, jira=a_link(1).jira),
    ],
    ids=["servicenow", "jira"],
)
def test_a_record_is_in_one_live_link_only(store: Store, other: object) -> None:
    store.links.add(a_link())
    with pytest.raises(BrokenInvariant, match="is alive"):
        store.links.add(other)
    assert store.links.count("incident-story") == 1


def test_the_database_itself_refuses_a_second_live_link(store: Store) -> None:
    store.links.add(a_link(1))
    second = store.links.add(a_link(2))
    with pytest.raises(BrokenInvariant):
        store.links.save(replace(second, jira=a_link(1).jira))
    assert store.links.by_ids([second.id])[second.id] == second


def test_an_ended_link_is_a_tombstone_until_a_live_one_stands_in_front(store: Store) -> None:
    old = store.links.add(a_link())
    store.links.save(replace(old, state=LinkState.ENDED))
    key = old.servicenow.key
    assert store.links.by_keys(Side.SERVICENOW, [key])[key].state is LinkState.ENDED
    assert store.links.count("incident-story") == 0
    new = store.links.add(a_link())
    assert new.id != old.id
    assert store.links.by_keys(Side.SERVICENOW, [key]) == {key: new}
    assert store.links.by_keys(Side.JIRA, [old.jira.key]) == {old.jira.key: new}


def test_a_live_link_wins_over_a_younger_tombstone(store: Store) -> None:
    live = store.links.add(a_link(1))
    ended = store.links.add(a_link(2, state=LinkState.ENDED))
    store.links.save(replace(ended, jira=live.jira))
    assert store.links.by_keys(Side.JIRA, [live.jira.key]) == {live.jira.key: live}


def test_saving_what_was_never_added_is_a_bug(store: Store) -> None:
    with pytest.raises(BrokenInvariant, match="not in the store"):
        store.links.save(a_link())


def test_keys_are_looked_up_by_the_thousand(store: Store) -> None:
    with store.transaction():
        links = [store.links.add(a_link(number)) for number in range(1, 1203)]
    keys = [link.jira.key for link in links]
    assert store.links.by_keys(Side.JIRA, keys) == {link.jira.key: link for link in links}
    assert list(store.links.of_pair("incident-story")) == links
    assert store.links.count("incident-story") == 1202


def test_links_of_a_pair_leave_out_tombstones_unless_asked(store: Store) -> None:
    live, ended = store.links.add(a_link(1)), store.links.add(a_link(2, state=LinkState.ENDED))
    store.links.add(a_link(3, pair="problem-epic"))
    assert list(store.links.of_pair("incident-story")) == [live]
    assert list(store.links.of_pair("incident-story", ended=True)) == [live, ended]


@pytest.mark.parametrize(
    "typed", ["INC0000001", "inc0000001 ", "OPS-1", "ops-1", "0" * 31 + "1", "10001"]
)
def test_a_link_is_found_by_what_a_person_types(store: Store, typed: str) -> None:
    link = store.links.add(a_link(1))
    store.links.add(a_link(2))
    assert store.links.find(typed) == (link,)


def test_nothing_is_found_for_a_strange_word(store: Store) -> None:
    store.links.add(a_link())
    assert store.links.find("OPS") == ()
    assert store.links.find("%") == ()


def test_links_wait_for_their_decoration_until_it_is_done(store: Store) -> None:
    links = [store.links.add(a_link(number)) for number in range(1, 4)]
    store.links.add(a_link(4, state=LinkState.FROZEN))
    assert store.links.undecorated(2) == tuple(links[:2])
    store.links.decorated([links[0].id, links[2].id])
    assert store.links.undecorated(10) == (links[1],)
    store.links.undecorate([links[0].id])
    assert store.links.undecorated(10) == tuple(links[:2])


def test_versions_alone_can_be_noted_for_many(store: Store) -> None:
    one, two = store.links.add(a_link(1)), store.links.add(a_link(2))
    store.links.saw(Side.JIRA, {one.id: "v8", two.id: "v9"})
    store.links.saw(Side.JIRA, {})
    found = store.links.by_ids([one.id, two.id])
    assert [found[link.id].jira.version for link in (one, two)] == ["v8", "v9"]
    assert found[one.id].servicenow == one.servicenow


VALUES = [
    Base("text", None),
    Base(("b", "a"), ()),
    Base(True, 1),
    Base(2.5, -7),
    Base("\x00 and \ud800 and \u20ac \U0001f600", "line\r\nline"),
    Base("x" * 40_000, ""),
]


def test_bases_keep_every_kind_of_value(store: Store) -> None:
    link = store.links.add(a_link())
    bases = {f"field{number}": base for number, base in enumerate(VALUES)}
    store.links.set_bases(link.id, bases)
    found = store.links.bases([link.id, 999])
    assert found == {link.id: bases, 999: {}}
    assert [type(base.servicenow) for base in found[link.id].values()] == [
        type(base.servicenow) for base in bases.values()
    ]


def test_setting_bases_touches_only_the_named_fields(store: Store) -> None:
    link = store.links.add(a_link())
    store.links.set_bases(link.id, {"summary": Base("a", "a"), "due": Base("b", "b")})
    store.links.set_bases(link.id, {"due": Base("c", "d"), "labels": Base((), ())})
    store.links.drop_bases(link.id, ["labels", "unknown"])
    expected = {"summary": Base("a", "a"), "due": Base("c", "d")}
    assert store.links.bases([link.id]) == {link.id: expected}


def test_links_are_found_by_a_base(store: Store) -> None:
    one, two, three = (store.links.add(a_link(number)) for number in (1, 2, 3))
    store.links.set_many(
        {
            one.id: {"parent": Base("P1", "100")},
            two.id: {"parent": Base("P1", "200")},
            three.id: {"parent": Base("P2", "100"), "other": Base("P1", "100")},
        }
    )
    assert store.links.with_base("parent", Side.SERVICENOW, "P1") == (one, two)
    assert store.links.with_base("parent", Side.JIRA, "100") == (one, three)
    assert store.links.with_base("parent", Side.JIRA, None) == ()
    store.links.set_bases(one.id, {"parent": Base("P1", "300")})
    assert store.links.with_base("parent", Side.JIRA, "100") == (three,)


@pytest.mark.parametrize("value", [None, True, 0, (), ("a", "b"), "null"])
def test_links_are_found_by_a_base_that_is_no_text(store: Store, value: Value) -> None:
    others = [other for other in (None, True, 1, (), ("b", "a"), "") if other != value]
    links = [store.links.add(a_link(number)) for number in range(len(others) + 1)]
    for link, held in zip(links, [value, *others], strict=True):
        store.links.set_bases(link.id, {"f": Base("", held)})
    assert store.links.with_base("f", Side.JIRA, value) == (links[0],)


def test_a_base_without_a_link_is_a_bug(store: Store) -> None:
    with pytest.raises(BrokenInvariant):
        store.links.set_bases(12345, {"summary": Base("a", "a")})


def test_words_that_a_database_refuses_do_not_stop_a_link(store: Store) -> None:
    end = End("OPS", "77", "OPS-7\x00", "v\udc80", "https://jira/\u00e4")
    link = store.links.add(a_link(jira=end))
    found = store.links.by_ids([link.id])[link.id].jira
    assert (found.label, found.version, found.url) == ("OPS-7\ufffd", "v\ufffd", end.url)
