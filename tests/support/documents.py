"""Documents and texts that nobody would write, for tests of markup."""

from __future__ import annotations

from hypothesis import strategies as st

from mappings.markup.document import (
    Break,
    Cell,
    Code,
    Heading,
    Image,
    Item,
    List,
    Mention,
    Paragraph,
    Quote,
    Rule,
    Style,
    Table,
    Words,
)

_SIGNS = (
    *"\\{}[]!*_+^~?|-#&;.:()ax1 \n\té😀…\"'<>/",
    *("{code}", "{quote}", "{noformat}", "{{", "}}", "[~bob]", "h1. ", "bq. ", "* ", "- "),
    *("&#38;", "&amp;", "\\\\", "https://a.example/", "http://b.example/x_y?z=1.", "!a.png!"),
    *("e\u0301", "word", "two words", "<b>", "----", "mailto:a@b.c", "\x00", "…"),
)
TEXT = st.lists(st.sampled_from(_SIGNS), max_size=8).map("".join) | st.text(max_size=12)

_STYLES = st.just(frozenset()) | st.frozensets(st.sampled_from(Style), max_size=3)
_ADDRESSES = st.sampled_from(
    ["", "", "https://a.example/x", "http://b.c/*_+-?q=1&copy;", "mailto:a@b.c"]
)
_SPAN = (
    st.builds(Words, TEXT, _STYLES, _ADDRESSES) | st.builds(Words, TEXT) | st.just(Break())
    | st.builds(Mention, TEXT, TEXT) | st.builds(Image, TEXT)
)  # fmt: skip
_SPANS = st.lists(_SPAN, max_size=5).map(tuple)
_ITEM = st.deferred(lambda: st.builds(Item, _SPANS, st.lists(_LIST, max_size=2).map(tuple)))
_LIST = st.builds(List, st.sampled_from("*#-"), st.lists(_ITEM, min_size=1, max_size=3).map(tuple))
_ROW = st.lists(st.builds(Cell, _SPANS, st.booleans()), max_size=3).map(tuple)
_FLAT = (
    st.builds(Paragraph, _SPANS)
    | st.builds(Heading, st.integers(0, 7), _SPANS)
    | _LIST
    | st.builds(Table, st.lists(_ROW, max_size=3).map(tuple))
    | st.builds(Code, TEXT, st.sampled_from(["", "java", "C++", "x|y"]))
    | st.builds(Rule)
)
DOCUMENTS = st.lists(
    _FLAT | st.builds(Quote, st.lists(_FLAT, max_size=3).map(tuple)), max_size=4
).map(tuple)

_TAGS = (
    *("p", "div", "ul", "ol", "li", "table", "tr", "td", "th", "b", "i", "a", "pre", "code"),
    *("br", "hr", "blockquote", "h2", "span", "script", "style"),
)
_HTML = st.sampled_from(
    [
        *(f"<{tag}>" for tag in _TAGS),
        *(f"</{tag}>" for tag in _TAGS),
        *('<a href="https://x.y/z">', '<a href="javascript:alert(1)">', "<a href='data:x'>"),
        *(
            "<!--",
            "-->",
            "<",
            "&lt;",
            "&#0;",
            "&#10;",
            "&#" + "9" * 5000 + ";",
            '<img src="a.png">',
        ),
        *('<p onclick="x()">', "<![CDATA[", "<?x", "text", " ", "\n", "{code}", '"', "'"),
    ]
)
HTML = st.lists(_HTML | TEXT, max_size=25).map("".join)
