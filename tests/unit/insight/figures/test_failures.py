"""Change failures by each of three signs, and the wait for approval."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sync.insight.facts import ChangeFact, IncidentFact
from sync.insight.figures.failures import ended, failures
from sync.insight.figures.readings import Reading
from sync.insight.figures.windows import Calendar, Slot

NOW = datetime(2026, 3, 18, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SECOND = timedelta(seconds=1)
END = NOW - DAY * 10
MONTH = Slot("30d")


def change(key: str = "c", **more: object) -> ChangeFact:
    """One whose work ended ten days ago, well."""
    done = ChangeFact(key, "CHG1", END - DAY, ended=END, active=False, code="successful", item="db")
    return replace(done, **more)


def incident(at: datetime, **more: object) -> IncidentFact:
    return replace(IncidentFact("k", "INC1", at, priority="2", item="db"), **more)


def read(
    changes: list[ChangeFact], incidents: list[IncidentFact], slot: Slot = MONTH
) -> dict[str, Reading]:
    return {
        one.figure.name.removeprefix("change_failure_rate"): one
        for one in failures(changes, incidents, Calendar.of(NOW))
        if one.slot == slot
    }


def test_each_sign_is_told_apart_and_any_of_them_once() -> None:
    """Ten changes: one named as a cause, two with issues (one of them named, too), one followed by
    a grave incident on its service."""
    changes = [
        change("named"),
        change("both", code="unsuccessful"),
        change("issues", code="successful_issues"),
        change("hit", item="", service="mail"),
        *(change(f"fine{number}", item=f"other{number}") for number in range(6)),
    ]
    incidents = [
        incident(END + DAY * 5, change="named"),
        incident(END + DAY * 5, change="both"),
        incident(END + HOUR, item="", service="mail", priority="1"),
    ]
    found = read(changes, incidents)
    assert {name: (one.value, one.n) for name, one in found.items() if "appr" not in name} == {
        "": (0.4, 10),
        "_by_cause": (0.2, 10),
        "_by_code": (0.2, 10),
        "_by_window": (0.1, 10),
    }


@pytest.mark.parametrize(
    ("after", "more", "hit"),
    [
        (-SECOND, {}, False),
        (timedelta(), {}, True),
        (DAY, {}, True),
        (DAY + SECOND, {}, False),
        (HOUR, {"priority": "3"}, False),
        (HOUR, {"priority": ""}, False),
        (HOUR, {"priority": "1 - Critical"}, True),
        (HOUR, {"item": "web"}, False),
        (HOUR, {"item": "web", "service": "mail"}, True),
        (HOUR, {"item": ""}, False),
    ],
)
def test_what_follows_within_a_day_on_the_same_thing_is_a_sign(
    after: timedelta, more: dict[str, object], hit: bool
) -> None:
    changes = [change(service="mail")] * 5
    earlier = incident(END - DAY * 3)
    found = read(changes, [earlier, incident(END + after, **more)])
    assert found["_by_window"].value == float(hit)
    assert found[""].value == float(hit)


def test_a_change_without_item_and_service_is_never_hit() -> None:
    bare = [change(item="", service="")] * 2 + [change(item="far")] * 5
    found = read(bare, [incident(END, item="", service="")])
    assert (found["_by_window"].value, found["_by_window"].n) == (0.0, 5)
    assert "2 of 7 have neither item nor service" in found["_by_window"].quality


def test_a_change_without_a_code_is_not_judged_by_it() -> None:
    found = read([change()] * 5 + [change(code="")], [])
    assert (found["_by_code"].value, found["_by_code"].n) == (0.0, 5)
    assert found["_by_code"].quality == "1 of 6 have no close code"


@pytest.mark.parametrize("code", ["Successful with issues", "Unsuccessful", "successful_issues"])
def test_codes_are_known_by_value_and_by_label(code: str) -> None:
    assert read([change(code=code)] * 5, [])["_by_code"].value == 1.0


def test_that_no_incident_names_a_cause_is_no_proof() -> None:
    found = read([change()] * 5, [incident(END - DAY)])
    assert (found["_by_cause"].value, found["_by_cause"].n) == (None, 5)
    assert found["_by_cause"].quality == "no incident names a change as its cause"
    assert found[""].value == 0.0
    assert "no incident names a change as its cause" in found[""].quality
    elsewhere = read([change()] * 5, [incident(END - DAY, change="another")])
    assert elsewhere["_by_cause"].value == 0.0


@pytest.mark.parametrize(
    ("more", "end"),
    [
        ({}, END),
        ({"ended": None, "closed": NOW}, NOW),  # the code says that it was done
        ({"ended": None, "closed": NOW, "code": "", "began": END}, NOW),
        ({"ended": None, "closed": NOW, "code": ""}, None),  # cancelled
        ({"ended": None, "began": END}, None),
    ],
)
def test_when_a_change_ended(more: dict[str, object], end: datetime | None) -> None:
    assert ended(change(**more)) == end


def test_what_was_closed_without_work_does_not_count_and_is_told() -> None:
    cancelled = change(ended=None, closed=END, code="")
    open_ = change(ended=None, active=True, code="")
    found = read([change()] * 5 + [cancelled, open_], [])
    assert found[""].n == 5
    assert "1 of 6 closed changes have no end of work" in found[""].quality


def test_a_change_of_today_may_still_fail() -> None:
    found = read([change()] * 4 + [change(ended=NOW - HOUR)], [])
    assert "1 of 5 ended less than 24 hours ago" in found["_by_window"].quality


def test_changes_are_told_by_service_and_team() -> None:
    changes = [change(service="mail", group_name="Ops", code="unsuccessful")] * 5 + [change()] * 5
    assert read(changes, [])[""].value == 0.5
    assert read(changes, [], Slot("30d", "service", "mail"))[""].value == 1.0
    assert read(changes, [], Slot("30d", "team", "Ops"))[""].value == 1.0


def test_the_wait_for_approval_by_hand() -> None:
    """Asked 2, 30 and 5 hours before; one was never asked, one before its time."""
    waits = [change(asked=END - HOUR * wait, approved=END) for wait in (2, 30, 5)]
    odd = [change(approved=END), change(asked=END + HOUR, approved=END)]
    found = read([*waits, *odd, change()], [])["approval_wait_median"]
    assert (found.value, found.n) == (5, 3)
    assert found.quality == (
        "1 of 5 approved changes do not say when it was asked; "
        "1 of 5 were approved before it was asked"
    )
