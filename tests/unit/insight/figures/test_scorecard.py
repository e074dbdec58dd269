"""The whole card: names, windows, parts, order; and every figure computed a second, plainer way."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from statistics import median, median_low

import pytest

from sync.insight.facts import ChangeFact, IncidentFact, IssueFact, OutageFact, Step
from sync.insight.figures.scorecard import AllFacts, scorecard
from sync.insight.model import Measure

NOW = datetime(2026, 3, 18, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PROMISED = {
    *("incident_volume", "time_to_restore_median", "reopen_rate", "first_contact_resolution"),
    *("change_failure_rate", "lead_time_p50", "cycle_time_p50", "throughput"),
    "work_item_age_p85",
}


def company(seed: int, size: int = 400) -> AllFacts:
    """Facts of some months, drawn."""
    dice = random.Random(seed)

    def ago(days: float) -> datetime:
        return NOW - timedelta(seconds=dice.randrange(int(days * 86400)))

    def later(at: datetime, days: float) -> datetime | None:
        found = at + timedelta(seconds=int(dice.expovariate(1 / (days * 86400))))
        return found if found <= NOW else None

    incidents, changes, issues = [], [], []
    for number in range(size):
        opened, service = ago(150), dice.choice(["", "s1", "s2", "s3"])
        resolved = later(opened, 2)
        incidents.append(
            IncidentFact(
                f"i{number}", f"INC{number}", opened, resolved,
                reopened=dice.choice([0, 0, 0, 1]), moved=dice.choice([0, 0, 1, 2]),
                priority=dice.choice("12345"), service=service, service_name=service.upper(),
                group_name=dice.choice(["Desk", "Network"]),
                change=dice.choice(["", "", f"c{dice.randrange(size)}"]),
            )
        )  # fmt: skip
        began = ago(150)
        changes.append(
            ChangeFact(
                f"c{number}", f"CHG{number}", began - DAY, began=began, ended=later(began, 0.2),
                asked=began - DAY, approved=began - HOUR * dice.randrange(24),
                code=dice.choice(["", "successful", "successful", "unsuccessful"]),
                service=dice.choice(["", "s1", "s2", "s3"]),
            )
        )  # fmt: skip
        steps = [Step(ago(150), "To Do", "new")]
        for status, category in (("Doing", "indeterminate"), ("Done", "done")):
            if at := later(steps[-1].at, 12):
                steps.append(Step(at, status, category))
            else:
                break
        issues.append(
            IssueFact(
                str(number), f"OPS-{number}", "Story", steps[0].at, tuple(steps),
                team=dice.choice(["", "Web"]),
            )
        )  # fmt: skip
    outages = [
        OutageFact(f"o{number}", f"OUT{number}", begin, begin + HOUR, dice.choice(["s1", "db"]))
        for number in range(20)
        for begin in [ago(100)]
    ]
    return AllFacts(incidents, changes, outages, issues)


FACTS = company(7)
CARD = scorecard(FACTS, NOW)


def told(card: Sequence[Measure], name: str, window: str, **by: str) -> Measure:
    (found,) = (m for m in card if (m.name, m.window, m.by) == (name, window, by))
    return found


def test_everything_promised_is_there_for_all_windows() -> None:
    for name in PROMISED:
        windows = [one.window for one in CARD if one.name == name and not one.by]
        assert windows[:3] == ["30d", "90d", "2026-W01"]
        assert windows[-1] == "2026-W12"
        assert len(windows) == 14


def test_each_figure_says_what_it_means() -> None:
    assert all(one.definition.endswith(".") and one.unit for one in CARD)
    assert all(one.quality for one in CARD if one.value is None)


def test_a_part_of_which_there_is_nothing_stays_away() -> None:
    quiet = AllFacts(incidents=[IncidentFact("a", "INC1", NOW - DAY, service="s")])
    parts = [one for one in scorecard(quiet, NOW) if one.by]
    assert {one.name for one in parts} == {"incident_volume"}


def test_no_figure_stands_twice() -> None:
    places = [(one.name, one.window, tuple(one.by.items())) for one in CARD]
    assert len(set(places)) == len(places)


@pytest.mark.parametrize("seed", range(5))
def test_the_order_in_which_facts_come_means_nothing(seed: int) -> None:
    dice = random.Random(seed)
    shuffled = AllFacts(
        dice.sample(FACTS.incidents, len(FACTS.incidents)),
        dice.sample(FACTS.changes, len(FACTS.changes)),
        dice.sample(FACTS.outages, len(FACTS.outages)),
        dice.sample(FACTS.issues, len(FACTS.issues)),
    )
    assert scorecard(shuffled, NOW) == CARD


Chosen = Callable[[object], bool]


def plain(days: float, incidents: Chosen, changes: Chosen, issues: Chosen) -> dict[str, float]:
    """The same figures, each by a line of its own over all facts."""
    begin = NOW - DAY * days
    ours = [one for one in FACTS.incidents if incidents(one)]
    over = [one for one in ours if one.resolved and begin <= one.resolved <= NOW]
    ended = [one for one in FACTS.changes if changes(one) and one.ended and one.ended >= begin]
    done = [
        one
        for one in FACTS.issues
        if issues(one) and one.steps[-1].category == "done" and one.steps[-1].at >= begin
    ]
    under = [
        (NOW - one.steps[1].at) / DAY
        for one in FACTS.issues
        if issues(one) and one.steps[-1].category == "indeterminate"
    ]

    def failed(change: ChangeFact) -> bool:
        return change.code == "unsuccessful" or any(
            incident.change == change.key
            or (
                incident.priority in "12"
                and incident.service == change.service != ""
                and change.ended <= incident.opened <= change.ended + DAY
            )
            for incident in FACTS.incidents
        )

    found = {
        "incident_volume": sum(begin <= one.opened <= NOW for one in ours),
        "throughput": len(done),
    }
    if over:
        hours = [(one.resolved - one.opened) / HOUR for one in over]
        found["time_to_restore_median"] = median(hours)
        found["reopen_rate"] = sum(one.reopened > 0 for one in over) / len(over)
        first = [one for one in over if not one.moved and not one.reopened]
        found["first_contact_resolution"] = len(first) / len(over)
    if ended:
        found["change_failure_rate"] = sum(failed(one) for one in ended) / len(ended)
    if done:
        found["lead_time_p50"] = median_low([(i.steps[-1].at - i.created) / DAY for i in done])
        found["cycle_time_p50"] = median_low(
            [(one.steps[-1].at - one.steps[1].at) / DAY for one in done]
        )
    if under:
        place = -(-85 * len(under) // 100) - 1
        found["work_item_age_p85"] = sorted(under)[place]
    return found


def everything(_: object) -> bool:
    return True


def nothing(_: object) -> bool:
    return False


@pytest.mark.parametrize("days", [30, 90])
def test_the_figures_for_all_are_those_of_a_plain_count(days: int) -> None:
    wanted = plain(days, everything, everything, everything)
    assert set(wanted) == PROMISED
    found = {name: told(CARD, name, f"{days}d").value for name in PROMISED}
    assert found == pytest.approx(wanted)


def test_the_figures_of_a_service_are_those_of_its_records() -> None:
    wanted = plain(90, lambda one: one.service == "s2", lambda one: one.service == "s2", nothing)
    names = PROMISED - {"throughput", "lead_time_p50", "cycle_time_p50", "work_item_age_p85"}
    found = {name: told(CARD, name, "90d", service="S2").value for name in names}
    assert found == pytest.approx({name: wanted[name] for name in names})


def test_the_figures_of_a_team_are_those_of_its_issues() -> None:
    wanted = plain(90, nothing, nothing, lambda one: one.team == "Web")
    names = {"throughput", "lead_time_p50", "cycle_time_p50", "work_item_age_p85"}
    found = {name: told(CARD, name, "90d", team="Web").value for name in names}
    assert found == pytest.approx({name: wanted[name] for name in names})


def test_weeks_and_parts_sum_up() -> None:
    month = told(CARD, "incident_volume", "90d").value
    teams = [told(CARD, "incident_volume", "90d", team=team) for team in ("Desk", "Network")]
    assert sum(one.value for one in teams) == month
    weekly = [m for m in CARD if m.name == "incident_volume" and "W" in m.window]
    monday = datetime(2025, 12, 29, tzinfo=UTC)
    assert sum(m.value for m in weekly) == sum(i.opened >= monday for i in FACTS.incidents)


def test_the_running_week_says_that_it_is_not_over() -> None:
    assert told(CARD, "throughput", "2026-W12").quality == "the week is not over"
    assert told(CARD, "throughput", "2026-W11").quality == ""


def test_nothing_is_known_of_satisfaction() -> None:
    found = told(CARD, "satisfaction", "30d")
    assert (found.value, found.n, found.quality.split(":")[0]) == (
        None,
        0,
        "no survey results are read",
    )


def test_an_empty_store_gives_zeros_and_silence() -> None:
    card = scorecard(AllFacts(), NOW)
    assert {one.by.get("service", "") for one in card} == {""}
    values = {one.name: one.value for one in card}
    assert {name for name, value in values.items() if value is not None} == {
        "incident_volume",
        "throughput",
    }
    assert values["incident_volume"] == 0.0


def test_a_service_is_called_as_its_newest_record_calls_it() -> None:
    old = IncidentFact("a", "INC1", NOW - DAY * 9, service="s", service_name="Mail")
    new = replace(old, key="b", opened=NOW - DAY, service_name="E-mail")
    bare = replace(old, key="c", opened=NOW - HOUR, service_name="")
    for facts in ([old, new, bare], [bare, new, old]):
        card = scorecard(AllFacts(incidents=facts), NOW)
        assert told(card, "incident_volume", "30d", service="E-mail").value == 3


def test_two_services_of_one_name_are_told_apart() -> None:
    one = IncidentFact("a", "INC1", NOW - DAY, service="s1", service_name="Mail")
    card = scorecard(AllFacts(incidents=[one, replace(one, service="s2")]), NOW)
    services = [m.by["service"] for m in card if m.name == "incident_volume" and m.by]
    assert services == ["Mail (s1)", "Mail (s1)", "Mail (s2)", "Mail (s2)"]


def test_an_outage_of_a_service_stands_with_its_service() -> None:
    card = scorecard(
        AllFacts(
            incidents=[IncidentFact("a", "INC1", NOW - DAY, service="s")],
            outages=[
                OutageFact("o", "OUT1", NOW - HOUR * 9, NOW - HOUR * 3, "s", "Mail"),
                OutageFact("p", "OUT2", NOW - HOUR * 9, NOW - HOUR * 8, "x", "db01"),
            ],
        ),
        NOW,
    )
    assert told(card, "availability", "30d", service="Mail").value == pytest.approx(1 - 6 / 720)
    assert told(card, "availability", "30d", item="db01").value == pytest.approx(1 - 1 / 720)


def test_what_was_up_all_the_time_is_told_though_nothing_touched_the_window() -> None:
    began = NOW - DAY * 60
    outage = OutageFact("o", "", began, began + DAY, item="c", item_name="db-01")
    card = scorecard(AllFacts(outages=[outage]), NOW)
    assert told(card, "availability", "30d", item="db-01").value == 1.0
    assert told(card, "availability", "90d", item="db-01").value == 1 - 1 / 90
