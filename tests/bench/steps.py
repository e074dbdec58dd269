"""The steps of the insight benches, each run by :mod:`tests.bench.apart` in a process of its own.

``fill`` writes facts into a store as collecting does; ``analyse`` does with them what a run does
after it has read both sides (:func:`sync.insight.run.refresh`), and tells what each part cost;
``collect`` reads a sandbox through the direct adapters, twice.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any, TypeVar

from mappings.insight import Rules
from mappings.sides import Side
from sync.insight.facts import Fact, Kind, ProblemFact, packed
from sync.store import Store
from sync.store.values import FactRow
from tests.bench.cost import cpu, peak_mb

T = TypeVar("T")
PAGE = 1_000
"""Facts of one page, as the side gives them."""

Told = list[dict[str, Any]]


def fill(url: str, incidents: str, problems: str, issues: str) -> Told:
    """Put a large company's facts into a new store."""
    from tests.bench import facts

    many = int(problems)
    with Store.open(url, clock=_now) as store:
        _put(store, Kind.INCIDENT, facts.incidents(int(incidents), many))
        _put(store, Kind.PROBLEM, facts.problems(many))
        _put(store, Kind.ISSUE, facts.issues(int(issues)))
    return []


def _put(store: Store, kind: Kind, facts: Iterable[Fact]) -> None:
    rows = (FactRow(kind, one.key, _at(one), packed(one)) for one in facts)
    while page := list(islice(rows, PAGE)):
        store.insight.put(page)


def _at(fact: Any) -> datetime:
    at: datetime = fact.created if hasattr(fact, "created") else fact.opened
    return at


class Clock:
    """Notes what each part cost; a part's memory is the most of the process up to its end."""

    def __init__(self) -> None:
        self.rows: Told = []

    def part(self, what: str, work: Callable[[], T]) -> T:
        """Do it, and note what it cost."""
        began, spent = time.monotonic(), cpu()
        found = work()
        self.rows.append(
            {"what": what, "cpu": cpu() - spent, "wall": time.monotonic() - began,
             "peak_mb": peak_mb()}
        )  # fmt: skip
        return found


def analyse(url: str) -> Told:
    """All that a run works out, and both forms in which people get it."""
    clock = Clock()
    clock.part("imports", _imports)
    from sync.insight.collecting import collect, issues
    from sync.insight.figures.scorecard import scorecard
    from sync.insight.figures.trends import problem_names, trends
    from sync.insight.model import Insight, Subject
    from sync.insight.ranking.ranked import ranked
    from sync.insight.recurrence.proposals import recurring
    from sync.insight.report.export import as_json
    from sync.insight.report.page import page
    from sync.insight.run import all_facts
    from tests.unit.insight.recurrence.planted import NOW

    with Store.open(url, clock=_now) as store:
        facts = clock.part("facts read", lambda: all_facts(store))
        problems = clock.part(
            "problems read",
            lambda: [
                one for one in collect.facts(store, Kind.PROBLEM) if isinstance(one, ProblemFact)
            ],
        )
        names = {Subject.PROBLEM: problem_names(problems)}
        found = clock.part("trends", lambda: trends(facts.incidents, names, None, NOW))
        card = clock.part("scorecard", lambda: scorecard(facts, NOW))
        back = clock.part("recurring", lambda: recurring(facts.incidents, problems, NOW))
        order = clock.part(
            "ranked",
            lambda: ranked(
                store, problems, facts.incidents, found, issues.progress(list(facts.issues)),
                Rules().backlog,
            ),
        )  # fmt: skip
    insight = Insight(NOW, card, found, back, (), order)
    clock.part("page", lambda: page(insight))
    clock.part("JSON", lambda: json.dumps(as_json(insight)))
    clock.rows[-1]["found"] = (
        f"{len(card):,} figures, {len(found):,} trends, {len(back):,} proposals"
    )
    return clock.rows


def _imports() -> None:
    """What `tandem insight` loads before it begins to work."""
    import sync.cli
    import sync.insight.run
    import sync.wiring  # noqa: F401


def collect(incidents: str, issues: str, sets: str) -> Told:
    """Read the facts of two sandboxes into SQLite: all, and once more when an hour has passed.
    ``sets`` says whether Jira hands out labels and components a thousand issues at a time.

    The real adapters work on transports inside the process. The direct ones read pages of 200 from
    the desk, where these read 1,000.
    """
    from sync import wiring
    from sync.insight.collecting import collect as desk
    from sync.insight.collecting import issues as board
    from sync.insight.collecting.counting import counted
    from sync.settings import Settings
    from tests.bench import inside

    hold, clock = inside.hold(int(incidents), int(issues), sets=sets == "sets"), Clock()
    with wiring.running(Settings.model_validate(hold.settings), mounts=hold.mounts) as runtime:
        runtime.look_around()
        for turn in ("first", "second"):
            parts: Mapping[str, Callable[[], object]] = {
                "desk": lambda: desk.collect(runtime),
                "desk's own counts": lambda: counted(runtime, hold.clock.now()),
                "Jira": lambda: board.collect(runtime),
            }
            for what, work in parts.items():
                before = _requests(runtime)
                clock.part(f"{turn}, {what}", work)
                clock.rows[-1]["requests"] = _requests(runtime) - before
            hold.clock.advance(3_600)
        kept = [runtime.store.insight.count(kind) for kind in (Kind.INCIDENT, Kind.ISSUE)]
    if kept != [int(incidents), int(issues)]:
        raise RuntimeError(f"facts were kept of {kept}")
    return clock.rows


def _requests(runtime: Any) -> int:
    return sum(sum(runtime.adapters[side].meter.totals().values()) for side in Side)


def _now() -> datetime:
    return datetime.now(UTC)


STEPS: Mapping[str, Callable[..., Told]] = {
    "fill": fill, "analyse": analyse, "collect": collect,
}  # fmt: skip
