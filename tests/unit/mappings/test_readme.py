"""The page that teaches the language teaches what is there."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

import mappings
from mappings.build import LIMITS
from mappings.lint import TAKES
from mappings.loader import load
from mappings.schema import RelationName
from mappings.sides import Side
from tests.support.mapping import a_file, problems

FOLDER = Path(mappings.__file__ or "").parent
README = (FOLDER / "README.md").read_text(encoding="utf-8")
WHOLE, FIELDS, STATUS, CLOSING, ASKED = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
ROWS = dict(re.findall(r"^\| (`[a-z_`, ]+`) \|.*\|([^|]*)\|$", README, re.MULTILINE))


def test_the_whole_file_loads() -> None:
    assert load({"README.md": WHOLE}, project="X")[0].pair == "problem-epic"


def test_the_change_asked_for_by_a_status_loads() -> None:
    assert problems(a_file(**yaml.safe_load(ASKED))) == []


def test_the_fields_load() -> None:
    assert problems(a_file(yaml.safe_load(FIELDS)["fields"])) == []


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
