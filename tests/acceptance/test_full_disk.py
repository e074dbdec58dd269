"""A disk that is full at ever later writes of a first load: told in one line, nothing twice."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from sync.demo.town import Town
from tests.support.judge import differences
from tests.support.program import SETTLED_SOON, Program, Ran, Running

LIMITED = """
import resource, sys
limit = int(sys.argv.pop(1))
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
from sync.cli import main
main()
"""
"""The program with files that grow up to a limit and no further; a write beyond it fails."""

SMALLEST, STEP = 380_000, 180_000
"""Bytes: SQLite's log of a whole load comes to some 700,000, and begins anew in each process."""


def load_within(limit: int, program: Program) -> Ran:
    """A load whose files may grow up to so many bytes."""
    command = [sys.executable, "-c", LIMITED, str(limit), "sync", "--yes"]
    return Running.of(command, program.folder, program.environment({})).ended(60)


def writes(town: Town) -> tuple[int, int]:
    """How many writes of the program took effect, by side."""
    ours = sum(line["by"] == "tandem" for line in town.servicenow.world.write_log)
    world = town.jira.world
    return ours, sum(line["by"] == world.site.me for line in world.write_log)


@pytest.mark.timeout(400)  # patient on a busy machine
def test_a_disk_that_is_full_at_ever_later_writes(tmp_path: Path) -> None:
    """Each run ends with 2, a place and a remedy; the first one with room finishes the work."""
    with Town(incidents=2, index_lag=0.3) as town:
        program = Program(tmp_path, town, **SETTLED_SOON)
        assert program.run_here("db", "upgrade").code == 0
        struck = []
        for limit in range(SMALLEST, 2_000_000, STEP):
            ran = load_within(limit, program)
            if ran.code == 0:
                break
            assert ran.code == 2, ran.said
            assert len(ran.advice) == 1, ran.said
            assert ran.advice[0].startswith("store tandem.db: disk I/O error. "), ran.said
            struck.append(writes(town))
        assert len(struck) >= 5
        assert struck == sorted(struck)
        assert len(set(struck)) >= 4, "always the same write"

        last = program.run("sync", "--yes", "--wait", "--json")
        assert last.code == 0, last.said
        assert differences(town, tmp_path) == []
        sound = program.run_here("db", "check")
        assert (sound.code, sound.out) == (0, "the store is sound\n"), sound.said
        links = program.run_here("links", "--json").data
        assert len(links) == len({link["issue"] for link in links}) >= 10
