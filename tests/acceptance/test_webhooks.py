"""A daemon that polls once an hour hears of changes by webhook, also where it only stands by."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from connector.sandbox.jira.hands import Hands
from connector.sandbox.servicenow.knobs import Door
from mappings.sides import Side
from sync import wiring
from sync.demo.town import Town
from sync.store import Store
from tests.support.program import Program, Running, ask, until
from tests.support.webhooks import (
    BEARER,
    CHECKS_TOKEN,
    JSON,
    PIPELINE,
    SECRET,
    TOKEN,
    of,
    row_of,
    signature,
)

pytestmark = pytest.mark.timeout(400)  # patient on a busy machine
SOON = 10.0
"""Seconds; a second and a pass, on a machine that has other things to do."""


class Node:
    """A daemon and its door."""

    def __init__(self, folder: Path, town: Town, *more: str) -> None:
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{one.getsockname()[1]}"
        secrets = folder / "secrets"
        secrets.mkdir(exist_ok=True)
        (secrets / "tandem_web__jira_secret").write_text(SECRET)
        (secrets / "tandem_web__servicenow_token").write_text(TOKEN)
        (secrets / "tandem_web__checks_token").write_text(CHECKS_TOKEN)
        self.program = program = Program(
            folder, town,
            TANDEM_POLL__INTERVAL="3600", TANDEM_GUARD__FIRST_RUN="allow",
            TANDEM_WEB__LISTEN=self.url.partition("//")[2], TANDEM_SECRETS_DIR=str(secrets),
        )  # fmt: skip
        self.running: Running = program.start("run", *more)

    def probe(self, name: str) -> int:
        """A probe's status; nothing before the door is open."""
        try:
            return ask(f"{self.url}/{name}")[0]
        except OSError:
            return 0

    def jira(self, event: Any, **changed: str) -> int:
        """Jira tells of an issue."""
        body = json.dumps(event).encode()
        return self._post("hooks/jira", body, {"X-Hub-Signature": signature(body), **changed})

    def servicenow(self, table: str, key: str) -> int:
        """The business rule tells of a record."""
        return self._post("hooks/servicenow", json.dumps(row_of(table, key)).encode(), BEARER)

    def check(self, change: str, **more: str) -> int:
        """A pipeline reports a result."""
        told = {"change": change, "name": "Unit tests", "result": "passed", "run": "17", **more}
        return self._post("api/checks", json.dumps(told).encode(), PIPELINE)

    def _post(self, route: str, body: bytes, headers: dict[str, str]) -> int:
        url = f"{self.url}/{route}"
        return httpx.post(url, content=body, headers={**JSON, **headers}, timeout=10).status_code


@contextmanager
def nodes(folder: Path, town: Town, *kinds: tuple[str, ...]) -> Iterator[list[Node]]:
    """Daemons until the block ends; the first one has made its first pass."""
    started: list[Node] = []
    try:
        for kind in kinds:
            started.append(Node(folder, town, *kind))
            until(lambda: started[0].probe("readyz") == 200, within=60)
        yield started
    finally:
        for one in started:
            if one.running.process.poll() is None:
                one.running.killed()


def twins(folder: Path) -> tuple[str, str]:
    """An incident and its issue, by their keys."""
    with Store.open(f"sqlite:///{folder / 'tandem.db'}", clock=wiring.utc_now) as store:
        link = next(iter(store.links.of_pair("incident-story")))
        return link.servicenow.key, link.jira.key


def short(town: Town, incident: str) -> str:
    """What an incident is about, now."""
    row = town.servicenow.world.true_row(incident)
    assert row is not None
    return row["short_description"]


def test_an_edit_and_its_webhook_are_on_the_other_side_within_seconds(tmp_path: Path) -> None:
    with Town(incidents=5) as town, nodes(tmp_path, town, ()) as (one,):
        world, jira = town.servicenow.world, town.jira.world
        incident, issue = twins(tmp_path)
        Hands(jira, "mei.chen").edit(issue, summary="Told by Jira")
        event = of(jira.issues[issue])
        assert one.jira(event, **{"X-Hub-Signature": "sha256=" + "0" * 64}) == 401
        time.sleep(1.0)
        assert short(town, incident) != "Told by Jira", "it came without a webhook"
        assert one.jira(event) == 204
        until(lambda: short(town, incident) == "Told by Jira", within=SOON)
        assert one.jira(event) == 200

        by = world.caller("ben.okafor", Door.SCREEN)
        world.update("incident", incident, {"short_description": "Told by ServiceNow"}, by)
        assert one.servicenow("incident", incident) == 204
        until(lambda: jira.issues[issue].fields["summary"] == "Told by ServiceNow", within=SOON)
        assert one.probe("readyz") == 200
        one.running.process.terminate()
        ran = one.running.ended(20)
    assert ran.code == 0, ran.said
    counted = [json.loads(line) for line in ran.err.splitlines() if "hooks.counted" in line]
    assert len(counted) == 1
    assert SECRET not in ran.said
    assert TOKEN not in ran.said
    assert "Traceback" not in ran.said


def test_one_that_stands_by_takes_webhooks_into_the_inbox_they_share(tmp_path: Path) -> None:
    with Town(incidents=5) as town, nodes(tmp_path, town, (), ("--standby",)) as (working, other):
        incident, issue = twins(tmp_path)
        until(lambda: other.probe("healthz") == 200, within=60)
        Hands(town.jira.world, "mei.chen").edit(issue, summary="Told to the other one")
        assert other.jira(of(town.jira.world.issues[issue])) == 204
        with Store.open(f"sqlite:///{tmp_path / 'tandem.db'}", clock=wiring.utc_now) as store:
            (row,) = store.inbox.rows(10, wiring.utc_now())
            assert (row.side, row.container, row.key) == (Side.JIRA, "OPS", issue)
        working.running.killed()
        until(lambda: short(town, incident) == "Told to the other one", within=2 * SOON)


def test_a_result_of_a_check_stands_on_its_change_after_the_next_run_of_insight(
    tmp_path: Path,
) -> None:
    with Town(incidents=5) as town, nodes(tmp_path, town, ()) as (one,):
        world = town.servicenow.world
        by = world.caller("amira.haddad", Door.SCREEN)
        made = world.insert("change_request", {"short_description": "Move", "type": "normal"}, by)
        until(lambda: one.servicenow("change_request", made["sys_id"]) == 204)
        assert one.check(made["number"]) == 202
        assert one.check(made["number"], link="ftp://ci.example") == 422
        assert one.check(made["number"]) == 202
        until(lambda: made["sys_id"] in linked_changes(tmp_path), within=2 * SOON)
        one.running.process.terminate()
        assert one.running.ended(20).code == 0
        ran = one.program.run("insight", "--json")
        assert ran.code == 0, ran.said
        [judged] = [one for one in ran.data["changes"]["judged"] if one["change"] == made["number"]]
        assert [check["name"] for check in judged["checks"]] == ["Unit tests"]
        notes = [note["value"] for note in world.true_notes(made["sys_id"])]
        assert sum("Check passed: Unit tests" in note for note in notes) == 1
        assert CHECKS_TOKEN not in ran.said


def linked_changes(folder: Path) -> set[str]:
    """Changes that have their stories."""
    with Store.open(f"sqlite:///{folder / 'tandem.db'}", clock=wiring.utc_now) as store:
        return {link.servicenow.key for link in store.links.of_pair("change-story")}
