"""The health ladder: from settings to rights, each rung with its remedy.

A rung that fails makes those above it pointless; they are reported as skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from connector.base import Adapter
from connector.errors import AccessLost, ConnectorError, NotThere
from connector.values import Identity
from mappings.live import Fact, check
from mappings.model import MappingSpec
from mappings.sides import Side
from sync import wiring
from sync.errors import UserError
from sync.runtime import Runtime, container, scope
from sync.settings import Settings

CLOCK_LIMIT = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Rung:
    """One step: ``state`` is ok, warn, fail or skip; ``kind`` tells usage from unreachable."""

    name: str
    state: str
    told: str
    remedy: str = ""
    kind: str = "usage"


def examine(load: Callable[[], Settings] = Settings.load) -> Iterator[Rung]:
    """Climb until something fails. ``load`` reads the settings."""
    try:
        settings = load()
    except UserError as error:
        yield Rung("settings", "fail", "; ".join(error.problems))
        return
    yield Rung("settings", "ok", "complete")
    try:
        with wiring.running(settings) as runtime:
            yield Rung("store", "ok", f"{runtime.store.where} is usable")
            yield Rung("mappings", "ok", ", ".join(runtime.pairs))
            yield from _sides(runtime)
    except UserError as error:
        yield Rung("store and mappings", "fail", "; ".join(error.problems))


def _sides(runtime: Runtime) -> Iterator[Rung]:
    reached: dict[Side, Identity] = {}
    for side in Side:
        rung, identity = _identity(runtime.adapters[side], side)
        yield rung
        if identity is not None:
            reached[side] = identity
            yield _clock(runtime, side, identity)
            yield from _rights(runtime, side)
    if len(reached) == len(Side):
        yield from _fields(runtime)
    else:
        yield Rung("fields", "skip", "a side did not answer")


def _identity(adapter: Adapter, side: Side) -> tuple[Rung, Identity | None]:
    name = f"{side} identity"
    try:
        found = adapter.identity()
    except AccessLost as error:
        return Rung(name, "fail", error.what, error.remedy, "unreachable"), None
    except ConnectorError as error:
        return Rung(name, "fail", error.what, error.remedy, "unreachable"), None
    told = f"{found.flavour} {found.version} at {found.host} knows us as {found.name}"
    if found.admin:
        return Rung(
            name, "warn", f"{told}, an administrator",
            "Use an account with the least rights (see deploy/README.md).",
        ), found  # fmt: skip
    return Rung(name, "ok", told), found


def _clock(runtime: Runtime, side: Side, identity: Identity) -> Rung:
    apart = abs(identity.server_now - runtime.clock())
    if apart > CLOCK_LIMIT:
        return Rung(
            f"{side} clock", "warn", f"{apart.total_seconds():.0f} s apart from ours",
            "Nothing is lost by it, but set the clock by NTP: times in reports are off.",
        )  # fmt: skip
    return Rung(f"{side} clock", "ok", f"{apart.total_seconds():.0f} s apart from ours")


def _rights(runtime: Runtime, side: Side) -> Iterator[Rung]:
    adapter = runtime.adapters[side]
    for stream in adapter.streams(runtime.containers(side)):
        yield _try(
            f"{side} feed {stream.name}",
            lambda stream=stream: next(
                iter(adapter.changed(stream, adapter.server_now() - timedelta(minutes=1))), None
            ),
            "can be read",
        )
    for spec in runtime.specs:
        if scope(spec, side):
            yield _try(
                f"{side} scope of {spec.pair}",
                lambda spec=spec: adapter.in_scope(container(spec, side), scope(spec, side), ["0"]),
                "is understood",
            )


def _try(name: str, work: object, told: str) -> Rung:
    try:
        work()  # type: ignore[operator]
    except NotThere as error:
        return Rung(name, "fail", error.what, error.remedy)
    except ConnectorError as error:
        return Rung(name, "fail", error.what, error.remedy, "unreachable")
    return Rung(name, "ok", told)


def _fields(runtime: Runtime) -> Iterator[Rung]:
    try:
        problems = [str(problem) for spec in runtime.specs for problem in _live(runtime, spec)]
    except ConnectorError as error:
        kind = "usage" if isinstance(error, NotThere) else "unreachable"
        yield Rung("fields and values", "fail", error.what, error.remedy, kind)
        return
    if problems:
        yield Rung("fields and values", "fail", "; ".join(problems))
    else:
        yield Rung("fields and values", "ok", "every mapped field, choice and status exists")


def _live(runtime: Runtime, spec: MappingSpec) -> list[object]:
    facts = {side: _facts(runtime, spec, side) for side in Side}
    return list(check(spec, facts[Side.SERVICENOW], facts[Side.JIRA]))


def _facts(runtime: Runtime, spec: MappingSpec, side: Side) -> Fact:
    """What a side says about a pair's container, for the kind of record the pair would make."""
    kinds = runtime.adapters[side].kinds(container(spec, side))
    names = {kind.name.casefold(): kind for kind in kinds}
    wanted = [*spec.jira.issue_types] if side is Side.JIRA else [kind.name for kind in kinds]
    chosen = [names[name.casefold()] for name in wanted if name.casefold() in names][:1]
    fields = {
        field.name: frozenset(choice.value for choice in field.choices)
        for kind in chosen
        for field in kind.fields
    }
    statuses = frozenset(status.value for kind in chosen for status in kind.statuses)
    return Fact(fields, frozenset(kind.name for kind in kinds), statuses)


def live_problems(settings: Settings, specs: tuple[MappingSpec, ...]) -> list[str]:
    """What both systems say about mappings: unknown fields, choices, statuses, issue types."""
    del specs
    with wiring.running(settings) as runtime:
        return [str(problem) for spec in runtime.specs for problem in _live(runtime, spec)]
