"""A circuit for each side: after several failures in a row the side is left alone for a while.

Closed: every pass asks the side. Open: it is not asked until the pause is over; then one pass may
try, and its failure doubles the pause (reliability: I-17). Pure; times are seconds of any clock
that does not jump.
"""

from __future__ import annotations

from dataclasses import dataclass

FAILURES = 5
FIRST_PAUSE = 30.0
LONGEST_PAUSE = 600.0


@dataclass(slots=True)
class Circuit:
    """One side's failures in a row, and until when it is left alone."""

    failures: int = 0
    until: float = 0.0

    def lets(self, now: float) -> bool:
        """Whether the side may be asked now."""
        return self.failures < FAILURES or now >= self.until

    def failed(self, now: float) -> None:
        """One more failure in a row."""
        self.failures += 1
        if self.failures >= FAILURES:
            pause = FIRST_PAUSE * 2.0 ** min(self.failures - FAILURES, 10)
            self.until = now + min(pause, LONGEST_PAUSE)

    def succeeded(self) -> None:
        """The side works."""
        self.failures, self.until = 0, 0.0
