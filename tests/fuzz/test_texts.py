"""Any text, through any converter: no crash, nothing live on the other side, nothing lost."""

from __future__ import annotations

import re
import time

from hypothesis import example, given
from hypothesis import strategies as st

from mappings.text import canonical_line, canonical_text, cut, from_wiki, size, to_journal, to_wiki

PIECES = (
    *("{code}", "{noformat}", "{quote}", "{color:red}", "[~accountid:x]", "[a|http://b]"),
    *("!x.png!", "h1. ", "bq. ", "* ", "# ", "||a||", "|b|", "\\\\", "\\", "&#123;", "----"),
    *("{{x}}", "[^f]", "[code]", "[/code]", "<script>", "\r\n", "\u202e", "\U0001f600"),
    *("e\u0301", "\x00", "^", "\t", "*bold*", "_it_", "+u+", "-s-", "text", " ", "\n"),
    *("javascript:alert(1)", "https://a.b/c?d=e"),
)
MARKUP = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)
TEXTS = st.one_of(st.text(max_size=300), MARKUP)
LIVE = re.compile(
    r"(?<!\\)\{(?:code|noformat|quote|panel|color|html|expand)|(?<!\\)\[~|(?<!\\)!\w[^\n!\\]*!"
)


@given(text=TEXTS)
@example(text="\\{code}")
@example(text="!a!b!")
def test_plain_text_reads_in_jira_as_it_was_written(text: str) -> None:
    assert from_wiki(to_wiki(text)) == (canonical_text(text) or "")


@given(text=TEXTS)
def test_nothing_is_live_in_jira(text: str) -> None:
    """No macro runs, nobody is mentioned, no image is fetched."""
    assert not LIVE.search(to_wiki(text))


@given(text=TEXTS)
def test_reading_markup_is_stable(text: str) -> None:
    """What was read from Jira, written back and read again, is the same."""
    once = from_wiki(text)
    assert from_wiki(to_wiki(once)) == once


@given(text=TEXTS)
@example(text="[CODE]<b>x</b>[/Code]")
def test_a_journal_gets_no_html(text: str) -> None:
    assert not re.search(r"\[/?code\]", to_journal(text), re.IGNORECASE)


@given(text=TEXTS)
def test_normal_forms_are_normal(text: str) -> None:
    for normal in (canonical_text, canonical_line):
        once = normal(text)
        assert once is None or normal(once) == once


@given(text=TEXTS, limit=st.integers(1, 120))
def test_a_cut_text_fits(text: str, limit: int) -> None:
    assert size(cut(text, limit)) <= max(limit, 1)


def test_hostile_texts_take_no_time() -> None:
    """A regular expression that goes mad on nested or unclosed markup would take minutes."""
    hostile = ["{" * 20_000, "[" * 20_000, "!" * 20_000, "*a" * 10_000, "\\" * 20_000,
               "{code}" * 4_000, "||" * 10_000, "[a|" * 7_000, "_ _" * 7_000]  # fmt: skip
    began = time.process_time()
    for text in hostile:
        from_wiki(to_wiki(text))
        from_wiki(text)
    assert time.process_time() - began < 20
