"""The roll of people, and the people file held against both systems."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from connector.sandbox.servicenow.columns import text
from mappings.defaults import shipped
from mappings.sides import Side
from sync import people
from sync.people import Acquainted
from tests.support.stage import FLAVOURS, Stage

COLUMNS = (("sys_user", text("u_jira_account", 100)),)


def staged(file: str = "", flavour: str = "cloud") -> Stage:
    texts = {**shipped(), "people.yaml": file}
    return Stage(flavour, mappings=texts, columns=COLUMNS)  # type: ignore[arg-type]


def rolled(stage: Stage, *, live: bool = False) -> Sequence[Acquainted]:
    with stage.process() as runtime:
        return people.roll(runtime, live=live)


def of(rows: Sequence[Acquainted], side: Side, name: str) -> Acquainted:
    [found] = [one for one in rows if one.side is side and one.row.name == name]
    return found


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_the_roll_tells_who_by_what_and_in_how_many_records(flavour: str) -> None:
    stage = staged("map:\n  - {servicenow: mei.chen, jira: mei.chen@northwind.example}", flavour)
    stage.team.account("elena.rossi", email_shown=False)
    for login in ("jonas.weber", "jonas.weber", "mei.chen", "elena.rossi"):
        stage.desk.opens(assigned_to=login)
    stage.tandem.syncs()

    rows = rolled(stage)

    told = {one.row.name: (one.by, one.records) for one in rows if one.side is Side.SERVICENOW}
    assert told["Jonas Weber"] == ("e-mail", 2)
    assert told["Mei Chen"] == ("map", 1)
    lost = rows[0]
    assert (lost.row.name, lost.match, lost.why, lost.records) == (
        "Elena Rossi",
        "",
        "unknown",
        1,
    )
    assert lost.reason
    assert lost.remedy
    assert of(rows, Side.JIRA, "Jonas Weber").records == 2


def test_with_live_both_sides_are_asked_anew() -> None:
    stage = staged()
    stage.desk.opens(assigned_to="jonas.weber")
    stage.tandem.syncs()
    stage.team.account("jonas.weber", active=False)

    assert of(rolled(stage), Side.SERVICENOW, "Jonas Weber").by == "e-mail"
    found = of(rolled(stage, live=True), Side.SERVICENOW, "Jonas Weber")
    assert (found.by, found.why) == (None, "inactive")


def test_a_column_tells_in_the_roll_too() -> None:
    stage = staged("people: {servicenow_field: u_jira_account}")
    account = next(one.key for one in stage.jira.world.users.values() if one.login == "mei.chen")
    stage.desk.person("mei.chen", u_jira_account=account, email="")
    stage.desk.opens(assigned_to="mei.chen")
    stage.tandem.syncs()

    assert of(rolled(stage), Side.SERVICENOW, "Mei Chen").by == "field"
    assert of(rolled(stage), Side.JIRA, "Mei Chen").by == "field"


FILE = """\
map:
  - {servicenow: mei.chen, jira: mei.chen@northwind.example}
  - {servicenow: nobody.here, jira: jonas.weber@northwind.example}
  - {servicenow: elena.rossi, jira: xenia.georgiou@northwind.example}
  - {servicenow: mei.chen@northwind.example, jira: liam.murphy@northwind.example}
fallback:
  servicenow: ask
  jira: twins@northwind.example
"""


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_whom_the_file_names_is_asked_for_on_both_sides(flavour: str) -> None:
    stage = staged(FILE, flavour)
    for login in ("farid.nazari", "greta.lindqvist"):
        stage.team.account(login, email="twins@northwind.example")
    with stage.process() as runtime:
        found = [str(one) for one in people.check(runtime)]

    begins = [one.partition(". ")[0] for one in found]
    assert begins == [
        "people.yaml:3: map.1.servicenow: nobody.here is nobody active in servicenow",
        "people.yaml:4: map.2.jira: xenia.georgiou@northwind.example is nobody active in jira",
        "people.yaml:5: map.3.servicenow: mei.chen@northwind.example is Mei Chen, whom line 2 "
        "names too",
        "people.yaml:8: fallback.jira: twins@northwind.example is 2 active persons in jira",
    ]
    assert all(one.partition(". ")[2] for one in found), "each has its remedy"


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_column_that_is_not_there_is_told_with_its_line(flavour: str) -> None:
    stage = staged("# ours\npeople:\n  servicenow_field: u_nothing\n", flavour)
    with stage.process() as runtime:
        [problem] = people.check(runtime)
    assert str(problem).startswith("people.yaml:3: people.servicenow_field: sys_user has no column")


def test_without_a_file_nobody_is_asked() -> None:
    stage = staged()
    with stage.process() as runtime:
        assert list(people.check(runtime)) == []
    assert not any(wire.requests for wire in stage.wires.values())
