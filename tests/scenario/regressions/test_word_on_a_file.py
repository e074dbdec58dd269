"""An old store is put back: the word on a file that was left out stands on the twin already."""

from __future__ import annotations

import pytest

from tests.support.bench import Bench
from tests.support.memory import MemoryStore
from tests.support.people import Company


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
@pytest.mark.parametrize("side", ["servicenow", "jira"])
def test_it_is_not_said_again(flavour: str, side: str) -> None:
    bench = Bench(flavour)
    company = Company(bench)
    key = company.incident()
    bench.until_quiet()
    assert isinstance(bench.store, MemoryStore)
    copy = bench.store.copy()
    bench.clock.advance(4000)
    if side == "servicenow":
        company.team().attach(company.link(key).jira.key, "setup.exe", b"MZ")
    else:
        company.file(key, "setup.exe", b"MZ")
    bench.until_quiet()

    bench.store.restore(copy)
    bench.sync()
    bench.clock.advance(400)
    bench.until_quiet()
    for title in ("Mail is down", "Mail is slow"):
        company.team().edit(company.link(key).jira.key, summary=title)
        if side == "jira":
            company.file(key, f"{title}.txt", b"more")
        bench.until_quiet()

    if side == "servicenow":
        said = [note["value"] for note in bench.servicenow.world.true_notes(key)]
    else:
        said = [comment.body for comment in company.issue(key).comments]
    assert ["setup.exe" in text for text in said] == [True]
