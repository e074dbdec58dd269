"""Knowledge: which problems ask for an article, what has to be tied, what came out.

A problem asks where it is a known error or has a workaround and nothing hangs on it, ours or
anybody's. What hangs there already is taken up instead. The article that was asked for, or that a
labelled task made, is tied to its task with a row of its own. All of that is found out anew at each
look, so nothing depends on having seen the moment; what must not happen twice has an intent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from connector.articles import OUT, SOURCE, STATE, TIE, Tie
from connector.values import Record
from mappings.model import MappingSpec
from mappings.sides import Side
from sync.apply.common import COMMENTED
from sync.core import marks
from sync.core.knowledge import (
    ARTICLE,
    FIELD,
    INCIDENT,
    PROBLEM,
    RETIRED,
    WISHES,
    Article,
    asks,
    draft,
    reason,
)
from sync.core.model import IntentState, Link, LinkState
from sync.core.plan import Ask, Hang, Plan, Update
from sync.engine.cases import Case, Gathered
from sync.engine.epoch import HELD_BACK, recovering
from sync.engine.gather import INVITED
from sync.engine.judge import RETRY
from sync.engine.propose import made_by_us
from sync.engine.shelf import articles_of, note_hanging, note_published, published, tasks_of, tied
from sync.runtime import Runtime

UNDER_WAY = frozenset({IntentState.SENT, IntentState.UNCLEAR, IntentState.DONE})
ATTACHED = COMMENTED
"""Reason of a row that a new tie left: its stream tells of problems as others do of comments."""


@dataclass(frozen=True, slots=True)
class Knowing:
    """What a pass found out about knowledge.

    ``ties`` tell what hangs where; ``out`` are articles that came out, ``gone`` those retired.
    ``early``: the store was put back just now, so what this plan would ask for waits.
    """

    pair: str = ""
    asks: tuple[Ask, ...] = ()
    hangs: tuple[Hang, ...] = ()
    ties: tuple[Tie, ...] = ()
    out: Mapping[str, Article] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()
    early: bool = False

    @property
    def actions(self) -> tuple[Ask | Hang, ...]:
        """What is to be done about it now."""
        return () if self.early else (*self.asks, *self.hangs)

    @property
    def waiting(self) -> dict[str, list[str]]:
        """The records whose wish is left for later, by table."""
        asked = [one.origin.key for one in self.asks]
        return {PROBLEM: asked, ARTICLE: [one.article for one in self.hangs]}


NOTHING = Knowing()
"""Where no pair is about knowledge, or it rests."""


def knowing(runtime: Runtime, gathered: Gathered) -> Knowing:
    """Look at the problems and articles of this pass; writes nothing."""
    spec = runtime.knowledge
    if spec is None:
        return NOTHING
    problems = [case for case in gathered.cases if _is_problem(case)]
    looked = [case for case in problems if _to_look(runtime, case)]
    keys = sorted(case.link.servicenow.key for case in looked)
    ties = runtime.adapters[Side.SERVICENOW].ties(keys) if keys else ()
    bare = [case for case in looked if not any(t.task == case.link.servicenow.key for t in ties)]
    asking = [case for case in bare if asks(case.records[Side.SERVICENOW].fields)]
    articles = _articles(spec, gathered)
    found = tuple(_asks(runtime, spec, asking)) if spec.create.in_servicenow else ()
    return Knowing(
        spec.pair,
        found,
        tuple(_hangs(runtime, spec, articles)),
        (*(tie for tie in ties if tie.article), *_named(articles)),
        {one.key: _out(one) for one in articles if _came_out(runtime, one)},
        frozenset(one.key for one in articles if one.fields.get(STATE) == RETIRED),
        recovering(runtime),
    )


def foretell(runtime: Runtime, found: Knowing, plan: Plan, cases: Sequence[Case]) -> None:
    """Ask for another look at what our own writes are about to bring about, before they are sent:
    after a crash nothing else would tell. What a person asked for again is asked for afterwards."""
    retried = {case.link.servicenow.key for case in cases if RETRY in case.reasons}
    for where, key in _ours(runtime, found.pair, plan) if found.pair else ():
        if key not in retried:
            runtime.store.inbox.nudge(Side.SERVICENOW, where, [key], "changed")


def remember(runtime: Runtime, found: Knowing, plan: Plan, *, held: bool) -> None:
    """Write down what is known by now, and wake whom it concerns. ``held``: the plan waits for a
    person, and so do those who ask."""
    if not found.pair:
        return
    for where, key in _ours(runtime, found.pair, plan):
        runtime.store.inbox.nudge(Side.SERVICENOW, where, [key], "changed")
    due = runtime.clock() + HELD_BACK
    for where, keys in found.waiting.items() if held or found.early else ():
        if keys:
            runtime.store.inbox.delay(Side.SERVICENOW, where, keys, "changed", due)
    audience = _audience(runtime, found)
    with runtime.store.transaction():
        news = [tie for tie in found.ties if note_hanging(runtime, tie.task, tie.article)]
        for number, article in found.out.items():
            note_published(runtime, number, article)
        for number in found.gone:
            note_published(runtime, number, None)
        _take_up(runtime, found.pair, sorted({tie.article for tie in news}))
        for link in audience:
            end = link.servicenow
            runtime.store.inbox.nudge(Side.SERVICENOW, end.container, [end.key], "changed")


def _ours(runtime: Runtime, pair: str, plan: Plan) -> Iterator[tuple[str, str]]:
    """What our own writes may have brought about, which no feed tells: an article that we moved is
    out, a problem that was told of a workaround asks, an incident gets a problem with articles."""
    for one in plan.actions:
        if not isinstance(one, Update) or one.side is not Side.SERVICENOW:
            continue
        end = one.link.servicenow
        written = {k: v for write in one.writes for k, v in write.change.fields.items()}
        asked = end.container == PROBLEM and bool(written.keys() & WISHES)
        above = str(written.get("problem_id") or "") if end.container == INCIDENT else ""
        if one.pair == pair or asked or (above and articles_of(runtime, above)):
            yield end.container, end.key


def _is_problem(case: Case) -> bool:
    here = case.spec.servicenow.table == PROBLEM and Side.SERVICENOW in case.records
    return here and case.link.state is LinkState.ACTIVE


def _to_look(runtime: Runtime, case: Case) -> bool:
    """Whether to ask what hangs on a problem: somebody may have attached something, or it asks and
    nothing is known to hang there."""
    fresh = case.making or ATTACHED in case.reasons or case.forced()
    wishes = asks(case.records[Side.SERVICENOW].fields)
    return fresh or (wishes and not articles_of(runtime, case.link.servicenow.key))


def _asks(runtime: Runtime, spec: MappingSpec, cases: Sequence[Case]) -> Iterator[Ask]:
    installation = runtime.options.installation
    markers = {
        case.link.id: marks.marker(
            installation, spec.pair, Side.SERVICENOW, case.link.servicenow.key
        )
        for case in cases
    }
    known = runtime.store.intents.get(list(markers.values()))
    for case in cases:
        marker = markers[case.link.id]
        under_way = marker in known and known[marker].state in UNDER_WAY
        if under_way or _refused(case):
            continue
        record, end = case.records[Side.SERVICENOW], case.link.servicenow
        fields = {**draft(record.label, record.fields), SOURCE: record.key}
        why = f"{reason(record.fields)} and has no article"
        yield Ask(spec.pair, Side.SERVICENOW, ARTICLE, end, case.link.id, marker, fields, why)


def _refused(case: Case) -> bool:
    waits = any(row.field == FIELD and row.side is Side.SERVICENOW for row in case.parked)
    return waits and RETRY not in case.reasons


def _articles(spec: MappingSpec, gathered: Gathered) -> list[Record]:
    """The articles of this pass, linked or about to be."""
    found = [
        case.records[Side.SERVICENOW]
        for case in gathered.cases
        if case.spec.pair == spec.pair and Side.SERVICENOW in case.records
    ]
    found += [
        one.record
        for one in gathered.candidates
        if one.spec.pair == spec.pair and one.side is Side.SERVICENOW
    ]
    return found


def _named(articles: Sequence[Record]) -> Iterator[Tie]:
    """What articles say of themselves."""
    for one in articles:
        if one.fields.get(SOURCE):
            yield Tie(str(one.fields[SOURCE]), one.key, written=False)


def _hangs(runtime: Runtime, spec: MappingSpec, articles: Sequence[Record]) -> Iterator[Hang]:
    """Articles of ours without a row that ties them to their task."""
    due = [
        one
        for one in articles
        if made_by_us(runtime, Side.SERVICENOW, one)
        and one.fields.get(SOURCE)
        and tied(runtime, one.key) != one.fields[SOURCE]
    ]
    parked = runtime.store.ledger.parked_of(Side.SERVICENOW, [one.key for one in due])
    due = [one for one in due if all(row.field != FIELD for row in parked[one.key])]
    installation = runtime.options.installation
    markers = {
        one.key: marks.marker(
            installation, spec.pair, Side.SERVICENOW, f"{one.fields[SOURCE]} {one.key}"
        )
        for one in due
    }
    known = runtime.store.intents.get(list(markers.values()))
    for one in due:
        marker, task = markers[one.key], str(one.fields[SOURCE])
        if marker not in known or known[marker].state not in UNDER_WAY:
            why = "it is written for that task"
            yield Hang(spec.pair, Side.SERVICENOW, TIE, task, one.key, marker, why)


def _came_out(runtime: Runtime, record: Record) -> bool:
    return bool(record.fields.get(OUT)) and published(runtime, record.key) is None


def _out(record: Record) -> Article:
    return Article(record.key, record.url, record.updated.strftime("%Y-%m-%d %H:%M:%S UTC"))


def _take_up(runtime: Runtime, pair: str, numbers: Sequence[str]) -> None:
    """Have articles looked at that hang on a task and have no task of their own in Jira."""
    linked = runtime.store.links.by_keys(Side.SERVICENOW, numbers)
    loose = [number for number in numbers if number not in linked]
    runtime.store.inbox.nudge(Side.SERVICENOW, ARTICLE, loose, INVITED + pair)


def _audience(runtime: Runtime, found: Knowing) -> list[Link]:
    """Who has to be told that an article came out: what it hangs on, and the incidents of that."""
    fresh = [
        tie.task
        for tie in found.ties
        if tie.article in found.out or published(runtime, tie.article)
        if tie.article not in articles_of(runtime, tie.task)
    ]
    told = [*fresh, *(task for number in found.out for task in tasks_of(runtime, number))]
    links = runtime.store.links.by_keys(Side.SERVICENOW, list(dict.fromkeys(told)))
    return [one for link in links.values() for one in (link, *_incidents(runtime, link))]


def _incidents(runtime: Runtime, link: Link) -> list[Link]:
    """Linked incidents of a problem, as the instance says: not every project has a place for the
    reference, so what was agreed on does not tell them all."""
    tables = {spec.servicenow.table for spec in runtime.specs}
    if link.servicenow.container != PROBLEM or INCIDENT not in tables:
        return []
    scope = f"problem_id={link.servicenow.key}^active=true"
    pages = runtime.adapters[Side.SERVICENOW].listed(INCIDENT, scope, ())
    keys = [one.key for page in pages for one in page]
    return list(runtime.store.links.by_keys(Side.SERVICENOW, keys).values())
