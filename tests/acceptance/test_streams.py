"""What goes where: answers to stdout, the log to stderr in the wanted form; a sandbox that stops.

One sandbox process serves all of them, as in ``tandem sandbox`` and a second terminal.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = [sys.executable, "-c", "from sync.cli import main; main()"]
SANDBOX = ("sandbox", "--servicenow-port", "0", "--jira-port", "0", "--incidents", "12")
PLAIN = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "160"}


@contextmanager
def sandbox(*more: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A running sandbox and the first thing that it says, up to its last line."""
    with subprocess.Popen(
        [*PROGRAM, *SANDBOX, *more], env=PLAIN, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as running:  # fmt: skip
        assert running.stdout is not None
        said = ""
        for line in running.stdout:
            said += line
            if line.startswith(("}", "# ")):
                break
        try:
            yield running, said
        finally:
            running.kill()


@pytest.fixture(scope="module")
def company() -> Iterator[dict[str, str]]:
    with sandbox("--json") as (_, said):
        yield {**PLAIN, **json.loads(said), "TANDEM_POLL__INTERVAL": "1"}


def tandem(
    folder: Path, environment: dict[str, str], *arguments: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *arguments], cwd=folder, env=environment, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip


def test_answers_are_data_and_the_log_is_beside_them(
    tmp_path: Path, company: dict[str, str]
) -> None:
    ran = tandem(tmp_path, company, "sync", "--yes", "--json")

    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["created"]["jira"] > 10
    lines = [json.loads(line) for line in ran.stderr.splitlines()]
    assert {"pair.load", "wrote"} <= {line["action"] for line in lines}


def test_the_log_is_as_quiet_as_the_settings_want_it(
    tmp_path: Path, company: dict[str, str]
) -> None:
    ran = tandem(tmp_path, {**company, "TANDEM_LOG__LEVEL": "error"}, "plan")

    assert ran.returncode == 0
    assert "Plan " in ran.stdout
    assert ran.stderr == ""


def test_a_daemon_logs_json_and_ends_when_it_is_told(
    tmp_path: Path, company: dict[str, str]
) -> None:
    with subprocess.Popen(
        [*PROGRAM, "run"], cwd=tmp_path, env={**company, "TANDEM_WEB__LISTEN": "off"},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as daemon:  # fmt: skip
        assert daemon.stderr is not None
        actions: list[str] = []
        for line in daemon.stderr:
            actions.append(json.loads(line)["action"])
            if actions[-1] == "plan.held":
                break
        daemon.send_signal(signal.SIGTERM)
        out, rest = daemon.communicate(timeout=30)

    assert daemon.returncode == 0
    assert out == ""
    assert actions[0] == "daemon.start"
    assert json.loads(rest.splitlines()[-1])["action"] == "daemon.stop"


@pytest.mark.parametrize(
    "words",
    [["sync"], ["plan"], ["sweep"], ["run"], ["doctor"], ["mappings", "check", "--live"]],
    ids=" ".join,
)
def test_whoever_needs_both_systems_says_all_that_is_not_set(
    tmp_path: Path, words: list[str]
) -> None:
    """Before anything is made or asked: not even a store appears."""
    ran = tandem(tmp_path, PLAIN, *words)

    assert ran.returncode == 2
    for name in ("SERVICENOW__URL", "SERVICENOW__PASSWORD", "JIRA__URL", "JIRA__TOKEN"):
        assert f"TANDEM_{name}: not set." in ran.stdout + ran.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("wish", [signal.SIGTERM, signal.SIGINT])
def test_the_sandbox_says_how_to_use_it_and_stops_when_it_is_told(wish: signal.Signals) -> None:
    with sandbox() as (running, said):
        running.send_signal(wish)
        out, err = running.communicate(timeout=10)

    assert "export TANDEM_JIRA__URL=http://127.0.0.1:" in said
    assert (running.returncode, out, err) == (0, "", "")
