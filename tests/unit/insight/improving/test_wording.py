"""A success measure is read strictly: ours to the letter, people's own by a number with a unit."""

from __future__ import annotations

import pytest

from mappings.improvement import HEADINGS, NEEDS, Improving
from sync.insight.improving.judging import lacks
from sync.insight.improving.values import Goal, Wanted, Way
from sync.insight.improving.wording import FIGURES, Fault, stated, understood


@pytest.mark.parametrize(
    ("text", "name", "subject", "way", "number"),
    [
        ("reopen_rate below 5 %", "reopen_rate", "", Way.BELOW, 0.05),
        ("Reopen rate < 2,5%.", "reopen_rate", "", Way.BELOW, 0.025),
        ("incident_volume of Payroll by -30 %", "incident_volume", "Payroll", Way.CHANGE, -0.3),
        ("incident_volume of HR by \u221212", "incident_volume", "HR", Way.DIFFERENCE, -12),
        ("* time_to_restore_p85 at most 90 min", "time_to_restore_p85", "", Way.AT_MOST, 1.5),
        ("cycle_time_p85 of Web by -2 days", "cycle_time_p85", "Web", Way.DIFFERENCE, -2),
        ("lead_time_p50 under 36 h", "lead_time_p50", "", Way.BELOW, 1.5),
        ("throughput of Story >= 20 issues", "throughput", "Story", Way.AT_LEAST, 20),
        ("availability at least 99.9 %", "availability", "", Way.AT_LEAST, 0.999),
        ("change_failure_rate_by_code > 1 %", "change_failure_rate_by_code", "", Way.ABOVE, 0.01),
        ("incident_volume of Move to cloud to 5", "incident_volume", "Move to cloud", Way.TO, 5),
    ],
)  # fmt: skip
def test_ours_have_a_name_perhaps_a_subject_and_a_goal(
    text: str, name: str, subject: str, way: Way, number: float
) -> None:
    found = understood(text)
    assert isinstance(found, Wanted)
    assert (found.figure, found.subject, found.goal.way) == (FIGURES[name], subject, way)
    assert found.goal.number == pytest.approx(number)
    assert found.goal.said in text
    assert found.goal.said.endswith(text.rstrip(".")[-3:])


def test_from_and_to_may_share_a_unit() -> None:
    said = "from 3 days to 1 day"
    found = understood(f"approval_wait_median {said}")
    assert found == Wanted(FIGURES["approval_wait_median"], Goal(Way.TO, 24, said, 72))
    found = understood("approval_wait_median from 3 days to 1")
    assert isinstance(found, Wanted)
    assert (found.goal.start, found.goal.number) == (72, 24)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("reopen_rate", "`reopen_rate` alone has no goal"),
        ("reopen_rate lower", "`reopen_rate lower` has no goal"),
        ("reopen_rate below 5", "does not fit reopen_rate: write `reopen_rate below 5 %`"),
        ("reopen_rate below 5 days", "does not fit"),
        ("reopen_rate below 500 %", "does not fit"),
        ("time_to_restore_median below 4", "does not fit"),
        ("incident_volume below 5 %", "does not fit"),
        ("incident_volume below -5", "does not fit"),
        ("incident_volume by 30 %", "does not say in which direction: write by -30 %"),
        ("reopen_rate by -2", "does not fit"),
        ("incident_volume by -0 %", "changes nothing"),
        ("incident_volume from 5 to 5", "does not fit"),
        ("incident_volume below 5 soon", "has no goal"),
    ],
)
def test_what_begins_like_ours_and_goes_on_otherwise_is_a_fault(text: str, told: str) -> None:
    found = understood(text)
    assert isinstance(found, Fault)
    assert told in found.text


@pytest.mark.parametrize(
    "text",
    [
        "approval of standard laptop builds, from 3 days to 1",
        "Half the calls: 40 % fewer",
        "less than 5min of waiting",
        "costs below \u20ac 2000 a year",
        "20 tickets a week instead of 45",
        "reopen_rates of 3 percent",
    ],
)
def test_peoples_own_have_a_number_with_a_unit(text: str) -> None:
    assert understood(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "make the laptop process better",
        "better by 2027",
        "3 of 4 in Q3",
        "done on 1 May",
        "version v2 is out",
        "as soon as possible",
        "OPS-12 hours",
    ],
)
def test_no_number_or_no_unit_is_vague(text: str) -> None:
    found = understood(text)
    assert isinstance(found, Fault)
    assert "no number with a unit" in found.text


@pytest.mark.parametrize(
    "description",
    [
        "h2. Why\nslow\nh2. Success measure\nreopen_rate below 5 %\nh2. How\nby care",
        "Some words\n*Success measure:*\nreopen_rate below 5 %",
        "slow\nSuccess measure: reopen_rate below 5 %\nmore",
        "slow\n\nsuccess  measure\n\nreopen_rate below 5 %\n\nmore",
        "*Measure of success:* reopen_rate below 5 %",
    ],
)
def test_the_measure_is_found_under_a_heading_or_in_plain_words(description: str) -> None:
    assert stated(description, HEADINGS) == "reopen_rate below 5 %"


def test_without_such_words_there_is_none() -> None:
    assert stated("h2. Success\nreopen_rate below 5 %", HEADINGS) == ""
    assert stated("Success measure:", HEADINGS) == ""


def why(title: str, measure: str, rules: Improving | None = None) -> list[tuple[str, str]]:
    given = rules or Improving()
    found = lacks(title, "", "", measure, given, lambda name: name == "Payroll")
    return [(one.need, one.text) for one in found]


def test_all_that_is_missing_is_told_at_once_and_the_rules_leave_parts_out() -> None:
    assert [need for need, _ in why("Improve the laptop process", "")] == list(NEEDS)
    assert "its title does not say when it has worked" in why("Improve the laptops", "")[2][1]
    assert "its title" not in why("Approve laptops by template", "")[2][1]
    rules = Improving(needs=frozenset({"measure"}), field="Target")
    [(_, text)] = why("Improve it", "", rules)
    assert "in the field Target or under the heading 'Success measure'" in text
    assert why("Improve it", "reopen_rate below 5 %", rules) == []


def test_a_subject_has_to_be_known() -> None:
    rules = Improving(needs=frozenset({"measure"}))
    assert why("Fewer", "incident_volume of Payroll below 5", rules) == []
    [(_, text)] = why("Fewer", "incident_volume of Payrol below 5", rules)
    assert "'Payrol'" in text


def test_a_measure_without_end_is_repeated_to_nobody_in_full() -> None:
    for text in ("reopen_rate " + "x" * 30_000, "reopen_rate below 5 h" + " of x" * 6_000):
        found = understood(text)
        assert isinstance(found, Fault)
        assert len(found.text) < 500
    [lack] = lacks(
        "T", "o", "d", f"reopen_rate of {'x' * 30_000} below 5 %", Improving(), lambda _name: False
    )
    assert len(lack.text) < 500
