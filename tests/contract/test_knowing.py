"""What a side knows besides its records: us, people, kinds, and who wrote what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connector.counts import Count
from connector.errors import AccessLost, Gone, NotThere, Rejected
from connector.values import Done, RemoteLink
from tests.contract.mounts import HOST, LONG_AGO, JiraMount, Mount


def test_we_learn_who_we_are(mount: Mount) -> None:
    identity = mount.adapter.identity()
    assert identity.key == mount.person_key("tandem")
    assert identity.name
    assert identity.host == HOST
    assert identity.server_now == mount.clock.now()
    assert not identity.admin


def test_people_are_found_by_key_and_by_exact_address(mount: Mount) -> None:
    jonas, mei = mount.person_key("jonas.weber"), mount.person_key("mei.chen")
    found = mount.adapter.people(keys=[jonas], emails=["MEI.CHEN@northwind.example"])
    assert {one.key: (one.name, one.active) for one in found} == {
        jonas: ("Jonas Weber", True),
        mei: ("Mei Chen", True),
    }
    assert {one.email for one in found if one.email} <= {
        "jonas.weber@northwind.example",
        "mei.chen@northwind.example",
    }


def test_nearly_the_address_is_nobody(mount: Mount) -> None:
    for address in ("mei.chen", "mei.chen@northwind", "ei.chen@northwind.example"):
        assert mount.adapter.people(emails=[address]) == ()
    assert mount.adapter.people(keys=["0" * 32]) == ()


def test_who_has_left_is_told_as_inactive(mount: Mount) -> None:
    key = mount.person_key("xenia.georgiou")
    [by_key] = mount.adapter.people(keys=[key])
    [by_mail] = mount.adapter.people(emails=["xenia.georgiou@northwind.example"])
    assert (by_key.key, by_key.active) == (by_mail.key, by_mail.active) == (key, False)


def test_two_accounts_with_one_address_are_both_told(mount: Mount) -> None:
    twin = mount.namesake("jonas.weber")
    found = mount.adapter.people(emails=["jonas.weber@northwind.example"])
    assert {one.key for one in found} == {mount.person_key("jonas.weber"), twin}


def test_people_are_found_by_login_where_a_side_has_logins(mount: Mount) -> None:
    key = mount.person_key("mei.chen")
    found = mount.adapter.people(logins=["mei.chen", "mei"])
    logs_in = mount.system == "servicenow" or key == "mei.chen"
    assert [one.key for one in found] == ([key] if logs_in else [])


def test_a_column_of_servicenows_own_tells_accounts(desk: Mount) -> None:
    with pytest.raises(NotThere, match="u_nothing"):
        desk.adapter.people(keys=[desk.person_key("mei.chen")], column="u_nothing")
    key = desk.person_key("mei.chen")
    [by_account] = desk.adapter.people(accounts=["europe/berlin"], keys=[key], column="time_zone")
    assert (by_account.key, by_account.account) == (key, "")


def test_jira_has_no_such_column_and_no_such_groups(board: JiraMount) -> None:
    with pytest.raises(NotThere):
        board.adapter.people(accounts=["x"], column="u_x")
    with pytest.raises(NotThere):
        board.adapter.groups(names=["Network"])


def test_groups_are_found_by_key_and_by_exact_name(desk: Mount) -> None:
    [network] = desk.adapter.groups(names=["NETWORK", "Net", "No such group"])
    assert (network.name, network.active) == ("Network", True)
    before = desk.counted("read")
    assert desk.adapter.groups(keys=[network.key]) == (network,)
    assert desk.adapter.groups() == ()
    if desk.over_http:
        assert desk.counted("read") == before, "groups are remembered"


def test_names_of_fields_are_placed(board: JiraMount) -> None:
    names = ["Customer impact", "customfield_10057", "customer IMPACT", "customfield_1", "Nothing"]
    found = board.adapter.placings("OPS", "Story", names)
    assert {name: one.ids for name, one in found.items()} == {
        **dict.fromkeys(names[:3], ("customfield_10057",)),
        **dict.fromkeys(names[3:], ()),
    }
    assert (found[names[0]].create, found[names[0]].edit) == (True, None), "no story, no screen"
    board.made(1)
    board.clock.advance(60)
    fresh = board.adapter.placings("OPS", "Story", names)[names[0]]
    assert (fresh.create, fresh.edit) == (True, True)
    with pytest.raises(NotThere):
        board.adapter.placings("OPS", "Nonsense", names)


def test_columns_are_placed_where_they_are(desk: Mount) -> None:
    found = desk.adapter.placings("incident", "incident", ["category", "u_nothing"])
    assert {name: one.ids for name, one in found.items()} == {
        "category": ("category",),
        "u_nothing": (),
    }


def test_a_kind_tells_its_fields_statuses_and_choices(mount: Mount) -> None:
    kinds = {kind.name: kind for kind in mount.adapter.kinds(mount.container)}
    kind = kinds.get(mount.kind) or next(iter(kinds.values()))
    fields = {field.name: field for field in kind.fields}
    assert {mount.summary, mount.description, mount.grade, mount.person} <= set(fields)
    assert mount.high in [choice.value for choice in fields[mount.grade].choices]
    assert {mount.first, mount.near, mount.far} <= {choice.value for choice in kind.statuses}
    assert fields[mount.summary].max_length == (255 if mount.indexed else 160)
    assert fields[mount.summary].required is mount.indexed


def test_a_kind_of_jira_tells_its_level_and_the_category_of_each_status(board: JiraMount) -> None:
    kinds = {kind.name: kind for kind in board.adapter.kinds("OPS")}
    assert {name: kinds[name].level for name in ("Epic", "Story", "Sub-task")} == {
        "Epic": 1,
        "Story": 0,
        "Sub-task": -1,
    }
    groups = {choice.value: choice.group for choice in kinds["Story"].statuses}
    assert (groups["Backlog"], groups["In Review"], groups["Done"]) == (
        "new",
        "indeterminate",
        "done",
    )


def test_read_only_columns_are_told(desk: Mount) -> None:
    [kind] = desk.adapter.kinds("incident")
    writable = {field.name: field.writable for field in kind.fields}
    assert not writable["priority"]
    assert writable["urgency"]


def test_kinds_of_nowhere_are_not_there(mount: Mount) -> None:
    with pytest.raises(NotThere):
        mount.adapter.kinds("nonsense")


def test_authorship_follows_the_field(mount: Mount) -> None:
    key = mount.made(1)
    mount.clock.advance(60)
    mount.edit(key, "jonas.weber", summary="words of Jonas")
    by_jonas = mount.clock.now()
    mount.clock.advance(60)
    mount.edit(key, "mei.chen", description="words of Mei")
    told = mount.adapter.authorship(mount.container, key, mount.summary)
    assert (told.author, told.at) == ("Jonas Weber", by_jonas)
    told = mount.adapter.authorship(mount.container, key, mount.description)
    assert (told.author, told.at) == ("Mei Chen", mount.clock.now())


def test_authorship_of_an_untouched_field_is_a_person_all_the_same(mount: Mount) -> None:
    key = mount.made(1)
    told = mount.adapter.authorship(mount.container, key, mount.description)
    assert (told.author, told.at) == ("Tandem Integration", mount.clock.now())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("fixVersions", ("2026.1",)),
        ("components", ("Checkout",)),
        ("customfield_10057", "A team"),
        ("Customer impact", "A team"),
    ],
)
def test_authorship_of_what_history_calls_by_another_name(
    board: JiraMount, name: str, value: Any
) -> None:
    key = board.made(1)
    board.clock.advance(60)
    field = {"Customer impact": "customfield_10057"}.get(name, name)
    board.hands().edit(key, **{field: value})
    told = board.adapter.authorship(board.container, key, name)
    assert (told.author, told.at) == ("Amira Haddad", board.clock.now())


def test_authorship_of_what_is_gone_is_gone(mount: Mount) -> None:
    key = mount.made(1)
    mount.delete(key)
    with pytest.raises(Gone):
        mount.adapter.authorship(mount.container, key, mount.summary)


def test_decoration_can_be_repeated(board: JiraMount) -> None:
    key = board.made(1)
    link = RemoteLink(key, "servicenow:abc", "https://desk.example/x", "INC0010001")
    assert [type(one) for one in board.adapter.decorate([link, link])] == [Done, Done]
    assert len(board.world.issues[key].remote) == 1
    assert board.counted("decoration") == 2


def test_servicenow_has_no_decoration(desk: Mount) -> None:
    with pytest.raises(Rejected):
        desk.adapter.decorate([RemoteLink("x", "y", "z", "t")])


ASKS: dict[str, Callable[[Mount, str], Any]] = {
    "identity": lambda m, _key: m.adapter.identity(),
    "read": lambda m, key: m.adapter.read(m.container, [key], [m.summary]),
    "changed": lambda m, _key: m.sightings(LONG_AGO),
    "listed": lambda m, _key: list(m.adapter.listed(m.container, "", [])),
    "in scope": lambda m, key: m.adapter.in_scope(m.container, "", [key]),
    "find": lambda m, _key: m.adapter.find(m.container, [m.mark(1)]),
    "create": lambda m, _key: m.adapter.create([m.draft(2), m.draft(3)]),
    "patch": lambda m, key: m.adapter.patch([m.patch(key, summary="new")], [m.summary]),
    "move": lambda m, key: m.adapter.move([m.move(key, m.near)], [m.status])[0],
    "comments": lambda m, key: m.adapter.comments(m.container, [key]),
    "comment": lambda m, key: m.adapter.comment([m.note(key, 1), m.note(key, 2)]),
    "people": lambda m, _key: m.adapter.people(emails=["mei.chen@northwind.example"]),
    "kinds": lambda m, _key: m.adapter.kinds(m.container),
    "authorship": lambda m, key: m.adapter.authorship(m.container, key, m.summary),
    "counts": lambda m, _key: m.adapter.counts(m.container, [Count(), Count(m.scope)]),
    "histories": lambda m, key: m.adapter.histories(m.container, [key], [m.status]),
    "memo": lambda m, _key: m.adapter.witness.memo("x"),
}


@pytest.mark.parametrize("ask", ASKS)
def test_an_account_that_is_not_accepted_is_no_empty_answer(mount: Mount, ask: str) -> None:
    key = mount.many(1)[0]
    mount.lock_out()
    with pytest.raises(AccessLost) as caught:
        ASKS[ask](mount, key)
    assert caught.value.side == mount.system
    assert "sandbox" not in str(caught.value).replace("sandbox.test", "")
    assert mount.population() == 1
    assert mount.remarks(key) == []
