"""Formatted text by example: what becomes what."""

from __future__ import annotations

import json

import pytest

from mappings.markup.adf_reader import document_of
from mappings.markup.cutting import MARK, cut, put_back
from mappings.markup.html_reader import read_html
from mappings.markup.html_writer import write_html
from mappings.markup.journal import journal_plain
from mappings.markup.plain_writer import write_plain
from mappings.markup.scan import LONGEST
from mappings.markup.wiki_reader import read_wiki
from mappings.markup.wiki_writer import write_wiki
from mappings.sides import Side
from mappings.text import from_wiki, journal_to_wiki, mentioned
from tests.support.mapping import NOBODY, a_rule

SN, JIRA = Side.SERVICENOW, Side.JIRA

HTML_TO_WIKI = [
    ("<p>a <b>b</b> <i>c</i> <u>d</u> <del>e</del> <code>f</code></p>", "a *b* _c_ +d+ -e- {{f}}"),
    ("w<b>or</b>d", "w{*}or{*}d"),
    ('<span style="font-weight: bold">a</span>', "*a*"),
    ('<span style="text-decoration: underline;">a</span>', "+a+"),
    ("<h3>Why</h3><div>one<br>two</div>", "h3. Why\n\none\ntwo"),
    ("<ul><li>a<ol><li>b</li></ol></li><li>c</li></ul>", "* a\n*# b\n* c"),
    ("<ul><li>a<li>b</ul>c", "* a\n* b\n\nc"),
    ("<ul><li><ul><li>a</li></ul></li></ul>", "* a"),
    ("<table><tr><th>a<th>b<tr><td>c|d<td></table>", "|| a || b ||\n| c\\|d |  |"),
    ('<pre class="language-java"><code>a &lt; b\n  {</code></pre>',
     "{code:java}\na < b\n  {\n{code}"),
    ("<pre>{code}</pre>", "{noformat}\n{code}\n{noformat}"),
    ("<blockquote><p>a</p></blockquote><hr>", "{quote}\na\n{quote}\n\n----"),
    ('<a href="https://a.b/c?d=e&amp;f">g</a>', "[g|https://a.b/c?d=e&f]"),
    ('<a href="mailto:a@b.c">a@b.c</a>', "[mailto:a@b.c]"),
    ("see https://a.b/c.", "see https://a.b/c."),
    ('<a href="https://a.b/[x]|y">z</a>', "[z|https://a.b/%5Bx%5D%7Cy]"),
    ('<a href=" JaVa\tScript:alert(1)">z</a>', "z"),
    ('<a href="data:text/html,x">z</a>', "z"),
    ('<img src="/sys_attachment.do?sys_id=1c7" />', "\\[image: 1c7\\]"),
    ('<img alt="chart" src="data:image/png;base64,AAAA">', "\\[image: chart\\]"),
    ("<script>a</script><style>b</style><!-- c -->d<p onclick='e()'>f</p>", "d\n\nf"),
    ("<p title='a>b'>c</p>", "c"),
    ("a < b & c &lt;d&gt; &copy; &#0;&nbsp;e", "a < b & c <d> © � e"),
    ("never <b>closed", "never *closed*"),
    ("</b></p></ul>stray", "stray"),
]  # fmt: skip


@pytest.mark.parametrize(("html", "wiki"), HTML_TO_WIKI)
def test_html_becomes_wiki_markup(html: str, wiki: str) -> None:
    assert write_wiki(read_html(html)) == wiki


@pytest.mark.parametrize(
    ("wiki", "html"),
    [
        ("h2. a\n* b\n** c\n# d", "<h2>a</h2>\n<ul><li>b<ul><li>c</li></ul></li></ul>\n"
         "<ol><li>d</li></ol>"),
        ("||a||\n|b\nc|",
         "<table><tbody><tr><th>a</th></tr><tr><td>b<br>c</td></tr></tbody></table>"),
        ("|[a|https://b.c]|!d.png|thumbnail!|", '<table><tbody><tr><td><a href="https://b.c">a</a>'
         "</td><td>[image: d.png]</td></tr></tbody></table>"),
        ("{*}a{*}b -c- 10-20", "<p><strong>a</strong>b <s>c</s> 10-20</p>"),
        ("[~bob] <b>&</b>", "<p>@bob &lt;b&gt;&amp;&lt;/b&gt;</p>"),
        ("[a|javascript:x] [b|#c] [d|ftp://e]", "<p>a b d (ftp://e)</p>"),
        ("{panel:title=A}b{panel}", "<p><strong>A</strong></p>\n<p>b</p>"),
        ("{my-macro:x=1}a{my-macro} {one} {code}", "<p>a {one} {code}</p>"),
        ("*a _b* c_ *d", "<p><strong>a</strong> <strong><em>b</em></strong> <em>c</em> *d</p>"),
    ],
)  # fmt: skip
def test_wiki_markup_becomes_html(wiki: str, html: str) -> None:
    assert write_html(read_wiki(wiki)) == html


@pytest.mark.parametrize(
    ("wiki", "plain"),
    [
        ("* a\n** b\n*# c\n# d\n# e", "* a\n  * b\n  1. c\n1. d\n2. e"),
        ("||a||b||\n|c|[d|https://e.f]|", "a | b\nc | d (https://e.f)"),
        ("{code:title=A.java|java}\nx\n{code}", "*A.java*\nx"),
        ("+a+ {{b}} ^c^ ??d?? *e* -f-", "a b ^c^ ??d?? *e* -f-"),
        ("{quote}\na\nb\n{quote}\nc", "> a\n> b\nc"),
        ("{status} of {status}", " of"),
        ("a {status} b", "a {status} b"),
    ],
)
def test_what_plain_text_cannot_hold_reads_well(wiki: str, plain: str) -> None:
    assert from_wiki(wiki) == plain


def test_people_are_called_by_name_where_it_is_known() -> None:
    names = {"712020:ab-c": "Mei Chen"}
    assert from_wiki("[~accountid:712020:ab-c] and [~bob]", names.get) == "@Mei Chen and @bob"
    assert mentioned("[~accountid:712020:ab-c] and [~bob]") == {"712020:ab-c", "bob"}


def node(kind: str, *content: object, **attributes: object) -> dict[str, object]:
    return {"type": kind, "attrs": attributes, "content": list(content)}


def words(text: str, *marks: dict[str, object]) -> dict[str, object]:
    return {"type": "text", "text": text, "marks": list(marks)}


def test_jiras_document_format_is_read() -> None:
    link = {"type": "link", "attrs": {"href": "https://a.b"}}
    told = node(
        "doc",
        node("heading", words("Why"), level=2),
        node("paragraph", words("a", {"type": "strong"}), {"type": "hardBreak"}, words("b", link)),
        node("bulletList", node("listItem", node("paragraph", words("c")),
             node("orderedList", node("listItem", node("paragraph", words("d")))))),
        node("taskList", node("taskItem", words("e"), state="DONE")),
        node("table", node("tableRow", node("tableHeader", node("paragraph", words("f"))),
             node("tableCell", node("paragraph", words("g"))))),
        node("codeBlock", words("x {"), language="java"),
        node("panel", node("paragraph", node("mention", id="5b", text="@Mei"), words(" h"))),
        node("mediaSingle", node("media", alt="shot.png", id="1")),
        node("unheardOf", node("paragraph", words("i"))),
    ) | {"version": 1}  # fmt: skip
    document = document_of(json.dumps(told))
    assert document is not None
    assert write_wiki(document) == (
        "h2. Why\n\n*a*\n[b|https://a.b]\n\n* c\n*# d\n\n* \\[x\\] e\n\n|| f | g |\n\n"
        "{code:java}\nx {\n{code}\n\n@Mei h\n\n\\[image: shot.png\\]\n\ni"
    )
    assert from_wiki(json.dumps(told)).startswith("\nWhy\n\n*a*\nb (https://a.b)")
    assert document_of('{"type": "doc"') is None
    assert document_of("a doc") is None


def test_a_deep_document_keeps_its_words() -> None:
    inner = node("paragraph", words("deep"))
    for _ in range(200):
        inner = node("blockquote", inner)
    document = document_of(json.dumps(node("doc", inner) | {"version": 1}))
    assert document is not None
    assert "deep" in write_plain(document)


@pytest.mark.parametrize(
    ("entry", "wiki", "plain"),
    [
        ("a {b} [code]<b>c</b>[/code] d", "a \\{b} *c* d", "a {b} *c* d"),
        ("a [code]b", "a \\[code]b", "a [code]b"),
        ("[/code]a[CODE]<p>b</p><p>c</p>[/CODE]d", "\\[/code]a\n\nb\n\nc\n\nd", "[/code]ab\n\ncd"),
        ("![code]https://x.y/a.png[/code]!", "\\!https://x.y/a.png\\!", "!https://x.y/a.png!"),
    ],
)
def test_a_journal_entry_keeps_what_it_shows(entry: str, wiki: str, plain: str) -> None:
    assert journal_to_wiki(entry) == wiki
    assert journal_plain(entry) == plain


def test_a_text_too_long_to_be_read_as_markup_loses_no_word() -> None:
    long = "*word*\n" * (LONGEST // 7 + 100) + "the end {x}"
    assert from_wiki(long).endswith("*word*\nthe end {x}")
    assert write_plain(read_html("<p>" + "word " * LONGEST + "</p>the end")).endswith("the end")


@pytest.mark.parametrize(
    "html",
    ["<p>one two <b>three four</b></p>", "<p>one</p><ul><li>two</li><li>three</li></ul>",
     "<pre>one\ntwo\nthree</pre>", "<table><tr><td>one<tr><td>two<tr><td>three</table>",
     "<h1>one</h1><h1>two and more</h1>"],
)  # fmt: skip
def test_a_document_is_cut_where_it_can_be_and_put_together_again(html: str) -> None:
    whole = read_html(html)
    for limit in range(10, 200):
        found = cut(whole, lambda part, limit=limit: len(write_html(part)) <= limit)  # type: ignore[misc]
        if found.rest:
            assert MARK in write_plain(found.marked())
            assert put_back(found.marked(), found) == whole


def test_what_only_one_side_can_show_is_no_difference() -> None:
    html = a_rule(**{"as": "html"}).relation
    here = html.canonical(SN, {"here": '<p style="color:red">a <img alt="b.png" src="c"></p>'})
    for wiki in ("{color:blue}a{color} !b.png|thumbnail!", "a \\[image: b.png]"):
        assert html.holds(here, html.canonical(JIRA, {"there": wiki}), NOBODY)
    assert not html.holds(here, html.canonical(JIRA, {"there": "*a* !b.png!"}), NOBODY)
    assert html.canonical(SN, {"here": "<p>&nbsp;</p>"}) is None
    assert html.show(SN, "h1. a\n\n*b*", NOBODY) == "a\n\n*b*"


def test_lines_that_a_program_wrote_into_html_stay_lines() -> None:
    html = a_rule(**{"as": "html"}).relation
    assert html.canonical(SN, {"here": "one\ntwo &amp; three"}) == "one\ntwo & three"


def test_a_formatted_text_that_was_rewritten_replaces_everything() -> None:
    html = a_rule(**{"as": "html", "max_servicenow": 100}).relation
    whole = "*word* " * 100
    assert html.translate(JIRA, "new", whole.strip(), NOBODY) == "new"
    assert html.native(SN, None, "x", {}).fields == {"here": None}
    assert html.translate(SN, None, "x", NOBODY) is None
