"""Words of one meaning become one term; what a machine put in disappears."""

from __future__ import annotations

import pytest

from sync.insight.recurrence.vocabulary import Vocabulary
from sync.insight.recurrence.wording import cleaned, sense, words


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("E-Mail an ann@x.org hängt", ("email", "an", "haengt")),
        ("srv-0815: error ORA-01555 at 10:30", ("error", "at")),
        (r"See https://x.example/a?b and \\srv\share", ("see", "and")),
        ("login/logout 4711", ("login", "logout")),
        ("VPN-Verbindung", ("vpnverbindung",)),
        ("a b c", ()),
        ("x" * 5000, ("x" * 1000,)),
    ],
)
def test_words(text: str, said: tuple[str, ...]) -> None:
    assert words(text) == said


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("printing", "drucken"),
        ("disconnected", "abbruch"),
        ("redirects", "redirect"),
        ("rechnungen", "invoices"),
        ("zertifikat", "certificates"),
    ],
)
def test_words_of_one_sense(one: str, other: str) -> None:
    assert sense(one) == sense(other)


@pytest.mark.parametrize(
    ("one", "other"), [("rechnung", "rechte"), ("rechner", "rechnung"), ("print", "paint")]
)
def test_words_that_only_look_alike(one: str, other: str) -> None:
    assert sense(one) != sense(other)


def test_slips_compounds_and_words_in_two_parts_are_understood() -> None:
    given = ["Chekcout hang", "voice mail lost", "conveyorprinter", "please aagin"]
    known = Vocabulary(["checkout hangs"] * 4 + ["voicemail gone", "conveyor stops"] * 3 + given)
    assert known.terms("Chekcout hang") == known.terms("checkout hangs")
    assert known.terms("voice mail lost") == known.terms("voicemail lost")
    assert known.terms("conveyorprinter") == known.terms("conveyor") | known.terms("printer")
    assert known.terms("please aagin") == frozenset()


def test_what_a_word_is_worth_is_how_often_others_use_it() -> None:
    known = Vocabulary(["vpn slow"] * 9 + ["vpn certificate"])
    slow, rare = (known.elsewhere(sense(word)) for word in ("slow", "certificate"))
    assert slow > rare > 0
    assert known.elsewhere(sense("slow"), here=9, texts=9) < slow
    assert known.elsewhere("unheard of") < rare


def test_no_english_word_is_a_slip_of_a_german_one_that_nobody_uses() -> None:
    known = Vocabulary(["new map layer", "parcel layer empty"])
    assert known.terms("map layer") == {"map", sense("layer")}


def test_a_title_is_a_summary_without_haste_and_addresses() -> None:
    assert cleaned("  RE: FW: urgent!  vpn   down - ann@x.org!!") == "Vpn down"
    assert cleaned("") == ""
