"""Two files of one name and size: a copy of the one is never taken for a copy of the other."""

from __future__ import annotations

import pytest

from connector.sandbox.faults import Fault
from connector.sandbox.servicenow import attachments
from connector.sandbox.servicenow.knobs import Door
from mappings.sides import Side
from sync.core.model import LinkState
from sync.engine.sweep import sweep
from tests.support.bench import Bench
from tests.support.memory import MemoryStore
from tests.support.people import Company

FIRST, SECOND = ("shot.png", b"first one"), ("shot.png", b"other one")


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("kinds", [("drop_before", "drop_after"), ("drop_after", "drop_before")])
def test_both_arrive_whole_and_once(flavour: str, side: Side, kinds: tuple[str, str]) -> None:
    """One of the two uploads without an answer happened."""
    bench = Bench(flavour)
    company = Company(bench)
    key = company.incident()
    bench.until_quiet()
    bench.clock.advance(60)
    for file in (FIRST, SECOND):
        _attach(company, key, side, file)
        bench.clock.advance(1)
    weather = bench.jira_faults if side is Side.SERVICENOW else bench.now_faults
    for kind in kinds:
        weather.add(Fault(kind, "POST", "/attachment", times=1))
    bench.until_quiet()

    assert not weather.active()
    assert sorted(_there(company, key, side)) == [FIRST, SECOND]


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
@pytest.mark.parametrize("side", list(Side))
def test_one_of_an_old_store_stood_for_a_deleted_one(flavour: str, side: Side) -> None:
    bench = Bench(flavour)
    company = Company(bench)
    key = company.incident()
    bench.until_quiet()
    bench.clock.advance(60)
    assert isinstance(bench.store, MemoryStore)
    copy = bench.store.copy()
    first = _attach(company, key, side, FIRST)
    bench.until_quiet()
    _detach(company, side, first)
    _attach(company, key, side, SECOND)
    bench.store.restore(copy)
    bench.clock.advance(400)
    bench.until_quiet()

    assert sorted(_there(company, key, side)) == [FIRST, SECOND]


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
def test_the_original_went_while_its_issue_was_hidden(flavour: str) -> None:
    bench = Bench(flavour)
    company = Company(bench)
    key = company.incident()
    bench.until_quiet()
    bench.clock.advance(60)
    first = _attach(company, key, Side.JIRA, FIRST)
    bench.until_quiet()
    issue = company.link(key).jira.key
    bench.jira.world.hidden.add(issue)
    company.desk(key, short_description="Mail is down")
    bench.clock.advance(400)
    bench.until_quiet()
    assert company.link(key).state is LinkState.MISSING
    _detach(company, Side.JIRA, first)
    _attach(company, key, Side.JIRA, SECOND)
    bench.jira.world.hidden.discard(issue)
    sweep(bench.runtime)
    bench.clock.advance(400)
    bench.until_quiet()

    assert sorted(_there(company, key, Side.JIRA)) == [FIRST, SECOND]


def _attach(company: Company, key: str, side: Side, file: tuple[str, bytes]) -> str:
    """Somebody attaches a file on a side; its id."""
    if side is Side.SERVICENOW:
        return company.file(key, *file)
    return company.team().attach(company.link(key).jira.key, *file)


def _detach(company: Company, side: Side, number: str) -> None:
    if side is Side.JIRA:
        company.team().detach(number)
        return
    world = company.bench.servicenow.world
    attachments.detach(world, world.caller("ben.okafor", Door.SCREEN), number)


def _there(company: Company, key: str, side: Side) -> list[tuple[str, bytes]]:
    """The files on the other side than this one."""
    return company.twin_files(key) if side is Side.SERVICENOW else company.files(key)
