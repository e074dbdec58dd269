"""Parts of sentences read well for one and for many."""

from __future__ import annotations

from sync.insight.words import number_of, short


def test_one_is_one_and_many_are_many() -> None:
    assert [number_of(n, "incident") for n in (0, 1, 2)] == [
        "0 incidents", "1 incident", "2 incidents"
    ]  # fmt: skip


def test_a_text_is_cut_where_it_is_too_long() -> None:
    assert (short("x" * 200), len(short("x" * 201))) == ("x" * 200, 200)
    assert short("x" * 201).endswith("xx...")
