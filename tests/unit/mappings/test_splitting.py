"""Long texts in parts: nothing lost, nothing torn, each part short enough as it is sent."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from mappings.splitting import split
from mappings.text import size, to_wiki

PLAIN = ("a", "b ", "word ", "\n", "\n\n", "*", "{", "\\", "h1. ", "&amp;", "|")
JOINED = ("e\u0301", "\u0301", "\U0001f600", "\U0001f1e9\U0001f1ea")
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
SIGNS = st.sampled_from((*PLAIN, *JOINED, FAMILY))
TEXTS = st.lists(SIGNS, max_size=200).map("".join)


def sent(text: str) -> int:
    return size(to_wiki(text))


@given(TEXTS, st.integers(12, 90))
def test_joined_the_parts_are_the_text_and_each_fits(text: str, limit: int) -> None:
    parts = split(text, limit, sent)
    assert "".join(parts) == text
    assert all(sent(part) <= limit for part in parts)
    assert all(parts) or parts == ("",)


@given(TEXTS, st.integers(40, 90))
def test_no_part_begins_inside_a_letter(text: str, limit: int) -> None:
    for before, part in pairwise(split(text, limit, sent)):
        assert not unicodedata.category(part[0]).startswith("M")
        assert "\u200d" not in (before[-1], part[0])


def test_a_short_text_is_one_part() -> None:
    assert split("hello", 5, size) == ("hello",)
    assert split("", 5, size) == ("",)


def test_parts_end_behind_a_line_where_there_is_one() -> None:
    assert split("one\ntwo\nthree\n", 9, size) == ("one\ntwo\n", "three\n")


def test_else_behind_a_word() -> None:
    assert split("aaaa bbbbbbb ccc", 14, size) == ("aaaa bbbbbbb ", "ccc")


def test_letters_and_what_belongs_to_them_stay_together() -> None:
    assert split("aaae\u0301b", 4, size) == ("aaa", "e\u0301b")
    assert split("ab" + FAMILY, 9, size) == ("ab", FAMILY)
    assert split("ab\U0001f1e9\U0001f1ea", 5, size) == ("ab", "\U0001f1e9\U0001f1ea")


def test_a_chain_of_accents_without_end_is_cut_all_the_same() -> None:
    parts = split("a" + "\u0301" * 1000, 100, len)
    assert max(map(len, parts)) <= 100
    assert len(parts) < 20


def test_escaping_makes_parts_shorter() -> None:
    parts = split("{}" * 100, 60, sent)
    assert len(parts) > 4
    assert max(map(sent, parts)) <= 60
