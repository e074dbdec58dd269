"""``python -m tests.simulation --seed N --explain``, ``--seeds A..B --seconds S``, ``--points``."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator

from mappings.sides import Side
from tests.simulation.play import Outcome, run
from tests.simulation.points import STORIES, STRIKES, strike
from tests.simulation.setup import Mode
from tests.simulation.situations import ENOUGH, never, report


def main(given: list[str] | None = None) -> int:
    """Run what was asked for; 1 where an invariant did not hold, or a long run met too little."""
    ask = _arguments().parse_args(given)
    if ask.points:
        return _strike_all()
    started, bad = time.monotonic(), 0
    modes: Counter[Mode] = Counter()
    reached: Counter[str] = Counter()
    for seed in _seeds(ask):
        if ask.seconds and time.monotonic() - started > ask.seconds:
            break
        outcome = run(seed, mode_of(seed, ask.mode), real=ask.real)
        modes[outcome.setup.mode] += 1
        bad += bool(outcome.findings)
        reached.update(+outcome.reached)
        _tell(outcome, ask)
        _progress(modes.total(), bad, time.monotonic() - started)
    _sum_up(modes, bad, reached, time.monotonic() - started)
    unmet = never(reached) if modes.total() >= ENOUGH and ask.mode == "mixed" else []
    for name in unmet:
        _say(f"never met: {name}")
    return 1 if bad or unmet else 0


def mode_of(seed: int, wish: str) -> Mode:
    """The mode of a seed; of ``mixed`` ones every fourth ends in liveness mode."""
    if wish == "mixed":
        return "liveness" if seed % 4 == 0 else "safety"
    return "liveness" if wish == "liveness" else "safety"


def _progress(number: int, bad: int, took: float) -> None:
    """One line for whoever watches, written over again and again."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{number} schedules, {bad} violations, {took:.0f} s ")


def _sum_up(modes: Counter[Mode], bad: int, reached: Counter[str], took: float) -> None:
    number = modes.total()
    told = ", ".join(f"{count} in {mode} mode" for mode, count in sorted(modes.items()))
    rate = number / max(took, 0.001)
    _say(f"{number} schedules in {took:.0f} s ({rate:.1f} a second): {told}")
    _say(f"violations: {bad}")
    for line in report(reached) if number > 1 else ():
        _say(line)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--seeds", help="A..B, both included")
    parser.add_argument("--seconds", type=float, default=0.0)
    parser.add_argument("--mode", choices=("safety", "liveness", "mixed"), default="safety")
    parser.add_argument("--real", action="store_true", help="through the real adapters")
    parser.add_argument("--points", action="store_true", help="strike every story at every point")
    parser.add_argument("--explain", action="store_true", help="tell the whole story")
    return parser


def _seeds(ask: argparse.Namespace) -> Iterator[int]:
    if ask.seed is not None:
        yield ask.seed
        return
    first, _, last = (ask.seeds or "1..1000000").partition("..")
    yield from range(int(first), int(last or first) + 1)


def _strike_all() -> int:
    """Every story struck in every way, at every point; 1 where something was lost or doubled."""
    bad = 0
    for story in STORIES:
        for how in STRIKES:
            for side in Side if how.startswith("lost") else [Side.JIRA]:
                number, findings = strike(story, how, side)
                bad += bool(findings)
                _say(f"{story.name}, {how}: {number} points, {len(findings)} findings")
                for one in findings:
                    _say(f"  {one}")
    return 1 if bad else 0


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
        how = f"--mode {outcome.setup.mode}{' --real' if outcome.setup.real else ''}"
        _say(f"  replay: python -m tests.simulation {how} --seed {seed} --explain")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # the reader may have seen enough
    sys.exit(main())
