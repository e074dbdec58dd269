"""``python -m tests.simulation --seed N --explain``, ``--seeds A..B``, ``--seconds S``."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator

from tests.simulation.play import Outcome, run


def main(given: list[str] | None = None) -> int:
    """Run what was asked for; 1 where an invariant did not hold."""
    ask = _arguments().parse_args(given)
    started, number, bad = time.monotonic(), 0, 0
    reached: Counter[str] = Counter()
    for seed in _seeds(ask):
        if ask.seconds and time.monotonic() - started > ask.seconds:
            break
        outcome = run(seed, ask.mode)
        number += 1
        bad += bool(outcome.findings)
        reached.update(+outcome.reached)
        _tell(outcome, ask)
    took = time.monotonic() - started
    rate = number / max(took, 0.001)
    _say(f"{number} schedules in {took:.1f} s ({rate:.1f} a second), {bad} bad")
    if number > 1:
        for name, times in sorted(reached.items()):
            _say(f"  {times:6}  {name}")
    return 1 if bad else 0


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--seeds", help="A..B, both included")
    parser.add_argument("--seconds", type=float, default=0.0)
    parser.add_argument("--mode", choices=("safety", "liveness"), default="safety")
    parser.add_argument("--explain", action="store_true", help="tell the whole story")
    return parser


def _seeds(ask: argparse.Namespace) -> Iterator[int]:
    if ask.seed is not None:
        yield ask.seed
        return
    first, _, last = (ask.seeds or "1..1000000").partition("..")
    yield from range(int(first), int(last or first) + 1)


def _tell(outcome: Outcome, ask: argparse.Namespace) -> None:
    seed = outcome.setup.seed
    if ask.explain:
        for line in (*outcome.setup.told(), "", *outcome.trace, ""):
            _say(line)
    if ask.seed is not None or outcome.findings:
        _say(f"seed {seed}: {len(outcome.findings)} findings, trace {outcome.digest}")
    for one in outcome.findings:
        _say(f"  {one}")
    if outcome.findings:
        _say(f"  replay: python -m tests.simulation --mode {ask.mode} --seed {seed} --explain")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
