"""A made-up company's insight, from a seed: for pages, tables and pictures like real ones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

from sync.insight.facts import ChangeFact, IncidentFact, IssueFact, OutageFact, Step
from sync.insight.figures.scorecard import AllFacts, scorecard
from sync.insight.figures.trends import trends
from sync.insight.model import Fix, Insight, Proposal, Subject

NOW = datetime(2026, 11, 27, 2, 15, tzinfo=UTC)
SERVICES = ("E-mail", "Payroll", "Online shop", "Warehouse", "VPN and remote access", "Intranet")
TEAMS = ("Messaging", "Finance systems", "Shop platform", "Network", "Service desk")
PROBLEMS = (
    "Mail gateway refuses attachments after the change of certificates",
    "Payslips of part-time staff show last month",
    "Check-out hangs on payment by instalments",
    "Scanners lose their session between aisles",
    "VPN drops while the laptop changes networks",
    "Search in the intranet finds nothing after reindexing",
)
CATEGORIES = ("Software", "Hardware", "Network", "Inquiry", "Access")


def incidents(seed: int = 7, count: int = 2_400) -> Iterator[IncidentFact]:
    """Half a year of incidents; those of the first problem have become more of late."""
    dice = Random(seed)
    for number in range(count):
        which = dice.choices(range(6), (9, 3, 4, 5, 6, 2))[0]
        days = dice.random() * 182
        if which == 0 and days > 24 and dice.random() < 0.1:
            days = dice.random() * 24
        opened, machine = NOW - timedelta(days=days), dice.randrange(1, 5)
        resolved = opened + timedelta(hours=dice.lognormvariate(1.6, 1.1))
        yield IncidentFact(
            key=f"i{number}",
            number=f"INC{10_000 + number:07}",
            opened=opened,
            resolved=resolved if resolved < NOW else None,
            priority=str(dice.choices((1, 2, 3, 4), (1, 3, 8, 8))[0]),
            moved=int(dice.random() < 0.5),
            group_name=TEAMS[which % len(TEAMS)],
            change=f"c{number % 90}" if dice.random() < 0.01 else "",
            reopened=int(dice.random() < 0.07),
            category=CATEGORIES[which % len(CATEGORIES)],
            service=f"s{which}",
            service_name=SERVICES[which],
            item=f"c{which}{machine}",
            item_name=f"{SERVICES[which].split()[0].lower()}-{machine:02}",
            problem=f"p{which}" if dice.random() < 0.4 else "",
        )


def changes(seed: int = 7) -> Iterator[ChangeFact]:
    """Ninety changes of half a year, some without a close code."""
    dice = Random(seed)
    for number in range(90):
        which, asked = number % 6, NOW - timedelta(days=dice.random() * 170)
        approved = asked + timedelta(hours=dice.lognormvariate(2.5, 0.8))
        yield ChangeFact(
            key=f"c{number}",
            number=f"CHG{40_000 + number:07}",
            opened=asked - timedelta(days=2),
            began=approved + timedelta(hours=8),
            ended=min(NOW, approved + timedelta(hours=11)),
            asked=asked,
            approved=approved,
            code=dice.choice(("successful",) * 9 + ("successful_issues", "unsuccessful", "")),
            service=f"s{which}",
            service_name=SERVICES[which],
            group_name=TEAMS[which % len(TEAMS)],
        )


def outages(seed: int = 7) -> Iterator[OutageFact]:
    """A dozen times in which a service was down."""
    dice = Random(seed)
    for number in range(12):
        begin, which = NOW - timedelta(days=dice.random() * 88), dice.randrange(6)
        end = begin + timedelta(minutes=dice.lognormvariate(4, 1))
        yield OutageFact(f"o{number}", f"OUT{number}", begin, end, f"s{which}", SERVICES[which])


def issues(seed: int = 7) -> Iterator[IssueFact]:
    """Stories and bugs of half a year; a fifth is still open."""
    dice = Random(seed)
    for number in range(320):
        created = NOW - timedelta(days=dice.random() * 170)
        began = created + timedelta(days=dice.lognormvariate(1.2, 0.9))
        done = began + timedelta(days=dice.lognormvariate(1.1, 0.8))
        steps = [Step(created, "To Do", "new"), Step(began, "In Progress", "indeterminate")]
        if dice.random() < 0.8:
            steps.append(Step(done, "Done", "done"))
        yield IssueFact(
            key=str(number),
            label=f"OPS-{number}",
            kind=dice.choice(("Story", "Story", "Bug")),
            created=created,
            steps=tuple(one for one in steps if one.at <= NOW),
            team=dice.choice(TEAMS[:4]),
        )


PROPOSALS = (
    Proposal(
        id="r-4f1c9a",
        title="Outlook asks for the password again and again",
        incidents=tuple(f"INC{12_000 + 7 * number:07}" for number in range(14)),
        evidence=(
            "14 incidents on 11 days, 2026-10-02 to 2026-11-26",
            "all on E-mail; words in common: outlook, password, prompt",
            "median time to restore 2.4 h; 3 were opened again",
        ),
        service="s0",
        service_name="E-mail",
        fix=Fix.KNOWLEDGE,
    ),
    Proposal(
        id="r-90b2d7",
        title="Label printer in hall 3 prints blank labels",
        incidents=tuple(f"INC{13_000 + 11 * number:07}" for number in range(6)),
        evidence=("6 incidents on 5 days", "4 of 6 hang on PRB0040004 already"),
        service="s3",
        service_name="Warehouse",
        item="c37",
        item_name="prn-h3-02",
        problem="PRB0040004",
    ),
)


def company(seed: int = 7) -> Insight:
    """All of it."""
    names = {f"p{place}": f"PRB004000{place} {text}" for place, text in enumerate(PROBLEMS)}
    seen = tuple(incidents(seed))
    facts = AllFacts(seen, tuple(changes(seed)), tuple(outages(seed)), tuple(issues(seed)))
    found = trends(seen, {Subject.PROBLEM: names}, None, NOW)
    return Insight(NOW, scorecard(facts, NOW), found, PROPOSALS)
