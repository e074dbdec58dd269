"""Changes that flow: checks, flags, escalations and the standard path stand where people work, each
exactly once, whatever becomes of answers, processes and the store."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import yaml

from connector.sandbox.faults import Fault
from connector.sandbox.servicenow.columns import text
from connector.sandbox.servicenow.knobs import SYSTEM
from mappings.defaults import shipped
from mappings.insight import Rules
from mappings.loader import load_policy
from mappings.policy import SHIPPED, Policy
from mappings.sides import Side
from sync.core.model import LinkState
from sync.insight.changing.flags import KIND as FLAG
from sync.insight.changing.path import KIND as PATH
from sync.insight.changing.results import KIND as CHECK
from sync.insight.model import Changes
from sync.insight.run import publish, refresh
from tests.support.bench import Bench
from tests.support.memory.store import MemoryStore
from tests.support.people import Company
from tests.support.webhooks import Hooks

TEMPLATE = ("change_request", text("std_change_producer_version"))
PLANS = {"justification": "It is full.", "backout_plan": "Back.", "test_plan": "Send a mail."}
CALM = {"risk": "3", **PLANS}
"""Nothing is missing, nobody has to look, and it is no standard change."""

LOST = ("drop_before", "drop_after", "late")
UNAPPROVED, UNREADY = "change-unapproved", "change-unready"
ALLOW = load_policy({"policy.yaml": "standard: {path: allow}"})


def quiet(_stage: str) -> None:
    """Nobody watches."""


@dataclass
class Scene:
    """A company whose insight runs act on changes."""

    bench: Bench
    policy: Policy = SHIPPED
    changes: Changes = field(default_factory=Changes)

    def __post_init__(self) -> None:
        self.company = Company(self.bench)
        rows = self.bench.servicenow.world.rows("cmdb_ci")
        self.item = next(row["sys_id"] for row in rows if row["name"] == "vpn-gw-01")

    def opens(self, words: str = "Move the mail store", **more: str) -> str:
        """The desk opens a change, and it gets its story."""
        key = self.company.change(words)
        self.company.platform(key, cmdb_ci=self.item, **{**CALM, **more})
        self.bench.until_quiet()
        return key

    def succeeded(self, words: str, times: int = 3) -> None:
        """Changes of a kind went well."""
        for _ in range(times):
            key = self.company.change(words)
            at = f"{self.bench.clock.now():%Y-%m-%d %H:%M:%S}"
            ended = {"state": "3", "active": "false", "closed_at": at, "close_code": "successful"}
            self.company.platform(key, cmdb_ci=self.item, risk="4", **ended)

    def runs(self) -> int:
        """One insight run in a process of its own; how many notes it wrote on changes."""
        self.bench.clock.advance(120)
        runtime = self.bench.connect()
        insight = refresh(runtime, Rules(), quiet, self.policy)
        self.changes = insight.changes
        return publish(runtime, insight, Rules(notes=False), quiet, self.policy).changes

    def comes_to_rest(self) -> None:
        """Passes and runs, until neither writes anything."""
        for _ in range(6):
            self.bench.until_quiet()
            writes = self.bench.writes()
            self.bench.clock.advance(400)
            self.runs()
            self.bench.until_quiet()
            if self.bench.writes() == writes:
                return
        raise AssertionError("it does not come to rest")

    def notes(self, key: str, word: str = "Tandem, note on") -> list[str]:
        """Notes of ours on a change with a word in them, oldest first, without their first line."""
        rows = self.bench.servicenow.world.rows("sys_journal_field")
        mine = [row for row in rows if row["element_id"] == key and row["element"] == "work_notes"]
        ours = [row["value"] for row in mine if row["value"].startswith("Tandem, note on")]
        return [one.partition("\n\n")[2] for one in ours if word in one]

    def labels(self, key: str) -> set[str]:
        """Flags on its story."""
        return {one for one in self.all_labels(key) if one in (UNAPPROVED, UNREADY)}

    def all_labels(self, key: str) -> set[str]:
        return set(self.company.issue(key).fields["labels"])

    def finishes(self, key: str, status: str = "Done") -> None:
        """The team brings the story somewhere."""
        self.company.team().move_to(self.company.link(key).jira.key, status)
        self.bench.clock.advance(120)

    def planned(self, days: int) -> dict[str, str]:
        start = self.bench.clock.now().replace(hour=20).toordinal() + days
        day = self.bench.clock.now().fromordinal(start)
        return {"start_date": f"{day:%Y-%m-%d} 20:00:00", "end_date": f"{day:%Y-%m-%d} 22:00:00"}

    def reports(self, change: str, result: str = "passed", **more: str) -> dict[str, Any]:
        """A pipeline reports a result; the answer."""
        told = {"change": change, "name": "Unit tests", "result": result, **more}
        answer = Hooks(self.bench.store).check(told)
        assert answer.status_code == 202, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def number(self, key: str) -> str:
        return self.company.row(key)["number"]


@pytest.fixture(params=["cloud", "dc"])
def scene(request: pytest.FixtureRequest) -> Scene:
    return Scene(Bench(request.param, columns=(TEMPLATE,)))


# ---- checks


def test_a_result_stands_on_its_change_once_and_is_carried_nowhere(scene: Scene) -> None:
    key = scene.opens()
    link = "https://ci.example/runs/17"
    scene.reports(scene.number(key), link=link, run="17", at="2026-03-02T08:00:00Z")
    comments = len(scene.company.issue(key).comments)
    assert scene.runs() == 1
    expected = f"Check passed: Unit tests\nAt 2026-03-02 08:00:00 UTC, run 17\n{link}"
    assert scene.notes(key) == [expected]
    scene.reports(scene.number(key), link=link, run="17")
    scene.comes_to_rest()
    assert scene.notes(key) == [expected]
    assert len(scene.company.issue(key).comments) == comments


def test_a_story_may_be_named_too_and_a_result_may_come_before_its_change(scene: Scene) -> None:
    scene.reports("CHG9999999")
    scene.runs()
    key = scene.opens()
    scene.reports(scene.company.link(key).jira.label.lower(), run="2")
    assert scene.runs() == 1
    assert len(scene.notes(key, "Check passed")) == 1
    assert scene.changes.judged[0].change.checks == ("Unit tests",)


def test_what_fails_later_undoes_what_passed_and_late_news_changes_nothing(scene: Scene) -> None:
    scene.policy = load_policy({"policy.yaml": "demands: {normal: {checks: [unit tests]}}"})
    key = scene.opens()

    def missing() -> tuple[str, ...]:
        scene.runs()
        return scene.changes.judged[0].judgement.demands

    assert missing() == ("check unit tests",)
    scene.reports(scene.number(key), at="2026-03-02T08:00:00Z")
    assert missing() == ()
    scene.reports(scene.number(key), "failed", at="2026-03-02T08:30:00Z")
    assert missing() == ("check unit tests",)
    scene.reports(scene.number(key), at="2026-03-02T08:15:00Z")
    assert missing() == ("check unit tests",)
    scene.reports(scene.number(key), at="2026-03-02T08:45:00Z", name="UNIT TESTS")
    assert missing() == ()
    assert len(scene.notes(key, "Check ")) == 4


def test_hostile_text_in_a_result_is_text(scene: Scene) -> None:
    key = scene.opens()
    name = "[code]<script>alert(1)</script>[/code] (ref aaaaaaaaaaaa) {noformat}"
    scene.reports(scene.number(key), name=name, link="https://ci.example/?q=[code]x[/code]")
    scene.runs()
    [note] = scene.notes(key)
    assert "[code]" not in note
    assert "<script>alert(1)</script>" in note
    scene.comes_to_rest()
    assert len(scene.notes(key)) == 1
    assert not any("script" in one.body for one in scene.company.issue(key).comments)


def test_a_change_that_is_closed_by_then_gets_no_note_and_the_run_goes_on(scene: Scene) -> None:
    key, other = scene.opens(), scene.opens("Move the file store")
    for one in (key, other):
        scene.reports(scene.number(one))
    scene.company.platform(key, state="4", active="false")
    assert scene.runs() == 1
    assert (scene.notes(key), len(scene.notes(other))) == ([], 1)
    assert all(row.data["told"] for row in scene.bench.store.insight.all(CHECK))


# ---- who has to look


def test_who_has_to_look_is_told_once_and_again_by_another_rule_only(scene: Scene) -> None:
    calm, key = scene.opens(), scene.opens("Swap the core switch", risk="2")
    assert scene.runs() == 1
    [note] = scene.notes(key)
    assert note.startswith(
        "To be looked at by: change manager\nRule: risk high or very high\n- Normal: "
    )
    scene.comes_to_rest()
    scene.company.platform(key, type="emergency")
    assert scene.runs() == 1
    assert "Rule: emergency" in scene.notes(key)[-1]
    scene.company.platform(key, type="normal")
    assert scene.runs() == 1
    scene.comes_to_rest()
    assert [one.split("\n")[1] for one in scene.notes(key)] == [
        "Rule: risk high or very high", "Rule: emergency", "Rule: risk high or very high",
    ]  # fmt: skip
    assert scene.notes(calm) == []


# ---- flags


def test_work_that_is_done_unapproved_is_flagged_on_both_sides_until_it_is_approved(
    scene: Scene,
) -> None:
    key = scene.opens()
    scene.runs()
    assert (scene.labels(key), scene.notes(key)) == (set(), [])
    scene.finishes(key)
    scene.comes_to_rest()
    label = scene.company.link(key).jira.label
    reason = f"{label} is done, and this change is not approved (approval: not requested)."
    assert scene.labels(key) == {UNAPPROVED}
    assert scene.notes(key) == [f"Done without approval.\n{reason}"]

    scene.company.platform(key, approval="approved")
    scene.comes_to_rest()
    assert scene.labels(key) == set()
    assert scene.notes(key)[1:] == [
        "No longer flagged: done without approval.\nThe change is approved."
    ]


def test_a_flag_that_goes_up_again_is_told_again(scene: Scene) -> None:
    key = scene.opens()
    for _ in range(2):
        scene.finishes(key)
        scene.comes_to_rest()
        assert scene.labels(key) == {UNAPPROVED}
        scene.finishes(key, "In Progress")
        scene.comes_to_rest()
        assert scene.labels(key) == set()
    told = [one.partition("\n")[0] for one in scene.notes(key)]
    up, over = "Done without approval.", "No longer flagged: done without approval."
    assert told == [up, over, up, over]


def test_a_window_without_knowledge_work_is_flagged_until_there_is_some(scene: Scene) -> None:
    key = scene.opens(**scene.planned(4), approval="approved")
    scene.comes_to_rest()
    assert scene.labels(key) == {UNREADY}
    [note] = scene.notes(key)
    assert note.startswith("Not ready for its window.\nThe window opens 2026-03-06 20:00 UTC; at ")
    scene.company.team().label(scene.company.link(key).jira.key, add=("runbook", "mine"))
    scene.comes_to_rest()
    assert scene.labels(key) == set()
    assert {"runbook", "mine"} <= scene.all_labels(key)
    assert scene.notes(key)[1:] == [
        "No longer flagged: not ready for its window.\nThere is knowledge or runbook work by now."
    ]


def test_a_story_that_is_hidden_proves_nothing(scene: Scene) -> None:
    key = scene.opens(**scene.planned(4), approval="approved")
    scene.comes_to_rest()
    told = scene.notes(key)
    scene.bench.clock.advance(7200)
    scene.runs()
    scene.bench.store.insight.drop("issue", [scene.company.issue(key).id])
    scene.runs()
    assert scene.changes.unready == ()
    assert scene.labels(key) == {UNREADY}
    assert scene.notes(key) == told


@pytest.mark.parametrize("flag", ["label", "note"])
def test_flags_can_be_had_without_labels_or_without_notes(scene: Scene, flag: str) -> None:
    wish = {"label": "{labels: {unapproved: ''}}", "note": "{notes: false}"}[flag]
    scene.policy = load_policy({"policy.yaml": f"flags: {wish}"})
    key = scene.opens()
    scene.finishes(key)
    scene.comes_to_rest()
    assert (scene.labels(key) == set(), scene.notes(key) == []) == (
        flag == "label", flag == "note",
    )  # fmt: skip


def test_notes_that_are_not_wanted_any_more_end_at_once(scene: Scene) -> None:
    key = scene.opens()
    scene.finishes(key)
    scene.runs()
    scene.policy = load_policy({"policy.yaml": "flags: {notes: false}"})
    scene.finishes(key, "In Progress")
    scene.comes_to_rest()
    scene.policy = SHIPPED
    scene.comes_to_rest()
    assert (scene.labels(key), len(scene.notes(key))) == (set(), 1)


def test_a_label_that_is_called_otherwise_by_now_is_replaced(scene: Scene) -> None:
    key = scene.opens()
    scene.finishes(key)
    scene.runs()
    scene.policy = load_policy({"policy.yaml": "flags: {labels: {unapproved: not-approved}}"})
    scene.runs()
    assert scene.labels(key) == set()
    assert "not-approved" in scene.all_labels(key)
    assert len(scene.notes(key)) == 1


def test_a_label_that_could_not_be_taken_off_goes_with_the_next_flag(scene: Scene) -> None:
    key = scene.opens()
    scene.finishes(key)
    scene.runs()
    scene.finishes(key, "In Progress")
    scene.bench.jira_faults.add(Fault("status", "PUT", times=None, status=503))
    scene.runs()
    scene.bench.jira_faults.clear()
    assert scene.labels(key) == {UNAPPROVED}
    scene.policy = load_policy({"policy.yaml": "flags: {labels: {unapproved: not-approved}}"})
    scene.finishes(key)
    scene.runs()
    assert (scene.labels(key), "not-approved" in scene.all_labels(key)) == (set(), True)


def without_labels(**rule: str) -> dict[str, str]:
    """The shipped mappings, with one rule over labels of changes in the place of theirs."""
    texts = dict(shipped())
    [name] = [one for one in texts if one.endswith("change.yaml")]
    shape = yaml.safe_load(texts[name])
    kept = {key: one for key, one in shape["fields"].items() if one.get("as") != "labels"}
    texts[name] = yaml.safe_dump({**shape, "fields": {**kept, "tags": rule}}, sort_keys=False)
    return texts


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
@pytest.mark.parametrize(
    "rule",
    [
        {"servicenow": "u_tags", "jira": "labels", "as": "list"},
        {"servicenow": "u_tags", "as": "labels", "prefix": "change-", "flow": "to_jira"},
    ],
)
def test_labels_of_ours_are_no_values_of_a_mapping(flavour: str, rule: dict[str, str]) -> None:
    columns = (TEMPLATE, ("change_request", text("u_tags")))
    scene = Scene(Bench(flavour, mappings=without_labels(**rule), columns=columns))
    key = scene.opens(u_tags="mail")
    scene.company.team().label(scene.company.link(key).jira.key, add=("mine",))
    scene.finishes(key)
    scene.comes_to_rest()
    assert scene.labels(key) == {UNAPPROVED}
    both = rule["as"] == "list"
    assert {"mine", "mail" if both else "change-mail"} <= scene.all_labels(key)
    assert set(scene.company.row(key)["u_tags"].split(",")) == {"mail", *(["mine"] * both)}


# ---- the standard path


ROUTINE = "Renew the certificate of gateway 7"


def test_a_normal_change_that_is_routine_is_proposed_once(scene: Scene) -> None:
    rule = "low risk, done three times, none failed"
    told = f"standard: {{path: allow, templates: {{'{rule}': Renew a certificate}}}}"
    scene.policy = load_policy({"policy.yaml": told})
    scene.succeeded(ROUTINE)
    key = scene.opens(ROUTINE, risk="4")
    scene.comes_to_rest()
    assert scene.notes(key) == [
        f"May go the standard path, by the rule {rule}.\nServiceNow makes no normal change "
        "standard: raise it from the template Renew a certificate in the standard change catalog, "
        "and cancel this one; or go on as it is, with approval."
    ]
    assert [one.template for one in scene.changes.standard] == ["Renew a certificate"]
    row = scene.company.row(key)
    assert (row["type"], row["state"]) == ("normal", "-5"), "whatever is allowed"


def raised(scene: Scene, **more: str) -> str:
    """A change that came from a template of the catalog, as the platform makes it."""
    made = {"type": "standard", "std_change_producer_version": "9" * 32}
    return scene.opens(ROUTINE, **{**made, **scene.planned(20), **more})


def test_one_from_a_template_is_scheduled_where_that_is_allowed(scene: Scene) -> None:
    key = raised(scene)
    scene.comes_to_rest()
    [note] = scene.notes(key)
    assert note.endswith("It is a standard change: it can be scheduled without approval.")
    assert scene.company.row(key)["state"] == "-5", "it is only proposed"

    other = raised(scene)
    scene.policy = ALLOW
    scene.comes_to_rest()
    rule = "standard by type, risk low or moderate, none failed"
    taken = f"Scheduled without approval: the standard path, by the rule {rule}."
    for one in (key, other):
        row = scene.company.row(one)
        assert (row["state"], row["approval"]) == ("-2", "approved")
        assert scene.notes(one)[-1] == taken
    assert len(scene.notes(other)) == 1
    assert "change-approval-approved" in scene.all_labels(key)


@pytest.mark.parametrize(
    "lacks",
    [
        {"std_change_producer_version": ""},
        {"end_date": ""},
        {"backout_plan": ""},
        {"risk": "2"},
        {"type": "normal"},
        {"on_hold": "true"},
    ],
)
def test_what_lacks_anything_is_not_scheduled(lacks: dict[str, str]) -> None:
    scene = Scene(Bench(columns=(TEMPLATE,)), ALLOW)
    key = raised(scene, **lacks)
    scene.comes_to_rest()
    assert scene.company.row(key)["state"] == "-5"


@pytest.mark.parametrize(("state", "how", "notes"), [("-1", "done", 1), ("4", "refused", 0)])
def test_a_step_whose_answer_was_lost_is_settled_wherever_people_went_on_from_it(
    state: str, how: str, notes: int
) -> None:
    scene = Scene(Bench(columns=(TEMPLATE,)), ALLOW)
    key = raised(scene)
    scene.bench.now_faults.add(Fault("drop_after", "PATCH", path="/change_request/"))
    scene.runs()
    assert scene.company.row(key)["state"] == "-2", "it arrived"
    scene.company.platform(key, state=state)
    scene.comes_to_rest()
    assert [row.data["how"] for row in scene.bench.store.insight.all(PATH)] == [how]
    assert len(scene.notes(key, "Scheduled without approval")) == notes


def test_a_label_that_is_refused_keeps_no_other_waiting_and_is_tried_the_next_day(
    scene: Scene,
) -> None:
    key = scene.opens()
    scene.finishes(key)
    scene.bench.jira_faults.add(Fault("status", "PUT", path="/issue/", status=400))
    scene.runs()
    [row] = scene.bench.store.insight.all(FLAG)
    assert (row.data["label"], bool(row.data["refused"])) == ("", True)
    scene.runs()
    assert scene.labels(key) == set(), "not tried again at once"
    scene.bench.clock.advance(86_400)
    scene.comes_to_rest()
    assert scene.labels(key) == {UNAPPROVED}


def test_a_link_that_rests_takes_no_flag_down(scene: Scene) -> None:
    key = scene.opens(**scene.planned(3))
    scene.runs()
    assert scene.labels(key) == {UNREADY}
    links = scene.bench.store.links
    links.save(replace(scene.company.link(key), state=LinkState.FROZEN))
    scene.runs()
    links.save(replace(scene.company.link(key), state=LinkState.ACTIVE))
    scene.runs()
    assert scene.labels(key) == {UNREADY}
    assert len(scene.notes(key)) == 1, "it is not told again"


def test_who_brings_it_back_is_not_overruled(scene: Scene) -> None:
    scene.policy = ALLOW
    key = raised(scene)
    scene.comes_to_rest()
    scene.bench.servicenow.world.update("change_request", key, {"state": "-5"}, SYSTEM)
    scene.comes_to_rest()
    assert scene.company.row(key)["state"] == "-5"


def test_nothing_is_said_where_the_path_is_off(scene: Scene) -> None:
    scene.policy = load_policy({"policy.yaml": "standard: {path: off}"})
    scene.succeeded(ROUTINE)
    key, other = scene.opens(ROUTINE, risk="4"), raised(scene)
    scene.comes_to_rest()
    assert (scene.notes(key), scene.notes(other), scene.changes.standard) == ([], [], ())


# ---- bad weather


def all_at_once(scene: Scene) -> tuple[str, str]:
    """A change about which there is everything to say, and one that goes the standard path."""
    scene.policy = ALLOW
    key = scene.opens(risk="2", **scene.planned(4))
    scene.finishes(key)
    for number in range(3):
        scene.reports(scene.number(key), run=str(number))
    return key, raised(scene)


def is_all_there(scene: Scene, key: str, other: str) -> None:
    told = [one.partition("\n")[0] for one in scene.notes(key)]
    checks = ["Check passed: Unit tests"] * 3
    expected = [
        "Done without approval.", "Not ready for its window.", "To be looked at by: change manager",
    ]  # fmt: skip
    assert sorted(told) == sorted([*expected, *checks])
    assert scene.labels(key) == {UNAPPROVED, UNREADY}
    assert scene.company.row(other)["state"] == "-2"
    assert len(scene.notes(other, "Scheduled without approval")) == 1


@pytest.mark.parametrize("kind", LOST)
@pytest.mark.parametrize("side", [Side.SERVICENOW, Side.JIRA])
def test_a_lost_answer_costs_nothing_and_doubles_nothing(
    scene: Scene, kind: str, side: Side
) -> None:
    key, other = all_at_once(scene)
    bench = scene.bench
    faults = bench.now_faults if side is Side.SERVICENOW else bench.jira_faults
    faults.add(Fault(kind, "PATCH|POST|PUT", times=3, seconds=40))
    scene.runs()
    scene.comes_to_rest()
    assert not faults.active(), "all of them struck"
    is_all_there(scene, key, other)


COMMITS = 21
"""That one run makes then."""


class Crash(BaseException):
    """The process is gone."""


def crashing(left: list[int]) -> None:
    """A commit: the process dies at the last of those that are left to it."""
    if left:
        left[0] -= 1
        if left[0] == 0:
            left.clear()
            raise Crash


@pytest.mark.parametrize("commit", range(1, COMMITS + 1))
def test_a_crash_at_any_moment_is_made_good(commit: int) -> None:
    """The process dies at its so-and-so-many-th commit while it acts."""
    left: list[int] = []
    bench = Bench(columns=(TEMPLATE,))
    bench.store = MemoryStore(clock=bench.clock.now, committing=lambda: crashing(left))
    scene = Scene(bench)
    key, other = all_at_once(scene)
    runtime = bench.connect()
    insight = refresh(runtime, Rules(), quiet, ALLOW)
    left.append(commit)
    with pytest.raises(Crash):
        publish(runtime, insight, Rules(notes=False), quiet, ALLOW)
    scene.comes_to_rest()
    is_all_there(scene, key, other)


@pytest.mark.parametrize("commit", range(5))
def test_what_arrives_late_is_not_sent_again_meanwhile(commit: int) -> None:
    """Its answer is lost, and with it perhaps the process, at one of the commits of that run."""
    left: list[int] = []
    bench = Bench(columns=(TEMPLATE,))
    bench.store = MemoryStore(clock=bench.clock.now, committing=lambda: crashing(left))
    scene = Scene(bench)
    key = scene.opens(risk="2")
    scene.bench.clock.advance(120)
    runtime = bench.connect()
    insight = refresh(runtime, Rules(), quiet)
    bench.now_faults.add(Fault("late", "PATCH", "change_request", seconds=100, times=1))
    left.extend([commit] * (commit > 0))
    with suppress(Crash):
        publish(runtime, insight, Rules(notes=False), quiet)
    assert left == [], "it died, where it was to"
    publish(runtime, insight, Rules(notes=False), quiet)
    bench.clock.advance(110)
    for _ in range(2):
        publish(runtime, insight, Rules(notes=False), quiet)
    assert len(scene.notes(key)) == 1
    scene.comes_to_rest()
    assert len(scene.notes(key)) == 1


def test_a_lost_store_repeats_nothing_but_what_was_lost(scene: Scene) -> None:
    key, other = all_at_once(scene)
    scene.comes_to_rest()
    before = scene.notes(key), scene.notes(other)
    scene.bench.store = MemoryStore(clock=scene.bench.clock.now)
    scene.comes_to_rest()
    assert (scene.notes(key), scene.notes(other)) == before
    scene.company.platform(key, approval="approved", start_date="", end_date="")
    scene.bench.store = MemoryStore(clock=scene.bench.clock.now)
    scene.comes_to_rest()
    assert scene.labels(key) == set(), "labels that nobody remembers go"
