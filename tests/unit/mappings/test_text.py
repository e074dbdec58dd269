"""Text stays what people wrote, and cannot do anything on the other side."""

from __future__ import annotations

import pytest

from mappings.text import (
    CUT_MARK,
    canonical_line,
    canonical_text,
    cut,
    from_wiki,
    is_cut,
    size,
    to_journal,
    to_wiki,
)

LIVE = {
    "{html}<script>alert(1)</script>{html}": "\\{html}<script>alert(1)</script>\\{html}",
    "\\{html}x": "&#92;\\{html}x",
    "\\\\{html}x": "&#92;&#92;\\{html}x",
    "[~admin] [~accountid:7] look": "\\[~admin] \\[~accountid:7] look",
    "[click|javascript:alert(1)]": "\\[click|javascript:alert(1)]",
    "!https://evil.example/pixel.png!": "\\!https://evil.example/pixel.png!",
    "https://ok.example/!https://evil.example/a.png!":
        "https://ok.example/\\!https://evil.example/a.png!",
    "&#123;html&#125;": "&#38;#123;html&#38;#125;",
}  # fmt: skip

AS_WRITTEN = [
    "Login fails at C:\\Temp\\new for mei_chen_2",
    "Really?! Yes! And now.",
    "- one\n- two\n* three",
    "5 * 3 - 2 = 13, a ^ b ~ c",
    "see https://git.example/-/merge/-/1 and https://a.example/~bob/x_y_z",
    "plain & simple; 100% | 50%",
]


@pytest.mark.parametrize(("text", "wiki"), LIVE.items())
def test_what_would_come_alive_in_jira_is_inert(text: str, wiki: str) -> None:
    assert to_wiki(text) == wiki


@pytest.mark.parametrize("text", AS_WRITTEN)
def test_ordinary_text_is_not_touched(text: str) -> None:
    assert to_wiki(text) == text


@pytest.mark.parametrize(
    ("text", "wiki"),
    [
        ("this is *urgent* now", "this is \\*urgent* now"),
        ("h1. Summary", "h1&#46; Summary"),
        ("# apt-get update", "&#35; apt-get update"),
        ("| a | b |", "\\| a | b |"),
        ("\\\\files\\share", "&#92;&#92;files\\share"),
    ],
)
def test_what_would_look_different_is_shown_as_written(text: str, wiki: str) -> None:
    assert to_wiki(text) == wiki


@pytest.mark.parametrize("text", [*LIVE, *AS_WRITTEN, "h1. a\nbq. b\n## c\n||d||", "&#92; &amp;"])
def test_there_and_back_is_the_same_text(text: str) -> None:
    assert from_wiki(to_wiki(text)) == text


@pytest.mark.parametrize(
    ("wiki", "plain"),
    [
        ("h2. Steps\n* open\n* *click*", "Steps\n* open\n* *click*"),
        ("{code:java}\nint[] a = {1};\n{code}", "int[] a = {1};"),
        ("{noformat}[~bob] !x.png!{noformat}", "[~bob] !x.png!"),
        ("{quote}said{quote} {color:red}red{color}", "> said\nred"),
        ("{panel:title=A|x=1}in{panel}", "*A*\nin"),
        ("run {{make test}} twice", "run make test twice"),
        ("see [the docs|https://a.example/b]", "see the docs (https://a.example/b)"),
        ("[https://a.example] [https://b.example|https://b.example|smart-link]",
         "https://a.example https://b.example"),
        ("[mail us|mailto:a@b.example]", "mail us (mailto:a@b.example)"),
        ("ask [~mei.chen] or [~accountid:712020:ab-c]", "ask @mei.chen or @712020:ab-c"),
        ("!screen.png|thumbnail! and [^log.txt]", "[image: screen.png] and log.txt"),
        ("one\\\\ two\\\\\nthree", "one\ntwo\nthree"),
        ("bq. quoted", "> quoted"),
        ("\\[not a link\\] \\{not a macro\\}", "[not a link] {not a macro}"),
        ("||head||a||\n|cell|b|", "head | a\ncell | b"),
        ("{unknown} [ x ] a!b! \\\\files\\share", "{unknown} [ x ] a!b! \\\\files\\share"),
    ],
)  # fmt: skip
def test_what_a_person_formatted_in_jira_reads_well(wiki: str, plain: str) -> None:
    assert from_wiki(wiki) == plain


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("a  \nb\t\n\n", "a\nb"),
        ("e\u0301", "é"),
        ("e\x00\u0301\x07", "é"),
        ("  indented", "  indented"),
        (" \n\r\n", None),
        ("", None),
    ],
)
def test_normal_form(text: str, normal: str | None) -> None:
    assert canonical_text(text) == normal


def test_a_line_has_no_breaks() -> None:
    assert canonical_line("  Printer\n on   fire \r\n") == "Printer on fire"
    assert canonical_line(" \n ") is None


@pytest.mark.parametrize(
    ("text", "inert"),
    [
        ("[code]<b>x</b>[/code]", "[ code ]<b>x</b>[ /code ]"),
        ("[CoDe]x", "[ code ]x"),
        ("[co[code]de]", "[co[ code ]de]"),
        ("if [codes] then", "if [codes] then"),
    ],
)
def test_a_journal_renders_nothing(text: str, inert: str) -> None:
    found = to_journal(text)
    assert found.casefold() == inert
    assert "[code]" not in found.casefold()


def test_a_short_text_is_not_cut() -> None:
    assert cut("abc", 3) == "abc"


def test_a_long_text_ends_with_our_mark() -> None:
    assert cut("abc defgh", 6) == "abc d" + CUT_MARK
    assert cut("abc  defgh", 6) == "abc" + CUT_MARK


def test_letters_beyond_the_first_plane_count_twice() -> None:
    assert size("a😀") == 3
    assert size(cut("😀" * 20, 21)) <= 21


@pytest.mark.parametrize("sign", ["{", "\\"])
def test_a_measure_that_grows_text_leaves_as_much_as_fits(sign: str) -> None:
    text = sign * 1000

    def measure(part: str) -> int:
        return len(to_wiki(part))

    found = cut(text, 500, measure)
    assert 480 <= measure(found) <= 500
    assert found.endswith(CUT_MARK)


def test_a_limit_shorter_than_the_mark_ends() -> None:
    assert cut("abc", 0) == CUT_MARK


def test_what_counts_as_cut() -> None:
    assert is_cut("abcdef" + CUT_MARK, "abcdefgh", 7)
    assert not is_cut("abcdef", "abcdefgh", 7)
    assert not is_cut("abX" + CUT_MARK, "abcdefgh", 4)
    assert not is_cut("ab" + CUT_MARK, "abcdefgh", 100)
