"""The laws of formatted text: what a form can hold comes back from it, and nothing comes alive."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from mappings.formatted import Html
from mappings.markup.adf_reader import document_of, read_adf
from mappings.markup.cutting import begins, cut, put_back
from mappings.markup.document import Document, Paragraph, Words
from mappings.markup.html_reader import read_html
from mappings.markup.html_writer import TAGS, write_html
from mappings.markup.normal import normal
from mappings.markup.plain_writer import write_plain
from mappings.markup.wiki_reader import read_wiki
from mappings.markup.wiki_writer import write_wiki
from mappings.relations import Ends
from mappings.sides import Side
from mappings.text import from_wiki, journal_to_wiki
from tests.support.documents import DOCUMENTS, HTML, TEXT
from tests.support.mapping import NOBODY

ALLOWED = frozenset(
    {*TAGS.values(), "p", "br", "ul", "ol", "li", "table", "tbody", "tr", "th", "td", "pre"}
    | {"blockquote", "hr", "a", *(f"h{level}" for level in range(1, 7))}
)
LIVE = re.compile(
    r"(?<![\\{])\{(?!code|noformat|quote|[*_+-]\}|\{)|(?<!\\)\[[~^]|(?<![\\\w])!\S[^\n!]*(?<!\\)!"
)
NODES = st.recursive(
    st.none() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["type", "content", "text", "attrs", "marks", "level", "href", "id"]),
        inner | st.sampled_from(
            ["doc", "paragraph", "text", "bulletList", "listItem", "table", "tableRow", "link"]
        ),
        max_size=4,
    ),
)  # fmt: skip


@given(DOCUMENTS)
def test_normal_documents_are_normal(document: Document) -> None:
    once = normal(document)
    assert normal(once) == once


@settings(max_examples=300)
@given(DOCUMENTS)
@example((Paragraph((Words("https://a.example/:\x1b"),)),))  # no sign to be seen ends an address
@example((Paragraph((Words("^ a", address="https://a.example/"),)),))  # its words name no file
def test_a_document_survives_wiki_markup(document: Document) -> None:
    assert normal(read_wiki(write_wiki(document))) == normal(document)


@settings(max_examples=300)
@given(DOCUMENTS)
def test_a_document_survives_html(document: Document) -> None:
    assert read_html(write_html(document)) == normal(document)


@settings(max_examples=300)
@given(HTML)
@example("https://a.example/(<b>x")  # nor does a look begin within one
def test_any_html_is_read_and_survives_both_forms(html: str) -> None:
    document = read_html(html)
    assert normal(document) == document
    assert normal(read_wiki(write_wiki(document))) == document
    assert read_html(write_html(document)) == document


class Seen(HTMLParser):
    """What a browser would make of some HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_comment(self, data: str) -> None:
        self.tags.append("comment")


@given(DOCUMENTS | HTML.map(read_html))
def test_html_holds_a_small_set_of_tags_and_leads_to_few_places(document: Document) -> None:
    seen = Seen()
    seen.feed(write_html(document))
    seen.close()
    assert set(seen.tags) <= ALLOWED
    for name, value in seen.attributes:
        assert (name, str(value).split("-")[0]) == ("class", "language") or (
            name == "href" and str(value).startswith(("http://", "https://", "mailto:"))
        )


@settings(max_examples=300)
@given(TEXT, HTML)
def test_nothing_comes_alive_in_jira(text: str, html: str) -> None:
    """No macro but our own, no mention, no image; code between our macros is no markup."""
    for wiki in (write_wiki(read_html(html)), journal_to_wiki(f"{text}[code]{html}[/code]{text}")):
        bare = re.sub(r"(?s)\{(code|noformat)[^}\n]*\}\n.*?\n\{\1\}", "", wiki)
        assert not LIVE.search(bare)


@given(DOCUMENTS)
def test_readable_text_is_stable(document: Document) -> None:
    """What the desk reads of a text in Jira is what it would read again."""
    plain = from_wiki(write_wiki(document))
    assert from_wiki(write_wiki(read_wiki(write_wiki(document)))) == plain


@given(NODES)
def test_any_document_format_is_read(node: Any) -> None:
    held = {"type": "doc", "version": 1, "content": [node]}
    document = document_of(json.dumps(held))
    assert document is not None
    assert write_plain(normal(read_adf(held))) == write_plain(normal(document))


@given(DOCUMENTS, st.integers(5, 200))
def test_a_cut_document_begins_the_whole_and_gets_its_end_back(
    document: Document, limit: int
) -> None:
    whole = normal(document)
    found = cut(whole, lambda part: len(write_html(part)) <= limit)
    if found.rest:
        assert begins(found.marked(), whole)
        assert put_back(found.marked(), found) == whole


FIELDS = {Side.SERVICENOW: "here", Side.JIRA: "there"}
RELATION = Html(Ends("here", "there"), {Side.SERVICENOW: 90, Side.JIRA: 70})


@settings(max_examples=200)
@given(
    DOCUMENTS.map(write_html) | HTML | st.none(),
    DOCUMENTS.map(write_wiki) | TEXT | st.none(),
    st.sampled_from(Side),
)
def test_the_relation_is_correct_hippocratic_and_stable(
    html: str | None, wiki: str | None, to: Side
) -> None:
    values = {
        Side.SERVICENOW: RELATION.canonical(Side.SERVICENOW, {"here": html}),
        Side.JIRA: RELATION.canonical(Side.JIRA, {"there": wiki}),
    }
    fit = RELATION.holds(values[Side.SERVICENOW], values[Side.JIRA], NOBODY)  # type: ignore[arg-type]
    wanted = RELATION.translate(to, values[to.other], values[to], NOBODY)  # type: ignore[arg-type]
    assert not fit or wanted == values[to]
    written = RELATION.native(to, wanted, values[to], {}).fields[FIELDS[to]]  # type: ignore[arg-type]
    assert RELATION.canonical(to, {FIELDS[to]: written}) == wanted
    values[to] = wanted  # type: ignore[assignment]
    assert RELATION.holds(values[Side.SERVICENOW], values[Side.JIRA], NOBODY)  # type: ignore[arg-type]
