"""The picture on the epic, looked at as far as a machine can look."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import cache
from io import BytesIO

import pytest
from PIL import Image

from sync.insight.model import Counts, Subject, Trend
from sync.insight.telling.charts import ALARM, CALM, GROUND, chart, drawable, svg
from tests.support.insight import NOW

STEADY = Trend(
    subject=Subject.PROBLEM,
    key="p",
    name="PRB0040001 Mail gateway refuses attachments",
    windows={"7d": Counts(6, 5), "30d": Counts(24, 22), "90d": Counts(70, 68)},
    weekly=(5, 6, 4, 7, 5, 5, 6, 4, 5, 6, 7, 5, 4, 5, 6, 5, 5, 4, 6, 7, 5, 5, 6, 5, 5, 6),
)
RISING = replace(
    STEADY, rising="30d", p=0.0004, windows=STEADY.windows | {"30d": Counts(61, 22)}
)  # fmt: skip


@cache
def picture(trend: str) -> bytes:
    return chart({"steady": STEADY, "rising": RISING}[trend], NOW)


def pixels(png: bytes) -> Image.Image:
    with Image.open(BytesIO(png)) as opened:
        assert opened.format == "PNG"
        return opened.convert("RGB")


def has(png: bytes, colour: str, from_: float = 0.0, to: float = 1.0) -> bool:
    """Whether bars of that colour are seen between two parts of the width; a few steps off are the
    same."""
    image = pixels(png)
    wanted = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    part = image.crop(
        (int(from_ * image.width), image.height // 2, int(to * image.width), image.height)
    )
    colours = part.getcolors(1 << 20) or []
    return any(
        count > 200 and max(abs(a - b) for a, b in zip(seen, wanted, strict=True)) < 10
        for count, seen in colours
        if isinstance(seen, tuple)
    )


def test_it_is_small_sharp_and_the_same_every_time() -> None:
    drawn = picture("rising")
    assert pixels(drawn).size == (1280, 440)
    assert len(drawn) < 40_000
    assert chart(RISING, NOW + timedelta(seconds=1)) == drawn != picture("steady")
    assert b"tIME" not in drawn
    assert b"Software" not in drawn


def test_it_brings_its_own_ground_so_that_it_is_read_in_the_dark() -> None:
    with Image.open(BytesIO(picture("steady"))) as opened:
        assert opened.mode == "P"
        assert "transparency" not in opened.info
    assert has(picture("steady"), GROUND)


def test_a_rise_is_marked_where_it_happens_and_nothing_else_is() -> None:
    steady, rising = picture("steady"), picture("rising")
    assert has(steady, CALM)
    assert not has(steady, ALARM)
    assert not has(rising, ALARM, to=0.7)
    assert has(rising, ALARM, from_=0.85)
    assert has(rising, CALM, to=0.7)


def test_silence_and_thousands_have_a_picture_too() -> None:
    for weekly in ((0,) * 26, tuple(range(9_000, 9_026))):
        assert len(chart(replace(STEADY, weekly=weekly), NOW)) < 40_000


@pytest.mark.parametrize("name", ["$\\frac{$", "\x00\n\u202e\U0001f525 会議", "W" * 500])
def test_no_name_breaks_it_or_is_taken_for_a_formula(name: str) -> None:
    assert len(chart(replace(STEADY, name=name), NOW)) < 40_000


def test_a_title_is_one_line_of_letters_that_the_font_has() -> None:
    assert drawable("Mail\x00 geht\r\nnicht: \u202eß \U0001f525", 40) == "Mail geht nicht: ß ?"
    assert drawable("a" * 41, 40) == "a" * 39 + "…"
    assert drawable("a" * 40, 40) == "a" * 40


def test_several_threads_draw_the_same_as_one() -> None:
    with ThreadPoolExecutor(4) as threads:
        drawn = list(threads.map(lambda one: chart(one, NOW), [STEADY, RISING] * 2))
    assert drawn == [picture("steady"), picture("rising")] * 2


def test_nobody_pays_for_the_library_before_he_draws() -> None:
    code = (
        "import sys, sync.insight.telling.charts, sync.insight.report.page\n"
        "import sync.insight.figures.trends\n"
        "assert not {'matplotlib', 'numpy', 'PIL'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_drawing_leaves_the_librarys_global_state_alone() -> None:
    assert picture("steady")
    assert "matplotlib.pyplot" not in sys.modules


def test_a_small_plot_has_a_bar_a_value_and_a_gap_where_there_is_none() -> None:
    drawn = svg([0, 1.5, None, 3], "<b>by week</b>", marked=1)
    assert drawn.count("<rect") == 3
    assert drawn.count('class="up"') == 1
    assert 'height="24"' in drawn.rpartition("<rect")[2]
    assert "&lt;b&gt;by week&lt;/b&gt;" in drawn
    assert 'role="img"' in drawn
