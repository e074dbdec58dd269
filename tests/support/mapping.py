"""Building blocks for tests of mappings: a file with one field, and look-ups that know a few."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from mappings.defaults import shipped
from mappings.loader import MappingProblems, load
from mappings.model import MappingSpec, Rule
from mappings.nodes import Problem
from mappings.sides import Side
from mappings.values import UNKNOWN, Unknown, Unmappable

CATEGORIES = {"QA Ready": "indeterminate", "Icebox": "new", "Released": "done"}


@dataclass(frozen=True)
class Facts:
    """A look-up over what a test says. People and twins are pairs of keys, groups key to name;
    ``tables`` are those of ServiceNow records, where a test tells them apart; ``ways`` lead from
    an issue by its twin to another record.

    ``leavers`` are pairs too, to whom nothing is assigned; ``hidden`` people are not shown to us. A
    person is asked where ``stand_ins`` does not say who stands in on a side.
    """

    people: Mapping[str, str] = field(default_factory=dict)
    twins: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, str] = field(default_factory=dict)
    ways: Mapping[str, str] = field(default_factory=dict)
    categories: Mapping[str, str] = field(default_factory=lambda: CATEGORIES)
    leavers: Mapping[str, str] = field(default_factory=dict)
    stand_ins: Mapping[Side, str | None] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    hidden: Collection[str] = ()

    def person(self, side: Side, key: str) -> str | Unmappable:
        found = _across(self.people, side, key)
        return found or Unmappable(f"nobody for {key}", "Tell who it is.", key not in self.hidden)

    def same(self, servicenow: str, jira: str) -> bool:
        return jira in (self.people.get(servicenow), self.leavers.get(servicenow))

    def stand_in(self, side: Side) -> str | Unknown | Unmappable | None:
        return self.stand_ins.get(side, UNKNOWN)

    def group_name(self, key: str) -> str | None:
        return self.groups.get(key)

    def group_key(self, name: str) -> str | Unmappable:
        hits = [key for key, held in self.groups.items() if held.casefold() == name.casefold()]
        return hits[0] if len(hits) == 1 else Unmappable(f"no group {name}", "Correct it.")

    def twin(self, side: Side, key: str, table: str = "") -> str | None:
        twin = _across(self.twins, side, key)
        row = key if side is Side.SERVICENOW else twin
        return twin if not table or self.tables.get(str(row), table) == table else None

    def above(self, issue: str, column: str) -> str | None:
        return self.ways.get(issue) if column else None

    def category(self, status: str) -> str | None:
        return self.categories.get(status)

    def name(self, side: Side, key: str) -> str:
        return f"{key} of {side}"


def _across(pairs: Mapping[str, str], side: Side, key: str) -> str | None:
    back = {jira: servicenow for servicenow, jira in pairs.items()}
    return (pairs if side is Side.SERVICENOW else back).get(key)


NOBODY = Facts()


def a_file(fields: Mapping[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """A sound mapping file as data; ``changes`` replace top-level keys."""
    summary = {"servicenow": "short_description", "jira": "summary"}
    return {
        "pair": "incident-story",
        "servicenow": {"table": "incident", "scope": "active=true"},
        "jira": {"issue_type": "Story", "scope": "labels = to-incident"},
        "fields": {"summary": summary} if fields is None else fields,
        **changes,
    }


class Written(yaml.SafeDumper):
    """Writes everything out: mapping files take no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def written(data: Mapping[str, Any]) -> str:
    """A mapping file's text."""
    return yaml.dump(dict(data), Dumper=Written, sort_keys=False)


def loaded(data: Mapping[str, Any], file: str = "one.yaml") -> MappingSpec:
    """The mapping of one file."""
    return load({file: written(data)}, project="OPS")[0]


def owned_by(side: str) -> dict[str, str]:
    """The shipped mapping files with another owner of the summary."""
    return {
        name: text.replace("as: line, owner: servicenow", f"as: line, owner: {side}")
        for name, text in shipped().items()
    }


def a_rule(**part: Any) -> Rule:
    """The rule of one field."""
    ends = {"servicenow": "here", "jira": "there"}
    return loaded(a_file({"one": {**ends, **part}})).rules[0]


def problems(text: str | Mapping[str, Any], project: str = "OPS") -> list[Problem]:
    """What is wrong with one file; nothing, if nothing is."""
    try:
        load({"one.yaml": text if isinstance(text, str) else written(text)}, project=project)
    except MappingProblems as found:
        return found.problems
    return []


def complaints(**part: Any) -> str:
    """What is wrong with one field, as one text."""
    ends = {"servicenow": "here", "jira": "there"}
    whole = {name: value for name, value in {**ends, **part}.items() if value is not None}
    return "\n".join(map(str, problems(a_file({"one": whole}))))
