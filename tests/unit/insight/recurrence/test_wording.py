"""Words of one meaning become one term; what a machine put in disappears."""

from __future__ import annotations

import pytest

from sync.insight.recurrence.vocabulary import Vocabulary
from sync.insight.recurrence.wording import cleaned, parts, sense, words


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


def test_rare_terms_weigh_more_and_those_of_the_own_name_less() -> None:
    known = Vocabulary(["vpn slow"] * 9 + ["vpn certificate"])
    told = known.vector(known.terms("vpn slow certificate"), frozenset())
    assert told[sense("certificate")] > told[sense("slow")] > 0
    own = known.vector(known.terms("vpn slow certificate"), known.terms(parts("vpn-gw-01")))
    assert own["vpn"] < told["vpn"]
    assert sum(weight * weight for weight in own.values()) == pytest.approx(1)


def test_a_title_is_a_summary_without_haste_and_addresses() -> None:
    assert cleaned("  RE: FW: urgent!  vpn   down - ann@x.org!!") == "Vpn down"
    assert cleaned("") == ""
