"""Who is who: the file before the column before the e-mail, one active person, never the first."""

from __future__ import annotations

from typing import Any

import pytest

from mappings.loader import load_people
from mappings.sides import Side
from sync.core.model import PersonRow
from sync.core.people import Acquaintance, By, Match, NoMatch, Roster, Why

SN, JIRA = Side.SERVICENOW, Side.JIRA
COLUMN = "people: {servicenow_field: u_acc}\n"


def row(side: Side, key: str, email: str = "", **more: Any) -> PersonRow:
    told = {"name": key.title(), "active": True, **more}
    return PersonRow(side, key, email=email, **told)


def here(key: str, email: str = "", **more: Any) -> PersonRow:
    return row(SN, key, email, **more)


def there(key: str, email: str = "", **more: Any) -> PersonRow:
    return row(JIRA, key, email, **more)


def known(*rows: PersonRow, file: str = "") -> Acquaintance:
    people = load_people({"people.yaml": file} if file else {})
    rosters = {side: Roster.of(one for one in rows if one.side is side) for side in Side}
    return Acquaintance.of(people, rosters)


def entry(servicenow: str, jira: str) -> str:
    return f"map:\n  - {{servicenow: {servicenow}, jira: {jira}}}\n"


MATCHES: dict[str, tuple[Acquaintance, By]] = {
    "e-mail": (known(here("s", "A@x.org"), there("j", "a@X.org")), By.EMAIL),
    "e-mail past a leaver": (
        known(here("s", "a@x.org"), there("j", "a@x.org"), there("old", "a@x.org", active=False)),
        By.EMAIL,
    ),
    "e-mail of a leaver": (
        known(here("s", "a@x.org", active=False), there("j", "a@x.org")), By.EMAIL
    ),
    "login": (known(here("s", login="ann"), there("j"), file=entry("ANN", "j")), By.MAP),
    "addresses": (
        known(here("s", "a@x.org"), there("j", "b@x.org"), file=entry("a@x.org", "b@x.org")),
        By.MAP,
    ),
    "file before column": (
        known(here("s", account="k"), there("j"), there("k"), file=COLUMN + entry("s", "j")),
        By.MAP,
    ),
    "file before e-mail": (
        known(here("s", "a@x.org"), there("j"), there("k", "a@x.org"), file=entry("s", "j")),
        By.MAP,
    ),
    "column before e-mail": (
        known(here("s", "a@x.org", account="j"), there("j"), there("k", "a@x.org"), file=COLUMN),
        By.FIELD,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", MATCHES)
def test_what_tells_who_somebody_is(case: str) -> None:
    found, by = MATCHES[case]
    assert found.find(SN, "s") == Match("j", by)
    assert found.same("s", "j")
    if found.rosters[SN].by_key["s"].active:
        assert found.find(JIRA, "j") == Match("s", by)


MISSES: dict[str, tuple[Acquaintance, Why]] = {
    "nobody": (known(here("s", "a@x.org"), there("j", "b@x.org")), Why.UNKNOWN),
    "no address": (known(here("s"), there("j")), Why.UNKNOWN),
    "leaver": (known(here("s", "a@x.org"), there("j", "a@x.org", active=False)), Why.INACTIVE),
    "two there": (
        known(here("s", "a@x.org"), there("j", "a@x.org"), there("k", "a@x.org")), Why.DOUBLE
    ),
    "two here": (
        known(here("s", "a@x.org"), here("t", "a@x.org"), there("j", "a@x.org")), Why.DOUBLE
    ),
    "same name": (known(here("s", name="Ann"), there("j", name="Ann")), Why.UNKNOWN),
    "claimed by the file": (
        known(here("s", "a@x.org"), here("t"), there("j", "a@x.org"), file=entry("t", "j")),
        Why.UNKNOWN,
    ),
    "claimed by the column": (
        known(here("s", "a@x.org"), here("t", account="j"), there("j", "a@x.org"), file=COLUMN),
        Why.UNKNOWN,
    ),
    "file names a leaver": (
        known(here("s", "a@x.org"), there("j", active=False), there("k", "a@x.org"),
              file=entry("s", "j")), Why.INACTIVE,
    ),
    "file names two": (
        known(here("s"), there("j", "b@x.org"), there("k", "b@x.org"), file=entry("s", "b@x.org")),
        Why.DOUBLE,
    ),
    "file names nobody": (known(here("s", "a@x.org"), there("j", "a@x.org"),
                                file=entry("s", "gone")), Why.UNKNOWN),
    "two entries": (
        known(here("s", "a@x.org"), there("j"), there("k"),
              file=entry("s", "j") + "  - {servicenow: a@x.org, jira: k}\n"), Why.DOUBLE,
    ),
    "column names nobody": (
        known(here("s", "a@x.org", account="gone"), there("j", "a@x.org"), file=COLUMN),
        Why.UNKNOWN,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", MISSES)
def test_doubt_is_nobody_with_reason_and_remedy(case: str) -> None:
    found, why = MISSES[case]
    told = found.find(SN, "s")
    assert isinstance(told, NoMatch)
    assert (told.why, bool(told.remedy)) == (why, True)
    name = found.rosters[SN].by_key["s"].name
    assert name in told.reason or "people.yaml:" in told.reason


def test_two_active_people_whose_column_names_one_account_are_nobody() -> None:
    found = known(here("s", account="j"), here("t", account="j"), there("j"), file=COLUMN)
    told = found.find(JIRA, "j")
    assert isinstance(told, NoMatch)
    assert told.why is Why.DOUBLE


def test_a_hidden_address_is_told_as_such() -> None:
    told = known(there("j")).find(JIRA, "j")
    assert isinstance(told, NoMatch)
    assert told.why is Why.HIDDEN


def test_two_entries_that_lead_to_one_person_are_doubt() -> None:
    file = entry("s", "j") + "  - {servicenow: t, jira: b@x.org}\n"
    told = known(here("s"), here("t"), there("j", "b@x.org"), file=file).find(SN, "s")
    assert isinstance(told, NoMatch)
    assert "people.yaml:2 and people.yaml:3" in told.reason


def test_leavers_on_both_sides_are_still_the_same_person() -> None:
    gone = known(here("s", "a@x.org", active=False), there("j", "a@x.org", active=False))
    assert gone.same("s", "j")
    assert isinstance(gone.find(SN, "s"), NoMatch)
    mapped = known(here("s", "a@x.org"), here("t"), there("j", "a@x.org"), file=entry("t", "j"))
    assert not mapped.same("s", "j")
    assert mapped.same("t", "j")


def test_who_stands_in_is_one_active_person_or_a_problem_with_its_line() -> None:
    file = "fallback:\n  jira: k@x.org\n"
    assert known(there("k", "k@x.org"), file=file).stand_in(JIRA) == Match("k", By.MAP)
    assert known(file=file).stand_in(SN) is None
    told = known(there("k", "k@x.org", active=False), file=file).stand_in(JIRA)
    assert isinstance(told, NoMatch)
    assert told.reason.startswith("people.yaml:2: the fallback k@x.org")
