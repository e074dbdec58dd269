"""Builds ``.venv`` from the lock files, with nothing but the standard library.

Run by ``make setup``, with the interpreter that the environment shall have. Every package, also
those that build others, comes by hash. Nothing needs root: where Debian's ``python3-venv`` is
missing, the other ways to an environment with pip are tried in turn.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".venv"
PYTHON = FOLDER / "bin" / "python"
PIP = ("-m", "pip", "--disable-pip-version-check", "--quiet")
OLDEST, NEWEST = (3, 11), (3, 13)


def main() -> int:
    """Build what is missing, install what is locked; 2 with advice where that cannot be done."""
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        return advise("Python 3.11, 3.12 or 3.13 is needed; this one is " + sys.version.split()[0])
    if not usable() and not create():
        return advise(
            "no environment with pip can be made here. Install Python's venv module (Debian, "
            "Ubuntu: apt-get install python3-venv), or pip, virtualenv or uv, then run again"
        )
    steps = (
        ("build tools", ("--require-hashes", "-r", "requirements-build.lock")),
        # What is no wheel is built with the tools above, not with whatever is newest today.
        ("packages", ("--no-build-isolation", "--require-hashes", "-r", "requirements-dev.lock")),
        ("tandem", ("--no-build-isolation", "--no-deps", "-e", ".")),
    )
    for name, arguments in steps:
        say(f"installing {name} ...")
        if not runs(PYTHON, *PIP, "install", *arguments):
            return advise(f"pip could not install the {name}; the reason stands above")
    say("ready: .venv/bin/tandem --help")
    return 0


def usable() -> bool:
    """Whether the environment that is there can be kept: of this place, of our age, with pip."""
    moved = any(FOLDER.glob(".ready-*"))  # A stamp that make did not accept as this folder's.
    check = f"import sys; sys.exit(not {OLDEST} <= sys.version_info[:2] <= {NEWEST})"
    return not moved and PYTHON.exists() and quietly(PYTHON, "-c", check) and with_pip()


def with_pip() -> bool:
    """Whether the environment has pip, after giving it one if need be."""
    return (
        quietly(PYTHON, *PIP, "--version")
        or quietly(PYTHON, "-m", "ensurepip")
        or quietly(sys.executable, "-m", "pip", "--python", PYTHON, "install", "pip")
    )


def create() -> bool:
    """A new environment, by the first way that works."""
    say(f"making .venv with Python {sys.version.split()[0]} ...")
    ways: tuple[Callable[[], bool], ...] = (
        lambda: quietly(sys.executable, "-m", "venv", "--clear", FOLDER),
        lambda: quietly(sys.executable, "-m", "virtualenv", "--clear", FOLDER),
        lambda: quietly("uv", "venv", "--seed", "--clear", "--python", sys.executable, FOLDER),
        lambda: quietly(sys.executable, "-m", "venv", "--clear", "--without-pip", FOLDER),
    )
    return any(way() and with_pip() for way in ways)


def quietly(*command: str | Path) -> bool:
    """Whether a command succeeds; what it says does not matter."""
    try:
        return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0  # noqa: S603
    except OSError:
        return False


def runs(*command: str | Path) -> bool:
    """Whether a command succeeds; what it says is shown."""
    return subprocess.run(command, cwd=ROOT, check=False).returncode == 0  # noqa: S603


def say(text: str) -> None:
    """One line for the person who waits."""
    sys.stdout.write(f"setup: {text}\n")
    sys.stdout.flush()


def advise(text: str) -> int:
    """One line of advice and the exit code that goes with it."""
    sys.stderr.write(f"setup: {text}.\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
