"""A made-up company's insight, from a seed: for pages, tables and pictures like real ones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

from sync.insight.facts import IncidentFact
from sync.insight.model import Fix, Insight, Measure, Proposal, Subject
from sync.insight.trends import trends

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
FIGURES = (
    ("incident_volume", "incidents", "Incidents opened in the window, whatever became of them."),
    ("time_to_restore_median", "hours", "Median time from opened to resolved."),
    ("time_to_restore_p85", "hours", "Percentile 85 (nearest rank) of opened to resolved."),
    ("first_contact_resolution", "share", "Resolved without being handed on or opened again."),
    ("reopen_rate", "share", "Opened again at least once, of those resolved in the window."),
    ("throughput", "issues", "Issues that became done in the window and are done now."),
    ("lead_time_p50", "days", "Percentile 50 of the time from creation to done."),
    ("cycle_time_p50", "days", "Percentile 50 of the time from in progress to done."),
    ("work_item_age_p85", "days", "Percentile 85 of the time since work began, of what is open."),
    ("change_failure_rate", "share", "Changes that failed by any of three signs."),
    ("change_failure_rate_by_cause", "share", "Changes that an incident names as its cause."),
    ("approval_wait_median", "hours", "Median time from asked for approval to approved."),
    ("availability", "share", "1 - time down / length of the window."),
    ("satisfaction", "share", "Share of survey answers that are content."),
)


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
            reopened=int(dice.random() < 0.07),
            category=CATEGORIES[which % len(CATEGORIES)],
            service=f"s{which}",
            service_name=SERVICES[which],
            item=f"c{which}{machine}",
            item_name=f"{SERVICES[which].split()[0].lower()}-{machine:02}",
            problem=f"p{which}" if dice.random() < 0.4 else "",
        )


def measures(seed: int = 7) -> Iterator[Measure]:
    """All figures over two windows and twelve weeks, by service and by team."""
    dice = Random(seed)
    spots: list[tuple[str, dict[str, str]]] = [("30d", {}), ("90d", {})]
    spots += [(f"2026-W{week}", {}) for week in range(37, 49)]
    spots += [(window, {"service": name}) for name in SERVICES for window in ("30d", "90d")]
    spots += [(window, {"team": name}) for name in TEAMS for window in ("30d", "90d")]
    for name, unit, definition in FIGURES:
        for window, by in spots:
            n = dice.randrange(2, 80) * (3 if window == "90d" else 1)
            value = None if n < 5 or name == "satisfaction" else _value(dice, unit, n)
            quality = f"too few to say anything: {n} records, 5 needed" if n < 5 else ""
            if name == "satisfaction":
                n, quality = 0, "no survey results are read"
            yield Measure(name, value, unit, window, n, definition, by, quality)


def _value(dice: Random, unit: str, n: int) -> float:
    if unit == "share":
        return dice.betavariate(2, 12)
    return float(n) if unit in ("incidents", "issues") else dice.lognormvariate(1.5, 0.8)


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
        service="E-mail",
        fix=Fix.KNOWLEDGE,
    ),
    Proposal(
        id="r-90b2d7",
        title="Label printer in hall 3 prints blank labels",
        incidents=tuple(f"INC{13_000 + 11 * number:07}" for number in range(6)),
        evidence=("6 incidents on 5 days", "4 of 6 hang on PRB0040004 already"),
        service="Warehouse",
        item="prn-h3-02",
        problem="PRB0040004",
    ),
)


def company(seed: int = 7) -> Insight:
    """All of it."""
    names = {f"p{place}": f"PRB004000{place} {text}" for place, text in enumerate(PROBLEMS)}
    found = trends(incidents(seed), {Subject.PROBLEM: names}, None, NOW)
    return Insight(NOW, tuple(measures(seed)), found, PROPOSALS)
