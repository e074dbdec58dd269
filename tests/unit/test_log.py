"""The log: one line an event, nothing secret in it, nothing that forges another line."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from sync.log import HIDDEN, Clean, configure, escaped
from sync.settings import LogSettings

log = structlog.get_logger("tandem")


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_json_where_nobody_watches() -> None:
    stream = io.StringIO()
    configure(LogSettings(), stream=stream)
    log.info("created", action="create", pair="incident")
    (line,) = lines(stream)
    assert line["event"] == "created"
    assert (line["action"], line["pair"], line["level"]) == ("create", "incident", "info")
    assert line["timestamp"].endswith("Z")


def test_a_person_on_a_terminal_reads_text() -> None:
    stream = Terminal()
    configure(LogSettings(), stream=stream)
    log.info("created", action="create")
    assert "created" in stream.getvalue()
    assert not stream.getvalue().startswith("{")


@pytest.mark.parametrize(("form", "is_json"), [("json", True), ("console", False)])
def test_the_form_can_be_fixed(form: Any, is_json: bool) -> None:
    stream = Terminal() if is_json else io.StringIO()
    configure(LogSettings(format=form), stream=stream)
    log.info("created", action="create")
    assert stream.getvalue().startswith("{") is is_json


def test_lines_below_the_level_are_not_told() -> None:
    stream = io.StringIO()
    configure(LogSettings(level="warning"), stream=stream)
    log.info("quiet", action="a")
    log.warning("loud", action="a")
    assert [line["event"] for line in lines(stream)] == ["loud"]


def test_every_line_has_an_action() -> None:
    stream = io.StringIO()
    configure(LogSettings(), stream=stream)
    log.info("forgotten")
    assert lines(stream)[0]["action"] == "other"


def test_secrets_are_hidden_everywhere() -> None:
    stream = io.StringIO()
    configure(LogSettings(), secrets=["hunter22", "hunter22-long"], stream=stream)
    try:
        raise ValueError("with hunter22")
    except ValueError:
        log.exception("got hunter22-long", action="a", deep={"list": ("hunter22", 1, None, True)})
    assert "hunter22" not in stream.getvalue()
    (line,) = lines(stream)
    assert line["event"] == f"got {HIDDEN}"
    assert line["deep"] == {"list": [HIDDEN, 1, None, True]}


def test_a_short_secret_does_not_hide_ordinary_words() -> None:
    assert Clean(["a"])(None, "", {"event": "a banana"}) == {"event": "a banana"}


def test_libraries_speak_through_the_same_filters() -> None:
    stream = io.StringIO()
    configure(LogSettings(), secrets=["hunter22"], stream=stream)
    logging.getLogger("some.library").warning("lost %s\nnext", "hunter22")
    logging.getLogger("some.library").info("chatter")
    (line,) = lines(stream)
    assert line["event"] == f"lost {HIDDEN}\\nnext"
    assert line["library"] == "some.library"


@given(st.text())
def test_no_text_breaks_out_of_its_line(text: str) -> None:
    shown = escaped(text)
    assert len(shown.splitlines()) <= 1
    assert not {"\n", "\r", "\x1b", "\u202e", "\u2028"} & set(shown)
