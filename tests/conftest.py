"""What holds for every test: none of our settings from outside, no network, a Hypothesis profile.

The network stays off through an audit hook, so that no library can go round it: loopback and Unix
sockets work, any other address fails at once, as it would on a machine without a network.
"""

from __future__ import annotations

import gc
import ipaddress
import os
import socket
import sys
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

SLOW_IS_FINE = [HealthCheck.too_slow, HealthCheck.data_too_large]
# Two cores shared with other workers make single examples slow by chance: no deadlines.
settings.register_profile("dev", max_examples=50, deadline=None, suppress_health_check=SLOW_IS_FINE)
settings.register_profile(
    "ci", max_examples=100, deadline=None, print_blob=True, suppress_health_check=SLOW_IS_FINE
)
settings.register_profile(
    "deterministic",
    max_examples=50,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=SLOW_IS_FINE,
)
PROFILE = os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev")
settings.load_profile(PROFILE)


def pytest_report_header() -> str:
    """Say how hard Hypothesis looks."""
    return f"hypothesis profile: {PROFILE} (HYPOTHESIS_PROFILE=dev, ci or deterministic)"


def pytest_collection_finish() -> None:
    """Libraries and collected tests stay to the end: no garbage collection need walk them. What
    comes after is looked through seldom: the fakes make many objects, and few circles of them."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


LONG = ("/simulation/", "/acceptance/")
"""Folders whose tests take long, each for itself."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let every worker begin with its share of the long tests, so that none ends with one."""
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    long = [one for one in items if any(part in str(one.path) for part in LONG)]
    short = [one for one in items if one not in set(long)]
    ends = [len(short) * number // workers for number in range(workers + 1)]
    items[:] = [
        one
        for number in range(workers)
        for one in (*long[number::workers], *short[ends[number] : ends[number + 1]])
    ]


def _is_here(host: Any) -> bool:
    text = host.decode() if isinstance(host, bytes) else str(host or "localhost")
    if text == "localhost":
        return True
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _stay_here(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.getaddrinfo" and not _is_here(arguments[0]):
        raise socket.gaierror(socket.EAI_NONAME, f"tests stay on this machine: {arguments[0]}")
    if event == "socket.connect":
        address = arguments[1]
        if isinstance(address, tuple) and not _is_here(address[0]):
            raise ConnectionRefusedError(f"tests stay on this machine: {address[0]}")


def _settings() -> list[str]:
    """Settings of the program in the environment; those of the tests themselves stay."""
    names = [name for name in os.environ if name.upper().startswith("TANDEM_")]
    return [name for name in names if not name.startswith("TANDEM_TEST_")]


sys.addaudithook(_stay_here)
for _name in _settings():
    del os.environ[_name]


@pytest.fixture(autouse=True)
def _no_settings_leak(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that writes ``os.environ`` itself does not decide what the next one sees."""
    for name in _settings():
        monkeypatch.delenv(name)
