"""Secrets stay where they belong: not in answers, logs, the store, or the list of processes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from connector.sandbox.faults import Fault
from mappings.sides import Side
from sync.demo.town import Town
from tests.support.program import Program

pytestmark = pytest.mark.timeout(400)  # patient on a busy machine
PASSWORD, TOKEN = "canary-Pa55-word", "canary-t0-ken"


def test_a_canary_is_seen_nowhere(tmp_path: Path) -> None:
    """Everything is told at the debug level, things go wrong, and the secrets are in none of it."""
    with Town(incidents=2) as town:
        town.servicenow.auth.passwords["tandem"] = PASSWORD
        town.jira.access.token = TOKEN
        secrets = tmp_path / "secrets"
        secrets.mkdir()
        (secrets / "tandem_jira__token").write_text(TOKEN)
        program = Program(tmp_path, town, TANDEM_LOG__LEVEL="debug")
        program.settings |= {
            "TANDEM_SERVICENOW__PASSWORD": PASSWORD, "TANDEM_SECRETS_DIR": str(secrets),
        }  # fmt: skip
        del program.settings["TANDEM_JIRA__TOKEN"]

        town.faults[Side.JIRA].add(Fault("slow", seconds=1))
        working = program.start_from_nothing("sync", "--yes")
        listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
        assert "sync.cli" in listed.stdout
        told = [listed.stdout]
        ran = working.ended()
        assert ran.code == 0, ran.said
        assert '"level": "debug"' in ran.err
        told.append(ran.said)

        town.jira.access.token = "another one"
        refused = program.run_here("doctor")
        assert refused.code == 4, refused.said
        mistyped = program.run_here("plan", TANDEM_JIRA__TOKENS=TOKEN)
        assert mistyped.code == 2
        closed = f"postgresql://me:{PASSWORD}@127.0.0.1:1/db"
        shut = program.run("plan", TANDEM_STORE__URL=closed)
        assert shut.code == 2
        told += [refused.said, mistyped.said, shut.said]
        kept = b"".join(path.read_bytes() for path in tmp_path.glob("tandem.db*"))
        assert len(kept) > 10_000
        assert b"canary" not in kept
    assert "canary" not in "".join(told)
