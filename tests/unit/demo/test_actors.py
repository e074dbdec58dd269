"""People do what people do: under their own names, never refused, the same for the same seed."""

from __future__ import annotations

import random

from connector.sandbox.jira import Hands
from mappings.sides import Side
from sync.demo.actors import Office
from sync.demo.desk import Desk
from sync.demo.screens import Screens
from sync.demo.sight import Register, Sight
from sync.demo.team import Team
from sync.demo.town import Town
from sync.demo.truth import compare
from tests.unit.demo.conftest import Linked, linked_town

ACTS = (
    *("opens_incident", "rewords", "describes", "rates", "assigns", "moves", "notes", "asks"),
    *("attaches", "investigates", "opens_problem", "approves", "advances"),
    *("walks", "comments", "renames", "ranks", "labels", "asks_for_incident", "reports"),
    "asks_for_change",
)


def everybody(linked: Linked) -> tuple[Desk, Team]:
    """People who need no rest between two things."""
    sight = Sight(linked.town, random.Random(5), rest=0.0)
    screens = Screens(linked.town)
    return Desk(sight, screens), Team(sight, screens)


def writers(linked: Linked) -> set[str]:
    """Who wrote what is in the logs, from now on."""
    rows = [row["by"] for row in linked.town.servicenow.world.write_log]
    names = linked.town.jira.world.users
    return {*rows, *(names[row["by"]].login for row in linked.town.jira.world.write_log)}


def test_each_act_changes_its_side_and_arrives_on_the_other(linked: Linked) -> None:
    worlds = {Side.SERVICENOW: linked.town.servicenow.world, Side.JIRA: linked.town.jira.world}
    desk, team = everybody(linked)
    for name in ACTS:
        before = {side: len(world.write_log) for side, world in worlds.items()}

        done = (getattr(desk, name, None) or getattr(team, name))()

        assert done is not None, name
        grown = {side for side, world in worlds.items() if len(world.write_log) > before[side]}
        assert grown == {done.side}, name
        linked.sync()
        linked.sync()
        found = compare(linked.town, linked.runtime.specs, linked.runtime.options)
        assert (found, linked.runtime.store.ledger.parked()) == ([], ()), done


def test_a_story_moved_below_another_epic_takes_its_incident_along(linked: Linked) -> None:
    desk, team = everybody(linked)
    assert desk.opens_problem() is not None
    linked.sync()

    moved = team.moves()

    assert moved is not None
    linked.sync()
    row = linked.town.servicenow.world.true_row(moved.key) or {}
    problem = linked.town.servicenow.world.true_row(row["problem_id"]) or {}
    assert moved.what.endswith(f"below {problem['correlation_display']}")


def test_a_ticket_that_was_never_described_is_described(linked: Linked) -> None:
    """One that was made for an issue without a text."""
    desk, _ = everybody(linked)
    world = linked.town.servicenow.world
    for table in ("incident", "problem"):
        for row in list(world.rows(table)):
            world.store(table, {k: v for k, v in row.items() if k != "description"})
    for act in (desk.describes, desk.investigates):
        done = act()
        assert done is not None
        assert (world.true_row(done.key) or {})["description"]


def test_a_label_taken_back_is_gone(linked: Linked) -> None:
    _, team = everybody(linked)
    given = team.labels()
    taken = team.unlabels()
    assert given is not None
    assert taken is not None
    assert given.label == taken.label
    labels = linked.town.jira.world.issues[_issue(linked.town, given.label)].fields["labels"]
    assert not any(given.what.endswith(label) for label in labels)


def test_two_people_disagree_and_policy_decides(linked: Linked) -> None:
    office = Office(linked.town, seed=3)
    here, there = office.clash()
    linked.sync()
    office.close()

    (conflict,) = linked.runtime.store.ledger.conflicts(all=True)
    assert (conflict.number, conflict.key) == (here.label, there.label)
    assert (conflict.servicenow.author, conflict.jira.author) == (here.who, there.who)
    assert not conflict.open
    assert compare(linked.town, linked.runtime.specs, linked.runtime.options) == []


def test_nobody_touches_what_somebody_just_worked_on(linked: Linked) -> None:
    now = [0.0]
    office = Office(linked.town, seed=2, rest=10.0, clock=lambda: now[0])
    first = [act.key for act in (office.act() for _ in range(15)) if act is not None]
    now[0] = 11.0
    second = [act.key for act in (office.act() for _ in range(40)) if act is not None]
    office.close()

    assert len(first) == len(set(first)) >= 10
    assert set(first) & set(second)


def test_the_same_seed_gives_the_same_day_under_own_names() -> None:
    def day(seed: int) -> tuple[list[str], set[str]]:
        with linked_town("cloud", incidents=24) as linked:
            linked.town.servicenow.world.write_log.clear()
            linked.town.jira.world._log.clear()
            office = Office(linked.town, seed, rest=1e9, clock=lambda: 0.0)
            acts = [office.act() for _ in range(20)]
            office.close()
            told = [str(act) for act in acts if act is not None]
            assert not any(act.refused for act in acts if act is not None)
            return told, writers(linked)

    told, by = day(4)

    assert (told, by) == day(4)
    assert told != day(5)[0]
    assert "tandem" not in by
    assert len(by) > 5


def test_the_register_knows_both_names_of_a_record(linked: Linked) -> None:
    register = Register(linked.town)
    row = next(
        row
        for row in linked.town.servicenow.world.truth()["records"]["problem"]
        if row.get("correlation_display")
    )
    key = row["correlation_display"]

    assert register.number(key) == row["number"]
    assert register.statuses(row["number"])[0] == key
    assert register.number("OPS-1") == "OPS-1"
    assert register.statuses("OPS-1")[0] == "OPS-1"
    assert register.statuses("OPS-1")[2] == _status(linked.town, "OPS-1")


def _issue(town: Town, key: str) -> str:
    issue = town.jira.world.issue(key)
    assert issue is not None
    return issue.id


def _status(town: Town, key: str) -> str:
    return str(Hands(town.jira.world, "mei.chen").see(key, "status"))
