"""Improvements are small, measurable and owned: kept in step, sent back when vague, measured."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from connector.sandbox.faults import Fault
from connector.sandbox.jira.hands import Hands
from connector.sandbox.jira.model import FieldDef, Flavour
from connector.sandbox.jira.more_types import add_type
from connector.sandbox.servicenow.register import CLOSED, PROGRESS, REGISTER, activate
from mappings.improvement import Improving
from mappings.insight import Rules
from mappings.sides import Side
from sync.insight.improving.saying import KIND as SAID
from sync.insight.improving.values import Improvement, Standing, Verdict
from sync.insight.model import Insight
from sync.insight.report.export import as_json
from sync.insight.report.page import page
from sync.insight.run import publish, refresh
from tests.support.bench import Bench
from tests.support.jira_admin import add_fields
from tests.support.memory.store import MemoryStore
from tests.support.people import Company
from tests.support.stage import Stage

DAY = 86_400
SOUND: dict[str, Any] = {
    "assignee": "mei.chen",
    "duedate": "2026-06-30",
    "description": "h2. Why\nToo many calls.\nh2. Success measure\nincident_volume by -30 %",
}


class Scene:
    """A company that improves itself, with the register or without."""

    def __init__(self, flavour: str, register: bool) -> None:
        self.bench = Bench(flavour)
        self.company = Company(self.bench)
        add_type(self.bench.jira.world)
        if register:
            activate(self.bench.servicenow.world)
            self.bench.servicenow.world.knobs.register_state = "direct"
        self.bench.until_quiet()

    def wants(self, summary: str = "Approve laptops by template", **fields: Any) -> str:
        """A developer writes an improvement; its id."""
        return self.company.team().create("OPS", "Improvement", summary, **fields).id

    def registers(self, summary: str, **fields: str) -> str:
        """The desk makes an initiative; its sys_id."""
        return self.company._desk_insert(REGISTER, {"short_description": summary, **fields})

    def looks(self, rules: Improving | None = None) -> Insight:
        """An insight run, in a process of its own."""
        given = Rules(improving=rules or Improving(), notes=False, charts=False)
        found = refresh(self.bench.connect(), given, quiet)
        publish(self.bench.runtime, found, given, quiet)
        return found

    def comments(self, issue: str) -> list[str]:
        """What we said on an issue."""
        found = self.bench.jira.world.issues[issue].comments
        return [text for one in found if (text := str(one.body)).startswith("Tandem, note on")]

    def notes(self, key: str) -> list[str]:
        """What we said on a record of ServiceNow."""
        notes = [row["value"] for row in self.bench.servicenow.world.true_notes(key)]
        return [text for text in notes if text.startswith("Tandem, note on")]

    def writes(self) -> int:
        """All writes to records that took effect; the store's epoch is none."""
        world = self.bench.servicenow.world
        records = [row for row in world.write_log if world.schema.is_a(row["table"], "task")]
        return len(records) + len(self.bench.jira.world.write_log)

    def labels(self, issue: str) -> tuple[str, ...]:
        """The labels of an issue but our marks."""
        held = self.bench.jira.world.issues[issue].fields["labels"]
        return tuple(one for one in held if not one.startswith("tandem-"))

    def later(self, days: float) -> None:
        self.bench.clock.advance(days * DAY)

    def incidents(self, count: int, days: float) -> None:
        """So many incidents, evenly over so many days."""
        for place in range(count):
            self.company.incident(f"Trouble {place}")
            self.later(days / count)


def quiet(_stage: str) -> None:
    """Nobody watches."""


@pytest.fixture(params=[("cloud", True), ("cloud", False), ("dc", True), ("dc", False)], ids=str)
def scene(request: pytest.FixtureRequest) -> Scene:
    return Scene(*request.param)


@pytest.fixture(params=["cloud", "dc"])
def registered(request: pytest.FixtureRequest) -> Scene:
    return Scene(request.param, register=True)


def only(found: Insight) -> Improvement:
    [one] = found.improvements
    return one


def test_the_register_and_jira_are_kept_in_step_both_ways(registered: Scene) -> None:
    company, bench = registered.company, registered.bench
    issue = registered.wants(**SOUND)
    key = registered.registers("Fewer payroll tickets", impact="2", due_date="2026-05-01 12:00:00")
    bench.until_quiet()
    made = company.row(company.link(issue).servicenow.key)
    assert (made["short_description"], made["due_date"][:10]) == (
        "Approve laptops by template", "2026-06-30"
    )  # fmt: skip
    assert company.issue(key).fields["duedate"] == "2026-05-01"

    company.team().move_to(issue, "In Progress")
    company.desk(key, short_description="Fewer tickets on payroll")
    for state in ("102", "104", PROGRESS):
        company.desk(key, state=state)
    bench.until_quiet()
    assert company.row(company.link(issue).servicenow.key)["state"] == PROGRESS
    assert company.status(key) == "In Progress"
    assert company.issue(key).fields["summary"] == "Fewer tickets on payroll"
    company.team().move_to(issue, "Done")
    bench.until_quiet()
    assert company.row(company.link(issue).servicenow.key)["state"] == CLOSED
    assert company.parked() == []


def test_a_state_that_the_instance_keeps_is_parked_and_the_rest_flows(registered: Scene) -> None:
    company, bench = registered.company, registered.bench
    bench.servicenow.world.knobs.register_state = "ignored"
    issue = registered.wants(**SOUND)
    bench.until_quiet()
    company.team().move_to(issue, "In Progress")
    company.team().edit(issue, summary="Approve laptops at once")
    bench.until_quiet()
    row = company.row(company.link(issue).servicenow.key)
    assert (row["state"], row["short_description"]) == ("101", "Approve laptops at once")
    assert company.parked() == [(row["number"], "status")]


def test_a_vague_one_is_sent_back_once_with_the_reasons_until_it_is_sound(scene: Scene) -> None:
    issue = scene.wants("Improve the laptop process")
    scene.bench.until_quiet()
    found = only(scene.looks())
    assert [lack.need for lack in found.lacks] == ["owner", "due", "measure"]
    [said] = scene.comments(issue)
    for words in ("nobody owns it", "no due date", "does not say when it has worked"):
        assert words in said
    assert scene.labels(issue) == ("needs-measure",)

    before = scene.writes()
    scene.bench.until_quiet()
    scene.looks()
    assert scene.writes() == before
    team = scene.company.team()
    team.edit(issue, assignee="mei.chen")  # one reason less is nothing new
    scene.bench.until_quiet()
    scene.looks()
    assert len(scene.comments(issue)) == 1
    if scene.company.bench.store.links.by_keys(Side.JIRA, [issue]):
        assert scene.notes(scene.company.link(issue).servicenow.key) == [], "carried nowhere"

    team.edit(issue, description="Success measure: reopen_rate lower")
    scene.looks()
    assert len(scene.comments(issue)) == 2, "another text"
    assert "has no goal that can be read" in scene.comments(issue)[-1]
    assert "nobody owns it" not in scene.comments(issue)[-1]

    team.edit(issue, description="Success measure: reopen_rate below 5 %", duedate="2026-06-01")
    scene.looks()
    assert (len(scene.comments(issue)), scene.labels(issue)) == (2, ())
    assert only(scene.looks()).lacks == ()


def test_an_initiative_is_sent_back_where_it_was_made(registered: Scene) -> None:
    key = registered.registers("Make payroll better", description="It is slow.")
    registered.bench.until_quiet()
    registered.looks()
    issue = registered.company.link(key).jira.key
    [note] = registered.notes(key)
    assert "nobody owns it" in note
    assert registered.comments(issue) == []
    assert registered.labels(issue) == ("needs-measure",)
    before = registered.writes()
    registered.bench.until_quiet()
    registered.looks()
    assert registered.writes() == before
    assert registered.comments(issue) == [], "a note of ours is carried nowhere"

    text = "It is slow.\nSuccess measure: run of payroll from 6 hours to 1"
    who = registered.bench.servicenow.world.user_id("ben.okafor")
    registered.company.desk(key, description=text, assigned_to=who, due_date="2026-05-01 00:00:00")
    registered.bench.until_quiet()
    found = only(registered.looks())
    assert (found.lacks, found.by_people, found.number) == ((), True, "CIM0010001")
    assert registered.labels(issue) == ()


@pytest.mark.parametrize("register", [True, False])
def test_a_lost_answer_says_it_once(register: bool) -> None:
    for flavour in ("cloud", "dc"):
        scene = Scene(flavour, register)
        issue = scene.wants("Improve the laptop process")
        scene.bench.until_quiet()
        scene.bench.jira_faults.add(Fault("drop_after", "POST", path=r"/comment$", times=1))
        scene.looks()
        assert len(scene.comments(issue)) == 1, "it arrived"
        for minutes in (1, 10, 600):
            scene.bench.clock.advance(minutes * 60)
            scene.bench.until_quiet()
            scene.looks()
        assert len(scene.comments(issue)) == 1


def test_a_lost_answer_of_the_desk_says_it_once_too(registered: Scene) -> None:
    key = registered.registers("Make payroll better")
    registered.bench.until_quiet()
    registered.bench.now_faults.add(Fault("drop_after", "PATCH", path=REGISTER, times=1))
    registered.looks()
    assert len(registered.notes(key)) == 1, "it arrived"
    for minutes in (1, 10, 600):
        registered.bench.clock.advance(minutes * 60)
        registered.bench.until_quiet()
        registered.looks()
    assert len(registered.notes(key)) == 1


def test_what_an_issue_has_no_field_for_is_not_missed() -> None:
    bench = Bench("cloud")
    add_type(bench.jira.world)
    found = bench.jira.world.project("OPS")
    assert found is not None
    types = tuple(
        replace(one, screen={name: need for name, need in one.screen.items() if name != "duedate"})
        for one in found.types
    )
    bench.jira.world.projects[found.id] = replace(found, types=types)
    Company(bench).team().create("OPS", "Improvement", "Improve it")
    bench.until_quiet()
    one = only(refresh(bench.connect(), Rules(), quiet))
    assert [lack.need for lack in one.lacks] == ["owner", "measure"]


def test_what_never_arrived_is_said_when_it_no_longer_can(scene: Scene) -> None:
    issue = scene.wants("Improve the laptop process")
    scene.bench.until_quiet()
    scene.bench.jira_faults.add(Fault("drop_before", "POST", path=r"/comment$", times=None))
    scene.looks()
    scene.bench.jira_faults.clear()
    scene.looks()
    said = len(scene.comments(issue))
    scene.bench.clock.advance(400)
    scene.looks()
    scene.looks()
    assert (said, len(scene.comments(issue))) == (0, 1)


def test_what_was_refused_is_tried_again_the_next_day(scene: Scene) -> None:
    issue = scene.wants("Improve the laptop process")
    scene.bench.until_quiet()
    no = Fault("status", "POST", path=r"/comment$", status=400, times=None)
    scene.bench.jira_faults.add(no)
    scene.looks()
    scene.bench.jira_faults.clear()
    scene.looks()
    assert scene.comments(issue) == []
    scene.later(1)
    scene.looks()
    scene.later(1)
    scene.looks()
    assert len(scene.comments(issue)) == 1


def test_the_value_before_and_after_stands_on_the_record_once(scene: Scene) -> None:
    scene.incidents(10, days=29)
    issue = scene.wants(**SOUND)
    scene.bench.until_quiet()
    scene.company.team().move_to(issue, "In Progress")
    scene.bench.until_quiet()
    began = only(scene.looks())
    assert began.standing is Standing.RUNNING
    assert began.before is not None
    assert (began.before.value, began.before.n) == (10, 10)

    scene.later(5)
    scene.company.incident("Trouble before it was done")
    scene.later(0.5)
    scene.company.team().move_to(issue, "Done")
    scene.bench.until_quiet()
    waiting = only(scene.looks())
    assert (waiting.after, waiting.waits, scene.comments(issue)) == (None, 30, [])
    text = page(scene.looks())
    assert "not yet: 30 days more" in text

    scene.incidents(6, days=31)
    scene.bench.until_quiet()
    insight = scene.looks()
    done = only(insight)
    assert (done.before, done.verdict) == (began.before, Verdict.REACHED)
    assert done.after is not None
    assert done.after.value == 6
    [said] = scene.comments(issue)
    assert "Before: 10 (n = 10 incidents," in said
    assert "After: 6 (n = 6 incidents," in said
    assert "reached" in said
    assert "Incidents opened in the window" in said
    linked = scene.bench.store.links.by_keys(Side.JIRA, [issue])
    for link in linked.values():
        assert len(scene.notes(link.servicenow.key)) == 1
    [data] = as_json(insight)["improvements"]
    assert (data["before"]["value"], data["after"]["value"], data["verdict"]) == (10, 6, "reached")
    assert (data["name"], data["measured_by"], data["vague"]) == ("incident_volume", "tandem", [])

    before = scene.writes()
    scene.later(3)
    scene.bench.until_quiet()
    scene.looks()
    assert scene.writes() == before


def test_people_are_asked_for_a_measure_of_their_own(scene: Scene) -> None:
    text = "h2. Success measure\napproval of laptops from 3 days to 1"
    issue = scene.wants(**{**SOUND, "description": text})
    scene.bench.until_quiet()
    scene.looks()
    assert scene.comments(issue) == []
    scene.company.team().move_to(issue, "Done")
    scene.bench.until_quiet()
    for _ in range(2):
        scene.looks()
        scene.later(1)
    [said] = scene.comments(issue)
    assert "approval of laptops from 3 days to 1" in said
    assert "Please add the value before and after" in said


def test_what_nobody_carried_out_is_not_measured(scene: Scene) -> None:
    issue = scene.wants(**SOUND)
    scene.company.team().move_to(issue, "In Progress")
    scene.company.team().move_to(issue, "Done", resolution="Won't Do")
    scene.bench.until_quiet()
    scene.later(40)
    found = only(scene.looks())
    assert (found.standing, found.before, scene.comments(issue)) == (Standing.DROPPED, None, [])


def test_a_reopened_one_waits_again_and_a_reworded_measure_is_taken_anew(scene: Scene) -> None:
    scene.incidents(5, days=10)
    issue = scene.wants(**SOUND)
    team = scene.company.team()
    team.move_to(issue, "Done")
    scene.bench.until_quiet()
    scene.later(31)
    assert only(scene.looks()).after is not None
    team.move_to(issue, "In Progress")
    scene.bench.until_quiet()
    assert only(scene.looks()).after is None
    team.edit(issue, description="Success measure: incident_volume below 3")
    team.move_to(issue, "Done")
    scene.bench.until_quiet()
    scene.later(31)
    found = only(scene.looks())
    assert found.before is not None
    assert (found.before.value, found.verdict) == (5, Verdict.REACHED)
    assert len(scene.comments(issue)) == 2, "another result"


def test_a_field_of_its_own_and_what_the_admin_turns_off(scene: Scene) -> None:
    field = FieldDef("customfield_10990", "Success measure", "line", "x:textfield")
    add_fields(scene.bench.jira.world, "OPS", field)
    issue = scene.wants("Improve it", customfield_10990="reopen_rate below 5 %")
    other = scene.wants("Improve that")
    scene.bench.until_quiet()
    rules = Improving(needs=frozenset({"measure"}), field="Success measure", headings=())
    first, second = scene.looks(replace(rules, says=False, label="")).improvements
    assert (first.measure, first.lacks) == ("reopen_rate below 5 %", ())
    assert [lack.need for lack in second.lacks] == ["measure"]
    assert scene.comments(other) == []
    assert scene.labels(other) == ()
    wrong = scene.looks(replace(rules, field="Sucess measure"))
    assert "there is no field 'Sucess measure' in Jira" in wrong.troubles[-1]
    assert not any(one.lacks for one in wrong.improvements)
    narrow = replace(rules, scope='summary ~ "that"')
    assert only(scene.looks(narrow)).key == other
    assert (scene.comments(issue), len(scene.comments(other))) == ([], 1)


def test_a_flood_is_told_instead_of_sent_back(scene: Scene) -> None:
    issues = [scene.wants(f"Improve thing {place}") for place in range(4)]
    scene.bench.until_quiet()
    found = scene.looks(Improving(room=3))
    assert "4 improvements are vague (OPS-1, OPS-2, OPS-3, ...)" in found.troubles[-1]
    assert not any(scene.comments(one) or scene.labels(one) for one in issues)
    assert "vague" not in str(scene.looks(Improving(room=4)).troubles)
    assert all(len(scene.comments(one)) == 1 for one in issues)
    known = scene.looks(Improving(room=3)).troubles
    assert "vague" not in str(known), "they were told of before"


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
def test_a_project_without_the_type_is_not_asked(flavour: str) -> None:
    costs = []
    for wanted in (False, True):
        bench = Bench(flavour)
        if wanted:
            add_type(bench.jira.world)
        bench.until_quiet()
        runtime = bench.connect()
        refresh(runtime, Rules(), quiet)
        costs.append(runtime.adapters[Side.JIRA].meter.totals()["read"])
    assert costs[1] == costs[0] + 2, "the project and one page"


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
def test_the_real_clients_find_judge_and_tell_it(flavour: Flavour) -> None:
    stage = Stage(flavour)
    add_type(stage.jira.world)
    activate(stage.servicenow.world)
    field = FieldDef("customfield_10990", "Success measure", "line", "x:textfield")
    add_fields(stage.jira.world, "OPS", field)
    hands = Hands(stage.jira.world, "mei.chen")
    vague = hands.create("OPS", "Improvement", "Improve the laptop process").id
    measure = {"customfield_10990": "incident_volume below 5"}
    sound = hands.create("OPS", "Improvement", "Fewer calls", **{**SOUND, **measure}).id
    stage.tandem.settles()
    rules = Rules(improving=Improving(field="Success measure", headings=()), charts=False)
    for _ in range(2):
        with stage.process() as runtime:
            found = refresh(runtime, rules, quiet)
            publish(runtime, found, rules, quiet)
        stage.tandem.settles()
        stage.later(10)
    first, second = found.improvements
    assert (first.key, len(first.lacks), second.key, second.lacks) == (vague, 3, sound, ())
    assert (second.owner, second.due, second.number[:3]) == ("Mei Chen", "2026-06-30", "CIM")
    [said] = [
        one for one in stage.jira.world.issues[vague].comments if "too vague" in str(one.body)
    ]
    assert "nobody owns it" in str(said.body)
    assert "needs-measure" in stage.jira.world.issues[vague].fields["labels"]


def test_a_lost_store_repeats_nothing_and_leaves_no_label_behind(scene: Scene) -> None:
    issue, team = scene.wants("Improve the laptop process"), scene.company.team()
    scene.bench.until_quiet()
    scene.looks()
    [early] = scene.bench.store.insight.all(SAID)
    team.edit(issue, description="Success measure: reopen_rate lower")
    scene.looks()
    assert len(scene.comments(issue)) == 2, "another text"
    scene.bench.store.insight.put([early])
    scene.looks()
    assert len(scene.comments(issue)) == 2, "a restored store"
    scene.bench.store = MemoryStore(clock=scene.bench.clock.now)
    scene.bench.until_quiet()
    scene.later(1)
    scene.looks()
    scene.looks()
    assert len(scene.comments(issue)) == 2

    scene.bench.store = MemoryStore(clock=scene.bench.clock.now)
    team.edit(issue, **SOUND)
    scene.bench.until_quiet()
    scene.looks()
    assert (len(scene.comments(issue)), scene.labels(issue)) == (2, ())


def test_a_label_that_nobody_wants_any_more_goes_and_another_name_takes_its_place() -> None:
    scene = Scene("cloud", register=False)
    issue = scene.wants("Improve the laptop process")
    scene.looks()
    assert scene.labels(issue) == ("needs-measure",)
    scene.looks(Improving(label="vague"))
    assert scene.labels(issue) == ("vague",)
    scene.looks(Improving(label=""))
    assert scene.labels(issue) == ()


def test_whoever_adds_the_values_is_not_asked_for_them_again() -> None:
    scene = Scene("cloud", register=False)
    measure = "Success measure: approval of laptops from 3 days to 1"
    issue = scene.wants(**{**SOUND, "description": measure})
    scene.company.team().move_to(issue, "Done")
    scene.bench.clock.advance(120)
    scene.looks()
    [said] = scene.comments(issue)
    assert "Please add the value before and after" in said
    scene.company.team().edit(issue, description=f"{measure}. Before: 3 days, after: 1 day")
    scene.bench.clock.advance(120)
    scene.looks()
    assert scene.comments(issue) == [said]


def test_nothing_is_measured_of_a_time_of_which_the_incidents_were_not_read() -> None:
    scene = Scene("cloud", register=False)
    scene.incidents(10, 30)
    issue = scene.wants(**SOUND)
    scene.company.team().move_to(issue, "In Progress")
    scene.later(0.1)
    scene.looks()
    scene.company.team().move_to(issue, "Done")
    scene.later(0.1)
    scene.looks()
    hidden = Fault("status", "GET", path="/table/incident$", times=None, status=403)
    scene.bench.now_faults.add(hidden)
    scene.incidents(10, 31)
    assert only(scene.looks()).after is None
    assert scene.comments(issue) == []
    scene.bench.now_faults.clear()
    found = only(scene.looks())
    assert found.after is not None
    assert (found.after.value, found.verdict) == (10, Verdict.MISSED)
