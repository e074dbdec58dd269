"""How texts about comments are named, recognised and compared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.sides import Side
from sync.core.model import CommentLink
from sync.core.tellings import Telling, Told, bears, digest, digest_of_copy, parts_of, telling

HEAD = "Ann, comment on OPS-1, 2026-03-02 09:00:00 UTC (ref abcdefghijkl)"
IDS = st.text("0123456789abcdef", min_size=1, max_size=32)


@given(IDS, st.integers(0, 2**45), st.integers(1, 9999))
def test_a_name_tells_its_text(comment: str, edited: int, part: int) -> None:
    one = Telling(comment, edited, part)
    assert telling(one.name) == one


def test_a_comment_in_one_part_bears_its_own_id() -> None:
    assert Telling("10010").name == "10010"
    assert Telling("10010", 7, 2).name == "10010 edit 7 part 2"


@pytest.mark.parametrize(
    ("body", "reference", "parts"),
    [
        (f"{HEAD}\n\nhello", "(ref abcdefghijkl)", 1),
        (f"  {HEAD} (part 2 of 3) \n\nhello", "(ref abcdefghijkl)", 3),
        (f"X UTC (ref aaaaaaaaaaaa), {HEAD}", "(ref abcdefghijkl)", 1),
        (f"hello\n{HEAD}", None, 1),
        ("(part 2 of 3)", None, 1),
        ("", None, 1),
    ],
)
def test_a_copy_is_known_by_its_first_line(body: str, reference: str | None, parts: int) -> None:
    assert (bears(body), parts_of(body)) == (reference, parts)


def test_a_copy_tells_what_was_sent() -> None:
    text = "one\n\ntwo  \nthree"
    assert digest_of_copy(f"{HEAD}\r\n\r\n{text}\n") == digest(text)
    assert digest_of_copy(HEAD) == digest("")
    assert digest("one") != digest("two")


def test_the_latest_wording_is_what_counts() -> None:
    def row(name: str, parts: int, stamp: str = "") -> CommentLink:
        return CommentLink(1, Side.JIRA, name, "c", "work_notes", stamp, "", parts)

    told = Told([row("1", 1, "5"), row("1 edit 9", 2, "9"), row("1 edit 9 part 2", 2, "12")])
    assert (told.edited, told.seen, told.parts, told.whole) == (9, 12, 2, True)
    assert sorted(told.latest) == [1, 2]
    assert not Told([row("1", 2)]).whole
    assert Told([row("1", 1)]).seen == 0
