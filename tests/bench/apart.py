"""What runs in a process of its own: ``python -m tests.bench.apart WHAT ARGUMENT...``.

``tandem`` is the program with its arguments; ``nothing`` only starts, and shows what a measured
process costs at least; the others are steps of :mod:`tests.bench.knowing`.
"""

from __future__ import annotations

import json
import sys
from contextlib import redirect_stdout

from tests.bench.cost import written_down


def main(what: str, *words: str) -> None:
    """Do it, and leave what it cost."""
    with written_down():
        if what == "tandem":
            from sync.cli import main as tandem

            tandem(list(words))
        elif what != "nothing":
            from tests.bench import steps

            with redirect_stdout(sys.stderr):  # what is logged is no part of the answer
                found = steps.STEPS[what](*words)
            json.dump(found, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
