"""Somebody edits another field of the record that we are about to write."""

from __future__ import annotations

from typing import Any

from connector.sandbox.servicenow.direct import DirectServiceNow
from mappings.sides import Side
from sync.engine import Engine, Orders
from tests.support.bench import Bench
from tests.support.people import Company


class Hurried(DirectServiceNow):
    """The desk rewords the ticket right before our first change of a state."""

    company: Company
    key: str = ""

    def move(self, move: Any, fields: Any) -> Any:
        if self.key:
            key, self.key = self.key, ""
            self.company.desk(key, short_description="Mail is down")
        return super().move(move, fields)


def test_the_title_given_beside_our_change_of_state_is_carried() -> None:
    bench = Bench()
    company = Company(bench)
    incident = company.incident("Mail is slow")
    bench.until_quiet()
    company.team().move_to(company.issue(incident).id, "Done")
    bench.clock.advance(60)

    hurried = Hurried(bench.servicenow.world, sleep=bench.clock.advance)
    hurried.company, hurried.key = company, incident
    runtime = bench.connect()
    runtime.adapters = {**runtime.adapters, Side.SERVICENOW: hurried}
    Engine(runtime).run(Orders(yes=True))
    bench.until_quiet()

    assert company.row(incident)["state"] == "6"
    assert company.issue(incident).fields["summary"] == "Mail is down"
