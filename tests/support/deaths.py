"""Stories about deleted records: mappings with a policy, hands that delete and bring back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.sandbox.people import INTEGRATION
from connector.sandbox.servicenow import graves
from connector.sandbox.servicenow.knobs import SYSTEM
from mappings.defaults import shipped
from mappings.sides import Side
from sync.core.model import Link, LinkState
from sync.engine.absent import confirm
from tests.support.cast import Story, Ticket
from tests.support.stage import Stage


def policy(word: str) -> Mapping[str, str]:
    """The shipped mappings with this policy on deletions."""
    found = {}
    for name, text in shipped().items():
        assert "on_delete: detach " in text
        found[name] = text.replace("on_delete: detach ", f"on_delete: {word} ")
    return found


def deletes(stage: Stage, record: Ticket | Story) -> None:
    """Somebody deletes a record for good."""
    if isinstance(record, Ticket):
        stage.servicenow.world.delete(record.table, record.key, SYSTEM)
    else:
        stage.team.hands("mei.chen").delete(record.key)
    stage.clock.advance(1)


def undeletes(stage: Stage, ticket: Ticket) -> None:
    """An administrator brings a ticket back."""
    graves.undelete(stage.servicenow.world, ticket.key, SYSTEM)
    stage.clock.advance(1)


def proves(stage: Stage) -> None:
    """Our account may read who deleted what."""
    stage.servicenow.world.roles[INTEGRATION].add("admin")


def may_delete(stage: Stage) -> None:
    """Our account may delete records on both sides."""
    stage.servicenow.world.roles[INTEGRATION].add("itil_admin")
    stage.jira.settings.may_delete = True


def days(stage: Stage, number: float, times_a_day: int = 3) -> None:
    """Time goes by, with a run every eight hours and the daily audit."""
    for turn in range(int(number * times_a_day)):
        stage.later(24 * 60 / times_a_day)
        if turn % times_a_day == times_a_day - 1:
            stage.tandem.sweeps()
        else:
            stage.tandem.syncs()


def months(stage: Stage, number: int) -> None:
    """A long time goes by with an audit every fourth day."""
    for _turn in range(number * 8):
        stage.later(4 * 24 * 60)
        stage.tandem.sweeps()


def says(stage: Stage, name: str, who: str = "ben.okafor") -> None:
    """``tandem gone``: a person knows that it was deleted."""
    confirm(stage.store, name, who)


def link(stage: Stage, side: Side, key: str) -> Link:
    """The link of a record."""
    return stage.store.links.by_keys(side, [key])[key]


def state(stage: Stage, record: Ticket | Story) -> LinkState:
    """The state of a record's link."""
    side = Side.SERVICENOW if isinstance(record, Ticket) else Side.JIRA
    return link(stage, side, record.key).state


def rests(stage: Stage) -> None:
    """The last curtain where records died: nothing left to do, and what still is two agrees."""
    stage.tandem.settles()
    left = [one for one in stage.tandem.differences() if "has no twin" not in one]
    assert not left, "\n".join(left)


def destroyed(stage: Stage) -> list[Any]:
    """Every deletion of records or files by us, in either system."""
    now = [
        row
        for row in stage.servicenow.world.write_log
        if row["by"] == INTEGRATION and row["op"] in ("delete", "detach")
    ]
    me = stage.jira.world.site.me
    there = [
        row for row in stage.jira.world.write_log
        if row["by"] == me and row["kind"] in ("delete", "detach")
    ]  # fmt: skip
    return [*now, *there]
