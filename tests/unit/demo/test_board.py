"""Other people's text is shown as it is: no markup, no control characters; verdicts are honest."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from mappings.sides import Side
from sync.demo.board import Board
from sync.demo.diary import Deed
from sync.demo.report import Result, summary_table, verdict
from sync.demo.screens import Act
from sync.demo.tellers import Lines, Screen, Silent, Teller

NASTY = "[bold red]gone[/] \x1b[2J\x07 {x} [link=http://e.example]click[/link]"
SHOWN = "[bold red]gone[/] \\u001b[2J\\u0007 {x}"


def console(width: int = 160, *, terminal: bool = False) -> tuple[Console, io.StringIO]:
    out = io.StringIO()
    made = Console(file=out, width=width, height=40, force_terminal=terminal, color_system=None)
    return made, out


def board() -> Board:
    return Board(lambda number: (f"[i]{number}", NASTY, "In Progress"), "title")


def told(teller: Teller) -> None:
    act = Act("Mei Chen", Side.JIRA, "OPS-1", f"renamed OPS-1: {NASTY}", "10001")
    with teller:
        teller.loading("twins made", 3, 4)
        teller.person(act, "INC0010001")
        teller.daemon(Deed(Side.SERVICENOW, "INC0010001", f"set summary to {NASTY}", "[why]"))
        teller.refresh({"jira": {"read": 7, "write": 0}}, "people: 1 acts")


def test_a_screen_shows_ticket_text_literally() -> None:
    picture, out = console(terminal=True)

    told(Screen(picture, board()))

    text = out.getvalue()
    assert f"renamed OPS-1: {SHOWN}" in text
    assert "[i]INC00" in text
    assert "\x1b[2J" not in text
    assert "\x07" not in text
    assert "jira: 7 read" in text
    assert "3/4" in text


def test_lines_show_ticket_text_literally_and_reasons() -> None:
    picture, out = console()

    told(Lines(picture))

    lines = out.getvalue().splitlines()
    assert lines[0] == "first load: twins made 3 of 4"
    assert lines[1].startswith(f"Mei Chen renamed OPS-1: {SHOWN}")
    assert lines[2].startswith(f"  Tandem set summary to {SHOWN}")
    assert lines[2].endswith(": [why]")


def test_silence_tells_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    told(Silent())
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("height", [10, 24, 60])
def test_the_picture_fits_the_screen(height: int) -> None:
    shown = board()
    for number in range(90):
        shown.person(Act("A", Side.JIRA, "K", "did", "k"), f"INC{number:07d}")
    picture, out = console()

    picture.print(shown.draw(height))

    assert len(out.getvalue().splitlines()) <= max(height, 18)
    assert "INC0000089" in out.getvalue()


def result(differences: list[str], *, open_: bool = False) -> Result:
    counts = {"created": {"servicenow": 1, "jira": 2}, "attached": {"servicenow": 0, "jira": 0}}
    requests = {"servicenow": {"read": 3, "write": 4}, "jira": {"read": 5, "write": 6}}
    return Result(
        "cloud", 1, differences, open_, 9, {"servicenow": 1, "jira": 1}, counts, requests,
        1, int(open_), 0, 12.5,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("given", "start"),
    [
        (result([]), "EQUAL: 9 records"),
        (result(["OPS-1 differs"]), "NOT EQUAL: 1 difference "),
        (result(["a", "b"], open_=True), "NOT EQUAL: 2 differences "),
    ],
)
def test_the_verdict_says_what_was_found(given: Result, start: str) -> None:
    assert verdict(given).plain.startswith(start)
    assert given.data()["equal"] is (not given.differences)


def test_the_verdict_tells_of_what_waits() -> None:
    assert "1 of it still wait for a person" in verdict(result([], open_=True)).plain


def test_the_summary_has_counts_requests_and_seconds() -> None:
    picture, out = console()
    picture.print(summary_table(result([])))
    text = out.getvalue()
    assert "created by Tandem" in text
    assert "attached by Tandem" not in text
    assert "requests: write" in text
    assert "12.5" in text
