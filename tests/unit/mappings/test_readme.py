"""The page that teaches the language teaches what is there."""

from __future__ import annotations

import re
import textwrap
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args
from unittest.mock import ANY

import pytest
import yaml

import mappings
from mappings.build import LIMITS
from mappings.improvement import HEADINGS, ImprovementFile, Improving
from mappings.lint import TAKES
from mappings.loader import load, load_insight, load_people, load_policy
from mappings.people import People
from mappings.policy import ChangeClass, PolicyFile
from mappings.schema import RelationName
from mappings.sides import Side
from tests.support.mapping import a_file, problems

FOLDER = Path(mappings.__file__ or "").parent
README = (FOLDER / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
WHOLE, FIELDS, PEOPLE, INSIGHT, POLICY, IMPROVEMENT, GROUPS, STATUS, CLOSING, ASKED = BLOCKS
ROWS = dict(re.findall(r"^\| (`[a-z_`, ]+`) \|.*\|([^|]*)\|$", README, re.MULTILINE))


def test_the_whole_file_loads() -> None:
    assert load({"README.md": WHOLE}, project="X")[0].pair == "problem-epic"


def test_the_change_asked_for_by_a_status_loads() -> None:
    assert problems(a_file(**yaml.safe_load(ASKED))) == []


def test_the_fields_load() -> None:
    assert problems(a_file(yaml.safe_load(FIELDS)["fields"])) == []


def test_the_groups_load() -> None:
    assert problems(a_file(yaml.safe_load(GROUPS)["fields"])) == []


def test_the_people_file_loads_and_so_does_the_shipped_example() -> None:
    people = load_people({"people.yaml": PEOPLE})
    assert (len(people.entries), people.servicenow_field) == (1, "u_jira_account")
    shipped = (FOLDER / "defaults" / "people.yaml").read_text(encoding="utf-8")
    assert load_people({"people.yaml": shipped}) == People(file="people.yaml", lines=ANY)
    keys = [line.removeprefix("# ") for line in shipped.splitlines() if line.startswith("# ")]
    taken = "\n".join(keys[keys.index(next(one for one in keys if one.startswith("map:"))) :])
    found = load_people({"people.yaml": taken})
    assert (len(found.entries), found.stand_in(Side.JIRA)) == (2, "triage@example.com")


def test_the_insight_file_loads_and_writes_down_what_holds_without_it() -> None:
    told = load_insight({"insight.yaml": INSIGHT})
    assert told.fields.keys() == {"incidents_30d", "trend", "score"}
    assert replace(told, fields={}) == load_insight({})
    shipped = (FOLDER / "defaults" / "insight.yaml").read_text(encoding="utf-8")
    assert load_insight({"insight.yaml": shipped}) == load_insight({})


def test_the_policy_file_loads_and_the_shipped_one_writes_down_what_holds_without_it() -> None:
    told = load_policy({"policy.yaml": POLICY})
    assert [rule.name for rule in told.classes] == ["outage", "routine"]
    assert [rule.who for rule in told.escalate] == ["change manager", "release team"]
    assert told.demands[ChangeClass.NORMAL].checks == ("Unit tests",)
    shipped = (FOLDER / "defaults" / "policy.yaml").read_text(encoding="utf-8")
    assert load_policy({"policy.yaml": shipped}) == load_policy({})
    shape = yaml.safe_load(shipped)
    assert shape == PolicyFile.model_validate(shape).model_dump(exclude_unset=True)
    assert PolicyFile.model_validate({}).model_dump(exclude_none=True).keys() == shape.keys()


def test_the_improvement_file_loads_and_the_shipped_one_writes_down_what_holds_without_it() -> None:
    told = load_insight({"improvement.yaml": IMPROVEMENT}).improving
    assert (told.types, told.scope) == (("Improvement", "Kaizen"), "labels = register")
    rest = replace(told, types=("Improvement",), scope="", field="", headings=HEADINGS)
    assert rest == Improving()
    shipped = (FOLDER / "defaults" / "improvement.yaml").read_text(encoding="utf-8")
    assert load_insight({"improvement.yaml": shipped}) == load_insight({})
    shape = yaml.safe_load(shipped)
    assert shape == ImprovementFile.model_validate({}).model_dump()


def test_the_status_loads_with_its_closing() -> None:
    status: dict[str, Any] = yaml.safe_load(STATUS)["status"]
    status["table"].append({"servicenow": "8", "jira": "Canceled"})
    status |= yaml.safe_load(textwrap.dedent(CLOSING))
    assert problems(a_file({"status": status})) == []


@pytest.mark.parametrize("name", get_args(RelationName))
def test_every_relation_and_its_keys_are_explained(name: str) -> None:
    row = next(keys for names, keys in ROWS.items() if f"`{name}`" in names)
    told = set(re.findall(r"`([a-z_]+)`", row))
    limits = {"max_servicenow", "max_jira"} if name == "template" else set()
    assert told | limits == TAKES.get(name, frozenset())


@pytest.mark.parametrize("name", ["line", "text"])
def test_the_limits_are_the_ones_in_use(name: str) -> None:
    row = next(keys for names, keys in ROWS.items() if f"`{name}`" in names)
    assert [int(limit) for limit in re.findall(r"` (\d+)", row)] == [
        LIMITS[name][Side.SERVICENOW],
        LIMITS[name][Side.JIRA],
    ]


def test_every_module_is_on_the_page() -> None:
    names = {path.name for path in FOLDER.glob("*.py")} - {"__init__.py"}
    assert not {name for name in names if f"`{name}`" not in README}
