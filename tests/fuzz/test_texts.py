"""Any text, through any converter: no crash, nothing live on the other side, nothing lost."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mappings.markup.html_reader import read_html
from mappings.markup.html_writer import write_html
from mappings.markup.wiki_reader import read_wiki
from mappings.markup.wiki_writer import write_wiki
from mappings.text import (
    canonical_line,
    canonical_text,
    cut,
    from_wiki,
    journal_to_wiki,
    mentioned,
    size,
    to_journal,
    to_wiki,
)
from tests.support.documents import HTML

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


@given(html=HTML)
@example(html="<ul><li><table><td>" * 300)
@example(html="<!--" * 50 + "<script>" * 3 + "&#" + "9" * 6000 + ";")
@example(html="<p title='a>b'>x</p><a href=java&#10;script:alert(1)>y</a>")
def test_no_html_breaks_a_reader(html: str) -> None:
    document = read_html(html)
    assert read_html(write_html(document)) == document
    assert "javascript:" not in write_html(document).partition("href")[2][:20]


@given(text=TEXTS, html=HTML)
@example(text="!", html="https://evil.example/a.png")
@example(text="[", html="~bob]")
def test_a_journal_is_inert_in_jira(text: str, html: str) -> None:
    wiki = journal_to_wiki(f"{text}[code]{html}[/code]{text}")
    bare = re.sub(r"(?s)\{(code|noformat)[^}\n]*\}\n.*?\n\{\1\}", "", wiki)
    assert not re.search(r"(?<!\\)\[~|(?<![\\\w])!\w[^\n!\\]*!", bare)


HOSTILE = (
    *("{", "[", "!", "*a", "\\", "{code}", "||", "|a", "[a|", "_ _", "#* a\n", "\n", "{{a"),
    *("{*}", "[~", "!a.b|", "bq. a\n", "{quote}", "https://a ", "[a\\]", "|[", "{panel:title=a}"),
    *("<", "<a ", "<!--", "</b>", "<b>", "<ul><li>", "<table><tr><td>", '<a "', "<pre>", "&#9"),
    *("<script>", "<blockquote>", "[code]", "[/code][code]<b>", "<span style='", "&amp;"),
)


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_lot_of_it_takes_no_time(piece: str) -> None:
    """A regular expression that goes mad on nested or unclosed markup would take minutes, and a
    reader that looks back at everything it read, hours."""
    text = piece * (200_000 // len(piece))
    began = time.process_time()
    for convert in (from_wiki, to_wiki, to_journal, journal_to_wiki, mentioned):
        convert(text)
    write_wiki(read_html(text))
    write_html(read_wiki(text))
    assert time.process_time() - began < 8
