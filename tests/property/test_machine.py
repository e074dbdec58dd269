"""Hypothesis looks for the bad order of events, on the rig and with the oracle of the simulation.

Each rule is one step of a schedule; what is random in a step comes from a drawn number, so that a
failing order of steps shrinks. At the end there is peace, and the invariants of the reliability
contract have to hold: convergence (I-01), quiescence (I-02), no lost update (I-03), one twin
(I-04), bounded writes (I-05), stable maps (I-06: a value that fits is never written), no
resurrection (I-07), comments once (I-09), and all of it after crashes (I-15).
"""

from __future__ import annotations

import random

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.conftest import PROFILE
from tests.simulation.play import Play
from tests.simulation.setup import of_seed

NUMBERS = st.integers(0, 9999)
EXAMPLES = {"ci": 12, "dev": 4}.get(PROFILE, 4)


class SyncMachine(RuleBasedStateMachine):
    """People, weather and crashes in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.play: Play | None = None

    @initialize(seed=st.integers(0, 400))
    def begin(self, seed: int) -> None:
        self.play = Play(of_seed(seed))
        self.play.begin()

    def _with(self, number: int) -> Play:
        assert self.play is not None
        self.play.dice = random.Random(number)
        self.play.crowd.dice = self.play.dice
        return self.play

    @rule(number=NUMBERS)
    def people(self, number: int) -> None:
        self._with(number).people()

    @rule(number=NUMBERS)
    def more_people(self, number: int) -> None:
        self._with(number).people()

    @rule(number=NUMBERS)
    def sync(self, number: int) -> None:
        self._with(number).cycle()

    @rule(number=NUMBERS)
    def crash(self, number: int) -> None:
        self._with(number).crash()

    @rule(number=NUMBERS)
    def meddle(self, number: int) -> None:
        self._with(number).meddle()

    @rule(number=NUMBERS)
    def time_passes(self, number: int) -> None:
        self._with(number).time()

    @rule(number=NUMBERS)
    def restart_or_sweep(self, number: int) -> None:
        play = self._with(number)
        (play.restart if number % 2 else play.sweep)()

    def teardown(self) -> None:
        play = self.play
        if play is None:
            return
        try:
            play.heal()
            play.settle()
            play.rest()
            play.judge()
            assert not play.findings, "\n".join((*play.rig.trace, "", *play.findings))
        finally:
            play.rig.close()


TestSyncMachine = SyncMachine.TestCase
TestSyncMachine.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=14,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
