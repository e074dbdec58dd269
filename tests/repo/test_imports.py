"""The floors: who may stand on whom, as contracts that a linter keeps."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_five_contracts_are_kept() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Contracts: 5 kept, 0 broken." in done.stdout


def test_each_vendor_library_has_exactly_one_door() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    exempt = [
        line
        for contract in settings["tool"]["importlinter"]["contracts"]
        if contract["name"] == "each vendor library has one door"
        for line in contract.get("ignore_imports", ())
    ]
    assert [line.rpartition(" ")[2] for line in exempt] == ["pysnow", "jira"]
