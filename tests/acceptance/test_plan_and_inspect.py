"""Looking, consenting, asking why: plan, limits, conflicts, parked, explain, and --json.

One company for all that is done after a first load. What a test is about is done by a process of
its own; what it asks once more, or only to set its stage, it asks without one (``run_here``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connector.sandbox.jira.hands import Hands
from mappings.defaults import shipped
from sync.demo.town import Town
from tests.support.judge import differences
from tests.support.program import SETTLED_SOON, Program

COUNTS = ("created", "updated", "transitioned", "commented", "attached")


pytestmark = pytest.mark.timeout(400)  # patient on a busy machine


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with Town(incidents=12) as found:
        yield found


@pytest.fixture(scope="module")
def program(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Program:
    """A program whose first load is done."""
    made = Program(tmp_path_factory.mktemp("work"), town, **SETTLED_SOON)
    ran = made.run_here("sync", "--yes")
    assert ran.code == 0, ran.said
    return made


def written(town: Town) -> tuple[int, int]:
    """How much was ever written on either side."""
    return len(town.servicenow.world.write_log), len(town.jira.world.write_log)


@pytest.fixture(scope="module")
def incidents(program: Program) -> list[Any]:
    """The linked incidents."""
    links = program.run("links", "--json").data
    return [one for one in links if one["table"] == "incident"]


def edit(town: Town, sys_id: str, **values: str) -> None:
    """A person at the desk changes a record."""
    world = town.servicenow.world
    table = str((world.true_row(sys_id) or {})["sys_class_name"])
    world.update(table, sys_id, values, world.caller("amira.haddad"))


# ---- a plan and its release


def test_a_held_plan_writes_nothing_and_its_hash_releases_exactly_it(tmp_path: Path) -> None:
    """Over a limit `plan` still ends with 0, `sync` with 5 and the hash; the hash frees it."""
    with Town(incidents=2) as town:
        program = Program(tmp_path, town, **SETTLED_SOON)
        before = written(town)
        looked = program.run("plan", "--json")
        assert looked.code == 0, looked.said
        plan = looked.data
        assert set(plan) == {"hash", "counts", "actions", "findings", "held"}
        assert plan["counts"]["create"]["jira"] == len(plan["actions"]) > 15
        order = [(one["pair"], one["record"]) for one in plan["actions"]]
        pairs = list(dict.fromkeys(pair for pair, _ in order))
        assert order == sorted(order, key=lambda one: (pairs.index(one[0]), one[1]))
        assert {one["pair"] for one in plan["held"]} == set(pairs)
        shown = program.run_here("plan")
        assert f"Plan {plan['hash']}: " in shown.out
        assert f"{len(order)} create (0 ServiceNow, {len(order)} Jira)" in shown.out

        held = program.run("sync", "--json", TANDEM_GUARD__CREATES="3")
        assert (held.code, held.data["hash"]) == (5, plan["hash"]), held.said
        assert f"tandem sync --approve {plan['hash']}" in held.err
        assert "creates, allowed 3" in held.err
        assert written(town) == before

        wrong = program.run("sync", "--approve", "123456789abc")
        assert wrong.code == 5, wrong.said
        assert f"--approve {plan['hash']}" in wrong.err
        assert written(town) == before

        done = program.run("sync", "--approve", plan["hash"], "--json")
        assert done.code == 0, done.said
        assert done.data["created"] == {"servicenow": 0, "jira": len(order)}
        told = {*COUNTS, "conflicts", "parked", "unclear", "requests", "seconds"}
        assert told <= done.data.keys()
        assert all(set(done.data[name]) == {"servicenow", "jira"} for name in COUNTS)
        assert all(
            set(one) == {"read", "write", "decoration"} for one in done.data["requests"].values()
        )
        assert done.data["requests"]["jira"]["decoration"] == len(order)
        assert differences(town, program.folder) == []

        again = program.run_here("sync", "--approve", plan["hash"])
        assert again.code == 5, again.said
        assert f"plan {plan['hash']} no longer applies" in again.err


def test_a_plan_about_some_records(town: Town, program: Program, incidents: list[Any]) -> None:
    """By number, key or id; others are left out."""
    first, second, third = incidents[:3]
    edit(town, first["sys_id"], short_description="Mail is late again")
    edit(town, second["sys_id"], short_description="Printer prints blank pages")
    edit(town, third["sys_id"], short_description="Badge does not open the door")
    before = written(town)
    ran = program.run("plan", first["key"], second["number"], "--json")
    assert ran.code == 0, ran.said
    planned = {one["record"]: one["fields"] for one in ran.data["actions"]}
    assert planned.keys() == {first["number"], second["number"]}
    (field,) = planned[first["number"]]
    assert (field["field"], field["to"]) == ("summary", "Mail is late again")
    assert field["why"]
    by_id = program.run_here("plan", third["sys_id"], "--json").data
    assert [one["record"] for one in by_id["actions"]] == [third["number"]]
    assert written(town) == before
    assert program.run_here("sync").code == 0


def test_what_a_changed_mapping_would_do_to_all_links(
    town: Town, program: Program, incidents: list[Any]
) -> None:
    """A draft is tried on every link; nothing is written, and the draft is not taken over."""
    draft = program.folder / "draft"
    draft.mkdir()
    for file, text in shipped().items():
        text = text.replace("  # service: {", "  service: {")
        (draft / file.rpartition("/")[2]).write_text(text)
    before = written(town)
    ran = program.run("plan", "--mappings", "draft", "--json")
    assert ran.code == 0, ran.said
    fields = {field["field"] for one in ran.data["actions"] for field in one.get("fields", ())}
    assert fields == {"service"}
    assert {one["record"] for one in ran.data["actions"]} == {one["number"] for one in incidents}
    assert written(town) == before
    still = program.run_here("plan")
    assert "nothing to do: both sides agree" in still.out, still.said


# ---- conflicts


def test_a_conflict_is_one_row_that_may_be_overturned(
    town: Town, program: Program, incidents: list[Any]
) -> None:
    """Both sides change one field: the policy decides, the loser stays readable, a person can."""
    one = incidents[0]
    edit(town, one["sys_id"], short_description="The desk's words")
    Hands(town.jira.world, "liam.murphy").edit(one["key"], summary="The team's words")
    ran = program.run("sync", "--json")
    assert ran.code == 0, ran.said

    assert program.run_here("conflicts", "--json").data == []
    (row,) = program.run("conflicts", "--all", "--json").data
    assert set(row) == {
        "id", "pair", "number", "key", "field", "base", "servicenow", "jira", "decision",
        "reason", "open",
    }  # fmt: skip
    assert (row["number"], row["key"], row["field"]) == (one["number"], one["key"], "summary")
    assert (row["decision"], row["open"]) == ("servicenow", False)
    assert row["servicenow"].keys() == row["jira"].keys() == {"value", "author", "at"}
    assert row["servicenow"]["value"] == "The desk's words"
    assert row["jira"]["value"] == "The team's words"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", row["jira"]["at"])
    assert row["jira"]["author"]

    taken = program.run("conflicts", "resolve", str(row["id"]), "--take", "jira", "--json")
    assert taken.code == 0, taken.said
    assert taken.data["decision"] == "jira"
    held = town.servicenow.world.true_row(one["sys_id"]) or {}
    assert held["short_description"] == "The team's words"
    assert town.jira.world.issues[one["issue"]].fields["summary"] == "The team's words"
    (told,) = program.run_here("explain", one["number"], "--json").data
    (summary,) = [row for row in told["fields"] if row["field"] == "summary"]
    assert "conflict" in summary["last"]["why"]
    assert summary["last"]["to"] == summary["servicenow"] == "The team's words"


# ---- explain


def test_every_field_is_explained_by_any_of_its_records_names(
    town: Town, program: Program, incidents: list[Any]
) -> None:
    """Value, change, rule and time; for a number, a key, an id."""
    one = incidents[0]
    edit(town, one["sys_id"], short_description="Scanner jams")
    assert program.run_here("sync").code == 0
    ran = program.run("explain", one["number"], "--json")
    assert ran.code == 0, ran.said
    for name in (one["key"], one["issue"]):
        assert program.run_here("explain", name, "--json").data == ran.data
    (told,) = ran.data
    fields = {row["field"]: row for row in told["fields"]}
    assert {"summary", "description", "priority", "assignee", "status", "parent"} <= fields.keys()
    for row in told["fields"]:
        assert row["rule"]
        assert row["last"] is None or {"at", "why", "side", "from", "to"} <= row["last"].keys()
    last = fields["summary"]["last"]
    assert last["to"] == fields["summary"]["servicenow"] == "Scanner jams"
    assert last["why"]
    assert last["at"]

    shown = program.run("explain", one["key"])
    for name in fields:
        assert name in shown.out
    assert "at the first look" in shown.out


# ---- parked


def test_a_refused_field_is_parked_with_its_remedy_and_can_be_retried(
    town: Town, program: Program, incidents: list[Any]
) -> None:
    """Jira takes no issue without a summary: one field waits, everything else flows."""
    one = incidents[1]
    edit(town, one["sys_id"], short_description="", description="Two things changed")
    ran = program.run("sync")
    assert ran.code == 3, ran.said
    assert "1 parked (`tandem parked`)" in ran.out
    assert town.jira.world.issues[one["issue"]].fields["description"] == "Two things changed"

    (row,) = program.run("parked", "--json").data
    assert {"id", "pair", "side", "record", "field", "reason", "remedy", "at"} <= row.keys()
    assert (row["field"], row["record"]) == ("summary", one["key"])
    assert row["reason"]
    assert row["remedy"]

    stuck = program.run("parked", "retry", str(row["id"]))
    assert stuck.code == 3, stuck.said
    (row,) = program.run_here("parked", "--json").data
    edit(town, one["sys_id"], short_description="Mail is down")
    done = program.run_here("parked", "retry", str(row["id"]), "--json")
    assert (done.code, done.data) == (0, []), done.said
    assert not [text for text in differences(town, program.folder) if one["number"] in text]


def test_a_retry_that_a_limit_holds_shows_its_plan_and_the_next_pass_may_do_it(
    town: Town, program: Program, incidents: list[Any]
) -> None:
    one = incidents[2]
    edit(town, one["sys_id"], short_description="")
    assert program.run_here("sync").code == 3
    (row,) = program.run_here("parked", "--json").data
    edit(town, one["sys_id"], short_description="Mail is slow")
    none = {"TANDEM_GUARD__UPDATE_FLOOR": "0", "TANDEM_GUARD__UPDATE_SHARE": "0"}
    held = program.run_here("parked", "retry", str(row["id"]), **none)
    assert held.code == 5, held.said
    (plan,) = set(re.findall(r"--approve ([0-9a-f]{12})", held.err))
    assert f"Plan {plan}: " in held.out
    done = program.run_here("sync", "--approve", plan)
    assert done.code == 0, done.said
    assert town.jira.world.issues[one["issue"]].fields["summary"] == "Mail is slow"


def test_a_person_without_a_counterpart_waits_and_is_told(
    town: Town, program: Program, incidents: list[Any]
) -> None:
    """Nobody in Jira has this person's address: the story keeps its own, and `people` tells."""
    one = incidents[1]
    before = town.jira.world.issues[one["issue"]].fields["assignee"]
    stranger = town.servicenow.world.user_id("amira.haddad")
    town.servicenow.world.system("sys_user", stranger, {"email": "nobody.knows@example.org"})
    edit(town, one["sys_id"], assigned_to=stranger)
    ran = program.run("sync")
    assert ran.code == 3, ran.said
    assert town.jira.world.issues[one["issue"]].fields["assignee"] == before

    told = program.run("people", "--json")
    assert told.code == 0
    (lost,) = [who for who in told.data if who["key"] == stranger]
    assert (lost["matched"], lost["why"], lost["records"]) == ("", "unknown", 1)
    assert lost["reason"]
    assert any(who["by"] == "e-mail" and who["records"] for who in told.data)
    assert "could not be matched, in" in program.run_here("people").out
    town.servicenow.world.system("sys_user", stranger, {"email": "amira.haddad@northwind.example"})
    edit(town, one["sys_id"], assigned_to=town.servicenow.world.user_id("hiro.tanaka"))
    assert program.run("sync").code == 0


# ---- mappings, store, sweep


def test_the_rest_of_what_can_be_looked_at(
    program: Program, incidents: list[Any], tmp_path: Path
) -> None:
    """Schema, effective mappings, checks, a backup that works, an upgrade with nothing to do."""
    schema = program.run("mappings", "schema").data
    assert schema["$schema"].endswith("2020-12/schema")
    assert {"pair", "servicenow", "jira", "fields"} <= schema["properties"].keys()
    shown = program.run_here("mappings", "show", "--json").data
    pairs = {one["pair"] for one in shown}
    assert {"incident-story", "problem-epic", "change-story", "knowledge-task"} < pairs
    live = program.run_here("mappings", "check", "--live", "--json")
    assert (live.code, live.data) == (0, []), live.said
    assert program.run_here("db", "upgrade").code == 0
    saved = program.run("db", "backup", str(tmp_path / "copy.db"))
    assert saved.code == 0, saved.said
    copy = f"sqlite:///{tmp_path / 'copy.db'}"
    copied = program.run_here("links", "--json", TANDEM_STORE__URL=copy).data
    assert {one["number"] for one in incidents} <= {one["number"] for one in copied}
    whole = program.run("db", "check", "--json", TANDEM_STORE__URL=copy)
    assert (whole.code, json.loads(whole.out)) == (0, [])


def test_a_sweep_finds_what_no_feed_told(
    town: Town, program: Program, incidents: list[Any]
) -> None:
    """A row with an old stamp, as an import leaves it."""
    one = incidents[2]
    world = town.servicenow.world
    row = world.true_row(one["sys_id"]) or {}
    old = {"sys_updated_on": "2020-01-01 00:00:00", "short_description": "Nobody saw this"}
    world.store("incident", {**row, **old})
    quiet = program.run_here("sync", "--json")
    assert quiet.data["updated"] == {"servicenow": 0, "jira": 0}
    swept = program.run("sweep", "--json")
    assert swept.code == 0, swept.said
    assert swept.data["updated"]["jira"] == 1
    assert town.jira.world.issues[one["issue"]].fields["summary"] == "Nobody saw this"
