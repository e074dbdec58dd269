"""Changes of the sandbox are judged by the policy, from both systems and the links between."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from mappings.insight import Rules
from mappings.loader import load_policy
from mappings.policy import SHIPPED, Policy
from sync.insight.model import Changes, Judgement
from sync.insight.report.export import as_json
from sync.insight.run import refresh
from tests.support.bench import Bench
from tests.support.people import Company

PLANS = {"justification": "It is full.", "backout_plan": "Back.", "test_plan": "Send a mail."}


@dataclass
class Scene:
    """A company with a mail store that is moved, and a team that moves it."""

    bench: Bench
    keys: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.company = Company(self.bench)
        rows = self.bench.servicenow.world.rows("cmdb_ci")
        self.item = next(row["sys_id"] for row in rows if row["name"] == "vpn-gw-01")

    def opens(self, words: str, **more: str) -> str:
        key = self.company.change(words)
        self.company.platform(key, cmdb_ci=self.item, **more)
        return key

    def closed(self, words: str, code: str) -> None:
        key = self.opens(words, risk="4")
        at = f"{self.bench.clock.now():%Y-%m-%d %H:%M:%S}"
        ended = {"state": "3", "active": "false", "closed_at": at}
        self.company.platform(key, close_code=code, **ended)

    def looks(self, policy: Policy = SHIPPED) -> Changes:
        insight = refresh(self.bench.connect(), Rules(), quiet, policy)
        self.data = as_json(insight)["changes"]
        return insight.changes

    def judged(self, key: str, policy: Policy = SHIPPED) -> Judgement:
        found = {one.change.key: one.judgement for one in self.looks(policy).judged}
        return found[key]


def quiet(_stage: str) -> None:
    """Nobody watches."""


@pytest.fixture(params=["cloud", "dc"])
def scene(request: pytest.FixtureRequest) -> Scene:
    return Scene(Bench(request.param))


def test_a_low_risk_change_becomes_standard_by_going_well_and_is_no_more_after_a_failure(
    scene: Scene,
) -> None:
    key = scene.opens("Renew the certificate of gateway 7", risk="4", **PLANS)
    assert (scene.judged(key).class_.value, scene.judged(key).demands) == ("normal", ())
    for number in range(3):
        scene.closed(f"Renewing certificates of gateway {number}", "successful")
    scene.closed("Replace the gateway", "unsuccessful")
    told = scene.judged(key)
    assert (told.class_.value, told.escalates) == ("standard", "")
    assert scene.data["classes"]["standard"] >= 1
    scene.closed("Renew certificate, gateway 9", "unsuccessful")
    told = scene.judged(key)
    assert (told.class_.value, told.escalates) == ("normal", "its kind failed before")


def test_what_a_change_lacks_is_named_until_it_is_written(scene: Scene) -> None:
    key = scene.opens("Move the mail store", risk="2", test_plan="Send a mail.")
    told = scene.judged(key)
    assert told.demands == ("impact notes", "backout plan")
    assert told.escalates == "risk high or very high"
    scene.company.desk(key, **PLANS)
    assert scene.judged(key).demands == ()
    own = load_policy({"policy.yaml": "demands: {normal: {checks: [Unit tests]}}"})
    assert scene.judged(key, own).demands == ("check Unit tests",)


def test_a_plan_that_is_hidden_from_us_is_not_missing(scene: Scene) -> None:
    key = scene.opens("Move the mail store", **PLANS)
    bare = scene.opens("Move the other mail store")
    hidden = {"change_request.test_plan", "change_request.justification"}
    scene.bench.servicenow.world.knobs.hidden_fields |= hidden
    told = scene.judged(key)
    assert told.demands == ()
    assert "Whether there is a text for test plan is not shown to us." in told.why
    assert "backout plan" in scene.judged(bare).demands


def test_a_change_is_ready_once_its_story_has_a_runbook(scene: Scene) -> None:
    start = scene.bench.clock.now().replace(day=6)
    planned = f"{start:%Y-%m-%d %H:%M:%S}"
    key = scene.opens("Move the mail store", start_date=planned, approval="approved")
    scene.bench.until_quiet()
    label = scene.company.issue(key).key
    [found] = scene.looks().unready
    assert found.change.key == key
    assert f"at {label} there is no work labelled knowledge or runbook" in found.why
    assert [one["change"] for one in scene.data["unready"]] == [found.change.number]
    scene.company.team().label(scene.company.link(key).jira.key, add=("runbook",))
    scene.bench.clock.advance(120)
    assert scene.looks().unready == ()


def test_a_story_that_is_done_without_an_approved_change_is_flagged(scene: Scene) -> None:
    key = scene.opens("Move the mail store")
    scene.bench.until_quiet()
    issue = scene.company.link(key).jira
    assert scene.looks().unapproved == ()
    scene.company.team().move_to(issue.key, "Done")
    scene.bench.clock.advance(120)
    [found] = scene.looks().unapproved
    assert (found.issue.label, found.change.key) == (issue.label, key)
    scene.company.platform(key, approval="approved")
    assert scene.looks().unapproved == ()


def test_nothing_is_written_on_either_side(scene: Scene) -> None:
    scene.opens("Move the mail store", risk="1")
    scene.bench.until_quiet()
    writes = scene.bench.writes()
    assert scene.looks().judged[0].judgement.escalates
    assert scene.bench.writes() == writes
