"""The log: one line an event on stderr, for a person on a terminal, as JSON anywhere else.

Every line has an ``action``, so that machines can count what people read. Two things never reach a
line: a secret (registered texts are replaced wherever they stand) and a control character (a
ticket's text could otherwise forge a line or move the cursor of whoever reads the log).

Call :func:`configure` once, before the first line.
"""

from __future__ import annotations

import io
import logging
import sys
import unicodedata
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any, TextIO, TypeAlias, cast

import structlog
from structlog.typing import Processor

from sync.settings import LogSettings

HIDDEN = "[secret]"
_SHORTEST = 4
_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}

Event: TypeAlias = MutableMapping[str, Any]


def configure(
    settings: LogSettings, secrets: Iterable[str] = (), stream: TextIO | None = None
) -> None:
    """Send all lines of this process to ``stream`` (stderr), in the wanted form."""
    where = stream or cast(TextIO, _Stderr())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            with_action,
            Clean(secrets),
            *_renderers(settings, where),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[settings.level]),
        logger_factory=structlog.PrintLoggerFactory(where),
        # Modules fetch their loggers before this runs, so nothing may be settled at first use.
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(handlers=[_Forward()], level=logging.WARNING, force=True)
    # A poll that comes while a pass is still at work is skipped: no news to anybody.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


class _Stderr(io.TextIOBase):
    """Whatever stderr is at the moment: a progress bar takes its place to keep lines above it."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()

    def isatty(self) -> bool:
        return sys.stderr.isatty()


class _Forward(logging.Handler):
    """Lets the libraries' own warnings through the same filters."""

    def emit(self, record: logging.LogRecord) -> None:
        lines = structlog.get_logger(record.name)
        lines.log(
            record.levelno,
            record.getMessage(),
            action="library",
            library=record.name,
            exc_info=record.exc_info,
        )


def _renderers(settings: LogSettings, where: TextIO) -> list[Processor]:
    terminal = where.isatty()
    if settings.format == "console" or (settings.format == "auto" and terminal):
        return [structlog.dev.ConsoleRenderer(colors=terminal)]
    return [structlog.processors.JSONRenderer(ensure_ascii=False)]


def with_action(_logger: Any, _name: str, event: Event) -> Event:
    """A line without an action is a mistake that must not cost the line."""
    event.setdefault("action", "other")
    return event


class Clean:
    """Hides secrets and escapes control characters, in every text and however deep it lies.

    Secrets of fewer than four characters are not looked for: they would hide ordinary words.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        long_enough = {text for text in secrets if len(text) >= _SHORTEST}
        # The longest first: a secret that contains another one must go as a whole.
        self._secrets = sorted(long_enough, key=lambda text: (-len(text), text))

    def __call__(self, _logger: Any, _name: str, event: Event) -> Event:
        return {str(self._clean(name)): self._clean(value) for name, value in event.items()}

    def _clean(self, value: Any) -> Any:
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, Mapping):
            return {str(self._clean(name)): self._clean(inner) for name, inner in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self._clean(inner) for inner in value]
        text = value if isinstance(value, str) else str(value)
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return escaped(text)


def escaped(text: str) -> str:
    """The text on one line: controls, line ends and direction marks as ``\\uXXXX``."""
    if text.isprintable():
        return text
    return "".join(_visible(letter) for letter in text)


def _visible(letter: str) -> str:
    if unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"):
        return letter
    return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(letter, f"\\u{ord(letter):04x}")
