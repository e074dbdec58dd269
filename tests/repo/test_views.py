"""The filters that we hand out: each is understood, and names only fields that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from connector.sandbox.jira.model import FieldDef
from connector.sandbox.jira.search import Searcher, judge
from connector.sandbox.servicenow.query import Broken, parse
from connector.sandbox.servicenow.tables import SCHEMA
from sync.insight.telling.delivery import COLUMNS
from tests.support.jira_site import Site

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "deploy" / "views" / "README.md").read_text(encoding="utf-8")
ROWS = [[cell.strip(" `") for cell in line.split(" | ")] for line in PAGE.splitlines()
        if line.startswith("| ") and "`" in line]  # fmt: skip
JQL = {row[0].strip("| "): row[1] for row in ROWS if len(row) == 3}
QUERIES = [row[1:3] for row in ROWS if len(row) == 4]
MAPPINGS = "\n".join(
    path.read_text(encoding="utf-8") for path in (ROOT / "mappings" / "defaults").glob("*.yaml")
)


def columns(table: str) -> set[str]:
    """All of a table, inherited ones and ours included."""
    found, name = set(), table
    while name:
        found |= {column.name for column in SCHEMA.tables[name].columns}
        found |= set(COLUMNS) if name == "task" else set()
        name = SCHEMA.tables[name].parent
    return found


def test_there_are_views_for_every_role() -> None:
    titles = re.findall(r"(?m)^## ([\w ]+):", PAGE)
    assert titles == ["Service desk", "Delivery", "Change and security", "Business"]
    assert len(JQL) > 12
    assert len(QUERIES) > 10


@pytest.mark.parametrize("name", sorted(JQL))
def test_jira_understands_a_filter(name: str) -> None:
    site = Site("cloud")
    world = site.sandbox.world
    trend = FieldDef("customfield_19999", "Incident trend", "line", "textfield", limit=255)
    world.fields["customfield_10055"] = trend  # the seeded one is a list of choices
    me = Searcher(world.site.me, "UTC")
    verdict = judge(world, me, JQL[name])
    assert (verdict.errors, verdict.warnings) == ((), ())


@pytest.mark.parametrize(("table", "query"), QUERIES)
def test_servicenow_understands_a_query(table: str, query: str) -> None:
    read = parse(query)
    conditions = [one for groups in read.alternatives for group in groups for one in group]
    assert not [one for one in conditions if isinstance(one, Broken)]
    named = [one.field for one in (*conditions, *read.order) if not isinstance(one, Broken)]
    assert named
    assert {name.partition(".")[0] for name in named} <= columns(table)


@pytest.mark.parametrize("label", sorted(set(re.findall(r"change-[a-z]+-[a-z-]+[a-z]", PAGE))))
def test_a_label_is_one_that_the_shipped_mappings_set(label: str) -> None:
    made = re.fullmatch(r"(change-type-|change-model-).+", label)
    assert (made[1] if made else label) in MAPPINGS
