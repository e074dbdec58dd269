"""What every task class does around a write: openers, priorities, reassignments."""

from __future__ import annotations

from connector.sandbox.servicenow.knobs import Caller
from connector.sandbox.servicenow.schema import Row
from connector.sandbox.servicenow.world import World

_PRIORITY = {
    ("1", "1"): "1",
    ("1", "2"): "2",
    ("2", "1"): "2",
    ("1", "3"): "3",
    ("2", "2"): "3",
    ("3", "1"): "3",
    ("2", "3"): "4",
    ("3", "2"): "4",
    ("3", "3"): "5",
}


def priority(impact: str, urgency: str) -> str:
    """The stock data lookup; a pair it does not know gives the lowest."""
    return _PRIORITY.get((impact, urgency), "5")


class TaskRules:
    """The parent class' rules; classes extend them."""

    def writable(self, _world: World, _old: Row, _name: str, _by: Caller, /) -> bool:
        """Every column, unless a class says otherwise."""
        return True

    def before(self, world: World, old: Row | None, new: Row, by: Caller, /) -> None:
        """Complete the row."""
        if old is None:
            new.setdefault("opened_at", world.now())
            new.setdefault("opened_by", by.sys_id)
        group = (old or {}).get("assignment_group")
        if group and new.get("assignment_group") != group:
            new["reassignment_count"] = str(int(new.get("reassignment_count") or 0) + 1)

    def after(self, _world: World, _old: Row | None, _new: Row, _by: Caller, /) -> None:
        """Nothing follows."""


def mirror(old: Row | None, new: Row, second: str) -> None:
    """Keep ``state`` and its older twin column equal, whichever was written."""
    before = old or {"state": "", second: ""}
    if old is not None and new.get("state") == before.get("state"):
        new["state"] = new.get(second) or new["state"]
    new[second] = new["state"]


def entered(old: Row | None, new: Row, *states: str) -> bool:
    """Whether this write brings the row into one of these states."""
    return new.get("state") in states and (old is None or old.get("state") != new.get("state"))
