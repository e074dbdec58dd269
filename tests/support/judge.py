"""The oracle for tests with processes: what both sides of a town truly hold."""

from __future__ import annotations

from pathlib import Path

from sync import wiring
from sync.demo.show import demo_settings
from sync.demo.town import Town
from sync.demo.truth import compare


def differences(town: Town, folder: Path) -> list[str]:
    """All that is not as the mappings promise; nothing is asked of the program or its store."""
    settings = demo_settings(town, folder)
    return compare(town, wiring.load_specs(settings), wiring.options(settings))
