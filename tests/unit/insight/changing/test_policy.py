"""A change is judged by its risk, its type, and by how others of its kind went."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.loader import load_policy
from mappings.policy import SHIPPED, ChangeClass, Policy
from sync.insight.changing.policy import Recent, judged
from sync.insight.facts import ChangeFact
from sync.insight.model import Judgement

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
PATCHING = ChangeFact(
    *("c", "CHG1", NOW - DAY),
    type="normal",
    risk="4",
    item="db",
    summary="Apply security patches to db01",
    impact=True,
    backout=True,
    test=True,
)


def was(key: str, days: float = 10, code: str = "successful", **more: object) -> ChangeFact:
    """The same work, closed so many days ago."""
    closed = NOW - days * DAY
    past = replace(PATCHING, key=key, number=key, active=False, closed=closed, code=code)
    return replace(past, **more)  # type: ignore[arg-type]


def look(change: ChangeFact, *others: ChangeFact, policy: Policy = SHIPPED) -> Judgement:
    """As an insight run does it."""
    return judged(change, Recent((change, *others), policy, NOW).near(change), policy)


THRICE = (was("1"), was("2"), was("3"))


def test_low_risk_done_three_times_is_standard_and_says_why() -> None:
    told = look(PATCHING, *THRICE)
    assert told == Judgement(
        ChangeClass.STANDARD,
        why=(
            "Standard: low risk, done three times, none failed.",
            "Type normal, risk low.",
            "Of its kind 3 succeeded and 0 failed in 180 days.",
        ),
        rule="low risk, done three times, none failed",
    )


def test_twice_is_not_enough_and_one_failure_is_too_much() -> None:
    assert look(PATCHING, *THRICE[:2]).class_ is ChangeClass.NORMAL
    told = look(PATCHING, *THRICE, was("4", code="Successful with issues"))
    assert (told.class_, told.escalates) == (ChangeClass.NORMAL, "its kind failed before")
    assert told.why[2:] == (
        "Of its kind 3 succeeded and 1 failed in 180 days.",
        "Look, change manager: its kind failed before.",
    )


@pytest.mark.parametrize(
    "other",
    [
        was("3", item="web"),
        was("3", item="", service=""),
        was("3", type="standard"),
        was("3", summary="Apply security patches to the mail gateway of db01"),
        was("3", summary=""),
        was("3", summary="0815"),
        was("3", code=""),
        was("3", code="cancelled"),
        was("3", active=True),
        was("3", closed=None),
        was("3", days=180, closed=NOW - 180 * DAY - SECOND),
    ],
)
def test_what_is_no_success_of_its_kind_does_not_count(other: ChangeFact) -> None:
    assert look(PATCHING, *THRICE[:2], other).class_ is ChangeClass.NORMAL


@pytest.mark.parametrize(
    "other",
    [
        was("3", days=180),
        was("3", summary="applying SECURITY patch, db02"),
        was("3", item="", service="s"),
        was("3", item="web", service="s"),
        was("3", code="Successful"),
        was("3", type="Normal"),
    ],
)
def test_what_is_a_success_of_its_kind_does(other: ChangeFact) -> None:
    assert look(replace(PATCHING, service="s"), *THRICE[:2], other).class_ is ChangeClass.STANDARD


def test_without_any_place_or_words_nothing_is_repeated() -> None:
    for bare in ({"item": ""}, {"summary": ""}):
        change = replace(PATCHING, **bare)
        others = [replace(one, **bare) for one in THRICE]
        assert look(change, *others).class_ is ChangeClass.NORMAL


@pytest.mark.parametrize(
    ("type_", "risk", "class_", "escalates"),
    [
        ("normal", "4", "normal", ""),
        ("normal", "3", "normal", ""),
        ("normal", "2", "normal", "risk high or very high"),
        ("normal", "Very High", "normal", "risk high or very high"),
        ("normal", "", "normal", "risk not assessed"),
        ("normal", "5", "normal", "risk not assessed"),
        ("emergency", "4", "emergency", "emergency"),
        ("Emergency", "1", "emergency", "emergency"),
        ("standard", "4", "standard", ""),
        ("standard", "3", "standard", ""),
        ("standard", "1", "normal", "risk high or very high"),
        ("standard", "", "normal", "risk not assessed"),
        ("expedited", "4", "normal", ""),
    ],
)
def test_type_and_risk_by_the_shipped_policy(
    type_: str, risk: str, class_: str, escalates: str
) -> None:
    told = look(replace(PATCHING, type=type_, risk=risk))
    assert (told.class_.value, told.escalates) == (class_, escalates)
    assert told.who == ("change manager" if escalates else "")


def test_a_standard_change_whose_kind_failed_is_normal_and_somebody_looks() -> None:
    told = look(replace(PATCHING, type="standard"), was("1", type="standard", code="unsuccessful"))
    assert (told.class_.value, told.escalates) == ("normal", "its kind failed before")


def test_one_that_is_standard_by_type_only_is_shown_where_nothing_else_speaks() -> None:
    strict = load_policy({"policy.yaml": "classes: [{rule: e, types: [e], becomes: emergency}]"})
    told = look(replace(PATCHING, type="standard"), policy=strict)
    assert (told.class_.value, told.escalates) == ("normal", "standard by type only")


def test_what_a_class_demands_and_is_not_there_is_missing() -> None:
    bare = replace(PATCHING, impact=False, backout=False, test=False)
    assert look(bare).demands == ("impact notes", "backout plan", "test plan")
    assert look(bare, *THRICE).demands == ("backout plan",)
    assert look(replace(bare, type="emergency")).demands == ("impact notes", "backout plan")
    assert look(replace(bare, test=True)).demands == ("impact notes", "backout plan")


def test_what_is_not_shown_to_us_is_said_and_not_missing() -> None:
    told = look(replace(PATCHING, backout=None, test=False))
    assert told.demands == ("test plan",)
    assert told.why[-1] == "Whether there is a text for backout plan is not shown to us."


def test_checks_are_missing_until_they_passed() -> None:
    text = "demands: {normal: {checks: [Unit tests, Scan]}}"
    policy = load_policy({"policy.yaml": text})
    assert look(PATCHING, policy=policy).demands == ("check Unit tests", "check Scan")
    tested = replace(PATCHING, checks=("unit tests",))
    assert look(tested, policy=policy).demands == ("check Scan",)


def test_the_first_rule_that_fits_is_the_one_that_is_named() -> None:
    text = """
classes:
  - {rule: never alone, least_succeeded: 1, becomes: emergency}
  - {rule: low, risks: [low], becomes: standard}
escalate:
  - {rule: some, classes: [emergency], who: Ann}
  - {rule: all, risks: [low], who: Ben}
"""
    policy = load_policy({"policy.yaml": text})
    alone, again = look(PATCHING, policy=policy), look(PATCHING, was("1"), policy=policy)
    assert (alone.class_.value, alone.escalates, alone.who) == ("standard", "all", "Ben")
    assert (again.class_.value, again.escalates, again.who) == ("emergency", "some", "Ann")


COUNTS = st.integers(0, 5)


@given(st.sampled_from(("1", "2", "3", "4", "")), COUNTS, COUNTS)
def test_more_failures_or_more_risk_never_make_a_change_standard(
    risk: str, well: int, badly: int
) -> None:
    others = [was(f"s{n}") for n in range(well)]
    others += [was(f"f{n}", code="unsuccessful") for n in range(badly)]
    told = look(replace(PATCHING, risk=risk), *others)
    assert (told.class_ is ChangeClass.STANDARD) == (risk == "4" and well >= 3 and not badly)
    assert bool(told.escalates) == (risk in ("1", "2", "") or badly > 0)


WORDS = st.lists(st.sampled_from(["mail", "disk", "fan", "rack", "core", "grid"]), max_size=6).map(
    " ".join
)
CHANGES = st.builds(
    was,
    st.uuids().map(str),
    code=st.sampled_from(("successful", "unsuccessful", "")),
    item=st.sampled_from(("db", "web", "")),
    service=st.sampled_from(("s", "")),
    summary=WORDS,
)


@given(CHANGES, st.lists(CHANGES, max_size=12), st.sampled_from((50, 66, 80, 100)))
def test_looking_only_near_by_finds_all_of_its_kind(
    change: ChangeFact, others: list[ChangeFact], alike: int
) -> None:
    policy = replace(SHIPPED, alike=alike)
    assert look(change, *others, policy=policy) == judged(change, others, policy)
