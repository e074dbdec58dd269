"""The health ladder on a pair of sandboxes: what is climbed, what fails, what is said then."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mappings.defaults import shipped
from sync.demo.town import Town
from sync.doctor import Rung, examine, live_problems
from sync.settings import Settings
from tests.support.deaths import policy


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with Town("cloud", incidents=0, index_lag=0.0) as started:
        yield started


@pytest.fixture
def climbed(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in town.settings().items():
        monkeypatch.setenv(name, value)


def rungs() -> dict[str, Rung]:
    return {rung.name: rung for rung in examine(Settings.load)}


@pytest.mark.usefixtures("climbed")
def test_a_healthy_pair_has_no_failing_rung() -> None:
    found = rungs()
    assert {rung.state for rung in found.values()} == {"ok"}
    assert list(found)[:3] == ["settings", "store", "mappings"]
    assert "fields and values" in found


@pytest.mark.usefixtures("climbed")
def test_a_kind_of_link_that_the_site_lacks_is_named_and_no_fault(town: Town) -> None:
    world = town.jira.world
    held, world.link_types = world.link_types, world.link_types[:1]
    try:
        found = list(examine(Settings.load))
        problems, notes = live_problems(Settings.load(), None)
    finally:
        world.link_types = held
    told = [rung.told for rung in found if rung.name == "issue links"]
    assert told == notes
    assert len(told) == 3
    assert all(words in " ".join(told) for words in ("'is caused by'", "'duplicates'"))
    assert ({rung.state for rung in found}, problems) == ({"ok"}, [])


@pytest.mark.usefixtures("climbed")
def test_a_project_that_is_not_there_is_a_rung_and_no_trace(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TANDEM_JIRA__PROJECT", "NOPE")
    found = rungs()
    assert found["jira identity"].state == "ok"
    last = list(found.values())[-1]
    assert (last.name, last.state, last.kind) == ("fields and values", "fail", "usage")
    assert last.remedy


@pytest.mark.usefixtures("climbed")
def test_a_wrong_password_stops_what_needs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANDEM_SERVICENOW__PASSWORD", "wrong")
    found = rungs()
    assert found["servicenow identity"].state == "fail"
    assert found["servicenow identity"].kind == "unreachable"
    assert found["jira identity"].state == "ok"
    assert found["fields"].state == "skip"


@pytest.mark.usefixtures("climbed")
def test_a_mapping_that_is_wrong_stops_before_the_systems(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TANDEM_MAPPINGS__DIR", str(tmp_path))
    found = rungs()
    assert list(found) == ["settings", "store or mappings"]
    assert "holds no *.yaml" in found["store or mappings"].told


@pytest.mark.usefixtures("climbed")
@pytest.mark.parametrize(("path", "told"), [("", "is not known"), ("/api/x_a/problem", "x_a")])
def test_it_says_how_problems_are_moved(
    monkeypatch: pytest.MonkeyPatch, path: str, told: str
) -> None:
    monkeypatch.setenv("TANDEM_SERVICENOW__PROBLEM_STATE_PATH", path)
    assert told in rungs()["servicenow problem"].told


@pytest.mark.usefixtures("climbed")
def test_it_says_where_no_deletion_is_proven(town: Town) -> None:
    found = rungs()
    assert "sys_audit_delete" in found["servicenow deletions of incident-story"].told
    assert "looks like a hidden one" in found["jira deletions of incident-story"].told
    assert "a person's word" in found["jira deletions of incident-story"].told
    roles = town.servicenow.world.roles["tandem"]
    roles.add("admin")
    try:
        assert "servicenow deletions of incident-story" not in rungs()
    finally:
        roles.discard("admin")


@pytest.mark.usefixtures("climbed")
def test_it_says_how_long_a_rule_for_deletions_waits(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "mappings"
    folder.mkdir()
    for name, text in policy("close").items():
        (folder / Path(name).name).write_text(text, encoding="utf-8")
    monkeypatch.setenv("TANDEM_MAPPINGS__DIR", str(folder))
    told = rungs()["jira deletions of problem-epic"].told
    assert "on_delete: close waits for 7 days" in told


@pytest.mark.usefixtures("climbed")
def test_a_pair_that_rests_is_named_with_its_reason_and_no_fault(town: Town) -> None:
    world = town.servicenow.world
    bases = list(world.truth()["records"]["kb_knowledge_base"])
    for row in bases:
        world.system("kb_knowledge_base", row["sys_id"], {"active": "false"})
    try:
        found = rungs()
        problems, _ = live_problems(Settings.load(), None)
    finally:
        for row in bases:
            world.system("kb_knowledge_base", row["sys_id"], {"active": "true"})
    assert {rung.state for rung in found.values()} == {"ok"}
    assert "no active knowledge base" in found["pair knowledge-task"].told
    assert problems == []
    assert found["pair knowledge-task"].told.startswith("off: ")
    assert rungs()["pair knowledge-task"].told == "on: kb_knowledge is there"


@pytest.mark.usefixtures("climbed")
def test_a_field_of_the_insight_file_that_jira_lacks_is_named_with_its_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "mappings"
    folder.mkdir()
    for name, text in shipped().items():
        (folder / Path(name).name).write_text(text, encoding="utf-8")
    mine = folder / "insight.yaml"
    mine.write_text("fields:\n  incidents_7d: Incidents 7 days\n  trend: Incident tend\n")
    monkeypatch.setenv("TANDEM_MAPPINGS__DIR", str(folder))
    problems, _ = live_problems(Settings.load(), None)
    told = "insight.yaml:3: fields.trend: jira has no field 'Incident tend'."
    assert [one.removeprefix(f"{folder}/") for one in problems] == [
        f"{told} Use its name as people see it, or its id."
    ]
    last = rungs()["fields and values"]
    assert (last.state, last.kind) == ("fail", "usage")
    assert "fields.trend" in last.told
    mine.write_text("fields: {incidents_7d: Incidents 7 days}\n")
    assert live_problems(Settings.load(), None)[0] == []
    assert rungs()["fields and values"].state == "ok"
