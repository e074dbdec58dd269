"""The same schedules through the real adapters: what is played is what goes over the line."""

from __future__ import annotations

import pytest

from tests.simulation.__main__ import mode_of
from tests.simulation.play import run

SEEDS = range(1, 201)
PART = 50


@pytest.mark.timeout(400)  # patient on a busy machine
@pytest.mark.parametrize("first", SEEDS[::PART])
def test_real_adapters_keep_every_promise(first: int) -> None:
    """Fifty seeds each; one that fails is told with the command that plays it again."""
    found = []
    for seed in range(first, first + PART):
        outcome = run(seed, mode_of(seed, "mixed"), real=True)
        found += [
            f"--real --mode {outcome.setup.mode} --seed {seed}: {one}" for one in outcome.findings
        ]
    assert not found, "\n".join(found)


def test_a_seed_is_the_same_story_through_the_real_adapters_too() -> None:
    """It is another one than through the direct ones, which wait for nothing."""
    for seed in (3, 4, 8, 13):
        first, second = (run(seed, mode_of(seed, "mixed"), real=True) for _ in range(2))
        assert first.trace == second.trace
        assert first.trace != run(seed, mode_of(seed, "mixed")).trace
