"""Every mutant fits the sources, names tests that exist, and stands in the table of promises."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.mutants.mutant import Mutant, applies, mutants

ROOT = Path(__file__).resolve().parents[2]
ALL = mutants()


def test_there_are_enough_of_them() -> None:
    assert len(ALL) >= 20


@pytest.mark.parametrize("mutant", ALL, ids=lambda one: one.name)
def test_a_mutant_fits_the_sources(mutant: Mutant) -> None:
    assert applies(mutant), f"{mutant.path} does not fit any more: make it anew"


@pytest.mark.parametrize("mutant", ALL, ids=lambda one: one.name)
def test_a_mutant_names_its_promise_and_its_tests(mutant: Mutant) -> None:
    assert all(re.fullmatch(r"I-\d\d", one) for one in mutant.invariants)
    assert all((ROOT / one.partition("::")[0]).exists() for one in mutant.tests)


def test_the_table_of_promises_names_every_mutant() -> None:
    table = (ROOT / "tests" / "README.md").read_text(encoding="utf-8")
    assert not [one.name for one in ALL if f"`{one.name}`" not in table]
