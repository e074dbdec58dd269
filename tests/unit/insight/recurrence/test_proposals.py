"""What comes back in other words is found, what looks alike is not, and the evidence is true."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sync.insight.facts import IncidentFact, ProblemFact
from sync.insight.model import Fix, Proposal
from sync.insight.recurrence.proposals import DAYS, recurring
from tests.unit.insight.recurrence.planted import NOW as PLANTED_NOW
from tests.unit.insight.recurrence.planted import planted
from tests.unit.insight.recurrence.planted_stories import TUNING

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TELLINGS = (
    "VPN disconnects every 5 minutes",
    "Re: vpn disconnected again on nb-0815",
    "URGENT: VPN disconect at home",
    "VPN: Verbindung bricht ständig ab (ann.lee@northwind.example)",
    "VPN disconnects during calls",
)
VPN = IncidentFact(
    "k", "INC0", NOW, item="i1", item_name="vpn-gw-01", service="s1", service_name="Remote Access"
)


def told(*summaries: str, days: Sequence[float] = (), **other: object) -> list[IncidentFact]:
    """An incident a summary, one a day, the oldest first, all of one item."""
    ages = days or [len(summaries) - place for place in range(len(summaries))]
    return [
        replace(VPN, key=f"k{place}", number=f"INC{place}", summary=text,
                opened=NOW - timedelta(days=age), **other)
        for place, (text, age) in enumerate(zip(summaries, ages, strict=True))
    ]  # fmt: skip


def proposed(facts: Sequence[IncidentFact], *problems: ProblemFact) -> tuple[Proposal, ...]:
    return recurring(facts, problems, NOW)


def test_one_failure_in_five_wordings_is_proposed_with_its_evidence() -> None:
    facts = told(*TELLINGS)
    facts[0] = replace(facts[0], resolved=facts[0].opened + timedelta(hours=2), reopened=1)
    facts[1] = replace(facts[1], resolved=facts[1].opened + timedelta(hours=4), item="")
    [one] = proposed(facts)
    assert one.incidents == ("INC0", "INC1", "INC2", "INC3", "INC4")
    assert (one.item, one.service, one.problem) == ("i1", "s1", "")
    assert (one.item_name, one.service_name) == ("vpn-gw-01", "Remote Access")
    assert one.title == "VPN disconnects every 5 minutes"
    assert one.evidence == (
        "5 incidents on 5 days, from 2026-02-24 to 2026-02-28.",
        "5 (INC0, INC1, INC2, INC3, INC4) are put on the problem when this is accepted.",
        "All on item vpn-gw-01 of service Remote Access; 1 of them without an item.",
        "Words in common: disconnects, vpn.",
        "Median time to restore: 3.0 hours, of 2 resolved ones.",
        "1 of 5 were reopened.",
        "Fix: defect, it was neither asked for nor answered with what is known.",
    )


def test_no_key_stands_for_a_name_that_is_kept_from_us() -> None:
    [one] = proposed([replace(fact, item_name="") for fact in told(*TELLINGS)])
    assert "All on service Remote Access." in one.evidence
    assert "i1" not in " ".join(one.evidence)


@pytest.mark.parametrize(
    ("days", "count"),
    [
        ((4, 3, 2, 1), 1),
        ((3, 2, 1), 0),
        ((2.1, 2.05, 1, 1.1), 0),
        ((DAYS + 0.01, 3, 2, 1), 0),
        ((DAYS - 0.01, 3, 2, 1), 1),
        ((3, 2, 1, -0.1), 0),
    ],
    ids=["four", "three", "two days only", "too old", "just young enough", "not yet opened"],
)
def test_four_on_three_days_of_ninety_are_needed(days: tuple[float, ...], count: int) -> None:
    assert len(proposed(told(*TELLINGS[: len(days)], days=days))) == count


def test_the_same_words_about_two_items_are_two_things() -> None:
    facts = told(*TELLINGS[:4])
    other = [replace(one, key=f"x{one.key}", number=f"X{one.number}", item="i2") for one in facts]
    assert {one.incidents[0] for one in proposed([*facts, *other])} == {"INC0", "XINC0"}
    assert not proposed([*facts[:2], *other[2:]])


def test_a_chain_of_half_shared_words_does_not_join_its_ends() -> None:
    links = ["pump valve", "valve motor", "motor belt", "belt lamp", "lamp fuse", "fuse relay"]
    for one in proposed(told(*(text for text in links for _ in range(4)))):
        assert len(one.incidents) <= 8


def test_nothing_in_nothing_out() -> None:
    assert proposed([]) == ()
    assert proposed(told("", "12345", "help please!!!", "", "???")) == ()


def test_input_in_any_order_gives_the_same_proposals() -> None:
    company = planted(7, TUNING)
    mixed = list(company.incidents)
    random.Random(1).shuffle(mixed)
    assert recurring(mixed, (), PLANTED_NOW) == recurring(company.incidents, (), PLANTED_NOW)


def test_a_proposal_keeps_its_id_while_it_grows() -> None:
    facts = told(*TELLINGS)
    [before], [after] = proposed(facts[:4]), proposed(facts)
    assert (before.id, len(before.incidents)) == (after.id, 4)
    assert proposed(facts[1:])[0].id != before.id


PROBLEM = ProblemFact("p1", "PRB1", NOW)


def test_what_hangs_on_a_problem_for_the_most_part_is_attached_to_it() -> None:
    facts = told(*TELLINGS)
    hung = [replace(one, problem="p1") for one in facts[:3]] + facts[3:]
    [one] = proposed(hung, PROBLEM)
    assert (one.problem, one.joining) == ("PRB1", ("INC3", "INC4"))
    assert one.hanging == ("INC0", "INC1", "INC2")
    assert "3 (INC0, INC1, INC2) are on PRB1 already." in one.evidence
    assert proposed([replace(one, problem="p1") for one in facts], PROBLEM) == ()


def test_other_words_of_one_problem_are_one_proposal() -> None:
    others = ["Tunnel lost"] * 4
    facts = told(*TELLINGS[:4], *others)
    hung = [
        replace(one, problem="" if place in (3, 7) else "p1") for place, one in enumerate(facts)
    ]
    [one] = proposed(hung, PROBLEM)
    assert one.joining == ("INC3", "INC7")
    assert len(one.incidents) == 8


def test_two_on_one_problem_and_none_on_another_tell_where_all_belong() -> None:
    facts = told(*TELLINGS)
    other = ProblemFact("p2", "PRB2", NOW)
    hung = [replace(one, problem=key) for one, key in zip(facts, ("p1", "p1", ""), strict=False)]
    [one] = proposed([*hung, *facts[3:]], PROBLEM, other)
    assert (one.problem, one.joining) == ("PRB1", ("INC2", "INC3", "INC4"))
    parted = [replace(hung[0], problem="p2"), *hung[1:]]
    assert [one.problem for one in proposed([*parted, *facts[3:]], PROBLEM, other)] in ([], [""])


def test_closed_ones_are_named_and_only_listed() -> None:
    facts = told(*TELLINGS)
    closed = [replace(one, closed=NOW, active=False) for one in facts[:2]]
    [one] = proposed([*closed, *facts[2:]])
    assert (one.closed, one.joining) == (("INC0", "INC1"), ("INC2", "INC3", "INC4"))
    assert one.evidence[1:3] == (
        "3 (INC2, INC3, INC4) are put on the problem when this is accepted.",
        "2 (INC0, INC1) are closed and only listed here: "
        "ServiceNow keeps a closed incident as it is.",
    )
    [one] = proposed([replace(one, closed=NOW, active=False) for one in facts])
    assert (one.joining, len(one.closed)) == ((), 5)
    assert "None is put on the problem when this is accepted." in one.evidence


def test_what_solvers_noted_joins_what_callers_told_in_other_words() -> None:
    facts = told("No picture", "Screen stays dark", "Beamer shows nothing", "Room four is black")
    assert not proposed(facts)
    noted = ("Burnt lamp of projector exchanged",) * 2 + ("projector: burnt lamp exchanged",) * 2
    solved = [replace(one, solved=text) for one, text in zip(facts, noted, strict=True)]
    [one] = proposed(solved)
    assert len(one.incidents) == 4
    assert (
        "Words in common in their close notes: burnt, lamp, projector, exchanged." in one.evidence
    )


def test_a_closed_problem_holds_nothing_and_a_few_hung_ones_are_left_out() -> None:
    facts = told(*TELLINGS)
    hung = [replace(facts[0], problem="p1"), *facts[1:]]
    assert len(proposed(hung, replace(PROBLEM, active=False))[0].incidents) == 5
    [one] = proposed(hung, PROBLEM)
    assert (one.problem, one.incidents) == ("", ("INC1", "INC2", "INC3", "INC4"))


@pytest.mark.parametrize(
    ("summary", "category", "code", "moved", "fix"),
    [
        ("Please reset my password", "inquiry", "Solution provided", 0, Fix.AUTOMATION),
        ("Zugriff auf Ordner benötigt, bitte einrichten", "", "", 0, Fix.AUTOMATION),
        ("Install Visio", "software", "", 2, Fix.AUTOMATION),
        ("Outlook asks for the password", "software", "", 0, Fix.DEFECT),
        ("Pivot shows nothing", "software", "User error", 0, Fix.KNOWLEDGE),
        ("Pivot shows nothing", "software", "User error", 1, Fix.DEFECT),
        ("Pivot shows nothing", "inquiry", "Solution provided", 0, Fix.KNOWLEDGE),
        ("Pivot shows nothing", "inquiry", "Resolved by change", 0, Fix.DEFECT),
        ("Pivot shows nothing", "software", "Solution provided", 0, Fix.DEFECT),
    ],
)
def test_the_kind_of_fix(summary: str, category: str, code: str, moved: int, fix: Fix) -> None:
    facts = told(*[summary] * 4, category=category, code=code, moved=moved, resolved=NOW)
    assert [one.fix for one in proposed(facts)] == [fix]


def test_of_a_few_solved_ones_nothing_is_concluded() -> None:
    facts = told(*["Pivot shows nothing"] * 5, code="User error", resolved=NOW)
    open_ones = [replace(one, resolved=None) for one in facts[2:]]
    assert proposed([*facts[:2], *open_ones])[0].fix is Fix.DEFECT


def test_a_sync_does_not_pay_for_it() -> None:
    code = "import sync.insight.recurrence, sys; sys.exit('rapidfuzz' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
