"""The report: complete, readable, and deaf to what people write into tickets."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.insight.figures.rising import TEST
from sync.insight.model import Counts, Fix, Insight, Measure, Proposal, Subject, Trend
from sync.insight.report.look import COLOURS, GROUNDS, MARKS, STYLE, TEXTS
from sync.insight.report.markup import html, plain, tag
from sync.insight.report.page import page
from sync.insight.report.tables import NOTHING, amount, readable
from tests.support.insight import NOW, company

COMPANY = company()
HOSTILE = (
    "</title></style><script>alert(1)</script><img src=x onerror=alert(1)>\" onload='x' `{{7*7}}` "
    "&lt;b&gt; ]]>--> \x00\u202e"
)


class Reader(HTMLParser):
    """What a browser would see: elements with attributes, texts, and whether all is closed."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def said(self) -> str:
        return " ".join(self.texts)


def hostile() -> Insight:
    """Every text that comes from outside, at its worst."""
    bad = HOSTILE
    windows = dict.fromkeys(("7d", "30d", "90d"), Counts(9, 1))
    return Insight(
        NOW,
        (
            Measure("incident_volume", 1.0, bad, "30d", 3, bad, {}, bad),
            Measure(bad, float("nan"), bad, bad, 3, bad, {bad: bad}, bad),
            Measure("lead_time_p50", 2.0, "days", "90d", 3, bad, {"team": bad}, bad),
        ),
        (Trend(Subject.ITEM, bad, bad, windows, (1,) * 26, rising="7d", p=0.001),),
        (Proposal(bad, bad, (bad,), (bad,), bad, bad, Fix.DEFECT, bad, bad, bad),),
    )


# ---- safety


def test_hostile_words_are_only_words() -> None:
    seen = Reader(page(hostile()))
    assert not seen.open
    names = {name for name, _ in seen.elements}
    assert not names & {"script", "img", "iframe", "object", "form", "link", "b2", "input"}
    attributes = {key for _, given in seen.elements for key in given}
    assert not [key for key in attributes if key.startswith("on") or key in ("src", "style")]
    assert seen.said.count("<script>alert(1)</script>") > 10
    assert not set("\x00\u202e") & set(seen.said)


def test_the_page_is_the_same_shape_with_hostile_and_with_harmless_words() -> None:
    seen = Reader(page(hostile()))
    assert len([1 for name, _ in seen.elements if name == "style"]) == 1
    assert [name for name, _ in seen.elements].count("title") == 1 + 1  # the page's and the plot's


def test_nothing_is_loaded_from_anywhere() -> None:
    text = page(COMPANY)
    seen = Reader(text)
    links = [given["href"] for name, given in seen.elements if name == "a"]
    ids = {given["id"] for _, given in seen.elements if "id" in given}
    assert links
    assert all(link and link.startswith("#") and link[1:] in ids for link in links)
    assert "://" not in text
    assert "url(" not in STYLE
    assert "@import" not in STYLE
    policy = next(given["content"] for _, given in seen.elements if "http-equiv" in given)
    assert policy
    assert policy.startswith("default-src 'none'; ")
    assert "script" not in policy


@given(st.text())
def test_any_text_comes_out_as_it_went_in_but_for_what_nobody_sees(text: str) -> None:
    seen = Reader(tag("p", text, title=text))
    assert "".join(seen.texts).replace("\r\n", "\n") == plain(text)
    assert [name for name, _ in seen.elements] == ["p"]
    assert (seen.elements[0][1].get("title") or "") == plain(text)


@pytest.mark.parametrize(
    "letter", "\x00\x1b\x7f\x85\u061c\u200b\u200e\u2028\u202a\u202e\u2066\ufeff"
)
def test_a_letter_that_deceives_is_shown(letter: str) -> None:
    assert html(f"a{letter}b") == "a\N{REPLACEMENT CHARACTER}b"
    assert html("a\tb\nc \u00df \u4f1a") == "a\tb\nc \u00df \u4f1a"


def test_markup_made_here_is_not_escaped_twice() -> None:
    assert tag("p", tag("b", "a & b"), None) == "<p><b>a &amp; b</b></p>"
    assert html(html("<")) == "&lt;"


# ---- what stands in it


def test_every_role_has_its_section_with_its_figures() -> None:
    text = page(COMPANY)
    order = [text.index(f'<section id="{name}"') for name in ("desk", "delivery", "change")]
    order += [text.index(f'<section id="{name}"') for name in ("business", "trends", "proposals")]
    assert order == sorted(order)
    for first, figure in ((0, "reopen_rate"), (1, "lead_time_p50"), (2, "change_failure_rate")):
        assert order[first] < text.index(f'id="figure-{figure}"') < order[first + 1]
    assert order[3] < text.index('id="figure-availability"') < order[4]


def test_every_figure_stands_with_its_window_sample_definition_and_quality() -> None:
    measure = Measure(
        "reopen_rate", 0.125, "share", "30d", 40, "Opened again.", {}, "12 have no stamp"
    )
    said = Reader(page(Insight(NOW, (measure,)))).said
    for part in ("Reopen rate", "30d", "12.5 %", "n = 40", "Opened again.", "12 have no stamp"):
        assert part in said


def test_a_figure_that_belongs_to_no_role_is_not_lost() -> None:
    measure = Measure("moon_phase", 3.0, "nights", "30d", 5, "As seen.")
    seen = Reader(page(Insight(NOW, (measure,))))
    assert "more" in {given.get("id") for _, given in seen.elements}
    assert "Moon phase" in seen.said
    assert '<section id="more"' not in page(Insight(NOW))


def test_a_value_that_could_not_be_told_is_a_dash_and_its_reason() -> None:
    measure = Measure("lead_time_p50", None, "days", "30d", 2, "Half.", {}, "too few: 2")
    said = Reader(page(Insight(NOW, (measure,)))).said
    assert f"{NOTHING} n = 2" in said
    assert "30d: too few: 2" in said


def test_what_rises_comes_first_with_the_surest_on_top() -> None:
    windows = {"7d": Counts(9, 1), "30d": Counts(20, 9), "90d": Counts(40, 30)}
    calm = Trend(Subject.SERVICE, "big", "Big", {n: Counts(900, 900) for n in windows}, (9,) * 26)
    some = Trend(Subject.ITEM, "a", "Some", windows, (1,) * 26, rising="7d", p=0.002)
    sure = replace(some, key="b", name="Sure", p=0.0001)
    text = page(Insight(NOW, (), (calm, some, sure)))
    table = text[text.index('<section id="trends"') :]
    assert table.index("Sure") < table.index("Some") < table.index("Big")
    assert "\u25b2 rising, 7d, p = 0.0001" in table
    assert "p &lt; 0.0001" in page(Insight(NOW, (), (replace(sure, p=1e-9),)))
    assert "item Sure: 1 to 9 in 7d; item Some: 1 to 9 in 7d." in text
    assert TEST in Reader(text).said


def test_thousands_of_quiet_problems_are_counted_not_listed() -> None:
    quiet = Trend(Subject.PROBLEM, "p", "Q", dict.fromkeys(("7d", "30d", "90d"), Counts(1, 1)), ())
    many = tuple(replace(quiet, key=f"p{n}", weekly=(0,) * 26) for n in range(5_000))
    text = page(Insight(NOW, (), many))
    assert "4975 quieter ones stand in JSON and CSV." in text
    assert text.count("<tr") == 25 + 1


def test_a_proposal_stands_with_its_evidence_and_how_to_accept_it() -> None:
    said = Reader(page(COMPANY)).said
    first = COMPANY.proposals[0]
    for part in (*first.evidence, first.title, *first.incidents, "fix: knowledge"):
        assert part in said
    assert f"tandem insight accept {first.id}" in said
    assert "belongs to PRB0040004" in said


def test_a_proposal_names_service_and_item_as_people_do() -> None:
    spans = [part.partition("</span>")[0] for part in page(COMPANY).split('class="tag">')[1:]]
    assert spans == [
        *("fix: knowledge", "E-mail"),
        *("fix: defect", "Warehouse", "prn-h3-02", "belongs to PRB0040004"),
    ]
    nameless = replace(COMPANY.proposals[0], service_name="", item="0a1b2c3d", item_name="")
    assert "0a1b2c3d" not in page(Insight(NOW, (), (), (nameless,)))


def test_an_empty_company_has_a_page_that_says_so() -> None:
    said = Reader(page(Insight(NOW))).said
    for part in (
        "No service, item or category is rising",
        "No problem is rising",
        "No problem is open.",
        "No incidents in the last 180 days",
    ):
        assert part in said
    assert "Nothing keeps coming back" in said


def test_what_could_not_be_read_is_said_on_top() -> None:
    text = page(Insight(NOW, troubles=("changes: no right <b>",)))
    assert '<p class="old">changes: no right &lt;b&gt;</p>' in text[: text.index("<nav")]
    assert 'class="old"' not in page(Insight(NOW))


def test_a_figure_that_says_nothing_has_no_card() -> None:
    some = Measure("incident_volume", 41.0, "incidents", "30d", 41, "Opened.")
    none = Measure("availability", None, "share", "30d", 0, "Up.")
    few = Measure("time_to_restore_median", 2.0, "hours", "30d", 7, "Median.")
    cards = page(Insight(NOW, (some, none, few))).partition('class="cards"')[2].partition("<sec")[0]
    assert "<b>41</b>" in cards
    assert "Incident volume, 30d<" in cards, "its sample is itself"
    assert "Time to restore median, 30d (n = 7)" in cards
    assert "Availability" not in cards


def test_one_remark_on_several_windows_is_said_once() -> None:
    windows = [
        Measure("lead_time_p50", None, "days", name, 2, "Half.", {}, "too few to say anything")
        for name in ("7d", "30d", "90d")
    ]
    windows.append(Measure("lead_time_p50", 1.0, "days", "180d", 9, "Half.", {}, "one is odd"))
    text = page(Insight(NOW, tuple(windows)))
    for told in ("7d, 30d, 90d: too few to say anything", "180d: one is odd"):
        assert f'<div class="poor">Data: {told}</div>' in text
    assert text.count("too few to say anything") == 1


def test_only_tables_of_numbers_scroll_sideways_on_a_phone() -> None:
    shapes = dict.fromkeys(part.partition('"')[0] for part in page(COMPANY).split('"wide ')[1:])
    assert list(shapes) == ["prose", "figures"]
    text = page(COMPANY)
    before = text[: text.index('id="figure-incident_volume"')]
    assert before.rpartition('"wide ')[2].startswith("prose"), "its meaning is a sentence"
    rows = text[: text.index('<th scope="row">Payroll</th>')]
    assert rows.rpartition('"wide ')[2].startswith("figures")


def test_no_caption_repeats_its_heading() -> None:
    captions = page(COMPANY).split("<caption>")[1:]
    told = [one.partition("</caption>")[0] for one in captions]
    assert told
    assert not [one for one in told if len(one) < 30]


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        *((0.0577, "share", "5.8 %"), (1.0, "share", "100.0 %"), (0.9995, "share", "99.95 %")),
        *((2.345, "hours", "2.3 h"), (12_345.6, "hours", "12,346 h"), (0.04, "days", "58 min")),
        *((43.0, "incidents", "43"), (None, "share", NOTHING), (float("inf"), "hours", NOTHING)),
    ],
)
def test_a_value_is_written_as_people_read_it(value: float, unit: str, text: str) -> None:
    assert amount(value, unit) == text


def test_names_are_written_as_people_say_them() -> None:
    assert readable("work_item_age_p85") == "Work item age (p85)"


# ---- contrast


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG 2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("side", [0, 1], ids=["light", "dark"])
def test_everything_can_be_read_in_light_and_in_dark(side: int) -> None:
    colours = {name: pair[side] for name, pair in COLOURS.items()}
    for text, ground in product(TEXTS, GROUNDS):
        assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
    for mark, ground in product(MARKS, GROUNDS):
        assert contrast(colours[mark], colours[ground]) >= 3, (mark, ground)


def test_every_colour_of_the_style_sheet_is_one_of_these() -> None:
    rules = STYLE.partition("* { box-sizing")[2]
    assert "#" not in rules
    assert {name.partition(")")[0] for name in rules.split("var(--")[1:]} == set(COLOURS)
