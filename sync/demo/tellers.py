"""Three ways to tell what happens: a live screen, plain lines where nobody watches, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from time import monotonic
from types import TracebackType
from typing import Protocol, TypeAlias

from rich.console import Console
from rich.live import Live

from sync.demo.board import Board, plain
from sync.demo.diary import Deed
from sync.demo.screens import Act

Requests: TypeAlias = Mapping[str, Mapping[str, int]]
SHORTEST_LOOK = 0.1
"""Seconds for which a picture of the first load stands at least."""
LAST_PICTURE = 30
"""Lines of the picture that stays."""


class Teller(Protocol):
    """Tells a demonstration's course."""

    def __enter__(self) -> Teller: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def say(self, text: str) -> None:
        """A line of our own."""

    def loading(self, stage: str, done: int, of: int) -> None:
        """How far the first load has come."""

    def person(self, act: Act, number: str) -> None:
        """Somebody did something."""

    def daemon(self, deed: Deed) -> None:
        """The daemon did something."""

    def refresh(self, requests: Requests, footing: tuple[str, ...]) -> None:
        """Show the present state and these numbers."""


class Silent:
    """Tells nothing: somebody wants only the data."""

    def __enter__(self) -> Silent:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return

    def say(self, text: str) -> None:
        """Nothing."""

    def loading(self, stage: str, done: int, of: int) -> None:
        """Nothing."""

    def person(self, act: Act, number: str) -> None:
        """Nothing."""

    def daemon(self, deed: Deed) -> None:
        """Nothing."""

    def refresh(self, requests: Requests, footing: tuple[str, ...]) -> None:
        """Nothing."""


class Lines(Silent):
    """One line for each thing, for pipes and logs."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._quarter: dict[str, int] = {}

    def __enter__(self) -> Lines:
        return self

    def say(self, text: str) -> None:
        """Print it."""
        self._console.print(plain(text), soft_wrap=True)

    def loading(self, stage: str, done: int, of: int) -> None:
        """Print every quarter."""
        quarter = 4 * done // of if of else 0
        if self._quarter.get(stage, 0) < quarter:
            self._quarter[stage] = quarter
            self.say(f"first load: {stage} {done} of {of}")

    def person(self, act: Act, number: str) -> None:  # noqa: ARG002 - lines are not grouped
        """Print it."""
        self.say(f"{act.who} {act.what}")

    def daemon(self, deed: Deed) -> None:
        """Print it, with the reason."""
        self.say(f"  Tandem {deed}")


class Screen(Silent):
    """A picture that fills the terminal; afterwards its last state stays to be read."""

    def __init__(self, console: Console, board: Board) -> None:
        self._console = console
        self._board = board
        self._drawn = 0.0
        # The other screen: nothing scrolls, nothing flickers, what stood here before comes back.
        self._live = Live(console=console, screen=True, auto_refresh=False)

    def __enter__(self) -> Screen:
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.stop()
        if self._board.records:
            width, height = self._console.size
            self._console.print(self._board.draw(width, min(height, LAST_PICTURE)))

    def say(self, text: str) -> None:
        """Let it stand below the title."""
        self._board.note = text
        self._draw()

    def loading(self, stage: str, done: int, of: int) -> None:
        """Move that stage's bar."""
        self._board.bars[stage] = (done, of)
        if monotonic() - self._drawn > SHORTEST_LOOK or done == of:
            self._draw()

    def person(self, act: Act, number: str) -> None:
        """Put it on the board."""
        self._board.person(act, number)

    def daemon(self, deed: Deed) -> None:
        """Put it on the board."""
        self._board.daemon(deed)

    def refresh(self, requests: Requests, footing: tuple[str, ...]) -> None:
        """Draw the board."""
        self._board.requests, self._board.footing = requests, footing
        self._draw()

    def _draw(self) -> None:
        self._drawn = monotonic()
        self._live.update(self._board.draw(*self._console.size), refresh=True)
