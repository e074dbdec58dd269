"""What goes where: answers to stdout, the log to stderr in the wanted form; a sandbox that stops.

One sandbox process serves all of them, as in ``tandem sandbox`` and a second terminal.
"""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.program import Program, sandbox, until

SANDBOX = ("sandbox", "--servicenow-port", "0", "--jira-port", "0", "--incidents", "12")


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The settings that a running sandbox printed."""
    with sandbox(tmp_path_factory.mktemp("company"), "--incidents", "12") as settings:
        yield {**settings, "TANDEM_POLL__INTERVAL": "1"}


def test_answers_are_data_and_the_log_is_beside_them(
    tmp_path: Path, company: dict[str, str]
) -> None:
    ran = Program(tmp_path, **company).run("sync", "--yes", "--json")

    assert ran.code == 0, ran.said
    assert ran.data["created"]["jira"] > 10
    lines = [json.loads(line) for line in ran.err.splitlines()]
    assert {"pair.load", "wrote"} <= {line["action"] for line in lines}


def test_the_log_is_as_quiet_as_the_settings_want_it(
    tmp_path: Path, company: dict[str, str]
) -> None:
    ran = Program(tmp_path, **company).run("plan", TANDEM_LOG__LEVEL="error")

    assert ran.code == 0
    assert "Plan " in ran.out
    assert ran.err == ""


def test_a_daemon_logs_json_and_ends_when_it_is_told(
    tmp_path: Path, company: dict[str, str]
) -> None:
    daemon = Program(tmp_path, **company).start("run", TANDEM_WEB__LISTEN="off")
    try:
        until(lambda: '"action": "plan.held"' in daemon.err)
    finally:
        daemon.process.send_signal(signal.SIGTERM)
        ran = daemon.ended(30)

    assert ran.code == 0, ran.said
    assert ran.out == ""
    actions = [json.loads(line)["action"] for line in ran.err.splitlines()]
    assert (actions[0], actions[-1]) == ("daemon.start", "daemon.stop")


@pytest.mark.parametrize("wish", [signal.SIGTERM, signal.SIGINT])
def test_the_sandbox_says_how_to_use_it_and_stops_when_it_is_told(
    tmp_path: Path, wish: signal.Signals
) -> None:
    running = Program(tmp_path).start(*SANDBOX)
    try:
        until(lambda: running.out.endswith("\n") and "\n# " in running.out)
        said = running.out
    finally:
        running.process.send_signal(wish)
        ran = running.ended(10)

    assert "export TANDEM_JIRA__URL=http://127.0.0.1:" in said
    assert (ran.code, ran.out, ran.err) == (0, said, "")
