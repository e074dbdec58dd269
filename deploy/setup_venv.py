"""Builds ``.venv`` from the lock files, with nothing but the standard library.

Run by ``make setup``, with the interpreter that the environment shall have. Every package, also
those that build others, comes by hash. Nothing needs root: where Debian's ``python3-venv`` is
missing, an environment without pip is made, and pip is fetched as the lock file names it.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".venv"
PYTHON = FOLDER / "bin" / "python"
BUILD_LOCK = "requirements-build.lock"
INDEX = "https://pypi.org/simple"
LISTING = "application/vnd.pypi.simple.v1+json"
PATIENCE = 60
PIP = ("-m", "pip", "--disable-pip-version-check", "--quiet")
OLDEST, NEWEST = (3, 11), (3, 13)


def main() -> int:
    """Build what is missing, install what is locked; 2 with advice where that cannot be done."""
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        return advise("Python 3.11, 3.12 or 3.13 is needed; this one is " + sys.version.split()[0])
    if not usable() and not create():
        return advise(
            "no environment with pip can be made here. Install Python's venv module (Debian, "
            "Ubuntu: apt-get install python3-venv), or check the network, then run again"
        )
    steps = (
        ("build tools", ("--require-hashes", "-r", BUILD_LOCK)),
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
    return quietly(PYTHON, *PIP, "--version") or quietly(PYTHON, "-m", "ensurepip") or fetched_pip()


def fetched_pip() -> bool:
    """Put the locked pip beside the environment's Python; its hash decides what is accepted."""
    lock = (ROOT / BUILD_LOCK).read_text(encoding="utf-8")
    entry = re.search(r"^pip==[^\n]*\n(?:    --hash=\S+[^\n]*\n)+", lock, re.MULTILINE)
    known = set(re.findall(r"sha256:([0-9a-f]{64})", entry[0])) if entry else set()
    folders = list((FOLDER / "lib").glob("python3*/site-packages"))
    try:
        listing = json.loads(fetch(os.environ.get("PIP_INDEX_URL", INDEX).rstrip("/") + "/pip/"))
        for file in listing["files"]:
            if file["filename"].endswith(".whl") and file["hashes"].get("sha256") in known:
                wheel = fetch(file["url"])
                if folders and hashlib.sha256(wheel).hexdigest() in known:
                    zipfile.ZipFile(io.BytesIO(wheel)).extractall(folders[0])
                    return quietly(PYTHON, *PIP, "--version")
    except (OSError, ValueError, KeyError) as error:
        say(f"pip could not be fetched: {getattr(error, 'reason', error)}")
    return False


def fetch(url: str) -> bytes:
    """What stands at an https address."""
    if not url.startswith("https://"):
        raise ValueError(f"not an https address: {url}")
    request = urllib.request.Request(url, headers={"Accept": f"{LISTING}, */*;q=0.1"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310 - checked above
        body: bytes = answer.read()
        return body


def create() -> bool:
    """A new environment, by the first way that works."""
    say(f"making .venv with Python {sys.version.split()[0]} ...")
    ways: tuple[Callable[[], bool], ...] = (
        lambda: quietly(sys.executable, "-m", "venv", "--clear", FOLDER),
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
