"""Run mutants: ``python -m tests.mutants [NAME...] [--jobs N]``; exit 1 if one survives."""

from __future__ import annotations

import argparse
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.mutants.mutant import Fate, mutants, put_to_the_test


def main() -> int:
    """Put the wanted mutants to the test and tell their fates."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("names", nargs="*", help="names of patches, or parts of them; default all")
    parser.add_argument("--jobs", type=int, default=2, help="how many at the same time")
    asked = parser.parse_args()
    chosen = [m for m in mutants() if not asked.names or any(n in m.name for n in asked.names)]
    fates: list[Fate] = []
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(asked.jobs) as pool:
        for fate in pool.map(lambda one: put_to_the_test(one, Path(folder)), chosen):
            fates.append(fate)
            word = f"killed by {fate.killer}" if fate.killer else f"SURVIVED ({fate.told})"
            sys.stdout.write(f"{' '.join(fate.mutant.invariants):<10} {fate.mutant.name}: {word}\n")
            sys.stdout.flush()
    left = [fate for fate in fates if not fate.killer]
    sys.stdout.write(f"{len(fates) - len(left)} of {len(fates)} mutants killed\n")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
