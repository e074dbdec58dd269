"""Who is who: a roll of everybody whom records mention, and the people file judged live.

Two questions that no single record asks: who could not be matched and how many linked records that
concerns, and whether everybody whom the people file names is one active person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from connector.errors import NotThere
from mappings.nodes import Problem
from mappings.people import Entry
from mappings.sides import Side
from sync.core.model import PersonRow
from sync.core.people import Acquaintance, By, Match, NoMatch, Why
from sync.directory import Directory
from sync.runtime import Runtime, chunks

SOME = 500
"""Links whose agreements are read at once."""


@dataclass(frozen=True, slots=True)
class Acquainted:
    """One person of a side: who it is on the other one and what told so, or why nobody is.

    ``records`` counts the linked records whose agreed values mention the person, and those in which
    somebody without a counterpart waits to be told apart.
    """

    side: Side
    row: PersonRow
    records: int
    match: str = ""
    by: By | None = None
    why: Why | None = None
    reason: str = ""
    remedy: str = ""


def roll(runtime: Runtime, *, live: bool = False) -> list[Acquainted]:
    """Everybody known on either side: most needed first, those without a counterpart above all.

    With ``live``, and where a column of ServiceNow tells who is who, both sides are asked.
    """
    directory, counts = runtime.directory, mentions(runtime)
    known = {side: _keys(runtime, counts, side) for side in Side}
    if live:
        directory.ask_anew()
    if live or directory.people.servicenow_field:
        directory.prepare(known, runtime.clock())
        known = {side: _keys(runtime, counts, side) for side in Side}
    waiting = _waiting(runtime)
    found = [
        _acquainted(directory, side, key, counts[(side, key)], waiting)
        for side in Side
        for key in known[side]
    ]
    return sorted(found, key=lambda one: (not one.reason, -one.records, one.side, one.row.name))


def mentions(runtime: Runtime) -> Counter[tuple[Side, str]]:
    """In how many linked records each person is agreed on."""
    counts: Counter[tuple[Side, str]] = Counter()
    for spec in runtime.specs:
        names = [rule.name for rule in spec.rules if rule.relation.kind == "user"]
        links = [link.id for link in runtime.store.links.of_pair(spec.pair)]
        for some in chunks(links, SOME):
            for held in runtime.store.links.bases(some).values():
                bases = [held[name] for name in names if name in held]
                counts.update(
                    {(side, str(b.of(side))) for b in bases for side in Side if b.of(side)}
                )
    return counts


def _waiting(runtime: Runtime) -> Counter[str]:
    """In how many records a field of people waits, by what is said of the person."""
    fields = {
        (spec.pair, rule.name)
        for spec in runtime.specs
        for rule in spec.rules
        if rule.relation.kind == "user"
    }
    rows = runtime.store.ledger.parked()
    return Counter(row.reason for row in rows if (row.pair, row.field) in fields)


def _keys(runtime: Runtime, counts: Counter[tuple[Side, str]], side: Side) -> list[str]:
    known = runtime.directory.acquaintance.rosters[side].by_key
    return sorted({*known, *(key for one, key in counts if one is side)})


def _acquainted(
    directory: Directory, side: Side, key: str, records: int, waiting: Counter[str]
) -> Acquainted:
    held = directory.acquaintance.rosters[side].by_key.get(key)
    row = held or PersonRow(side, key, key, "", active=False)
    found = directory.find(side, key)
    if isinstance(found, Match):
        name = directory.name(side.other, found.key)
        return Acquainted(side, row, records, name, found.by)
    records += waiting[found.reason]
    return Acquainted(side, row, records, why=found.why, reason=found.reason, remedy=found.remedy)


def check(runtime: Runtime) -> Iterator[Problem]:
    """Whatever the people file says that both sides do not bear out; asks for all it names."""
    people, directory = runtime.directory.people, runtime.directory
    try:
        for side in Side:
            directory.ask_for(side, [entry.of(side) for entry in people.entries])
            if people.stand_in(side):
                directory.ask_for(side, [people.stand_in(side)])
        _ask_column(runtime)
    except NotThere as error:
        path = "people.servicenow_field"
        yield people.problem(path, people.lines.get(path, 1), error.what, error.remedy)
        return
    for place, entry in enumerate(people.entries):
        yield from _entry(directory.acquaintance, place, entry)
    yield from _stand_ins(directory.acquaintance)


def _ask_column(runtime: Runtime) -> None:
    """Look at one row: ours. Raises ``NotThere`` for a column that is not shown."""
    column = runtime.directory.people.servicenow_field
    if column:
        key = runtime.identity(Side.SERVICENOW).key
        runtime.adapters[Side.SERVICENOW].people(keys=[key], column=column)


def _entry(known: Acquaintance, place: int, entry: Entry) -> Iterator[Problem]:
    for side in Side:
        found = known.named(side, entry.of(side), By.MAP, entry.of(side))
        path = f"map.{place}.{side}"
        if isinstance(found, NoMatch):
            yield known.people.problem(path, entry.line, found.reason, found.remedy)
            continue
        row = known.rosters[side].by_key[found.key]
        others = [one for one in known.entries_of(side, row) if one != entry]
        if others and min(others, key=lambda one: one.line).line < entry.line:
            told = f"{entry.of(side)} is {row.name}, whom line {others[0].line} names too"
            yield known.people.problem(path, entry.line, told, "Keep one of the entries.")


def _stand_ins(known: Acquaintance) -> Iterator[Problem]:
    for side in Side:
        named = known.people.stand_in(side)
        found = known.named(side, named, By.MAP, named) if named else None
        if isinstance(found, NoMatch):
            path = f"fallback.{side}"
            line = known.people.lines.get(path, 1)
            yield known.people.problem(path, line, found.reason, found.remedy)
