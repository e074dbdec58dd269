"""The team's workaround is at the desk, and the program dies before it asked for an article."""

from __future__ import annotations

import pytest

from mappings.defaults import shipped
from sync.store import Store
from tests.support.bench import Bench
from tests.support.memory.store import MemoryStore
from tests.support.people import Company

WAY = (
    "  way: {servicenow: workaround, jira: environment, as: line}\n  # Current ServiceNow releases"
)
TEXTS = {
    name: text.replace("  # Current ServiceNow releases", WAY) for name, text in shipped().items()
}


class Killed(BaseException):
    """The process ends here."""


class Mortal(Bench):
    """A bench whose program dies at one of the commits after the desk got its workaround."""

    left: int | None = None

    def _opened(self) -> Store:
        return MemoryStore(clock=self.clock.now, committing=self.commits)

    def commits(self) -> None:
        if self.left is None or not any(
            row.get("workaround") for row in self.servicenow.world.rows("problem")
        ):
            return
        self.left -= 1
        if self.left == 0:
            self.left = None
            raise Killed


@pytest.mark.parametrize("commit", range(1, 7))
def test_the_article_is_asked_for_all_the_same(commit: int) -> None:
    bench = Mortal(mappings=TEXTS)
    company = Company(bench)
    key = company.problem()
    bench.until_quiet()
    bench.clock.advance(60)
    company.team().edit(company.link(key).jira.key, environment="Delete old mail.")
    bench.clock.advance(60)
    bench.left = commit
    with pytest.raises(Killed):
        bench.until_quiet()
    bench.until_quiet()

    assert company.row(key)["workaround"] == "Delete old mail."
    articles = list(bench.servicenow.world.rows("kb_knowledge"))
    assert [row["source"] for row in articles] == [key]
