"""One mutant: a patch with a head that says which promise it breaks and where that must be seen.

The head stands before the first hunk, one ``Name: value`` a line::

    Mutant: a create is sent again at once, without the settle time
    Invariant: I-04
    Tests: tests/scenario/disasters/test_lost_answers.py
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATCHES = Path(__file__).parent / "patches"
COPIED = ("connector", "mappings", "sync", "tests", "deploy", "pyproject.toml", "README.md",
          "Makefile", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE")  # fmt: skip
_HEAD = re.compile(r"^(Mutant|Invariant|Tests): (.+)$", re.MULTILINE)
_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)


@dataclass(frozen=True)
class Mutant:
    """A patch file, read."""

    path: Path
    text: str
    invariants: tuple[str, ...]
    tests: tuple[str, ...]

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.path.stem


@dataclass(frozen=True)
class Fate:
    """What became of a mutant; ``killer`` is the first test that saw it, empty when none did."""

    mutant: Mutant
    killer: str
    told: str = ""


def read(path: Path) -> Mutant:
    """A mutant from its file."""
    head = dict(_HEAD.findall(path.read_text(encoding="utf-8")))
    return Mutant(
        path, head["Mutant"], tuple(head["Invariant"].split()), tuple(head["Tests"].split())
    )


def mutants() -> list[Mutant]:
    """All of them, by name."""
    return [read(path) for path in sorted(PATCHES.glob("*.patch"))]


def hunks(text: str) -> list[tuple[str, str, str]]:
    """File, lines before and lines after, for each hunk of a unified diff."""
    found: list[tuple[str, list[str], list[str]]] = []
    file = ""
    for line in text.splitlines():
        if line.startswith("+++ "):
            file = line[4:].removeprefix("b/")
        elif line.startswith("@@"):
            found.append((file, [], []))
        elif found and not line.startswith("--- "):
            sign, rest = line[:1] or " ", line[1:]
            if sign in " -":
                found[-1][1].append(rest)
            if sign in " +":
                found[-1][2].append(rest)
    return [(name, "\n".join(before), "\n".join(after)) for name, before, after in found]


def applies(mutant: Mutant, folder: Path = ROOT, *, really: bool = False) -> bool:
    """Whether every hunk fits exactly one place in a folder's sources; ``really`` applies it."""
    for name, before, after in hunks(mutant.path.read_text(encoding="utf-8")):
        place = folder / name
        held = place.read_text(encoding="utf-8")
        if held.count(before) != 1:
            return False
        if really:
            place.write_text(held.replace(before, after), encoding="utf-8")
    return True


def put_to_the_test(mutant: Mutant, folder: Path) -> Fate:
    """Copy the sources, break them, run the tests that must notice."""
    home = folder / mutant.name
    for name in COPIED:
        place = ROOT / name
        ignore = shutil.ignore_patterns("__pycache__", ".hypothesis")
        if place.is_dir():
            shutil.copytree(place, home / name, ignore=ignore)
        else:
            shutil.copy(place, home / name)
    if not applies(mutant, home, really=True):
        return Fate(mutant, "", "the patch does not apply any more")
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *mutant.tests],
        cwd=home, env=_environment(home), capture_output=True, text=True, check=False,
    )  # fmt: skip
    shutil.rmtree(home)
    failed = _FAILED.search(ran.stdout)
    if ran.returncode == 1 and failed:
        return Fate(mutant, failed[1])
    return Fate(mutant, "", f"pytest ended with {ran.returncode}: {ran.stdout[-300:]}")


def _environment(home: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(home), "HYPOTHESIS_PROFILE": "deterministic"}
