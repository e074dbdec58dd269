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


def console(
    width: int = 160, height: int = 40, *, terminal: bool = False
) -> tuple[Console, io.StringIO]:
    out = io.StringIO()
    made = Console(file=out, width=width, height=height, force_terminal=terminal, color_system=None)
    return made, out


def board() -> Board:
    return Board(lambda number: (f"[i]{number}", NASTY, "In Progress"), "title")


def told(teller: Teller) -> None:
    act = Act("Mei Chen", Side.JIRA, "OPS-1", f"renamed OPS-1: {NASTY}", "10001")
    with teller:
        teller.loading("twins made", 3, 4)
        teller.person(act, "INC0010001")
        teller.daemon(Deed(Side.SERVICENOW, "INC0010001", f"set summary to {NASTY}", "[why]"))
        teller.refresh({"jira": {"read": 7, "write": 0}}, ("people: 1 acts",))


def test_a_screen_shows_ticket_text_literally() -> None:
    picture, out = console(terminal=True)

    told(Screen(picture, board()))

    text = out.getvalue()
    assert f"renamed OPS-1: {SHOWN}" in text
    assert "[i]INC…" in text
    assert "\x1b[2J" not in text
    assert "\x07" not in text
    assert "requests: Jira 7 read\n" in text
    assert "twins made    " in text
    assert "3 of 4" in text


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


@pytest.mark.parametrize(("width", "height"), [(80, 10), (80, 24), (120, 40), (200, 60)])
def test_the_picture_fits_the_screen(width: int, height: int) -> None:
    shown = board()
    for number in range(90):
        shown.person(Act("Amira Haddad", Side.JIRA, "K", "did " * 40, "k"), f"INC{number:07d}")
    shown.footing = ("people: 90 acts " * 9, "Tandem: 71 created")
    picture, out = console(width)

    picture.print(shown.draw(width, height))

    lines = out.getvalue().splitlines()
    assert len(lines) <= max(height, 16)
    assert {len(line) for line in lines} <= {*range(width + 1)}
    newest = next(line for line in lines if "INC0000089" in line)
    assert ("Amira Haddad" in newest) is (width >= 100), (
        "who did it has a column where there is room"
    )
    assert sum("Amira Haddad did" in line for line in lines) >= 3


def test_an_issue_goes_on_as_its_ticket_once_there_is_one() -> None:
    shown = Board(lambda _: ("OPS-7", "New", "To Do"), "title")
    shown.person(Act("Mei Chen", Side.JIRA, "OPS-7", "reported OPS-7", "10007"), "OPS-7")
    shown.daemon(Deed(Side.SERVICENOW, "INC0010001", "made INC0010001", "it has no twin"))
    assert list(shown.records) == ["INC0010001"]


def test_a_screen_gives_the_terminal_back_with_the_last_picture_on_it() -> None:
    """The live part is on the terminal's other screen, so nothing scrolls and nothing flickers."""
    picture, out = console(80, 24, terminal=True)

    told(Screen(picture, board()))

    live, _, after = out.getvalue().partition("\x1b[?1049l")
    assert "\x1b[?1049h" in live
    assert "who did what, and why" in after
    assert max(len(line) for line in after.splitlines()) <= 80


def test_there_is_no_colour_where_nobody_watches() -> None:
    picture = Console(file=io.StringIO(), width=160)

    told(Lines(picture))
    picture.print(verdict(result([])))

    assert "\x1b" not in picture.file.getvalue()  # type: ignore[attr-defined]


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
