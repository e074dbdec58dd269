"""The health ladder: from settings to rights, each rung with its remedy.

A rung that fails makes those above it pointless; they are reported as skipped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path

from connector.base import Adapter
from connector.errors import ConnectorError, NotThere, Rejected
from connector.values import Identity, Stream
from mappings.groups import Group
from mappings.insight import Rules
from mappings.live import Fact, check, left_out
from mappings.model import MappingSpec, OnDelete
from mappings.nodes import Problem
from mappings.sides import Side
from sync import people, wiring
from sync.core.absence import PATIENCE
from sync.errors import UserError
from sync.feed import wanted
from sync.fitting import by_label, labelled, standings
from sync.insight.telling.shown import lacking
from sync.runtime import Runtime, container, scope
from sync.settings import Settings

CLOCK_LIMIT = timedelta(seconds=60)
_PLACES = {Side.SERVICENOW: "servicenow.table", Side.JIRA: "jira.project"}
_SENTENCE = re.compile(r"(?<=[.?!]) (?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Rung:
    """One step: ``state`` is ok, warn, fail or skip; ``kind`` tells usage from unreachable."""

    name: str
    state: str
    told: str
    remedy: str = ""
    kind: str = "usage"


def examine(load: Callable[[], Settings]) -> Iterator[Rung]:
    """Climb until something fails. ``load`` reads the settings, with access to both sides."""
    try:
        settings = load()
    except UserError as error:
        yield from _failed("settings", error.problems)
        return
    yield Rung("settings", "ok", "complete")
    try:
        with wiring.running(settings) as runtime:
            yield Rung("store", "ok", f"{runtime.store.where} is usable")
            yield Rung("mappings", "ok", ", ".join(spec.pair for spec in runtime.given))
            yield from _sides(runtime, wiring.load_insight(settings))
    except UserError as error:
        yield from _failed("store or mappings", error.problems)


def _failed(name: str, problems: Sequence[str]) -> Iterator[Rung]:
    """One rung for each problem: its first sentence is what is wrong, the rest is the remedy."""
    for problem in problems:
        told, *remedy = _SENTENCE.split(problem, maxsplit=1)
        yield Rung(name, "fail", told, *remedy)


def _kind_of(error: ConnectorError) -> str:
    """What does not exist or is not understood is for whoever wrote it; the rest is the side's."""
    return "usage" if isinstance(error, NotThere | Rejected) else "unreachable"


def _sides(runtime: Runtime, rules: Rules) -> Iterator[Rung]:
    reached: dict[Side, Identity] = {}
    for side in Side:
        rung, identity = _identity(runtime.adapters[side], side)
        yield rung
        if identity is not None:
            reached[side] = identity
            yield _clock(runtime, side, identity)
            yield from _rights(runtime, side)
    if len(reached) == len(Side):
        yield from _optional(runtime)
        yield from _fields(runtime, rules)
    else:
        yield Rung("fields", "skip", "a side did not answer")


INSTEAD = {"sn_cim_register": "improvements in Jira are judged and measured all the same"}
"""What holds without a table."""


def _optional(runtime: Runtime) -> Iterator[Rung]:
    """Which mappings work here that need not."""
    for one in runtime.optional.findings():
        state = "off" if not one.on else "on" if one.makes else "makes nothing"
        told = "; ".join(filter(None, (f"{state}: {one.told}", INSTEAD.get(one.without))))
        yield Rung(f"pair {one.pair}", "warn" if one.warn else "ok", told, one.remedy)


def _identity(adapter: Adapter, side: Side) -> tuple[Rung, Identity | None]:
    name = f"{side} identity"
    try:
        found = adapter.identity()
    except ConnectorError as error:
        return Rung(name, "fail", f"{error.what}.", error.remedy, _kind_of(error)), None
    kind = f"{found.flavour} {found.version}".strip()
    told = f"{kind} at {found.host} knows us as {found.name}"
    if found.admin:
        return Rung(
            name, "warn", f"{told}, an administrator.",
            "Use an account with the least rights (see deploy/README.md).",
        ), found  # fmt: skip
    return Rung(name, "ok", told), found


def _clock(runtime: Runtime, side: Side, identity: Identity) -> Rung:
    apart = abs(identity.server_now - runtime.clock())
    if apart > CLOCK_LIMIT:
        return Rung(
            f"{side} clock", "warn", f"{apart.total_seconds():.0f} s apart from ours.",
            "Nothing is lost by it, but set the clock by NTP: times in reports are off.",
        )  # fmt: skip
    return Rung(f"{side} clock", "ok", f"{apart.total_seconds():.0f} s apart from ours")


def _rights(runtime: Runtime, side: Side) -> Iterator[Rung]:
    adapter = runtime.adapters[side]
    for stream in adapter.streams(runtime.containers(side)):
        if wanted(runtime, side, stream):
            rung = _try(
                f"{side} feed {stream.name}", partial(_first_page, adapter, stream), "can be read"
            )
            spare = bool(stream.lane) and rung.state == "fail"
            yield replace(rung, state="warn") if spare else rung
    for spec in runtime.specs:
        manner = adapter.witness.manner(container(spec, side))
        if manner:
            yield Rung(f"{side} {container(spec, side)}", "ok", manner)
        silent = adapter.witness.silent(container(spec, side))
        if silent:
            yield _deletions(spec, side, silent)
        if scope(spec, side):
            look = partial(_follow, runtime, spec, side)
            yield _try(f"{side} scope of {spec.pair}", look, "is understood")


def _deletions(spec: MappingSpec, side: Side, silent: str) -> Rung:
    """What follows where a side proves no deletion: nothing by itself, or only after a while."""
    told = "a twin is only left after a person's word"
    if spec.on_delete is not OnDelete.DETACH:
        told = f"on_delete: {spec.on_delete.value} waits for {PATIENCE.days} days or that word"
    return Rung(f"{side} deletions of {spec.pair}", "ok", f"{silent}; {told}")


def _follow(runtime: Runtime, spec: MappingSpec, side: Side) -> None:
    """Ask a side for a record that cannot be, by a scope that it must not pass over."""
    runtime.heed(spec, side)
    runtime.adapters[side].in_scope(container(spec, side), scope(spec, side), ["0"])


def _first_page(adapter: Adapter, stream: Stream) -> object:
    since = adapter.server_now() - timedelta(minutes=1)
    return next(iter(adapter.changed(stream, since)), None)


def _try(name: str, work: Callable[[], object], told: str) -> Rung:
    try:
        work()
    except ConnectorError as error:
        return Rung(name, "fail", f"{error.what}.", error.remedy, _kind_of(error))
    return Rung(name, "ok", told)


def _fields(runtime: Runtime, rules: Rules) -> Iterator[Rung]:
    name, sound = "fields and values", True
    looks = [partial(_live, runtime, spec) for spec in runtime.specs]
    for look in (*looks, partial(_unshown, runtime, rules)):
        try:
            problems = look()
        except ConnectorError as error:
            sound = False
            yield Rung(name, "fail", f"{error.what}.", error.remedy, _kind_of(error))
            continue
        for problem in problems:
            sound = False
            where = f"{problem.file}:{problem.line}: {problem.path}"
            yield Rung(name, "fail", f"{where}: {problem.text}.", problem.remedy)
    yield from _links(runtime)
    if sound:
        yield Rung(name, "ok", "every mapped field, choice and status exists")
    yield from _people(runtime)


def _people(runtime: Runtime) -> Iterator[Rung]:
    """Whether everybody exists whom the people file names; without a file there is no such rung."""
    if not runtime.directory.people.said:
        return
    name, sound = "people", True
    try:
        problems = list(people.check(runtime))
    except ConnectorError as error:
        yield Rung(name, "fail", f"{error.what}.", error.remedy, _kind_of(error))
        return
    for problem in problems:
        sound = False
        where = f"{problem.file}:{problem.line}: {problem.path}"
        yield Rung(name, "fail", f"{where}: {problem.text}.", problem.remedy)
    if sound:
        yield Rung(name, "ok", "everybody whom the people file names is one active person")


def _links(runtime: Runtime) -> Iterator[Rung]:
    """What of the mappings this Jira has no kind of issue link for."""
    try:
        notes = [str(note) for spec in runtime.specs for note in _left_out(runtime, spec)]
    except ConnectorError:
        return  # the rung of the fields tells
    for note in notes:
        yield Rung("issue links", "ok", note)


def _left_out(runtime: Runtime, spec: MappingSpec) -> list[Problem]:
    return list(left_out(spec, _facts(runtime, spec, Side.JIRA)))


def _live(runtime: Runtime, spec: MappingSpec) -> list[Problem]:
    """What the two systems say about a mapping; a table or project that is not there, too."""
    facts: dict[Side, Fact] = {}
    problems: list[Problem] = []
    for side in Side:
        try:
            facts[side] = _facts(runtime, spec, side)
        except NotThere as error:
            problems.append(_problem(spec, _PLACES[side], error))
    if problems:
        return problems
    tables = runtime.adapters[Side.SERVICENOW].kinds(container(spec, Side.SERVICENOW))
    told = labelled(spec, tables[0]) if by_label(spec) else spec
    return list(check(told, facts[Side.SERVICENOW], facts[Side.JIRA]))


def _unshown(runtime: Runtime, rules: Rules) -> list[Problem]:
    """What is wrong with the fields that the insight file names."""
    return list(lacking(runtime, rules))


def _facts(runtime: Runtime, spec: MappingSpec, side: Side) -> Fact:
    """What a side says about a pair's container, for the kind of record the pair would make."""
    kinds = runtime.adapters[side].kinds(container(spec, side))
    names = {kind.name.casefold(): kind for kind in kinds}
    wanted = [*spec.jira.issue_types] if side is Side.JIRA else [kind.name for kind in kinds]
    chosen = [names[name.casefold()] for name in wanted if name.casefold() in names][:1]
    fields = {
        name: frozenset(choice.value for choice in field.choices)
        for kind in chosen
        for field in kind.fields
        for name in (field.label, field.name)
        if side is Side.JIRA or name == field.name
    }
    statuses = frozenset(status.value for kind in chosen for status in kind.statuses)
    found = Fact(fields, frozenset(kind.name for kind in kinds), statuses)
    if side is Side.SERVICENOW:
        return replace(found, groups=_groups(runtime, spec))
    adapter = runtime.adapters[side]
    return replace(found, standings=standings(spec, adapter, chosen[0])) if chosen else found


def _groups(runtime: Runtime, spec: MappingSpec) -> frozenset[str] | None:
    """Which of the groups that a mapping's tables name are active; nothing without such tables."""
    relations = (rule.relation for rule in spec.rules)
    tables = [one.table for one in relations if isinstance(one, Group)]
    names = {name for table in tables for row in table.rows for name in row.servicenow}
    if not names:
        return None
    found = runtime.adapters[Side.SERVICENOW].groups(names=names)
    return frozenset(one.name for one in found if one.active)


def live_problems(settings: Settings, folder: Path | None) -> tuple[list[str], list[str]]:
    """What both systems say about mappings: unknown fields, choices, statuses, issue types; and
    what works without a part that the site does not have."""
    with wiring.running(settings, folder=folder) as runtime:
        problems = [str(problem) for problem in people.check(runtime)]
        problems += [str(problem) for spec in runtime.specs for problem in _all(runtime, spec)]
        rules = wiring.load_insight(settings, folder)
        problems += [str(problem) for problem in _unshown(runtime, rules)]
        if problems:
            return problems, []
        return [], [str(note) for spec in runtime.specs for note in _left_out(runtime, spec)]


def _all(runtime: Runtime, spec: MappingSpec) -> Iterator[Problem]:
    """What is wrong with a mapping's fields and values, and scopes that are not followed."""
    found = _live(runtime, spec)
    yield from found
    absent = {problem.path for problem in found}
    for side in Side:
        if scope(spec, side) and _PLACES[side] not in absent:
            try:
                _follow(runtime, spec, side)
            except (NotThere, Rejected) as error:
                yield _problem(spec, f"{side}.scope", error)


def _problem(spec: MappingSpec, path: str, error: ConnectorError) -> Problem:
    return Problem(spec.file or spec.pair, 1, path, error.what, error.remedy)
