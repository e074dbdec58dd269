"""The lock files: complete, by hash, and silent about where anybody downloads from."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements-build.lock", "requirements.lock", "requirements-dev.lock")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def locked(name: str) -> dict[str, str]:
    """Package to its whole entry."""
    text = re.sub(r"(?m)^\s*#.*\n", "", (ROOT / name).read_text(encoding="utf-8"))
    entries = re.split(r"(?m)^(?=\S)", text)
    return {entry.split("==")[0]: entry for entry in entries if "==" in entry}


def wanted(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=~ ]", one)[0].lower() for one in requirements}


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_comes_by_hash(name: str) -> None:
    entries = locked(name)
    assert len(entries) > 3
    assert not [package for package, entry in entries.items() if "--hash=sha256:" not in entry]


@pytest.mark.parametrize("name", LOCKS)
def test_no_address_stands_in_a_lock_file(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"://|--(extra-)?index-url|--find-links|@ file", text)


@pytest.mark.parametrize(
    ("name", "needed"),
    [
        ("requirements-build.lock", PROJECT["dependency-groups"]["build"]),
        ("requirements.lock", PROJECT["project"]["dependencies"]),
        (
            "requirements-dev.lock",
            PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"],
        ),
    ],
)
def test_nothing_that_is_asked_for_is_missing(name: str, needed: list[str]) -> None:
    assert wanted(needed) <= set(locked(name))


def test_tests_run_on_what_is_shipped() -> None:
    shipped, tested = locked("requirements.lock"), locked("requirements-dev.lock")
    first = {name: entry.split()[0] for name, entry in shipped.items()}
    assert {name: tested[name].split()[0] for name in shipped} == first
