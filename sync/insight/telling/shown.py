"""Jira's fields that show trends, as the insight file names them: which of them are there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from connector.errors import ConnectorError, NotThere
from connector.values import Placing
from mappings.insight import Rules
from mappings.live import Standing, unshown
from mappings.model import MappingSpec
from mappings.nodes import Problem
from mappings.sides import Side
from sync.core.knowledge import PROBLEM
from sync.runtime import Runtime, log


@dataclass(frozen=True, slots=True)
class Shown:
    """The fields that can be written on the epics of a pair, by what goes into them, and what Jira
    calls each name by its id."""

    fields: Mapping[str, str] = field(default_factory=dict)
    ids: Mapping[str, str] = field(default_factory=dict)


def lacking(runtime: Runtime, rules: Rules) -> Iterator[Problem]:
    """What is wrong with the fields that the insight file names, on the epics of problems. A
    project that is not there is for whoever looks at the pair itself."""
    told = set()
    for spec in _epics(runtime) if rules.fields else ():
        try:
            found = _placed(runtime, spec, rules.fields)
        except NotThere:
            continue
        for what, name in rules.fields.items():
            wrong = unshown(spec, name, _standing(found[name]))
            if wrong and (what, wrong) not in told:
                told.add((what, wrong))
                line = rules.lines.get(what, 1)
                yield Problem(rules.file, line, f"fields.{what}", *wrong)


def shown(runtime: Runtime, fields: Mapping[str, str]) -> dict[str, Shown]:
    """What can be shown, by pair. Where Jira does not tell, all of it may be tried."""
    return {spec.pair: _shown(runtime, spec, fields) for spec in _epics(runtime) if fields}


def _shown(runtime: Runtime, spec: MappingSpec, fields: Mapping[str, str]) -> Shown:
    try:
        found = _placed(runtime, spec, fields)
    except ConnectorError as error:
        log.info("fields are not known", action="insight.unknown", why=error.what)
        return Shown(fields)
    wrong = {name: unshown(spec, name, _standing(found[name])) for name in fields.values()}
    for name, why in wrong.items():
        if why:
            log.warning("a field is left out", action="insight.left_out", field=name, why=why[0])
    sound = {what: name for what, name in fields.items() if not wrong[name]}
    return Shown(sound, {found[name].ids[0]: name for name in sound.values()})


def _epics(runtime: Runtime) -> Iterator[MappingSpec]:
    return (spec for spec in runtime.specs if spec.servicenow.table == PROBLEM)


def _placed(
    runtime: Runtime, spec: MappingSpec, fields: Mapping[str, str]
) -> Mapping[str, Placing]:
    kind = runtime.kind(spec).name
    return runtime.adapters[Side.JIRA].placings(spec.jira.project, kind, set(fields.values()))


def _standing(one: Placing) -> Standing:
    return Standing(one.ids, one.create, one.edit)
