"""Right before a deletion everything is asked again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connector.sandbox.jira.surgery import hide
from connector.sandbox.servicenow import graves
from connector.sandbox.servicenow.knobs import SYSTEM
from sync.apply.deletes import delete
from sync.core.plan import Delete
from sync.engine.absent import certain
from sync.runtime import Runtime
from tests.support.bench import Bench
from tests.support.deaths import policy
from tests.support.people import Company


def mourning(flavour: str) -> tuple[Bench, Company, str, Delete]:
    """An issue whose ticket was deleted, and the approved plan to delete it."""
    bench = Bench(flavour, mappings=policy("delete"))
    bench.servicenow.world.roles["tandem"].add("admin")
    bench.jira.settings.may_delete = True
    company = Company(bench)
    key = company.incident()
    bench.until_quiet()
    link = company.link(key)
    bench.servicenow.world.delete("incident", key, SYSTEM)
    end = link.jira
    found = bench.runtime.read(link.origin.other, end.container, [end.key], fresh=True)
    action = Delete(link.pair, link.origin.other, link, found[end.key].version, "deleted")
    return bench, company, key, action


def carried_out(runtime: Runtime, action: Delete) -> bool:
    """Whether nothing is left to do."""
    return not delete(runtime, [action], "plan", certain)


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
def test_what_is_as_it_was_approved_is_deleted(flavour: str) -> None:
    bench, _, _, action = mourning(flavour)
    assert carried_out(bench.runtime, action)
    assert bench.jira.world.issues == {}
    assert bench.runtime.tally.data()["deleted"] == {"servicenow": 0, "jira": 1}


def came_back(bench: Bench, company: Company, key: str) -> None:
    graves.undelete(bench.servicenow.world, key, SYSTEM)


def no_proof(bench: Bench, company: Company, key: str) -> None:
    bench.servicenow.world.roles["tandem"].discard("admin")


def worked_on(bench: Bench, company: Company, key: str) -> None:
    [issue] = bench.jira.world.issues
    company.team().edit(issue, summary="We need it")


def moved_away(bench: Bench, company: Company, key: str) -> None:
    [issue] = bench.jira.world.issues
    company.team().move_project(issue, "TEAM")


def hidden(bench: Bench, company: Company, key: str) -> None:
    [issue] = bench.jira.world.issues.values()
    hide(bench.jira.world, issue)


CHANGES = (came_back, no_proof, worked_on, moved_away, hidden)


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
@pytest.mark.parametrize("change", CHANGES, ids=lambda one: one.__name__)
def test_whatever_changed_since_stops_it(flavour: str, change: Callable[..., Any]) -> None:
    bench, company, key, action = mourning(flavour)
    change(bench, company, key)
    assert not carried_out(bench.runtime, action)
    assert len(bench.jira.world.issues) == 1
    [row] = [
        row
        for row in bench.store.inbox.rows(9, bench.clock.now())
        if row.key == action.link.jira.key
    ]
    assert "later" in row.reason
