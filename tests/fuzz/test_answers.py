"""Spoilt answers: an adapter reports trouble in its own words, or tells only what is true.

Nothing but a :class:`ConnectorError` may come out of an adapter, and a write ends in one of its
four ways: done, refused, not sent, unclear.
"""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connector.base import Adapter
from connector.contents import File, FileDraft
from connector.counts import Count
from connector.errors import ConnectorError
from connector.jira.adapter import JiraAdapter
from connector.meter import RequestMeter
from connector.sandbox.clock import ManualClock
from connector.sandbox.content import Content
from connector.sandbox.jira.app import JiraSandbox
from connector.sandbox.jira.hands import Hands
from connector.sandbox.servicenow.app import ServiceNowSandbox
from connector.sandbox.servicenow.attachments import attach
from connector.sandbox.servicenow.knobs import Door
from connector.sandbox.transport import SandboxTransport
from connector.servicenow.adapter import ServiceNowAdapter
from connector.settings import HttpSettings, JiraSettings, ServiceNowSettings
from connector.values import Done, Draft, Move, NotSent, Patch, Refused, Unclear
from tests.fuzz.mangling import Mangler
from tests.support.jira import Facts

URL = "http://sandbox.test"
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
RUNS = settings(max_examples=max(20, settings().max_examples // 2))
SEEDS = st.integers(0, 2**32)


class Stage:
    """One side with two records, and an adapter that hears it through a mangler."""

    def __init__(self, side: str, seed: int) -> None:
        self.clock = ManualClock(START)
        self.side = side
        if side == "servicenow":
            self._servicenow(seed)
        else:
            self._jira(side, seed)

    def _servicenow(self, seed: int) -> None:
        sandbox = ServiceNowSandbox(self.clock, 1)
        by = sandbox.world.caller("amira.haddad", Door.SCREEN)
        rows = [
            sandbox.world.insert("incident", {"short_description": f"number {n}"}, by)
            for n in range(2)
        ]
        self.keys = [row["sys_id"] for row in rows]
        self.truth = {row["sys_id"]: row["short_description"] for row in rows}
        place = ("incident", self.keys[0])
        sandbox.world.update(*place, {"short_description": "other words"}, by)
        self.truth[self.keys[0]] = "other words"
        attach(sandbox.world, by, place, "a.log", "text/plain", Content.of(b"some bytes"))
        self.names, self.container, self.kind = ("short_description", "state"), "incident", ""
        self.by = "state"
        self.adapter: Adapter = ServiceNowAdapter(
            ServiceNowSettings(url=URL, user="tandem", password="sandbox"),
            HttpSettings(concurrency=1), meter=RequestMeter(), memory=Facts(),
            mount=SandboxTransport(Mangler(sandbox, seed), self.clock, self.clock.advance),
            sleeper=self.clock.advance,
        )  # fmt: skip

    def _jira(self, flavour: str, seed: int) -> None:
        sandbox = JiraSandbox("dc" if flavour == "dc" else "cloud", self.clock)
        hands = Hands(sandbox.world, "mei.chen")
        issues = [hands.create("OPS", "Story", f"number {n}") for n in range(2)]
        self.keys = [issue.id for issue in issues]
        issues[0] = hands.edit(self.keys[0], summary="other words")
        self.truth = {issue.id: issue.fields["summary"] for issue in issues}
        hands.attach(self.keys[0], "a.log", b"some bytes")
        self.names, self.container, self.kind = ("summary", "status"), "OPS", "Story"
        self.by = ""
        user = "tandem@example.com" if flavour == "cloud" else ""
        self.adapter = JiraAdapter(
            JiraSettings(url=URL, user=user, token=sandbox.access.token),
            HttpSettings(concurrency=1), meter=RequestMeter(), memory=Facts(),
            mount=SandboxTransport(Mangler(sandbox, seed), self.clock, self.clock.advance),
            sleeper=self.clock.advance,
        )  # fmt: skip


def reads(stage: Stage) -> list[Callable[[], object]]:
    """Everything the engine asks."""
    adapter, where, keys = stage.adapter, stage.container, stage.keys
    since = START - timedelta(days=1)
    return [
        adapter.identity,
        adapter.server_now,
        lambda: [list(adapter.changed(one, since)) for one in adapter.streams([where])],
        lambda: list(adapter.listed(where, "", stage.names)),
        lambda: adapter.in_scope(where, "", keys),
        lambda: adapter.read(where, keys, stage.names),
        lambda: adapter.read(where, keys, stage.names, fresh=True),
        lambda: adapter.find(where, ["tandem-x"]),
        lambda: adapter.comments(where, keys),
        lambda: [adapter.fetch(one, io.BytesIO()) for one in adapter.files(where, keys)],
        adapter.file_limit,
        lambda: adapter.people(keys=keys, emails=["mei.chen@northwind.example"]),
        lambda: adapter.kinds(where),
        lambda: adapter.authorship(where, keys[0], stage.names[0]),
        lambda: adapter.counts(where, [Count(), Count(by=stage.by)]),
        lambda: adapter.histories(where, keys, stage.names),
        lambda: adapter.witness.memo("tandem.epoch"),
        lambda: adapter.witness.empty(where, stage.names[0], keys),
    ]


@pytest.mark.parametrize("side", ["servicenow", "cloud", "dc"])
@RUNS
@given(seed=SEEDS)
@example(seed=0)
def test_reads_tell_the_truth_or_report_trouble(side: str, seed: int) -> None:
    stage = Stage(side, seed)
    for ask in random.Random(seed).sample(reads(stage), 6):
        try:
            ask()
        except ConnectorError:
            continue


@pytest.mark.parametrize("side", ["servicenow", "cloud", "dc"])
@RUNS
@given(seed=SEEDS)
@example(seed=0)
def test_writes_end_in_one_of_four_ways(side: str, seed: int) -> None:
    stage = Stage(side, seed)
    name, status = stage.names
    draft = Draft(stage.container, stage.kind, "tandem-y", {name: "made by us"})
    key, page = stage.keys[0], Path(__file__)
    upload = FileDraft(stage.container, key, "a", "text/plain", page, page.stat().st_size, "")
    held = File(stage.container, key, "10099", "a", 1, "text/plain", "", "", START)
    target = "2" if side == "servicenow" else "In Progress"
    acts: list[Callable[[], object]] = [
        lambda: stage.adapter.create([draft]),
        lambda: stage.adapter.patch([Patch(stage.container, stage.keys[0], {name: "n"})], [name]),
        lambda: stage.adapter.patch(
            [Patch(stage.container, key, {name: "n"}) for key in stage.keys], [name]
        ),
        lambda: stage.adapter.attach([upload]),
        lambda: stage.adapter.detach([held]),
        lambda: moved(stage.adapter, Move(stage.container, stage.keys[0], status, (target,))),
    ]
    for act in acts:
        try:
            results = act()
        except ConnectorError:
            continue
        assert isinstance(results, list)
        assert all(isinstance(one, Done | Refused | NotSent | Unclear) for one in results)


def moved(adapter: Adapter, move: Move) -> list[object]:
    """One move's result, in a list."""
    return list(adapter.move([move], (move.name,)))
