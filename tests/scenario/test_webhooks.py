"""Webhooks that are lost, doubled, shuffled, late or forged: the same story, the same writes.

One story is told again and again on the same seed, each time with another fate of its webhooks.
Both sides' logs of writes have to be equal to the last letter.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from connector.sandbox.jira.model import Issue
from connector.sandbox.servicenow.knobs import SYSTEM
from mappings.sides import Side
from sync.core.model import LinkState
from sync.engine.sweep import sweep
from tests.support.bench import Bench
from tests.support.deaths import policy
from tests.support.people import Company
from tests.support.webhooks import Hooks, of, row_of

FORGED = {"X-Hub-Signature": "sha256=" + "0" * 64, "Authorization": "Bearer somebody"}

Sending = Callable[..., int]
Writes = tuple[list[Any], list[Any]]


class Story:
    """People at work on both sides; whatever they do leaves a webhook to be sent."""

    def __init__(self) -> None:
        self.bench = Bench(mappings=policy("close"))
        self.company = Company(self.bench)
        self.hooks = Hooks(self.bench.store)
        self._sent: list[Sending] = []
        self._number = 0

    def _desk(self, table: str, key: str) -> None:
        """The business rule tells of a record."""
        self._sent.append(lambda **more: self.hooks.servicenow(row_of(table, key), **more))

    def _team(self, issue: Issue, event: str = "jira:issue_updated") -> None:
        """Jira tells of an issue."""
        self._number += 1
        told, name = of(issue, event, self._number), f"event-{self._number}"
        self._sent.append(lambda **more: self.hooks.jira(told, name, **more))

    def _acts(self) -> Iterator[None]:
        """The story; between two acts Tandem has its turn."""
        company, mei = self.company, self.company.team()
        mail = company.incident("Mail is slow")
        self._desk("incident", mail)
        wish = mei.create("OPS", "Story", "Ask for a disk", labels=("to-incident",))
        self._team(wish, "jira:issue_created")
        self._desk("incident", company.incident("A mouse squeaks", impact="3", urgency="3"))
        self._team(mei.create("OPS", "Story", "Nobody asked for an incident"), "jira:issue_created")
        yield
        company.desk(mail, short_description="Mail is very slow")
        self._desk("incident", mail)
        mei.comment(company.issue(mail).id, "Looking into it")
        self._team(company.issue(mail), "comment_created")
        yield
        problem = company.problem("Mail store too small")
        self._desk("problem", problem)
        company.desk(mail, problem_id=problem)
        self._desk("incident", mail)
        mei.edit(wish.id, summary="Ask for two disks")
        self._team(wish)
        yield
        mei.move_to(company.issue(mail).id, "Done")
        self._team(company.issue(mail))
        company.desk(mail, work_notes="Called the vendor")
        self._desk("incident", mail)
        yield
        lost = company.link(wish.id).servicenow.key
        self.bench.servicenow.world.delete("incident", lost, SYSTEM)
        self._desk("incident", lost)
        epic = company.issue(problem)
        mei.delete(epic.id)
        self._team(epic, "jira:issue_deleted")
        yield
        company.desk(mail, short_description="Mail was very slow")
        self._desk("incident", mail)
        yield

    def told(self, fate: Fate, *, audited: bool = False) -> Writes:
        """Play it to its end, and nine days on; all writes of both sides, but for our epoch's.

        Where nobody tells of a deletion only the audit finds it: ``audited`` has one at each turn.
        """
        self._audited = audited
        for _ in self._acts():
            for _ in range(3):
                self._turn(60, fate)
        for seconds in (*[3600] * 3, *[86_400] * 9):
            self._turn(seconds, fate)
        servicenow, jira = self.bench.servicenow.world, self.bench.jira.world
        return _without_epoch(servicenow.write_log), _without_epoch(jira.write_log)

    def _turn(self, seconds: float, fate: Fate) -> None:
        self.bench.clock.advance(seconds)
        new, self._sent = self._sent, []
        fate(self, new)
        if self._audited:
            sweep(self.bench.connect())
        self.bench.sync()


def _without_epoch(rows: Iterable[Any]) -> list[Any]:
    """The writes without those of the number that names a store, and without their count."""
    kept = [row for row in rows if row.get("table") != "sys_user_preference"]
    return [{**row, "seq": place} for place, row in enumerate(kept)]


Fate = Callable[[Story, list[Sending]], None]


def arrive(story: Story, sendings: list[Sending]) -> None:
    """Each once, in its order."""
    assert all(send() == 204 for send in sendings)


def get_lost(story: Story, sendings: list[Sending]) -> None:
    """None."""


def come_twice_in_any_order(seed: int) -> Fate:
    """Each twice, shuffled."""
    dice = random.Random(seed)

    def fate(story: Story, sendings: list[Sending]) -> None:
        twice = sendings * 2
        dice.shuffle(twice)
        assert {send() for send in twice} <= {200, 204}

    return fate


def come_late_again_and_again(seed: int) -> Fate:
    """Some now, some at a later turn, some at each: whatever was once sent may come."""
    dice = random.Random(seed)
    ever: list[Sending] = []

    def fate(story: Story, sendings: list[Sending]) -> None:
        ever.extend(sendings)
        # A process that was restarted does not remember what it took.
        story.hooks = Hooks(story.bench.store)
        assert {send() for send in dice.sample(ever, len(ever) // 2)} <= {204}

    return fate


def are_forged(story: Story, sendings: list[Sending]) -> None:
    """All of somebody who knows no secret."""
    assert all(send(**FORGED) == 401 for send in sendings)


def test_the_story_writes_on_both_sides_and_ends_links() -> None:
    story = Story()
    servicenow, jira = story.told(arrive)
    assert len([row for row in servicenow if row["by"] == "tandem"]) >= 5
    assert len([row for row in jira if row["by"] == story.bench.jira.world.site.me]) >= 5
    for pair in ("incident-story", "problem-epic"):
        states = [link.state for link in story.bench.store.links.of_pair(pair, ended=True)]
        assert LinkState.ENDED in states, pair
    assert story.hooks.told() == {"accepted": 14}


def test_webhooks_doubled_and_shuffled_change_no_write() -> None:
    once = Story().told(arrive)
    for seed in range(3):
        assert Story().told(come_twice_in_any_order(seed)) == once


def test_webhooks_lost_late_or_forged_change_no_write() -> None:
    once = Story().told(arrive, audited=True)
    assert Story().told(get_lost, audited=True) == once
    assert Story().told(are_forged, audited=True) == once
    for seed in range(3):
        assert Story().told(come_late_again_and_again(seed), audited=True) == once


def test_a_webhook_for_what_is_not_there_disturbs_nobody() -> None:
    story = Story()
    bench, hooks = story.bench, story.hooks
    story.told(arrive)
    before, writes = bench.sync(), bench.writes()
    assert hooks.servicenow([row_of("incident", "0" * 32), row_of("problem", "f" * 32)]) == 204
    issue = next(iter(bench.jira.world.issues.values()))
    gone = {**of(issue, at=99), "issue": {"id": "999999", "key": "OPS-999999"}}
    assert hooks.jira(gone) == 204
    assert bench.store.inbox.count() == 3
    after = bench.sync()
    assert (bench.writes(), bench.store.inbox.count()) == (writes, 0)
    assert (after.parked, after.conflicts) == (before.parked, before.conflicts)


def test_an_issue_that_claims_another_project_gets_no_twin() -> None:
    """What a webhook says of a project says where to look, not what is there."""
    story = Story()
    bench, mei = story.bench, story.company.team()
    bench.sync()
    other = next(key for key in _projects(bench) if key != "OPS")
    issue = mei.create(other, "Story", "Theirs", labels=("to-incident",))
    bench.clock.advance(60)
    told = of(issue)
    told["issue"]["fields"]["project"]["key"] = "OPS"
    assert story.hooks.jira(told) == 204
    assert story.hooks.inbox() == {("jira", "OPS", issue.id)}
    writes = bench.writes()
    bench.sync()
    assert bench.writes() == writes
    assert not bench.store.links.by_keys(Side.JIRA, [issue.id])


def _projects(bench: Bench) -> list[str]:
    return [one.key for one in bench.jira.world.projects.values()]
