"""Defaults that people rely on, written down twice, so that nobody changes one in passing."""

from __future__ import annotations

import pytest

from sync.core.safety import Limits
from sync.origins import names, variable
from sync.settings import Settings

PROMISED = {
    "TANDEM_SERVICENOW__AUTH": "basic",
    "TANDEM_JIRA__FLAVOR": "auto",
    "TANDEM_JIRA__REMOTE_LINKS": True,
    "TANDEM_STORE__URL": "sqlite:///tandem.db",
    "TANDEM_MAPPINGS__DIR": "",
    "TANDEM_SETTLE__SERVICENOW": 120,
    "TANDEM_SETTLE__JIRA": 300,
    "TANDEM_HTTP__ALLOW_INSECURE": False,
    "TANDEM_WEB__LISTEN": "127.0.0.1:8080",
    "TANDEM_GUARD__FIRST_RUN": "ask",
    "TANDEM_GUARD__CREATES": 50,
    "TANDEM_GUARD__CLOSINGS": 20,
    "TANDEM_GUARD__BLANKS": 10,
    "TANDEM_GUARD__UPDATE_SHARE": 0.30,
    "TANDEM_GUARD__UPDATE_FLOOR": 25,
}
EXISTING = {
    *("TANDEM_SERVICENOW__URL", "TANDEM_SERVICENOW__USER", "TANDEM_SERVICENOW__PASSWORD"),
    *("TANDEM_JIRA__URL", "TANDEM_JIRA__USER", "TANDEM_JIRA__TOKEN", "TANDEM_JIRA__PROJECT"),
    *("TANDEM_POLL__INTERVAL", "TANDEM_SWEEP__CRON", "TANDEM_INSIGHT__INTERVAL"),
    *("TANDEM_HTTP__CONCURRENCY", "TANDEM_HTTP__TIMEOUT"),
}
PATHS = {variable(path): path for path in names(Settings)}


@pytest.mark.parametrize("name", sorted(PROMISED))
def test_a_promised_default_holds(name: str) -> None:
    group, setting = PATHS[name]
    assert getattr(getattr(Settings(), group), setting) == PROMISED[name]


def test_every_promised_name_exists() -> None:
    assert set(PATHS) >= EXISTING


def test_the_engine_limits_and_the_settings_agree() -> None:
    numbers = Settings().guard.model_dump(exclude={"first_run", "approval"})
    assert Limits(**numbers) == Limits()
