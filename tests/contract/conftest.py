"""Every story of the contract is played by every implementation of ``Adapter``.

``mount`` is each of them in turn; ``both`` is a direct adapter and the real one of the same system,
who must tell the same story.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.mounts import FACTORIES, Mount, named


def played(request: pytest.FixtureRequest) -> Iterator[Mount]:
    """A mount by its name, closed after use."""
    made = FACTORIES[request.param]()
    yield made
    made.adapter.close()


@pytest.fixture(params=list(FACTORIES))
def mount(request: pytest.FixtureRequest) -> Iterator[Mount]:
    """Any adapter."""
    yield from played(request)


@pytest.fixture(params=list(named("http")))
def real(request: pytest.FixtureRequest) -> Iterator[Mount]:
    """The adapters that speak HTTP."""
    yield from played(request)


@pytest.fixture(params=list(named("servicenow")))
def desk(request: pytest.FixtureRequest) -> Iterator[Mount]:
    """The ServiceNow adapters."""
    yield from played(request)


@pytest.fixture(params=list(named("jira")))
def board(request: pytest.FixtureRequest) -> Iterator[Mount]:
    """The Jira adapters of both flavours."""
    yield from played(request)


def paired(request: pytest.FixtureRequest) -> Iterator[tuple[Mount, Mount]]:
    """The direct and the real adapter of one system, on equal sandboxes."""
    pair = tuple(FACTORIES[f"{request.param}-{way}"]() for way in ("direct", "http"))
    yield pair[0], pair[1]
    for made in pair:
        made.adapter.close()


@pytest.fixture(params=["servicenow", "jira-cloud", "jira-dc"])
def both(request: pytest.FixtureRequest) -> Iterator[tuple[Mount, Mount]]:
    """Both adapters of any system."""
    yield from paired(request)


@pytest.fixture(params=["servicenow"])
def desk_pair(request: pytest.FixtureRequest) -> Iterator[tuple[Mount, Mount]]:
    """Both adapters of ServiceNow."""
    yield from paired(request)


@pytest.fixture(params=["jira-cloud", "jira-dc"])
def board_pair(request: pytest.FixtureRequest) -> Iterator[tuple[Mount, Mount]]:
    """Both adapters of either Jira."""
    yield from paired(request)
